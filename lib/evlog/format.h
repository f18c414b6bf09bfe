/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event log, byte by byte. The only header that the shim and the library
 * share; doc/event-log.md says the same in prose.
 *
 * One log holds one run on one host: RUN_FOLDER/HOST.events. All processes of
 * the run append to it through shared mappings, so that what was written
 * survives any death of its writer. The file is sparse, its size is fixed
 * when it is made, and it is never truncated, only unlinked: when the run is
 * over, a copy of what it holds takes its place.
 *
 *	offset 0		struct pedigree_log_header, one page
 *	from 4096		chunks, each at a multiple of 1 KiB
 *
 * A writer claims a chunk by adding its size to `cursor`, writes the chunk's
 * header, and appends frames. The first eight bytes of a frame, stored last
 * and at once, publish it: a frame whose `units` is 0 ends its chunk. A
 * writer killed between claim and header leaves a hole: a reader that finds
 * no chunk header looks again 1 KiB further on, and counts what it skipped.
 *
 * All numbers are in the byte order of the host that wrote them;
 * `byte_order` tells a reader when that is not its own.
 *
 * A *reference* (type uint32_t) names a frame by its offset in the log
 * divided by 8; 0 names none. Hence PEDIGREE_LOG_MAX.
 *
 * PEDIGREE_LOG_VERSION grows when a reader of the old version would
 * misunderstand a new log: a field moved, a body changed, a meaning changed.
 * It does not grow for a new event type, a new blind spot or a new flag bit:
 * readers count event types they do not know and go on.
 */
#ifndef PEDIGREE_EVLOG_FORMAT_H
#define PEDIGREE_EVLOG_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define PEDIGREE_LOG_MAGIC "PEDIGREE" /* 8 bytes, no NUL */
#define PEDIGREE_LOG_VERSION 1
#define PEDIGREE_LOG_BYTE_ORDER 0x01020304u
#define PEDIGREE_LOG_SUFFIX ".events" /* after the host's name */
/* What forked children share (hooks/shared.h); no part of the record. */
#define PEDIGREE_SEEN_SUFFIX ".seen"
#define PEDIGREE_SHIM_NAME "libpedigree-preload.so"
#define PEDIGREE_BEGIN_NAME "begin.json" /* marks a run's folder */

#define PEDIGREE_LOG_HEADER_SIZE 4096u
#define PEDIGREE_CHUNK_GRAIN 1024u /* chunks start at multiples */
#define PEDIGREE_CHUNK_MAX (1024u * 1024u)
#define PEDIGREE_LOG_MAX (UINT64_C(8) << 32) /* 32 GiB: 2^32 references */
#define PEDIGREE_FRAME_MAX (64u * 1024u)
#define PEDIGREE_EXEC_CACHE 256u
#define PEDIGREE_NAME_BUCKETS 256u

/* Why an event was dropped: the index into log_header.dropped. */
enum pedigree_drop {
	PEDIGREE_DROP_SPACE, /* no space: the spool's disk or the log is full */
	PEDIGREE_DROP_OPEN,  /* the log could not be opened or mapped again */
	PEDIGREE_DROP_BUSY,  /* all writing slots were taken */
	PEDIGREE_DROP_SCRATCH, /* no memory for a path or an environment */
	PEDIGREE_DROP_REASONS = 8
};

/* log_header.modes, set by any writer unless said otherwise. */
#define PEDIGREE_MODE_WRITE 1u /* records went through write(2): old kernel */
/* Set when the log is made: programs are told apart as steps, so how they are
   tied and how they end is wanted: STREAM and REAPED. */
#define PEDIGREE_MODE_STEPS 2u

struct pedigree_log_header {
	char magic[8];
	uint32_t version;
	uint32_t byte_order;
	uint32_t header_size;
	uint32_t grain;
	uint64_t salt;	     /* random; part of every chunk's `self` */
	uint64_t capacity;   /* size of the file */
	uint64_t created_ns; /* CLOCK_REALTIME */
	uint8_t boot_id[16]; /* of the host */
	char run[128];	     /* the run's name in the spool, NUL-padded */
	char host[256];	     /* as uname(2) gives it, NUL-padded */
	uint8_t pad0[64];

	/* Atomic, each on a cache line of its own. */
	uint64_t cursor; /* offset of the next chunk */
	uint8_t pad1[56];
	uint64_t seq; /* number of the last event; orders all events */
	uint8_t pad2[56];
	uint64_t dropped[PEDIGREE_DROP_REASONS];
	uint64_t expected; /* images that were started and should come up */
	uint64_t images;   /* images in which the shim came up */
	uint64_t modes;	   /* PEDIGREE_MODE_ bits */

	/*
	 * What makes a path mean something else, for the writers' memory of
	 * what they wrote: folders renamed so far, and by the hash of their
	 * last component how often names were renamed, linked or removed.
	 */
	uint32_t folders_moved;
	uint32_t names_changed[PEDIGREE_NAME_BUCKETS];
	uint32_t forked_reads; /* by forked children, up to a few hundred */
	uint8_t pad3[288];

