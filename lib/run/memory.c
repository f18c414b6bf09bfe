/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "run/memory.h"

#include <string.h>

static struct pedigree_ledger *ledger_of(struct pedigree_run_memory *memory)
{
	if (!memory->tried)
		pedigree_ledger_open(memory->config, &memory->ledger, NULL);
	memory->tried = true;
	return memory->ledger;
}

static bool by_uri(void *ctx, const char *uri, struct pedigree_entity *ret)
{
	struct pedigree_ledger *ledger = ledger_of(ctx);
	pedigree_row row;

	return ledger && pedigree_ledger_latest(ledger, uri, &row, NULL) == 0 &&
	       pedigree_ledger_entity(ledger, row, ret, NULL) == 0;
}

static bool by_arn(void *ctx, const char *arn, struct pedigree_entity *ret)
{
	struct pedigree_ledger *ledger = ledger_of(ctx);
	struct pedigree_rows rows = { 0 };
	bool found;

	found = ledger &&
		pedigree_ledger_by_arn(ledger, arn, &rows, NULL) == 0 &&
		rows.n &&
		pedigree_ledger_entity(ledger, rows.v[0], ret, NULL) == 0;
	pedigree_rows_clear(&rows);
	return found;
}

static bool endpoint(void *ctx, const char *name, struct pedigree_entity *ret)
{
	struct pedigree_ledger *ledger = ledger_of(ctx);
	struct pedigree_rows rows = { 0 };
	bool found = false;

	if (ledger)
		pedigree_ledger_by_name(ledger, PEDIGREE_CONTEXT, name, &rows,
					NULL);
	for (size_t i = rows.n; i-- > 0 && !found;) {
		struct pedigree_entity entity = { 0 };

		if (pedigree_ledger_entity(ledger, rows.v[i], &entity, NULL))
			continue;
		found = entity.type && !strcmp(entity.type, "Endpoint") &&
			entity.source_uri;
		if (found)
			*ret = entity;
		else
			pedigree_entity_clear(&entity);
	}
	pedigree_rows_clear(&rows);
	return found;
}

static char *below(void *ctx, const char *prefix, size_t n)
{
	struct pedigree_ledger *ledger = ledger_of(ctx);
	char *uri = NULL;

	if (ledger)
		pedigree_ledger_below(ledger, prefix, n, &uri, NULL);
	return uri;
}

void pedigree_run_memory_init(struct pedigree_run_memory *memory,
			      const struct pedigree_config *config)
{
	*memory = (struct pedigree_run_memory){
		.config = config,
		.memory = { .by_uri = by_uri,
			    .by_arn = by_arn,
			    .endpoint = endpoint,
			    .below = below,
			    .ctx = memory },
	};
}

void pedigree_run_memory_clear(struct pedigree_run_memory *memory)
{
	pedigree_ledger_close(memory->ledger);
}
