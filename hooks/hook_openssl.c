/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL: what a program hands to TLS in plain text, and gets from it.
 *
 * Overrides: SSL_read, SSL_write, their _ex siblings, SSL_write_early_data,
 * SSL_sendfile, SSL_free, SSL_connect and SSL_do_handshake, for what was linked
 * to libssl 1.1 or 3. (A server alone has SSL_read_early_data.)
 * Records: EXCHANGE and CONTROL, by way of hooks/tap.c.
 * Before start-up: the call alone.
 * Safe in a signal handler: as far as OpenSSL is, which is not. In a vfork
 * child: the parent's connections are not to be used there anyway.
 *
 * The answer, errno and OpenSSL's queue of errors are the library's own:
 * nothing is called after it that sets one of them.
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

/* The head of an SSL: its method, which points into its library, is the
   second word, the fourth since OpenSSL 3.2. */
#define WORDS 8u
#define RECEIVED_SHUTDOWN 2
#define EARLY_DATA_REJECTED 1

int pedigree_SSL_connect(void *ssl);
int pedigree_SSL_do_handshake(void *ssl);
int pedigree_SSL_read(void *ssl, void *bytes, int n);
int pedigree_SSL_read_ex(void *ssl, void *bytes, size_t n, size_t *ret_n);
int pedigree_SSL_write(void *ssl, const void *bytes, int n);
int pedigree_SSL_write_ex(void *ssl, const void *bytes, size_t n,
			  size_t *ret_n);
int pedigree_SSL_write_early_data(void *ssl, const void *bytes, size_t n,
				  size_t *ret_n);
ssize_t pedigree_SSL_sendfile(void *ssl, int fd, off_t at, size_t n, int flags);
void pedigree_SSL_free(void *ssl);

/* One is missing only where the caller's library itself is. */
#define REAL(name, ssl) PEDIGREE_LATE_REAL(name, ssl, WORDS)

static inline uintptr_t name_of(const void *ssl)
{
	return (uintptr_t)ssl;
}

