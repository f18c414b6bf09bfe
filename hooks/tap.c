/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/tap.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "hooks/cold.h"
#include "hooks/http.h"
#include "hooks/log.h"
#include "hooks/note.h"
#include "hooks/sys.h"

#define WAYS 8u
#define SETS 128u
#define PARSERS 512u /* connections that speak HTTP, at once */
#define TRIES 64

/*
 * `busy` is held by the thread that has to do with the connection, for one
 * call; nothing nests inside but the writing of events. Only ever tried.
 */
struct pedigree_tap_held {
	_Atomic uintptr_t name; /* 0: a free place */
	_Atomic uint32_t busy;
	_Atomic uint32_t missed;    /* bytes went by while it was taken */
	_Atomic uint32_t last_used; /* on the clock below */
	bool fresh;		    /* no bytes went by yet */
	struct pedigree_http *http; /* NULL: it is of no interest */
};

extern struct pedigree_tap_held pedigree_connections[SETS][WAYS];
PEDIGREE_COLD struct pedigree_tap_held pedigree_connections[SETS][WAYS];

static _Atomic bool used;
static _Atomic uint32_t clock_hand; /* counts calls */
static struct pedigree_http *_Atomic parsers;
static _Atomic uint64_t parsers_taken[PARSERS / 64];

static void write_event(void *context, const struct pedigree_http_event *event)
{
	struct pedigree_entry entry = {
		.type = event->type,
		.flags = event->flags,
		.body = &event->head,
		.body_size = sizeof(event->head),
	};

	(void)context;
	memcpy(entry.text, event->text, sizeof(entry.text));
	pedigree_log_add(&entry);
}

static void write_lost(void *context, unsigned int n)
{
	(void)context;
	(void)n;
	pedigree_note_blind(PEDIGREE_BLIND_LOST_EXCHANGE, -1, NULL);
}

void pedigree_tap_lost(void)
{
	write_lost(NULL, 1);
}

static const struct pedigree_http_sink sink = {
	.exchange = write_event,
	.lost = write_lost,
};

/* The memory is only promised: a parser's pages come when it is used. */
static struct pedigree_http *map_parsers(void)
{
	struct pedigree_http *now = atomic_load(&parsers);
	const size_t size = PARSERS * sizeof(*now);
	long map;

	if (now)
		return now;
	map = pedigree_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map < 0 && map >= -4095)
		return NULL;
	pedigree_sys(SYS_madvise, map, size, MADV_NOHUGEPAGE);
	if (atomic_compare_exchange_strong(&parsers, &now,
					   (struct pedigree_http *)map))
		return (struct pedigree_http *)map;
	pedigree_sys(SYS_munmap, map, size);
	return now;
}

/* The lowest free one, so that as much memory is touched as was ever in use
   at once. NULL: there is none. */
static struct pedigree_http *get_parser(void)
{
	struct pedigree_http *all = map_parsers();

	for (unsigned int i = 0; all && i < PARSERS / 64; i++) {
		uint64_t taken = atomic_load(&parsers_taken[i]);

		while (~taken) {
			unsigned int bit =
				(unsigned int)__builtin_ctzll(~taken);

			if (atomic_compare_exchange_weak(
				    &parsers_taken[i], &taken,
				    taken | UINT64_C(1) << bit))
				return &all[i * 64 + bit];
		}
	}
	return NULL;
}

static void put_parser(struct pedigree_http *http)
{
	size_t i = (size_t)(http - atomic_load(&parsers));

	atomic_fetch_and(&parsers_taken[i / 64], ~(UINT64_C(1) << i % 64));
}

/* The connection is of no interest any more. */
static void let_go(struct pedigree_tap_held *connection, bool ended)
{
	struct pedigree_http *http = connection->http;

	if (!http)
		return;
	pedigree_http_close(http, ended);
	connection->http = NULL;
	put_parser(http);
}

