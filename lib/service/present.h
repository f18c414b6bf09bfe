/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as the command line shows them: pages joined, times readable.
 */
#ifndef PEDIGREE_SERVICE_PRESENT_H
#define PEDIGREE_SERVICE_PRESENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include <pedigree/error.h>
#include <pedigree/lineage.h>

/* The pages of a list while they are joined. */
struct pedigree_joined {
	const char *member; /* that grows */
	size_t max;	    /* items; 0: no limit */
	json_t *asked;	    /* the request */
	char *request;	    /* the same as text, for the next page */
	json_t *answer;
	bool complete;
};

int pedigree_joined_init(struct pedigree_joined *joined, const char *member,
			 const char *request,
			 const struct pedigree_pages *pages,
			 struct pedigree_error *err);
int pedigree_joined_add(struct pedigree_joined *joined, const char *answer,
			struct pedigree_error *err);
int pedigree_joined_finish(struct pedigree_joined *joined, char **ret_answer,
			   struct pedigree_error *err);
void pedigree_joined_clear(struct pedigree_joined *joined);

int pedigree_present(const char *answer, const char *query, bool text,
		     FILE *out, struct pedigree_error *err);

#endif
