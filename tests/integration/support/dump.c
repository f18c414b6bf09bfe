/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump FOLDER: the event logs of a run's folder, an event per line:
 *
 *	PID WORD FLAGS PATH [PATH2] [old=SIZE]
 *
 * Flags of open: r w c(reate) t(runcate) l(ist) a(nonymous); else "x"
 * (exchange), "d" (folder). "-" where there is none. The last line has the
 * counters. Paths are as the reader joins them.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "evlog/reader.h"

static void put_flags(const struct pedigree_event *event)
{
	static const char open_flags[] = "rwctla";
	char text[9] = "";
	size_t n = 0;

	if (event->type == PEDIGREE_EV_OPEN) {
		for (size_t i = 0; open_flags[i]; i++)
			if (event->flags & 1u << i)
				text[n++] = open_flags[i];
	} else {
		if (event->type == PEDIGREE_EV_RENAME &&
		    event->flags & PEDIGREE_F_EXCHANGE)
			text[n++] = 'x';
		if (event->flags & PEDIGREE_F_FOLDER)
			text[n++] = 'd';
	}
	text[n] = 0;
	printf(" %s", n ? text : "-");
}

static void put_path(const struct pedigree_evlog *log, uint32_t folder,
		     const char *text, struct pedigree_buf *buf)
{
	if (!*text)
		return;
	pedigree_evlog_path(log, folder, text, buf);
	printf(" %s", buf->data);
}

static void put_event(const struct pedigree_evlog *log,
		      const struct pedigree_event *event,
		      struct pedigree_buf *buf)
{
	uint32_t pid = event->process == PEDIGREE_NONE
			       ? 0
			       : log->processes[event->process].pid;

	printf("%" PRIu32 " %s", pid, pedigree_event_word(event->type));
	put_flags(event);
	if (event->type == PEDIGREE_EV_BLIND)
		printf(" %s", pedigree_blind_word(event->number));
	if (event->type == PEDIGREE_EV_PROCESS)
		printf(" %s", log->processes[event->process].program);
	else if (event->type == PEDIGREE_EV_SYMLINK)
		printf(" %s", event->text);
	else
		put_path(log, event->folder, event->text, buf);
	put_path(log, event->folder2, event->text2, buf);
	if (event->old)
		printf(" old=%" PRIu64, event->old->size);
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct pedigree_evlog *log = pedigree_evlog_new();
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	struct pedigree_error err = { 0 };
	uint64_t dropped = 0;

	if (argc != 2 || !log)
		return 99;
	if (pedigree_evlog_read(log, argv[1], NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < log->n_events; i++)
		put_event(log, &log->events[i], &buf);
	for (size_t i = 0; i < PEDIGREE_DROP_REASONS; i++)
		dropped += log->loss.dropped[i];
	printf("0 counters expected=%" PRIu64 " images=%" PRIu64
	       " dropped=%" PRIu64 " torn=%" PRIu64 " bad=%" PRIu64
	       " modes=%" PRIu64 "\n",
	       log->expected, log->images, dropped, log->loss.torn_chunks,
	       log->loss.bad_frames, log->modes);
	pedigree_buf_clear(&buf);
	pedigree_evlog_free(log);
	return 0;
}
