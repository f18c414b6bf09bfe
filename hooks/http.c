/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1: two machines, one for each direction, that read heads and skip
 * bodies. Their states are what comes next:
 *
 *	START			a request or an answer
 *	METHOD TARGET PROTOCOL	words of a request's first line
 *	STATUS REASON		those of an answer's
 *	LINE			a header line, one that goes on, or the end
 *	NAME VALUE		of a header
 *	EMPTY			the LF behind a CR that ends a head
 *	BODY			`left` bytes
 *	SIZE EXTENSION		the line in front of a chunk
 *	CHUNK CHUNK_END		`left` bytes and the end of their line; LINE
 *				follows the last one
 *	REST			a body until the connection ends
 */
#include "config.h"

#include "hooks/http.h"

#include <string.h>

#include "hooks/http_call.h"

#define SENT PEDIGREE_HTTP_SENT
#define RECEIVED PEDIGREE_HTTP_RECEIVED

enum {
	START,
	METHOD,
	TARGET,
	PROTOCOL,
	STATUS,
	REASON,
	LINE,
	NAME,
	VALUE,
	EMPTY,
	BODY,
	SIZE,
	EXTENSION,
	CHUNK,
	CHUNK_END,
	REST
};

enum {
	METHOD_MOST = 16,
	LONG_NAME = UINT8_MAX /* name_n of what is no header's name here */
};

/* One direction of a connection. */
struct machine {
	struct pedigree_http *http;
	struct pedigree_http_side *side;
	enum pedigree_http_way way;
};

static void give_up(struct machine *machine)
{
	struct pedigree_http *http = machine->http;
	bool another = machine->way == SENT && machine->side->state == START;

	/* What never was HTTP has no request to lose. */
	pedigree_http_give_up(http, http->begun && (another || http->reading));
}

static void to(struct machine *machine, uint8_t state)
{
	machine->side->state = state;
	machine->side->name_n = 0;
}

/* A request's body that was announced does not come when the answer says no
   before it began. */
static bool is_unwanted(const struct pedigree_http *http)
{
	const struct pedigree_http_call *call = &http->calls[0];

	return http->calls_n == 1 && !http->reading && call->expects &&
	       !call->head.sent;
}

static void end_answer(struct machine *machine, uint8_t flags)
{
	struct pedigree_http *http = machine->http;

	if (is_unwanted(http))
		http->sent.state = START;
	pedigree_http_answer_end(http, flags);
	http->received.state = START;
}

static void end_message(struct machine *machine)
{
	if (machine->way == RECEIVED) {
		end_answer(machine, 0);
		return;
	}
	pedigree_http_request_end(machine->http);
	to(machine, START);
}

/* How the body comes that follows a head, if one does. */
static void begin_body(struct machine *machine, bool none)
{
	struct pedigree_http_side *side = machine->side;
	bool answer = machine->way == RECEIVED;

	side->trailer = true;
	side->left = 0;
	if (none) {
		end_message(machine);
	} else if (side->chunked) {
		to(machine, SIZE);
	} else if (side->unframed && !answer) {
		give_up(machine);
	} else if (side->unframed || (answer && !side->has_length)) {
		to(machine, REST);
	} else if (side->has_length && side->length) {
		side->left = side->length;
		to(machine, BODY);
	} else {
		end_message(machine);
	}
}

static void end_answer_head(struct machine *machine)
{
	struct pedigree_http *http = machine->http;
	struct pedigree_http_call *call = &http->calls[0];
	unsigned int status = call->head.status;

	if (call->tunnel && status / 100 == 2) {
		pedigree_http_forget(http);
		give_up(machine);
	} else if (status == 101) {
		end_answer(machine, 0);
		give_up(machine);
	} else if (status / 100 == 1) {
		call->expects = false;
		pedigree_http_answer_begin(http);
		to(machine, START);
	} else {
		pedigree_http_answer_head(http);
		begin_body(machine,
			   call->bodyless || status == 204 || status == 304);
	}
}

static void end_head(struct machine *machine)
{
	if (machine->side->trailer) {
		end_message(machine);
	} else if (machine->way == RECEIVED) {
		end_answer_head(machine);
	} else {
		pedigree_http_request_head(machine->http);
		begin_body(machine, false);
	}
}

