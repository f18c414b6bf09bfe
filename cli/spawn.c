/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/spawn.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/descriptors.h"

/* Between two looks at who waits with us. */
#define TICK_MS 200

/* What a message to nobody and a limit of the size of files would kill us
   with; ignored, each is an error like others. */
static const int guarded[] = { SIGPIPE, SIGXFSZ };
_Static_assert(sizeof(guarded) / sizeof(guarded[0]) == CLI_SPAWN_GUARDED,
	       "one place for each");

void cli_spawn_guard(struct cli_spawn *spawn)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigprocmask(SIG_SETMASK, NULL, &spawn->mask);
	sigaction(SIGCHLD, NULL, &spawn->child);
	for (size_t i = 0; i < CLI_SPAWN_GUARDED; i++)
		sigaction(guarded[i], &ignore, &spawn->given[i]);
}

void cli_spawn_prepare(struct cli_spawn *spawn)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* Were it ignored, as some parents leave it, nothing could be
	   waited for. */
	sigaction(SIGCHLD, &plain, NULL);
	spawn->signals = signalfd(-1, &all, SFD_CLOEXEC);
	spawn->signals_error = errno;
	spawn->canary.fd = -1;
}

void cli_spawn_restore(const struct cli_spawn *spawn)
{
	sigaction(SIGCHLD, &spawn->child, NULL);
	/* In this order: what is pending of our own doing is dropped. */
	sigprocmask(SIG_SETMASK, &spawn->mask, NULL);
	for (size_t i = 0; i < CLI_SPAWN_GUARDED; i++)
		sigaction(guarded[i], &spawn->given[i], NULL);
}

static int not_started(const char *program, int error)
{
	if (error == ENOENT)
		cli_say("there is no program '%s'", program);
	else
		cli_say("cannot run '%s': %s", program, strerror(error));
	return error == ENOENT ? CLI_SPAWN_NOT_FOUND : CLI_SPAWN_CANNOT;
}

int cli_spawn_exec(const struct cli_spawn *spawn)
{
	cli_spawn_restore(spawn);
	execvp(spawn->argv[0], spawn->argv);
	return not_started(spawn->argv[0], errno);
}

/*
 * The shim's own execvpe: it looks at the program, says in the log when it
 * will be out of sight, puts itself into LD_PRELOAD, or leaves itself out
 * where it would do harm (libasan), as for any program of the run. NULL when
 * the shim cannot be loaded here.
 */
typedef int (*exec_fn)(const char *file, char *const argv[],
		       char *const envp[]);

static exec_fn shim_execvpe(const char *preload)
{
	void *shim = dlopen(preload, RTLD_NOW | RTLD_LOCAL);

	return shim ? (exec_fn)(uintptr_t)dlsym(shim, "execvpe") : NULL;
}

/* Puts "OURS[:THEIRS]" into the environment; it is the child's alone. */
static bool set_preload(const char *preload)
{
	const char *theirs = getenv("LD_PRELOAD");
	char *both;
	bool ok;

	if (!theirs || !*theirs)
		return setenv("LD_PRELOAD", preload, 1) == 0;
	if (asprintf(&both, "%s:%s", preload, theirs) < 0)
		return false;
	ok = setenv("LD_PRELOAD", both, 1) == 0;
	free(both);
	return ok;
}

static void __attribute__((noreturn))
become(const struct cli_spawn *spawn, const char *preload, int report)
{
	exec_fn exec = preload ? shim_execvpe(preload) : NULL;
	int error;

	/* Without the memory for it the command runs uncaptured. */
	if (preload && !exec)
		set_preload(preload);
	cli_spawn_restore(spawn);
	if (exec)
		exec(spawn->argv[0], spawn->argv, environ);
	else
		execvp(spawn->argv[0], spawn->argv);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(CLI_SPAWN_TROUBLE);
	_exit(CLI_SPAWN_NOT_FOUND);
}

/*
 * What is ours is closed at exec, so what is not was given to us and belongs
 * to the command: a pipe must end when the command closes it, not when we
 * do. Only stderr is kept, for the last line.
 */
void cli_spawn_let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* A bare chroot has none, and a folder is in nobody's way either. */
	if (null < 0)
		null = open("/", O_RDONLY | O_CLOEXEC);
	if (null >= 0) {
		dup3(null, STDIN_FILENO, O_CLOEXEC);
		dup3(null, STDOUT_FILENO, O_CLOEXEC);
		close(null);
	}
	cli_descriptors_close(STDERR_FILENO + 1, UINT_MAX, true);
}

