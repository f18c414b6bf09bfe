/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <pedigree/compare.h>

#include "api/api.h"
#include "api/question.h"
#include "api/running.h"
#include "base/err.h"
#include "query/diff.h"
#include "render/diff.h"

static void diff_freep(struct pedigree_diff **diff)
{
	pedigree_diff_free(*diff);
}

/* Who asks for the newest run may mean one that has no record yet. */
static int tell_running(const struct pedigree *pedigree,
			const struct pedigree_print *print,
			struct pedigree_error *err)
{
	const struct pedigree_list_options all = { .what = "runs" };
	_cleanup_(
		pedigree_entities_clear) struct pedigree_entities runs = { 0 };
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int rc = pedigree_running(pedigree->config, PEDIGREE_TRIAL_COMPONENT,
				  &all, &runs, err);

	if (rc < 0 || !runs.n || !print->note)
		return rc;
	pedigree_buf_addf(
		&text,
		"%s has no record yet; this is about the newest run that has one",
		runs.v[0].name);
	if (pedigree_buf_error(&text))
		return pedigree_fail_memory(err);
	print->note(print->note_ctx, text.data);
	return 0;
}

int pedigree_diff(const struct pedigree *pedigree, const char *old_run,
		  const char *new_run, const struct pedigree_print *print,
		  FILE *out, int *ret_differs, struct pedigree_error *err)
{
	_cleanup_(pedigree_view_close) struct pedigree_view view = { 0 };
	_cleanup_(diff_freep) struct pedigree_diff *diff = NULL;
	pedigree_row old = 0, new = 0;
	int rc;

	if (!pedigree || !print || !out || !ret_differs)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "pedigree_diff: an argument is missing");
	if (print->format != PEDIGREE_TEXT && print->format != PEDIGREE_JSON)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "differences are text or JSON");
	rc = pedigree_question_ledger(pedigree,
				      new_run	? new_run
				      : old_run ? old_run
						: "",
				      &view, err);
	if (rc == 0 && old_run)
		rc = pedigree_question_run(pedigree, &view, old_run, print,
					   &old, err);
	if (rc == 0 && new_run)
		rc = pedigree_question_run(pedigree, &view, new_run, print,
					   &new, err);
	else if (rc == 0)
		rc = tell_running(pedigree, print, err);
	if (rc == 0 && !new_run)
		rc = pedigree_run_newest(view.ledger, &new, err);
	if (rc == 0 && !old_run)
		rc = pedigree_run_previous(view.ledger, new, &old, err);
	if (rc == 0)
		rc = pedigree_diff_make(view.ledger, old, new, NULL, &diff,
					err);
	if (rc == 0)
		rc = pedigree_diff_print(diff, print, out, err);
	if (rc == 0)
		*ret_differs = pedigree_diff_differs(diff);
	return rc;
}
