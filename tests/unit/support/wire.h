/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations of a client, played to hooks/http.h, and what came of them as
 * text: a line for each exchange,
 *
 *	EXCHANGE GET 200 http://host /path sent 0 received 5
 *
 * then, where they are not 0, "query", "service" and "flags" with a number,
 * and each field as " name=value"; and "lost N", "foreign".
 */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include "base/buf.h"
#include "evlog/reader.h"
#include "hooks/http.h"

enum wire_way {
	WIRE_SENT,
	WIRE_RECEIVED,
	WIRE_SENT_UNSEEN, /* as many bytes, which nobody shows */
	WIRE_RECEIVED_UNSEEN,
	WIRE_END,   /* the other side ended the connection */
	WIRE_CLOSE, /* this side closed it */
};

struct wire_piece {
	enum wire_way way;
	const char *bytes;
	size_t n; /* 0: strlen(bytes) */
};

/* The last piece has no bytes; its way, WIRE_END or WIRE_CLOSE, is what is
   done then, or WIRE_SENT: nothing. */
void wire_play(struct pedigree_buf *ret, uint8_t flags,
	       const struct wire_piece *pieces);

/*
 * The same with a cut in front of every `step`th byte, beginning with byte
 * `first`, and the structure moved in memory there. False when there are no
 * such bytes.
 */
bool wire_play_cut(struct pedigree_buf *ret, uint8_t flags,
		   const struct wire_piece *pieces, size_t first, size_t step);

/* Plays it whole, byte by byte (in larger bites if it is very long), and with
   one cut at each byte, or at some of them. NULL when all of them give what is
   expected, else what is wrong, to be freed. */
char *wire_differs(const char *expected, uint8_t flags,
		   const struct wire_piece *pieces);

/* The sink that writes to the struct pedigree_buf `context`. */
extern const struct pedigree_http_sink wire_sink;

/* Called with each exchange before that, if set. */
extern void (*wire_look)(const struct pedigree_http_event *event);

#endif
