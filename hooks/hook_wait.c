/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How children end: wait and its family.
 *
 * Records: REAPED for a child that exited or was killed, in runs whose
 * programs are steps; else nothing.
 * Before start-up: the raw system call; nothing is recorded.
 * Safe in a signal handler and in a vfork child: yes. The calls are points of
 * cancellation, as the real ones are.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "hooks/real.h"
#include "hooks/steps.h"
#include "hooks/sys.h"

static pid_t raw(pid_t pid, int *status, int options, struct rusage *usage)
{
	return (pid_t)pedigree_sys_result(
		pedigree_sys(SYS_wait4, pid, status, options, usage));
}

static pid_t note(pid_t pid, const int *status)
{
	if (pid > 0 && pedigree_steps_wanted())
		pedigree_steps_reaped((uint32_t)pid, *status);
	return pid;
}

pid_t wait(int *status)
{
	int own;
	int *place = status ? status : &own;

	if (!pedigree_real.wait)
		return raw(-1, place, 0, NULL);
	return note(pedigree_real.wait(place), place);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	int own;
	int *place = status ? status : &own;

	if (!pedigree_real.waitpid)
		return raw(pid, place, options, NULL);
	return note(pedigree_real.waitpid(pid, place, options), place);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	int own;
	int *place = status ? status : &own;

	if (!pedigree_real.wait3)
		return raw(-1, place, options, usage);
	return note(pedigree_real.wait3(place, options, usage), place);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	int own;
	int *place = status ? status : &own;

	if (!pedigree_real.wait4)
		return raw(pid, place, options, usage);
	return note(pedigree_real.wait4(pid, place, options, usage), place);
}

/* The word of wait(2) for what waitid tells. */
static int status_of(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return W_EXITCODE(info->si_status & 0xff, 0);
	case CLD_KILLED:
		return W_EXITCODE(0, info->si_status & 0x7f);
	case CLD_DUMPED:
		return W_EXITCODE(0, info->si_status & 0x7f) | WCOREFLAG;
	default:
		return W_STOPCODE(0);
	}
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	int result;

	if (!pedigree_real.waitid)
		return (int)pedigree_sys_result(pedigree_sys(
			SYS_waitid, type, id, info, options, NULL));
	result = pedigree_real.waitid(type, id, info, options);
	/* Without WEXITED or a child there is no process id. */
	if (!result && info && pedigree_steps_wanted() && info->si_pid > 0 &&
	    !(options & WNOWAIT))
		pedigree_steps_reaped((uint32_t)info->si_pid, status_of(info));
	return result;
}
