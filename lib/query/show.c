/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entity with what is next to it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "query/query.h"

#define SHA256_PREFIX "sha256:"

static void neighbours_clear(struct pedigree_neighbours *neighbours)
{
	for (size_t i = 0; i < neighbours->n; i++) {
		pedigree_entity_clear(&neighbours->v[i].entity);
		free(neighbours->v[i].type);
	}
	pedigree_vec_clear(neighbours);
}

void pedigree_shown_free(struct pedigree_shown *shown)
{
	if (!shown)
		return;
	pedigree_entity_clear(&shown->entity);
	neighbours_clear(&shown->before);
	neighbours_clear(&shown->after);
	free(shown->capture);
	free(shown->run);
	free(shown);
}

static void shown_freep(struct pedigree_shown **shown)
{
	pedigree_shown_free(*shown);
}

const char *pedigree_version_of(const struct pedigree_entity *entity)
{
	if (!entity->source_types.n)
		return NULL;
	return entity->source_types.v[0].value;
}

/* The ledger may say anything. */
static bool number_of(const struct pedigree_entity *entity, const char *key,
		      uint64_t *ret)
{
	const char *text = pedigree_pairs_get(&entity->properties, key);

	if (!text || !*text || text[strspn(text, "0123456789")])
		return false;
	*ret = strtoull(text, NULL, 10);
	return true;
}

bool pedigree_extent_of(const struct pedigree_entity *entity,
			struct pedigree_extent *ret_extent)
{
	struct pedigree_extent extent;

	if (entity->kind != PEDIGREE_ARTIFACT ||
	    !number_of(entity, "Files", &extent.files) ||
	    !number_of(entity, "FilesPresent", &extent.present))
		return false;
	*ret_extent = extent;
	return true;
}

static int add_neighbours(struct pedigree_ledger *ledger, pedigree_row row,
			  bool up, struct pedigree_neighbours *neighbours,
			  struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int rc = pedigree_ledger_edges(ledger, row, up, &edges, err);

	for (size_t i = 0; rc == 0 && i < edges.n; i++) {
		struct pedigree_edge *edge = &edges.v[i];
		struct pedigree_neighbour *new = pedigree_vec_push(neighbours);

		if (!new)
			return pedigree_fail_memory(err);
		new->type = pedigree_take(edge->type);
		rc = pedigree_ledger_entity(
			ledger, up ? edge->source : edge->destination,
			&new->entity, err);
	}
	return rc;
}

/* "" stays NULL. */
static int take_text(struct pedigree_buf *buf, char **place,
		     struct pedigree_error *err)
{
	if (!buf->len && !pedigree_buf_error(buf))
		return 0;
	*place = pedigree_buf_take(buf);
	return *place ? 0 : pedigree_fail_memory(err);
}

int pedigree_show_row(struct pedigree_ledger *ledger, pedigree_row row,
		      struct pedigree_shown **ret_shown,
		      struct pedigree_error *err)
{
	_cleanup_(shown_freep) struct pedigree_shown *shown = NULL;
	_cleanup_buf_ struct pedigree_buf capture = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf run = PEDIGREE_BUF_INIT;
	int rc;

	shown = calloc(1, sizeof(*shown));
	if (!shown)
		return pedigree_fail_memory(err);
	rc = pedigree_ledger_entity(ledger, row, &shown->entity, err);
	if (rc == 0)
		rc = add_neighbours(ledger, row, true, &shown->before, err);
	if (rc == 0)
		rc = add_neighbours(ledger, row, false, &shown->after, err);
	if (rc == 0)
		rc = pedigree_ledger_capture(ledger, row, &capture, err);
	if (rc == 0)
		rc = pedigree_ledger_run(ledger, row, &run, err);
	if (rc == 0)
		rc = take_text(&capture, &shown->capture, err);
	if (rc == 0)
		rc = take_text(&run, &shown->run, err);
	if (rc == 0)
		*ret_shown = pedigree_take(shown);
	return rc;
}

int pedigree_manifest_row(struct pedigree_ledger *ledger, pedigree_row row,
			  struct pedigree_buf *ret_text,
			  struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	const char *version, *digest;
	int rc = pedigree_ledger_entity(ledger, row, &entity, err);

	if (rc < 0)
		return rc;
	/* The version of a rolled-up data set is its manifest's digest; one
	   without a version has a manifest all the same. */
	version = pedigree_version_of(&entity);
	digest = pedigree_pairs_get(&entity.properties, "Manifest");
	if (version &&
	    strncmp(version, SHA256_PREFIX, strlen(SHA256_PREFIX)) == 0)
		digest = version + strlen(SHA256_PREFIX);
	rc = digest ? pedigree_ledger_manifest(ledger, digest, ret_text, NULL)
		    : PEDIGREE_ENOTFOUND;
	if (rc == PEDIGREE_ENOTFOUND)
		return pedigree_fail(
			err, rc,
			pedigree_pairs_get(&entity.properties, "Manifest")
				? "the manifest of %s is not in the ledger any more: pedigree gc removed it (manifest_age, manifest_count or manifest_size of [gc])"
				: "%s has no manifest: only data sets rolled up from many files have one",
			entity.source_uri ? entity.source_uri : entity.arn);
	if (rc < 0)
		return pedigree_fail(err, rc, "cannot read the manifest of %s",
				     entity.source_uri);
	return 0;
}