/* The number of bytes in front of an LF, or all. */
static size_t line_length(const char *bytes, size_t n)
{
	const char *end = memchr(bytes, '\n', n);

	return end ? (size_t)(end - bytes) : n;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The functions below are given at least a byte and answer how many they have
 * read; 0: the next state wants them.
 */

static size_t on_start(struct machine *machine, const char *bytes)
{
	struct pedigree_http *http = machine->http;
	bool request = machine->way == SENT;

	/* Empty lines between messages are old servers' and clients' habit. */
	if (http->begun && (*bytes == '\r' || *bytes == '\n'))
		return 1;
	if (request ? !is_upper(*bytes) || !pedigree_http_request_begin(http)
		    : *bytes != 'H' || !http->calls_n) {
		give_up(machine);
		return 1;
	}
	if (!request)
		pedigree_http_answer_begin(http);
	to(machine, request ? METHOD : STATUS);
	return 0;
}

static size_t on_method(struct machine *machine, const char *bytes)
{
	struct pedigree_http_side *side = machine->side;

	if (*bytes == ' ') {
		pedigree_http_method(pedigree_http_call(machine->http, SENT),
				     side->name, side->name_n);
		to(machine, TARGET);
	} else if ((is_upper(*bytes) || *bytes == '-') &&
		   side->name_n < METHOD_MOST) {
		side->name[side->name_n++] = *bytes;
	} else {
		give_up(machine);
	}
	return 1;
}

static bool may_be_target(struct machine *machine, char first)
{
	return (first && strchr("/*hH", first)) ||
	       pedigree_http_call(machine->http, SENT)->tunnel;
}

static size_t on_target(struct machine *machine, const char *bytes, size_t n)
{
	struct pedigree_http *http = machine->http;
	size_t i = 0;

	while (i < n && (unsigned char)bytes[i] > ' ' && bytes[i] != 0x7f)
		i++;
	if (i) {
		if (!machine->side->name_n && !may_be_target(machine, *bytes))
			give_up(machine);
		else
			pedigree_http_target_add(http, bytes, i);
		machine->side->name_n = 1;
		return i;
	}
	if (*bytes == ' ' && machine->side->name_n) {
		pedigree_http_target_end(http);
		to(machine, PROTOCOL);
	} else {
		give_up(machine);
	}
	return 1;
}

/* "HTTP/1." and a digit, the beginning of both first lines. */
static bool is_version(struct pedigree_http_side *side, char c)
{
	static const char version[] = "HTTP/1.";
	const size_t n = sizeof(version) - 1;

	if (side->name_n < n ? c != version[side->name_n] : !is_digit(c))
		return false;
	side->name_n++;
	return true;
}

enum {
	VERSION_SIZE = 8
};

static size_t on_version(struct machine *machine, const char *bytes)
{
	struct pedigree_http_side *side = machine->side;

	if (side->name_n < VERSION_SIZE) {
		if (!is_version(side, *bytes))
			give_up(machine);
	} else if (*bytes == '\n') {
		machine->http->begun = true;
		to(machine, LINE);
	} else if (*bytes == '\r' && side->name_n == VERSION_SIZE) {
		side->name_n++;
	} else {
		give_up(machine);
	}
	return 1;
}

static size_t on_status(struct machine *machine, const char *bytes)
{
	enum {
		DIGITS = VERSION_SIZE + 1,
		END = DIGITS + 3
	};
	struct pedigree_http_side *side = machine->side;
	uint16_t *status = &machine->http->calls[0].head.status;
	bool right;

	if (side->name_n < VERSION_SIZE) {
		right = is_version(side, *bytes);
	} else if (side->name_n < DIGITS) {
		right = *bytes == ' ';
		side->name_n++;
	} else if (side->name_n < END) {
		right = is_digit(*bytes) &&
			(*bytes != '0' || side->name_n > DIGITS);
		*status = (uint16_t)(*status * 10 + (*bytes - '0'));
		side->name_n++;
	} else {
		right = strchr(" \r\n", *bytes) && *bytes;
		to(machine, REASON);
		if (right)
			return 0;
	}
	if (!right)
		give_up(machine);
	return 1;
}

static size_t on_line(struct machine *machine, const char *bytes)
{
	/* The value of the last header goes on. */
	if (*bytes == ' ' || *bytes == '\t') {
		to(machine, VALUE);
		return 0;
	}
	if (!pedigree_http_field_end(machine->http, machine->way)) {
		give_up(machine);
		return 1;
	}
	if (*bytes == '\n')
		end_head(machine);
	else
		to(machine, *bytes == '\r' ? EMPTY : NAME);
	return *bytes == '\n' || *bytes == '\r';
}

static size_t on_name(struct machine *machine, const char *bytes, size_t n)
{
	struct pedigree_http_side *side = machine->side;
	size_t i = 0;

	for (; i < n && bytes[i] != ':' && bytes[i] != '\n'; i++) {
		char c = bytes[i];

		if (side->name_n >= sizeof(side->name) ||
		    (unsigned char)c <= ' ')
			side->name_n = LONG_NAME;
		else
			side->name[side->name_n++] =
				is_upper(c) ? (char)(c | 0x20) : c;
	}
	if (i == n)
		return n;
	if (side->name_n != LONG_NAME && bytes[i] == ':')
		pedigree_http_field_name(machine->http, machine->way,
					 side->name, side->name_n);
	to(machine, bytes[i] == ':' ? VALUE : LINE);
	return i + 1;
}

static size_t on_value(struct machine *machine, const char *bytes, size_t n)
{
	size_t i = line_length(bytes, n);

	pedigree_http_field_value(machine->http, machine->way, bytes, i);
	if (i == n)
		return n;
	to(machine, LINE);
	return i + 1;
}

/* To the end of a line that says nothing. */
static size_t on_rest_of_line(struct machine *machine, const char *bytes,
			      size_t n, uint8_t next)
{
	size_t i = line_length(bytes, n);

	if (i == n)
		return n;
	to(machine, next);
	return i + 1;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t on_size(struct machine *machine, const char *bytes)
{
	struct pedigree_http_side *side = machine->side;
	int digit = hex_digit(*bytes);

	if (digit >= 0 && side->name_n < 15) {
		side->left = side->left << 4 | (unsigned int)digit;
		side->name_n++;
		return 1;
	}
	if (!side->name_n || !*bytes || !strchr("\r\n; \t", *bytes)) {
		give_up(machine);
		return 1;
	}
	to(machine, EXTENSION);
	return 0;
}

/* As much of the body, or of a chunk, as is there. Bytes may be NULL. */
static size_t on_body(struct machine *machine, const char *bytes, size_t n)
{
	struct pedigree_http_side *side = machine->side;

	if (side->state != REST && n > side->left)
		n = (size_t)side->left;
	pedigree_http_body(machine->http, machine->way, bytes, n);
	if (side->state == REST)
		return n;
	side->left -= n;
	if (side->left)
		return n;
	if (side->state == CHUNK)
		to(machine, CHUNK_END);
	else
		end_message(machine);
	return n;
}

static size_t on_end_of_line(struct machine *machine, const char *bytes)
{
	struct pedigree_http_side *side = machine->side;

	if (*bytes == '\n' && side->state == CHUNK_END)
		to(machine, SIZE);
	else if (*bytes == '\n')
		end_head(machine);
	else if (*bytes == '\r' && side->state == CHUNK_END && !side->name_n)
		side->name_n = 1;
	else
		give_up(machine);
	return 1;
}

static size_t step(struct machine *machine, const char *bytes, size_t n)
{
	switch (machine->side->state) {
	case START:
		return on_start(machine, bytes);
	case METHOD:
		return on_method(machine, bytes);
	case TARGET:
		return on_target(machine, bytes, n);
	case PROTOCOL:
		return on_version(machine, bytes);
	case STATUS:
		return on_status(machine, bytes);
	case REASON:
		return on_rest_of_line(machine, bytes, n, LINE);
	case LINE:
		return on_line(machine, bytes);
	case NAME:
		return on_name(machine, bytes, n);
	case VALUE:
		return on_value(machine, bytes, n);
	case SIZE:
		return on_size(machine, bytes);
	case EXTENSION:
		return on_rest_of_line(machine, bytes, n,
				       machine->side->left ? CHUNK : LINE);
	case BODY:
	case CHUNK:
	case REST:
		return on_body(machine, bytes, n);
	default: /* EMPTY, CHUNK_END */
		return on_end_of_line(machine, bytes);
	}
}

/* Bytes that nobody has seen can be nothing but a body. */
static void run_blindly(struct machine *machine, size_t n)
{
	while (n && !machine->http->foreign) {
		uint8_t state = machine->side->state;

		if (state == BODY || state == CHUNK || state == REST)
			n -= on_body(machine, NULL, n);
		else
			give_up(machine);
	}
}

static void run(struct pedigree_http *http, enum pedigree_http_way way,
		const char *bytes, size_t n)
{
	struct machine machine = {
		.http = http,
		.side = pedigree_http_side(http, way),
		.way = way,
	};

	if (!bytes) {
		run_blindly(&machine, n);
		return;
	}
	for (size_t i = 0; i < n && !http->foreign;)
		i += step(&machine, bytes + i, n - i);
}

void pedigree_http_sent(struct pedigree_http *http, const void *bytes, size_t n)
{
	run(http, SENT, bytes, n);
}

void pedigree_http_received(struct pedigree_http *http, const void *bytes,
			    size_t n)
{
	run(http, RECEIVED, bytes, n);
}

void pedigree_http1_close(struct pedigree_http *http, bool ended)
{
	struct machine machine = { .http = http,
				   .side = &http->received,
				   .way = RECEIVED };

	if (ended && http->received.state == REST)
		end_answer(&machine, 0);
	while (http->calls_n)
		pedigree_http_answer_end(http, PEDIGREE_F_UNFINISHED);
}
