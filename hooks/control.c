/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/control.h"

#include <string.h>

enum operation {
	NO_OPERATION,
#define OPERATION(name) OPERATION_##name,
#define REQUEST(operation, path)
#define ANSWER(operation, path)
#define UPLOAD(path)
#include "hooks/control.def"
#undef OPERATION
#undef REQUEST
#undef ANSWER
#undef UPLOAD
	OPERATIONS
};

static const char words[OPERATIONS][24] = {
#define OPERATION(name) [OPERATION_##name] = #name,
#define REQUEST(operation, path)
#define ANSWER(operation, path)
#define UPLOAD(path)
#include "hooks/control.def"
#undef OPERATION
#undef REQUEST
#undef ANSWER
#undef UPLOAD
};

static const struct member {
	uint8_t part, operation;
	char path[PEDIGREE_CONTROL_PATH];
} members[] = {
#define OPERATION(name) { PEDIGREE_CONTROL_ANSWER, OPERATION_##name, "__type" },
#define REQUEST(name, path) \
	{ PEDIGREE_CONTROL_REQUEST, OPERATION_##name, path },
#define ANSWER(name, path) { PEDIGREE_CONTROL_ANSWER, OPERATION_##name, path },
#define UPLOAD(path) { PEDIGREE_CONTROL_UPLOAD, NO_OPERATION, path },
#include "hooks/control.def"
#undef OPERATION
#undef REQUEST
#undef ANSWER
#undef UPLOAD
};

static const char prefixes[][8] = {
	[PEDIGREE_CONTROL_REQUEST] = "",
	[PEDIGREE_CONTROL_ANSWER] = "answer-",
	[PEDIGREE_CONTROL_UPLOAD] = "json-",
};

enum {
	VALUE_MOST = 1200
}; /* an S3 URI has 1024 */

enum {
	CLOSED,
	VALUE,	    /* a value must come */
	FIRST,	    /* a value or ']' */
	NAME,	    /* a name must come */
	FIRST_NAME, /* a name or '}' */
	COLON,
	AFTER, /* ',' or an end */
	STRING,
	ESCAPE,
	UNICODE,
	WORD,	     /* a number, true, false or null */
	SKIP,	     /* inside what is too deep */
	SKIP_STRING, /* and in a string there */
	SKIP_ESCAPE,
	OVER,
	BROKEN
};

uint8_t pedigree_control_operation(const char *target, size_t n)
{
	static const char service[] = "SageMaker.";
	const size_t prefix = sizeof(service) - 1;

	if (n <= prefix || memcmp(target, service, prefix) != 0)
		return NO_OPERATION;
	target += prefix;
	n -= prefix;
	for (uint8_t i = 1; i < OPERATIONS; i++)
		if (strlen(words[i]) == n && !memcmp(words[i], target, n))
			return i;
	return NO_OPERATION;
}

const char *pedigree_control_word(uint8_t operation)
{
	return operation ? words[operation] : NULL;
}

void pedigree_control_begin(struct pedigree_control *control,
			    enum pedigree_control_part part, uint8_t operation)
{
	*control = (struct pedigree_control){
		.state = VALUE,
		.operation = operation,
		.part = (uint8_t)part,
	};
}

bool pedigree_control_end(struct pedigree_control *control)
{
	bool nothing = control->state == VALUE && !control->depth;
	bool whole = !control->cut && (nothing || control->state == OVER ||
				       control->state == CLOSED);

	control->state = CLOSED;
	control->cut = false;
	return whole;
}

/* The context of one call. */
struct feed {
	struct pedigree_control *control;
	const struct pedigree_area *area;
	unsigned int fields;
	uint16_t bytes;
};

static void broken(struct pedigree_control *control)
{
	control->state = BROKEN;
	control->cut = true;
}

static bool in_array(const struct pedigree_control *control)
{
	return control->arrays >> (control->depth - 1) & 1;
}

static bool is_listed(const struct pedigree_control *control)
{
	if (control->unlisted || !control->path_n)
		return false;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const struct member *member = &members[i];

		if (member->part == control->part &&
		    member->operation == control->operation &&
		    strlen(member->path) == control->path_n &&
		    !memcmp(member->path, control->path, control->path_n))
			return true;
	}
	return false;
}

static void add_index(const struct pedigree_area *area, unsigned int index)
{
	char digits[8];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + index % 10);
	while ((index /= 10));
	pedigree_fields_name(area, digits + at, sizeof(digits) - at);
}

/* The path, with the numbers of elements between the brackets. */
static void begin_field(struct feed *feed)
{
	const struct pedigree_control *control = feed->control;
	const char *prefix = prefixes[control->part], *path = control->path;
	unsigned int level = 0;
	size_t done = 0;

	pedigree_fields_begin(feed->area, VALUE_MOST);
	pedigree_fields_name(feed->area, prefix, strlen(prefix));
	for (size_t i = 0; i < control->path_n; i++) {
		if (path[i] != ']')
			continue;
		while (!(control->arrays >> level & 1))
			level++;
		pedigree_fields_name(feed->area, path + done, i - done);
		add_index(feed->area, control->index[level++]);
		done = i;
	}
	pedigree_fields_name(feed->area, path + done, control->path_n - done);
	pedigree_fields_name(feed->area, "", 1);
}

