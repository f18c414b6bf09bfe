/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/sagemaker_crawl.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "store/sagemaker_request.h"
#include "store/sagemaker_words.h"

int pedigree_crawl_init(struct pedigree_crawl *crawl)
{
	*crawl = (struct pedigree_crawl){
		.by_arn = pedigree_map_new(),
		.by_edges = pedigree_map_new(),
	};
	return crawl->by_arn && crawl->by_edges ? 0 : PEDIGREE_ENOMEM;
}

void pedigree_crawl_clear(struct pedigree_crawl *crawl)
{
	for (size_t i = 0; i < crawl->vertices.n; i++) {
		free(crawl->vertices.v[i].arn);
		pedigree_entity_clear(&crawl->vertices.v[i].entity);
	}
	for (size_t i = 0; i < crawl->edges.n; i++)
		free(crawl->edges.v[i].type);
	pedigree_vec_clear(&crawl->vertices);
	pedigree_vec_clear(&crawl->edges);
	pedigree_map_free(crawl->by_arn);
	pedigree_map_free(crawl->by_edges);
}

size_t pedigree_crawl_vertex(struct pedigree_crawl *crawl, const char *arn)
{
	void **at = pedigree_map_at(crawl->by_arn, arn, strlen(arn), NULL);
	struct pedigree_crawl_vertex *vertex;
	char *copy;

	if (at && *at)
		return (size_t)(uintptr_t)*at - 1;
	copy = at ? strdup(arn) : NULL;
	vertex = copy ? pedigree_vec_push(&crawl->vertices) : NULL;
	if (!vertex) {
		free(copy);
		return SIZE_MAX;
	}
	*vertex = (struct pedigree_crawl_vertex){
		.arn = copy,
		.far = { PEDIGREE_CRAWL_FAR, PEDIGREE_CRAWL_FAR },
	};
	*at = (void *)(uintptr_t)crawl->vertices.n;
	return crawl->vertices.n - 1;
}

int pedigree_crawl_describe(struct pedigree_crawl *crawl,
			    enum pedigree_kind kind, const json_t *answer,
			    size_t *ret_at, struct pedigree_error *err)
{
	const char *arn = json_string_value(
		json_object_get(answer, pedigree_sagemaker_words[kind].arn));
	char *text = json_dumps(answer, JSON_COMPACT);
	struct pedigree_crawl_vertex *vertex;
	size_t at = arn ? pedigree_crawl_vertex(crawl, arn) : SIZE_MAX;
	int status;

	if (!text || (arn && at == SIZE_MAX)) {
		free(text);
		return pedigree_fail_memory(err);
	}
	if (!arn) {
		free(text);
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "the service answered without %s",
				     pedigree_sagemaker_words[kind].arn);
	}
	vertex = &crawl->vertices.v[at];
	pedigree_entity_clear(&vertex->entity);
	status = pedigree_entity_from_json(kind, text, strlen(text),
					   &vertex->entity, err);
	free(text);
	vertex->described = status == 0;
	if (!status && ret_at)
		*ret_at = at;
	return status;
}

/* What no clock shows is no time. */
static int64_t milliseconds(const json_t *time)
{
	double ms = json_number_value(time) * 1000;

	return ms > -1e18 && ms < 1e18 ? (int64_t)ms : 0;
}

int pedigree_crawl_edge(struct pedigree_crawl *crawl, const json_t *edge)
{
	const char *source =
		json_string_value(json_object_get(edge, "SourceArn"));
	const char *destination =
		json_string_value(json_object_get(edge, "DestinationArn"));
	const char *type =
		json_string_value(json_object_get(edge, "AssociationType"));
	const json_t *time = json_object_get(edge, "CreationTime");
	struct pedigree_crawl_edge *new;
	bool is_new = false;
	char *copy = NULL;
	size_t ends[2];

	if (!source || !destination)
		return 0;
	ends[0] = pedigree_crawl_vertex(crawl, source);
	ends[1] = pedigree_crawl_vertex(crawl, destination);
	if (ends[0] == SIZE_MAX || ends[1] == SIZE_MAX ||
	    !pedigree_map_at(crawl->by_edges, ends, sizeof(ends), &is_new))
		return PEDIGREE_ENOMEM;
	if (!is_new)
		return 0;
	if (type && !(copy = strdup(type)))
		return PEDIGREE_ENOMEM;
	new = pedigree_vec_push(&crawl->edges);
	if (!new) {
		free(copy);
		return PEDIGREE_ENOMEM;
	}
	*new = (struct pedigree_crawl_edge){
		.source = ends[0],
		.destination = ends[1],
		.type = copy,
		.created_ms = milliseconds(time),
	};
	return 0;
}

/* One sweep over the edges makes `far` of the next vertices smaller; true
   when it did. */
static bool sweep(const struct pedigree_crawl *crawl, unsigned int *far,
		  enum pedigree_crawl_way way)
{
	bool moved = false;

	for (size_t i = 0; i < crawl->edges.n; i++) {
		const struct pedigree_crawl_edge *edge = &crawl->edges.v[i];
		size_t from = way == PEDIGREE_CRAWL_UP ? edge->destination
						       : edge->source;
		size_t to = way == PEDIGREE_CRAWL_UP ? edge->source
						     : edge->destination;

		if (far[from] == PEDIGREE_CRAWL_FAR || far[to] <= far[from] + 1)
			continue;
		far[to] = far[from] + 1;
		moved = true;
	}
	return moved;
}

int pedigree_crawl_measure(struct pedigree_crawl *crawl,
			   enum pedigree_crawl_way way)
{
	_cleanup_free_ unsigned int *far =
		malloc((crawl->vertices.n + 1) * sizeof(*far));

	if (!far)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < crawl->vertices.n; i++)
		far[i] = crawl->vertices.v[i].far[way];
	while (sweep(crawl, far, way))
		;
	for (size_t i = 0; i < crawl->vertices.n; i++)
		crawl->vertices.v[i].far[way] = far[i];
	return 0;
}

bool pedigree_crawl_next(const struct pedigree_crawl *crawl,
			 enum pedigree_crawl_way way, unsigned int limit,
			 size_t *at)
{
	for (; *at < crawl->vertices.n; ++*at) {
		const struct pedigree_crawl_vertex *vertex =
			&crawl->vertices.v[*at];

		if (vertex->far[way] != PEDIGREE_CRAWL_FAR &&
		    vertex->far[way] < limit && !vertex->expanded[way])
			return true;
	}
	return false;
}

int pedigree_crawl_expanded(struct pedigree_crawl *crawl, size_t start,
			    enum pedigree_crawl_way way, unsigned int steps)
{
	const size_t n = crawl->vertices.n;
	_cleanup_free_ unsigned int *far = malloc((n + 1) * sizeof(*far));

	if (!far)
		return PEDIGREE_ENOMEM;
	memset(far, 0xff, n * sizeof(*far));
	far[start] = 0;
	while (sweep(crawl, far, way))
		;
	for (size_t i = 0; i < n; i++)
		if (far[i] < steps)
			crawl->vertices.v[i].expanded[way] = true;
	return 0;
}
