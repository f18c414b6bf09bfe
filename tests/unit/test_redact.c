/* SPDX-License-Identifier: Apache-2.0 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rules/redact.h"

static void test_names_of_secrets_are_known(void **state)
{
	static const char *const names[] = {
		"password",
		"PASSWORD",
		"--db-password",
		"passwd",
		"api-key",
		"API_KEY",
		"apiKey",
		"--apikey",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_ACCESS_KEY_ID",
		"AWS_SESSION_TOKEN",
		"token",
		"HF_TOKEN",
		"hfToken",
		"HUGGING_FACE_HUB_TOKEN",
		"GITHUB_TOKEN",
		"GITHUB_PAT",
		"WANDB_API_KEY",
		"OPENAI_KEY",
		"client_secret",
		"private-key",
		"passphrase",
		"MYSQL_PASS",
		"db_pwd",
		"PGPASSWORD",
		"Authorization",
		"Cookie",
		"--auth",
		"credentials",
		"jwt",
		"connection-string",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		if (!pedigree_secret_name(names[i]))
			fail_msg("'%s' should be a secret's", names[i]);
	}
}

static void test_names_of_parameters_are_not_taken_for_secrets(void **state)
{
	static const char *const names[] = {
		"lr",	      "--epochs",
		"max_tokens", "--num-tokens",
		"tokenizer",  "tokenizer_path",
		"token_dim",  "pad_token",
		"eos-token",  "mask_token_id",
		"author",     "key",
		"sort_key",   "primary-key",
		"num_passes", "n_pass",
		"PWD",	      "OLDPWD",
		"keyboard",   "batch",
		"path",	      "PATH",
		"monkey",     "compass",
		"bypass",     "",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		if (pedigree_secret_name(names[i]))
			fail_msg("'%s' is no secret's", names[i]);
	}
}

/* Put together here, so that no scanner takes this file for a leak. */
#define AWS_ID \
	"AKIA" \
	"IOSFODNN7EXAMPLE"
#define GITHUB \
	"ghp_" \
	"0123456789abcdefghijABCDEFGHIJ012345"
#define HUB \
	"hf_" \
	"abcdefghijklmnopqrstuvwxyzABCDEFGH"
#define OPENAI \
	"sk-" \
	"proj-abcdefghijklmnopqrstuvwxyz0123456789"
#define WEB_TOKEN \
	"eyJ" \
	"hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

static void test_values_that_are_secrets_are_known(void **state)
{
	static const char *const values[] = {
		AWS_ID,
		"key is " AWS_ID " there",
		"Bearer abcdef0123456789",
		"bearer abcdef0123456789",
		"-----BEGIN RSA "
		"PRIVATE KEY-----",
		WEB_TOKEN,
		GITHUB,
		HUB,
		OPENAI,
		"AccountKey=0123456789abcdef==",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(values); i++) {
		if (!pedigree_secret_value(values[i]))
			fail_msg("'%s' should be a secret", values[i]);
	}
}

static void test_ordinary_values_are_not_secrets(void **state)
{
	static const char *const values[] = {
		"",
		"0.1",
		"/data/train.csv",
		"s3://bucket/key",
		"task-1",
		"risk-free-rate-estimation-model",
		"basic",
		"sk-learn",
		"hf_model",
		"AKIA",
		"eyJ",
		"bearer",
		"xoxo",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(values); i++) {
		if (pedigree_secret_value(values[i]))
			fail_msg("'%s' is no secret", values[i]);
	}
}

struct redact_case {
	const char *previous, *text, *kept;
};

static void check_url(const char *url, const char *kept)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_redact_url(&buf, url);
	assert_string_equal(buf.data, kept);
}

static void test_urls_lose_user_query_and_fragment(void **state)
{
	(void)state;
	check_url("https://host/a/b", "https://host/a/b");
	check_url("https://user@host/a", "https://host/a");
	check_url("https://user:pw@host:8443/a?b=c#d", "https://host:8443/a");
	check_url("https://user:p@w@host/a", "https://host/a");
	check_url("https://user:p/w@host/a", "https://host/a");
	check_url("https://user:p?w@host/a", "https://host/a");
	check_url("https://host/a?X-Amz-Signature=0123456789abcdef0",
		  "https://host/a");
	check_url("https://host/a@b", "https://host/a@b");
	check_url("https://[::1]:80/a", "https://[::1]:80/a");
	check_url("s3://bucket/key?versionId=3", "s3://bucket/key");
	check_url("git@host:group/project.git", "git@host:group/project.git");
	check_url("oauth2:pw@host:group/project.git", "host:group/project.git");
	check_url("https://host/" GITHUB "/x",
		  "https://host/" PEDIGREE_REDACTED "/x");
	check_url("/srv/git/a.git", "/srv/git/a.git");
	check_url("https://host/a;token=b?c",
		  "https://host/a;token=[redacted]");
	check_url("ssh://u@host:x:22/y@host/z", "ssh://host/z");
	check_url("a:b@host/postgresql://c:d@db/e", "db/e");
	check_url("", "");
}

