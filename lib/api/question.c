/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "api/question.h"

#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/running.h"
#include "base/err.h"
#include "graph/places.h"
#include "query/query.h"
#include "run/run.h"

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

int pedigree_question_ledger(const struct pedigree *pedigree, const char *run,
			     struct pedigree_view *ret,
			     struct pedigree_error *err)
{
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int rc;

	*ret = (struct pedigree_view){ 0 };
	rc = pedigree_ledger_open(pedigree->config, &ret->ledger, &why);
	if (rc == PEDIGREE_ENOTFOUND)
		return explain_missing(pedigree, run, err);
	return rc < 0 ? pedigree_fail(err, rc, "%s", why.text) : 0;
}

int pedigree_question_run(const struct pedigree *pedigree,
			  const struct pedigree_view *view, const char *run,
			  const struct pedigree_print *print,
			  pedigree_row *ret_row, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	_cleanup_free_ char *spooled = NULL;
	int rc = pedigree_resolve_run(view->ledger, run, ret_row, &note, &why);

	if (rc == PEDIGREE_ENOTFOUND &&
	    pedigree_find_run(pedigree->config, NULL, run, &spooled, NULL) == 0)
		return explain_missing(pedigree, run, err);
	if (rc < 0)
		return pedigree_fail(err, rc, "%s", why.text);
	if (note.len && print->note && !pedigree_buf_error(&note))
		print->note(print->note_ctx, note.data);
	return 0;
}

/* An endpoint's name goes before files and runs of the same name. */
static int find_endpoint(struct pedigree_question *question, const char *name,
			 struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = pedigree_ledger_by_name(question->ledger, PEDIGREE_CONTEXT,
					 name, &rows, err);

	for (size_t i = rows.n; rc == 0 && !question->row && i > 0; i--) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};

		rc = pedigree_ledger_entity(question->ledger, rows.v[i - 1],
					    &entity, err);
		if (rc == 0 && entity.type &&
		    strcmp(entity.type, "Endpoint") == 0)
			question->row = rows.v[i - 1];
	}
	return rc;
}

static int find(struct pedigree_question *question,
		const struct pedigree *pedigree, const char *target,
		bool endpoint, struct pedigree_error *err)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs places = { 0 };
	int rc = endpoint ? find_endpoint(question, target, err) : 0;

	if (rc < 0 || question->row)
		return rc;
	/* What is mounted is recorded as what it is elsewhere. */
	if (access(target, F_OK) == 0 &&
	    pedigree_places_now(pedigree->config, &places) < 0)
		return pedigree_fail_memory(err);
	rc = pedigree_resolve_telling(question->ledger, target, &places,
				      &pedigree->progress, &question->row,
				      &question->note, err);
	/* Or it was mounted later. */
	if (rc == PEDIGREE_ENOTFOUND && places.n)
		rc = pedigree_resolve(question->ledger, target, &question->row,
				      &question->note, NULL);
	return rc;
}

int pedigree_view_open(const struct pedigree *pedigree,
		       const struct pedigree_fetch *fetch,
		       struct pedigree_view *ret, struct pedigree_error *err)
{
	int rc;

	*ret = (struct pedigree_view){ 0 };
	if (!pedigree->is_remote)
		return pedigree_ledger_open(pedigree->config, &ret->ledger,
					    err);
	rc = pedigree_sagemaker_fetch(pedigree->config, fetch, &ret->editor,
				      err);
	if (rc == 0)
		ret->ledger = pedigree_editor_ledger(ret->editor);
	return rc;
}

void pedigree_view_close(struct pedigree_view *view)
{
	if (view->editor)
		pedigree_editor_close(view->editor);
	else
		pedigree_ledger_close(view->ledger);
	*view = (struct pedigree_view){ 0 };
}

/* A step more than is shown, so that it is seen what the limit left out. */
static unsigned int steps(const struct pedigree_reach *reach,
			  enum pedigree_direction way)
{
	if (reach->direction != way && reach->direction != PEDIGREE_BOTH)
		return 0;
	return reach->depth && reach->depth < PEDIGREE_FETCH_ALL - 1
		       ? reach->depth + 1
		       : PEDIGREE_FETCH_ALL;
}

int pedigree_question_ask(const struct pedigree *pedigree, const char *target,
			  bool endpoint, const struct pedigree_reach *reach,
			  struct pedigree_question *question,
			  struct pedigree_error *err)
{
	const struct pedigree_fetch fetch = {
		.target = target,
		.up = steps(reach, PEDIGREE_UP),
		.down = steps(reach, PEDIGREE_DOWN),
	};
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	_cleanup_free_ char *run = NULL;
	int rc;

	*question = (struct pedigree_question){ .note = PEDIGREE_BUF_INIT };
	if (!pedigree || !target)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "a question needs a target");
	rc = pedigree_view_open(pedigree, &fetch, &question->view, &why);
	question->ledger = question->view.ledger;
	if (rc == PEDIGREE_ENOTFOUND && !pedigree->is_remote)
		return explain_missing(pedigree, target, err);
	if (rc == 0)
		rc = find(question, pedigree, target, endpoint, &why);
	if (rc == PEDIGREE_ENOTFOUND && !pedigree->is_remote &&
	    pedigree_find_run(pedigree->config, NULL, target, &run, NULL) == 0)
		return explain_missing(pedigree, target, err);
	return rc < 0 ? pedigree_fail(err, rc, "%s", why.text) : 0;
}

void pedigree_question_clear(struct pedigree_question *question)
{
	pedigree_view_close(&question->view);
	pedigree_buf_clear(&question->note);
}
