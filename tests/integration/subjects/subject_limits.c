/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the log cannot be reached as usual.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "subject.h"

/* Enough files for several chunks. */
static void touch_many(const char *prefix)
{
	char name[200];

	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "%s-%080d", prefix, i);
		expect("open wc ./%s", name);
		OK(close(open(name, O_WRONLY | O_CREAT, 0600)));
	}
}

/* No descriptor is left for the shim. */
void subject_limits_files(void)
{
	struct rlimit limit = { .rlim_cur = 4, .rlim_max = 4 };

	OK(setrlimit(RLIMIT_NOFILE, &limit));
	OK(dup2(2, 3));
	for (int i = 0; i < 200; i++) {
		char from[100], to[100];

		snprintf(from, sizeof(from), "../%0*d", 60, i);
		snprintf(to, sizeof(to), "link-%d", i);
		OK(symlink(from, to));
		expect("symlink - %s ./%s", from, to);
	}
	say_result("open", open("x", O_RDONLY));
}

void subject_limits_chroot(void)
{
	if (chroot(".")) {
		say("may not chroot");
		return;
	}
	expect("blind - Chroot .");
	say("the rest is relative to another root");
	for (int i = 0; i < 200; i++) {
		char from[100], to[100];

		snprintf(from, sizeof(from), "%0*d", 60, i);
		snprintf(to, sizeof(to), "/link-%d", i);
		OK(symlink(from, to));
		expect("symlink - %s %s", from, to);
	}
}

/* As a kernel before 5.14 answers. */
static void forbid_populate(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 23, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter),
				      filter };

	OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	OK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

void subject_limits_old_kernel(void)
{
	pid_t pid;

	forbid_populate();
	expect("open wc ./child");
	pid = fork();
	if (!pid) {
		execl(subject_self, "subject", "--child", "child", NULL);
		_exit(98);
	}
	reap(pid);
	touch_many("old");
}
