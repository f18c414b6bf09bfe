/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearly every program is not watched, so this is a dozen system calls: where
 * there is no list, looking for the files that one would be made of; where
 * there is one, reading it and asking whether these files are as they were.
 */
#include "config.h"

#include "hooks/watch.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "hooks/env.h"
#include "hooks/gate.h"
#include "hooks/helper.h"
#include "hooks/script.h"
#include "hooks/sys.h"
#include "rules/glob_plain.h"
#include "rules/watch_list.h"

#define SMALL 2048u /* lists up to this size cost no memory */
#define COMPILE_MS 5000
#define LINE 4096u /* of a command line, what is looked at */

struct list {
	const char *bytes;
	const struct pedigree_watch_header *header;
	void *map; /* NULL: on the stack */
	size_t map_size;
};

static const char *variable(const char *name)
{
	const char *value = pedigree_env_get(name);

	return value ? value : "";
}

/* Appends to a path of PEDIGREE_WATCH_PATH bytes; it stays empty when it
   would not fit. */
static void append(char *path, const char *text)
{
	size_t have = strlen(path), n = strlen(text);

	if (have + n >= PEDIGREE_WATCH_PATH)
		path[0] = '\0';
	else
		memcpy(path + have, text, n + 1);
}

/* As the library has it (lib/rules/layers.c), but for the user's entry in
   the password file. "" when there is no place. */
static void find_folder(char *path)
{
	const char *place;

	path[0] = '\0';
	if (*(place = variable("PEDIGREE_HOME"))) {
		append(path, place);
		append(path, "/");
	} else if (*(place = variable("XDG_STATE_HOME")) == '/') {
		append(path, place);
		append(path, "/pedigree/");
	} else if (*(place = variable("HOME")) == '/') {
		append(path, place);
		append(path, "/.local/state/pedigree/");
	}
	if (path[0])
		append(path, PEDIGREE_WATCH_FOLDER "/");
}

static void append_name(char *path)
{
	static const char names[][16] = PEDIGREE_WATCH_VARIABLES;
	uint64_t hash = PEDIGREE_WATCH_HASH_START;
	char name[] = "0000000000000000" PEDIGREE_WATCH_SUFFIX;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = variable(names[i]);

		for (; *value; value++)
			hash = (hash ^ (unsigned char)*value) *
			       PEDIGREE_WATCH_HASH_PRIME;
		hash *= PEDIGREE_WATCH_HASH_PRIME;
	}
	for (size_t i = 0; i < 16; i++)
		name[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
	append(path, name);
}

/* A text of a list that ends with a NUL. */
static const char *text_at(const struct list *list, uint32_t at)
{
	return at < list->header->size ? list->bytes + at : "";
}

static bool is_sound(const char *bytes, size_t n)
{
	const struct pedigree_watch_header *header = (const void *)bytes;
	uint64_t front;

	if (n < sizeof(*header) ||
	    memcmp(header->magic, PEDIGREE_WATCH_MAGIC, 8) != 0 ||
	    header->version != PEDIGREE_WATCH_VERSION || header->size != n)
		return false;
	front = sizeof(*header) +
		(uint64_t)header->n_sources *
			sizeof(struct pedigree_watch_source) +
		(uint64_t)header->n_rules * sizeof(struct pedigree_watch_rule);
	return front < n && !bytes[n - 1];
}

