/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and URIs. A line is a path below "/", and a URI.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "tests/fuzz/fuzz.h"

/* A clean path is "/" or components other than "", "." and "..". */
static void check_clean(const char *path)
{
	FUZZ_CHECK(path[0] == '/');
	for (const char *part = path + 1; part[-1];) {
		size_t n = strcspn(part, "/");

		FUZZ_CHECK(n || !strcmp(path, "/"));
		FUZZ_CHECK(n != 1 || part[0] != '.');
		FUZZ_CHECK(n != 2 || part[0] != '.' || part[1] != '.');
		part += n + 1;
	}
}

static void check_path(const char *line)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf back = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *clean = NULL;

	pedigree_path_join(&path, "/", line);
	clean = strdup(path.data);
	FUZZ_CHECK(clean);
	pedigree_path_clean(clean);
	FUZZ_CHECK(strlen(clean) <= path.len);
	check_clean(clean);
	FUZZ_CHECK(pedigree_path_under(clean, "/"));
	FUZZ_CHECK(pedigree_path_under(clean, clean));
	pedigree_path_to_uri(&uri, clean);
	for (size_t i = 0; i < uri.len; i++)
		FUZZ_CHECK(uri.data[i] > ' ' && uri.data[i] < 0x7f);
	FUZZ_CHECK(pedigree_uri_to_path(&back, uri.data));
	FUZZ_SAME(back.data, clean);
}

static void check_uri(const char *line)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf again = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&path, "kept");
	if (!pedigree_uri_to_path(&path, line)) {
		FUZZ_SAME(path.data, "kept");
		return;
	}
	FUZZ_CHECK(path.len == strlen(path.data));
	FUZZ_CHECK(path.data[4] == '/');
	pedigree_path_to_uri(&uri, path.data + 4);
	FUZZ_CHECK(pedigree_uri_to_path(&again, uri.data));
	FUZZ_SAME(again.data, path.data + 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	char *at = text, *line;

	while ((line = fuzz_line(&at))) {
		check_path(line);
		check_uri(line);
	}
	return 0;
}
