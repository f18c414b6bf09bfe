/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers that are looked at and those that are kept, for HTTP/1.1 and
 * HTTP/2 alike. All of these work on the call a direction is about: the one
 * that is sent, or the oldest one, which is being answered.
 */
#ifndef PEDIGREE_HTTP_FIELDS_H
#define PEDIGREE_HTTP_FIELDS_H

#include "hooks/http.h"

/* Which direction. */
enum pedigree_http_way {
	PEDIGREE_HTTP_SENT,
	PEDIGREE_HTTP_RECEIVED
};

struct pedigree_http_side *pedigree_http_side(struct pedigree_http *http,
					      enum pedigree_http_way way);

/* Where its fields go. */
struct pedigree_area pedigree_http_area(struct pedigree_http *http,
					enum pedigree_http_way way);

/* The call that this direction is about; NULL: none, or its answer was faster
   than its end. */
struct pedigree_http_call *pedigree_http_call(struct pedigree_http *http,
					      enum pedigree_http_way way);

/*
 * A header: _name with its name in lower case, _value with pieces of its
 * value, _end. After a name that nobody is interested in `side->header` is 0,
 * and the others do nothing. False from _end: the framing is broken.
 */
void pedigree_http_field_name(struct pedigree_http *http,
			      enum pedigree_http_way way, const char *name,
			      size_t n);
void pedigree_http_field_value(struct pedigree_http *http,
			       enum pedigree_http_way way, const char *bytes,
			       size_t n);
bool pedigree_http_field_end(struct pedigree_http *http,
			     enum pedigree_http_way way);

/* Fields that were added to the area of a direction. */
void pedigree_http_field_added(struct pedigree_http *http,
			       enum pedigree_http_way way, unsigned int fields,
			       unsigned int bytes);

/* PEDIGREE_METHOD_, 0 for another; sets what else follows from it. */
void pedigree_http_method(struct pedigree_http_call *call, const char *word,
			  size_t n);

/* The bytes of a target, and its end. */
void pedigree_http_target_begin(struct pedigree_http *http);
void pedigree_http_target_add(struct pedigree_http *http, const char *bytes,
			      size_t n);
void pedigree_http_target_end(struct pedigree_http *http);

/* Where a SigV4 credential can be: bytes of Authorization. */
void pedigree_http_scope_begin(struct pedigree_http_target *target);
void pedigree_http_scope_add(struct pedigree_http_target *target,
			     struct pedigree_http_call *call, const char *bytes,
			     size_t n);
void pedigree_http_scope_end(struct pedigree_http_target *target,
			     struct pedigree_http_call *call);

/* Bytes of the host. */
void pedigree_http_host_begin(struct pedigree_http *http);
void pedigree_http_host_add(struct pedigree_http *http, const char *bytes,
			    size_t n);

/* The head of the request is over: puts its origin in front of its texts, and
   tells what its method and path make of it. */
void pedigree_http_request(struct pedigree_http *http);

#endif
