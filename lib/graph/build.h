/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From events to a run record: what each path came to (access.h), what the
 * rules say of it, its version, roll-up into data sets, the project's code.
 */
#ifndef PEDIGREE_GRAPH_BUILD_H
#define PEDIGREE_GRAPH_BUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include <pedigree/error.h>

#include "base/digest.h"
#include "evlog/reader.h"
#include "graph/model.h"
#include "rules/config.h"
#include "rules/rules.h"

/* A regular file that the command inherited as an open descriptor. */
struct pedigree_inherited {
	char *path; /* absolute */
	int fd;
	bool read, written;
	bool settled; /* what it holds was written before (settled.h) */
};

/* One of the processes that a launcher started as one job, each under a
   wrapper of its own. */
struct pedigree_rank {
	char *launcher; /* as evlog/rank.def calls it */
	char *rank;
	char *ranks; /* how many there are, or NULL */
	char *host;
	uint32_t pid;
	int64_t start_ms, end_ms;
	int wait_status;
	bool end_known;
};

/* One declared deployment, from `pedigree deploy` or a DEPLOY event. */
struct pedigree_deployment {
	char *endpoint;		     /* name; required */
	char *endpoint_arn;	     /* NULL: a local one is made of the name */
	PEDIGREE_VEC(char *) models; /* paths or URIs; empty: what the command
					read and the rules call Model */
};

/*
 * What is known of a run apart from its events: written to begin.json before
 * the program starts and completed when it ends. run/spool.c reads and
 * writes it.
 */
struct pedigree_run_facts {
	char *run;	  /* folder name in the spool */
	char *name;	  /* TrialComponentName or ActionName */
	char *asked;	  /* the same without what makes it unique */
	bool deploy;	  /* an action, not a trial component */
	bool watched;	  /* no wrapper is around it */
	char *experiment; /* NULL: none */
	char **argv;	  /* as given, NULL-ended; not redacted */
	char *redacted;	  /* numbers of the arguments that had secrets */
	char *cwd;
	char *host;
	char *user;
	char *home;
	uint32_t pid;	    /* of the command; 0: never started */
	uint64_t pid_start; /* its start time in clock ticks since boot */
	int64_t start_ms;
	uint64_t start_ns; /* CLOCK_REALTIME, fine */
	int64_t end_ms;	   /* 0: not ended, or not known */
	int wait_status;   /* as waitpid(2); valid when end_known */
	bool end_known;	   /* false: the wrapper died first */
	char *serve;	   /* endpoint that it serves, or NULL */
	char *steps;	   /* "auto", "rules" or "no" (graph/steps.h) */
	char *job_arn;	   /* of the SageMaker job it runs in, or NULL */
	char *no_capture;  /* why the shim was not used, or NULL */
	/* What a launcher said to the wrapper, or NULL. */
	char *launcher, *rank, *ranks;
	char *member; /* this rank's folder in the run's (run/ranks.h) */
	PEDIGREE_VEC(struct pedigree_rank) members; /* of one run, by rank */
	struct pedigree_pairs params, tags;
	/* Of the command's environment, what the patterns allow; redacted. */
	struct pedigree_pairs allowed, environment;
	PEDIGREE_VEC(char *) inputs, outputs; /* declared */
	PEDIGREE_VEC(struct pedigree_inherited) inherited;
	struct pedigree_deployment deployment;
	struct pedigree_pairs places; /* where it began (graph/places.h) */
	/* Git, asked at the start; NULL when there is none. */
	char *git_root, *git_commit, *git_remote;
	int git_dirty; /* -1 unknown, 0, 1 */
};

void pedigree_run_facts_clear(struct pedigree_run_facts *facts);

/*
 * Digests by (device, inode, size, mtime, ctime), kept between runs by
 * store/. Any member may be NULL.
 */
struct pedigree_digest_cache {
	/* True and *ret when the cache has this very file state. With
	   `loose`, ctime is not compared. */
	bool (*get)(void *ctx, const struct stat *st, bool loose,
		    struct pedigree_digest *ret);
	/* By what was recorded before a file was destroyed. */
	bool (*get_old)(void *ctx, const struct pedigree_old *old,
			struct pedigree_digest *ret);
	void (*put)(void *ctx, const struct stat *st,
		    const struct pedigree_digest *digest);
	void *ctx;
};

/*
 * What other runs recorded, asked where a call names something that it does
 * not show: the model behind an endpoint configuration. Answers true and an
 * entity to clear; false also when there is nobody to ask.
 */
struct pedigree_memory {
	/* The artifact of a URI that was seen last. */
	bool (*by_uri)(void *ctx, const char *uri, struct pedigree_entity *ret);
	bool (*by_arn)(void *ctx, const char *arn, struct pedigree_entity *ret);
	/* The context of the endpoint of a name that was put there last. */
	bool (*endpoint)(void *ctx, const char *name,
			 struct pedigree_entity *ret);
	/* The nth of the URIs of artifacts that begin with `prefix`; malloc'ed,
	   NULL: no more. */
	char *(*below)(void *ctx, const char *prefix, size_t n);
	void *ctx;
};

struct pedigree_build_options {
	const struct pedigree_digest_cache *cache; /* may be NULL */
	const struct pedigree_memory *memory;	   /* may be NULL */
	/* Asked while hashing; false: stop hashing, leave versions absent. */
	bool (*keep_on)(void *ctx, uint64_t bytes_done, uint64_t bytes_all);
	void *ctx;
	bool running; /* the run has not ended yet */
	unsigned int revision;
};

/*
 * Builds the record. The log may be empty (no capture). Never fails for what
 * files are or are not there; PEDIGREE_ENOMEM and PEDIGREE_ECONFIG (a bad
 * rule) are the failures to expect.
 */
int pedigree_build(const struct pedigree_run_facts *facts,
		   const struct pedigree_evlog *log,
		   const struct pedigree_config *config,
		   const struct pedigree_build_options *options,
		   struct pedigree_record **ret_record,
		   struct pedigree_error *err);

/* What happened to one path in a run and why it is (not) in the record. */
struct pedigree_explanation {
	bool touched; /* the log names it */
	bool read, written, deleted;
	bool input, output;		 /* in the record */
	char *path;			 /* as it was judged */
	char *renamed_to;		 /* final name, or NULL */
	char *reason;			 /* a sentence; never NULL */
	struct pedigree_verdict verdict; /* of the role that decided */
	bool judged;			 /* verdict is set */
	struct pedigree_rules *rules;	 /* own the verdict's text */
	char *artifact_uri; /* SourceUri of where it went, or NULL */
};

int pedigree_explain_path(const struct pedigree_run_facts *facts,
			  const struct pedigree_evlog *log,
			  const struct pedigree_config *config,
			  const char *path, struct pedigree_explanation *ret,
			  struct pedigree_error *err);
void pedigree_explanation_clear(struct pedigree_explanation *explanation);

#endif
