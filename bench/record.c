/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a record takes to make: an event log read, judged, turned into a
 * graph and put into the ledger.
 *
 *	bench/record FOLDER [FILES…]	default: 1000000
 *
 * FOLDER must not exist; a tmpfs is the right place for it. The
 * log is of one process that opens each of FILES files once: nine of ten are
 * there, the tenth was removed since. Contents are not hashed
 * ([capture] hash_max_files is 1). A line for each number of files: CPU
 * seconds (user and system) of each step, their sum, elapsed seconds, the
 * most memory held, events per second of CPU, and bytes of log per event.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "evlog/reader.h"
#include "graph/build.h"
#include "graph/json.h"
#include "store/store.h"
#include "tests/unit/support/log.h"

enum step {
	READ,
	BUILD,
	WRITE,
	LEDGER,
	STEPS
};

static const char *const step_names[STEPS] = {
	[READ] = "reader",
	[BUILD] = "rules+graph",
	[WRITE] = "outbox",
	[LEDGER] = "ledger",
};

enum {
	PER_FOLDER = 1000 /* as test_log_many has it */
};

/* What a child tells of its run; shared memory. */
struct result {
	double cpu[STEPS], wall;
	size_t events, entities;
	off_t log_bytes;
};

static void must(int status, const struct pedigree_error *err)
{
	if (status)
		errx(1, "%s", err->text);
}

static double seconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void make_files(const char *folder, long files)
{
	char path[4096];

	if (mkdir(folder, 0700) < 0)
		err(1, "%s", folder);
	for (long i = 0; i < files; i++) {
		if (i % PER_FOLDER == 0) {
			snprintf(path, sizeof(path), "%s/d%04ld", folder,
				 i / PER_FOLDER);
			if (mkdir(path, 0700) < 0)
				err(1, "%s", path);
		}
		if (i % 10 == 9)
			continue;
		snprintf(path, sizeof(path), "%s/d%04ld/f%07ld.dat", folder,
			 i / PER_FOLDER, i);
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			      0600);
		if (fd < 0 || write(fd, path, 100) != 100)
			err(1, "%s", path);
		close(fd);
	}
}

static void make_log(const char *path, const char *folder, long files)
{
	struct test_log log;

	test_log_many(&log, folder, files);
	test_log_write(path, log.bytes.data, log.bytes.len, 0);
	test_log_clear(&log);
}

static struct pedigree_config *load(const char *home)
{
	static const char *const flags[] = { "capture.hash_max_files=1", NULL };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_config *config;
	char variable[8192];

	snprintf(variable, sizeof(variable), "PEDIGREE_HOME=%s", home);
	char *const environment[] = { variable, NULL };
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = environment,
		.flags = flags,
	};
	must(pedigree_config_load(&sources, &config, &err), &err);
	return config;
}

static void build(const struct pedigree_config *config,
		  const struct pedigree_evlog *log,
		  struct pedigree_record **ret_record)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char program[] = "/usr/bin/loader", run[] = "bench", host[] = "host";
	char cwd[] = "/", home[] = "/home/user", user[] = "user";
	char *argv[] = { program, NULL };
	struct pedigree_run_facts facts = {
		.run = run,
		.name = run,
		.argv = argv,
		.cwd = cwd,
		.host = host,
		.user = user,
		.home = home,
		.start_ns = log->events[0].time_ns,
		.start_ms = (int64_t)(log->events[0].time_ns / 1000000),
		.git_dirty = -1,
	};

	must(pedigree_build(&facts, log, config, NULL, ret_record, &err), &err);
}

static void all_steps(const char *home, const char *log_path,
		      struct result *result)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_config *config = load(home);
	struct pedigree_evlog *log = pedigree_evlog_new();
	struct pedigree_push_result pushed;
	struct pedigree_record *record;
	double wall = seconds(CLOCK_MONOTONIC);
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	double at[STEPS];

	must(pedigree_evlog_add(log, log_path, &err), &err);
	pedigree_evlog_sort(log);
	at[READ] = seconds(CLOCK_PROCESS_CPUTIME_ID);
	result->events = log->n_events;
	build(config, log, &record);
	at[BUILD] = seconds(CLOCK_PROCESS_CPUTIME_ID);
	must(pedigree_outbox_put(config, record, &err), &err);
	result->entities = record->entities.n;
	pedigree_record_free(record);
	pedigree_evlog_free(log);
	at[WRITE] = seconds(CLOCK_PROCESS_CPUTIME_ID);
	must(pedigree_outbox_push(config, NULL, &pushed, &err), &err);
	if (pushed.delivered != 1)
		errx(1, "%zu records delivered", pushed.delivered);
	at[LEDGER] = seconds(CLOCK_PROCESS_CPUTIME_ID);
	result->wall = seconds(CLOCK_MONOTONIC) - wall;
	for (int i = 0; i < STEPS; i++)
		result->cpu[i] = at[i] - (i ? at[i - 1] : cpu);
	pedigree_config_free(config);
}

static void wait_for(pid_t child, struct rusage *usage)
{
	int status;

	if (child < 0 || wait4(child, &status, 0, usage) < 0)
		err(1, "fork");
	if (status)
		errx(1, "a step failed");
}

static void measure(const char *folder, long files, struct result *result)
{
	char data[2048], log[4096], home[4096];
	struct rusage usage;
	struct stat st;
	double all = 0;

	snprintf(data, sizeof(data), "%s/%ld", folder, files);
	snprintf(log, sizeof(log), "%s/%ld.events", folder, files);
	snprintf(home, sizeof(home), "%s/%ld.home", folder, files);
	/* Children, so that one's memory is not counted for the next. */
	pid_t child = fork();
	if (child == 0) {
		make_files(data, files);
		make_log(log, data, files);
		_exit(0);
	}
	wait_for(child, &usage);
	if (stat(log, &st) < 0)
		err(1, "%s", log);
	child = fork();
	if (child == 0) {
		all_steps(home, log, result);
		_exit(0);
	}
	wait_for(child, &usage);
	printf("%10ld", files);
	for (int i = 0; i < STEPS; i++) {
		printf(" %10.2f s", result->cpu[i]);
		all += result->cpu[i];
	}
	printf(" %8.2f s %8.2f s %6ld MB %10.0f %8.1f\n", all, result->wall,
	       usage.ru_maxrss / 1024, (double)result->events / all,
	       (double)st.st_size / (double)result->events);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const char *const defaults[] = { "1000000", NULL };
	const char *const *sizes =
		argc > 2 ? (const char *const *)argv + 2 : defaults;
	struct result *result;

	if (argc < 2)
		errx(2, "usage: bench/record FOLDER [FILES...]");
	if (mkdir(argv[1], 0700) < 0)
		err(1, "%s", argv[1]);
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		err(1, "mmap");
	printf("%10s", "files");
	for (int i = 0; i < STEPS; i++)
		printf(" %12s", step_names[i]);
	printf(" %10s %10s %9s %10s %8s\n", "CPU", "elapsed", "memory",
	       "events/s", "bytes");
	for (; *sizes; sizes++)
		measure(argv[1], strtol(*sizes, NULL, 10), result);
	return 0;
}
