/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading event logs, also while they are written. Any byte string is either
 * refused with PEDIGREE_EFORMAT or read as far as it makes sense, with a
 * count of what was lost; never a crash, never more memory than a small
 * multiple of what the file really holds.
 */
#ifndef PEDIGREE_EVLOG_READER_H
#define PEDIGREE_EVLOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/buf.h"
#include "evlog/format.h"

#define PEDIGREE_NONE UINT32_MAX /* no process, no folder */

/* A program image, or a forked child that went on with its parent's. */
struct pedigree_process {
	uint32_t pid;
	uint32_t ppid;
	uint32_t host;	     /* index into hosts */
	uint32_t image;	     /* index of the process whose program this is:
				   itself after an exec, its parent's for a
				   fork; PEDIGREE_NONE when that was lost */
	uint32_t cwd;	     /* index into folders or PEDIGREE_NONE */
	bool forked;	     /* FORK, not PROCESS */
	bool ended;	     /* an EXIT event was seen */
	bool cut;	     /* arguments were left out */
	uint64_t time_ns;    /* of its first event */
	const char *program; /* as the kernel was given it, perhaps
				   relative to cwd; "" for a fork */
	uint32_t argc;
	const char *args; /* argc NUL-terminated strings */
};

/* What was seen of an HTTP request and its answer. */
struct pedigree_wire {
	struct pedigree_exchange head;
	const char *fields; /* head.fields times a name and a value, each with
			       its NUL */
};

struct pedigree_event {
	uint64_t seq; /* order within a host */
	uint64_t time_ns;
	uint32_t process; /* index into processes or PEDIGREE_NONE */
	uint32_t folder;  /* index into folders or PEDIGREE_NONE */
	uint32_t folder2;
	uint8_t type; /* enum pedigree_event_type, known ones only */
	uint8_t flags;
	uint16_t number;   /* BLIND: its kind; STREAM: the descriptor; REAPED:
			    the status */
	uint32_t pid;	   /* REAPED: whose end it was */
	const char *text;  /* "" when there is none */
	const char *text2; /* second text or "" */
	const char *text3; /* DEPLOY: model */
	const struct pedigree_old *old;	  /* NULL when there is none */
	const struct pedigree_wire *wire; /* EXCHANGE, CONTROL, else NULL */
};

struct pedigree_loss {
	uint64_t dropped[PEDIGREE_DROP_REASONS]; /* by the writers */
	uint64_t torn_chunks; /* claimed and not (wholly) readable */
	uint64_t torn_bytes;  /* skipped by the reader */
	uint64_t bad_frames;  /* frames that contradict the format */
	uint64_t unknown;     /* events of types this version does not know */
};

/* Opaque but for these; everything lives until _free. */
struct pedigree_evlog {
	/* In order of seq; of several hosts merged by time, each host's own
	   order kept. FOLDER events are not among them. */
	struct pedigree_event *events;
	size_t n_events;
	struct pedigree_process *processes;
	size_t n_processes;
	const char **folders; /* absolute, clean */
	size_t n_folders;
	const char **hosts;
	size_t n_hosts;
	struct pedigree_loss loss; /* summed over the hosts */
	uint64_t expected, images; /* as in the header, summed */
	uint64_t modes;		   /* or-ed */
};

struct pedigree_evlog *pedigree_evlog_new(void);
void pedigree_evlog_free(struct pedigree_evlog *log);

/*
 * Adds what the log at `path` holds now; call once per host, then
 * pedigree_evlog_sort. Expected failures: PEDIGREE_EFORMAT (not an event
 * log, or of a newer version: the text says which), PEDIGREE_EIO,
 * PEDIGREE_ENOMEM. After a failure the log is as it was before the call.
 */
int pedigree_evlog_add(struct pedigree_evlog *log, const char *path,
		       struct pedigree_error *err);

/*
 * Adds every HOST.events of a run's folder and sorts. A log that cannot be
 * read is counted as one torn chunk of its size in bytes and its message is
 * appended, a line each, to `ret_trouble` (may be NULL).
 */
int pedigree_evlog_read(struct pedigree_evlog *log, const char *folder,
			struct pedigree_buf *ret_trouble,
			struct pedigree_error *err);

void pedigree_evlog_sort(struct pedigree_evlog *log);

/*
 * Replaces the content of `buf` by the absolute, clean path of `text` in
 * `folder` (index or PEDIGREE_NONE). False when the text is relative and the
 * folder unknown; `buf` then holds the text as it is.
 */
bool pedigree_evlog_path(const struct pedigree_evlog *log, uint32_t folder,
			 const char *text, struct pedigree_buf *buf);

/* The value of a field of an EXCHANGE or CONTROL; NULL without it. */
const char *pedigree_wire_field(const struct pedigree_wire *wire,
				const char *name);
/* The one behind the value `before`; NULL: the first. */
const char *pedigree_wire_next(const struct pedigree_wire *wire,
			       const char *name, const char *before);

const char *pedigree_event_word(unsigned int type);    /* "open"; NULL */
const char *pedigree_method_word(unsigned int method); /* "GET"; "?" */
const char *pedigree_blind_word(unsigned int kind);    /* "IoUring"; NULL */
const char *pedigree_blind_meaning(unsigned int kind);
const char *pedigree_drop_word(unsigned int reason); /* "space"; NULL */

#endif
