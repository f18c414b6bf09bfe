/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small workloads of bench/run:
 *
 *	workload NAME COUNT [THREADS]
 *
 * in the current folder, where `prepare` has put what they need:
 *
 *	prepare COUNT	"one" (4 KiB) and COUNT files in folders of 1,000
 *	open		open, read 4 KiB, close of "one"
 *	files		each of the files opened, read and closed once
 *	fopen		fopen, fgets, fclose of "one"
 *	pread		pread of "one"
 *	write		write(2) of 100 bytes to a file
 *	fork		fork, exec of /bin/true, wait
 *	spawn		posix_spawn of /bin/true, wait
 *
 * COUNT is per thread.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PER_FOLDER 1000

static int ok(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static void name_of(char *path, size_t size, long i)
{
	snprintf(path, size, "files/d%04ld/f%06ld.dat", i / PER_FOLDER, i);
}

static void prepare(long count)
{
	char path[64], block[4096];
	int fd = ok(open("one", O_WRONLY | O_CREAT | O_TRUNC, 0600), "one");

	memset(block, 'x', sizeof(block));
	block[99] = '\n';
	ok((int)write(fd, block, sizeof(block)), "write");
	close(fd);
	mkdir("files", 0700);
	for (long i = 0; i < count; i++) {
		name_of(path, sizeof(path), i);
		if (i % PER_FOLDER == 0) {
			*strrchr(path, '/') = '\0';
			mkdir(path, 0700);
			name_of(path, sizeof(path), i);
		}
		fd = ok(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), path);
		ok((int)write(fd, block, 100), "write");
		close(fd);
	}
}

static void take(const char *path)
{
	char block[4096];
	int fd = ok(open(path, O_RDONLY), path);

	ok((int)read(fd, block, sizeof(block)), "read");
	close(fd);
}

static void open_one(long count)
{
	while (count--)
		take("one");
}

static void files(long count)
{
	char path[64];

	for (long i = 0; i < count; i++) {
		name_of(path, sizeof(path), i);
		take(path);
	}
}

static void fopen_one(long count)
{
	char line[256];

	while (count--) {
		FILE *file = fopen("one", "r");

		if (!file || !fgets(line, sizeof(line), file))
			err(1, "one");
		fclose(file);
	}
}

static void pread_one(long count)
{
	char block[64];
	int fd = ok(open("one", O_RDONLY), "one");

	while (count--)
		ok((int)pread(fd, block, sizeof(block), 128), "pread");
	close(fd);
}

static void write_one(long count)
{
	char block[100];
	int fd = ok(open("written", O_WRONLY | O_CREAT | O_TRUNC, 0600), "");

	memset(block, 'x', sizeof(block));
	for (long i = 0; i < count; i++) {
		ok((int)write(fd, block, sizeof(block)), "write");
		if (i % 10000 == 0)
			ok((int)lseek(fd, 0, SEEK_SET), "lseek");
	}
	close(fd);
}

static char *const true_args[] = { (char *)"true", NULL };

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || status)
		errx(1, "/bin/true failed");
}

static void fork_true(long count)
{
	while (count--) {
		pid_t pid = ok(fork(), "fork");

		if (pid == 0) {
			execv("/bin/true", true_args);
			_exit(1);
		}
		wait_for(pid);
	}
}

static void spawn_true(long count)
{
	while (count--) {
		pid_t pid;

		if (posix_spawn(&pid, "/bin/true", NULL, NULL, true_args,
				environ))
			errx(1, "posix_spawn");
		wait_for(pid);
	}
}

static const struct workload {
	const char *name;
	void (*go)(long count);
} workloads[] = {
	{ "prepare", prepare }, { "open", open_one },	 { "files", files },
	{ "fopen", fopen_one }, { "pread", pread_one },	 { "write", write_one },
	{ "fork", fork_true },	{ "spawn", spawn_true },
};

static const struct workload *chosen;
static long count;

static void *thread_main(void *unused)
{
	(void)unused;
	chosen->go(count);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	int n = argc > 3 ? atoi(argv[3]) : 1;

	if (argc < 3 || n < 1 || n > 64)
		errx(2, "usage: workload NAME COUNT [THREADS]");
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
		if (strcmp(workloads[i].name, argv[1]) == 0)
			chosen = &workloads[i];
	count = atol(argv[2]);
	if (!chosen || count < 1)
		errx(2, "no such workload: %s %s", argv[1], argv[2]);
	for (int i = 1; i < n; i++)
		if (pthread_create(&threads[i], NULL, thread_main, NULL))
			errx(1, "pthread_create");
	chosen->go(count);
	for (int i = 1; i < n; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
