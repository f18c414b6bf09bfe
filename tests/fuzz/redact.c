/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redaction. The lines are the arguments of a command, and URLs.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/redact.h"
#include "tests/fuzz/fuzz.h"

/* What was redacted once has nothing more to hide. */
static void check_arg(const char *previous, const char *arg)
{
	_cleanup_buf_ struct pedigree_buf once = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf twice = PEDIGREE_BUF_INIT;

	pedigree_redact_arg(&once, previous, arg);
	FUZZ_CHECK(!pedigree_buf_error(&once));
	FUZZ_CHECK(strlen(once.data) == once.len);
	pedigree_redact_arg(&twice, previous, once.data);
	FUZZ_SAME(once.data, twice.data);
	if (pedigree_secret_value(arg))
		FUZZ_CHECK(strcmp(arg, once.data) != 0);
	FUZZ_CHECK(!pedigree_secret_value(once.data));
}

static void check_url(const char *url)
{
	_cleanup_buf_ struct pedigree_buf once = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf twice = PEDIGREE_BUF_INIT;

	pedigree_redact_url(&once, url);
	FUZZ_CHECK(!pedigree_buf_error(&once));
	FUZZ_CHECK(!pedigree_secret_value(once.data));
	pedigree_redact_url(&twice, once.data);
	FUZZ_SAME(once.data, twice.data);
}

/* As one of a command line, where what came before counts. */
static void check_next(struct pedigree_mask_line *place, const char *arg)
{
	_cleanup_buf_ struct pedigree_buf kept = PEDIGREE_BUF_INIT;

	pedigree_redact_next(&kept, place, arg, NULL, NULL);
	FUZZ_CHECK(!pedigree_buf_error(&kept));
	FUZZ_CHECK(!pedigree_secret_value(kept.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	struct pedigree_mask_line place = { .pem = false };
	const char *previous = NULL;
	char *at = text, *line;

	while ((line = fuzz_line(&at))) {
		pedigree_secret_name(line);
		check_arg(NULL, line);
		check_arg(previous, line);
		check_next(&place, line);
		check_url(line);
		previous = line;
	}
	return 0;
}
