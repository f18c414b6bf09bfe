/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/present.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/json_error.h"
#include "service/call.h"
#include "service/query.h"

#define PAGE 100 /* the most that a call answers */

static int set_request(struct pedigree_joined *joined,
		       struct pedigree_error *err)
{
	free(joined->request);
	joined->request = json_dumps(joined->asked, JSON_COMPACT);
	return joined->request ? 0 : pedigree_fail_memory(err);
}

/* A page is not larger than what is still wanted, so that the token of the
   last one is where the list was left. */
static int ask_for(struct pedigree_joined *joined, size_t page,
		   struct pedigree_error *err)
{
	size_t have = json_array_size(
		json_object_get(joined->answer, joined->member));

	if (joined->max && joined->max - have < page)
		page = joined->max - have;
	if (json_object_set_new(joined->asked, "MaxResults",
				json_integer((json_int_t)page)))
		return pedigree_fail_memory(err);
	return set_request(joined, err);
}

int pedigree_joined_init(struct pedigree_joined *joined, const char *member,
			 const char *request,
			 const struct pedigree_pages *pages,
			 struct pedigree_error *err)
{
	json_error_t error;

	joined->member = member;
	joined->max = pages->max_items;
	joined->asked = json_loads(request ? request : "{}",
				   JSON_REJECT_DUPLICATES, &error);
	if (!joined->asked && pedigree_json_no_memory(&error))
		return pedigree_fail_memory(err);
	if (!json_is_object(joined->asked))
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "invalid JSON at line %d, column %d: %s",
				     error.line, error.column, error.text);
	joined->answer = json_object();
	if (!joined->answer ||
	    pedigree_put(joined->answer, member, json_array()) ||
	    pedigree_put_text(joined->asked, "NextToken",
			      pages->starting_token))
		return pedigree_fail_memory(err);
	/* Tags come 50 at a time at least, and an entity has no more. */
	if (strcmp(member, "Tags") == 0)
		return set_request(joined, err);
	return ask_for(joined, pages->page_size ? pages->page_size : PAGE, err);
}

int pedigree_joined_add(struct pedigree_joined *joined, const char *answer,
			struct pedigree_error *err)
{
	_cleanup_json_ json_t *page = json_loads(answer, 0, NULL);
	json_t *items = json_object_get(joined->answer, joined->member);
	json_t *token = json_object_get(page, "NextToken");
	size_t size = (size_t)json_integer_value(
		json_object_get(joined->asked, "MaxResults"));

	if (!page ||
	    json_array_extend(items, json_object_get(page, joined->member)))
		return pedigree_fail_memory(err);
	joined->complete = !token;
	if (!token)
		return 0;
	if (joined->max && json_array_size(items) >= joined->max) {
		joined->complete = true;
		return json_object_set(joined->answer, "NextToken", token)
			       ? pedigree_fail_memory(err)
			       : 0;
	}
	if (json_object_set(joined->asked, "NextToken", token))
		return pedigree_fail_memory(err);
	return ask_for(joined, size ? size : PAGE, err);
}

int pedigree_joined_finish(struct pedigree_joined *joined, char **ret_answer,
			   struct pedigree_error *err)
{
	*ret_answer = json_dumps(joined->answer,
				 JSON_COMPACT | JSON_REAL_PRECISION(15));
	return *ret_answer ? 0 : pedigree_fail_memory(err);
}

void pedigree_joined_clear(struct pedigree_joined *joined)
{
	json_decref(joined->asked);
	json_decref(joined->answer);
	free(joined->request);
}

static bool ends_with_time(const char *key)
{
	size_t n = strlen(key);

	return (n >= 4 && strcmp(key + n - 4, "Time") == 0) ||
	       strcmp(key, "TimeStamp") == 0;
}

/* "2026-11-23T10:00:00.123000+00:00", as Python's isoformat has it. */
static json_t *iso(double seconds)
{
	int64_t ms = (int64_t)llround(seconds * 1000);
	time_t whole = (time_t)(ms / 1000 - (ms % 1000 < 0));
	int rest = (int)(ms - (int64_t)whole * 1000);
	char date[40], text[80];
	struct tm tm;

	if (!gmtime_r(&whole, &tm))
		return NULL;
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest)
		snprintf(text, sizeof(text), "%s.%03d000+00:00", date, rest);
	else
		snprintf(text, sizeof(text), "%s+00:00", date);
	return json_string(text);
}

/* Numbers are times where their names say so; no other member has both. */
static int make_readable(json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach(
		json, i,
		value) if (make_readable(value)) return PEDIGREE_ENOMEM;
	json_object_foreach(json, key, value)
	{
		if (!json_is_number(value) || !ends_with_time(key)) {
			if (make_readable(value))
				return PEDIGREE_ENOMEM;
			continue;
		}
		if (json_object_set_new(json, key,
					iso(json_number_value(value))))
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static void print_scalar(const json_t *value, FILE *out)
{
	if (json_is_string(value))
		fputs(json_string_value(value), out);
	else if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT,
			json_integer_value(value));
	else if (json_is_real(value))
		fprintf(out, "%.15g", json_real_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "True" : "False", out);
	else
		fputs("None", out);
}

static bool is_scalar(const json_t *value)
{
	return !json_is_array(value) && !json_is_object(value);
}

/* Scalars of a list or object share a line; what is nested has its own. */
static void print_text(json_t *value, FILE *out)
{
	const char *key;
	json_t *item;
	size_t i;
	bool any = false;

	if (is_scalar(value)) {
		print_scalar(value, out);
		fputc('\n', out);
		return;
	}
	json_array_foreach(value, i, item)
	{
		if (!is_scalar(item))
			continue;
		if (any)
			fputc('\t', out);
		print_scalar(item, out);
		any = true;
	}
	json_object_foreach(value, key, item)
	{
		if (!is_scalar(item))
			continue;
		if (any)
			fputc('\t', out);
		print_scalar(item, out);
		any = true;
	}
	if (any)
		fputc('\n', out);
	json_array_foreach(value, i, item) if (!is_scalar(item))
		print_text(item, out);
	json_object_foreach(value, key, item) if (!is_scalar(item))
		print_text(item, out);
}

int pedigree_present(const char *answer, const char *query, bool text,
		     FILE *out, struct pedigree_error *err)
{
	_cleanup_json_ json_t *json = json_loads(answer, JSON_DECODE_ANY, NULL);
	_cleanup_json_ json_t *chosen = NULL;
	int status = 0;

	if (!json || make_readable(json))
		return pedigree_fail_memory(err);
	if (query)
		status = pedigree_query_json(query, json, &chosen, err);
	else
		chosen = json_incref(json);
	if (status)
		return status;
	/* As the AWS CLI: an answer without members prints nothing. */
	if (!query && json_object_size(chosen) == 0 && json_is_object(chosen))
		return 0;
	if (text) {
		print_text(chosen, out);
		return 0;
	}
	if (json_dumpf(chosen, out,
		       JSON_INDENT(4) | JSON_ENCODE_ANY |
			       JSON_REAL_PRECISION(15)))
		return pedigree_fail_errno(err, "cannot print the answer");
	fputc('\n', out);
	return 0;
}
