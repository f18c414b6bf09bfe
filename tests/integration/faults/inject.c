/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lets one system call of one kind of code fail, and tells which there are.
 *
 *	inject LIST WHOSE CALL NTH[+] ERRNO|kill COMMAND [ARG…]
 *
 * WHOSE is the name of a program, whose processes count from their exec (its
 * forks' count too), or of a library, when the call must come from its code.
 * CALL is a number of a system call, or -1 for any of those in LIST, numbers
 * with commas between them; NTH 0 lets all be and writes to descriptor 3 how
 * many calls of each there were. What comes after it goes wrong as well with
 * "+". Ends as COMMAND does, when all that it started has ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 512
#define TRACEES 4096

static struct {
	pid_t pid;
	bool failing, ours, begun;
} tracees[TRACEES];

static const char *whose;
static bool listed[CALLS], later;
static long call, nth, seen, counts[CALLS];
static int error; /* 0: SIGKILL */

static bool is_program(pid_t pid)
{
	char link[64], path[4096];
	ssize_t n;
	char *name;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	name = strrchr(path, '/');
	return name && strcmp(name + 1, whose) == 0;
}

static int tracee(pid_t pid)
{
	int i = 0;

	while (i < TRACEES - 1 && tracees[i].pid && tracees[i].pid != pid)
		i++;
	/* New: a child of one that is known, or one that goes on to exec. */
	if (tracees[i].pid != pid) {
		tracees[i].ours = is_program(pid);
		tracees[i].begun = true;
	}
	tracees[i].pid = pid;
	return i;
}

/* Does the call come from the library's code? */
static bool is_library(pid_t pid, unsigned long long at)
{
	unsigned long long from, to;
	char path[64], line[4600];
	bool found = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	while (maps && !found && fgets(line, sizeof(line), maps))
		found = sscanf(line, "%llx-%llx", &from, &to) == 2 &&
			at >= from && at < to && strstr(line, whose);
	if (maps)
		fclose(maps);
	return found;
}

static void enter(int i)
{
	struct user_regs_struct regs;
	pid_t pid = tracees[i].pid;
	long number;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) < 0)
		return;
	number = (long)regs.orig_rax;
	/* The loader's last one: what fails before is not the program's. */
	if (number == SYS_munmap)
		tracees[i].begun = true;
	if (number < 0 || number >= CALLS || !listed[number] ||
	    !tracees[i].begun)
		return;
	if (strstr(whose, ".so") ? !is_library(pid, regs.rip)
				 : !tracees[i].ours)
		return;
	counts[number]++;
	if (!nth || (call >= 0 && call != number))
		return;
	seen++;
	if (later ? seen < nth : seen != nth)
		return;
	if (!error) {
		kill(pid, SIGKILL);
		return;
	}
	regs.orig_rax = (unsigned long long)-1;
	tracees[i].failing = ptrace(PTRACE_SETREGS, pid, 0, &regs) == 0;
}

static void leave(int i)
{
	struct user_regs_struct regs;
	pid_t pid = tracees[i].pid;

	if (!tracees[i].failing)
		return;
	tracees[i].failing = false;
	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) < 0)
		return;
	regs.rax = (unsigned long long)-(long long)error;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

/* What a tracee stopped for; the signal that it is to be given. */
static int stopped(int i, int status)
{
	const int signal_number = WSTOPSIG(status), event = status >> 16;
	struct __ptrace_syscall_info info;

	if (signal_number == (SIGTRAP | 0x80)) {
		if (ptrace(PTRACE_GET_SYSCALL_INFO, tracees[i].pid,
			   sizeof(info), &info) <= 0)
			return 0;
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			enter(i);
		else
			leave(i);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC) {
		tracees[i].ours = is_program(tracees[i].pid);
		tracees[i].begun = false;
	}
	return event ? 0 : signal_number;
}

static int trace(pid_t first)
{
	int status, end = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int i = tracee(pid), pass;

		if (!WIFSTOPPED(status)) {
			memset(&tracees[i], 0, sizeof(tracees[i]));
			tracees[i].pid = -1;
			if (pid == first)
				end = status;
			continue;
		}
		pass = stopped(i, status);
		if (status >> 16 == PTRACE_EVENT_STOP &&
		    WSTOPSIG(status) != SIGTRAP)
			ptrace(PTRACE_LISTEN, pid, 0, 0);
		else
			ptrace(PTRACE_SYSCALL, pid, 0, pass);
	}
	return end;
}

static int give(char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			   PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) < 0) {
		kill(pid, SIGKILL);
		perror("inject: PTRACE_SEIZE");
		exit(99);
	}
	kill(pid, SIGCONT);
	return trace(pid);
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 7)
		return 99;
	for (char *at = argv[1]; *at; at += strspn(at, ","))
		listed[strtoul(at, &at, 10) % CALLS] = true;
	whose = argv[2];
	call = atol(argv[3]);
	nth = atol(argv[4]);
	later = strchr(argv[4], '+') != NULL;
	error = atoi(argv[5]);
	status = give(argv + 6);
	for (int i = 0; !nth && i < CALLS; i++)
		if (counts[i])
			dprintf(3, "%d %ld\n", i, counts[i]);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	return WEXITSTATUS(status);
}