	/*
	 * What programs are, so that each is looked at once a run: the upper
	 * 56 bits are a hash of (device, inode, ctime), the lowest 8 the kind:
	 * 0 nothing known, 255 an ordinary program, else a BLIND() number.
	 */
	uint64_t exec_cache[PEDIGREE_EXEC_CACHE];
};

struct pedigree_chunk {
	uint64_t self;	  /* this chunk's offset XOR the log's salt */
	uint32_t size;	  /* with this header; a multiple of the grain */
	uint32_t pid;	  /* who claimed it */
	uint32_t process; /* reference to the writer's PROCESS or FORK
				   frame; 0: it is in this chunk, or another
				   thread was about to write it */
	uint32_t zero;
};

/* Head of every frame. */
struct pedigree_frame {
	uint16_t units;	  /* size of the frame in units of 8 bytes */
	uint8_t type;	  /* events.def */
	uint8_t flags;	  /* PEDIGREE_F_*, by type */
	uint32_t folder;  /* reference to the FOLDER the text is relative
				   to; 0: the text is absolute, or no path */
	uint64_t seq;	  /* unique in the log; from log_header.seq */
	uint64_t time_ns; /* CLOCK_REALTIME_COARSE after the call */
};

/*
 * Flags of OPEN. A frame with PEDIGREE_F_OLD has a struct pedigree_old
 * between head and text: what the path named before the call destroyed it.
 */
#define PEDIGREE_F_READ 0x01u
#define PEDIGREE_F_WRITE 0x02u
#define PEDIGREE_F_CREATE 0x04u	 /* O_CREAT was given */
#define PEDIGREE_F_TRUNC 0x08u	 /* O_TRUNC was given */
#define PEDIGREE_F_LIST 0x10u	 /* opened as a folder */
#define PEDIGREE_F_ANON 0x20u	 /* O_TMPFILE: the text is the folder */
#define PEDIGREE_F_SETTLED 0x40u /* said by readers (graph/settled.h) */
#define PEDIGREE_F_OLD 0x80u	 /* also UNLINK, RENAME, TRUNCATE */
/* Flags of RENAME. */
#define PEDIGREE_F_EXCHANGE 0x01u /* RENAME_EXCHANGE */
/* Flags of RENAME and UNLINK. */
#define PEDIGREE_F_FOLDER 0x02u /* what moved or went is a folder */
/* Flags of PROCESS, EXCHANGE and CONTROL. */
#define PEDIGREE_F_CUT 0x01u /* arguments or fields were left out */
/* Flags of EXCHANGE and CONTROL. */
#define PEDIGREE_F_TLS 0x02u	    /* seen in front of a TLS library */
#define PEDIGREE_F_HTTP2 0x04u	    /* seen in front of nghttp2 */
#define PEDIGREE_F_UNFINISHED 0x08u /* the answer's body did not end */

struct pedigree_old {
	uint64_t device;
	uint64_t inode;
	uint64_t size;
	uint64_t mtime_ns;
};

/*
 * Bodies, after the head (and struct pedigree_old, where flagged). Texts are
 * NUL-terminated byte strings, any byte but NUL; frames are zero-padded to a
 * multiple of 8.
 *
 *	FOLDER		text: the folder, relative to head.folder or absolute
 *	OPEN		text: the path
 *	UNLINK		text: the path
 *	TRUNCATE	text: the path
 *	LOADED		text: the path; head.folder is the cwd when relative
 *	RENAME, LINK	struct pedigree_two; texts: old path, new path
 *	SYMLINK		struct pedigree_two; texts: target as given, new path
 *	PROCESS		struct pedigree_image; texts: program, then argc
 *			arguments; head.folder is the cwd, 0 when unknown
 *	FORK		struct pedigree_image, no text (`image` is set)
 *	BLIND		struct pedigree_blind; text: the path or nothing
 *	EXIT		nothing
 *	STREAM		struct pedigree_stream; text: the file's absolute path,
 *			or pipe:[inode] as in /proc; flags: READ, WRITE
 *	REAPED		struct pedigree_reaped
 *	RANK		texts: launcher, as rank.def calls it, rank, number of
 *			ranks or nothing
 *	INPUT, OUTPUT	texts: URI or path, artifact type or nothing
 *	PARAM, TAG, METRIC  texts: name, value
 *	DEPLOY		texts: endpoint, endpoint ARN or nothing, model or nothing
 *	BEGIN		text: the part's name
 *	END		texts: name, Completed, Failed or Stopped, message or nothing
 *	POINT		texts: name, value, step
 *	EXCHANGE	struct pedigree_exchange; texts: origin, path, then a
 *			name and a value for each of its fields
 *	CONTROL		struct pedigree_exchange; texts: origin, operation, then
 *			a name and a value for each of its fields
 *	CONNECT, SETTLED  texts: host, the process's own number of the
 *			connection
 *
 * An origin is scheme://host[:port] in lower case, without the scheme's own
 * port; empty when the host was none (a bad port). A path is as it was sent
 * (percent-encoded), without the query; empty when it is too long. Either is
 * flagged PEDIGREE_F_CUT then.
 *
 * The fields of an EXCHANGE are headers, in lower case. Of the answer: etag,
 * content-range, content-md5, last-modified, x-amz-version-id,
 * x-amz-copy-source-version-id, x-amz-checksum-*, x-goog-hash,
 * x-goog-generation, x-ms-version-id, x-repo-commit, x-linked-etag,
 * x-linked-size, and location. Of the request, behind "request-": range,
 * content-range, content-md5, x-amz-checksum-*, x-amz-copy-source,
 * x-amz-copy-source-range, x-amz-decoded-content-length, x-goog-copy-source,
 * x-ms-copy-source, and content-length where no body was seen. Of an answer to
 * GCS's upload the members bucket, name, generation, md5Hash and size of its
 * JSON, behind "json-". Of the answer to what completes a multipart upload or
 * copies an object xml-ETag, or xml-Error: 1 when it failed. A header that
 * came twice is there twice.
 *
 * The fields of a CONTROL are these, and the members of request and answer
 * that hooks/control.def lists, by their path: PrimaryContainer.ModelDataUrl,
 * ProductionVariants[0].ModelName; those of the answer behind "answer-", so
 * is the code of an error: answer-__type. Numbers, true and false are as they
 * were sent, strings are decoded to UTF-8.
 *
 * What is a URL by its header (location, the sources of copies), or begins
 * with http:// or https://, has lost its user, query and fragment.
 */
