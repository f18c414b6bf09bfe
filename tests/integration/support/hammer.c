/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads, a signal handler in each of them, and forked children with
 * threads of their own write one log: for ThreadSanitizer to watch (tsan.sh).
 *
 *	hammer FOLDER
 */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks/log.h"
#include "hooks/seen.h"

#define THREADS 24
#define CHILDREN 3

static _Atomic unsigned long written, lost, signals;

static void note_folder(const char *name, size_t n)
{
	uint64_t key = pedigree_seen_hash(9, name, n);
	struct pedigree_entry entry = {
		.type = PEDIGREE_EV_FOLDER,
		.text = { { name, n } },
	};
	uint32_t reference;

	if (pedigree_seen_folder(key))
		return;
	reference = pedigree_log_add(&entry);
	if (reference)
		pedigree_seen_add_folder(key, reference);
}

/* What the hooks do for a file, without the paths. */
static void note(unsigned long number)
{
	char name[32];
	size_t n = (size_t)snprintf(name, sizeof(name), "file-%lu", number);
	uint64_t key = pedigree_seen_hash(7, name, n);
	struct pedigree_entry entry = {
		.type = PEDIGREE_EV_OPEN,
		.flags = PEDIGREE_F_READ,
		.text = { { name, n } },
	};

	if (pedigree_seen_has(key))
		return;
	note_folder(name, n - 1);
	if (!pedigree_log_add(&entry)) {
		atomic_fetch_add_explicit(&lost, 1, memory_order_relaxed);
		return;
	}
	pedigree_seen_add(key);
	atomic_fetch_add_explicit(&written, 1, memory_order_relaxed);
}

static void interrupt(int number)
{
	(void)number;
	note(1000000000ul +
	     atomic_fetch_add_explicit(&signals, 1, memory_order_relaxed));
}

/* Two threads each share their files. */
static void *work(void *arg)
{
	unsigned long thread = (unsigned long)arg;

	for (unsigned long i = 0; i < 600; i++) {
		note(thread / 2 * 1000000 + i);
		if (i % 64 == 0)
			raise(SIGUSR1);
	}
	return NULL;
}

static int start_threads(unsigned long first)
{
	pthread_t threads[THREADS];

	for (unsigned long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work,
				   (void *)(first + i)))
			return 99;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static int start_children(void)
{
	int status, result = 0;

	for (unsigned long i = 1; i <= CHILDREN; i++) {
		pid_t pid = fork();

		if (!pid) {
			pedigree_seen_forked();
			pedigree_log_forked();
			/* Through exit, or a report has no effect. */
			exit(start_threads(1000 * i));
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			result = 1;
	}
	return result;
}

int main(int argc, char **argv)
{
	struct pedigree_log_new new = { .run = { "run", 3 } };
	struct utsname host;
	char path[4096];
	int result;

	if (argc != 2 || uname(&host) < 0)
		return 99;
	snprintf(path, sizeof(path), "%s/%s" PEDIGREE_LOG_SUFFIX, argv[1],
		 host.nodename);
	new.path = path;
	new.host = host.nodename;
	if (pedigree_log_create(&new) ||
	    !pedigree_log_start(argv[1], strlen(argv[1]), NULL))
		return 99;
	signal(SIGUSR1, interrupt);
	result = start_threads(0);
	if (!result)
		result = start_children();
	printf("%lu written, %lu lost for want of a slot\n", written, lost);
	/* Or nothing was contended, or little was watched. */
	return written < 1000 ? 1 : result;
}
