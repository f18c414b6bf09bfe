/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing, for plain HTTP of programs that treat a socket like a
 * file (wget, node, Ruby). Until a program has called connect, that is a load
 * more than the real call.
 *
 * Overrides: read, readv, write, writev.
 * Records: EXCHANGE and CONTROL, by way of hooks/tap.c; of files nothing.
 * Before start-up: the raw system call.
 * Safe in a signal handler: yes. In a vfork child: what it writes to its
 * parent's connections is taken for its parent's.
 */
#include "config.h"

#include <sys/uio.h>
#include <unistd.h>

#include "hooks/gate.h"
#include "hooks/real.h"
#include "hooks/sockets.h"
#include "hooks/sys.h"

static __attribute__((noinline)) void note_written(int fd, const void *bytes,
						   ssize_t n)
{
	const struct iovec buffer = { (void *)bytes, (size_t)n };

	if (n > 0 && pedigree_gate_on())
		pedigree_socket_sent(fd, &buffer, 1, (size_t)n);
}

static __attribute__((noinline)) void note_read(int fd, void *bytes,
						size_t room, ssize_t n)
{
	const struct iovec buffer = { bytes, (size_t)n };

	if (n >= 0 && room && pedigree_gate_on())
		pedigree_socket_received(fd, &buffer, 1, (size_t)n);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	ssize_t result;

	if (!pedigree_real.write)
		return pedigree_sys_result(
			pedigree_sys(SYS_write, fd, bytes, n));
	result = pedigree_real.write(fd, bytes, n);
	if (pedigree_client_matters(fd))
		note_written(fd, bytes, result);
	return result;
}

ssize_t __write(int fd, const void *bytes, size_t n)
{
	ssize_t result;

	if (!pedigree_real.__write)
		return pedigree_sys_result(
			pedigree_sys(SYS_write, fd, bytes, n));
	result = pedigree_real.__write(fd, bytes, n);
	if (pedigree_client_matters(fd))
		note_written(fd, bytes, result);
	return result;
}

ssize_t writev(int fd, const struct iovec *buffers, int buffers_n)
{
	ssize_t result;

	if (!pedigree_real.writev)
		return pedigree_sys_result(
			pedigree_sys(SYS_writev, fd, buffers, buffers_n));
	result = pedigree_real.writev(fd, buffers, buffers_n);
	if (pedigree_client_matters(fd) && result > 0 && pedigree_gate_on())
		pedigree_socket_sent(fd, buffers, (size_t)buffers_n,
				     (size_t)result);
	return result;
}

ssize_t read(int fd, void *bytes, size_t n)
{
	ssize_t result;

	if (!pedigree_real.read)
		return pedigree_sys_result(
			pedigree_sys(SYS_read, fd, bytes, n));
	result = pedigree_real.read(fd, bytes, n);
	if (pedigree_client_matters(fd))
		note_read(fd, bytes, n, result);
	return result;
}

ssize_t __read(int fd, void *bytes, size_t n)
{
	ssize_t result;

	if (!pedigree_real.__read)
		return pedigree_sys_result(
			pedigree_sys(SYS_read, fd, bytes, n));
	result = pedigree_real.__read(fd, bytes, n);
	if (pedigree_client_matters(fd))
		note_read(fd, bytes, n, result);
	return result;
}

/* Fortified callers use this; `room` is what libc checks, and it ends the
   program when there is too little. */
ssize_t __read_chk(int fd, void *bytes, size_t n, size_t room)
{
	ssize_t result;

	if (!pedigree_real.__read_chk)
		return pedigree_sys_result(
			pedigree_sys(SYS_read, fd, bytes, n < room ? n : room));
	result = pedigree_real.__read_chk(fd, bytes, n, room);
	if (pedigree_client_matters(fd))
		note_read(fd, bytes, n, result);
	return result;
}

ssize_t readv(int fd, const struct iovec *buffers, int buffers_n)
{
	size_t room = 0;
	ssize_t result;

	if (!pedigree_real.readv)
		return pedigree_sys_result(
			pedigree_sys(SYS_readv, fd, buffers, buffers_n));
	result = pedigree_real.readv(fd, buffers, buffers_n);
	if (!pedigree_client_matters(fd) || result < 0 || !pedigree_gate_on())
		return result;
	for (int i = 0; i < buffers_n; i++)
		room += buffers[i].iov_len;
	if (room)
		pedigree_socket_received(fd, buffers, (size_t)buffers_n,
					 (size_t)result);
	return result;
}
