/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing: what the ledger has, and of runs also what it does not have yet.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/question.h"
#include "api/running.h"
#include "base/err.h"
#include "query/query.h"
#include "render/render.h"
#include "store/ledger.h"

static const struct what {
	const char *word;
	enum pedigree_kind kind; /* PEDIGREE_KINDS: associations */
	const char *type;	 /* NULL: of all types */
} whats[] = {
	{ "runs", PEDIGREE_TRIAL_COMPONENT, NULL },
	{ "datasets", PEDIGREE_ARTIFACT, "DataSet" },
	{ "models", PEDIGREE_ARTIFACT, "Model" },
	{ "deployments", PEDIGREE_ACTION, "ModelDeployment" },
	{ "endpoints", PEDIGREE_CONTEXT, "Endpoint" },
	{ "artifacts", PEDIGREE_ARTIFACT, NULL },
	{ "actions", PEDIGREE_ACTION, NULL },
	{ "contexts", PEDIGREE_CONTEXT, NULL },
	{ "trials", PEDIGREE_TRIAL, NULL },
	{ "experiments", PEDIGREE_EXPERIMENT, NULL },
	{ "associations", PEDIGREE_KINDS, NULL },
};

/* What is to be listed, and with it the type that a word stands for. */
static int read_what(struct pedigree_list_options *options,
		     enum pedigree_kind *ret_kind, struct pedigree_error *err)
{
	for (size_t i = 0; options->what && i < PEDIGREE_COUNT(whats); i++) {
		const struct what *what = &whats[i];

		if (strcmp(options->what, what->word) != 0)
			continue;
		if (what->type && options->type &&
		    strcmp(options->type, what->type) != 0)
			return pedigree_fail(err, PEDIGREE_EINVAL,
					     "%s are of type %s, not %s",
					     what->word, what->type,
					     options->type);
		if (what->type)
			options->type = what->type;
		*ret_kind = what->kind;
		return 0;
	}
	return pedigree_fail(
		err, PEDIGREE_EINVAL,
		"'%s' cannot be listed: runs, datasets, models, deployments, endpoints, artifacts, actions, contexts, trials, experiments and associations can",
		options->what ? options->what : "");
}

/* What a list is sorted by: its time of creation unless one is set. */
struct order {
	bool by_name;
	const char *by_tag; /* the key of a tag */
	bool ascending;
};

static int read_order(const struct pedigree_list_options *options,
		      struct order *ret_order, struct pedigree_error *err)
{
	static const char tags[] = "Tags.";
	const char *by = options->sort_by ? options->sort_by : "CreationTime";
	struct order order = { .ascending = options->ascending };

	if (strncmp(by, tags, strlen(tags)) == 0 && by[strlen(tags)])
		order.by_tag = by + strlen(tags);
	else if (strcasecmp(by, "Name") == 0)
		order.by_name = true;
	else if (strcasecmp(by, "CreationTime") != 0)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"lists are sorted by CreationTime, Name or Tags.KEY, not by '%s'",
			by);
	*ret_order = order;
	return 0;
}

static const char *key_of(const struct pedigree_entity *entity,
			  const struct order *order)
{
	return order->by_tag ? pedigree_pairs_get(&entity->tags, order->by_tag)
			     : entity->name;
}

/* What has no key comes last in either order. */
static bool is_before(const struct pedigree_entity *a,
		      const struct pedigree_entity *b,
		      const struct order *order)
{
	const char *x = key_of(a, order), *y = key_of(b, order);
	int less;

	if (!order->by_name && !order->by_tag)
		return order->ascending ? a->created_ms < b->created_ms
					: b->created_ms < a->created_ms;
	if (!x || !y)
		return x && !y;
	less = order->by_tag ? strcmp(x, y) : strcasecmp(x, y);
	return order->ascending ? less < 0 : less > 0;
}

/* Both lists are in order but for the unfinished, which are few. */
static int merge(struct pedigree_entities *entities,
		 struct pedigree_entities *running, const struct order *order,
		 struct pedigree_error *err)
{
	for (size_t i = 0; i < running->n; i++) {
		struct pedigree_entity *new = &running->v[i];
		bool known = false;
		size_t at = 0;

		for (size_t j = 0; j < entities->n; j++)
			known |= strcmp(entities->v[j].arn, new->arn) == 0;
		if (known)
			continue;
		while (at < entities->n &&
		       !is_before(new, &entities->v[at], order))
			at++;
		if (!pedigree_vec_push(entities))
			return pedigree_fail_memory(err);
		memmove(&entities->v[at + 1], &entities->v[at],
			(entities->n - 1 - at) * sizeof(*entities->v));
		entities->v[at] = *new;
		*new = (struct pedigree_entity){ 0 };
	}
	return 0;
}

