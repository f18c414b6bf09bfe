/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Are the bytes behind a target still those that were recorded?
 */
#include "config.h"

#include <string.h>
#include <sys/utsname.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/question.h"
#include "api/verify.h"
#include "base/base.h"
#include "base/err.h"
#include "query/query.h"
#include "render/render.h"

static const char *const verdict_words[] = {
	[PEDIGREE_VERIFIED] = "Verified",
	[PEDIGREE_NOT_VERIFIED] = "NotVerified",
	[PEDIGREE_CANNOT_VERIFY] = "Unknown",
};

static int add_around(struct pedigree_check *check, pedigree_row run, bool up,
		      struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int rc = pedigree_ledger_edges(check->ledger, run, up, &edges, err);

	for (size_t i = 0; rc == 0 && i < edges.n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};
		pedigree_row row =
			up ? edges.v[i].source : edges.v[i].destination;

		rc = pedigree_ledger_entity(check->ledger, row, &entity, err);
		if (rc == 0 && entity.kind == PEDIGREE_ARTIFACT)
			rc = pedigree_check_add(check, row, &entity, err);
	}
	return rc;
}

/* Does the way up go on through this edge? Not through runs, nor through
   deployments of the past, nor past the deployment of an endpoint. */
static bool leads_up(const struct pedigree_graph *graph,
		     const struct pedigree_graph_edge *edge)
{
	enum pedigree_kind to =
		graph->vertices.v[edge->destination].entity.kind;
	enum pedigree_kind from = graph->vertices.v[edge->source].entity.kind;

	if (edge->deployed == PEDIGREE_DEPLOYED_REPLACED ||
	    edge->deployed == PEDIGREE_DEPLOYED_FAILED ||
	    (to == PEDIGREE_CONTEXT && from == PEDIGREE_TRIAL_COMPONENT))
		return false;
	return edge->destination == 0 || to != PEDIGREE_TRIAL_COMPONENT;
}

static void mark(const struct pedigree_graph *graph, bool *marks)
{
	bool more = true;

	marks[0] = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < graph->edges.n; i++) {
			const struct pedigree_graph_edge *edge =
				&graph->edges.v[i];

			if (!marks[edge->destination] || marks[edge->source] ||
			    !leads_up(graph, edge))
				continue;
			marks[edge->source] = true;
			more = true;
		}
	}
}

static int add_marked(struct pedigree_check *check,
		      const struct pedigree_graph *graph, const bool *marks,
		      struct pedigree_error *err)
{
	bool is_run =
		graph->vertices.v[0].entity.kind == PEDIGREE_TRIAL_COMPONENT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < graph->vertices.n; i++) {
		const struct pedigree_vertex *vertex = &graph->vertices.v[i];

		if (!marks[i] || (is_run && i > 0))
			continue;
		if (vertex->entity.kind == PEDIGREE_ARTIFACT)
			rc = pedigree_check_add(check, vertex->row,
						&vertex->entity, err);
		if (vertex->entity.kind != PEDIGREE_TRIAL_COMPONENT)
			continue;
		check->runs++;
		rc = add_around(check, vertex->row, true, err);
		if (rc == 0 && !check->made_of)
			rc = add_around(check, vertex->row, false, err);
	}
	return rc;
}

static void graph_freep(struct pedigree_graph **graph)
{
	pedigree_graph_free(*graph);
}

static int verify_from(struct pedigree_check *check, pedigree_row start,
		       struct pedigree_error *err)
{
	_cleanup_(graph_freep) struct pedigree_graph *graph = NULL;
	_cleanup_free_ bool *marks = NULL;
	int rc = pedigree_walk(check->ledger, start, PEDIGREE_UP, 0, &graph,
			       err);

	if (rc < 0)
		return rc;
	marks = calloc(graph->vertices.n, sizeof(*marks));
	if (!marks)
		return pedigree_fail_memory(err);
	mark(graph, marks);
	rc = add_marked(check, graph, marks, err);
	return rc < 0 ? rc : pedigree_check_all(check, err);
}

