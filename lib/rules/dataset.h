/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [dataset NAME]: folder trees that are one data set each, because somebody
 * said so. Of nested trees the innermost takes a file. One that has partitions
 * takes only files that are in one.
 */
#ifndef PEDIGREE_RULES_DATASET_H
#define PEDIGREE_RULES_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "rules/glob.h"
#include "rules/rules.h"

enum pedigree_dataset_digest {
	PEDIGREE_DATASET_CONTENT,
	PEDIGREE_DATASET_TIME, /* size and time */
	PEDIGREE_DATASET_NONE
};

/* A rule. Text belongs to the configuration. */
struct pedigree_dataset {
	const char *name;
	const char *type;
	enum pedigree_dataset_digest digest;
	uint64_t least; /* files; fewer are not the data set */
	bool portable;
	struct pedigree_globs partitions; /* without braces and outer slashes */
	struct pedigree_origin origin;
};

struct pedigree_datasets;

/* `config` must outlive them; the scene is copied. */
int pedigree_datasets_new(const struct pedigree_config *config,
			  const struct pedigree_scene *scene,
			  struct pedigree_datasets **ret_datasets,
			  struct pedigree_error *err);
void pedigree_datasets_free(struct pedigree_datasets *datasets);
bool pedigree_datasets_any(const struct pedigree_datasets *datasets);

/*
 * The data set that files directly in `folder` (an absolute clean path)
 * belong to in a role, or NULL. *ret_root becomes the length of its root's
 * path, the beginning of `folder`.
 */
const struct pedigree_dataset *
pedigree_dataset_of(const struct pedigree_datasets *datasets,
		    const char *folder, enum pedigree_role role,
		    size_t *ret_root);

/* Is `folder` itself its root? Partitions do not matter. */
const struct pedigree_dataset *
pedigree_dataset_at(const struct pedigree_datasets *datasets,
		    const char *folder, enum pedigree_role role);

/*
 * The length of the part of `rest`, a folder's path below the root, that is a
 * partition; 0 when the data set has none or this is in none.
 */
size_t pedigree_dataset_partition(const struct pedigree_dataset *dataset,
				  const char *rest);

#endif
