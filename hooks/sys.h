/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw system calls. They pass no hook, no cancellation point and no lock,
 * and never touch errno: a failure is the negative error number.
 *
 *	long fd = pedigree_sys(SYS_openat, AT_FDCWD, path, O_RDONLY);
 */
#ifndef PEDIGREE_SYS_H
#define PEDIGREE_SYS_H

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; not in older headers */
#endif

_Static_assert(sizeof(long) == 8, "the shim is written for 64-bit systems");

static inline long pedigree_sys6(long number, long a, long b, long c, long d,
				 long e, long f)
{
#if defined(__x86_64__)
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "hooks/sys.h knows no system call instruction for this machine"
#endif
}

#define PEDIGREE_SYS_(n, a, b, c, d, e, f, ...) \
	pedigree_sys6((n), (long)(a), (long)(b), (long)(c), (long)(d), \
		      (long)(e), (long)(f))
#define pedigree_sys(...) PEDIGREE_SYS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* What a libc wrapper makes of a raw result. */
static inline long pedigree_sys_result(long result)
{
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
}

#endif