static int not_watched(const char *program, int error)
{
	cli_say("cannot watch '%s' run: %s", program, strerror(error));
	return CLI_SPAWN_UNWATCHED;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int cli_spawn_start(struct cli_spawn *spawn, const char *preload)
{
	int ends[2], error = 0;
	ssize_t n;

	if (spawn->signals < 0)
		return not_watched(spawn->argv[0], spawn->signals_error);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return not_watched(spawn->argv[0], errno);
	cli_canary_start(&spawn->canary);
	spawn->pid = fork();
	if (spawn->pid == 0)
		become(spawn, preload, ends[1]);
	error = errno;
	close(ends[1]);
	if (spawn->pid < 0) {
		close(ends[0]);
		cli_canary_stop(&spawn->canary);
		return not_watched(spawn->argv[0], error);
	}
	do
		n = read(ends[0], &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	close(ends[0]);
	if (n == (ssize_t)sizeof(error)) {
		reap(spawn->pid);
		cli_canary_stop(&spawn->canary);
		return not_started(spawn->argv[0], error);
	}
	cli_spawn_let_go();
	return 0;
}

/*
 * Somebody may let the command go on without telling us (kill -CONT PID of
 * the command); a wrapper that stayed stopped would hang the job. A stopped
 * process cannot look, so a child looks for it.
 */
static pid_t watch(pid_t command)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	pid_t wrapper = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	cli_descriptors_close(0, UINT_MAX, false);
	while (getppid() == wrapper && cli_process_state(command) == 'T')
		nanosleep(&pause, NULL);
	kill(wrapper, SIGCONT);
	_exit(0);
}

/* Stops as the command did, so that the shell sees its job stopped. */
static void stop_too(struct cli_spawn *spawn, int signal_number)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	struct sigaction given;
	sigset_t set;

	spawn->watcher = watch(spawn->pid);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	if (signal_number != SIGSTOP)
		sigaction(signal_number, &plain, &given);
	kill(getpid(), signal_number);
	/* Here we stop, unless our group is orphaned: then nobody would let
	   us go on, and the kernel does not stop us. */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (signal_number != SIGSTOP)
		sigaction(signal_number, &given, NULL);
	if (spawn->watcher > 0 && kill(spawn->watcher, SIGKILL) == 0)
		reap(spawn->watcher);
}

/* True when the command ended. */
static bool reap_all(struct cli_spawn *spawn)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid == spawn->canary.pid && !WIFSTOPPED(status))
			spawn->canary.pid = 0;
		if (pid != spawn->pid)
			continue;
		if (WIFSTOPPED(status)) {
			stop_too(spawn, WSTOPSIG(status));
			continue;
		}
		spawn->wait_status = status;
		return true;
	}
	return false;
}

static void pass_on(struct cli_spawn *spawn,
		    const struct signalfd_siginfo *info)
{
	const int number = (int)info->ssi_signo;
	union sigval value = { .sival_ptr = (void *)(uintptr_t)info->ssi_ptr };

	/* Our own: writing the last line into a pipe that nobody reads, and
	   the watcher's, for a command that goes on already. */
	if (info->ssi_pid == (uint32_t)getpid() || number >= NSIG)
		return;
	if (number == SIGCONT && info->ssi_pid == (uint32_t)spawn->watcher)
		return;
	if (cli_canary_saw(&spawn->canary, number, info->ssi_code == SI_KERNEL))
		return;
	if (info->ssi_code == SI_QUEUE)
		sigqueue(spawn->pid, number, value);
	else
		kill(spawn->pid, number);
}

static bool next_signal(struct cli_spawn *spawn,
			struct signalfd_siginfo *ret_info)
{
	ssize_t n;

	do
		n = read(spawn->signals, ret_info, sizeof(*ret_info));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*ret_info);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for a signal, and ticks meanwhile. */
static void await_signal(struct cli_spawn *spawn, int64_t *next_ms)
{
	struct pollfd wait = { .fd = spawn->signals, .events = POLLIN };

	while (spawn->tick) {
		int64_t left = *next_ms - now_ms();

		if (left > 0 && poll(&wait, 1, (int)left) != 0)
			return;
		if (left > 0)
			continue;
		*next_ms = now_ms() + spawn->tick(spawn->ctx);
	}
}

void cli_spawn_wait(struct cli_spawn *spawn)
{
	int64_t next_ms = now_ms() + spawn->tick_ms;
	struct signalfd_siginfo info;

	/* It may have ended before there was anything to wait with. */
	while (!reap_all(spawn)) {
		await_signal(spawn, &next_ms);
		if (!next_signal(spawn, &info))
			continue;
		if (info.ssi_signo != SIGCHLD)
			pass_on(spawn, &info);
	}
	cli_canary_stop(&spawn->canary);
}

static bool asks_to_end(int signal_number)
{
	return signal_number == SIGTERM || signal_number == SIGINT ||
	       signal_number == SIGHUP || signal_number == SIGQUIT;
}

/* As long as may be waited, or until the next tick. */
static int until(int left, const struct cli_spawn_tick *tick)
{
	return tick && (left < 0 || left > TICK_MS) ? TICK_MS : left;
}

bool cli_spawn_wait_fd(struct cli_spawn *spawn, int fd, int ms,
		       const struct cli_spawn_tick *tick)
{
	struct signalfd_siginfo info;
	struct pollfd wait[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = spawn->signals, .events = POLLIN },
	};
	struct timespec start, now;
	int left = ms;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		int n = poll(wait, 2, until(left, tick));

		if (n > 0 && wait[0].revents)
			return true;
		if (n == 0 && left == until(left, tick))
			return false;
		if (tick)
			tick->tick(tick->ctx);
		if (n > 0 && wait[1].revents && next_signal(spawn, &info) &&
		    asks_to_end((int)info.ssi_signo))
			return false;
		if (ms < 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = ms - (int)((now.tv_sec - start.tv_sec) * 1000 +
				  (now.tv_nsec - start.tv_nsec) / 1000000);
		if (left < 0)
			left = 0;
	}
}

/* The command's core is there already, and would not be ours to repeat. */
static void __attribute__((noreturn)) die_by(int signal_number)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	const struct rlimit none = { 0 };
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	sigaction(signal_number, &plain, NULL);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	kill(getpid(), signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* PID 1 of a container cannot be killed by a signal of its own. */
	_exit(128 + signal_number);
}

void cli_spawn_leave(struct cli_spawn *spawn)
{
	if (WIFSIGNALED(spawn->wait_status))
		die_by(WTERMSIG(spawn->wait_status));
	exit(WEXITSTATUS(spawn->wait_status));
}
