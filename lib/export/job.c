/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs of the same thing have in common: the name of the job. Names of
 * runs differ, by a number or a stamp.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/words.h"

#define SHA256_PREFIX "sha256:"

int pedigree_export_asked(const struct pedigree_sheet *recipe, char **ret_asked)
{
	const char *asked = pedigree_sheet_get(recipe, "name", "asked");

	*ret_asked = asked && *asked ? strdup(asked) : NULL;
	return asked && *asked && !*ret_asked ? PEDIGREE_ENOMEM : 0;
}

int pedigree_export_asked_in(const struct pedigree_record *record,
			     const struct pedigree_entity *run,
			     char **ret_asked)
{
	_cleanup_(pedigree_sheet_clear) struct pedigree_sheet recipe = { 0 };
	const char *value = pedigree_export_param(run, PEDIGREE_PARAM_RECIPE);
	const size_t n = strlen(SHA256_PREFIX);
	const char *text = NULL;

	*ret_asked = NULL;
	if (!value || strncmp(value, SHA256_PREFIX, n) != 0)
		return 0;
	for (size_t i = 0; !text && i < record->manifests.n; i++)
		if (strcmp(record->manifests.v[i].digest, value + n) == 0)
			text = record->manifests.v[i].text;
	if (!text)
		return 0;
	if (pedigree_sheet_read(text, &recipe) < 0)
		return PEDIGREE_ENOMEM;
	return pedigree_export_asked(&recipe, ret_asked);
}

/* A step is called after its run. */
static const char *own_part(const char *name, const char *run)
{
	size_t n = run ? strlen(run) : 0;

	return n && name && strncmp(name, run, n) == 0 && name[n] == '-' &&
			       name[n + 1]
		       ? name + n + 1
		       : NULL;
}

bool pedigree_export_is_step(const struct pedigree_entity *entity,
			     const struct pedigree_entity *run)
{
	const char *of = pedigree_export_param(entity, "run");

	return of && run->name && entity != run && strcmp(of, run->name) == 0 &&
	       own_part(entity->name, run->name);
}

/* "-YYYYMMDD-HHMMSS-xxxx", as names that nobody chose end in. */
static size_t without_stamp(const char *name)
{
	static const char stamp[] = "-dddddddd-dddddd-xxxx";
	size_t n = strlen(name), n_stamp = strlen(stamp);

	if (n <= n_stamp)
		return n;
	for (size_t i = 0; i < n_stamp; i++) {
		char c = name[n - n_stamp + i];
		bool digit = c >= '0' && c <= '9';
		bool fits = stamp[i] == '-'   ? c == '-'
			    : stamp[i] == 'd' ? digit
					      : digit || (c >= 'a' && c <= 'f');

		if (!fits)
			return n;
	}
	return n - n_stamp;
}

void pedigree_export_job(const struct pedigree_export_run *told,
			 struct pedigree_buf *buf)
{
	const char *name = pedigree_export_name(told->run);
	const char *own = told->parent ? own_part(told->run->name,
						  told->parent->run->name)
				       : NULL;

	if (told->asked) {
		pedigree_buf_add_str(buf, told->asked);
	} else if (own) {
		pedigree_export_job(told->parent, buf);
		pedigree_buf_add_char(buf, '.');
		pedigree_buf_add_str(buf, own);
	} else {
		pedigree_buf_add(buf, name, without_stamp(name));
	}
}
