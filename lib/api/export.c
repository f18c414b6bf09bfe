/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lineage in the words of other tools.
 */
#include "config.h"

#include <string.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/question.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "export/export.h"
#include "export/words.h"
#include "query/diff.h"
#include "query/query.h"
#include "render/render.h"

static const struct pedigree_export_ops *const formats[] = {
	[PEDIGREE_OPENLINEAGE] = &pedigree_export_openlineage,
	[PEDIGREE_PROV_JSON] = &pedigree_export_prov,
	[PEDIGREE_IN_TOTO] = &pedigree_export_in_toto,
};

/* Of an entity that several edges lead to, one end. */
static int add_ends(struct pedigree_export_run *told,
		    const struct pedigree_neighbours *neighbours, bool after)
{
	_cleanup_map_ struct pedigree_map *known = pedigree_map_new();

	if (!known)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < neighbours->n; i++) {
		const struct pedigree_entity *entity = &neighbours->v[i].entity;
		const struct pedigree_entity **place;
		bool new;

		if (entity->kind != PEDIGREE_ARTIFACT &&
		    (entity->kind != PEDIGREE_CONTEXT || !after))
			continue;
		if (!pedigree_map_at(known, entity->arn, strlen(entity->arn),
				     &new))
			return PEDIGREE_ENOMEM;
		if (!new)
			continue;
		place = entity->kind == PEDIGREE_CONTEXT
				? pedigree_vec_push(&told->contexts)
			: after ? pedigree_vec_push(&told->outputs)
				: pedigree_vec_push(&told->inputs);
		if (!place)
			return PEDIGREE_ENOMEM;
		*place = entity;
	}
	return 0;
}

static int take_asked(struct pedigree_ledger *ledger,
		      struct pedigree_export_run *told,
		      struct pedigree_error *err)
{
	_cleanup_(pedigree_sheet_clear) struct pedigree_sheet recipe = { 0 };
	bool there;
	int rc = pedigree_run_sheet(ledger, told->run, PEDIGREE_PARAM_RECIPE,
				    &recipe, &there, err);

	if (rc == 0 && pedigree_export_asked(&recipe, &told->asked) < 0)
		return pedigree_fail_memory(err);
	return rc;
}

/* A run that a step is of, as far as it is told of with the step. */
struct parent {
	struct pedigree_entity entity;
	struct pedigree_buf name;
	struct pedigree_export_run told;
};

static void parent_clear(struct parent *parent)
{
	pedigree_export_run_clear(&parent->told);
	pedigree_entity_clear(&parent->entity);
	pedigree_buf_clear(&parent->name);
}

/* Nothing when there is none, or it is not in the ledger. */
static int find_parent(struct pedigree_ledger *ledger,
		       const struct pedigree_entity *run, struct parent *parent,
		       struct pedigree_error *err)
{
	const char *of = pedigree_export_param(run, "run");
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = 0;

	if (of)
		rc = pedigree_ledger_by_name(ledger, PEDIGREE_TRIAL_COMPONENT,
					     of, &rows, err);
	if (rc < 0 || !rows.n)
		return rc;
	rc = pedigree_ledger_entity(ledger, rows.v[0], &parent->entity, err);
	if (rc < 0 || !pedigree_export_is_step(run, &parent->entity))
		return rc;
	rc = pedigree_ledger_run(ledger, rows.v[0], &parent->name, err);
	parent->told.run = &parent->entity;
	parent->told.name = parent->name.len ? parent->name.data : NULL;
	return rc < 0 ? rc : take_asked(ledger, &parent->told, err);
}

static int tell_run(struct pedigree_ledger *ledger,
		    const struct pedigree_shown *shown,
		    struct pedigree_export *export, struct pedigree_error *err)
{
	_cleanup_(pedigree_export_run_clear) struct pedigree_export_run told =
		PEDIGREE_EXPORT_RUN_INIT;
	_cleanup_(parent_clear) struct parent parent = {
		.name = PEDIGREE_BUF_INIT,
	};
	int rc;

	told.run = &shown->entity;
	told.name = shown->run;
	if (add_ends(&told, &shown->before, false) < 0 ||
	    add_ends(&told, &shown->after, true) < 0)
		return pedigree_fail_memory(err);
	rc = take_asked(ledger, &told, err);
	if (rc == 0)
		rc = find_parent(ledger, told.run, &parent, err);
	if (parent.told.run)
		told.parent = &parent.told;
	return rc < 0 ? rc : export->ops->run(export, &told, err);
}

static int write_run(struct pedigree_ledger *ledger, pedigree_row row,
		     struct pedigree_export *export, struct pedigree_error *err)
{
	struct pedigree_shown *shown = NULL;
	int rc = pedigree_show_row(ledger, row, &shown, err);

