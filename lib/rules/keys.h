/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of sections and keys (keys.def) and the values they take.
 */
#ifndef PEDIGREE_RULES_KEYS_H
#define PEDIGREE_RULES_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pedigree_section_kind {
	PEDIGREE_SECTION_PLAIN,
	PEDIGREE_SECTION_NAMED,
	PEDIGREE_SECTION_EITHER,
	PEDIGREE_SECTION_BACKENDS,
	PEDIGREE_SECTION_MAP
};

enum pedigree_value_type {
	PEDIGREE_VALUE_BOOL, /* yes, no, true, false, on, off, 1, 0 */
	PEDIGREE_VALUE_NUMBER,
	PEDIGREE_VALUE_SIZE,	 /* 4096, 64K, 10M, 2G, 1T */
	PEDIGREE_VALUE_DURATION, /* 10, 10s, 2m, 1h, 30d, 500ms */
	PEDIGREE_VALUE_STRING,
	PEDIGREE_VALUE_WORDS,  /* see pedigree_next_word; later lines replace */
	PEDIGREE_VALUE_GLOBS,  /* the same; later lines add */
	PEDIGREE_VALUE_ROLE,   /* input, output, any */
	PEDIGREE_VALUE_STEPS,  /* rules, auto, no */
	PEDIGREE_VALUE_URI,    /* scheme://… */
	PEDIGREE_VALUE_DIGEST, /* content, size+mtime, none */
	PEDIGREE_VALUE_PUSH,   /* auto, wait, manual */
	PEDIGREE_VALUE_IDENTITY, /* uri, version */
	PEDIGREE_VALUE_STORE,	 /* s3, gcs, azure, huggingface, none */
	/* "verified", so that no layer takes back what another requires */
	PEDIGREE_VALUE_VERIFIED
};

struct pedigree_section_def {
	const char *name;
	enum pedigree_section_kind kind;
	bool folder; /* allowed in ./pedigree.conf */
	const char *help;
};

struct pedigree_key_def {
	const char *section;
	const char *key;
	enum pedigree_value_type type;
	bool folder;
	const char *help;
};

/* Both end with a NULL name. */
extern const struct pedigree_section_def pedigree_sections[];
extern const struct pedigree_key_def pedigree_keys[];

const struct pedigree_section_def *pedigree_section_find(const char *name);
const struct pedigree_key_def *pedigree_key_find(const char *section,
						 const char *key);

/* The known word a person probably meant, or NULL. */
const char *pedigree_section_nearest(const char *name);
const char *pedigree_key_nearest(const char *section, const char *key);

/* False when the text is not a value of the type. */
bool pedigree_parse_bool(const char *text, bool *ret);
bool pedigree_parse_number(const char *text, uint64_t *ret);
bool pedigree_parse_size(const char *text, uint64_t *ret);
bool pedigree_parse_ms(const char *text, uint64_t *ret);

/*
 * What is wrong with a value, as the end of a sentence ("is not a number"),
 * or NULL when it is fine.
 */
const char *pedigree_value_fault(enum pedigree_value_type type,
				 const char *text);

/* The words that a value of the type is one of, ended by NULL; NULL: others. */
const char *const *pedigree_value_words(enum pedigree_value_type type);

/*
 * Takes the next word from *text into `word`, which has room for strlen(*text)
 * + 1 bytes or is NULL, and moves *text behind it. Words are separated by
 * white space; quotes ('…' or "…") keep it and disappear, and with nothing in
 * them are no word; a backslash keeps the byte after it and stays, since globs
 * have the same use for it.
 *
 * @return 1 for a word, 0 at the end, -1 for a quote that is not closed
 */
int pedigree_next_word(const char **text, char *word);

#endif
