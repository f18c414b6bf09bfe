/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the tap that knows HTTP: bytes of one connection of a client
 * in, exchanges (EXCHANGE and CONTROL of lib/evlog/format.h) out.
 *
 * Pure: no memory but the structure, no locks, no system calls, no errno.
 * Who calls sees to it that one connection is given to one call at a time.
 * The structure may be moved or dropped between calls, in any state.
 *
 * A CONNECT does not come out, but what passes through its tunnel does, where
 * the TLS library is looked at.
 *
 * Of headers those come out that http_fields.c lists, of bodies the members
 * that control.def lists and the elements that xml.h names, of queries and
 * signatures what wire.def has a number for. No other header, no other part of
 * a body and no value of a query leaves the structure.
 *
 * The two directions of HTTP/1.1 are read as streams that may be cut at any
 * byte:
 *
 *	pedigree_http_init(&http, PEDIGREE_F_TLS, &sink, context);
 *	pedigree_http_sent(&http, bytes, n);		after each write
 *	pedigree_http_received(&http, bytes, n);	after each read
 *	pedigree_http_close(&http, ended);		once
 *
 * As soon as pedigree_http_is_foreign(), what flows is not HTTP, or not HTTP
 * any more, or not to be followed: this side is the server, the connection
 * was upgraded, a CONNECT made a tunnel of it, the framing is broken. Further
 * calls do nothing, and nothing more will come out. Bytes that never were HTTP
 * are told by the first of them, mostly.
 *
 * HTTP/2 gives each stream a structure of its own and is told what its library
 * took apart, names in lower case:
 *
 *	pedigree_http_init(&http, PEDIGREE_F_HTTP2 | PEDIGREE_F_TLS, …);
 *	pedigree_http2_sent_field(&http, …);	:method, :path, …; trailers
 *	pedigree_http2_sent_body(&http, …);
 *	pedigree_http2_received_field(&http, …);	:status, …; trailers
 *	pedigree_http2_received_body(&http, …);
 *	pedigree_http_close(&http, ended);	the stream is closed
 */
#ifndef PEDIGREE_HTTP_H
#define PEDIGREE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evlog/format.h"
#include "hooks/control.h"
#include "hooks/fields.h"
#include "hooks/log.h"
#include "hooks/xml.h"

/* A finished exchange, valid during the call; all of it goes into an entry of
   the log as it is. */
struct pedigree_http_event {
	uint8_t type; /* PEDIGREE_EV_EXCHANGE or PEDIGREE_EV_CONTROL */
	uint8_t flags;
	struct pedigree_exchange head;
	/*
	 * Origin, path or operation, then names and values with a NUL between
	 * them: those of the request and those of the answer. Either may be
	 * missing, then what follows moves up; a text that is missing has NULL
	 * bytes.
	 */
	struct pedigree_text text[PEDIGREE_TEXTS];
};

struct pedigree_http_sink {
	void (*exchange)(void *context,
			 const struct pedigree_http_event *event);
	/* Exchanges that took place, or may have, and cannot be told: too
	   many at once, or no room for them. */
	void (*lost)(void *context, unsigned int n);
};

/* Requests without their whole answer, at most, on one connection. */
#define PEDIGREE_HTTP_CALLS 16
/* Of origins, paths and fields of these requests. */
#define PEDIGREE_HTTP_TEXT 4864
/* Of the fields of the answer that is coming in. */
#define PEDIGREE_HTTP_ANSWER 1536
/* A host with its port. */
#define PEDIGREE_HTTP_HOST 264
/* Of values that are looked at and not kept. */
#define PEDIGREE_HTTP_VALUE 72

/* A request whose answer is not over. Its texts stand one behind the other in
   pedigree_http.text: origin, path, fields. */
struct pedigree_http_call {
	struct pedigree_exchange head;
	uint64_t length; /* Content-Length */
	uint16_t origin_n, path_n, fields_n;
	uint8_t flags;	   /* PEDIGREE_F_ */
	uint8_t operation; /* control.h; 0: none */
	bool bodyless;	   /* HEAD: its answer has no body */
	bool tunnel;	   /* CONNECT */
	bool upload;	   /* to GCS, which answers with JSON */
	bool copies;	   /* names a source that the store is to copy */
	bool expects;	   /* waits for a 100 before the body */
};

