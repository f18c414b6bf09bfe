/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expression is evaluated while it is read. A projection ([], [*], *,
 * [?…]) applies what follows it, up to the next pipe, to each of its items.
 */
#include "config.h"

#include "service/query.h"

#include <ctype.h>
#include <string.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "service/call.h"

#define DEPTH_MAX 100

struct reader {
	const char *text, *at;
	unsigned int depth;
	struct pedigree_error *err;
};

static int fail(struct reader *r, const char *expected)
{
	return pedigree_fail(
		r->err, PEDIGREE_EINVAL,
		"--query: expected %s at character %zu of '%.200s'", expected,
		(size_t)(r->at - r->text) + 1, r->text);
}

static void skip_space(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n')
		r->at++;
}

static bool take(struct reader *r, const char *word)
{
	skip_space(r);
	if (strncmp(r->at, word, strlen(word)) != 0)
		return false;
	r->at += strlen(word);
	return true;
}

static int read_pipe(struct reader *r, json_t *json, json_t **ret);

/* A name, or text in quotes of the kind `quote`. */
static int read_quoted(struct reader *r, char quote, struct pedigree_buf *buf)
{
	for (r->at++; *r->at && *r->at != quote; r->at++) {
		if (*r->at == '\\' && r->at[1])
			r->at++;
		pedigree_buf_add_char(buf, *r->at);
	}
	if (*r->at++ != quote)
		return r->at--, fail(r, "a closing quote");
	return pedigree_buf_error(buf) ? pedigree_fail_memory(r->err) : 0;
}

static int read_name(struct reader *r, struct pedigree_buf *buf)
{
	skip_space(r);
	if (*r->at == '"')
		return read_quoted(r, '"', buf);
	if (!isalpha((unsigned char)*r->at) && *r->at != '_')
		return fail(r, "a name");
	while (isalnum((unsigned char)*r->at) || *r->at == '_')
		pedigree_buf_add_char(buf, *r->at++);
	return pedigree_buf_error(buf) ? pedigree_fail_memory(r->err) : 0;
}

static json_t *null_if_none(json_t *value)
{
	return value ? json_incref(value) : json_null();
}

/* [a, b] and {k: a}; the bracket has been taken. */
static int read_select(struct reader *r, json_t *json, bool named, json_t **ret)
{
	_cleanup_json_ json_t *chosen = named ? json_object() : json_array();

	do {
		_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
		json_t *value = NULL;
		int status = named ? read_name(r, &key) : 0;

		if (!status && named && !take(r, ":"))
			return fail(r, "a colon");
		if (!status)
			status = read_pipe(r, json, &value);
		if (status)
			return status;
		if (named ? json_object_set_new(chosen, key.data, value)
			  : json_array_append_new(chosen, value))
			return pedigree_fail_memory(r->err);
	} while (take(r, ","));
	if (!take(r, named ? "}" : "]"))
		return fail(r, named ? "a comma or }" : "a comma or ]");
	/* Nothing is chosen from nothing. */
	*ret = json_is_null(json) ? json_null() : pedigree_take(chosen);
	return 0;
}

static int read_chain(struct reader *r, json_t *json, json_t **ret);

/* What follows a projection, for each of the items. */
static int project(struct reader *r, json_t *items, json_t **ret)
{
	_cleanup_json_ json_t *results = json_array();
	const char *from = r->at;
	json_t *item;
	size_t i;
	int status = 0;

	if (!results)
		return pedigree_fail_memory(r->err);
	if (json_array_size(items) == 0) {
		json_t *unused = NULL;

		status = read_chain(r, json_null(), &unused);
		json_decref(unused);
	}
	json_array_foreach(items, i, item)
	{
		json_t *value = NULL;

		r->at = from;
		status = read_chain(r, item, &value);
		if (status)
			break;
		if (json_is_null(value))
			continue;
		if (json_array_append_new(results, value)) {
			status = pedigree_fail_memory(r->err);
			break;
		}
	}
	/* Only a list can be projected. */
	if (!status)
		*ret = json_is_array(items) ? pedigree_take(results)
					    : json_null();
	return status;
}

static json_t *flatten(json_t *list)
{
	json_t *flat = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		int failed = json_is_array(item)
				     ? json_array_extend(flat, item)
				     : json_array_append(flat, item);
		if (failed) {
			json_decref(flat);
			return NULL;
		}
	}
	return flat;
}

static json_t *values_of(json_t *object)
{
	json_t *values = json_array(), *value;
	const char *key;

	json_object_foreach(object, key,
			    value) if (json_array_append(values, value))
	{
		json_decref(values);
		return NULL;
	}
	return values;
}

/* `JSON`; what is none is a text whose quotes were left away, which jmespath.py
   and so the AWS CLI take, too. */
static json_t *literal(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	return json ? json : json_string(text + strspn(text, " \t\n"));
}

/* An end of a comparison: 'text', `JSON` or an expression. */
static int read_operand(struct reader *r, json_t *json, json_t **ret)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int status;

	skip_space(r);
	if (*r->at == '\'') {
		status = read_quoted(r, '\'', &text);
		*ret = status ? NULL : json_string(text.data);
	} else if (*r->at == '`') {
		status = read_quoted(r, '`', &text);
		*ret = status ? NULL : literal(text.data);
	} else {
		return read_pipe(r, json, ret);
	}
	if (!status && !*ret)
		return fail(r, "a literal");
	return status;
}

