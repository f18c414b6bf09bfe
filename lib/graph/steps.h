/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which programs of a run are steps: trial components of their own, tied by
 * the files that they pass on, so that a script of prepare, train and
 * evaluate is a graph of these.
 *
 * With `steps = rules`, a program whose command line a [step NAME] section
 * describes begins a step. With `auto`, each program that the wrapped shell,
 * or make, starts itself does as well. To a step belongs all that it starts,
 * but for what a rule takes out of it. Programs of a pipeline are one step,
 * because what went through the pipe was not seen. What is of no step is the
 * run's own.
 */
#ifndef PEDIGREE_GRAPH_STEPS_H
#define PEDIGREE_GRAPH_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "evlog/reader.h"
#include "graph/build.h"

struct pedigree_log_step {
	const char *rule;  /* [step NAME]; NULL: of none */
	uint32_t process;  /* the program that gives it its name */
	uint32_t pid;	   /* of the program that began it */
	uint32_t last_pid; /* of the last of a pipeline */
	uint32_t into;	   /* the step that it is part of; itself */
	uint64_t start_ns; /* of its first event, … */
	uint64_t last_ns;  /* … and its last one, or when it was reaped */
	uint64_t end_seq;  /* when its programs had been reaped; 0: not seen */
	size_t n_events;
	bool has_script;
	bool left;	 /* its process left through exit(3) */
	bool reaped;	 /* how it ended is known: */
	uint16_t status; /* as wait(2) has it */
	PEDIGREE_VEC(const struct pedigree_event *) streams; /* files */
};

/* Texts are the log's and the configuration's. */
struct pedigree_log_steps {
	PEDIGREE_VEC(struct pedigree_log_step) all; /* as they began */
	uint32_t *of; /* of a process: index into all, or PEDIGREE_NONE */
};

/* Is anything to be told apart? The shim is asked for more then. */
bool pedigree_steps_wanted(const struct pedigree_run_facts *facts,
			   const struct pedigree_config *config);

/* None where they are not wanted. PEDIGREE_ENOMEM. */
int pedigree_log_steps_find(const struct pedigree_run_facts *facts,
			    const struct pedigree_evlog *log,
			    const struct pedigree_config *config,
			    struct pedigree_log_steps *ret);
void pedigree_log_steps_clear(struct pedigree_log_steps *steps);

/* The step of an event, after all that became parts of others;
   PEDIGREE_NONE: the run's own. */
uint32_t pedigree_log_step_of(const struct pedigree_log_steps *steps,
			      const struct pedigree_event *event);

#endif