static bool try(struct pedigree_tap_held *connection)
{
	return !atomic_load_explicit(&connection->busy, memory_order_relaxed) &&
	       !atomic_exchange_explicit(&connection->busy, 1,
					 memory_order_acquire);
}

static void leave(struct pedigree_tap_held *connection)
{
	atomic_store_explicit(&connection->busy, 0, memory_order_release);
}

static bool is_named(const struct pedigree_tap_held *connection, uintptr_t name)
{
	return atomic_load_explicit(&connection->name, memory_order_relaxed) ==
	       name;
}

static struct pedigree_tap_held *set_of(uintptr_t name)
{
	uint64_t hash = (uint64_t)name * UINT64_C(0x9e3779b97f4a7c15);

	return pedigree_connections[hash >> 57];
}
_Static_assert(SETS == 128, "the seven bits of set_of");

/* A connection that is taken; NULL: there is none, or it stays taken. */
static struct pedigree_tap_held *take(uintptr_t name, bool *ret_exists)
{
	struct pedigree_tap_held *set = set_of(name);
	struct pedigree_tap_held *found = NULL;

	for (unsigned int i = 0; i < WAYS && !found; i++)
		if (is_named(&set[i], name))
			found = &set[i];
	*ret_exists = found;
	for (int i = 0; found && i < TRIES; i++) {
		if (try(found)) {
			if (is_named(found, name))
				return found;
			leave(found);
			*ret_exists = false;
			return NULL;
		}
		if (i >= TRIES / 4)
			pedigree_sys(SYS_sched_yield);
	}
	if (found)
		atomic_store(&found->missed, 1);
	return NULL;
}

/* A place for a new one, taken: a free one, or that of the quietest. */
static struct pedigree_tap_held *take_place(uintptr_t name)
{
	uint32_t now = atomic_load(&clock_hand);
	struct pedigree_tap_held *set = set_of(name), *quiet = NULL;

	for (unsigned int i = 0; i < WAYS; i++) {
		if (is_named(&set[i], 0) && try(&set[i])) {
			if (is_named(&set[i], 0))
				return &set[i];
			leave(&set[i]);
		}
		if (!quiet || now - atomic_load(&set[i].last_used) >
				      now - atomic_load(&quiet->last_used))
			quiet = &set[i];
	}
	if (!try(quiet))
		return NULL;
	let_go(quiet, false);
	return quiet;
}

static struct pedigree_tap_held *add(uintptr_t name)
{
	struct pedigree_tap_held *connection = take_place(name);

	if (!connection)
		return NULL;
	atomic_store(&used, true);
	connection->http = NULL;
	connection->fresh = true;
	atomic_store(&connection->missed, 0);
	atomic_store(&connection->name, name);
	return connection;
}

/* Gives the connection back, and tells whether it is still of interest. */
static bool done(struct pedigree_tap_held *connection)
{
	bool missed = atomic_exchange_explicit(&connection->missed, 0,
					       memory_order_relaxed);
	bool interest;

	if (connection->http && missed) {
		pedigree_tap_lost();
		let_go(connection, false);
	}
	if (connection->http && pedigree_http_is_foreign(connection->http))
		let_go(connection, false);
	interest = connection->http;
	atomic_store_explicit(&connection->last_used,
			      atomic_fetch_add_explicit(&clock_hand, 1,
							memory_order_relaxed),
			      memory_order_relaxed);
	leave(connection);
	return interest;
}

static void follow(struct pedigree_tap_held *connection, uint8_t flags)
{
	connection->http = get_parser();
	if (connection->http)
		pedigree_http_init(connection->http, flags, &sink, NULL);
	else
		pedigree_tap_lost();
}

/* Begins to follow a connection, if its first byte may be a method's. */
static void begin(struct pedigree_tap_held *connection, uint8_t flags,
		  const void *bytes, size_t n)
{
	const char *first = bytes;

	connection->fresh = false;
	if (n && first && *first >= 'A' && *first <= 'Z')
		follow(connection, flags);
}

