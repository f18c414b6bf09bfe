/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run records, as they wait in the spool and the outbox: any text is refused
 * with a message or is a record, which is written and read again the same.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "graph/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int r = pedigree_record_from_json(text, size, &record, &err);

	if (r < 0) {
		FUZZ_CHECK(!record);
		FUZZ_CHECK(r == PEDIGREE_EFORMAT);
		fuzz_check_error(&err, r);
		return 0;
	}
	FUZZ_CHECK(pedigree_record_to_json(record, &json, NULL) == 0);
	fuzz_check_record(json.data, json.len);
	return 0;
}