/* Where a direction is; http.c has the machine. */
struct pedigree_http_side {
	uint64_t left;	 /* bytes of the body or of its chunk */
	uint64_t length; /* Content-Length */
	uint8_t state;
	uint8_t header;	 /* the one in hand, http_fields.h; 0: none */
	uint8_t name_n;	 /* in name; also of other short words */
	uint8_t value_n; /* in value */
	bool has_length;
	bool chunked;
	bool unframed; /* Transfer-Encoding without chunks */
	bool encoded;  /* Content-Encoding: the body cannot be looked into */
	bool trailer;  /* headers behind the body */
	struct pedigree_fields fields;
	struct pedigree_control control;
	char name[32];
	char value[PEDIGREE_HTTP_VALUE];
};

/* The target of a request and whom it is signed for, byte by byte. */
struct pedigree_http_target {
	uint8_t state;
	uint8_t key_n, value_n;
	uint8_t part_n, before_n;
	char key[32];
	char value[12];
	char part[16], before[16]; /* the last two parts of a credential */
};

/* A connection, or a stream of HTTP/2. */
struct pedigree_http {
	const struct pedigree_http_sink *sink;
	void *context;
	uint8_t flags; /* PEDIGREE_F_TLS, PEDIGREE_F_HTTP2 */
	bool foreign;
	bool begun;	 /* a request's first line was read */
	bool reading;	 /* calls[calls_n] is being made */
	bool https;	 /* the scheme of the request in hand */
	bool absolute;	 /* its target names the host */
	bool bad_host;	 /* no host can be made of it */
	uint8_t calls_n; /* without the one that is being made */
	uint16_t host_n;
	uint16_t answer_fields; /* in `answer` */
	struct pedigree_http_side sent, received;
	struct pedigree_http_target target;
	struct pedigree_xml xml; /* of the answer */
	struct pedigree_http_call calls[PEDIGREE_HTTP_CALLS];
	char host[PEDIGREE_HTTP_HOST];
	char text[PEDIGREE_HTTP_TEXT];
	char answer[PEDIGREE_HTTP_ANSWER];
};

_Static_assert(sizeof(struct pedigree_http) <= 8192, "two pages");

/* Begins a connection. The memory need not be zeroed, and most of it is not
   touched before it is needed. `flags`: PEDIGREE_F_TLS, PEDIGREE_F_HTTP2. */
void pedigree_http_init(struct pedigree_http *http, uint8_t flags,
			const struct pedigree_http_sink *sink, void *context);

/*
 * Bytes that went by. With NULL for the bytes (sendfile, MSG_TRUNC) only their
 * number is known; that is enough in a body nobody looks into, and the end of
 * what can be followed elsewhere.
 */
void pedigree_http_sent(struct pedigree_http *http, const void *bytes,
			size_t n);
void pedigree_http_received(struct pedigree_http *http, const void *bytes,
			    size_t n);

/*
 * The connection or stream is over. `ended` when the other side said so (recv
 * answered 0, END_STREAM): then an answer that lasts until the end is whole.
 * What was asked and not answered comes out with status 0. The structure is as
 * if it were foreign then.
 */
void pedigree_http_close(struct pedigree_http *http, bool ended);

static inline bool pedigree_http_is_foreign(const struct pedigree_http *http)
{
	return http->foreign;
}

void pedigree_http2_sent_field(struct pedigree_http *http, const char *name,
			       size_t name_n, const char *value,
			       size_t value_n);
void pedigree_http2_sent_body(struct pedigree_http *http, const void *bytes,
			      size_t n);
void pedigree_http2_received_field(struct pedigree_http *http, const char *name,
				   size_t name_n, const char *value,
				   size_t value_n);
void pedigree_http2_received_body(struct pedigree_http *http, const void *bytes,
				  size_t n);

#endif
