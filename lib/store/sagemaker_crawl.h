/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of the service's graph while it is fetched.
 */
#ifndef PEDIGREE_STORE_SAGEMAKER_CRAWL_H
#define PEDIGREE_STORE_SAGEMAKER_CRAWL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/hash.h"
#include "base/vec.h"
#include "graph/model.h"

#define PEDIGREE_CRAWL_FAR UINT32_MAX

enum pedigree_crawl_way {
	PEDIGREE_CRAWL_UP,
	PEDIGREE_CRAWL_DOWN
};
#define PEDIGREE_CRAWL_WAYS 2

struct pedigree_crawl_vertex {
	char *arn;
	bool described; /* `entity` is set */
	bool gone;	/* the service has it no more */
	struct pedigree_entity entity;
	/* By way: steps from the starts, and whether its next steps on that
	   way are known. */
	unsigned int far[PEDIGREE_CRAWL_WAYS];
	bool expanded[PEDIGREE_CRAWL_WAYS];
};

struct pedigree_crawl_edge {
	size_t source, destination; /* indexes into vertices */
	char *type;		    /* NULL: none */
	int64_t created_ms;
};

struct pedigree_crawl {
	PEDIGREE_VEC(struct pedigree_crawl_vertex) vertices;
	PEDIGREE_VEC(struct pedigree_crawl_edge) edges;
	struct pedigree_map *by_arn;   /* index + 1 */
	struct pedigree_map *by_edges; /* two indexes: known */
};

int pedigree_crawl_init(struct pedigree_crawl *crawl);
void pedigree_crawl_clear(struct pedigree_crawl *crawl);

/* The vertex of an ARN, new where it was not known; SIZE_MAX: no memory. */
size_t pedigree_crawl_vertex(struct pedigree_crawl *crawl, const char *arn);
/* What Describe, or a list, answered: with its ARN, unless memory ran out it
   becomes a described vertex. */
int pedigree_crawl_describe(struct pedigree_crawl *crawl,
			    enum pedigree_kind kind, const json_t *answer,
			    size_t *ret_at, struct pedigree_error *err);
/* An edge of QueryLineage, or a summary of ListAssociations. */
int pedigree_crawl_edge(struct pedigree_crawl *crawl, const json_t *edge);

/*
 * Where to go on asking, on one way and within `limit` steps of the starts:
 * counts the steps anew over all edges known, and finds the next vertex from
 * *at on that was reached and not expanded. False when there is none.
 */
int pedigree_crawl_measure(struct pedigree_crawl *crawl,
			   enum pedigree_crawl_way way);
bool pedigree_crawl_next(const struct pedigree_crawl *crawl,
			 enum pedigree_crawl_way way, unsigned int limit,
			 size_t *at);
/* What was within `steps` of `start`, less the outermost, is expanded. */
int pedigree_crawl_expanded(struct pedigree_crawl *crawl, size_t start,
			    enum pedigree_crawl_way way, unsigned int steps);

#endif
