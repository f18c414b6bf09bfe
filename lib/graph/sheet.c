/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/fs.h"
#include "graph/text.h"
#include "rules/rules.h"

void pedigree_sheet_begin(struct pedigree_buf *text)
{
	pedigree_buf_add_str(text, "pedigree-sheet 1\n");
}

void pedigree_sheet_add(struct pedigree_buf *text, const char *topic,
			const char *name, const char *value)
{
	pedigree_buf_add_str(text, topic);
	pedigree_buf_add_char(text, '\t');
	pedigree_percent_encode(text, name);
	pedigree_buf_add_char(text, '\t');
	pedigree_percent_encode(text, value);
	pedigree_buf_add_char(text, '\n');
}

void pedigree_sheet_clear(struct pedigree_sheet *sheet)
{
	for (size_t i = 0; i < sheet->n; i++) {
		free(sheet->v[i].topic);
		free(sheet->v[i].name);
		free(sheet->v[i].value);
	}
	pedigree_vec_clear(sheet);
}

/* "" for what is no encoding, which a sheet of ours has not. */
static char *decode(const char *text, size_t n)
{
	_cleanup_buf_ struct pedigree_buf plain = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *part = strndup(text, n);

	if (!part)
		return NULL;
	pedigree_percent_decode(&plain, part);
	if (pedigree_buf_error(&plain))
		return NULL;
	return plain.len ? pedigree_buf_take(&plain) : strdup("");
}

int pedigree_sheet_read(const char *text, struct pedigree_sheet *ret_sheet)
{
	struct pedigree_sheet sheet = { 0 };
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		const char *name = memchr(text, '\t', (size_t)(end - text));
		const char *value =
			name ? memchr(name + 1, '\t', (size_t)(end - name - 1))
			     : NULL;
		struct pedigree_sheet_line *line;

		if (!value)
			continue;
		line = pedigree_vec_push(&sheet);
		if (line) {
			line->topic = decode(text, (size_t)(name - text));
			line->name =
				decode(name + 1, (size_t)(value - name - 1));
			line->value =
				decode(value + 1, (size_t)(end - value - 1));
		}
		if (!line || !line->topic || !line->name || !line->value) {
			pedigree_sheet_clear(&sheet);
			return PEDIGREE_ENOMEM;
		}
	}
	*ret_sheet = sheet;
	return 0;
}

const char *pedigree_sheet_get(const struct pedigree_sheet *sheet,
			       const char *topic, const char *name)
{
	for (size_t i = 0; i < sheet->n; i++)
		if (strcmp(sheet->v[i].topic, topic) == 0 &&
		    strcmp(sheet->v[i].name, name) == 0)
			return sheet->v[i].value;
	return NULL;
}

bool pedigree_sheet_has(const struct pedigree_sheet *sheet, const char *topic)
{
	for (size_t i = 0; i < sheet->n; i++)
		if (strcmp(sheet->v[i].topic, topic) == 0)
			return true;
	return false;
}

bool pedigree_sheet_allows(const struct pedigree_sheet *sheet,
			   const char *variable)
{
	for (size_t i = 0; i < sheet->n; i++)
		if (strcmp(sheet->v[i].topic, "allowed") == 0 &&
		    pedigree_glob_match_text(sheet->v[i].name, variable))
			return true;
	return false;
}

int pedigree_sheet_keep(struct pedigree_record *record, const char *param,
			struct pedigree_buf *text)
{
	struct pedigree_entity *run = record->entities.v;
	char value[PEDIGREE_SHA256_HEX + 8] = "sha256:";
	struct pedigree_manifest *manifest;

	if (!record->entities.n || run->kind != PEDIGREE_TRIAL_COMPONENT ||
	    run->parameters.n >= PEDIGREE_PARAMS_MAX)
		return 0;
	if (pedigree_buf_error(text) ||
	    pedigree_sha256(text->data, text->len, value + 7) < 0)
		return PEDIGREE_ENOMEM;
	manifest = pedigree_vec_push(&record->manifests);
	if (!manifest)
		return PEDIGREE_ENOMEM;
	manifest->digest = strdup(value + 7);
	manifest->text = pedigree_buf_take(text);
	if (!manifest->digest || !manifest->text) {
		free(manifest->digest);
		free(manifest->text);
		record->manifests.n--;
		return PEDIGREE_ENOMEM;
	}
	return pedigree_params_set(&run->parameters, param, value);
}
