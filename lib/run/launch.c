/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What launcher started this process as one of many, and a key that all of
 * them come to by themselves, so that they need nobody who tells them.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "run/ranks.h"

#define JOBS 3
#define WORD_MAX 64 /* longer ones are no ranks */

static const struct launcher {
	const char *word, *rank, *size;
	const char *job[JOBS];
} launchers[] = {
#define LAUNCHER(word, rank, size, job1, job2, job3) \
	{ word, rank, size, { job1, job2, job3 } },
#include "evlog/rank.def"
#undef LAUNCHER
};

static const char *setting(const char *name)
{
	const char *value = *name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}

static bool is_word(const char *text)
{
	return text && strlen(text) <= WORD_MAX;
}

static const struct launcher *find_launcher(void)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(launchers); i++)
		if (is_word(setting(launchers[i].rank)) &&
		    (!*launchers[i].job[0] || setting(launchers[i].job[0])))
			return &launchers[i];
	return NULL;
}

static void add_part(struct pedigree_buf *buf, const char *text)
{
	pedigree_buf_add(buf, text, strlen(text) + 1);
}

/* Ranks may be given arguments of their own: --node_rank 1, part1.csv. */
static void add_command(struct pedigree_buf *buf, char *const *argv)
{
	for (; *argv; argv++) {
		for (const char *at = *argv; *at; at++)
			if (*at < '0' || *at > '9')
				pedigree_buf_add_char(buf, *at);
		pedigree_buf_add_char(buf, '\0');
	}
}

/* 0 also when there is no launcher: facts->launcher is NULL then. */
int pedigree_launch_find(struct pedigree_run_facts *facts, char *ret_key)
{
	const struct launcher *launcher = find_launcher();
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	char hex[PEDIGREE_SHA256_HEX];
	const char *size;

	*ret_key = '\0';
	if (!launcher)
		return 0;
	size = setting(launcher->size);
	facts->launcher = strdup(launcher->word);
	facts->rank = strdup(setting(launcher->rank));
	facts->ranks = is_word(size) ? strdup(size) : NULL;
	if (!facts->launcher || !facts->rank ||
	    (is_word(size) && !facts->ranks))
		return PEDIGREE_ENOMEM;
	if (!*launcher->job[0])
		return 0;
	add_part(&buf, launcher->word);
	for (size_t i = 0; i < JOBS; i++) {
		const char *value = setting(launcher->job[i]);

		add_part(&buf, value ? value : "");
	}
	add_command(&buf, facts->argv);
	if (pedigree_buf_error(&buf) ||
	    pedigree_sha256(buf.data, buf.len, hex) < 0)
		return PEDIGREE_ENOMEM;
	memcpy(ret_key, hex, PEDIGREE_LAUNCH_KEY - 1);
	ret_key[PEDIGREE_LAUNCH_KEY - 1] = '\0';
	return 0;
}
