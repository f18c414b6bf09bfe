/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pedigree api`: an operation, a query and arguments, a line each, and
 * behind a line "%" the JSON of a request, which stands for an answer, too.
 * What is refused is refused with a message; requests that were made are
 * JSON; operations that only read answer in JSON without a ledger.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/vec.h"
#include "service/arguments.h"
#include "service/present.h"
#include "service/service.h"
#include "tests/fuzz/fuzz.h"

static struct pedigree_service *service;

static void close_service(void)
{
	pedigree_service_close(service);
}

/* One whose ledger does not exist, nor comes into being. */
static struct pedigree_service *get_service(void)
{
	if (service)
		return service;
	FUZZ_CHECK(!pedigree_service_open(fuzz_config(), &service, NULL));
	atexit(close_service);
	return service;
}

static void check_call(const struct pedigree_operation *operation,
		       const char *request)
{
	_cleanup_buf_ struct pedigree_buf answer = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	json_t *json;
	int r;

	if (operation->writes)
		return;
	r = pedigree_service_call(get_service(), operation, request,
				  strlen(request), &answer, &err);
	if (r < 0)
		fuzz_check_error(&err, r);
	if (r == 0 || answer.len) {
		json = json_loadb(answer.data, answer.len, 0, NULL);
		FUZZ_CHECK(json_is_object(json));
		json_decref(json);
	}
}

static void check_arguments(const struct pedigree_operation *operation,
			    const char *base, const char *const *args)
{
	_cleanup_free_ char *request = NULL;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int r = pedigree_arguments_parse(operation, base, args, &request, &err);
	json_t *json;

	if (r < 0) {
		fuzz_check_error(&err, r);
		return;
	}
	json = json_loads(request, 0, NULL);
	FUZZ_CHECK(json_is_object(json));
	json_decref(json);
	check_call(operation, request);
}

static void check_present(const char *answer, const char *query, bool text)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char *printed = NULL;
	size_t n;
	FILE *out = open_memstream(&printed, &n);
	json_t *json;
	int r;

	FUZZ_CHECK(out);
	r = pedigree_present(answer, query, text, out, &err);
	fclose(out);
	if (r < 0) {
		fuzz_check_error(&err, r);
	} else if (!text && n) {
		json = json_loadb(printed, n, JSON_DECODE_ANY, NULL);
		FUZZ_CHECK(json);
		json_decref(json);
	}
	free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	PEDIGREE_VEC(const char *) args = { 0 };
	const struct pedigree_operation *operation;
	char *at = text, *line, *name, *query;
	const char **place;

	name = fuzz_line(&at);
	query = fuzz_line(&at);
	if (!query)
		return 0;
	while ((line = fuzz_line(&at)) && strcmp(line, "%") != 0) {
		place = pedigree_vec_push(&args);
		FUZZ_CHECK(place);
		*place = line;
	}
	FUZZ_CHECK(pedigree_vec_push(&args)); /* NULL */
	operation = pedigree_operation_find(name);
	if (!operation)
		operation = &pedigree_operations_table[size % 8];
	check_arguments(operation, at, args.v);
	if (at) {
		check_call(operation, at);
		check_present(at, *query ? query : NULL, size % 2);
	}
	pedigree_vec_clear(&args);
	return 0;
}
