/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/spelling.h"
#include "service/call.h"
#include "service/shapes.h"

/* Parts of answers that no request has. */
static const struct pedigree_shape pedigree_shape_summaries = {
	.kind = PEDIGREE_SHAPE_LIST,
	.item =
		&(const struct pedigree_shape){
			.kind = PEDIGREE_SHAPE_STRUCTURE,
		},
};
#define pedigree_shape_vertices pedigree_shape_summaries
#define pedigree_shape_edges pedigree_shape_summaries
#define pedigree_shape_results pedigree_shape_summaries

#define REQUIRED(word, of) \
	{ \
		.name = (word), .shape = &pedigree_shape_##of, \
		.required = true \
	}
#define MEMBER(word, of) \
	{ \
		.name = (word), .shape = &pedigree_shape_##of \
	}
/* clang-format off */
#define MEMBERS(...) \
	(const struct pedigree_member[]){ \
		__VA_ARGS__ __VA_OPT__(,) { .name = NULL } }
/* clang-format on */
#define READS false
#define WRITES true
#define PEDIGREE_ANY (-1)
#define OPERATION(word, text, asked, answered, changes, how, about) \
	{ \
		.name = #word, \
		.summary = (text), \
		.request = asked, \
		.response = answered, \
		.writes = (changes), \
		.run = pedigree_do_##how, \
		.kind = PEDIGREE_##about, \
	},

const struct pedigree_operation pedigree_operations_table[] = {
#include "service/operations.def"
	{ .name = NULL },
};

void pedigree_kebab(const char *name, struct pedigree_buf *buf)
{
	for (const char *c = name; *c; c++) {
		bool big = isupper((unsigned char)*c);

		if (big && c > name)
			pedigree_buf_add_char(buf, '-');
		pedigree_buf_add_char(
			buf, big ? (char)tolower((unsigned char)*c) : *c);
	}
}

/* Is `kebab` the command line's spelling of `name`? */
static bool is_kebab_of(const char *kebab, const char *name)
{
	for (const char *c = name; *c; c++) {
		bool big = isupper((unsigned char)*c);

		if (big && c > name && *kebab++ != '-')
			return false;
		if (*kebab++ != (big ? (char)tolower((unsigned char)*c) : *c))
			return false;
	}
	return *kebab == '\0';
}

const struct pedigree_operation *pedigree_operation_find(const char *name)
{
	for (const struct pedigree_operation *o = pedigree_operations_table;
	     o->name; o++)
		if (strcmp(o->name, name) == 0 || is_kebab_of(name, o->name))
			return o;
	return NULL;
}

void pedigree_operation_nearest(const char *name, struct pedigree_buf *buf)
{
	_cleanup_buf_ struct pedigree_buf letters = PEDIGREE_BUF_INIT;
	struct pedigree_spelling spelling = { NULL };

	for (; *name; name++)
		if (*name != '-')
			pedigree_buf_add_char(&letters, *name);
	for (const struct pedigree_operation *o = pedigree_operations_table;
	     letters.len && o->name; o++)
		pedigree_spelling_try(&spelling, letters.data, o->name);
	if (spelling.meant)
		pedigree_kebab(spelling.meant, buf);
}
