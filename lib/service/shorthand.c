/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "service/arguments.h"
#include "service/call.h"

#define DEPTH_MAX 20

struct shorthand {
	const char *text, *at;
	const char *member;
	unsigned int depth;
	struct pedigree_error *err;
};

static int fail(struct shorthand *s, const char *expected)
{
	return pedigree_fail(
		s->err, PEDIGREE_EINVAL,
		"--%s: expected %s at character %zu of '%.200s' (the value may also be JSON)",
		s->member, expected, (size_t)(s->at - s->text) + 1, s->text);
}

static int parse_value(struct shorthand *s, const struct pedigree_shape *shape,
		       const char *stop, json_t **ret_value);

static bool is_shape(const struct pedigree_shape *shape,
		     enum pedigree_shape_kind kind)
{
	return shape && shape->kind == kind;
}

/* One word, up to a character of `stop`. */
static int parse_word(struct shorthand *s, const char *stop,
		      struct pedigree_buf *word)
{
	char quote = *s->at == '"' || *s->at == '\'' ? *s->at : '\0';

	if (quote)
		s->at++;
	while (*s->at && (quote ? *s->at != quote : !strchr(stop, *s->at))) {
		if (*s->at == '\\' && s->at[1])
			s->at++;
		pedigree_buf_add_char(word, *s->at++);
	}
	if (quote) {
		if (!*s->at)
			return fail(s, quote == '"' ? "a closing \""
						    : "a closing '");
		s->at++;
		if (*s->at && !strchr(stop, *s->at))
			return fail(s, "a comma or the end");
	}
	if (pedigree_buf_error(word))
		return pedigree_fail_memory(s->err);
	return 0;
}

/* A word as the shape wants it; what does not fit stays text, and the check
   of the request says what is wrong with it. */
static json_t *scalar(const char *word, const struct pedigree_shape *shape)
{
	json_t *value;

	if (is_shape(shape, PEDIGREE_SHAPE_BOOLEAN)) {
		if (strcmp(word, "true") == 0)
			return json_true();
		if (strcmp(word, "false") == 0)
			return json_false();
	}
	if (is_shape(shape, PEDIGREE_SHAPE_INTEGER) ||
	    is_shape(shape, PEDIGREE_SHAPE_DOUBLE)) {
		value = json_loads(word, JSON_DECODE_ANY, NULL);
		if (json_is_number(value))
			return value;
		json_decref(value);
	}
	return json_string(word);
}

/* KEY=VALUE,… up to a character of `stop`. */
static int parse_pairs(struct shorthand *s, const struct pedigree_shape *shape,
		       const char *stop, json_t *object)
{
	for (;;) {
		_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
		const struct pedigree_shape *of = NULL;
		json_t *value = NULL;
		int status = parse_word(s, "=,{}[]", &key);

		if (status)
			return status;
		if (*s->at != '=' || !key.len)
			return fail(s, "KEY=VALUE");
		s->at++;
		if (is_shape(shape, PEDIGREE_SHAPE_MAP)) {
			of = shape->item;
		} else if (is_shape(shape, PEDIGREE_SHAPE_STRUCTURE) &&
			   shape->members) {
			const struct pedigree_member *m =
				pedigree_member_find(shape->members, key.data);
			of = m ? m->shape : NULL;
		}
		status = parse_value(s, of, stop, &value);
		if (status)
			return status;
		if (json_object_set_new(object, key.data, value))
			return pedigree_fail(s->err, PEDIGREE_EINVAL,
					     "--%s: a key is not UTF-8",
					     s->member);
		if (*s->at != ',')
			return 0;
		s->at++;
	}
}

static int parse_list(struct shorthand *s, const struct pedigree_shape *shape,
		      json_t *list)
{
	while (*s->at != ']') {
		json_t *value = NULL;
		int status = parse_value(s, shape ? shape->item : NULL, ",]",
					 &value);

		if (status)
			return status;
		if (json_array_append_new(list, value))
			return pedigree_fail_memory(s->err);
		if (*s->at == ',')
			s->at++;
		else if (*s->at != ']')
			return fail(s, "a comma or ]");
	}
	s->at++;
	return 0;
}

static int parse_nested(struct shorthand *s, const struct pedigree_shape *shape,
			json_t **ret_value)
{
	bool list = *s->at++ == '[';
	_cleanup_json_ json_t *value = list ? json_array() : json_object();
	int status = 0;

	if (!value)
		return pedigree_fail_memory(s->err);
	if (++s->depth > DEPTH_MAX)
		return fail(s, "fewer brackets");
	if (list) {
		status = parse_list(s, shape, value);
	} else {
		if (*s->at != '}')
			status = parse_pairs(s, shape, ",}", value);
		if (!status && *s->at != '}')
			return fail(s, "}");
		s->at += !status;
	}
	s->depth--;
	if (!status)
		*ret_value = pedigree_take(value);
	return status;
}

static int parse_value(struct shorthand *s, const struct pedigree_shape *shape,
		       const char *stop, json_t **ret_value)
{
	_cleanup_buf_ struct pedigree_buf word = PEDIGREE_BUF_INIT;
	int status;

	if (*s->at == '[' || *s->at == '{')
		return parse_nested(s, shape, ret_value);
	status = parse_word(s, stop, &word);
	if (status)
		return status;
	*ret_value = scalar(word.data, shape);
	if (!*ret_value)
		return pedigree_fail(s->err, PEDIGREE_EINVAL,
				     "--%s: the value is not UTF-8", s->member);
	/* The shorthand of a list of one. */
	if (is_shape(shape, PEDIGREE_SHAPE_LIST)) {
		json_t *list = json_array();

		if (json_array_append_new(list, *ret_value)) {
			json_decref(list);
			return pedigree_fail_memory(s->err);
		}
		*ret_value = list;
	}
	return 0;
}

int pedigree_shorthand_parse(const char *text,
			     const struct pedigree_shape *shape,
			     const char *member, json_t **ret_value,
			     struct pedigree_error *err)
{
	struct shorthand s = {
		.text = text, .at = text, .member = member, .err = err
	};
	_cleanup_json_ json_t *value = NULL;
	int status;

	if (*text == '[' || *text == '{') {
		status = parse_nested(&s, shape, &value);
	} else if (shape->kind == PEDIGREE_SHAPE_MAP ||
		   shape->kind == PEDIGREE_SHAPE_STRUCTURE) {
		value = json_object();
		status = value ? parse_pairs(&s, shape, ",", value)
			       : pedigree_fail_memory(err);
	} else {
		status = parse_value(&s, shape, "", &value);
	}
	if (!status && *s.at)
		status = fail(&s, "a comma or the end");
	if (!status)
		*ret_value = pedigree_take(value);
	return status;
}
