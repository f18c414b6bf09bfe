/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots and frames. Where the bytes go is log_map.c's part.
 */
#include "config.h"

#include "hooks/log.h"

#include <string.h>
#include <time.h>

#include "hooks/log_map.h"
#include "hooks/sys.h"

#ifndef SLOTS /* a test has them contended */
#define SLOTS 24u
#endif
#define RETRY_EVERY 1024u /* events between two looks at a full log */

/*
 * A writer's place in the log. Held by the thread that set `busy`, for the
 * time of one event; nothing nests inside but system calls. A signal handler
 * that interrupts the holder finds it busy and takes another.
 */
struct slot {
	_Alignas(64) _Atomic uint32_t busy;
	struct pedigree_window window;
	char *at; /* the next frame; NULL: no chunk yet */
	char *end;
};

static struct slot slots[SLOTS];
static __thread unsigned int hint; /* the slot this thread used last */
static _Atomic unsigned int next_hint;

static _Atomic uint32_t claims;	 /* chunks claimed by this process */
static _Atomic uint32_t process; /* reference to our PROCESS or FORK */
static _Atomic bool identifying; /* a thread writes that frame, or has */
static uint32_t self_pid;	 /* not a vfork child's, which visits */
static uint32_t image;		 /* reference to our PROCESS */
static uint32_t first_cwd;
static bool forked;
static bool attached;	      /* who we are, another writer tells */
static _Atomic uint32_t full; /* events since the log was full */
static const struct pedigree_identity *starting;

uint32_t pedigree_log_first_cwd(void)
{
	return first_cwd;
}

uint32_t pedigree_log_image(void)
{
	return image;
}

void pedigree_log_drop(enum pedigree_drop reason)
{
	if (pedigree_log)
		atomic_fetch_add_explicit(pedigree_log_counter(dropped[reason]),
					  1, memory_order_relaxed);
}

static size_t entry_size(const struct pedigree_entry *entry)
{
	size_t size = sizeof(struct pedigree_frame) + entry->body_size;

	if (entry->old)
		size += sizeof(*entry->old);
	for (int i = 0; i < PEDIGREE_TEXTS && entry->text[i].bytes; i++)
		size += entry->text[i].n + 1;
	return (size + 7) & ~(size_t)7;
}

static char *put(char *at, const void *bytes, size_t n)
{
	if (n) /* or `bytes` may be NULL */
		memcpy(at, bytes, n);
	return at + n;
}

/*
 * In a process that writes little the system call is cheaper than the pages
 * that its absence takes.
 */
