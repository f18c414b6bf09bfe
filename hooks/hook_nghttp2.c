/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/2 by way of libnghttp2, as libcurl has it: what a client asks, and
 * what the library's callbacks tell of the answer.
 *
 * Overrides: nghttp2_submit_request, nghttp2_submit_request2, and the setters
 * of four callbacks, in whose place ours are set, which call them.
 * Records: EXCHANGE and CONTROL, by way of hooks/tap.c; LOST_EXCHANGE when a
 * process has more kinds of callbacks than there are places for.
 * Before start-up: the call alone.
 * Safe in a signal handler: as far as nghttp2 is, which is not. In a vfork
 * child: the parent's connections are not to be used there anyway.
 *
 * The library has no versions of symbols, so unlike those of TLS libraries
 * these names are found by whoever looks for them. A program that does so by
 * dlsym(RTLD_DEFAULT, …) without the library would get an error from us; none
 * is known.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "hooks/gate.h"
#include "hooks/http.h"
#include "hooks/late.h"
#include "hooks/nghttp2.h"
#include "hooks/tap.h"

/* As far into a session as its functions for memory are, the library's own. */
#define WORDS 48u
#define INVALID_STATE -519 /* NGHTTP2_ERR_INVALID_STATE */
#define FRAME_HEADERS 1
#define DATA_NO_COPY 0x04u

#define REAL(name, session) \
	((__typeof__(&name))PEDIGREE_LATE_FIND(name, session, WORDS))

/* A stream's name: its session and its number, which is odd. */
static uintptr_t name_of(const void *session, int32_t stream)
{
	return ((uintptr_t)session << 16) ^ (uint32_t)stream;
}

static struct pedigree_tap_held *hold(const void *session, int32_t stream)
{
	if (!pedigree_gate_on())
		return NULL;
	return pedigree_tap_hold(name_of(session, stream));
}

/*
 * Callbacks are given a session and nothing of ours, so each function of a
 * program that is set as one gets a place, and with it a function of ours
 * that calls what stands there. Places are taken for good: sessions may call
 * until the process ends.
 */
#define PLACES 6
#define ALL_PLACES(X) X(0) X(1) X(2) X(3) X(4) X(5)

/* Our function for theirs; theirs itself when there is none left. */
static uintptr_t stand_in(_Atomic uintptr_t places[PLACES],
			  const uintptr_t ours[PLACES], uintptr_t theirs)
{
	if (!theirs)
		return 0;
	for (int i = 0; i < PLACES; i++) {
		uintptr_t there = atomic_load(&places[i]);

		if (!there &&
		    atomic_compare_exchange_strong(&places[i], &there, theirs))
			return ours[i];
		if (there == theirs)
			return ours[i];
	}
	if (pedigree_gate_on())
		pedigree_tap_lost();
	return theirs;
}

/* Headers of the answer. */

static void note_header(const void *session,
			const struct pedigree_nghttp2_frame *frame,
			const struct pedigree_nghttp2_bytes field[2])
{
	struct pedigree_tap_held *held = NULL;

	if (frame->type == FRAME_HEADERS)
		held = hold(session, frame->stream);
	if (!held)
		return;
	pedigree_http2_received_field(pedigree_tap_http(held),
				      (const char *)field[0].start, field[0].n,
				      (const char *)field[1].start, field[1].n);
	pedigree_tap_release(held);
}

static _Atomic uintptr_t header_places[PLACES];

static int on_header(int place, void *session,
		     const struct pedigree_nghttp2_frame *frame,
		     const uint8_t *name, size_t name_n, const uint8_t *value,
		     size_t value_n, uint8_t flags, void *user)
{
	pedigree_nghttp2_header theirs =
		(pedigree_nghttp2_header)atomic_load(&header_places[place]);
	int result = theirs(session, frame, name, name_n, value, value_n, flags,
			    user);
	const struct pedigree_nghttp2_bytes field[2] = {
		{ (uint8_t *)name, name_n }, { (uint8_t *)value, value_n }
	};

	note_header(session, frame, field);
	return result;
}

#define HEADER(place) \
	static int header_##place(void *session, \
				  const struct pedigree_nghttp2_frame *frame, \
				  const uint8_t *name, size_t name_n, \
				  const uint8_t *value, size_t value_n, \
				  uint8_t flags, void *user) \
	{ \
		return on_header(place, session, frame, name, name_n, value, \
				 value_n, flags, user); \
	}
ALL_PLACES(HEADER)

