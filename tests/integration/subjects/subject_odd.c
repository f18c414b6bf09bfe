/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no sensible program does. The answers must be the kernel's and libc's
 * own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "subject.h"

/* Hidden from the compiler, which knows what libc declares nonnull. */
static const char *volatile null;

static void subject_paths(void)
{
	char *longest = malloc(70000);

	memset(longest, 'x', 70000);
	longest[69999] = 0;
	say_result("open NULL", open(null, O_RDONLY));
	say_result("open NULL", open(null, O_WRONLY | O_CREAT | O_TRUNC, 0600));
	say_result("openat NULL", openat(AT_FDCWD, null, O_RDONLY));
	say_result("rename NULL", rename(null, null));
	say_result("unlink NULL", unlink(null));
	say_result("chdir NULL", chdir(null));
	say_result("truncate NULL", truncate(null, 0));
	say_result("link NULL", link(null, null));
	say_result("execv NULL", execv(null, (char *const[]){ NULL }));
	say_result("open bad", open((const char *)16, O_RDONLY));
	say_result("open long", open(longest, O_RDONLY));
	say_result("open long", open(longest, O_WRONLY | O_TRUNC));
	say_result("rename long", rename(longest, longest));
	say_result("exec long", execlp(longest, "x", NULL));
	say_result("open empty", open("", O_RDONLY));
	say_result("openat bad fd", openat(-7, "x", O_RDONLY));
	say_result("openat bad fd", openat(9999999, "x", O_RDONLY));
	say_result("openat of a file", openat(0, "x", O_RDONLY));
	free(longest);
}

static void subject_names_of_bytes(void)
{
	expect("open wct ./with space");
	give("with space", "");
	expect("open wct ./\xff\xfe%%");
	give("\xff\xfe%", "");
	expect("open wct ./quo\"te'");
	give("quo\"te'", "");
	OK(mkdir("d", 0755));
	expect("open wct ./d/x");
	give(".//d/./x", "");
}

static void subject_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY);

	say("the lowest descriptor is %d", fd);
	say_result("dup2 on itself", dup2(fd, fd));
	say_result("dup2 bad", dup2(77, 77));
	say_result("dup2 bad", dup2(77, 78));
	say_result("dup3 on itself", dup3(fd, fd, 0));
	say_result("close", close(fd));
	say_result("close again", close(fd));
	say_result("fcntl", fcntl(fd, F_GETFD));
	OK(close_range(3, ~0u, 0));
	fd = open("/dev/null", O_RDONLY);
	say("after close_range the lowest is %d", fd);
	closefrom(3);
	expect("open wct ./after");
	give("after", "");
	errno = 0;
	fd = open("after", O_RDONLY);
	expect("open r ./after");
	say("errno after success is %d", errno);
	errno = ENOTTY;
	OK(close(open("after", O_RDONLY)));
	say("errno is kept: %d", errno == ENOTTY);
}

void subject_odd(void)
{
	subject_paths();
	subject_names_of_bytes();
	subject_descriptors();
}

static volatile sig_atomic_t handled;

static void handler(int number)
{
	int error = errno, fd;

	(void)number;
	fd = open("signal", O_RDONLY);
	if (fd >= 0)
		close(fd);
	handled++;
	errno = error;
}

static void *on_small_stack(void *unused)
{
	OK(close(open("small", O_WRONLY | O_CREAT, 0600)));
	OK(rename("small", "small2"));
	return unused;
}

/* Handlers that open files interrupt the hooks. */
void subject_signal(void)
{
	struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { 0 };
	struct sigaction action = { .sa_handler = handler,
				    .sa_flags = SA_RESTART };
	pthread_attr_t attributes;
	pthread_t thread;
	char name[32];

	expect("open wct ./signal");
	give("signal", "");
	expect("open r ./signal");
	OK(close(open("signal", O_RDONLY)));
	OK(sigaction(SIGALRM, &action, NULL));
	OK(setitimer(ITIMER_REAL, &often, NULL));
	for (int i = 0; i < 1000 || handled < 50; i++) {
		snprintf(name, sizeof(name), "f%d", i % 1000);
		OK(close(open(name, O_WRONLY | O_CREAT, 0600)));
	}
	OK(setitimer(ITIMER_REAL, &never, NULL));
	for (int i = 0; i < 1000; i++)
		expect("open wc ./f%d", i);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	expect("open wc ./small");
	expect("rename - ./small ./small2");
	if (pthread_create(&thread, &attributes, on_small_stack, NULL))
		errx(99, "pthread_create");
	pthread_join(thread, NULL);
}

void subject_syscall(void)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT, .mode = 0600 };

	expect("open wc ./a");
	OK(close((int)syscall(SYS_openat, AT_FDCWD, "a", O_WRONLY | O_CREAT,
			      0600)));
	expect("open wc ./b");
	OK(close((int)syscall(SYS_openat2, AT_FDCWD, "b", &how, sizeof(how))));
	expect("rename - ./a ./c");
	OK(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "c", 0));
	expect("link - ./c ./d");
	OK(syscall(SYS_linkat, AT_FDCWD, "c", AT_FDCWD, "d", 0));
	expect("unlink - ./c old=0");
	OK(syscall(SYS_unlinkat, AT_FDCWD, "c", 0));
	say_result("bad", syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY));
	say_result("unknown", syscall(100000));
	say("getpid: %d", syscall(SYS_getpid) == getpid());
}
