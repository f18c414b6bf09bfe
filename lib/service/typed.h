/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between C structures and the JSON of requests and answers: a form says
 * which member of a structure stands where, and one writer and one reader
 * serve them all.
 */
#ifndef PEDIGREE_SERVICE_TYPED_H
#define PEDIGREE_SERVICE_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "service/service.h"

enum pedigree_field_kind {
	PEDIGREE_FIELD_TEXT,   /* const char * */
	PEDIGREE_FIELD_TIME,   /* int64_t, milliseconds */
	PEDIGREE_FIELD_NUMBER, /* unsigned int */
	/* double; written when nothing else of its structure was */
	PEDIGREE_FIELD_DOUBLE,
	PEDIGREE_FIELD_ONE,    /* const char *: a list of this one string */
	PEDIGREE_FIELD_WORDS,  /* const char *const *, ended by NULL: a list */
	PEDIGREE_FIELD_CHOICE, /* an enum or int, which is an index of `words` */
	PEDIGREE_FIELD_NOT,    /* int: false when it is not 0 */
	PEDIGREE_FIELD_LIST,   /* an array of structures */
	/* The same as an object: the first field of `item` is the key. When
	   the second has no name, it is the value. */
	PEDIGREE_FIELD_MAP
};

struct pedigree_form;

struct pedigree_field {
	const char *in;	  /* structure it stands in, or NULL */
	const char *name; /* NULL: see MAP */
	enum pedigree_field_kind kind;
	size_t at;    /* offset */
	size_t count; /* the same of the number of items: LIST, MAP */
	const struct pedigree_form *item;
	const char *const *words; /* CHOICE; a NULL word is not written */
};

struct pedigree_form {
	size_t size;
	const struct pedigree_field *fields;
	size_t n;
	/* A member that is set and that the operation does not take is a
	   mistake; otherwise it is left out. */
	bool strict;
};

/* A request is laid together from structures. */
struct pedigree_part {
	const struct pedigree_form *form;
	const void *object; /* NULL: nothing */
};

/*
 * Writes what the parts have of the operation's members. What is absent (NULL,
 * 0, an empty array) is left out.
 */
int pedigree_typed_request(const struct pedigree_operation *operation,
			   const struct pedigree_part *parts, size_t n,
			   char **ret_request, struct pedigree_error *err);

/*
 * Reads an answer into new structures: one, or with `list` those of the list
 * of that name (`within` each item in the member of that name; NULL: the item
 * itself). The array is to be released with pedigree_typed_free; it is never
 * NULL, also when there are none.
 */
struct pedigree_list_name {
	const char *list;
	const char *within;
};
int pedigree_typed_answer(const char *answer,
			  const struct pedigree_list_name *list,
			  const struct pedigree_form *form, void *ret_array,
			  size_t *ret_n, struct pedigree_error *err);
void pedigree_typed_free(void *array);

/* A string of an answer, malloc'ed; PEDIGREE_EFORMAT when it has none. */
int pedigree_typed_text(const char *answer, const char *name, char **ret_text,
			struct pedigree_error *err);

#endif
