/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control.c and control_job.c share of one CONTROL event after another.
 */
#ifndef PEDIGREE_GRAPH_CONTROL_H
#define PEDIGREE_GRAPH_CONTROL_H

#include "graph/builder.h"

/* Elements of an array that are looked at, and parts that are remembered. */
#define PEDIGREE_CONTROL_MAX 16

/* Something that was made under a name: a model, a configuration. */
struct pedigree_made {
	char *arn; /* as the service answered it */
	size_t entity;
};

/* An endpoint that the run put there, or took away. */
struct pedigree_control_endpoint {
	char *name;
	char *arn;	  /* NULL: taken away, which no answer names it for */
	uint64_t time_ns; /* when that was */
};

struct pedigree_control {
	struct pedigree_builder *builder;
	const struct pedigree_event *event; /* in hand */
	PEDIGREE_VEC(struct pedigree_made) made;
	/* In their order. */
	PEDIGREE_VEC(struct pedigree_control_endpoint) endpoints;
	bool *models;
};

/* Places in the record of the artifacts that something is made of. */
PEDIGREE_VEC_TYPE(pedigree_control_parts, size_t);

/* A field of the event by a printf format; NULL without it, or when empty. */
const char *pedigree_control_field(const struct pedigree_control *control,
				   const char *format, ...)
	PEDIGREE_PRINTF(2, 3);

/*
 * The artifact that stands for something with an ARN, made by this run or one
 * before: "WORD/NAME" takes the place of what follows the account in
 * `sibling`, the ARN of another thing. PEDIGREE_ENOTFOUND.
 */
int pedigree_control_find(struct pedigree_control *control, const char *sibling,
			  const char *word, const char *name,
			  size_t *ret_index);
/* Adds an artifact by its URI; it is a part of what the event makes. */
int pedigree_control_part(struct pedigree_control *control, const char *uri,
			  const char *type,
			  struct pedigree_control_parts *parts);
/* Adds the artifacts that a remembered one was made of. */
int pedigree_control_parts_of(struct pedigree_control *control, size_t entity,
			      struct pedigree_control_parts *parts);
/* Edges of parts to an entity. */
int pedigree_control_contribute(struct pedigree_control *control,
				const struct pedigree_control_parts *parts,
				size_t entity);

/* Remembers that the event puts an endpoint, or with NULL takes it away. */
int pedigree_control_endpoint(struct pedigree_control *control,
			      const char *name, const char *arn);

/* control_gone.c: endpoints that are gone when all events are over. */
int pedigree_control_delete(struct pedigree_control *control);
int pedigree_control_gone(struct pedigree_control *control);

/* control_job.c: the operations that start jobs. */
int pedigree_control_training(struct pedigree_control *control);
int pedigree_control_processing(struct pedigree_control *control);
int pedigree_control_transform(struct pedigree_control *control);

#endif
