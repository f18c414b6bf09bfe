/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/arguments.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/json_error.h"
#include "service/call.h"

/* More than any request can be that the API takes. */
#define FILE_MAX (64u << 20)

static const struct pedigree_member *
find_flag(const struct pedigree_operation *operation, const char *flag,
	  bool *ret_no)
{
	const struct pedigree_member *m;

	for (m = operation->request; m->name; m++) {
		_cleanup_buf_ struct pedigree_buf kebab = PEDIGREE_BUF_INIT;
		bool is_switch = m->shape->kind == PEDIGREE_SHAPE_BOOLEAN;

		pedigree_kebab(m->name, &kebab);
		*ret_no = is_switch && strncmp(flag, "no-", 3) == 0 &&
			  strcmp(flag + 3, kebab.data) == 0;
		if (*ret_no || strcmp(flag, kebab.data) == 0)
			return m;
	}
	return NULL;
}

static int unknown_flag(const struct pedigree_operation *operation,
			const char *flag, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf kebab = PEDIGREE_BUF_INIT;
	const char *nearest;
	bool big = true;

	/* "source-uri" to "SourceUri", for the comparison. */
	for (const char *c = flag; *c; c++) {
		if (*c == '-') {
			big = true;
			continue;
		}
		pedigree_buf_add_char(&name, big && *c >= 'a' && *c <= 'z'
						     ? (char)(*c - 'a' + 'A')
						     : *c);
		big = false;
	}
	nearest = pedigree_member_nearest(operation->request, name.data);
	if (!nearest)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "%s has no member --%s", operation->name,
				     flag);
	pedigree_kebab(nearest, &kebab);
	return pedigree_fail(err, PEDIGREE_EINVAL,
			     "%s has no member --%s; did you mean --%s?",
			     operation->name, flag, kebab.data);
}

/* "file://PATH" stands for what is in the file. */
static int read_value(const char *value, const char *flag,
		      struct pedigree_buf *ret_text, struct pedigree_error *err)
{
	static const char scheme[] = "file://";
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int status;

	if (strncmp(value, scheme, strlen(scheme)) != 0) {
		pedigree_buf_add_str(ret_text, value);
		return pedigree_buf_error(ret_text) ? pedigree_fail_memory(err)
						    : 0;
	}
	status = pedigree_read_file(value + strlen(scheme), FILE_MAX, ret_text,
				    &why);
	if (status)
		return pedigree_fail(err, status, "--%s: %s", flag, why.text);
	return 0;
}

static bool is_json(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '{' || *text == '[' || *text == '"';
}

static int parse_json(const char *text, const char *flag, json_t **ret_value,
		      struct pedigree_error *err)
{
	json_error_t error;

	*ret_value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
				&error);
	if (*ret_value)
		return 0;
	if (pedigree_json_no_memory(&error))
		return pedigree_fail_memory(err);
	return pedigree_fail(err, PEDIGREE_EFORMAT,
			     "--%s: invalid JSON at line %d, column %d: %s",
			     flag, error.line, error.column, error.text);
}

static int parse_scalar(const char *text, const struct pedigree_shape *shape,
			const char *flag, json_t **ret_value,
			struct pedigree_error *err)
{
	json_t *value = NULL;

	if (shape->kind == PEDIGREE_SHAPE_INTEGER ||
	    shape->kind == PEDIGREE_SHAPE_DOUBLE) {
		value = json_loads(text, JSON_DECODE_ANY, NULL);
		if (!json_is_number(value) ||
		    (shape->kind == PEDIGREE_SHAPE_INTEGER &&
		     !json_is_integer(value))) {
			json_decref(value);
			return pedigree_fail(
				err, PEDIGREE_EINVAL, "--%s: '%.200s' is no %s",
				flag, text,
				shape->kind == PEDIGREE_SHAPE_INTEGER
					? "integer"
					: "number");
		}
	} else {
		value = json_string(text);
	}
	if (!value)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "--%s: the value is not UTF-8", flag);
	*ret_value = value;
	return 0;
}

/* Several words are the items of a list. */
static int parse_items(const char *const *words, size_t n,
		       const struct pedigree_shape *shape, const char *flag,
		       json_t **ret_value, struct pedigree_error *err)
{
	_cleanup_json_ json_t *list = json_array();
	const struct pedigree_shape *item = shape->item;
	int status = 0;

	for (size_t i = 0; !status && i < n; i++) {
		json_t *value = NULL;

		if (item->kind == PEDIGREE_SHAPE_STRUCTURE)
			status = is_json(words[i]) ? parse_json(words[i], flag,
								&value, err)
						   : pedigree_shorthand_parse(
							     words[i], item,
							     flag, &value, err);
		else
			status =
				parse_scalar(words[i], item, flag, &value, err);
		if (!status && json_array_append_new(list, value))
			status = pedigree_fail_memory(err);
	}
	if (!status)
		*ret_value = pedigree_take(list);
	return status;
}