bool pedigree_tap_meet(uintptr_t name)
{
	bool exists;
	struct pedigree_tap_held *connection = take(name, &exists);

	if (!connection && !exists)
		connection = add(name);
	if (connection)
		done(connection);
	return !exists;
}

struct pedigree_tap_held *pedigree_tap_begin(uintptr_t name, uint8_t flags)
{
	bool exists;
	struct pedigree_tap_held *connection = take(name, &exists);

	if (!connection && !exists)
		connection = add(name);
	if (!connection)
		return NULL;
	let_go(connection, false);
	follow(connection, flags);
	if (connection->http)
		return connection;
	leave(connection);
	return NULL;
}

struct pedigree_tap_held *pedigree_tap_hold(uintptr_t name)
{
	bool exists;
	struct pedigree_tap_held *connection =
		atomic_load_explicit(&used, memory_order_relaxed)
			? take(name, &exists)
			: NULL;

	if (!connection || connection->http)
		return connection;
	leave(connection);
	return NULL;
}

struct pedigree_http *pedigree_tap_http(struct pedigree_tap_held *held)
{
	return held->http;
}

void pedigree_tap_release(struct pedigree_tap_held *held)
{
	done(held);
}

bool pedigree_tap_sent(uintptr_t name, uint8_t flags, const void *bytes,
		       size_t n)
{
	bool exists;
	struct pedigree_tap_held *connection = take(name, &exists);

	if (!connection && !exists)
		connection = add(name);
	if (!connection)
		return true;
	if (connection->fresh)
		begin(connection, flags, bytes, n);
	if (connection->http)
		pedigree_http_sent(connection->http, bytes, n);
	return done(connection);
}

bool pedigree_tap_received(uintptr_t name, const void *bytes, size_t n)
{
	bool exists;
	struct pedigree_tap_held *connection = take(name, &exists);

	if (!connection && !exists)
		connection = add(name);
	if (!connection)
		return true;
	connection->fresh = false;
	if (connection->http)
		pedigree_http_received(connection->http, bytes, n);
	return done(connection);
}

bool pedigree_tap_follows(uintptr_t name)
{
	bool exists;
	struct pedigree_tap_held *connection = take(name, &exists);

	return connection && done(connection);
}

uint32_t pedigree_tap_stamp(uintptr_t name)
{
	const struct pedigree_tap_held *set = set_of(name);

	for (unsigned int i = 0; i < WAYS; i++)
		if (is_named(&set[i], name))
			return atomic_load(&set[i].last_used) + 1;
	return 0;
}

void pedigree_tap_ended(uintptr_t name)
{
	bool exists;
	struct pedigree_tap_held *connection = take(name, &exists);

	if (!connection)
		return;
	let_go(connection, true);
	done(connection);
}

void pedigree_tap_closed(uintptr_t name)
{
	bool exists;
	struct pedigree_tap_held *connection;

	if (!atomic_load_explicit(&used, memory_order_relaxed))
		return;
	connection = take(name, &exists);
	if (!connection)
		return;
	let_go(connection, false);
	atomic_store(&connection->name, 0);
	leave(connection);
}

void pedigree_tap_finish(void)
{
	if (!atomic_load(&used))
		return;
	for (unsigned int i = 0; i < SETS * WAYS; i++) {
		struct pedigree_tap_held *connection =
			&pedigree_connections[0][0] + i;

		if (is_named(connection, 0) || !try(connection))
			continue;
		let_go(connection, false);
		leave(connection);
	}
}

void pedigree_tap_forked(void)
{
	if (!atomic_load(&used))
		return;
	memset(pedigree_connections, 0, sizeof(pedigree_connections));
	memset(parsers_taken, 0, sizeof(parsers_taken));
	atomic_store(&used, false);
}
