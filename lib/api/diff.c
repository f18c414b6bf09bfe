/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <pedigree/compare.h>

#include "api/api.h"
#include "api/question.h"
#include "base/err.h"
#include "query/diff.h"
#include "render/diff.h"

static void diff_freep(struct pedigree_diff **diff)
{
	pedigree_diff_free(*diff);
}

/* `run` NULL: the newest. */
static int find_run(const struct pedigree *pedigree,
		    struct pedigree_ledger *ledger, const char *run,
		    const struct pedigree_print *print, pedigree_row *ret_row,
		    struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int rc;

	if (!run)
		return pedigree_run_newest(ledger, ret_row, err);
	rc = pedigree_resolve_run(ledger, run, ret_row, &note, &why);
	if (rc == PEDIGREE_ENOTFOUND)
		return pedigree_question_unknown(pedigree, run, &why, err);
	if (rc < 0)
		return pedigree_fail(err, rc, "%s", why.text);
	if (note.len && print->note && !pedigree_buf_error(&note))
		print->note(print->note_ctx, note.data);
	return 0;
}

int pedigree_diff(const struct pedigree *pedigree, const char *old_run,
		  const char *new_run, const struct pedigree_print *print,
		  FILE *out, int *ret_differs, struct pedigree_error *err)
{
	_cleanup_(pedigree_view_close) struct pedigree_view view = { 0 };
	_cleanup_(diff_freep) struct pedigree_diff *diff = NULL;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	pedigree_row old = 0, new = 0;
	int rc;

	if (!pedigree || !print || !out || !ret_differs)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "pedigree_diff: an argument is missing");
	if (print->format != PEDIGREE_TEXT && print->format != PEDIGREE_JSON)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "differences are text or JSON");
	rc = pedigree_ledger_open(pedigree->config, &view.ledger, &why);
	if (rc == PEDIGREE_ENOTFOUND)
		return pedigree_question_missing(pedigree,
						 new_run   ? new_run
						 : old_run ? old_run
							   : "",
						 err);
	if (rc < 0)
		return pedigree_fail(err, rc, "%s", why.text);
	if (old_run)
		rc = find_run(pedigree, view.ledger, old_run, print, &old, err);
	if (rc == 0)
		rc = find_run(pedigree, view.ledger, new_run, print, &new, err);
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