static void begin_value(struct feed *feed, uint8_t state)
{
	feed->control->state = state;
	feed->control->key = false;
	feed->control->wanted = is_listed(feed->control);
	if (feed->control->wanted)
		begin_field(feed);
}

static void end_value(struct feed *feed)
{
	int n;

	feed->control->state = AFTER;
	if (!feed->control->wanted)
		return;
	n = pedigree_fields_end(feed->area, PEDIGREE_FIELDS_TEXT);
	if (n < 0) {
		feed->control->cut = true;
		return;
	}
	feed->fields++;
	feed->bytes = (uint16_t)(feed->bytes + n);
}

static void end_word(struct feed *feed)
{
	const struct pedigree_area *area = feed->area;
	const char *value = area->bytes + area->fields->n + area->fields->name;

	if (feed->control->wanted && !area->fields->cut &&
	    area->fields->open - area->fields->name == 4 &&
	    !memcmp(value, "null", 4))
		feed->control->wanted = false;
	end_value(feed);
}

/* Characters of the string in hand: a name's go to the path. */
static void add_text(struct feed *feed, const char *bytes, size_t n)
{
	struct pedigree_control *control = feed->control;

	if (!control->key) {
		if (control->wanted)
			pedigree_fields_add(feed->area, bytes, n);
		return;
	}
	/* "a.b" is not b in a. */
	for (size_t i = 0; i < n; i++)
		if (bytes[i] == '.' || bytes[i] == '[' || bytes[i] == ']')
			control->unlisted = true;
	if (control->unlisted || n > sizeof(control->path) - control->path_n) {
		control->unlisted = true;
		return;
	}
	memcpy(control->path + control->path_n, bytes, n);
	control->path_n = (uint8_t)(control->path_n + n);
}

static void spoil(struct feed *feed)
{
	if (feed->control->key)
		feed->control->unlisted = true;
	else if (feed->control->wanted)
		feed->area->fields->cut = true;
}

