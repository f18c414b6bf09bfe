/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of what stands in a log as numbers.
 */
#include "config.h"

#include "evlog/reader.h"

#include <string.h>

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

static const char *const methods[] = {
#define METHOD(number, name) [number] = #name,
#define SERVICE(number, name, scope)
#define QUERY(bit, name, meaning)
#include "evlog/wire.def"
#undef METHOD
#undef SERVICE
#undef QUERY
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

const char *pedigree_method_word(unsigned int method)
{
	return method < PEDIGREE_COUNT(methods) && methods[method]
		       ? methods[method]
		       : "?";
}

const char *pedigree_wire_next(const struct pedigree_wire *wire,
			       const char *name, const char *before)
{
	const char *at = wire->fields;

	for (unsigned int i = 0; i < wire->head.fields; i++) {
		const char *value = at + strlen(at) + 1;

		if (!strcmp(at, name) && (!before || value > before))
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}

const char *pedigree_wire_field(const struct pedigree_wire *wire,
				const char *name)
{
	return pedigree_wire_next(wire, name, NULL);
}
