/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "export/export.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"

void pedigree_export_run_clear(struct pedigree_export_run *run)
{
	pedigree_vec_clear(&run->inputs);
	pedigree_vec_clear(&run->outputs);
	pedigree_vec_clear(&run->contexts);
	free(run->asked);
	run->asked = NULL;
}

enum {
	INTO = 1, /* of the run */
	OUT_OF = 2
};

/* Which of the entities have an edge with the run, by their ARNs. */
static int find_ends(const struct pedigree_record *record, const char *arn,
		     struct pedigree_map *ends)
{
	for (size_t i = 0; i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];
		bool into, out_of;
		const char *end;
		void **place;

		if (!edge->source || !edge->destination)
			continue;
		into = strcmp(edge->destination, arn) == 0;
		out_of = strcmp(edge->source, arn) == 0;
		if (into == out_of)
			continue;
		end = into ? edge->source : edge->destination;
		place = pedigree_map_at(ends, end, strlen(end), NULL);
		if (!place)
			return PEDIGREE_ENOMEM;
		*place = (void *)((uintptr_t)*place | (into ? INTO : OUT_OF));
	}
	return 0;
}

static int add(struct pedigree_export_ends *ends,
	       const struct pedigree_entity *entity)
{
	const struct pedigree_entity **place = pedigree_vec_push(ends);

	if (!place)
		return PEDIGREE_ENOMEM;
	*place = entity;
	return 0;
}

static int add_end(struct pedigree_export_run *run,
		   const struct pedigree_entity *entity, uintptr_t ways)
{
	int status = 0;

	if (entity->kind == PEDIGREE_CONTEXT)
		return ways ? add(&run->contexts, entity) : 0;
	if (entity->kind != PEDIGREE_ARTIFACT)
		return 0;
	if (ways & INTO)
		status = add(&run->inputs, entity);
	if (!status && (ways & OUT_OF))
		status = add(&run->outputs, entity);
	return status;
}

bool pedigree_export_is_run(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_TRIAL_COMPONENT ||
	       entity->kind == PEDIGREE_ACTION;
}

int pedigree_export_run_of(const struct pedigree_record *record, size_t i,
			   struct pedigree_export_run *ret_run,
			   struct pedigree_error *err)
{
	_cleanup_(pedigree_export_run_clear) struct pedigree_export_run run =
		PEDIGREE_EXPORT_RUN_INIT;
	_cleanup_map_ struct pedigree_map *ends = pedigree_map_new();
	int status = ends ? 0 : PEDIGREE_ENOMEM;

	if (i >= record->entities.n || !record->entities.v[i].arn)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the record has no run");
	run.run = &record->entities.v[i];
	run.name = i ? NULL : record->run;
	if (!status)
		status = pedigree_export_asked_in(record, run.run, &run.asked);
	if (!status)
		status = find_ends(record, run.run->arn, ends);
	for (size_t k = 0; !status && k < record->entities.n; k++) {
		const struct pedigree_entity *entity = &record->entities.v[k];

		if (entity->arn)
			status = add_end(&run, entity,
					 (uintptr_t)pedigree_map_get(
						 ends, entity->arn,
						 strlen(entity->arn)));
	}
	if (status)
		return pedigree_fail_memory(err);
	*ret_run = run;
	run = (struct pedigree_export_run)PEDIGREE_EXPORT_RUN_INIT;
	return 0;
}