static int read_entities(struct pedigree_ledger *ledger,
			 const struct pedigree_ledger_filter *filter,
			 struct pedigree_entities *entities,
			 struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = pedigree_ledger_list(ledger, filter, &rows, err);

	for (size_t i = 0; rc == 0 && i < rows.n; i++) {
		struct pedigree_entity *entity = pedigree_vec_push(entities);

		if (!entity)
			return pedigree_fail_memory(err);
		rc = pedigree_ledger_entity(ledger, rows.v[i], entity, err);
	}
	return rc;
}

static long list_entities(const struct pedigree *pedigree,
			  struct pedigree_ledger *ledger,
			  enum pedigree_kind kind,
			  const struct pedigree_list_options *options,
			  const struct pedigree_renderer *renderer,
			  const struct pedigree_print *print, FILE *out,
			  struct pedigree_error *err)
{
	_cleanup_(
		pedigree_entities_clear) struct pedigree_entities list = { 0 };
	_cleanup_(pedigree_entities_clear) struct pedigree_entities running = {
		0
	};
	struct pedigree_ledger_filter filter = {
		.kind = (int)kind,
		.type = options->type,
		.name = options->name,
		.source_uri = options->source_uri,
		.tag_key = options->tag_key,
		.tag_value = options->tag_value,
		.created_after_ms = options->created_after_ms,
		.created_before_ms = options->created_before_ms,
		.limit = options->limit,
	};
	struct order order;
	int rc = read_order(options, &order, err);

	if (rc < 0)
		return rc;
	filter.by_name = order.by_name;
	filter.by_tag = order.by_tag;
	filter.ascending = order.ascending;
	if (ledger)
		rc = read_entities(ledger, &filter, &list, err);
	if (rc == 0 && !pedigree->is_remote &&
	    (kind == PEDIGREE_TRIAL_COMPONENT || kind == PEDIGREE_ACTION))
		rc = pedigree_running(pedigree->config, kind, options, &running,
				      err);
	if (rc == 0)
		rc = merge(&list, &running, &order, err);
	if (rc < 0)
		return rc;
	size_t n = options->limit && options->limit < list.n ? options->limit
							     : list.n;
	rc = renderer->list(list.v, n, kind, print, out, err);
	return rc < 0 ? rc : (long)n;
}

static long list_associations(struct pedigree_ledger *ledger,
			      const struct pedigree_list_options *options,
			      const struct pedigree_renderer *renderer,
			      const struct pedigree_print *print, FILE *out,
			      struct pedigree_error *err)
{
	struct pedigree_edge_filter filter = {
		.type = options->type,
		.name = options->name,
		.source_uri = options->source_uri,
		.created_after_ms = options->created_after_ms,
		.created_before_ms = options->created_before_ms,
		.limit = options->limit,
	};
	struct pedigree_graph none = { 0 };
	struct pedigree_graph *graph = NULL;
	struct order order;
	long n;
	int rc = read_order(options, &order, err);

	if (rc == 0 && (order.by_name || order.by_tag || options->tag_key ||
			options->tag_value))
		rc = pedigree_fail(
			err, PEDIGREE_EINVAL,
			"associations have no names and no tags of their own to sort or choose by");
	filter.ascending = order.ascending;
	if (rc == 0 && ledger)
		rc = pedigree_associations(ledger, &filter, &graph, err);
	if (rc < 0)
		return rc;
	n = graph ? (long)graph->edges.n : 0;
	rc = renderer->associations(graph ? graph : &none, print, out, err);
	pedigree_graph_free(graph);
	return rc < 0 ? rc : n;
}

long pedigree_list(const struct pedigree *pedigree,
		   const struct pedigree_list_options *given,
		   const struct pedigree_print *print, FILE *out,
		   struct pedigree_error *err)
{
	_cleanup_(pedigree_view_close) struct pedigree_view view = { 0 };
	struct pedigree_fetch fetch = { .kind = PEDIGREE_KINDS };
	const struct pedigree_renderer *renderer;
	struct pedigree_list_options options;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int rc;

	if (!pedigree || !given || !print)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "say what is to be listed");
	options = *given;
	renderer = pedigree_renderer(print->format);
	if (!renderer)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "there is no output format %d",
				     (int)print->format);
	rc = read_what(&options, &fetch.kind, err);
	if (rc < 0)
		return rc;
	fetch.type = options.type;
	fetch.source_uri = options.source_uri;
	fetch.created_after_ms = options.created_after_ms;
	fetch.created_before_ms = options.created_before_ms;
	/* Nothing recorded yet is an empty list: runs may be under way. */
	rc = pedigree_view_open(pedigree, &fetch, &view, &why);
	if (rc < 0 && rc != PEDIGREE_ENOTFOUND)
		return pedigree_fail(err, rc, "%s", why.text);
	if (fetch.kind == PEDIGREE_KINDS)
		return list_associations(view.ledger, &options, renderer, print,
					 out, err);
	return list_entities(pedigree, view.ledger, fetch.kind, &options,
			     renderer, print, out, err);
}