static int read_condition(struct reader *r, json_t *json, bool *ret_holds)
{
	_cleanup_json_ json_t *left = NULL, *right = NULL;
	bool equal;
	int status = read_operand(r, json, &left);

	if (status)
		return status;
	if (take(r, "=="))
		equal = true;
	else if (take(r, "!="))
		equal = false;
	else
		return fail(r, "== or !=");
	status = read_operand(r, json, &right);
	if (status)
		return status;
	if (json_is_number(left) && json_is_number(right))
		*ret_holds = equal == (json_number_value(left) ==
				       json_number_value(right));
	else
		*ret_holds = equal == (json_equal(left, right) != 0);
	return 0;
}

/* [?a=='x']; "[?" has been taken. */
static int read_filter(struct reader *r, json_t *json, json_t **ret)
{
	_cleanup_json_ json_t *kept = json_array();
	const char *from = r->at;
	json_t *item;
	size_t i;
	bool holds;
	int status = 0;

	if (json_array_size(json) == 0)
		status = read_condition(r, json_null(), &holds);
	json_array_foreach(json, i, item)
	{
		r->at = from;
		status = read_condition(r, item, &holds);
		if (!status && holds && json_array_append(kept, item))
			status = pedigree_fail_memory(r->err);
		if (status)
			break;
	}
	if (status)
		return status;
	if (!take(r, "]"))
		return fail(r, "]");
	return project(r, kept, ret);
}

/* What stands in brackets behind a value; '[' has been taken. */
static int read_bracket(struct reader *r, json_t *json, bool first,
			json_t **ret)
{
	_cleanup_json_ json_t *items = NULL;
	char *end;

	if (take(r, "]")) {
		items = json_is_array(json) ? flatten(json) : json_null();
		if (!items)
			return pedigree_fail_memory(r->err);
		return project(r, items, ret);
	}
	if (take(r, "*]"))
		return project(r, json, ret);
	if (take(r, "?"))
		return read_filter(r, json, ret);
	skip_space(r);
	if (*r->at != '-' && !isdigit((unsigned char)*r->at)) {
		json_t *chosen = NULL;
		int status = read_select(r, json, false, &chosen);

		(void)first;
		if (status)
			return status;
		status = read_chain(r, chosen, ret);
		json_decref(chosen);
		return status;
	}
	long index = strtol(r->at, &end, 10);
	r->at = end;
	if (!take(r, "]"))
		return fail(r, "]");
	if (index < 0)
		index += (long)json_array_size(json);
	items = null_if_none(index < 0 ? NULL
				       : json_array_get(json, (size_t)index));
	return read_chain(r, items, ret);
}

static int read_length(struct reader *r, json_t *json, json_t **ret)
{
	_cleanup_json_ json_t *of = NULL, *length = NULL;
	int status = read_pipe(r, json, &of);
	size_t n;

	if (status)
		return status;
	if (!take(r, ")"))
		return fail(r, ")");
	n = json_is_array(of)	 ? json_array_size(of)
	    : json_is_object(of) ? json_object_size(of)
	    : json_is_string(of) ? pedigree_utf8_count(json_string_value(of))
				 : 0;
	length = json_integer((json_int_t)n);
	return read_chain(r, length, ret);
}

/* A member of `json`, or what stands for a whole value. */
static int read_primary(struct reader *r, json_t *json, json_t **ret)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	_cleanup_json_ json_t *value = NULL;
	int status;

	if (take(r, "@"))
		return read_chain(r, json, ret);
	if (take(r, "["))
		return read_bracket(r, json, true, ret);
	if (take(r, "{")) {
		status = read_select(r, json, true, &value);
		return status ? status : read_chain(r, value, ret);
	}
	if (take(r, "*")) {
		value = json_is_object(json) ? values_of(json) : json_null();
		return project(r, value, ret);
	}
	if (take(r, "length("))
		return read_length(r, json, ret);
	status = read_name(r, &name);
	if (status)
		return status;
	value = null_if_none(json_object_get(json, name.data));
	return read_chain(r, value, ret);
}

/* ".name", "[…]" and so on behind a value, or nothing more. */
static int read_chain(struct reader *r, json_t *json, json_t **ret)
{
	int status;

	if (++r->depth > DEPTH_MAX)
		return fail(r, "a shorter expression");
	if (take(r, "."))
		status = read_primary(r, json, ret);
	else if (take(r, "["))
		status = read_bracket(r, json, false, ret);
	else
		status = (*ret = json_incref(json)) ? 0 : PEDIGREE_ENOMEM;
	r->depth--;
	return status;
}

static int read_pipe(struct reader *r, json_t *json, json_t **ret)
{
	json_t *value = NULL;
	int status;

	if (++r->depth > DEPTH_MAX)
		return fail(r, "a shorter expression");
	status = read_primary(r, json, &value);
	while (!status && take(r, "|")) {
		json_t *left = value;

		value = NULL;
		status = read_primary(r, left, &value);
		json_decref(left);
	}
	r->depth--;
	if (status)
		json_decref(value);
	else
		*ret = value;
	return status;
}

int pedigree_query_json(const char *expression, json_t *json,
			json_t **ret_value, struct pedigree_error *err)
{
	struct reader r = { .text = expression, .at = expression, .err = err };
	_cleanup_json_ json_t *value = NULL;
	int status = read_pipe(&r, json, &value);

	skip_space(&r);
	if (!status && *r.at)
		status = fail(&r, "the end, or one of . [ |");
	if (!status)
		*ret_value = pedigree_take(value);
	return status;
}
