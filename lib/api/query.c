/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions: from a target to an answer on paper.
 */
#include "config.h"

#include <string.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/running.h"
#include "base/buf.h"
#include "base/err.h"
#include "query/query.h"
#include "render/render.h"
#include "run/run.h"
#include "store/ledger.h"

static int renderer_of(const struct pedigree_print *print,
		       const struct pedigree_renderer **ret,
		       struct pedigree_error *err)
{
	*ret = pedigree_renderer(print->format);
	if (!*ret)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "there is no output format %d",
				     (int)print->format);
	return 0;
}

static void tell(const struct pedigree_print *print,
		 const struct pedigree_buf *note)
{
	if (note->len && print->note && !pedigree_buf_error(note))
		print->note(print->note_ctx, note->data);
}

/* What nobody has recorded yet may be under way. */
static int explain_missing(const struct pedigree *pedigree, const char *target,
			   struct pedigree_error *err)
{
	_cleanup_(pedigree_run_names_clear) struct pedigree_run_names names = {
		0
	};
	_cleanup_free_ char *run = NULL;

	if (pedigree_find_run(pedigree->config, NULL, target, &run, NULL) == 0)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"the run '%s' has not ended yet, so it has no lineage; `pedigree events %s` shows what it does",
			target, target);
	if (pedigree_spool_list(pedigree->config, &names, NULL) == 0 && names.n)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"no run has been recorded yet; %zu have begun: `pedigree list runs` shows them",
			names.n);
	return pedigree_fail(
		err, PEDIGREE_ENOTFOUND,
		"no run has been recorded yet: put `pedigree run --` in front of a command");
}

struct question {
	struct pedigree_ledger *ledger;
	const struct pedigree_renderer *renderer;
	pedigree_row row;
};

static void question_clear(struct question *question)
{
	pedigree_ledger_close(question->ledger);
}

/* Everything that comes before the answer. */
static int ask(const struct pedigree *pedigree, const char *target,
	       const struct pedigree_print *print, struct question *question,
	       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	_cleanup_free_ char *run = NULL;
	int rc;

	if (!pedigree || !target || !print)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "a question needs a target");
	rc = renderer_of(print, &question->renderer, err);
	if (rc < 0)
		return rc;
	rc = pedigree_ledger_open(pedigree->config, &question->ledger, &why);
	if (rc == PEDIGREE_ENOTFOUND)
		return explain_missing(pedigree, target, err);
	if (rc == 0)
		rc = pedigree_resolve(question->ledger, target, &question->row,
				      &note, &why);
	if (rc == PEDIGREE_ENOTFOUND &&
	    pedigree_find_run(pedigree->config, NULL, target, &run, NULL) == 0)
		return explain_missing(pedigree, target, err);
	if (rc < 0)
		return pedigree_fail(err, rc, "%s", why.text);
	tell(print, &note);
	return 0;
}

int pedigree_trace(const struct pedigree *pedigree, const char *target,
		   const struct pedigree_trace_options *options,
		   const struct pedigree_print *print, FILE *out,
		   struct pedigree_error *err)
{
	static const struct pedigree_trace_options defaults = { 0 };
	_cleanup_(question_clear) struct question question = { 0 };
	struct pedigree_graph *graph = NULL;
	int rc = ask(pedigree, target, print, &question, err);

	if (rc < 0)
		return rc;
	options = options ? options : &defaults;
	rc = pedigree_walk(question.ledger, question.row, options->direction,
			   options->depth, &graph, err);
	if (rc < 0)
		return rc;
	rc = question.renderer->graph(graph, print, out, err);
	pedigree_graph_free(graph);
	return rc;
}

int pedigree_show(const struct pedigree *pedigree, const char *target,
		  const struct pedigree_print *print, FILE *out,
		  struct pedigree_error *err)
{
	_cleanup_(question_clear) struct question question = { 0 };
	struct pedigree_shown *shown = NULL;
	int rc = ask(pedigree, target, print, &question, err);

	if (rc < 0)
		return rc;
	rc = pedigree_show_row(question.ledger, question.row, &shown, err);
	if (rc < 0)
		return rc;
	rc = question.renderer->shown(shown, print, out, err);
	pedigree_shown_free(shown);
	return rc;
}

int pedigree_manifest(const struct pedigree *pedigree, const char *target,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err)
{
	_cleanup_(question_clear) struct question question = { 0 };
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int rc = ask(pedigree, target, print, &question, err);

	if (rc == 0)
		rc = pedigree_manifest_row(question.ledger, question.row, &text,
					   err);
	if (rc == 0)
		rc = question.renderer->manifest(text.data, print, out, err);
	return rc;
}
