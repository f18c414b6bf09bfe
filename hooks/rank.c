/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/rank.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "hooks/log.h"

#define RANK_MAX 64u /* longer ones are not ranks */

/* Letters and no pointers, as in all tables here: the loader would have to
   relocate those at the start of every program. */
static const struct launcher {
	char word[12], rank[24], size[24], job[24];
} launchers[] = {
#define LAUNCHER(word, rank, size, job1, job2, job3) { word, rank, size, job1 },
#include "evlog/rank.def"
#undef LAUNCHER
};

#define LAUNCHERS (sizeof(launchers) / sizeof(*launchers))

/* The value, when `entry` sets `name`. */
static const char *value(const char *entry, const char *name)
{
	while (*name && *entry == *name) {
		entry++;
		name++;
	}
	return !*name && *entry == '=' && entry[1] ? entry + 1 : NULL;
}

static const char *find(char *const envp[], const char *name)
{
	const char *found = NULL;

	for (; *name && *envp && !found; envp++)
		found = value(*envp, name);
	return found;
}

/* Most environments have no rank, and are to be passed over quickly. */
static bool has_rank(char *const envp[])
{
	for (; *envp; envp++) {
		char first = **envp;

		if (first != 'R' && first != 'O' && first != 'S' &&
		    first != 'P')
			continue;
		for (size_t i = 0; i < LAUNCHERS; i++)
			if (value(*envp, launchers[i].rank))
				return true;
	}
	return false;
}

void pedigree_rank_tell(char *const envp[])
{
	if (!envp || !has_rank(envp))
		return;
	for (size_t i = 0; i < LAUNCHERS; i++) {
		const struct launcher *launcher = &launchers[i];
		const char *rank = find(envp, launcher->rank);
		const char *size = find(envp, launcher->size);
		struct pedigree_entry entry = { .type = PEDIGREE_EV_RANK };

		if (!rank || strlen(rank) > RANK_MAX ||
		    (*launcher->job && !find(envp, launcher->job)))
			continue;
		if (!size || strlen(size) > RANK_MAX)
			size = "";
		entry.text[0] =
			(struct pedigree_text){ launcher->word,
						strlen(launcher->word) };
		entry.text[1] = (struct pedigree_text){ rank, strlen(rank) };
		entry.text[2] = (struct pedigree_text){ size, strlen(size) };
		pedigree_log_add(&entry);
		return;
	}
}