static uint64_t coarse_now(void)
{
	struct timespec now = { 0 };

	if (atomic_load_explicit(&claims, memory_order_relaxed) <= 1)
		pedigree_sys(SYS_clock_gettime, CLOCK_REALTIME_COARSE, &now);
	else
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Writes the frame at slot->at, where there is room for it. Published with
 * its first eight bytes, in one store, so that a reader sees all or nothing.
 */
static uint32_t write_frame(struct slot *slot,
			    const struct pedigree_entry *entry, size_t size)
{
	struct pedigree_frame head = {
		.units = (uint16_t)(size / 8),
		.type = entry->type,
		.flags = entry->flags,
		.folder = entry->folder,
	};
	char *frame = slot->at, *at = frame + sizeof(head);
	uint64_t first;

	head.seq = atomic_fetch_add_explicit(pedigree_log_counter(seq), 1,
					     memory_order_relaxed) +
		   1;
	head.time_ns = coarse_now();
	memset(frame + size - 8, 0, 8);
	memcpy(frame + 8, (char *)&head + 8, sizeof(head) - 8);
	if (entry->old)
		at = put(at, entry->old, sizeof(*entry->old));
	at = put(at, entry->body, entry->body_size);
	for (int i = 0; i < PEDIGREE_TEXTS && entry->text[i].bytes; i++) {
		at = put(at, entry->text[i].bytes, entry->text[i].n);
		*at++ = 0;
	}

	memcpy(&first, &head, 8);
	if (!pedigree_window_flush(&slot->window, frame + 8, size - 8))
		return 0;
	atomic_store_explicit((_Atomic uint64_t *)(void *)frame, first,
			      memory_order_release);
	if (!pedigree_window_flush(&slot->window, frame, 8))
		return 0;
	slot->at = frame + size;
	return (uint32_t)(pedigree_window_offset(&slot->window, frame) / 8);
}

/*
 * The first frames of a process's first chunk: where it is and who it is.
 * When the very first try was dropped, a later chunk says what is still known.
 */
static size_t identity_entries(struct pedigree_image *body,
			       struct pedigree_entry *ret_cwd,
			       struct pedigree_entry *ret_self)
{
	const struct pedigree_identity *self = starting;

	memset(ret_cwd, 0, sizeof(*ret_cwd));
	memset(ret_self, 0, sizeof(*ret_self));
	*body = (struct pedigree_image){
		.pid = self_pid,
		.ppid = (uint32_t)pedigree_sys(SYS_getppid),
		.image = forked ? image : 0,
		.argc = self ? self->argc : 0,
	};
	ret_self->type = forked ? PEDIGREE_EV_FORK : PEDIGREE_EV_PROCESS;
	ret_self->flags = self ? self->flags : forked ? 0 : PEDIGREE_F_CUT;
	ret_self->body = body;
	ret_self->body_size = sizeof(*body);
	if (!forked) {
		ret_self->text[0].bytes = self ? self->program : "";
		ret_self->text[0].n = strlen(ret_self->text[0].bytes);
		if (body->argc)
			ret_self->text[1] = self->args;
	}
	if (!self || !self->cwd.bytes)
		return entry_size(ret_self);
	ret_cwd->type = PEDIGREE_EV_FOLDER;
	ret_cwd->text[0] = self->cwd;
	return entry_size(ret_self) + entry_size(ret_cwd);
}

static void identify(struct slot *slot, struct pedigree_entry *cwd,
		     struct pedigree_entry *self)
{
	uint32_t reference;

	if (cwd->type)
		self->folder = first_cwd =
			write_frame(slot, cwd, entry_size(cwd));
	reference = write_frame(slot, self, entry_size(self));
	if (!forked)
		image = reference;
	atomic_store_explicit(&process, reference, memory_order_release);
	if (!reference)
		atomic_store_explicit(&identifying, false,
				      memory_order_relaxed);
}

/* One thread tells who the process is. Another one's chunk that is claimed
   meanwhile names no frame: the reader goes by its pid. */
static bool is_to_identify(void)
{
	return !attached &&
	       !atomic_load_explicit(&identifying, memory_order_relaxed) &&
	       !atomic_exchange_explicit(&identifying, true,
					 memory_order_relaxed);
}

/*
 * Gives the slot a new chunk with room for `need` bytes. Chunks grow with
 * what a process writes, so that short processes share pages.
 */
static bool claim(struct slot *slot, size_t need)
{
	uint32_t known = atomic_load_explicit(&process, memory_order_acquire);
	uint32_t n =
		atomic_fetch_add_explicit(&claims, 1, memory_order_relaxed);
	struct pedigree_chunk chunk = { .process = known };
	struct pedigree_entry cwd, self;
	struct pedigree_image body;
	size_t size = PEDIGREE_CHUNK_GRAIN << (n < 6 ? n : 6);
	bool first = !known && is_to_identify();
	char *start;

	need += sizeof(chunk);
	if (first)
		need += identity_entries(&body, &cwd, &self);
	if (size < need)
		size = (need + PEDIGREE_CHUNK_GRAIN - 1) &
		       ~(size_t)(PEDIGREE_CHUNK_GRAIN - 1);
	start = pedigree_window_claim(&slot->window, size);
	if (!start) {
		if (first)
			atomic_store_explicit(&identifying, false,
					      memory_order_relaxed);
		return false;
	}

	chunk.self = pedigree_window_offset(&slot->window, start) ^
		     pedigree_log->salt;
	chunk.size = (uint32_t)size;
	chunk.pid = self_pid;
	memcpy(start, &chunk, sizeof(chunk));
	slot->at = start + sizeof(chunk);
	slot->end = start + size;
	if (!pedigree_window_flush(&slot->window, start, sizeof(chunk))) {
		slot->at = NULL;
		if (first)
			atomic_store_explicit(&identifying, false,
					      memory_order_relaxed);
		return false;
	}
	if (first)
		identify(slot, &cwd, &self);
	return true;
}

static uint32_t add_to(struct slot *slot, const struct pedigree_entry *entry,
		       size_t size)
{
	uint32_t reference;

	if (!slot->at || (size_t)(slot->end - slot->at) < size) {
		uint32_t since =
			atomic_load_explicit(&full, memory_order_relaxed);

		if (since && since % RETRY_EVERY) {
			atomic_store_explicit(&full, since + 1,
					      memory_order_relaxed);
			pedigree_log_drop(PEDIGREE_DROP_SPACE);
			return 0;
		}
		if (!claim(slot, size)) {
			if (pedigree_window_is_full())
				atomic_store_explicit(&full, since + 1,
						      memory_order_relaxed);
			return 0;
		}
		atomic_store_explicit(&full, 0, memory_order_relaxed);
	}
	reference = write_frame(slot, entry, size);
	if (!reference)
		slot->at = NULL; /* a hole the reader must not enter */
	return reference;
}

/* NULL when all are taken: as many threads in the middle of an event. */
static struct slot *take_slot(void)
{
	unsigned int first = hint;

	if (!first)
		first = atomic_fetch_add_explicit(&next_hint, 1,
						  memory_order_relaxed) +
			1;
	for (int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < SLOTS; i++) {
			struct slot *slot = &slots[(first + i) % SLOTS];

			if (atomic_load_explicit(&slot->busy,
						 memory_order_relaxed) ||
			    atomic_exchange_explicit(&slot->busy, 1,
						     memory_order_acquire))
				continue;
			/* 0 stands for a thread that never wrote. */
			hint = (first + i) % SLOTS + SLOTS;
			return slot;
		}
		pedigree_sys(SYS_sched_yield);
	}
	return NULL;
}

