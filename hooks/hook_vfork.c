/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vfork returns twice on one stack, so no C function may call it. This is
 * no more than a look around before a jump to the real one, which then
 * returns to our caller, twice.
 *
 * The look matters in a forked child that has had no event yet: its own
 * child, which runs in its memory, must not be the one to find that there
 * was a fork, and be taken for it.
 *
 * Records: nothing.
 * Before start-up: the raw system call.
 * Safe in a signal handler and in a vfork child: yes.
 */
#include "config.h"

#include <unistd.h>

#include "hooks/gate.h"
#include "hooks/real.h"
#include "hooks/sys.h"

pid_t (*pedigree_vfork_next(void))(void);

/* Before start-up: a fork is what vfork may be. */
static pid_t raw(void)
{
	return (pid_t)pedigree_sys_result(
		pedigree_sys(SYS_clone, 17 /* SIGCHLD */));
}

pid_t (*pedigree_vfork_next(void))(void)
{
	if (pedigree_gate_is_captured())
		(void)pedigree_gate_on();
	return pedigree_real.vfork ? pedigree_real.vfork : raw;
}

#if defined(__x86_64__)
__asm__(".text\n"
	".globl vfork\n"
	".globl __vfork\n"
	".type vfork, @function\n"
	"vfork:\n"
	".cfi_startproc\n"
	"	endbr64\n"
	"	subq $8, %rsp\n"
	".cfi_adjust_cfa_offset 8\n"
	"	call pedigree_vfork_next\n"
	"	addq $8, %rsp\n"
	".cfi_adjust_cfa_offset -8\n"
	"	jmp *%rax\n"
	".cfi_endproc\n"
	".size vfork, .-vfork\n"
	".set __vfork, vfork\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	".globl vfork\n"
	".globl __vfork\n"
	".type vfork, %function\n"
	"vfork:\n"
	".cfi_startproc\n"
	"	hint 34\n"
	"	stp x29, x30, [sp, -16]!\n"
	".cfi_adjust_cfa_offset 16\n"
	"	bl pedigree_vfork_next\n"
	"	ldp x29, x30, [sp], 16\n"
	".cfi_adjust_cfa_offset -16\n"
	"	mov x16, x0\n"
	"	br x16\n"
	".cfi_endproc\n"
	".size vfork, .-vfork\n"
	".set __vfork, vfork\n");
#endif