struct pedigree_two {
	uint32_t folder; /* of the second text, as head.folder */
	uint32_t zero;
};

struct pedigree_image {
	uint32_t pid;
	uint32_t ppid;
	uint32_t image; /* FORK: reference to the PROCESS frame whose
				   program the child runs */
	uint32_t argc;	/* arguments in the frame */
};

struct pedigree_blind {
	uint32_t kind; /* blind.def */
	uint32_t zero;
};

struct pedigree_stream {
	uint32_t fd; /* 0, 1 or 2 */
	uint32_t zero;
};

struct pedigree_reaped {
	uint32_t status; /* as wait(2) has it: exited, or killed by a signal */
	uint32_t pid;
};

struct pedigree_exchange {
	uint64_t sent;	   /* bytes of the request's body that were seen */
	uint64_t received; /* bytes of the answer's body that were seen */
	uint16_t status;   /* 200; 0: no answer was seen */
	uint16_t query;	   /* PEDIGREE_QUERY_ bits */
	uint8_t method;	   /* PEDIGREE_METHOD_; 0: another */
	uint8_t service;   /* PEDIGREE_SERVICE_; 0: not signed by SigV4 */
	uint16_t fields;   /* texts behind the first two, by twos */
};

enum pedigree_wire_words {
#define METHOD(number, name) PEDIGREE_METHOD_##name = number,
#define SERVICE(number, name, scope) PEDIGREE_SERVICE_##name = number,
#define QUERY(bit, name, meaning) PEDIGREE_QUERY_##name = bit,
#include "wire.def"
#undef METHOD
#undef SERVICE
#undef QUERY
};

enum pedigree_event_type {
#define EVENT(number, name, word, meaning) PEDIGREE_EV_##name = number,
#include "events.def"
#undef EVENT
};

enum pedigree_blind_kind {
#define BLIND(number, name, word, meaning) PEDIGREE_BLIND_##name = number,
#include "blind.def"
#undef BLIND
};

#define PEDIGREE_AT(type, member, offset) \
	_Static_assert(offsetof(struct type, member) == (offset), \
		       #type "." #member " moved")
#define PEDIGREE_SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), #type " changed size")

PEDIGREE_SIZE(pedigree_log_header, PEDIGREE_LOG_HEADER_SIZE);
PEDIGREE_AT(pedigree_log_header, version, 8);
PEDIGREE_AT(pedigree_log_header, salt, 24);
PEDIGREE_AT(pedigree_log_header, run, 64);
PEDIGREE_AT(pedigree_log_header, cursor, 512);
PEDIGREE_AT(pedigree_log_header, seq, 576);
PEDIGREE_AT(pedigree_log_header, dropped, 640);
PEDIGREE_AT(pedigree_log_header, exec_cache, 2048);
PEDIGREE_SIZE(pedigree_chunk, 24);
PEDIGREE_SIZE(pedigree_frame, 24);
PEDIGREE_SIZE(pedigree_old, 32);
PEDIGREE_SIZE(pedigree_two, 8);
PEDIGREE_SIZE(pedigree_image, 16);
PEDIGREE_SIZE(pedigree_blind, 8);
PEDIGREE_SIZE(pedigree_stream, 8);
PEDIGREE_SIZE(pedigree_reaped, 8);
PEDIGREE_SIZE(pedigree_exchange, 24);

#endif