static enum pedigree_verification verdict_of(const struct pedigree_check *check)
{
	if (check->n[PEDIGREE_OBJECT_CHANGED] || check->n[PEDIGREE_OBJECT_GONE])
		return PEDIGREE_NOT_VERIFIED;
	/* What no run is behind has nothing to be compared with. */
	if (check->n[PEDIGREE_OBJECT_UNKNOWN] ||
	    !check->n[PEDIGREE_OBJECT_SAME] || !check->runs)
		return PEDIGREE_CANNOT_VERIFY;
	return PEDIGREE_VERIFIED;
}

static void print_sum(const struct pedigree_check *check,
		      enum pedigree_verification verdict)
{
	static const char *const sentences[] = {
		[PEDIGREE_VERIFIED] = "verified",
		[PEDIGREE_NOT_VERIFIED] = "NOT verified",
		[PEDIGREE_CANNOT_VERIFY] = "cannot tell",
	};

	if (check->print->format == PEDIGREE_JSON) {
		fprintf(check->out,
			"],\"Runs\":%zu,\"Verified\":%zu,\"Changed\":%zu,\"Gone\":%zu,\"Unknown\":%zu,\"Verdict\":\"%s\"}\n",
			check->runs, check->n[PEDIGREE_OBJECT_SAME],
			check->n[PEDIGREE_OBJECT_CHANGED],
			check->n[PEDIGREE_OBJECT_GONE],
			check->n[PEDIGREE_OBJECT_UNKNOWN],
			verdict_words[verdict]);
		return;
	}
	fprintf(check->out,
		"%s: runs %zu, files as recorded %zu, changed %zu, gone %zu, not to be checked %zu\n",
		sentences[verdict], check->runs, check->n[PEDIGREE_OBJECT_SAME],
		check->n[PEDIGREE_OBJECT_CHANGED],
		check->n[PEDIGREE_OBJECT_GONE],
		check->n[PEDIGREE_OBJECT_UNKNOWN]);
}

static int verify(const struct pedigree *pedigree, const char *target,
		  bool made_of, const struct pedigree_print *print, FILE *out,
		  enum pedigree_verification *ret_verdict,
		  struct pedigree_error *err)
{
	static const struct pedigree_reach reach = { PEDIGREE_UP, 0 };
	_cleanup_(pedigree_question_clear) struct pedigree_question question = {
		0
	};
	_cleanup_(pedigree_check_clear) struct pedigree_check check = {
		.print = print,
		.out = out,
		.target = target,
		.made_of = made_of,
	};
	enum pedigree_verification verdict;
	int rc;

	if (!pedigree || !target || !print || !out || !ret_verdict)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "pedigree_verify: an argument is missing");
	if (print->format != PEDIGREE_TEXT && print->format != PEDIGREE_JSON)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "a verdict is text or JSON");
	rc = pedigree_question_ask(pedigree, target, false, &reach, &question,
				   err);
	if (rc < 0)
		return rc;
	if (question.note.len && print->note &&
	    !pedigree_buf_error(&question.note))
		print->note(print->note_ctx, question.note.data);
	check.ledger = question.ledger;
	check.config = pedigree->config;
	check.progress = &pedigree->progress;
	if (print->format == PEDIGREE_JSON)
		fputs("{\"Files\":[", out);
	rc = verify_from(&check, question.row, err);
	if (rc < 0)
		return rc;
	verdict = verdict_of(&check);
	print_sum(&check, verdict);
	rc = pedigree_print_end(out, err);
	if (rc == 0)
		*ret_verdict = verdict;
	return rc;
}

int pedigree_verify(const struct pedigree *pedigree, const char *target,
		    const struct pedigree_print *print, FILE *out,
		    enum pedigree_verification *ret_verdict,
		    struct pedigree_error *err)
{
	return verify(pedigree, target, false, print, out, ret_verdict, err);
}

int pedigree_verify_inputs(const struct pedigree *pedigree, const char *target,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_verification *ret_verdict,
			   struct pedigree_error *err)
{
	return verify(pedigree, target, true, print, out, ret_verdict, err);
}