/* A function that is called for what it tells. */
#define ASK(name, ssl, type) \
	((type)(__extension__({ \
		static struct pedigree_late late; \
		const struct pedigree_late_call call = { .object = (ssl), \
							 .words = WORDS }; \
		pedigree_late_find(&late, #name, &call); \
	})))

/* -1: what it reads from is no descriptor, or nothing yet; SSL_get_fd would
   leave an error in the queue then. */
static int descriptor_of(const void *ssl)
{
	const void *(*get_bio)(const void *) =
		ASK(SSL_get_rbio, ssl, const void *(*)(const void *));
	int (*get_fd)(const void *) =
		ASK(SSL_get_fd, ssl, int (*)(const void *));

	return get_bio && get_fd && get_bio(ssl) ? get_fd(ssl) : -1;
}

/* The session is on a connection that waits for one, perhaps. */
static void meet(const void *ssl)
{
	const char *(*get_host)(const void *, int);
	int fd;

	if (!pedigree_gate_on() || !pedigree_tap_meet(name_of(ssl)))
		return;
	get_host = ASK(SSL_get_servername, ssl,
		       const char *(*)(const void *, int));
	fd = pedigree_secure_seen(descriptor_of(ssl),
				  get_host ? get_host(ssl, 0) : NULL);
	if (fd >= 0)
		pedigree_socket_set_secure(fd, false);
}

static inline void is_waited_for(const void *ssl)
{
	if (atomic_load_explicit(&pedigree_secure_waiting,
				 memory_order_relaxed))
		meet(ssl);
}

/* Whether the other side has said that it sends no more. */
static bool is_ended(const void *ssl)
{
	int (*get_shutdown)(const void *) =
		ASK(SSL_get_shutdown, ssl, int (*)(const void *));

	return get_shutdown && get_shutdown(ssl) & RECEIVED_SHUTDOWN;
}

static void note_read(const void *ssl, const void *bytes, size_t n)
{
	if (!pedigree_gate_on())
		return;
	if (n)
		pedigree_tap_received(name_of(ssl), bytes, n);
	else if (pedigree_tap_follows(name_of(ssl)) && is_ended(ssl))
		pedigree_tap_ended(name_of(ssl));
}

static void note_write(const void *ssl, const void *bytes, size_t n)
{
	if (pedigree_gate_on())
		pedigree_tap_sent(name_of(ssl), PEDIGREE_F_TLS, bytes, n);
}

/*
 * Behind a handshake: what was written early may have been thrown away by the
 * other side, and is written again then.
 */
static void note_handshake(const void *ssl, int result)
{
	int (*get_status)(const void *);

	if (result != 1 || !pedigree_gate_on() ||
	    !pedigree_tap_follows(name_of(ssl)))
		return;
	get_status = ASK(SSL_get_early_data_status, ssl, int (*)(const void *));
	if (get_status && get_status(ssl) == EARLY_DATA_REJECTED)
		pedigree_tap_closed(name_of(ssl));
}

int pedigree_SSL_connect(void *ssl)
{
	__typeof__(&pedigree_SSL_connect) real = REAL(SSL_connect, ssl);
	int result;

	is_waited_for(ssl);
	result = real ? real(ssl) : -1;
	note_handshake(ssl, result);
	return result;
}

int pedigree_SSL_do_handshake(void *ssl)
{
	__typeof__(&pedigree_SSL_do_handshake) real =
		REAL(SSL_do_handshake, ssl);
	int result;

	is_waited_for(ssl);
	result = real ? real(ssl) : -1;
	note_handshake(ssl, result);
	return result;
}

int pedigree_SSL_read(void *ssl, void *bytes, int n)
{
	__typeof__(&pedigree_SSL_read) real = REAL(SSL_read, ssl);
	int result = real ? real(ssl, bytes, n) : -1;

	note_read(ssl, bytes, result > 0 ? (size_t)result : 0);
	return result;
}

int pedigree_SSL_read_ex(void *ssl, void *bytes, size_t n, size_t *ret_n)
{
	__typeof__(&pedigree_SSL_read_ex) real = REAL(SSL_read_ex, ssl);
	int result = real ? real(ssl, bytes, n, ret_n) : 0;

	note_read(ssl, bytes, result == 1 ? *ret_n : 0);
	return result;
}

int pedigree_SSL_write(void *ssl, const void *bytes, int n)
{
	__typeof__(&pedigree_SSL_write) real = REAL(SSL_write, ssl);
	int result;

	is_waited_for(ssl);
	result = real ? real(ssl, bytes, n) : -1;
	if (result > 0)
		note_write(ssl, bytes, (size_t)result);
	return result;
}

int pedigree_SSL_write_ex(void *ssl, const void *bytes, size_t n, size_t *ret_n)
{
	__typeof__(&pedigree_SSL_write_ex) real = REAL(SSL_write_ex, ssl);
	int result;

	is_waited_for(ssl);
	result = real ? real(ssl, bytes, n, ret_n) : 0;
	if (result == 1 && *ret_n)
		note_write(ssl, bytes, *ret_n);
	return result;
}

/* The library may call SSL_write_ex for it, that is the hook above, or not:
   that depends on how it was linked. */
int pedigree_SSL_write_early_data(void *ssl, const void *bytes, size_t n,
				  size_t *ret_n)
{
	__typeof__(&pedigree_SSL_write_early_data) real =
		REAL(SSL_write_early_data, ssl);
	uint32_t before;
	int result;

	is_waited_for(ssl);
	before = pedigree_tap_stamp(name_of(ssl));
	result = real ? real(ssl, bytes, n, ret_n) : 0;
	if (result == 1 && *ret_n && pedigree_tap_stamp(name_of(ssl)) == before)
		note_write(ssl, bytes, *ret_n);
	return result;
}

/* The bytes go from the file to the kernel: only their number is known. */
ssize_t pedigree_SSL_sendfile(void *ssl, int fd, off_t at, size_t n, int flags)
{
	__typeof__(&pedigree_SSL_sendfile) real = REAL(SSL_sendfile, ssl);
	ssize_t result = real ? real(ssl, fd, at, n, flags) : -1;

	if (result > 0)
		note_write(ssl, NULL, (size_t)result);
	return result;
}

/* A forked child may free what it got from its parent, and shall not write
   its first event for that. */
void pedigree_SSL_free(void *ssl)
{
	__typeof__(&pedigree_SSL_free) real = REAL(SSL_free, ssl);

	if (!pedigree_gate_is_untouched())
		pedigree_tap_closed(name_of(ssl));
	if (real)
		real(ssl);
}

#define OPENSSL(name, tag, version) PEDIGREE_LATE_AS(name, tag, version)
#include "hooks/late.def"
