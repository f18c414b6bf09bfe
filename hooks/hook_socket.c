/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: plain HTTP, and connections to where TLS is spoken.
 *
 * Overrides: connect, getaddrinfo, send, sendto, sendmsg, sendmmsg, recv,
 * recvfrom, recvmsg, recvmmsg. (read and write are not: every program would
 * pay for the few that use them on a socket.)
 * Records: EXCHANGE and CONTROL, by way of hooks/tap.c; UNSEEN_TLS, by way of
 * hooks/secure.c.
 * Before start-up: the raw system call; for getaddrinfo the real function.
 * Safe in a signal handler: yes, but for getaddrinfo, which is not. In a vfork
 * child: what it sends on its parent's connections is taken for its parent's.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include "hooks/gate.h"
#include "hooks/real.h"
#include "hooks/secure.h"
#include "hooks/sockets.h"
#include "hooks/sys.h"

/* Bytes that are not of the stream, or stay in it. */
#define NO_BYTES (MSG_OOB | MSG_PEEK | MSG_ERRQUEUE)

static void note_sent(int fd, const void *bytes, ssize_t n, int flags)
{
	struct iovec buffer = { (void *)bytes, (size_t)n };

	if (n > 0 && !(flags & NO_BYTES) && pedigree_gate_on())
		pedigree_socket_sent(fd, &buffer, 1, (size_t)n);
}

/* With MSG_TRUNC the bytes of a stream are thrown away. */
static void note_received(int fd, void *bytes, size_t room, ssize_t n,
			  int flags)
{
	struct iovec buffer = { bytes, (size_t)n };

	if (n < 0 || !room || flags & NO_BYTES || !pedigree_gate_on())
		return;
	pedigree_socket_received(fd, flags & MSG_TRUNC ? NULL : &buffer, 1,
				 (size_t)n);
}

static void note_message_sent(int fd, const struct msghdr *message, ssize_t n,
			      int flags)
{
	if (n > 0 && !(flags & NO_BYTES) && pedigree_gate_on())
		pedigree_socket_sent(fd, message->msg_iov, message->msg_iovlen,
				     (size_t)n);
}

static size_t room_of(const struct msghdr *message)
{
	size_t room = 0;

	for (size_t i = 0; i < message->msg_iovlen; i++)
		room += message->msg_iov[i].iov_len;
	return room;
}

static void note_message_received(int fd, const struct msghdr *message,
				  ssize_t n, int flags)
{
	if (n < 0 || flags & NO_BYTES || !room_of(message) ||
	    !pedigree_gate_on())
		return;
	pedigree_socket_received(fd,
				 flags & MSG_TRUNC ? NULL : message->msg_iov,
				 message->msg_iovlen, (size_t)n);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	ssize_t result;

	if (!pedigree_real.send)
		return pedigree_sys_result(
			pedigree_sys(SYS_sendto, fd, bytes, n, flags, 0, 0));
	result = pedigree_real.send(fd, bytes, n, flags);
	if (pedigree_socket_matters(fd))
		note_sent(fd, bytes, result, flags);
	return result;
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags,
	       const struct sockaddr *address, socklen_t address_n)
{
	ssize_t result;

	if (!pedigree_real.sendto)
		return pedigree_sys_result(pedigree_sys(
			SYS_sendto, fd, bytes, n, flags, address, address_n));
	result = pedigree_real.sendto(fd, bytes, n, flags, address, address_n);
	if (pedigree_socket_matters(fd))
		note_sent(fd, bytes, result, flags);
	return result;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t result;

	if (!pedigree_real.sendmsg)
		return pedigree_sys_result(
			pedigree_sys(SYS_sendmsg, fd, message, flags));
	result = pedigree_real.sendmsg(fd, message, flags);
	if (pedigree_socket_matters(fd))
		note_message_sent(fd, message, result, flags);
	return result;
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int n, int flags)
{
	int result;

	if (!pedigree_real.sendmmsg)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_sendmmsg, fd, messages, n, flags));
	result = pedigree_real.sendmmsg(fd, messages, n, flags);
	for (int i = 0; i < result && pedigree_socket_matters(fd); i++)
		note_message_sent(fd, &messages[i].msg_hdr,
				  (ssize_t)messages[i].msg_len, flags);
	return result;
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
	ssize_t result;

	if (!pedigree_real.recv)
		return pedigree_sys_result(
			pedigree_sys(SYS_recvfrom, fd, bytes, n, flags, 0, 0));
	result = pedigree_real.recv(fd, bytes, n, flags);
	if (pedigree_socket_matters(fd))
		note_received(fd, bytes, n, result, flags);
	return result;
}

