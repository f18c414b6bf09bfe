/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <pedigree/compare.h>

#include "api/api.h"
#include "api/question.h"
#include "base/err.h"
#include "base/fs.h"
#include "query/rerun.h"
#include "render/diff.h"

static struct pedigree_rerun_plan *plan_of(const struct pedigree_rerun *rerun)
{
	struct pedigree_rerun *view = (void *)(uintptr_t)rerun;

	return pedigree_container_of(view, struct pedigree_rerun_plan, view);
}

int pedigree_rerun_plan(const struct pedigree *pedigree, const char *run,
			const struct pedigree_rerun_options *options,
			const struct pedigree_print *print,
			struct pedigree_rerun **ret_rerun,
			struct pedigree_error *err)
{
	_cleanup_(pedigree_view_close) struct pedigree_view view = { 0 };
	struct pedigree_rerun_plan *plan;
	pedigree_row row;
	int rc;

	if (!pedigree || !run || !print || !ret_rerun)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_rerun_plan: an argument is missing");
	rc = pedigree_question_ledger(pedigree, run, &view, err);
	if (rc == 0)
		rc = pedigree_question_run(pedigree, &view, run, print, &row,
					   err);
	if (rc == 0)
		rc = pedigree_rerun_read(view.ledger, row, options, &plan, err);
	if (rc == 0)
		*ret_rerun = &plan->view;
	return rc;
}

void pedigree_rerun_free(struct pedigree_rerun *rerun)
{
	if (rerun)
		pedigree_rerun_plan_free(plan_of(rerun));
}

int pedigree_rerun_prepare(const struct pedigree_rerun *rerun,
			   struct pedigree_error *err)
{
	if (!rerun)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "pedigree_rerun_prepare: no plan");
	if (!plan_of(rerun)->into)
		return 0;
	return pedigree_rerun_folder_make(plan_of(rerun), err);
}

static void diff_freep(struct pedigree_diff **diff)
{
	pedigree_diff_free(*diff);
}

static enum pedigree_rerun_outcome outcome_of(const struct pedigree_diff *diff)
{
	const struct pedigree_diff_section *outputs =
		&diff->sections[PEDIGREE_DIFF_OUTPUTS];

	if (pedigree_diff_section_differs(outputs))
		return PEDIGREE_RERUN_DIFFERS;
	return outputs->lines.n ? PEDIGREE_RERUN_UNKNOWN : PEDIGREE_RERUN_SAME;
}

int pedigree_rerun_compare(const struct pedigree *pedigree,
			   const struct pedigree_rerun *rerun, const char *run,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_rerun_outcome *ret_outcome,
			   struct pedigree_error *err)
{
	_cleanup_(pedigree_view_close) struct pedigree_view view = { 0 };
	_cleanup_(diff_freep) struct pedigree_diff *diff = NULL;
	_cleanup_buf_ struct pedigree_buf from = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf to = PEDIGREE_BUF_INIT;
	struct pedigree_diff_options options = { .own_outputs = true };
	struct pedigree_rerun_plan *plan;
	_cleanup_free_ char *into = NULL;
	pedigree_row old, new;
	int rc;

	if (!pedigree || !rerun || !run || !print || !out || !ret_outcome)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_rerun_compare: an argument is missing");
	plan = plan_of(rerun);
	into = plan->into ? realpath(plan->into, NULL) : NULL;
	if (into) {
		pedigree_path_to_uri(&from, plan->base);
		pedigree_path_to_uri(&to, into);
		options.old_folder = from.data;
		options.new_folder = to.data;
	}
	if (pedigree_buf_error(&from) || pedigree_buf_error(&to))
		return pedigree_fail_memory(err);
	rc = pedigree_question_ledger(pedigree, run, &view, err);
	if (rc == 0)
		rc = pedigree_question_run(pedigree, &view, run, print, &new,
					   err);
	if (rc == 0)
		rc = pedigree_question_run(pedigree, &view, rerun->arn, print,
					   &old, err);
	if (rc == 0)
		rc = pedigree_diff_make(view.ledger, old, new, &options, &diff,
					err);
	if (rc == 0)
		rc = pedigree_diff_print_outputs(diff, print, out, err);
	if (rc == 0)
		*ret_outcome = outcome_of(diff);
	return rc;
}
