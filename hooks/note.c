/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/note.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "hooks/gate.h"
#include "hooks/paths.h"
#include "hooks/scratch.h"
#include "hooks/seen.h"
#include "hooks/shared.h"
#include "hooks/sys.h"

static struct pedigree_text name_of(const struct pedigree_path *path)
{
	return (struct pedigree_text){
		.bytes = path->text + path->name,
		.n = path->n - path->name,
	};
}

static _Atomic uint32_t *changes(const struct pedigree_path *path)
{
	return pedigree_log_counter(
		names_changed[path->name_hash % PEDIGREE_NAME_BUCKETS]);
}

/* A name means another file from now on: forget what was written of it. */
static void name_changed(const struct pedigree_path *path)
{
	atomic_fetch_add_explicit(changes(path), 1, memory_order_relaxed);
}

static uint64_t key_of(const struct pedigree_path *path, uint8_t flags)
{
	uint64_t key = path->folder_key ^ path->name_hash << 1;

	key += atomic_load_explicit(changes(path), memory_order_relaxed);
	key = (key ^ (uint64_t)flags << 56) * UINT64_C(0xd6e8feb86659fd93);
	key ^= key >> 32;
	return key ? key : 1;
}

static uint8_t open_flags(int flags)
{
	uint8_t event = 0;

	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		event = PEDIGREE_F_READ;
		break;
	case O_WRONLY:
		event = PEDIGREE_F_WRITE;
		break;
	default:
		event = PEDIGREE_F_READ | PEDIGREE_F_WRITE;
	}
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return event | PEDIGREE_F_ANON;
	if (flags & O_DIRECTORY)
		return PEDIGREE_F_LIST;
	if (flags & O_CREAT)
		event |= PEDIGREE_F_CREATE;
	if (flags & O_TRUNC)
		event |= PEDIGREE_F_TRUNC;
	return event;
}

/* Of reads alone: whoever writes is told apart. */
static uint64_t shared_key(const struct pedigree_path *path, uint8_t flags,
			   uint64_t key)
{
	if (flags & ~(PEDIGREE_F_READ | PEDIGREE_F_LIST) ||
	    (!path->base && path->text[0] != '/'))
		return 0;
	return pedigree_shared_key(key);
}

void pedigree_note_look(int dirfd, const char *path, int flags,
			struct pedigree_victim *ret_victim)
{
	struct stat found;

	*ret_victim = (struct pedigree_victim){ 0 };
	if (!pedigree_gate_on() ||
	    pedigree_sys(SYS_newfstatat, dirfd, path, &found, flags))
		return;
	ret_victim->exists = true;
	ret_victim->folder = S_ISDIR(found.st_mode);
	ret_victim->content = S_ISREG(found.st_mode);
	ret_victim->old = (struct pedigree_old){
		.device = found.st_dev,
		.inode = found.st_ino,
		.size = (uint64_t)found.st_size,
		.mtime_ns = (uint64_t)found.st_mtim.tv_sec * 1000000000u +
			    (uint64_t)found.st_mtim.tv_nsec,
	};
}

/*
 * The path may still be anything here: the kernel looks at it first, the
 * shim only when it names something.
 */
void pedigree_note_before_open(int dirfd, const char *path, int flags,
			       struct pedigree_victim *ret_victim)
{
	struct pedigree_path split;

	ret_victim->content = false;
	if (!(flags & O_TRUNC) || flags & O_PATH)
		return;
	pedigree_note_look(dirfd, path, 0, ret_victim);
	if (!ret_victim->content)
		return;
	pedigree_path_look(dirfd, path, &split);
	ret_victim->content =
		ret_victim->old.size &&
		!pedigree_seen_has(key_of(&split, open_flags(flags)));
}

void pedigree_note_open(int dirfd, const char *path, int flags, int fd,
			const struct pedigree_victim *victim)
{
	struct pedigree_path split;
	struct pedigree_entry entry;
	uint64_t key, shared;

	if (!(flags & O_DIRECTORY))
		pedigree_dirs_forget(fd);
	if (flags & O_PATH && !(flags & O_DIRECTORY))
		return;
	pedigree_path_look(dirfd, path, &split);
	if (flags & O_DIRECTORY && (flags & O_TMPFILE) != O_TMPFILE && fd >= 0)
		pedigree_dirs_set(fd, pedigree_path_as_folder(&split));
	if (flags & O_PATH)
		return;
	key = key_of(&split, open_flags(flags));
	if (pedigree_seen_has(key))
		return;
	shared = shared_key(&split, open_flags(flags), key);
	if (shared && pedigree_shared_has(shared)) {
		pedigree_seen_add(key);
		return;
	}

	entry = (struct pedigree_entry){
		.type = PEDIGREE_EV_OPEN,
		.flags = open_flags(flags),
		.folder = pedigree_path_folder(&split),
		.text = { name_of(&split) },
	};
	if (victim && victim->content) {
		entry.flags |= PEDIGREE_F_OLD;
		entry.old = &victim->old;
	}
	if (!pedigree_log_add(&entry))
		return;
	pedigree_seen_add(key);
	if (shared)
		pedigree_shared_add(shared);
}

void pedigree_note_descriptor(int fd, int flags)
{
	_cleanup_scratch_ char *scratch = pedigree_scratch_get();

	pedigree_dirs_forget(fd);
	if (pedigree_dirs_ask(fd, scratch))
		pedigree_note_open(AT_FDCWD, scratch,
				   flags & ~(O_CREAT | O_TRUNC), fd, NULL);
}