void nghttp2_session_callbacks_set_on_header_callback(
	void *callbacks, pedigree_nghttp2_header theirs)
{
#define OURS(place) (uintptr_t) header_##place,
	const uintptr_t ours[PLACES] = { ALL_PLACES(OURS) };
#undef OURS
	__typeof__(&nghttp2_session_callbacks_set_on_header_callback) real =
		REAL(nghttp2_session_callbacks_set_on_header_callback, NULL);

	if (real)
		real(callbacks,
		     (pedigree_nghttp2_header)stand_in(header_places, ours,
						       (uintptr_t)theirs));
}

/* The same in buffers that it counts the users of. */

static _Atomic uintptr_t header2_places[PLACES];

static int on_header2(int place, void *session,
		      const struct pedigree_nghttp2_frame *frame, void *name,
		      void *value, uint8_t flags, void *user)
{
	pedigree_nghttp2_header2 theirs =
		(pedigree_nghttp2_header2)atomic_load(&header2_places[place]);
	pedigree_nghttp2_get get = (pedigree_nghttp2_get)PEDIGREE_LATE_FIND(
		nghttp2_rcbuf_get_buf, session, WORDS);

	/* Before theirs, which may let go of them. */
	if (get) {
		const struct pedigree_nghttp2_bytes field[2] = { get(name),
								 get(value) };

		note_header(session, frame, field);
	}
	return theirs(session, frame, name, value, flags, user);
}

#define HEADER2(place) \
	static int header2_##place(void *session, \
				   const struct pedigree_nghttp2_frame *frame, \
				   void *name, void *value, uint8_t flags, \
				   void *user) \
	{ \
		return on_header2(place, session, frame, name, value, flags, \
				  user); \
	}
ALL_PLACES(HEADER2)

void nghttp2_session_callbacks_set_on_header_callback2(
	void *callbacks, pedigree_nghttp2_header2 theirs)
{
#define OURS(place) (uintptr_t) header2_##place,
	const uintptr_t ours[PLACES] = { ALL_PLACES(OURS) };
#undef OURS
	__typeof__(&nghttp2_session_callbacks_set_on_header_callback2) real =
		REAL(nghttp2_session_callbacks_set_on_header_callback2, NULL);

	if (real)
		real(callbacks,
		     (pedigree_nghttp2_header2)stand_in(header2_places, ours,
							(uintptr_t)theirs));
}

/* The body of the answer. */

static _Atomic uintptr_t data_places[PLACES];

static int on_data(int place, void *session, uint8_t flags, int32_t stream,
		   const uint8_t *bytes, size_t n, void *user)
{
	pedigree_nghttp2_data theirs =
		(pedigree_nghttp2_data)atomic_load(&data_places[place]);
	struct pedigree_tap_held *held = hold(session, stream);

	if (held) {
		pedigree_http2_received_body(pedigree_tap_http(held), bytes, n);
		pedigree_tap_release(held);
	}
	return theirs(session, flags, stream, bytes, n, user);
}

#define DATA(place) \
	static int data_##place(void *session, uint8_t flags, int32_t stream, \
				const uint8_t *bytes, size_t n, void *user) \
	{ \
		return on_data(place, session, flags, stream, bytes, n, user); \
	}
ALL_PLACES(DATA)

void nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
	void *callbacks, pedigree_nghttp2_data theirs)
{
#define OURS(place) (uintptr_t) data_##place,
	const uintptr_t ours[PLACES] = { ALL_PLACES(OURS) };
#undef OURS
	__typeof__(&nghttp2_session_callbacks_set_on_data_chunk_recv_callback)
		real = REAL(
			nghttp2_session_callbacks_set_on_data_chunk_recv_callback,
			NULL);

	if (real)
		real(callbacks, (pedigree_nghttp2_data)stand_in(
					data_places, ours, (uintptr_t)theirs));
}

/* The end of a stream. */

static _Atomic uintptr_t close_places[PLACES];

static int on_close(int place, void *session, int32_t stream, uint32_t error,
		    void *user)
{
	pedigree_nghttp2_close theirs =
		(pedigree_nghttp2_close)atomic_load(&close_places[place]);
	uintptr_t name = name_of(session, stream);

	if (pedigree_gate_on()) {
		if (!error)
			pedigree_tap_ended(name);
		pedigree_tap_closed(name);
	}
	return theirs(session, stream, error, user);
}

