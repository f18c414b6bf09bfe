/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests that wait for their answers, from the first byte of a request
 * to the exchange that comes out. http.c and http2.c tell what they read.
 */
#ifndef PEDIGREE_HTTP_CALL_H
#define PEDIGREE_HTTP_CALL_H

#include "hooks/http_fields.h"

/* Nothing more is to be understood. Calls that are not over are lost, and one
   more if a request has `begun` that cannot be read. */
void pedigree_http_give_up(struct pedigree_http *http, bool begun);

/* A request begins. False: there are too many. */
bool pedigree_http_request_begin(struct pedigree_http *http);

/* Its head is over; the call waits for its answer from now on. */
void pedigree_http_request_head(struct pedigree_http *http);

/* The body that was sent is over. */
void pedigree_http_request_end(struct pedigree_http *http);

/* An answer to the oldest call begins, perhaps one of several (1xx). */
void pedigree_http_answer_begin(struct pedigree_http *http);

/* Its head is over and a body follows. */
void pedigree_http_answer_head(struct pedigree_http *http);

/* It is over, and the exchange comes out, unless it was a CONNECT; `flags` are
   added to it. */
void pedigree_http_answer_end(struct pedigree_http *http, uint8_t flags);

/* The oldest call goes without a word. */
void pedigree_http_forget(struct pedigree_http *http);

/* Bytes of a body; NULL when nobody has seen them. */
void pedigree_http_body(struct pedigree_http *http, enum pedigree_http_way way,
			const char *bytes, size_t n);

/* What HTTP/1.1 has to say to pedigree_http_close(). */
void pedigree_http1_close(struct pedigree_http *http, bool ended);

#endif
