/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "subject.h"

int __open_2(const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

static void close_ok(int fd)
{
	OK(fd);
	OK(close(fd));
}

static void say_mode(const char *path)
{
	struct stat found;

	OK(stat(path, &found));
	say("%s has mode %o", path, (unsigned int)found.st_mode & 07777);
}

static void subject_temp(void)
{
	char one[] = "one.XXXXXX", two[] = "two.XXXXXX.txt";

	close_ok(mkstemp(one));
	close_ok(mkostemps(two, 4, O_CLOEXEC));
	/* The names are the runner's to guess. */
	OK(rename(one, "one"));
	OK(rename(two, "two"));
	expect("open rwc ./one.*");
	expect("open rwc ./two.*.txt");
	expect("rename - ./one.* ./one");
	expect("rename - ./two.*.txt ./two");
}

static void subject_anonymous(void)
{
	struct stat found;
	int fd = open(".", O_TMPFILE | O_RDWR, 0640);

	if (fd < 0 && errno == EOPNOTSUPP) {
		say("no O_TMPFILE here");
		return;
	}
	OK(fd);
	OK(fstat(fd, &found));
	say("anonymous has mode %o", (unsigned int)found.st_mode & 07777);
	expect("open rwa .");
	OK(close(fd));
}

void subject_open(void)
{
	umask(022);
	expect("open wct ./a");
	close_ok(open("a", O_WRONLY | O_CREAT | O_TRUNC, 0604));
	say_mode("a");
	expect("open r ./a");
	close_ok(open("a", O_RDONLY));
	say("again, which is known");
	close_ok(open("a", O_RDONLY));
	expect("open rw ./a");
	close_ok(open64("a", O_RDWR));
	expect("open w ./a");
	close_ok(openat(AT_FDCWD, "a", O_WRONLY | O_APPEND));
	expect("open wct ./b");
	close_ok(creat("b", 0600));
	OK(truncate("b", 5));
	expect("truncate - ./b old=0");
	expect("open wt ./b old=5");
	close_ok(open("b", O_WRONLY | O_TRUNC));
	expect("open l .");
	close_ok(open(".", O_RDONLY | O_DIRECTORY));
	say("a look without content");
	close_ok(open("a", O_PATH));
	expect("open r ./b");
	close_ok(__open_2("b", O_RDONLY));
	expect("open rw ./b");
	close_ok(__openat64_2(AT_FDCWD, "b", O_RDWR));
	say_result("missing", open("missing", O_RDONLY));
	say_result("exclusive", open("a", O_CREAT | O_EXCL | O_RDWR, 0600));
	subject_anonymous();
	subject_temp();
}

void subject_stdio(void)
{
	FILE *file;

	expect("open wct ./a");
	file = fopen("a", "w");
	fputs("12345", file);
	say("freopen with NULL opens nothing");
	file = freopen(NULL, "a", file);
	expect("open r ./a");
	file = freopen("a", "re", file);
	fclose(file);
	expect("open rw ./a");
	file = fopen64("a", "r+,ccs=UTF-8");
	if (file)
		fclose(file);
	expect("open rwct ./a old=5");
	fclose(fopen("a", "w+"));
	expect("open wc ./b");
	fclose(fopen("b", "a"));
	file = fopen("a", "q");
	say_result("mode q", file ? 0 : -1);
	file = fopen("", "r");
	say_result("no name", file ? 0 : -1);
}