static void add_code_point(struct feed *feed, uint32_t c)
{
	char utf8[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (n == 1) {
		utf8[0] = (char)c;
	} else {
		for (size_t i = n - 1; i; i--, c >>= 6)
			utf8[i] = (char)(0x80 | (c & 0x3f));
		utf8[0] = (char)((0xf00u >> n & 0xff) | c);
	}
	add_text(feed, utf8, n);
}

/* A half of a pair without its other half is no text. */
static void end_pair(struct feed *feed)
{
	if (feed->control->high)
		spoil(feed);
	feed->control->high = 0;
}

static void end_unit(struct feed *feed)
{
	struct pedigree_control *control = feed->control;
	uint32_t unit = control->unit;

	control->state = STRING;
	if (unit >= 0xdc00 && unit <= 0xdfff && control->high) {
		unit += 0x10000 - 0xdc00;
		unit += (uint32_t)(control->high - 0xd800) << 10;
		control->high = 0;
		add_code_point(feed, unit);
		return;
	}
	end_pair(feed);
	if (unit >= 0xd800 && unit <= 0xdbff)
		control->high = (uint16_t)unit;
	else if (unit >= 0xdc00 && unit <= 0xdfff)
		spoil(feed);
	else
		add_code_point(feed, unit);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void on_unicode(struct feed *feed, char c)
{
	int digit = hex_digit(c);

	if (digit < 0) {
		broken(feed->control);
		return;
	}
	feed->control->unit = (uint16_t)(feed->control->unit << 4 | digit);
	if (!--feed->control->digits)
		end_unit(feed);
}

static void on_escape(struct feed *feed, char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	if (c == 'u') {
		feed->control->state = UNICODE;
		feed->control->digits = 4;
		feed->control->unit = 0;
		return;
	}
	if (!at) {
		broken(feed->control);
		return;
	}
	feed->control->state = STRING;
	end_pair(feed);
	add_text(feed, to + (at - from), 1);
}

static void end_name(struct pedigree_control *control)
{
	unsigned int before = control->before[control->depth - 1];

	/* The member "" has no name, and so would its members. */
	if (control->path_n == before + (before > 0))
		control->unlisted = true;
	control->state = COLON;
}

static void end_string(struct feed *feed)
{
	end_pair(feed);
	if (feed->control->key)
		end_name(feed->control);
	else
		end_value(feed);
}

/* As much as stands there of a string, without what ends it. */
static size_t on_string(struct feed *feed, const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && bytes[i] != '"' && bytes[i] != '\\' &&
	       (unsigned char)bytes[i] >= ' ')
		i++;
	if (i) {
		end_pair(feed);
		add_text(feed, bytes, i);
		return i;
	}
	if (*bytes == '"')
		end_string(feed);
	else if (*bytes == '\\')
		feed->control->state = ESCAPE;
	else
		broken(feed->control);
	return 1;
}

static void open_level(struct pedigree_control *control, bool array)
{
	bool fits = control->path_n + 2u <= sizeof(control->path);

	if (control->depth == PEDIGREE_CONTROL_DEPTH || control->unlisted ||
	    !fits) {
		control->skipped = 1;
		control->state = SKIP;
		return;
	}
	if (array) {
		memcpy(control->path + control->path_n, "[]", 2);
		control->path_n = (uint8_t)(control->path_n + 2);
	}
	control->arrays &= (uint16_t) ~(1u << control->depth);
	control->arrays |= (uint16_t)((unsigned int)array << control->depth);
	control->index[control->depth] = 0;
	control->before[control->depth++] = control->path_n;
	control->state = array ? FIRST : FIRST_NAME;
}

static void close_level(struct pedigree_control *control, bool array)
{
	if (!control->depth || in_array(control) != array) {
		broken(control);
		return;
	}
	control->depth--;
	control->state = control->depth ? AFTER : OVER;
}

static void on_skip(struct pedigree_control *control, char c)
{
	if (c == '"')
		control->state = SKIP_STRING;
	else if (c == '{' || c == '[')
		control->skipped++;
	else if ((c == '}' || c == ']') && !--control->skipped)
		control->state = AFTER;
	if (control->skipped == UINT32_MAX)
		broken(control);
}

static void on_skip_string(struct pedigree_control *control, char c)
{
	if (c == '"')
		control->state = SKIP;
	else if (c == '\\')
		control->state = SKIP_ESCAPE;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '+' || c == '.';
}

static void on_value(struct feed *feed, char c)
{
	struct pedigree_control *control = feed->control;

	if (c == '{' || c == '[') {
		open_level(control, c == '[');
	} else if (c == ']' && control->state == FIRST) {
		close_level(control, true);
	} else if (!control->depth) {
		broken(control); /* not what a service says */
	} else if (c == '"') {
		begin_value(feed, STRING);
	} else if (is_word(c)) {
		begin_value(feed, WORD);
		if (control->wanted)
			pedigree_fields_add(feed->area, &c, 1);
	} else {
		broken(control);
	}
}

static void on_name(struct feed *feed, char c)
{
	struct pedigree_control *control = feed->control;

	if (c == '}' && control->state == FIRST_NAME) {
		close_level(control, false);
		return;
	}
	if (c != '"') {
		broken(control);
		return;
	}
	control->state = STRING;
	control->key = true;
	control->unlisted = false;
	control->path_n = control->before[control->depth - 1];
	if (!control->path_n)
		return;
	if (control->path_n == sizeof(control->path))
		control->unlisted = true;
	else
		control->path[control->path_n++] = '.';
}

static void on_after(struct pedigree_control *control, char c)
{
	unsigned int level = control->depth - 1u;

	control->unlisted = false;
	if (c == '}' || c == ']') {
		close_level(control, c == ']');
	} else if (c != ',') {
		broken(control);
	} else if (!in_array(control)) {
		control->state = NAME;
	} else {
		control->path_n = control->before[level];
		/* No service takes as many. */
		if (control->index[level] == UINT16_MAX)
			broken(control);
		else
			control->index[level]++, control->state = VALUE;
	}
}

static void on_structure(struct feed *feed, char c)
{
	struct pedigree_control *control = feed->control;

	if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
		return;
	switch (control->state) {
	case VALUE:
	case FIRST:
		on_value(feed, c);
		break;
	case NAME:
	case FIRST_NAME:
		on_name(feed, c);
		break;
	case COLON:
		if (c == ':')
			control->state = VALUE;
		else
			broken(control);
		break;
	case AFTER:
		on_after(control, c);
		break;
	default: /* OVER */
		broken(control);
	}
}

/* Answers how many bytes were read. */
static size_t step(struct feed *feed, const char *bytes, size_t n)
{
	struct pedigree_control *control = feed->control;

	switch (control->state) {
	case CLOSED:
	case BROKEN:
		return n;
	case STRING:
		return on_string(feed, bytes, n);
	case ESCAPE:
		on_escape(feed, *bytes);
		return 1;
	case UNICODE:
		on_unicode(feed, *bytes);
		return 1;
	case WORD:
		if (!is_word(*bytes)) {
			end_word(feed);
			return 0;
		}
		if (control->wanted)
			pedigree_fields_add(feed->area, bytes, 1);
		return 1;
	case SKIP:
		on_skip(control, *bytes);
		return 1;
	case SKIP_STRING:
		on_skip_string(control, *bytes);
		return 1;
	case SKIP_ESCAPE:
		control->state = SKIP_STRING;
		return 1;
	default:
		on_structure(feed, *bytes);
		return 1;
	}
}

unsigned int pedigree_control_feed(struct pedigree_control *control,
				   const struct pedigree_area *area,
				   const char *bytes, size_t n,
				   uint16_t *n_bytes)
{
	struct feed feed = { .control = control, .area = area };

	for (size_t i = 0; i < n;)
		i += step(&feed, bytes + i, n - i);
	*n_bytes = (uint16_t)(*n_bytes + feed.bytes);
	return feed.fields;
}
