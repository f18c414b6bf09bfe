/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/shape.h"

#include <inttypes.h>
#include <string.h>

#include "base/base.h"
#include "base/spelling.h"

/* What of a refused value a message repeats, in bytes. */
#define SHOWN_BYTES 200
/* A request that is wrong throughout is told of so many failures. */
#define FAILURES 20

struct check {
	struct pedigree_buf text; /* the failures, "; " between them */
	struct pedigree_buf path; /* of the value that is looked at */
	size_t n;
};

const struct pedigree_member *
pedigree_member_find(const struct pedigree_member *members, const char *name)
{
	for (; members->name; members++)
		if (strcmp(members->name, name) == 0)
			return members;
	return NULL;
}

const char *pedigree_member_nearest(const struct pedigree_member *members,
				    const char *name)
{
	struct pedigree_spelling spelling = { NULL };

	for (; members->name; members++)
		pedigree_spelling_try(&spelling, name, members->name);
	return spelling.meant;
}

size_t pedigree_utf8_count(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Cut between two characters. */
static void add_shown(struct pedigree_buf *buf, const char *value)
{
	size_t n = strlen(value);

	if (n > SHOWN_BYTES) {
		n = SHOWN_BYTES;
		while (n && ((unsigned char)value[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		pedigree_buf_add_char(
			buf, (unsigned char)value[i] < ' ' ? ' ' : value[i]);
	if (value[n])
		pedigree_buf_add_str(buf, "…");
}

static void __attribute__((format(printf, 3, 4)))
fail(struct check *check, const char *value, const char *format, ...)
{
	va_list args;

	if (check->n++ >= FAILURES)
		return;
	if (check->text.len)
		pedigree_buf_add_str(&check->text, "; ");
	pedigree_buf_add_str(&check->text, "Value ");
	if (value) {
		pedigree_buf_add_char(&check->text, '\'');
		add_shown(&check->text, value);
		pedigree_buf_add_str(&check->text, "' ");
	}
	pedigree_buf_addf(&check->text,
			  "at '%s' failed to satisfy constraint: ",
			  check->path.len ? check->path.data : "request");
	va_start(args, format);
	pedigree_buf_vaddf(&check->text, format, args);
	va_end(args);
}

/* The service writes member names with a small first letter. */
static size_t enter(struct check *check, const char *name)
{
	size_t before = check->path.len;

	if (before)
		pedigree_buf_add_char(&check->path, '.');
	size_t first = check->path.len;
	add_shown(&check->path, name);
	if (check->path.len > first && check->path.data[first] >= 'A' &&
	    check->path.data[first] <= 'Z')
		check->path.data[first] =
			(char)(check->path.data[first] - 'A' + 'a');
	return before;
}

static void leave(struct check *check, size_t before)
{
	pedigree_buf_cut(&check->path, before);
}

static void check_count(struct check *check, const struct pedigree_shape *shape,
			const char *value, size_t n)
{
	if ((int64_t)n < shape->min)
		fail(check, value,
		     "Member must have length greater than or equal to %" PRId64,
		     shape->min);
	if (shape->max && (int64_t)n > shape->max)
		fail(check, value,
		     "Member must have length less than or equal to %" PRId64,
		     shape->max);
}

static void check_words(struct check *check, const struct pedigree_shape *shape,
			const char *value)
{
	_cleanup_buf_ struct pedigree_buf all = PEDIGREE_BUF_INIT;

	for (size_t i = 0; shape->words[i]; i++) {
		if (strcmp(shape->words[i], value) == 0)
			return;
		pedigree_buf_addf(&all, "%s%s", i ? ", " : "", shape->words[i]);
	}
	fail(check, value, "Member must satisfy enum value set: [%s]",
	     all.data);
}

static void check_string(struct check *check,
			 const struct pedigree_shape *shape, json_t *json)
{
	const char *value = json_string_value(json);

	if (!value) {
		fail(check, NULL, "Member must be a string");
		return;
	}
	if (strlen(value) != json_string_length(json)) {
		fail(check, value, "Member must not hold a NUL character");
		return;
	}
	if (shape->words) {
		check_words(check, shape, value);
		return;
	}
	check_count(check, shape, value, pedigree_utf8_count(value));
	if (shape->pattern && !shape->pattern->fits(value))
		fail(check, value,
		     "Member must satisfy regular expression pattern: %s",
		     shape->pattern->text);
}

static void check_integer(struct check *check,
			  const struct pedigree_shape *shape, json_t *json)
{
	char shown[32];

	if (!json_is_integer(json)) {
		fail(check, NULL, "Member must be an integer");
		return;
	}
	int64_t value = json_integer_value(json);
	snprintf(shown, sizeof(shown), "%" PRId64, value);
	if (value < shape->min)
		fail(check, shown,
		     "Member must have value greater than or equal to %" PRId64,
		     shape->min);
	if (shape->max && value > shape->max)
		fail(check, shown,
		     "Member must have value less than or equal to %" PRId64,
		     shape->max);
}

static void check_value(struct check *check, const struct pedigree_shape *shape,
			json_t *json);

static void check_list(struct check *check, const struct pedigree_shape *shape,
		       json_t *json)
{
	size_t i;
	json_t *item;

	if (!json_is_array(json)) {
		fail(check, NULL, "Member must be a list");
		return;
	}
	check_count(check, shape, NULL, json_array_size(json));
	json_array_foreach(json, i, item)
	{
		char at[40];

		snprintf(at, sizeof(at), "%zu.member", i + 1);
		size_t before = enter(check, at);
		check_value(check, shape->item, item);
		leave(check, before);
	}
}

static void check_map(struct check *check, const struct pedigree_shape *shape,
		      json_t *json)
{
	const char *key;
	json_t *item;

	if (!json_is_object(json)) {
		fail(check, NULL, "Member must be a map");
		return;
	}
	check_count(check, shape, NULL, json_object_size(json));
	json_object_foreach(json, key, item)
	{
		size_t before = enter(check, key);

		check_count(check, shape->key, key, pedigree_utf8_count(key));
		check_value(check, shape->item, item);
		leave(check, before);
	}
}

static void check_members(struct check *check,
			  const struct pedigree_member *members, json_t *json)
{
	const char *key;
	json_t *value;

	if (!json_is_object(json)) {
		fail(check, NULL, "Member must be a structure");
		return;
	}
	for (const struct pedigree_member *m = members; m->name; m++) {
		json_t *member = json_object_get(json, m->name);
		size_t before = enter(check, m->name);

		if (member && !json_is_null(member))
			check_value(check, m->shape, member);
		else if (m->required)
			fail(check, NULL, "Member must not be null");
		leave(check, before);
	}
	json_object_foreach(json, key, value)
	{
		if (pedigree_member_find(members, key))
			continue;
		const char *nearest = pedigree_member_nearest(members, key);
		size_t before = enter(check, key);

		if (nearest)
			fail(check, NULL,
			     "there is no such member; did you mean %s?",
			     nearest);
		else
			fail(check, NULL, "there is no such member");
		leave(check, before);
	}
}

static void check_value(struct check *check, const struct pedigree_shape *shape,
			json_t *json)
{
	int64_t ms;

	switch (shape->kind) {
	case PEDIGREE_SHAPE_STRING:
		check_string(check, shape, json);
		break;
	case PEDIGREE_SHAPE_INTEGER:
		check_integer(check, shape, json);
		break;
	case PEDIGREE_SHAPE_DOUBLE:
		if (!json_is_number(json))
			fail(check, NULL, "Member must be a number");
		break;
	case PEDIGREE_SHAPE_BOOLEAN:
		if (!json_is_boolean(json))
			fail(check, NULL, "Member must be true or false");
		break;
	case PEDIGREE_SHAPE_TIMESTAMP:
		if (!pedigree_timestamp_parse(json, &ms))
			fail(check, json_string_value(json),
			     "Member must be a timestamp: seconds since 1970 or ISO 8601");
		break;
	case PEDIGREE_SHAPE_LIST:
		check_list(check, shape, json);
		break;
	case PEDIGREE_SHAPE_MAP:
		check_map(check, shape, json);
		break;
	case PEDIGREE_SHAPE_STRUCTURE:
		check_members(check, shape->members, json);
		break;
	}
}

int pedigree_shape_check(const struct pedigree_member *members, json_t *value,
			 struct pedigree_buf *ret_text)
{
	struct check check = {
		.text = PEDIGREE_BUF_INIT,
		.path = PEDIGREE_BUF_INIT,
	};
	int status = 0;

	check_members(&check, members, value);
	if (check.n) {
		pedigree_buf_addf(ret_text,
				  "%zu validation error%s detected: ", check.n,
				  check.n > 1 ? "s" : "");
		pedigree_buf_add(ret_text, check.text.data, check.text.len);
		status = PEDIGREE_EINVAL;
	}
	if (pedigree_buf_error(&check.text) ||
	    pedigree_buf_error(&check.path) || pedigree_buf_error(ret_text))
		status = PEDIGREE_ENOMEM;
	pedigree_buf_clear(&check.text);
	pedigree_buf_clear(&check.path);
	return status;
}

void pedigree_shape_describe(const struct pedigree_shape *shape,
			     struct pedigree_buf *buf)
{
	static const char *const words[] = {
		[PEDIGREE_SHAPE_STRING] = "string",
		[PEDIGREE_SHAPE_INTEGER] = "integer",
		[PEDIGREE_SHAPE_DOUBLE] = "number",
		[PEDIGREE_SHAPE_BOOLEAN] = "boolean",
		[PEDIGREE_SHAPE_TIMESTAMP] = "timestamp",
		[PEDIGREE_SHAPE_LIST] = "list of ",
		[PEDIGREE_SHAPE_MAP] = "map of ",
		[PEDIGREE_SHAPE_STRUCTURE] = "structure",
	};

	if (shape->words) {
		for (size_t i = 0; shape->words[i]; i++)
			pedigree_buf_addf(buf, "%s%s", i ? "|" : "",
					  shape->words[i]);
		return;
	}
	pedigree_buf_add_str(buf, words[shape->kind]);
	if (shape->item)
		pedigree_shape_describe(shape->item, buf);
	for (const struct pedigree_member *m = shape->members; m && m->name;
	     m++)
		pedigree_buf_addf(buf, "%s%s%s",
				  m == shape->members ? " (" : ", ", m->name,
				  m->required ? "*" : "");
	if (shape->members)
		pedigree_buf_add_char(buf, ')');
}