/* The caller's `small` holds a list of up to SMALL bytes. */
static bool read_list(const char *path, char *small, struct list *ret)
{
	long fd = pedigree_sys(SYS_openat, AT_FDCWD, path,
			       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	long place = (long)small, got;

	ret->map = NULL;
	if (fd < 0)
		return false;
	/* What others wrote starts nothing here. */
	if (pedigree_sys(SYS_fstat, fd, &st) || !S_ISREG(st.st_mode) ||
	    (st.st_uid && st.st_uid != getauxval(AT_EUID)) ||
	    st.st_size > PEDIGREE_WATCH_MAX)
		st.st_size = 0;
	if (st.st_size > SMALL) {
		place = pedigree_sys(SYS_mmap, 0, st.st_size,
				     PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (place < 0 && place >= -4095)
			st.st_size = 0;
		else
			ret->map = (void *)place;
		ret->map_size = (size_t)st.st_size;
	}
	got = st.st_size ? pedigree_sys(SYS_read, fd, place, st.st_size) : 0;
	pedigree_sys(SYS_close, fd);
	ret->bytes = (const char *)place;
	ret->header = (const void *)place;
	if (got > 0 && got == st.st_size && is_sound(ret->bytes, (size_t)got))
		return true;
	if (ret->map)
		pedigree_sys(SYS_munmap, ret->map, ret->map_size);
	ret->map = NULL;
	return false;
}

static void release(struct list *list)
{
	if (list->map)
		pedigree_sys(SYS_munmap, list->map, list->map_size);
}

static int64_t ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static bool is_as_it_was(const struct list *list,
			 const struct pedigree_watch_source *source)
{
	struct stat st;

	if (pedigree_sys(SYS_newfstatat, AT_FDCWD, text_at(list, source->path),
			 &st, 0))
		return !source->inode;
	return source->inode == st.st_ino &&
	       source->size == (uint64_t)st.st_size &&
	       source->modified_ns == ns(&st.st_mtim) &&
	       source->changed_ns == ns(&st.st_ctim);
}

static bool is_fresh(const struct list *list)
{
	const struct pedigree_watch_source *sources =
		(const void *)(list->header + 1);
	struct timespec now = { 0 };

	for (uint32_t i = 0; i < list->header->n_sources; i++)
		if (!is_as_it_was(list, &sources[i]))
			return false;
	if (!list->header->until_s)
		return true;
	pedigree_sys(SYS_clock_gettime, CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec < list->header->until_s;
}

static bool exists(const char *path)
{
	return !pedigree_sys(SYS_faccessat, AT_FDCWD, path, 0);
}

/* Is there anything that a list could be made of? */
static bool has_configuration(void)
{
	char path[PEDIGREE_WATCH_PATH] = "";
	const char *place;

	if (exists(PEDIGREE_SYSCONFDIR "/pedigree.conf"))
		return true;
	if (*variable("PEDIGREE_CONFIG"))
		return true;
	if (*(place = variable("XDG_CONFIG_HOME")) == '/') {
		append(path, place);
	} else if (*(place = variable("HOME")) == '/') {
		append(path, place);
		append(path, "/.config");
	}
	if (path[0])
		append(path, "/pedigree/pedigree.conf");
	return path[0] && exists(path);
}

/* Without a place to keep the list, every program would have it made. */
static bool make_folders(const char *path)
{
	char folder[PEDIGREE_WATCH_PATH];
	char *slash = strrchr(path, '/');

	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	if (pedigree_sys(SYS_faccessat, AT_FDCWD, folder, 2) == -ENOENT)
		for (char *at = folder + 1;; at++) {
			char was = *at;

			if (was && was != '/')
				continue;
			*at = '\0';
			pedigree_sys(SYS_mkdirat, AT_FDCWD, folder, 0700);
			if (!was)
				break;
			*at = was;
		}
	return !pedigree_sys(SYS_faccessat, AT_FDCWD, folder, 2);
}

/* The command that belongs to this shim: in the tree that it was installed
   in, wherever that is now, or beside a build. */
static bool find_command(char *path)
{
	static const char places[][24] = { "/../../bin/pedigree",
					   "/../../../bin/pedigree",
					   "/../pedigree" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (pedigree_gate_folder_n + sizeof(places[0]) >
		    PEDIGREE_WATCH_PATH)
			return false;
		memcpy(path, pedigree_gate_self, pedigree_gate_folder_n);
		path[pedigree_gate_folder_n] = '\0';
		append(path, places[i]);
		if (!pedigree_sys(SYS_faccessat, AT_FDCWD, path, 1))
			return true;
	}
	path[0] = '\0';
	append(path, PEDIGREE_BINDIR "/pedigree");
	return !pedigree_sys(SYS_faccessat, AT_FDCWD, path, 1);
}

static bool compile(const char *path, const struct list *old)
{
	const char *const words[] = { "--watched", "compile",
				      PEDIGREE_HELPER_ANSWER, path, NULL };
	char command[PEDIGREE_WATCH_PATH], answer[16];
	struct pedigree_helper helper = {
		.words = words,
		.limit_ms = COMPILE_MS,
		.answer = answer,
		.room = sizeof(answer),
	};

	command[0] = '\0';
	if (old)
		append(command, text_at(old, old->header->command));
	if (!old || pedigree_sys(SYS_faccessat, AT_FDCWD, command, 1))
		if (!find_command(command))
			return false;
	helper.command = command;
	return make_folders(path) && !pedigree_helper_run(&helper);
}

/* A list that somebody chose by name is used as it is. */
static bool get_list(char *small, struct list *ret)
{
	const char *named = pedigree_env_get("PEDIGREE_WATCH");
	char path[PEDIGREE_WATCH_PATH];
	bool found, made;

	if (named)
		return *named && read_list(named, small, ret);
	find_folder(path);
	if (!path[0])
		return false;
	append_name(path);
	if (!path[0])
		return false;
	found = read_list(path, small, ret);
	if (found && is_fresh(ret))
		return true;
	if (!found && !has_configuration())
		return false;
	made = compile(path, found ? ret : NULL);
	if (found)
		release(ret);
	return made && read_list(path, small, ret);
}

static bool in_list(const struct list *list, uint32_t at, const char *text,
		    bool globs)
{
	const char *end = list->bytes + list->header->size;
	const char *slash = strrchr(text, '/');

	for (const char *one = text_at(list, at); one < end && *one;
	     one += strlen(one) + 1) {
		const char *what =
			globs && slash && !strchr(one, '/') ? slash + 1 : text;

		if (globs ? pedigree_glob_match_plain(one, what)
			  : !strcmp(one, text))
			return true;
	}
	return false;
}

static bool matches_line(const struct list *list, uint32_t at, int argc,
			 char *const argv[])
{
	const char *end = list->bytes + list->header->size;
	char line[LINE];
	size_t n = 0;

	for (int i = 0; i < argc; i++) {
		if (i && n < sizeof(line) - 1)
			line[n++] = ' ';
		for (const char *c = argv[i]; *c && n < sizeof(line) - 1; c++)
			line[n++] = *c;
	}
	line[n] = '\0';
	for (const char *one = text_at(list, at); one < end && *one;
	     one += strlen(one) + 1)
		if (pedigree_glob_match_plain(one, line))
			return true;
	return false;
}

/* Cheap questions first: few programs come to the others. */
static bool matches(const struct list *list,
		    const struct pedigree_watch_rule *rule,
		    struct pedigree_script *script, int argc,
		    char *const argv[])
{
	char number[PEDIGREE_HELPER_NUMBER];

	if (rule->user &&
	    !in_list(list, rule->user,
		     pedigree_helper_number(number, getauxval(AT_UID)), false))
		return false;
	if (rule->program &&
	    !in_list(list, rule->program, script->program, true) &&
	    !in_list(list, rule->program, script->started, true))
		return false;
	if (rule->script && !(pedigree_script_find(script, argc, argv) &&
			      in_list(list, rule->script, script->path, true)))
		return false;
	return !rule->command || matches_line(list, rule->command, argc, argv);
}

static bool any_matches(const struct list *list, int argc, char *const argv[])
{
	const struct pedigree_watch_source *sources =
		(const void *)(list->header + 1);
	const struct pedigree_watch_rule *rules =
		(const void *)(sources + list->header->n_sources);
	struct pedigree_script script;

	pedigree_script_start(&script, argc, argv);
	for (uint32_t i = 0; i < list->header->n_rules; i++)
		if (matches(list, &rules[i], &script, argc, argv))
			return true;
	return false;
}

/* The command itself, and programs that were told to leave us off. */
static bool is_never_watched(void)
{
	const char *off = variable("PEDIGREE_DISABLE");
	const char *program = (const char *)getauxval(AT_EXECFN);
	const char *slash = program ? strrchr(program, '/') : NULL;

	return (*off && strcmp(off, "0") != 0) ||
	       (program && !strcmp(slash ? slash + 1 : program, "pedigree"));
}

bool pedigree_watch_matches(int argc, char *const argv[],
			    struct pedigree_watched *ret)
{
	_Alignas(8) char small[SMALL];
	struct list list;
	bool found;

	if (argc < 1 || is_never_watched() || !get_list(small, &list))
		return false;
	found = list.header->n_rules && any_matches(&list, argc, argv);
	if (found) {
		ret->command[0] = '\0';
		append(ret->command, text_at(&list, list.header->command));
		ret->finish_ms = list.header->finish_ms;
	}
	release(&list);
	return found && ret->command[0];
}