ssize_t recvfrom(int fd, void *bytes, size_t n, int flags,
		 struct sockaddr *address, socklen_t *address_n)
{
	ssize_t result;

	if (!pedigree_real.recvfrom)
		return pedigree_sys_result(pedigree_sys(
			SYS_recvfrom, fd, bytes, n, flags, address, address_n));
	result =
		pedigree_real.recvfrom(fd, bytes, n, flags, address, address_n);
	if (pedigree_socket_matters(fd))
		note_received(fd, bytes, n, result, flags);
	return result;
}

/* Fortified callers use these; `room` is what libc checks, and it ends the
   program when there is too little. */
ssize_t __recv_chk(int fd, void *bytes, size_t n, size_t room, int flags)
{
	ssize_t result;

	if (!pedigree_real.__recv_chk)
		return pedigree_sys_result(pedigree_sys(SYS_recvfrom, fd, bytes,
							n < room ? n : room,
							flags, 0, 0));
	result = pedigree_real.__recv_chk(fd, bytes, n, room, flags);
	if (pedigree_socket_matters(fd))
		note_received(fd, bytes, n, result, flags);
	return result;
}

ssize_t __recvfrom_chk(int fd, void *bytes, size_t n, size_t room, int flags,
		       struct sockaddr *address, socklen_t *address_n)
{
	ssize_t result;

	if (!pedigree_real.__recvfrom_chk)
		return pedigree_sys_result(pedigree_sys(
			SYS_recvfrom, fd, bytes, n < room ? n : room, flags,
			address, address_n));
	result = pedigree_real.__recvfrom_chk(fd, bytes, n, room, flags,
					      address, address_n);
	if (pedigree_socket_matters(fd))
		note_received(fd, bytes, n, result, flags);
	return result;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t result;

	if (!pedigree_real.recvmsg)
		return pedigree_sys_result(
			pedigree_sys(SYS_recvmsg, fd, message, flags));
	result = pedigree_real.recvmsg(fd, message, flags);
	if (pedigree_socket_matters(fd))
		note_message_received(fd, message, result, flags);
	return result;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned int n, int flags,
	     struct timespec *timeout)
{
	int result;

	if (!pedigree_real.recvmmsg)
		return (int)pedigree_sys_result(pedigree_sys(
			SYS_recvmmsg, fd, messages, n, flags, timeout));
	result = pedigree_real.recvmmsg(fd, messages, n, flags, timeout);
	for (int i = 0; i < result && pedigree_socket_matters(fd); i++)
		note_message_received(fd, &messages[i].msg_hdr,
				      (ssize_t)messages[i].msg_len, flags);
	return result;
}

/* The descriptor may have been another's; one that is still being connected
   (EINPROGRESS) has sent nothing yet. */
int connect(int fd, const struct sockaddr *address, socklen_t address_n)
{
	int result;

	if (!pedigree_real.connect)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_connect, fd, address, address_n));
	pedigree_socket_forget(fd);
	result = pedigree_real.connect(fd, address, address_n);
	if ((!result || errno == EINPROGRESS || errno == EINTR) &&
	    (unsigned int)fd < PEDIGREE_SOCKETS && pedigree_gate_on() &&
	    pedigree_secure_connected(fd, address, address_n))
		pedigree_socket_set_secure(fd, true);
	return result;
}

int getaddrinfo(const char *host, const char *service,
		const struct addrinfo *hints, struct addrinfo **ret_list)
{
	int result =
		pedigree_real_of(getaddrinfo)(host, service, hints, ret_list);

	if (!result && pedigree_gate_on())
		pedigree_secure_named(host, *ret_list);
	return result;
}
