/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of descriptors of sockets, so that all but those that speak
 * HTTP cost one look. A byte each, for the lowest descriptors; others are not
 * looked at.
 *
 * Nothing here touches errno.
 */
#ifndef PEDIGREE_SOCKETS_H
#define PEDIGREE_SOCKETS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define PEDIGREE_SOCKETS 8192u

enum pedigree_socket {
	PEDIGREE_SOCKET_UNKNOWN = 0,
	PEDIGREE_SOCKET_FOREIGN, /* of no interest */
	PEDIGREE_SOCKET_HTTP,	 /* hooks/tap.c follows it */
	PEDIGREE_SOCKET_STATES = 0x3f,
	PEDIGREE_SOCKET_SECURE = 0x80 /* a bit: hooks/secure.c waits */
};

extern _Atomic uint8_t pedigree_sockets[PEDIGREE_SOCKETS];
/* Any byte of these may be set: one load for programs without a network. */
extern _Atomic bool pedigree_sockets_used;

/* True when bytes on a descriptor are worth a look. */
static inline bool pedigree_socket_matters(int fd)
{
	return (unsigned int)fd < PEDIGREE_SOCKETS &&
	       (atomic_load_explicit(&pedigree_sockets[fd],
				     memory_order_relaxed) &
		PEDIGREE_SOCKET_STATES) != PEDIGREE_SOCKET_FOREIGN;
}

/*
 * `n` bytes went by, in the buffers, which may hold more; NULL when only
 * their number is known. Only where pedigree_gate_on().
 */
void pedigree_socket_sent(int fd, const struct iovec *buffers, size_t buffers_n,
			  size_t n);
/* The same; n of 0: the other side sends no more. */
void pedigree_socket_received(int fd, const struct iovec *buffers,
			      size_t buffers_n, size_t n);

/* Whether hooks/secure.c waits for a session on the descriptor. */
void pedigree_socket_set_secure(int fd, bool waits);

/* The slow half of what follows. */
void pedigree_socket_gone(unsigned int first, unsigned int last);

/* The descriptor is about to be closed, or names another file now. */
static inline void pedigree_socket_forget(int fd)
{
	if (__builtin_expect(pedigree_sockets_used, 0) &&
	    (unsigned int)fd < PEDIGREE_SOCKETS &&
	    atomic_load_explicit(&pedigree_sockets[fd], memory_order_relaxed))
		pedigree_socket_gone((unsigned int)fd, (unsigned int)fd);
}

/* What is said on a copy of the descriptor is not known to be said on it: to
   wait for that would end in a false alarm. */
void pedigree_socket_shared(int fd);

/* One descriptor became a copy of another. What went over the first is not
   followed on the second; it begins anew there. */
static inline void pedigree_socket_copied(int from, int to)
{
	if (from == to)
		return;
	pedigree_socket_forget(to);
	if (__builtin_expect(pedigree_sockets_used, 0) &&
	    (unsigned int)from < PEDIGREE_SOCKETS &&
	    atomic_load_explicit(&pedigree_sockets[from],
				 memory_order_relaxed) &
		    PEDIGREE_SOCKET_SECURE)
		pedigree_socket_shared(from);
}

/* Tells that this process is a forked child. */
void pedigree_sockets_forked(void);

#endif
