/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of the backend jsonl, and its index: others write into that file
 * and rotate it, and writers die. The input is the file and, after a line
 * "%", its index. A record is appended whole and once, and no whole line that
 * somebody else wrote is lost.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/fs.h"
#include "store/jsonl_file.h"
#include "tests/fuzz/fuzz.h"

#define RUN "train-1"
#define RECORD \
	"{\"Kind\":\"Artifact\",\"Run\":\"train-1\"}\n" \
	"{\"Kind\":\"Capture\",\"Run\":\"train-1\",\"Revision\":1}\n"

static const char ours[] = "{\"Kind\":\"";

static bool is_ours(const char *line)
{
	return !strncmp(line, ours, sizeof(ours) - 1);
}

/* One that surely is; a damaged one may go. */
static bool is_last(const char *line)
{
	static const char next[] = "\",\"Revision\":";
	const char *run = line + sizeof(PEDIGREE_JSONL_LAST);

	if (strncmp(line, PEDIGREE_JSONL_LAST "\"",
		    sizeof(PEDIGREE_JSONL_LAST)))
		return false;
	run += strcspn(run, "\"\\\n");
	return !strncmp(run, next, sizeof(next) - 1);
}

/* Does `after` begin with what must not be lost of `before`: everything up
   to the last line that is another's or ends a record? */
static void check_kept(const char *before, size_t n,
		       const struct pedigree_buf *after)
{
	size_t keep = 0;

	for (size_t at = 0; at < n;) {
		const char *newline = memchr(before + at, '\n', n - at);
		size_t end;

		if (!newline)
			break;
		end = (size_t)(newline - before) + 1;
		if (!is_ours(before + at) || is_last(before + at))
			keep = end;
		at = end;
	}
	FUZZ_CHECK(after->len >= keep);
	FUZZ_CHECK(memcmp(before, after->data, keep) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf index = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf once = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf twice = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf record = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *cut = memmem(text, size, "\n%\n", 3);
	size_t n = cut ? (size_t)(cut - text) : size;
	int r;

	pedigree_buf_addf(&path, "%s/lineage.jsonl", fuzz_folder());
	pedigree_buf_addf(&index, "%s.index", path.data);
	FUZZ_CHECK(!pedigree_write_file_soon(path.data, text, n, NULL));
	FUZZ_CHECK(!pedigree_write_file_soon(index.data, cut ? cut + 3 : "",
					     cut ? size - n - 3 : 0, NULL));
	pedigree_buf_add_str(&record, RECORD);
	r = pedigree_jsonl_append(path.data, RUN, 1, &record, &err);
	FUZZ_CHECK(!pedigree_read_file(path.data, 1 << 24, &once, NULL));
	check_kept(text, n, &once);
	if (r < 0) {
		fuzz_check_error(&err, r);
		FUZZ_CHECK(once.len <= n);
		return 0;
	}
	FUZZ_CHECK(!pedigree_jsonl_append(path.data, RUN, 1, &record, NULL));
	FUZZ_CHECK(!pedigree_read_file(path.data, 1 << 24, &twice, NULL));
	FUZZ_CHECK(once.len == twice.len &&
		   !memcmp(once.data, twice.data, once.len));
	return 0;
}
