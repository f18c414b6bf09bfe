/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS and its tools write: the input is read as ~/.aws/config and
 * ~/.aws/credentials, as a command line, times, paths, queries and headers
 * line by line, and as JSON.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "aws/json.h"
#include "aws/profile.h"
#include "aws/sigv4.h"
#include "aws/sigv4_canonical.h"
#include "aws/when.h"
#include "aws/words.h"
#include "tests/fuzz/fuzz.h"

static void check_files(const char *text, size_t size)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_aws_files *files = NULL;
	char path[FUZZ_PATH];
	int fd = fuzz_file(text, size, 0, path), r;

	setenv("AWS_CONFIG_FILE", path, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
	r = pedigree_aws_files_read(&files, &err);
	close(fd);
	if (r < 0) {
		FUZZ_CHECK(r == PEDIGREE_ECONFIG);
		fuzz_check_error(&err, r);
		return;
	}
	pedigree_aws_files_have(files, PEDIGREE_AWS_SSO_SESSION, "x");
	pedigree_aws_files_get(files, PEDIGREE_AWS_PROFILE, "default",
			       "region");
	pedigree_aws_files_get(files, PEDIGREE_AWS_SERVICES, "x",
			       "sagemaker.endpoint_url");
	pedigree_aws_files_free(files);
}

static void check_words(const char *line)
{
	char **words = NULL;
	size_t bytes = 0;

	if (pedigree_aws_words(line, &words) < 0) {
		FUZZ_CHECK(!words);
		return;
	}
	FUZZ_CHECK(words[0]);
	for (size_t i = 0; words[i]; i++)
		bytes += strlen(words[i]);
	FUZZ_CHECK(bytes <= strlen(line));
	free(words);
}

/* Canonical forms are what they are, however often they are made. */
static void check_canonical(const char *line)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf once = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf twice = PEDIGREE_BUF_INIT;

	pedigree_sigv4_path(&path, line, false);
	FUZZ_CHECK(path.len && path.data[0] == '/');
	FUZZ_CHECK(!strstr(path.data, "//"));
	FUZZ_CHECK(!strstr(path.data, "/../") && !strstr(path.data, "/./"));
	FUZZ_CHECK(pedigree_sigv4_query(&once, line) == 0);
	FUZZ_CHECK(pedigree_sigv4_query(&twice, once.data) == 0);
	FUZZ_SAME(once.data, twice.data);
}

/* Nothing that was given can add a line to what is signed. */
static void check_signature(const char *line, const char *previous)
{
	const struct pedigree_sigv4_header headers[] = {
		{ "X-First", line },
		{ previous, "x  y" },
	};
	const struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = "host",
		.path = previous,
		.query = line,
		.headers = headers,
		.n_headers = PEDIGREE_COUNT(headers),
		.body = line,
		.n_body = strlen(line),
	};
	const struct pedigree_sigv4_keys keys = { "AKID", "SECRET", NULL };
	const struct pedigree_sigv4_scope scope = { .region = "eu-west-1",
						    .service = "sagemaker" };
	_cleanup_sigv4_ struct pedigree_sigv4 sigv4 = PEDIGREE_SIGV4_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	size_t lines = 0;
	int r = pedigree_sigv4_sign(&request, &keys, &scope, 1700000000, &sigv4,
				    &err);

	if (r < 0) {
		fuzz_check_error(&err, r);
		return;
	}
	for (const char *at = sigv4.canonical.data; *at; at++)
		lines += *at == '\n';
	/* Method, path, query, at most 5 headers, empty, names, digest. */
	FUZZ_CHECK(lines >= 7 && lines <= 10);
	FUZZ_CHECK(!strchr(sigv4.authorization.data, '\n'));
	FUZZ_CHECK(!strstr(sigv4.authorization.data, "SECRET") ||
		   strstr(previous, "ecret") || strstr(previous, "ECRET"));
}

static void check_json(const char *text, size_t size)
{
	static const struct pedigree_aws_json_names names = {
		.access_key = "AccessKeyId",
		.secret_key = "SecretAccessKey",
		.session_token = "Token",
		.expires = "Expiration",
	};
	_cleanup_aws_json_ struct pedigree_aws_json *json =
		pedigree_aws_json_parse(text, size);
	_cleanup_aws_credentials_ struct pedigree_aws_credentials keys = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int64_t number;
	int r;

	if (!json)
		return;
	pedigree_aws_json_text(json, "Error.Code");
	pedigree_aws_json_integer(json, "Version", &number);
	r = pedigree_aws_json_credentials(json, &names, "it", &keys, &err);
	if (r < 0)
		fuzz_check_error(&err, r);
	else
		FUZZ_CHECK(keys.access_key && keys.secret_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	const char *previous = "";
	char *at = text, *line;
	int64_t when;

	check_files(text, size);
	check_json(text, size);
	while ((line = fuzz_line(&at))) {
		check_words(line);
		check_canonical(line);
		check_signature(line, previous);
		pedigree_aws_when(line, &when);
		pedigree_aws_http_date(line, &when);
		previous = line;
	}
	return 0;
}
