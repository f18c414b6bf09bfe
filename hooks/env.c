/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/env.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hooks/gate.h"
#include "hooks/log.h"
#include "hooks/sys.h"

#define NAME "LD_PRELOAD="
#define NAME_N (sizeof(NAME) - 1)

/*
 * The memory of this thread for one large environment. A vfork child runs on
 * its parent's thread and shares this; once the child is another program,
 * nobody gives the memory back, and the pid tells: used by a process that is
 * not the one that asks, it is free.
 */
static __thread struct {
	void *map;
	size_t size;
	long user; /* pid */
} memory;

const char *pedigree_env_get(const char *name)
{
	size_t n = strlen(name);

	for (char **entry = environ; entry && *entry; entry++)
		if (!strncmp(*entry, name, n) && (*entry)[n] == '=')
			return *entry + n + 1;
	return NULL;
}

static size_t token(const char *list)
{
	size_t n = 0;

	while (list[n] && list[n] != ':' && list[n] != ' ')
		n++;
	return n;
}

static bool is_self(const char *entry, size_t n)
{
	size_t i = 0;

	while (i < n && entry[i] == pedigree_gate_self[i])
		i++;
	return i == n && !pedigree_gate_self[n];
}

/*
 * Letter by letter: this runs between fork and exec, where the first touch of
 * a page of libc or of constants is a fault.
 */
static bool is_preload(const char *entry)
{
	return entry[0] == 'L' && entry[1] == 'D' && entry[2] == '_' &&
	       entry[3] == 'P' && entry[4] == 'R' && entry[5] == 'E' &&
	       entry[6] == 'L' && entry[7] == 'O' && entry[8] == 'A' &&
	       entry[9] == 'D' && entry[10] == '=';
}

static bool has_self(const char *list)
{
	for (;;) {
		size_t n = token(list);

		if (n && is_self(list, n))
			return true;
		if (!list[n])
			return false;
		list += n + 1;
	}
}

bool pedigree_env_is_preloaded(void)
{
	const char *list = pedigree_env_get("LD_PRELOAD");

	return list && has_self(list);
}

static void *map(size_t size)
{
	long made = pedigree_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return made < 0 && made >= -4095 ? NULL : (void *)made;
}

/* Memory for an environment; the interrupted code below us may use its own. */
static void *take_memory(struct pedigree_env *env, size_t size)
{
	long pid = pedigree_sys(SYS_getpid);

	if (memory.user == pid) {
		env->map = map(size);
		env->map_size = size;
		return env->map;
	}
	memory.user = pid;
	if (memory.size < size) {
		if (memory.map)
			pedigree_sys(SYS_munmap, memory.map, memory.size);
		memory.size = size + 4096;
		memory.map = map(memory.size);
		if (!memory.map)
			memory.size = 0;
	}
	if (!memory.map)
		memory.user = 0;
	env->map = memory.map;
	return env->map;
}

void pedigree_env_release(struct pedigree_env *env)
{
	if (!env->map)
		return;
	if (env->map == memory.map)
		memory.user = 0;
	else
		pedigree_sys(SYS_munmap, env->map, env->map_size);
	env->map = NULL;
}

/* LD_PRELOAD with us in front of what was there. */
static void write_with(char *text, const char *list)
{
	size_t n = strlen(pedigree_gate_self);

	memcpy(text, NAME, NAME_N);
	memcpy(text + NAME_N, pedigree_gate_self, n);
	text += NAME_N + n;
	if (list && *list) {
		*text++ = ':';
		n = strlen(list);
		memcpy(text, list, n);
		text += n;
	}
	*text = 0;
}

/* LD_PRELOAD without us; false when nothing is left. */
static bool write_without(char *text, const char *list)
{
	char *at = text + NAME_N;

	memcpy(text, NAME, NAME_N);
	for (;;) {
		size_t n = token(list);

		if (n && !is_self(list, n)) {
			if (at > text + NAME_N)
				*at++ = ':';
			memcpy(at, list, n);
			at += n;
		}
		if (!list[n])
			break;
		list += n + 1;
	}
	*at = 0;
	return at > text + NAME_N;
}

static size_t count(char *const envp[])
{
	size_t n = 0;

	while (envp && envp[n])
		n++;
	return n;
}

/* The one the loader heeds: the last. `n` when there is none. */
static size_t find_preload(char *const envp[], size_t n)
{
	for (size_t i = n; i-- > 0;)
		if (is_preload(envp[i]))
			return i;
	return n;
}

/* Copies `envp` with entry `at` replaced by `text`, or dropped (NULL). */
static void copy(char **to, char *const envp[], size_t n, size_t at, char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (i != at)
			*to++ = envp[i];
		else if (text)
			*to++ = text;
	}
	if (at == n && text)
		*to++ = text;
	*to = NULL;
}

void pedigree_env_prepare(struct pedigree_env *ret_env, char *const envp[],
			  bool preload, bool lasting)
{
	size_t n = count(envp), at = find_preload(envp, n);
	const char *list = at < n ? envp[at] + NAME_N : NULL;
	size_t text_n;
	char **entries = ret_env->small, *text = ret_env->text;

	ret_env->envp = envp;
	ret_env->map = NULL;
	if (preload == (list && has_self(list)))
		return;
	text_n = NAME_N + strlen(pedigree_gate_self) + 2;
	if (list)
		text_n += strlen(list);
	if (lasting || n + 2 > PEDIGREE_ENV_SMALL ||
	    text_n > PEDIGREE_ENV_TEXT) {
		entries = take_memory(ret_env,
				      (n + 2) * sizeof(*entries) + text_n);
		if (!entries) {
			pedigree_log_drop(PEDIGREE_DROP_SCRATCH);
			return;
		}
		text = (char *)(entries + n + 2);
	}
	if (preload)
		write_with(text, list);
	else if (!write_without(text, list))
		text = NULL;
	copy(entries, envp, n, at, text);
	ret_env->envp = entries;
}