static void test_arguments_lose_secrets_and_nothing_else(void **state)
{
	static const struct redact_case cases[] = {
		{ NULL, "train.py", "train.py" },
		{ NULL, "--lr=0.1", "--lr=0.1" },
		{ "--lr", "0.1", "0.1" },
		{ NULL, "--password=hunter2", "--password=[redacted]" },
		{ NULL, "--password=a b, c", "--password=[redacted]" },
		{ "--password", "hunter2", "[redacted]" },
		{ "--api-key", "-starts-odd", "[redacted]" },
		{ "--use-auth-token", "--lr", "--lr" },
		{ "--password=x", "train.csv", "train.csv" },
		{ NULL, "DB_PASSWORD=x y", "DB_PASSWORD=[redacted]" },
		{ NULL, "--password=", "--password=" },
		{ NULL, "--max-tokens=100", "--max-tokens=100" },
		{ NULL, "--model.token=abc", "--model.token=[redacted]" },
		{ NULL, "https://u:p@host/x?y", "https://host/x" },
		{ NULL, "--url=postgresql://u:p@host/db",
		  "--url=postgresql://host/db" },
		{ NULL, "host=a password=b user=c",
		  "host=a password=[redacted] user=c" },
		{ NULL, "{\"password\": \"a b\", \"lr\": 0.1}",
		  "{\"password\": \"[redacted]\", \"lr\": 0.1}" },
		{ NULL, "jdbc:sqlserver://db:1433;user=sa;password=hunter2",
		  "jdbc:sqlserver://db:1433;user=sa;password=[redacted]" },
		{ NULL, "http://token:8080/x", "http://token:8080/x" },
		{ NULL, AWS_ID "token: a", "[redacted]token: [redacted]" },
		{ "-H", "Authorization: Basic YTpi",
		  "Authorization: [redacted]" },
		{ NULL, "--header=X-Api-Key: abc",
		  "--header=X-Api-Key: [redacted]" },
		{ "-u", "me:hunter2", "me:[redacted]" },
		{ "-c", "f('" AWS_ID "')", "f('[redacted]')" },
		{ NULL, HUB, "[redacted]" },
		{ NULL, "", "" },
		{ NULL, "\xff\xfe=1", "\xff\xfe=1" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

		pedigree_redact_arg(&buf, cases[i].previous, cases[i].text);
		assert_string_equal(buf.data, cases[i].kept);
	}
}

/* Processor time for an argument of `n` bytes made of one piece. */
static clock_t time_of(const char *piece, size_t n)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf kept = PEDIGREE_BUF_INIT;

	while (text.len < n)
		pedigree_buf_add_str(&text, piece);
	clock_t start = clock();
	pedigree_redact_arg(&kept, NULL, text.data);
	return clock() - start;
}

/* The first reading of each takes away what the URL was known by. */
static void test_what_a_lost_scheme_uncovers_is_left_out_too(void **state)
{
	static const char *const texts[] = {
		"AKIAIOSFODNN7EXAMPLE://https:/+user:hush@",
		"AKIAIOSFODNN7EXAMPLE://host:/+user:hush@db://x:y@z",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0://https:/+token:hush@h",
		"AKIAIOSFODNN7EXAMPLE://token:80",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++) {
		_cleanup_buf_ struct pedigree_buf once = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf twice = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf again = PEDIGREE_BUF_INIT;

		pedigree_redact_arg(&once, NULL, texts[i]);
		pedigree_redact_arg(&twice, NULL, once.data);
		assert_string_equal(once.data, twice.data);
		pedigree_redact_url(&url, texts[i]);
		pedigree_redact_url(&again, url.data);
		assert_string_equal(url.data, again.data);
		assert_null(strstr(url.data, "hush"));
	}
}

/* Where work grows with the square, eight times the length takes 64 times
   as long. */
static void test_work_grows_with_the_length_of_an_argument(void **state)
{
	static const char *const pieces[] = { "a.",   "a://b:x/", "eyJ.",
					      "-u ",  "-a:",	  "-u=a",
					      "/-pa", "&-pa",	  "-u a" };
	const size_t n = 16 * 1024;

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(pieces); i++) {
		bool linear = false;

		/* Others use the machine: one good try of a few will do. */
		for (int tries = 0; !linear && tries < 5; tries++) {
			clock_t one = time_of(pieces[i], n);

			linear = time_of(pieces[i], 8 * n) <
				 24 * one + CLOCKS_PER_SEC / 100;
		}
		assert_true(linear);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_secrets_are_known),
		cmocka_unit_test(
			test_names_of_parameters_are_not_taken_for_secrets),
		cmocka_unit_test(test_values_that_are_secrets_are_known),
		cmocka_unit_test(test_ordinary_values_are_not_secrets),
		cmocka_unit_test(test_urls_lose_user_query_and_fragment),
		cmocka_unit_test(test_arguments_lose_secrets_and_nothing_else),
		cmocka_unit_test(
			test_what_a_lost_scheme_uncovers_is_left_out_too),
		cmocka_unit_test(
			test_work_grows_with_the_length_of_an_argument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