	if (rc == 0)
		rc = tell_run(ledger, shown, export, err);
	pedigree_shown_free(shown);
	return rc;
}

static bool is_thing(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_ARTIFACT ||
	       entity->kind == PEDIGREE_CONTEXT;
}

static int write_graph(struct pedigree_ledger *ledger,
		       const struct pedigree_graph *graph,
		       struct pedigree_export *export,
		       struct pedigree_error *err)
{
	size_t runs = 0, ties = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < graph->vertices.n; i++) {
		if (!pedigree_export_is_run(&graph->vertices.v[i].entity))
			continue;
		rc = write_run(ledger, graph->vertices.v[i].row, export, err);
		runs++;
	}
	for (size_t i = 0; rc == 0 && export->ops->tie && i < graph->edges.n;
	     i++) {
		const struct pedigree_graph_edge *edge = &graph->edges.v[i];
		const struct pedigree_entity *source =
			&graph->vertices.v[edge->source].entity;
		const struct pedigree_entity *destination =
			&graph->vertices.v[edge->destination].entity;

		if (edge->through || !is_thing(source) ||
		    !is_thing(destination))
			continue;
		rc = export->ops->tie(export, source, destination, edge->type,
				      err);
		ties++;
	}
	if (rc == 0 && !runs && !ties)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"no run is within reach of this target, so there is nothing to export; --direction both or a larger --depth reaches further");
	if (rc == 0 && export->ops->end)
		rc = export->ops->end(export, err);
	return rc;
}

static void PEDIGREE_PRINTF(2, 3)
	tell(const struct pedigree_print *print, const char *format, ...)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	va_list args;

	if (!print || !print->note)
		return;
	va_start(args, format);
	pedigree_buf_vaddf(&text, format, args);
	va_end(args);
	if (text.len && !pedigree_buf_error(&text))
		print->note(print->note_ctx, text.data);
}

static void tell_gaps(const struct pedigree_print *print,
		      const struct pedigree_graph *graph,
		      const struct pedigree_export_gaps *gaps)
{
	struct pedigree_cuts cuts;

	pedigree_graph_cuts(graph, &cuts);
	for (size_t i = 0; cuts.sentences[i]; i++)
		tell(print, "%s", cuts.sentences[i]);
	if (gaps->no_digest)
		tell(print,
		     "outputs without a SHA-256 digest, which no statement can be about: %zu",
		     gaps->no_digest);
	if (gaps->no_subject)
		tell(print,
		     "runs without an output to make a statement about: %zu",
		     gaps->no_subject);
	if (gaps->no_derivation)
		tell(print,
		     "derivations left out, beside used and wasGeneratedBy, which are all there: %zu",
		     gaps->no_derivation);
}

static int new_export(enum pedigree_export_format format, FILE *out,
		      struct pedigree_export *plain,
		      struct pedigree_export **ret, struct pedigree_error *err)
{
	if ((size_t)format >= PEDIGREE_COUNT(formats))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "there is no such format of exports");
	*ret = formats[format]->new ? formats[format]->new () : plain;
	if (!*ret)
		return pedigree_fail_memory(err);
	(*ret)->ops = formats[format];
	(*ret)->out = out;
	return 0;
}

int pedigree_export(const struct pedigree *pedigree, const char *target,
		    const struct pedigree_trace_options *options,
		    enum pedigree_export_format format,
		    const struct pedigree_print *print, FILE *out,
		    struct pedigree_error *err)
{
	static const struct pedigree_trace_options defaults = { 0 };
	_cleanup_(pedigree_question_clear) struct pedigree_question question = {
		0
	};
	const struct pedigree_trace_options *way =
		options ? options : &defaults;
	const struct pedigree_reach reach = { way->direction, way->depth };
	const struct pedigree_trace_options all = {
		.direction = way->direction,
		.depth = way->depth,
		.limit = way->limit,
	};
	struct pedigree_export plain = { 0 }, *export = NULL;
	struct pedigree_graph *graph = NULL;
	int rc = pedigree_question_ask(pedigree, target, false, &reach,
				       &question, err);

	if (rc < 0)
		return rc;
	if (question.note.len)
		tell(print, "%s", question.note.data);
	rc = pedigree_walk_some(question.ledger, question.row, &all, &graph,
				err);
	if (rc == 0)
		rc = new_export(format, out, &plain, &export, err);
	if (rc == 0)
		rc = write_graph(question.ledger, graph, export, err);
	if (rc == 0)
		rc = pedigree_print_end(out, err);
	if (rc == 0)
		tell_gaps(print, graph, &export->gaps);
	if (export && export->ops->free)
		export->ops->free(export);
	pedigree_graph_free(graph);
	return rc;
}
