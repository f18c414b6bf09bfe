/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which processes of a run are which rank of its job, as far as launchers
 * told them (evlog/rank.def) when they started.
 */
#ifndef PEDIGREE_GRAPH_RANKS_H
#define PEDIGREE_GRAPH_RANKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "evlog/reader.h"
#include "graph/build.h"

/* Borrowed from the log. */
struct pedigree_log_rank {
	const char *launcher;
	const char *rank;
	const char *ranks; /* how many the launcher said there are, or "" */
	uint32_t process;  /* the first that was this rank */
	bool ended;	   /* its process left through exit(3) */
};

struct pedigree_log_ranks {
	PEDIGREE_VEC(struct pedigree_log_rank) all; /* by launcher and rank */
	uint32_t *of; /* of a process: index into all, or PEDIGREE_NONE */
};

/* PEDIGREE_ENOMEM. */
int pedigree_log_ranks_find(const struct pedigree_evlog *log,
			    struct pedigree_log_ranks *ret);
void pedigree_log_ranks_clear(struct pedigree_log_ranks *ranks);

/* 2 before 10, and numbers before words. */
int pedigree_rank_compare(const char *one, const char *two);

/*
 * What one rank read and wrote: calls `each` for every file, or folder of
 * `files` files, that the rules would make an artifact of if the rank had
 * been alone.
 */
int pedigree_rank_files(const struct pedigree_run_facts *facts,
			const struct pedigree_evlog *log,
			const struct pedigree_log_ranks *ranks, uint32_t rank,
			const struct pedigree_config *config,
			void (*each)(void *ctx, enum pedigree_role role,
				     const char *type, const char *path,
				     size_t files),
			void *ctx, struct pedigree_error *err);

#endif
