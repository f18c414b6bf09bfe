/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/sockets.h"

#include <string.h>
#include <sys/socket.h>

#include "hooks/cold.h"
#include "hooks/gate.h"
#include "hooks/secure.h"
#include "hooks/sys.h"
#include "hooks/tap.h"

PEDIGREE_COLD _Atomic uint8_t pedigree_sockets[PEDIGREE_SOCKETS];
_Atomic bool pedigree_sockets_used;

/*
 * What tells the socket of a descriptor from another that came by the same
 * number when we did not see the first one go: closed by fclose, or by an
 * instruction of the program's own.
 */
extern _Atomic uint64_t pedigree_cookies[PEDIGREE_SOCKETS];
PEDIGREE_COLD _Atomic uint64_t pedigree_cookies[PEDIGREE_SOCKETS];

/* No descriptor above has a byte that is set. */
static _Atomic uint32_t highest;

static uintptr_t name_of(unsigned int fd)
{
	return (uintptr_t)fd * 2 + 1; /* no address of a session is odd */
}

static enum pedigree_socket state_of(int fd)
{
	return atomic_load_explicit(&pedigree_sockets[fd],
				    memory_order_relaxed) &
	       PEDIGREE_SOCKET_STATES;
}

static bool is_secure(int fd)
{
	return atomic_load_explicit(&pedigree_sockets[fd],
				    memory_order_relaxed) &
	       PEDIGREE_SOCKET_SECURE;
}

static void set_byte(int fd, unsigned int byte)
{
	uint32_t top = atomic_load_explicit(&highest, memory_order_relaxed);

	while (top < (uint32_t)fd &&
	       !atomic_compare_exchange_weak(&highest, &top, (uint32_t)fd))
		;
	atomic_store_explicit(&pedigree_sockets[fd], (uint8_t)byte,
			      memory_order_relaxed);
	if (!pedigree_sockets_used)
		pedigree_sockets_used = true;
}

static void set_state(int fd, enum pedigree_socket state)
{
	set_byte(fd, state | (is_secure(fd) ? PEDIGREE_SOCKET_SECURE : 0));
}

void pedigree_socket_set_secure(int fd, bool waits)
{
	if ((unsigned int)fd < PEDIGREE_SOCKETS)
		set_byte(fd,
			 state_of(fd) | (waits ? PEDIGREE_SOCKET_SECURE : 0));
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t n = sizeof(cookie);

	pedigree_sys(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &n);
	return cookie;
}

/* HTTP between programs of one machine is not what data comes over. */
static bool is_internet(int fd)
{
	int domain = 0;
	socklen_t n = sizeof(domain);

	return !pedigree_sys(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain,
			     &n) &&
	       (domain == AF_INET || domain == AF_INET6);
}

static bool may_be_request(const struct iovec *buffers, size_t buffers_n)
{
	const char *first;

	while (buffers_n && !buffers->iov_len) {
		buffers++;
		buffers_n--;
	}
	first = buffers_n ? buffers->iov_base : NULL;
	return first && *first >= 'A' && *first <= 'Z';
}

/* Feeds the buffers, as far as they were filled, to one side of the tap. */
static bool feed(int fd, bool sent, const struct iovec *buffers,
		 size_t buffers_n, size_t n)
{
	uintptr_t name = name_of((unsigned int)fd);
	bool matters = true;

	if (!buffers)
		return sent ? pedigree_tap_sent(name, 0, NULL, n)
			    : pedigree_tap_received(name, NULL, n);
	for (; buffers_n && n && matters; buffers++, buffers_n--) {
		size_t part = buffers->iov_len < n ? buffers->iov_len : n;

		if (!part)
			continue;
		matters = sent ? pedigree_tap_sent(name, 0, buffers->iov_base,
						   part)
			       : pedigree_tap_received(name, buffers->iov_base,
						       part);
		n -= part;
	}
	return matters;
}

/* What is followed may have gone unseen, and the descriptor be another's. */
static void look_again(int fd)
{
	if (state_of(fd) != PEDIGREE_SOCKET_HTTP ||
	    cookie_of(fd) == atomic_load(&pedigree_cookies[fd]))
		return;
	pedigree_tap_closed(name_of((unsigned int)fd));
	set_byte(fd, PEDIGREE_SOCKET_UNKNOWN);
}

void pedigree_socket_shared(int fd)
{
	if (pedigree_secure_message(fd))
		pedigree_socket_set_secure(fd, false);
}

/* Nothing to follow, but something that was seen. */
static void set_foreign(int fd)
{
	if (is_secure(fd))
		pedigree_socket_shared(fd);
	set_state(fd, PEDIGREE_SOCKET_FOREIGN);
}

static void let_go(int fd)
{
	set_state(fd, PEDIGREE_SOCKET_FOREIGN);
	pedigree_tap_closed(name_of((unsigned int)fd));
}

void pedigree_socket_sent(int fd, const struct iovec *buffers, size_t buffers_n,
			  size_t n)
{
	look_again(fd);
	if (state_of(fd) == PEDIGREE_SOCKET_UNKNOWN) {
		if (!may_be_request(buffers, buffers_n) || !is_internet(fd)) {
			set_foreign(fd);
			return;
		}
		atomic_store(&pedigree_cookies[fd], cookie_of(fd));
		set_state(fd, PEDIGREE_SOCKET_HTTP);
		if (is_secure(fd)) {
			pedigree_secure_seen(fd, NULL);
			pedigree_socket_set_secure(fd, false);
		}
	}
	if (!feed(fd, true, buffers, buffers_n, n))
		let_go(fd);
}

void pedigree_socket_received(int fd, const struct iovec *buffers,
			      size_t buffers_n, size_t n)
{
	look_again(fd);
	if (state_of(fd) == PEDIGREE_SOCKET_UNKNOWN) {
		if (n)
			set_foreign(fd);
		return;
	}
	if (!n)
		pedigree_tap_ended(name_of((unsigned int)fd));
	if (!n || !feed(fd, false, buffers, buffers_n, n))
		let_go(fd);
}

void pedigree_socket_gone(unsigned int first, unsigned int last)
{
	uint32_t top = atomic_load_explicit(&highest, memory_order_relaxed);

	/* A forked child closes what it got from its parent, and a vfork
	   child closes its own copy. */
	if (pedigree_gate_is_untouched() || pedigree_gate_is_guest())
		return;
	for (; first <= last && first <= top; first++) {
		uint8_t state = atomic_exchange(&pedigree_sockets[first],
						PEDIGREE_SOCKET_UNKNOWN);

		if (state & PEDIGREE_SOCKET_SECURE)
			pedigree_secure_gone((int)first);
		if ((state & PEDIGREE_SOCKET_STATES) == PEDIGREE_SOCKET_HTTP)
			pedigree_tap_closed(name_of(first));
	}
}

void pedigree_sockets_forked(void)
{
	if (!pedigree_sockets_used)
		return;
	memset(pedigree_sockets, 0, atomic_load(&highest) + 1);
	atomic_store(&highest, 0);
	pedigree_sockets_used = false;
}
