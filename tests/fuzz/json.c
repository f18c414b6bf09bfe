/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/json.h"

#include <string.h>

#include "graph/rollup.h"
#include "tests/fuzz/fuzz.h"

/* Reading goes forward and stays within the text. */
static void check_manifest(const char *text)
{
	const char *at = text, *end = text + strlen(text), *before = text;
	struct pedigree_manifest_line line;

	while (pedigree_manifest_next(&at, &line)) {
		FUZZ_CHECK(at > before && at <= end);
		FUZZ_CHECK(line.version >= before);
		FUZZ_CHECK(line.version + line.version_n < line.path);
		FUZZ_CHECK(line.path + line.path_n < at);
		before = at;
	}
}

static void check_entity(const struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf first = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf second = PEDIGREE_BUF_INIT;
	struct pedigree_entity again;

	FUZZ_CHECK(pedigree_entity_to_json(entity, true, &first, NULL) == 0);
	FUZZ_CHECK(pedigree_entity_from_json(entity->kind, first.data,
					     first.len, &again, NULL) == 0);
	FUZZ_CHECK(pedigree_entity_to_json(&again, true, &second, NULL) == 0);
	FUZZ_SAME(first.data, second.data);
	pedigree_entity_clear(&again);
}

static void check_capture(const struct pedigree_record *record)
{
	_cleanup_buf_ struct pedigree_buf first = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf second = PEDIGREE_BUF_INIT;
	_cleanup_record_ struct pedigree_record *again = pedigree_record_new();

	FUZZ_CHECK(again);
	FUZZ_CHECK(pedigree_capture_to_json(record, &first, NULL) == 0);
	FUZZ_CHECK(pedigree_capture_from_json(first.data, first.len, again,
					      NULL) == 0);
	FUZZ_CHECK(pedigree_capture_to_json(again, &second, NULL) == 0);
	FUZZ_SAME(first.data, second.data);
}

void fuzz_check_record(const char *json, size_t n)
{
	_cleanup_record_ struct pedigree_record *record = NULL;
	_cleanup_buf_ struct pedigree_buf again = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (pedigree_record_from_json(json, n, &record, &err) < 0)
		fuzz_same(__FILE__, __LINE__, err.text, json);
	FUZZ_CHECK(record->run && record->entities.n);
	FUZZ_CHECK(pedigree_record_to_json(record, &again, NULL) == 0);
	FUZZ_CHECK(again.len == n);
	FUZZ_SAME(json, again.data);
	for (size_t i = 0; i < record->entities.n; i++)
		check_entity(&record->entities.v[i]);
	for (size_t i = 0; i < record->manifests.n; i++)
		check_manifest(record->manifests.v[i].text);
	check_capture(record);
}