#define CLOSE(place) \
	static int close_##place(void *session, int32_t stream, \
				 uint32_t error, void *user) \
	{ \
		return on_close(place, session, stream, error, user); \
	}
ALL_PLACES(CLOSE)

void nghttp2_session_callbacks_set_on_stream_close_callback(
	void *callbacks, pedigree_nghttp2_close theirs)
{
#define OURS(place) (uintptr_t) close_##place,
	const uintptr_t ours[PLACES] = { ALL_PLACES(OURS) };
#undef OURS
	__typeof__(&nghttp2_session_callbacks_set_on_stream_close_callback)
		real = REAL(
			nghttp2_session_callbacks_set_on_stream_close_callback,
			NULL);

	if (real)
		real(callbacks, (pedigree_nghttp2_close)stand_in(
					close_places, ours, (uintptr_t)theirs));
}

/* The body of the request, which the library asks for. */

static _Atomic uintptr_t source_places[PLACES];

static ssize_t on_source(int place, void *session, int32_t stream,
			 uint8_t *bytes, size_t room, uint32_t *flags,
			 void *source, void *user)
{
	pedigree_nghttp2_read theirs =
		(pedigree_nghttp2_read)atomic_load(&source_places[place]);
	ssize_t n = theirs(session, stream, bytes, room, flags, source, user);
	struct pedigree_tap_held *held = n > 0 ? hold(session, stream) : NULL;

	if (!held)
		return n;
	pedigree_http2_sent_body(pedigree_tap_http(held),
				 *flags & DATA_NO_COPY ? NULL : bytes,
				 (size_t)n);
	pedigree_tap_release(held);
	return n;
}

#define SOURCE(place) \
	static ssize_t source_##place(void *session, int32_t stream, \
				      uint8_t *bytes, size_t room, \
				      uint32_t *flags, void *source, \
				      void *user) \
	{ \
		return on_source(place, session, stream, bytes, room, flags, \
				 source, user); \
	}
ALL_PLACES(SOURCE)

static void replace_source(const struct pedigree_nghttp2_source *theirs,
			   struct pedigree_nghttp2_source *ret_ours)
{
#define OURS(place) (uintptr_t) source_##place,
	const uintptr_t ours[PLACES] = { ALL_PLACES(OURS) };
#undef OURS

	*ret_ours = *theirs;
	ret_ours->read = (pedigree_nghttp2_read)stand_in(
		source_places, ours, (uintptr_t)theirs->read);
}

/* A request has got its stream. */
static void note_request(const void *session, int32_t stream,
			 const struct pedigree_nghttp2_field *fields,
			 size_t fields_n)
{
	struct pedigree_tap_held *held;
	uint8_t flags = PEDIGREE_F_HTTP2;

	if (stream <= 0 || !pedigree_gate_on())
		return;
	for (size_t i = 0; i < fields_n; i++)
		if (fields[i].name_n == 7 &&
		    !memcmp(fields[i].name, ":scheme", 7) &&
		    fields[i].value_n == 5)
			flags |= PEDIGREE_F_TLS;
	held = pedigree_tap_begin(name_of(session, stream), flags);
	if (!held)
		return;
	for (size_t i = 0; i < fields_n; i++)
		pedigree_http2_sent_field(pedigree_tap_http(held),
					  (const char *)fields[i].name,
					  fields[i].name_n,
					  (const char *)fields[i].value,
					  fields[i].value_n);
	pedigree_tap_release(held);
}

/* Whichever of the two functions it is: they differ in a type that is said in
   more words since 1.60. */
static int32_t submit(__typeof__(&nghttp2_submit_request) real, void *session,
		      const void *priority,
		      const struct pedigree_nghttp2_field *fields,
		      size_t fields_n,
		      const struct pedigree_nghttp2_source *body, void *user)
{
	struct pedigree_nghttp2_source ours;
	int32_t stream;

	if (!real)
		return INVALID_STATE;
	if (body)
		replace_source(body, &ours);
	stream = real(session, priority, fields, fields_n, body ? &ours : NULL,
		      user);
	note_request(session, stream, fields, fields_n);
	return stream;
}

#define SUBMIT(name) \
	int32_t name(void *session, const void *priority, \
		     const struct pedigree_nghttp2_field *fields, \
		     size_t fields_n, \
		     const struct pedigree_nghttp2_source *body, void *user) \
	{ \
		return submit(REAL(name, session), session, priority, fields, \
			      fields_n, body, user); \
	}
SUBMIT(nghttp2_submit_request)
SUBMIT(nghttp2_submit_request2)
