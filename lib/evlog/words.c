/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of what stands in a log as numbers.
 */
#include "config.h"

#include "evlog/reader.h"

static const char *const event_words[] = {
#define EVENT(number, name, word, meaning) [number] = word,
#include "evlog/events.def"
#undef EVENT
};

static const struct {
	const char *word, *meaning;
} blinds[] = {
#define BLIND(number, name, word, meaning) [number] = { word, meaning },
#include "evlog/blind.def"
#undef BLIND
};

static const char *const drop_words[] = {
	[PEDIGREE_DROP_SPACE] = "space",
	[PEDIGREE_DROP_OPEN] = "open",
	[PEDIGREE_DROP_BUSY] = "busy",
	[PEDIGREE_DROP_SCRATCH] = "scratch",
};

const char *pedigree_event_word(unsigned int type)
{
	return type < PEDIGREE_COUNT(event_words) ? event_words[type] : NULL;
}

const char *pedigree_blind_word(unsigned int kind)
{
	return kind < PEDIGREE_COUNT(blinds) ? blinds[kind].word : NULL;
}

const char *pedigree_blind_meaning(unsigned int kind)
{
	return kind < PEDIGREE_COUNT(blinds) ? blinds[kind].meaning : NULL;
}

const char *pedigree_drop_word(unsigned int reason)
{
	return reason < PEDIGREE_COUNT(drop_words) ? drop_words[reason] : NULL;
}
