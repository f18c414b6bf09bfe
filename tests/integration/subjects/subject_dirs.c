/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "subject.h"

static void touch_at(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT, 0600);

	OK(fd);
	OK(close(fd));
}

static void subject_descriptors(void)
{
	int dir, other;

	expect("open l ./one");
	dir = open("one", O_RDONLY | O_DIRECTORY);
	OK(dir);
	expect("open wc ./one/by-fd");
	touch_at(dir, "by-fd");
	other = dup(dir);
	expect("open wc ./one/by-dup");
	touch_at(other, "by-dup");
	OK(fcntl(dir, F_DUPFD_CLOEXEC, 100));
	expect("open wc ./one/by-fcntl");
	touch_at(100, "by-fcntl");
	OK(dup2(dir, 101));
	OK(dup2(101, 101));
	expect("open wc ./one/by-dup2");
	touch_at(101, "by-dup2");

	/* The number comes again, and is another folder. */
	OK(close(dir));
	expect("open l ./two");
	say("same number: %d", open("two", O_RDONLY | O_DIRECTORY) == dir);
	expect("open wc ./two/by-fd");
	touch_at(dir, "by-fd");
	OK(close_range(100, 101, 0));
	say_result("closed", openat(100, "x", O_RDONLY));
	OK(fcntl(dir, F_DUPFD, 5000));
	expect("open wc ./two/high");
	touch_at(5000, "high");
}

static void subject_list(void)
{
	DIR *dir;

	expect("open l ./two/deep");
	dir = opendir("two/deep");
	expect("open wc ./two/deep/by-dir");
	touch_at(dirfd(dir), "by-dir");
	closedir(dir);
	say_result("opendir", opendir("missing") ? 0 : -1);
}

void subject_dirs(void)
{
	int home = open(".", O_PATH);

	OK(home);
	OK(mkdir("one", 0755));
	OK(mkdir("two", 0755));
	OK(mkdir("two/deep", 0755));
	OK(chdir("one"));
	expect("open wc ./one/a");
	touch_at(AT_FDCWD, "a");
	OK(chdir("../two/deep"));
	expect("open wc ./two/deep/a");
	touch_at(AT_FDCWD, "a");
	expect("open wc ./two/a");
	touch_at(AT_FDCWD, "../a");
	OK(fchdir(home));
	expect("open wc ./a");
	touch_at(AT_FDCWD, "a");
	say_result("chdir", chdir("missing"));
	expect("open wc ./b");
	touch_at(AT_FDCWD, "b");
	expect("open wc ./c");
	touch_at(home, "c");
	subject_descriptors();
	subject_list();

	/* Where we are is renamed. */
	OK(chdir("two/deep"));
	expect("open wc ./two/deep/d");
	touch_at(AT_FDCWD, "d");
	expect("rename d ./two ./moved");
	OK(renameat(home, "two", home, "moved"));
	expect("open wc ./moved/deep/e");
	touch_at(AT_FDCWD, "e");
}
