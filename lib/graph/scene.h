/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules have to know of a run: its project, and the interpreters
 * that ran in it.
 */
#ifndef PEDIGREE_GRAPH_SCENE_H
#define PEDIGREE_GRAPH_SCENE_H

#include "graph/plan.h"

/* Fills plan->project, plan->rules and plan->datasets. */
int pedigree_scene_set(struct pedigree_plan *plan,
		       const struct pedigree_plan *like,
		       struct pedigree_error *err);

/* A folder that is no project: "/", "/tmp", the home folder, … */
bool pedigree_no_project(const struct pedigree_plan *plan, const char *folder);

#endif
