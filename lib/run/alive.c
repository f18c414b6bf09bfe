/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which processes of a run still run.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "run/spool.h"

/* Clocks are set while runs go on; a number comes back only after all
   others were used, which takes longer than this. */
#define SLACK_NS UINT64_C(2000000000)

uint64_t pedigree_pid_start(pid_t pid)
{
	char path[64], text[1024];
	unsigned long long start = 0;
	const char *at;
	char state;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* The program's name, in brackets, may hold anything. */
	at = strrchr(text, ')');
	if (!at ||
	    sscanf(at + 1,
		   " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &state, &start) != 2)
		return 0;
	return state == 'Z' || state == 'X' ? 0 : start;
}

/* Nanoseconds since the epoch at which the clock of /proc began. */
static uint64_t boot_ns(void)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (uint64_t)(real.tv_sec - boot.tv_sec) * 1000000000u +
	       (uint64_t)real.tv_nsec - (uint64_t)boot.tv_nsec;
}

static bool started_before(uint64_t ticks, uint64_t time_ns)
{
	const uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);

	return boot_ns() + ticks * tick_ns <= time_ns + SLACK_NS;
}

static int add(const struct pedigree_process *process,
	       const struct pedigree_evlog *log, struct pedigree_record *record)
{
	const struct pedigree_process *image =
		process->image < log->n_processes
			? &log->processes[process->image]
			: process;
	struct pedigree_still_running *still =
		pedigree_vec_push(&record->still_running);
	const bool absolute = image->program[0] == '/';
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	if (!still)
		return PEDIGREE_ENOMEM;
	still->pid = process->pid;
	/* URIs are how any bytes become UTF-8 here. */
	pedigree_buf_addf(&path, "%s%s", absolute ? "" : "/", image->program);
	pedigree_path_to_uri(&name, path.data);
	if (pedigree_buf_error(&path) || pedigree_buf_error(&name))
		return PEDIGREE_ENOMEM;
	still->program =
		strdup(name.data + strlen(absolute ? "file://" : "file:///"));
	return still->program ? 0 : PEDIGREE_ENOMEM;
}

int pedigree_alive_find(const struct pedigree_evlog *log,
			struct pedigree_record *record)
{
	_cleanup_map_ struct pedigree_map *last = pedigree_map_new();
	struct utsname here;

	if (!last)
		return PEDIGREE_ENOMEM;
	if (uname(&here) < 0)
		return 0;
	/* A pid has an entry for every program it became: the last counts. */
	for (size_t i = 0; i < log->n_processes; i++) {
		const struct pedigree_process *process = &log->processes[i];
		const struct pedigree_process *other;
		void **at;

		if (process->host >= log->n_hosts ||
		    strcmp(log->hosts[process->host], here.nodename) != 0)
			continue;
		at = pedigree_map_at(last, &process->pid, sizeof(process->pid),
				     NULL);
		if (!at)
			return PEDIGREE_ENOMEM;
		other = *at;
		if (!other || other->time_ns <= process->time_ns)
			*at = (void *)(uintptr_t)process;
	}
	for (size_t i = 0; i < pedigree_map_count(last); i++) {
		const struct pedigree_process *process =
			*pedigree_map_value(last, i);
		uint64_t start;

		if (process->ended || process->pid == (uint32_t)getpid())
			continue;
		start = pedigree_pid_start((pid_t)process->pid);
		if (!start || !started_before(start, process->time_ns))
			continue;
		if (add(process, log, record) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

int pedigree_alive_write(const char *folder,
			 const struct pedigree_record *record,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_path_join(&path, folder, PEDIGREE_ALIVE_NAME);
	for (size_t i = 0; i < record->still_running.n; i++) {
		uint32_t pid = record->still_running.v[i].pid;

		pedigree_buf_addf(&text, "%" PRIu32 " %" PRIu64 "\n", pid,
				  pedigree_pid_start((pid_t)pid));
	}
	if (pedigree_buf_error(&path) || pedigree_buf_error(&text))
		return pedigree_fail_memory(err);
	if (record->still_running.n)
		return pedigree_write_file_soon(path.data, text.data, text.len,
						err);
	if (unlink(path.data) < 0 && errno != ENOENT)
		return pedigree_fail_errno(err, "cannot remove %s", path.data);
	return 0;
}

bool pedigree_alive_changed(const char *folder)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_file_ FILE *file = NULL;
	uint64_t start;
	int pid;

	pedigree_path_join(&path, folder, PEDIGREE_ALIVE_NAME);
	if (pedigree_buf_error(&path))
		return false;
	file = fopen(path.data, "re");
	if (!file)
		return false;
	while (fscanf(file, "%d %" SCNu64, &pid, &start) == 2)
		if (pedigree_pid_start(pid) != start)
			return true;
	return false;
}
