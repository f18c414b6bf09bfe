/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GnuTLS: what a program hands to TLS in plain text, and gets from it.
 *
 * Overrides: gnutls_handshake, gnutls_record_send, gnutls_record_send2,
 * gnutls_record_send_range, gnutls_record_send_file, gnutls_record_recv,
 * gnutls_record_recv_packet, gnutls_deinit.
 * Records: EXCHANGE and CONTROL, by way of hooks/tap.c.
 * Before start-up: the call alone.
 * Safe in a signal handler: as far as GnuTLS is, which is not. In a vfork
 * child: the parent's connections are not to be used there anyway.
 */
#include "config.h"

#include <stdint.h>
#include <sys/types.h>

#include "evlog/format.h"
#include "hooks/gate.h"
#include "hooks/late.h"
#include "hooks/secure.h"
#include "hooks/sockets.h"
#include "hooks/tap.h"

/* As far into a session as its negotiated parameters reach, which point into
   the library: it is some thousand bytes long. */
#define WORDS 48u
#define NO_FUNCTION \
	-59 /* GNUTLS_E_INTERNAL_ERROR; the caller was linked to the
			   library, so it is there */

int pedigree_gnutls_handshake(void *session);
ssize_t pedigree_gnutls_record_send(void *session, const void *bytes, size_t n);
ssize_t pedigree_gnutls_record_send2(void *session, const void *bytes, size_t n,
				     size_t pad, unsigned int flags);
ssize_t pedigree_gnutls_record_send_range(void *session, const void *bytes,
					  size_t n, const void *range);
ssize_t pedigree_gnutls_record_send_file(void *session, int fd, off_t *at,
					 size_t n);
ssize_t pedigree_gnutls_record_recv(void *session, void *bytes, size_t n);
ssize_t pedigree_gnutls_record_recv_packet(void *session, void **packet);
void pedigree_gnutls_deinit(void *session);

#define REAL(name, session) PEDIGREE_LATE_REAL(name, session, WORDS)

/*
 * The session that a call of this thread sends on. The library sends by way
 * of its own exported functions, which lead here again: the outer call counts.
 * The frame tells a call that was left by longjmp.
 */
static __thread struct call {
	const void *session;
	const char *frame;
} sending;

static struct call begin(const void *session)
{
	struct call outer = sending;

	sending.session = session;
	sending.frame = __builtin_frame_address(0);
	return outer;
}

static ssize_t sent(struct call outer, const void *bytes, ssize_t n)
{
	struct call self = sending;
	bool nested = outer.session == self.session && self.frame < outer.frame;

	sending = outer;
	if (n > 0 && !nested && pedigree_gate_on())
		pedigree_tap_sent((uintptr_t)self.session, PEDIGREE_F_TLS,
				  bytes, (size_t)n);
	return n;
}

static ssize_t received(const void *session, const void *bytes, ssize_t n)
{
	if (n < 0 || !pedigree_gate_on())
		return n;
	if (n)
		pedigree_tap_received((uintptr_t)session, bytes, (size_t)n);
	else
		pedigree_tap_ended((uintptr_t)session);
	return n;
}

/*
 * The session is on a connection that waits for one, perhaps. What a program
 * gave the session to reach its connection by may be a descriptor or not.
 */
static void meet(void *session)
{
	static struct pedigree_late late;
	const struct pedigree_late_call call = { .object = session,
						 .words = WORDS };
	int (*get_int)(void *);
	int fd;

	if (!pedigree_gate_on() || !pedigree_tap_meet((uintptr_t)session))
		return;
	get_int = (int (*)(void *))pedigree_late_find(
		&late, "gnutls_transport_get_int", &call);
	fd = get_int ? get_int(session) : -1;
	if (fd >= 0)
		fd = pedigree_secure_seen(fd, NULL);
	if (fd < 0)
		fd = pedigree_secure_seen(-1, NULL);
	if (fd >= 0)
		pedigree_socket_set_secure(fd, false);
}

int pedigree_gnutls_handshake(void *session)
{
	__typeof__(&pedigree_gnutls_handshake) real =
		REAL(gnutls_handshake, session);

	if (atomic_load_explicit(&pedigree_secure_waiting,
				 memory_order_relaxed))
		meet(session);
	return real ? real(session) : NO_FUNCTION;
}

ssize_t pedigree_gnutls_record_send(void *session, const void *bytes, size_t n)
{
	__typeof__(&pedigree_gnutls_record_send) real =
		REAL(gnutls_record_send, session);
	struct call outer = begin(session);

	return sent(outer, bytes, real ? real(session, bytes, n) : NO_FUNCTION);
}

ssize_t pedigree_gnutls_record_send2(void *session, const void *bytes, size_t n,
				     size_t pad, unsigned int flags)
{
	__typeof__(&pedigree_gnutls_record_send2) real =
		REAL(gnutls_record_send2, session);
	struct call outer = begin(session);

	return sent(outer, bytes,
		    real ? real(session, bytes, n, pad, flags) : NO_FUNCTION);
}

ssize_t pedigree_gnutls_record_send_range(void *session, const void *bytes,
					  size_t n, const void *range)
{
	__typeof__(&pedigree_gnutls_record_send_range) real =
		REAL(gnutls_record_send_range, session);
	struct call outer = begin(session);

	return sent(outer, bytes,
		    real ? real(session, bytes, n, range) : NO_FUNCTION);
}

/* Of a file only the number of bytes is known. */
ssize_t pedigree_gnutls_record_send_file(void *session, int fd, off_t *at,
					 size_t n)
{
	__typeof__(&pedigree_gnutls_record_send_file) real =
		REAL(gnutls_record_send_file, session);
	struct call outer = begin(session);

	return sent(outer, NULL, real ? real(session, fd, at, n) : NO_FUNCTION);
}

ssize_t pedigree_gnutls_record_recv(void *session, void *bytes, size_t n)
{
	__typeof__(&pedigree_gnutls_record_recv) real =
		REAL(gnutls_record_recv, session);
	ssize_t result = real ? real(session, bytes, n) : NO_FUNCTION;

	return n ? received(session, bytes, result) : result;
}

/* What is in a packet, only its library knows. */
ssize_t pedigree_gnutls_record_recv_packet(void *session, void **packet)
{
	__typeof__(&pedigree_gnutls_record_recv_packet) real =
		REAL(gnutls_record_recv_packet, session);

	return real ? received(session, NULL, real(session, packet))
		    : NO_FUNCTION;
}

/* A forked child may free what it got from its parent, and shall not write
   its first event for that. */
void pedigree_gnutls_deinit(void *session)
{
	__typeof__(&pedigree_gnutls_deinit) real = REAL(gnutls_deinit, session);

	if (!pedigree_gate_is_untouched())
		pedigree_tap_closed((uintptr_t)session);
	if (real)
		real(session);
}

#define GNUTLS(name, tag, version) PEDIGREE_LATE_AS(name, tag, version)
#include "hooks/late.def"