/* Writes UNLINK or TRUNCATE of what was looked at. */
static void note_loss(uint8_t type, int dirfd, const char *path,
		      const struct pedigree_victim *victim)
{
	struct pedigree_path split;
	struct pedigree_entry entry;

	pedigree_path_look(dirfd, path, &split);
	entry = (struct pedigree_entry){
		.type = type,
		.flags = victim->folder ? PEDIGREE_F_FOLDER : 0,
		.folder = pedigree_path_folder(&split),
		.text = { name_of(&split) },
	};
	if (victim->content) {
		entry.flags |= PEDIGREE_F_OLD;
		entry.old = &victim->old;
	}
	pedigree_log_add(&entry);
	name_changed(&split);
}

void pedigree_note_unlink(int dirfd, const char *path,
			  const struct pedigree_victim *victim)
{
	note_loss(PEDIGREE_EV_UNLINK, dirfd, path, victim);
}

void pedigree_note_truncate(const char *path,
			    const struct pedigree_victim *victim)
{
	note_loss(PEDIGREE_EV_TRUNCATE, AT_FDCWD, path, victim);
}

void pedigree_note_before_rename(struct pedigree_rename *rename)
{
	pedigree_note_look(rename->fromfd, rename->from, AT_SYMLINK_NOFOLLOW,
			   &rename->moved);
	pedigree_note_look(rename->tofd, rename->to, AT_SYMLINK_NOFOLLOW,
			   &rename->destroyed);
}

/* RENAME and LINK: two paths. */
static void note_two(uint8_t type, uint8_t flags,
		     const struct pedigree_path *from,
		     const struct pedigree_path *to,
		     const struct pedigree_old *old)
{
	struct pedigree_two two = { .folder = pedigree_path_folder(to) };
	struct pedigree_entry entry = {
		.type = type,
		.flags = old ? flags | PEDIGREE_F_OLD : flags,
		.folder = pedigree_path_folder(from),
		.old = old,
		.body = &two,
		.body_size = sizeof(two),
		.text = { name_of(from), name_of(to) },
	};

	pedigree_log_add(&entry);
}

void pedigree_note_rename(const struct pedigree_rename *rename)
{
	bool exchange = rename->flags & RENAME_EXCHANGE;
	const struct pedigree_old *old = NULL;
	struct pedigree_path from, to;

	if (rename->destroyed.content && !exchange &&
	    rename->destroyed.old.inode != rename->moved.old.inode)
		old = &rename->destroyed.old;
	pedigree_path_look(rename->fromfd, rename->from, &from);
	pedigree_path_look(rename->tofd, rename->to, &to);
	note_two(PEDIGREE_EV_RENAME,
		 (exchange ? PEDIGREE_F_EXCHANGE : 0) |
			 (rename->moved.folder ? PEDIGREE_F_FOLDER : 0),
		 &from, &to, old);
	name_changed(&from);
	name_changed(&to);
	if (rename->moved.folder || (exchange && rename->destroyed.folder))
		atomic_fetch_add_explicit(pedigree_log_counter(folders_moved),
					  1, memory_order_relaxed);
}

/* linkat by descriptor: the way a file of O_TMPFILE gets its name. */
static bool is_descriptor(const char *from, int flags)
{
	return (flags & AT_EMPTY_PATH && !*from) ||
	       (flags & AT_SYMLINK_FOLLOW &&
		(!strncmp(from, "/proc/self/fd/", 14) ||
		 !strncmp(from, "/dev/fd/", 8)));
}

void pedigree_note_link(int fromfd, const char *from, int tofd, const char *to,
			int flags)
{
	struct pedigree_path old, new;
	struct pedigree_victim made;

	pedigree_path_look(tofd, to, &new);
	name_changed(&new);
	if (is_descriptor(from, flags)) {
		pedigree_note_look(tofd, to, AT_SYMLINK_NOFOLLOW, &made);
		if (made.content)
			pedigree_note_open(tofd, to, O_WRONLY | O_CREAT, -1,
					   NULL);
		return;
	}
	pedigree_path_look(fromfd, from, &old);
	note_two(PEDIGREE_EV_LINK, 0, &old, &new, NULL);
}

void pedigree_note_symlink(const char *target, int dirfd, const char *path)
{
	struct pedigree_path split;
	struct pedigree_two two = { 0 };
	struct pedigree_entry entry = {
		.type = PEDIGREE_EV_SYMLINK,
		.body = &two,
		.body_size = sizeof(two),
	};

	pedigree_path_look(dirfd, path, &split);
	two.folder = pedigree_path_folder(&split);
	entry.text[0].bytes = target;
	entry.text[0].n = strlen(target);
	entry.text[1] = name_of(&split);
	pedigree_log_add(&entry);
	name_changed(&split);
}

void pedigree_note_blind(uint32_t kind, int dirfd, const char *path)
{
	struct pedigree_blind body = { .kind = kind };
	struct pedigree_entry entry = {
		.type = PEDIGREE_EV_BLIND,
		.body = &body,
		.body_size = sizeof(body),
	};
	struct pedigree_path split;

	if (path) {
		pedigree_path_look(dirfd, path, &split);
		entry.folder = pedigree_path_folder(&split);
		entry.text[0] = name_of(&split);
	}
	pedigree_log_add(&entry);
}

void pedigree_note_chroot(const char *path)
{
	pedigree_note_blind(PEDIGREE_BLIND_CHROOT, AT_FDCWD, path);
	pedigree_paths_moved();
	pedigree_shared_stop();
}
