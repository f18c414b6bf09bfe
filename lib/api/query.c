/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions: from a target to an answer on paper.
 */
#include "config.h"

#include <string.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/question.h"
#include "base/buf.h"
#include "base/err.h"
#include "query/query.h"
#include "render/render.h"

static void tell(const struct pedigree_print *print,
		 const struct pedigree_buf *note)
{
	if (note->len && print->note && !pedigree_buf_error(note))
		print->note(print->note_ctx, note->data);
}

struct answer {
	struct pedigree_question question;
	const struct pedigree_renderer *renderer;
};

static void answer_clear(struct answer *answer)
{
	pedigree_question_clear(&answer->question);
}

/* Everything that comes before the answer. */
static int ask(const struct pedigree *pedigree, const char *target,
	       const struct pedigree_reach *reach,
	       const struct pedigree_print *print, struct answer *answer,
	       struct pedigree_error *err)
{
	int rc = pedigree_question_ask(pedigree, target, false, reach,
				       &answer->question, err);

	if (rc == 0)
		tell(print, &answer->question.note);
	return rc;
}

static int find_renderer(const struct pedigree_print *print,
			 struct answer *answer, struct pedigree_error *err)
{
	answer->renderer = print ? pedigree_renderer(print->format) : NULL;
	if (answer->renderer)
		return 0;
	return pedigree_fail(
		err, PEDIGREE_EINVAL, "%s",
		print ? "only lineage can be drawn: this answer is text or JSON"
		      : "a question needs to know how to print");
}

/* Where SageMaker's identity is kept to, an object has one artifact there,
   whatever its versions: the lineage of several may be one. */
static void tell_merged(const struct pedigree *pedigree,
			const struct pedigree_graph *graph,
			const struct pedigree_print *print)
{
	const char *identity =
		pedigree_config_get(pedigree->config, "aws", NULL, "identity");

	if (!pedigree->is_remote || !print->note ||
	    (identity && strcmp(identity, "uri") != 0))
		return;
	for (size_t i = 0; i < graph->vertices.n; i++) {
		const char *uri = graph->vertices.v[i].entity.source_uri;

		if (graph->vertices.v[i].entity.kind != PEDIGREE_ARTIFACT ||
		    !uri || strncmp(uri, "s3://", 5) != 0)
			continue;
		print->note(
			print->note_ctx,
			"objects in S3 stand for all their versions there ([aws] identity = uri), so lineages of several may have become one");
		return;
	}
}

/* An entity and what is next to it. */
static const struct pedigree_reach around = { PEDIGREE_BOTH, 1 };

int pedigree_trace(const struct pedigree *pedigree, const char *target,
		   const struct pedigree_trace_options *options,
		   const struct pedigree_print *print, FILE *out,
		   struct pedigree_error *err)
{
	static const struct pedigree_trace_options defaults = { 0 };
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct pedigree_graph *graph = NULL;
	pedigree_graph_printer *printer =
		print ? pedigree_graph_renderer(print->format) : NULL;
	int rc;

	if (!printer)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "lineage needs to know how it is printed");
	options = options ? options : &defaults;
	rc = ask(pedigree, target,
		 &(struct pedigree_reach){ options->direction, options->depth },
		 print, &answer, err);
	if (rc < 0)
		return rc;
	rc = pedigree_walk_some(answer.question.ledger, answer.question.row,
				options, &graph, err);
	if (rc < 0)
		return rc;
	tell_merged(pedigree, graph, print);
	rc = printer(graph, print, out, err);
	pedigree_graph_free(graph);
	return rc;
}

int pedigree_show(const struct pedigree *pedigree, const char *target,
		  const struct pedigree_print *print, FILE *out,
		  struct pedigree_error *err)
{
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct pedigree_shown *shown = NULL;
	int rc = find_renderer(print, &answer, err);

	if (rc == 0)
		rc = ask(pedigree, target, &around, print, &answer, err);
	if (rc == 0)
		rc = pedigree_show_row(answer.question.ledger,
				       answer.question.row, &shown, err);
	if (rc < 0)
		return rc;
	rc = answer.renderer->shown(shown, print, out, err);
	pedigree_shown_free(shown);
	return rc;
}

int pedigree_manifest(const struct pedigree *pedigree, const char *target,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err)
{
	_cleanup_(answer_clear) struct answer answer = { 0 };
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int rc = find_renderer(print, &answer, err);

	if (rc == 0)
		rc = ask(pedigree, target, &around, print, &answer, err);
	if (rc == 0)
		rc = pedigree_manifest_row(answer.question.ledger,
					   answer.question.row, &text, err);
	if (rc == 0)
		rc = answer.renderer->manifest(text.data, print, out, err);
	return rc;
}
