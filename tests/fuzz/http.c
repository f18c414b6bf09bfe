/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP as the tap reads it. The input is a conversation, line by line:
 *
 *	>TEXT  <TEXT	sent, received; with CR and LF behind it
 *	)TEXT  (TEXT	the same without them
 *	.TEXT  ,TEXT	as many bytes sent, received, that nobody has seen
 *	!		the other side ends it; else this side closes it
 *	h2		first of all: fields "NAME: VALUE" and bodies (")", "(")
 *			of a stream
 *	json OPERATION	first of all: the rest is a body
 *
 * Whatever the cuts, the same comes out, and SECRET never does where it stands
 * in a place whose content nobody may keep.
 */
#include "config.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "hooks/control.h"
#include "hooks/http.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/support/wire.h"

#define SECRET "SECRET"

enum {
	PIECES = 256
};

struct talk {
	struct wire_piece pieces[PIECES];
	size_t n;
	struct pedigree_buf bytes; /* of the pieces, in their order */
	bool secret; /* SECRET stands only where it must not come out */
};

/* In each direction: does the next piece begin a line? */
static bool at_line[2];
static bool must_hide;

static bool has(const char *bytes, size_t n, const char *word)
{
	for (size_t i = 0; i + strlen(word) <= n; i++)
		if (!strncasecmp(bytes + i, word, strlen(word)))
			return true;
	return false;
}

/* Members of JSON begin with a capital or one of these: theirs may be any
   text. */
static bool is_member(const char *name)
{
	return isupper((unsigned char)*name) || !strncmp(name, "answer-", 7) ||
	       !strncmp(name, "json-", 5);
}

static void look_at_field(const char *name, const char *value)
{
	FUZZ_CHECK(*name);
	if (is_member(name))
		return;
	FUZZ_CHECK(!must_hide || !has(value, strlen(value), SECRET));
	if (strstr(name, "copy-source") == name + strlen(name) - 11 ||
	    !strcmp(name, "location"))
		FUZZ_CHECK(!strpbrk(value, "?#"));
}

static unsigned int look_at_fields(struct pedigree_text text)
{
	_cleanup_free_ char *copy =
		fuzz_text((const uint8_t *)text.bytes, text.n);
	unsigned int n = 0;

	for (const char *at = copy; at <= copy + text.n; n++) {
		const char *value = at + strlen(at) + 1;

		FUZZ_CHECK(value <= copy + text.n);
		look_at_field(at, value);
		at = value + strlen(value) + 1;
	}
	return n;
}

static void look(const struct pedigree_http_event *event)
{
	struct pedigree_text origin = event->text[0], path = event->text[1];
	unsigned int n = 0;

	FUZZ_CHECK(!memchr(origin.bytes, 0, origin.n));
	FUZZ_CHECK(!memchr(path.bytes, 0, path.n));
	FUZZ_CHECK(!has(origin.bytes, origin.n, "@"));
	FUZZ_CHECK(!has(path.bytes, path.n, "?"));
	FUZZ_CHECK(!origin.n || !memcmp(origin.bytes, "http", 4));
	FUZZ_CHECK(origin.n || event->flags & PEDIGREE_F_CUT);
	FUZZ_CHECK(!must_hide || !has(origin.bytes, origin.n, SECRET));
	FUZZ_CHECK(!must_hide || !has(path.bytes, path.n, SECRET));
	for (int i = 2; i < PEDIGREE_TEXTS && event->text[i].bytes; i++)
		n += look_at_fields(event->text[i]);
	FUZZ_CHECK(n == event->head.fields);
	FUZZ_CHECK(event->head.status < 1000);
}

static bool begins(const char *line, const char *word)
{
	return !strncasecmp(line, word, strlen(word));
}

/* A line in which SECRET, if anywhere, stands where it must stay. */
static bool is_hidden(const char *line)
{
	static const char *const headers[] = { "Cookie:", "Set-Cookie:",
					       "Authorization:", "X-Other:" };
	static const char *const until[] = { "GET /", "PUT /", "Location:",
					     "X-Amz-Copy-Source:" };
	const char *query = strchr(line, '?');

	for (size_t i = 0; i < PEDIGREE_COUNT(headers); i++)
		if (begins(line, headers[i]))
			return true;
	for (size_t i = 0; i < PEDIGREE_COUNT(until); i++)
		if (begins(line, until[i]) && query)
			return !has(line, (size_t)(query - line), SECRET);
	return false;
}

static void add_piece(struct talk *talk, enum wire_way way, const char *line,
		      bool whole)
{
	unsigned int side = way == WIRE_RECEIVED || way == WIRE_RECEIVED_UNSEEN;
	size_t n = strlen(line) + (whole ? 2 : 0);

	if (!n || talk->n + 1 == PIECES)
		return;
	if (has(line, strlen(line), SECRET))
		talk->secret &= whole && at_line[side] && is_hidden(line);
	/* A CR is the end of no line, nor are bytes nobody has seen. */
	at_line[side] = whole;
	pedigree_buf_add_str(&talk->bytes, line);
	pedigree_buf_add_str(&talk->bytes, whole ? "\r\n" : "");
	talk->pieces[talk->n++] = (struct wire_piece){ way, NULL, n };
}

static void add_line(struct talk *talk, const char *line)
{
	switch (*line) {
	case '>':
		add_piece(talk, WIRE_SENT, line + 1, true);
		break;
	case '<':
		add_piece(talk, WIRE_RECEIVED, line + 1, true);
		break;
	case ')':
		add_piece(talk, WIRE_SENT, line + 1, false);
		break;
	case '(':
		add_piece(talk, WIRE_RECEIVED, line + 1, false);
		break;
	case '.':
		add_piece(talk, WIRE_SENT_UNSEEN, line + 1, false);
		break;
	case ',':
		add_piece(talk, WIRE_RECEIVED_UNSEEN, line + 1, false);
		break;
	default:
		break;
	}
}

static void check_talk(char *at, const uint8_t *data, size_t size)
{
	struct talk talk = { .bytes = PEDIGREE_BUF_INIT, .secret = true };
	_cleanup_buf_ struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	const char *line, *bytes;
	enum wire_way end = WIRE_CLOSE;
	unsigned int hash = 17;

	at_line[0] = at_line[1] = true;
	while ((line = fuzz_line(&at)))
		if (*line == '!')
			end = WIRE_END;
		else
			add_line(&talk, line);
	bytes = talk.bytes.data;
	for (size_t i = 0; i < talk.n; i++) {
		talk.pieces[i].bytes = bytes;
		bytes += talk.pieces[i].n;
	}
	talk.pieces[talk.n] = (struct wire_piece){ end, NULL, 0 };
	for (size_t i = 0; i < size; i++)
		hash = hash * 31 + data[i];

	must_hide = talk.secret;
	wire_play(&whole, size % 2 ? PEDIGREE_F_TLS : 0, talk.pieces);
	for (size_t i = 0; i < 4; i++) {
		_cleanup_buf_ struct pedigree_buf cut = PEDIGREE_BUF_INIT;
		size_t first = 1 + hash % 23, step = i ? 1 + hash / 7 % 41 : 1;

		wire_play_cut(&cut, size % 2 ? PEDIGREE_F_TLS : 0, talk.pieces,
			      first, step);
		FUZZ_SAME(whole.data, cut.data);
		hash = hash * 31 + 7;
	}
	must_hide = false;
	pedigree_buf_clear(&talk.bytes);
}

static void play_body(struct pedigree_http *http, bool sent, const char *bytes,
		      size_t n)
{
	if (sent)
		pedigree_http2_sent_body(http, bytes, n);
	else
		pedigree_http2_received_body(http, bytes, n);
}

static void play_field(struct pedigree_http *http, const char *line)
{
	const char *name = line + 1, *end = strchr(name + (*name != 0), ':');
	const char *value = end ? end + 1 : "";
	size_t n = end ? (size_t)(end - name) : strlen(name);

	value += *value == ' ';
	if (*line == '>')
		pedigree_http2_sent_field(http, name, n, value, strlen(value));
	else
		pedigree_http2_received_field(http, name, n, value,
					      strlen(value));
}

static void play_stream(struct pedigree_buf *out, const char *text, bool cut)
{
	_cleanup_free_ char *copy =
		fuzz_text((const uint8_t *)text, strlen(text));
	struct pedigree_http *http = malloc(sizeof(*http));
	bool ended = false;
	char *at = copy, *line;

	FUZZ_CHECK(http);
	memset(http, 0x55, sizeof(*http));
	pedigree_http_init(http, PEDIGREE_F_HTTP2, &wire_sink, out);
	while ((line = fuzz_line(&at))) {
		size_t n = strlen(line), step = cut ? 1 : n;

		if (*line == '>' || *line == '<')
			play_field(http, line);
		ended |= *line == '!';
		if (*line != ')' && *line != '(')
			continue;
		for (size_t i = 1; i < n; i += step)
			play_body(http, *line == ')', line + i,
				  step < n - i ? step : n - i);
	}
	pedigree_http_close(http, ended);
	FUZZ_CHECK(pedigree_http_is_foreign(http));
	free(http);
}

static void check_stream(const char *text)
{
	_cleanup_buf_ struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf cut = PEDIGREE_BUF_INIT;

	play_stream(&whole, text, false);
	play_stream(&cut, text, true);
	FUZZ_SAME(whole.data, cut.data);
}

/* The member that a field is called after: "a[1].b". */
static json_t *member(json_t *json, const char *name)
{
	while (json && *name) {
		size_t n = strcspn(name, ".[");
		_cleanup_free_ char *part = strndup(name, n);
		char *end;

		if (n)
			json = json_object_get(json, part);
		name += n;
		if (*name == '.')
			name++;
		if (*name != '[')
			continue;
		json = json_array_get(json, strtoul(name + 1, &end, 10));
		name = end + 1;
	}
	return json;
}

/* What jansson reads there must be what was kept. */
static void check_member(json_t *root, const char *name, const char *value)
{
	json_t *json = member(root, name);

	FUZZ_CHECK(json);
	FUZZ_CHECK(!json_is_object(json) && !json_is_array(json));
	FUZZ_CHECK(!json_is_null(json));
	if (begins(value, "http"))
		FUZZ_CHECK(!begins(value, "https://") || !strchr(value, '?'));
	else if (json_is_string(json))
		FUZZ_SAME(json_string_value(json), value);
}

struct json_text {
	const char *bytes;
	size_t n;
	uint8_t operation;
};

static bool extract(const struct json_text *text, size_t step,
		    struct pedigree_buf *out, unsigned int *ret_fields)
{
	char *bytes = malloc(PEDIGREE_HTTP_TEXT);
	struct pedigree_fields fields = { 0 };
	struct pedigree_area area = { &fields, bytes, PEDIGREE_HTTP_TEXT };
	struct pedigree_control control;
	uint16_t added = 0;

	FUZZ_CHECK(bytes);
	*ret_fields = 0;
	pedigree_control_begin(&control, PEDIGREE_CONTROL_REQUEST,
			       text->operation);
	for (size_t i = 0; i < text->n; i += step)
		*ret_fields += pedigree_control_feed(
			&control, &area, text->bytes + i,
			step < text->n - i ? step : text->n - i, &added);
	FUZZ_CHECK(added == fields.n);
	pedigree_buf_add(out, bytes, fields.n);
	free(bytes);
	return pedigree_control_end(&control);
}

static void check_json(const struct json_text *text)
{
	_cleanup_buf_ struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf cut = PEDIGREE_BUF_INIT;
	unsigned int fields, again;
	bool all = extract(text, text->n + 1, &whole, &fields);
	json_t *root =
		json_loadb(text->bytes, text->n, JSON_REJECT_DUPLICATES, NULL);
	const char *at = whole.data;

	FUZZ_CHECK(extract(text, 1, &cut, &again) == all);
	FUZZ_CHECK(fields == again && whole.len == cut.len);
	FUZZ_CHECK(!memcmp(whole.data, cut.data, cut.len));
	/* Nothing in it can be too long. */
	FUZZ_CHECK(!root || all || text->n > 1200);
	for (unsigned int i = 0; i < fields; i++) {
		const char *value = at + strlen(at) + 1;

		FUZZ_CHECK(at < whole.data + whole.len);
		if (root)
			check_member(root, at, value);
		at = value + strlen(value) + 1;
	}
	FUZZ_CHECK(at == whole.data + whole.len);
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char prefix[] = "SageMaker.";
	_cleanup_free_ char *text = fuzz_text(data, size);
	char *end = strchr(text, '\n');
	char target[64];

	wire_look = look;
	if (!end || (!begins(text, "json ") && !begins(text, "h2\n"))) {
		check_talk(text, data, size);
	} else if (begins(text, "h2\n")) {
		check_stream(end + 1);
	} else {
		*end++ = '\0';
		snprintf(target, sizeof(target), "%s%s", prefix, text + 5);
		check_json(&(struct json_text){
			end, size - (size_t)(end - text),
			pedigree_control_operation(target, strlen(target)) });
	}
	return 0;
}