static int parse_member(const struct pedigree_member *m, const char *flag,
			const char *const *words, size_t n, json_t **ret_value,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_shape *shape = m->shape;
	bool list = shape->kind == PEDIGREE_SHAPE_LIST;
	bool nested = list || shape->kind == PEDIGREE_SHAPE_MAP ||
		      shape->kind == PEDIGREE_SHAPE_STRUCTURE;
	int status;

	if (n == 0 || (n > 1 && !list))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     n ? "--%s takes one value"
				       : "--%s needs a value",
				     flag);
	if (n > 1)
		return parse_items(words, n, shape, flag, ret_value, err);
	status = read_value(words[0], flag, &text, err);
	if (status)
		return status;
	const char *whole[] = { text.data };
	if (nested && is_json(text.data)) {
		status = parse_json(text.data, flag, ret_value, err);
		/* JSON of one structure is a list of one. */
		if (!status && list && !json_is_array(*ret_value)) {
			json_t *one = json_array();

			if (json_array_append_new(one, *ret_value)) {
				json_decref(one);
				return pedigree_fail_memory(err);
			}
			*ret_value = one;
		}
		return status;
	}
	if (list)
		return parse_items(whole, 1, shape, flag, ret_value, err);
	if (nested)
		return pedigree_shorthand_parse(text.data, shape, flag,
						ret_value, err);
	return parse_scalar(text.data, shape, flag, ret_value, err);
}

static int check_required(const struct pedigree_operation *operation,
			  const json_t *request, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf missing = PEDIGREE_BUF_INIT;
	const struct pedigree_member *m;

	for (m = operation->request; m->name; m++) {
		if (!m->required || json_object_get(request, m->name))
			continue;
		pedigree_buf_add_str(&missing, missing.len ? ", --" : "--");
		pedigree_kebab(m->name, &missing);
	}
	if (!missing.len)
		return 0;
	return pedigree_fail(err, PEDIGREE_EINVAL,
			     "the following arguments are required: %s",
			     missing.data);
}

static int parse_base(const char *base, json_t **ret_request,
		      struct pedigree_error *err)
{
	int status;

	if (!base) {
		*ret_request = json_object();
		return *ret_request ? 0 : pedigree_fail_memory(err);
	}
	status = parse_json(base, "cli-input-json", ret_request, err);
	if (status || json_is_object(*ret_request))
		return status;
	return pedigree_fail(err, PEDIGREE_EFORMAT,
			     "--cli-input-json: expected a JSON object");
}

/* Reads one --flag and its values; *at moves behind them. */
static int parse_flag(const struct pedigree_operation *operation,
		      const char *const *args, size_t *at, json_t *request,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf flag = PEDIGREE_BUF_INIT;
	const char *argument = args[(*at)++];
	const char *equals = strchr(argument, '=');
	const struct pedigree_member *m;
	json_t *value = NULL;
	bool no;
	int status = 0;

	if (strncmp(argument, "--", 2) != 0)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "unexpected argument '%.200s'", argument);
	argument += 2;
	pedigree_buf_add(&flag, argument,
			 equals ? (size_t)(equals - argument)
				: strlen(argument));
	if (pedigree_buf_error(&flag))
		return pedigree_fail_memory(err);
	m = find_flag(operation, flag.data, &no);
	if (!m)
		return unknown_flag(operation, flag.data, err);
	if (m->shape->kind == PEDIGREE_SHAPE_BOOLEAN) {
		if (equals)
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"--%s takes no value: --%s or --no-%s",
				flag.data, flag.data, flag.data);
		value = json_boolean(!no);
	} else if (equals) {
		const char *word = equals + 1;

		status = parse_member(m, flag.data, &word, 1, &value, err);
	} else {
		size_t from = *at;

		while (args[*at] && strncmp(args[*at], "--", 2) != 0)
			(*at)++;
		status = parse_member(m, flag.data, args + from, *at - from,
				      &value, err);
	}
	if (!status && json_object_set_new(request, m->name, value))
		status = pedigree_fail_memory(err);
	return status;
}

int pedigree_arguments_parse(const struct pedigree_operation *operation,
			     const char *base, const char *const *args,
			     char **ret_request, struct pedigree_error *err)
{
	_cleanup_json_ json_t *request = NULL;
	int status = parse_base(base, &request, err);

	for (size_t at = 0; !status && args[at];)
		status = parse_flag(operation, args, &at, request, err);
	if (!status)
		status = check_required(operation, request, err);
	if (status)
		return status;
	*ret_request = json_dumps(request, JSON_COMPACT);
	return *ret_request ? 0 : pedigree_fail_memory(err);
}