uint32_t pedigree_log_add(const struct pedigree_entry *entry)
{
	size_t size = entry_size(entry);
	struct slot *slot;
	uint32_t reference;

	if (!pedigree_log)
		return 0;
	if (size > PEDIGREE_FRAME_MAX) {
		pedigree_log_drop(PEDIGREE_DROP_SCRATCH);
		return 0;
	}
	slot = take_slot();
	if (!slot) {
		pedigree_log_drop(PEDIGREE_DROP_BUSY);
		return 0;
	}
	reference = add_to(slot, entry, size);
	atomic_store_explicit(&slot->busy, 0, memory_order_release);
	return reference;
}

bool pedigree_log_start(const char *folder, size_t n,
			const struct pedigree_identity *identity)
{
	struct slot *slot;

	if (!pedigree_window_open(folder, n))
		return false;
	self_pid = (uint32_t)pedigree_sys(SYS_getpid);
	if (!identity) {
		pedigree_window_ready();
		return true;
	}
	slot = take_slot();
	starting = identity;
	if (!claim(slot, 0))
		pedigree_log_drop(PEDIGREE_DROP_SPACE);
	starting = NULL;
	atomic_store_explicit(&slot->busy, 0, memory_order_release);
	pedigree_window_ready();
	atomic_fetch_add_explicit(pedigree_log_counter(images), 1,
				  memory_order_relaxed);
	return true;
}

bool pedigree_log_attach(const char *folder, size_t n)
{
	attached = pedigree_log_start(folder, n, NULL);
	return attached;
}

static void drop_slots(void)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		pedigree_window_drop(&slots[i].window);
		slots[i].at = NULL;
		atomic_store_explicit(&slots[i].busy, 0, memory_order_relaxed);
	}
	atomic_store_explicit(&claims, 0, memory_order_relaxed);
	atomic_store_explicit(&process, 0, memory_order_release);
	atomic_store_explicit(&identifying, false, memory_order_relaxed);
}

void pedigree_log_leave(void)
{
	drop_slots();
	pedigree_window_close();
	forked = attached = false;
	image = first_cwd = 0;
	atomic_store_explicit(&full, 0, memory_order_relaxed);
}

/*
 * The slots' mappings are the parent's chunks: leave them. Threads that held
 * a slot or a lock do not exist in this process.
 */
void pedigree_log_forked(void)
{
	drop_slots();
	forked = true;
	self_pid = (uint32_t)pedigree_sys(SYS_getpid);
}
