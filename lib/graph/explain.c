/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a path is, or is not, in a run's record: the same plan as the record's,
 * asked about one name.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/build.h"
#include "graph/plan.h"

struct question {
	struct pedigree_plan plan;
	struct pedigree_hasher hasher;
	uint32_t name;
	const struct pedigree_dataset *dataset; /* that it is a file of */
	struct pedigree_explanation *answer;
};

static const char *const input_reasons[] = {
	[PEDIGREE_FATE_TEMPORARY] =
		"it was read, but it was made and removed again within the run",
	[PEDIGREE_FATE_RULE] = "it was read, and a rule leaves it out",
	[PEDIGREE_FATE_LIBRARY] =
		"it was loaded as a library, and no rule calls it code",
	[PEDIGREE_FATE_KEPT] = "it was read as it was before the run: an input",
	[PEDIGREE_FATE_CODE] = "it is part of the code that ran",
};

static const char *const output_reasons[] = {
	[PEDIGREE_FATE_TEMPORARY] =
		"it was written, and is no longer there: a temporary file",
	[PEDIGREE_FATE_UNCHANGED] =
		"it was opened for writing, and has not changed",
	[PEDIGREE_FATE_RULE] = "it was written, and a rule leaves it out",
	[PEDIGREE_FATE_KEPT] = "it was written: an output",
};

static void take_verdict(struct pedigree_explanation *answer,
			 const struct pedigree_verdict *verdict)
{
	answer->verdict = *verdict;
	answer->judged = true;
}

static const char *about_input(struct question *question)
{
	struct pedigree_access *access = &question->plan.access;
	struct pedigree_explanation *answer = question->answer;
	const char *reason = NULL;

	for (size_t i = 0; i < access->files.n && !answer->input; i++) {
		struct pedigree_file *file = &access->files.v[i];
		struct pedigree_verdict verdict = { 0 };
		enum pedigree_fate fate;

		if (file->name != question->name)
			continue;
		answer->touched = true;
		answer->deleted |= !!(file->flags & PEDIGREE_FILE_DESTROYED);
		if (file->flags & PEDIGREE_FILE_REREAD) {
			answer->read = true;
			reason =
				reason ? reason
				       : "it was read only after the run itself had written it";
		}
		if (!(file->flags & PEDIGREE_FILE_INPUT))
			continue;
		answer->read = true;
		fate = pedigree_plan_input(&question->plan, &question->hasher,
					   file, &verdict);
		if (verdict.rule)
			take_verdict(answer, &verdict);
		if (input_reasons[fate])
			reason = input_reasons[fate];
		answer->input = fate == PEDIGREE_FATE_KEPT ||
				fate == PEDIGREE_FATE_CODE;
	}
	return reason;
}

static const char *about_output(struct question *question)
{
	struct pedigree_access *access = &question->plan.access;
	const struct pedigree_name *name =
		&access->paths.names.v[question->name];
	struct pedigree_explanation *answer = question->answer;
	struct pedigree_verdict verdict = { 0 };
	const struct pedigree_file *file;
	enum pedigree_fate fate;

	if (name->file == PEDIGREE_NOWHERE)
		return NULL;
	answer->touched = true;
	answer->deleted |= name->gone;
	file = &access->files.v[name->file];
	if (!(file->flags & PEDIGREE_FILE_WRITTEN))
		return file->flags & PEDIGREE_FILE_MESSAGES
			       ? "the command's standard error went there: a log, no output"
			       : NULL;
	answer->written = true;
	fate = pedigree_plan_output(&question->plan, &question->hasher,
				    question->name, &verdict);
	answer->output = fate == PEDIGREE_FATE_KEPT;
	if (verdict.rule && !answer->input)
		take_verdict(answer, &verdict);
	if (fate == PEDIGREE_FATE_TEMPORARY && name->gone &&
	    file->last_name != question->name)
		return "it was written and then renamed";
	return fate < PEDIGREE_COUNT(output_reasons) ? output_reasons[fate]
						     : NULL;
}

/* The new name of what was renamed. */
static int about_rename(struct question *question)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_access *access = &question->plan.access;
	const struct pedigree_name *names = access->paths.names.v;
	const struct pedigree_name *name = &names[question->name];
	uint32_t last;

	if (!name->gone || name->file == PEDIGREE_NOWHERE)
		return 0;
	last = access->files.v[name->file].last_name;
	if (last == question->name)
		return 0;
	pedigree_paths_text(&access->paths, names[last].folder, last, &path);
	question->answer->renamed_to = pedigree_buf_take(&path);
	return question->answer->renamed_to ? 0 : PEDIGREE_ENOMEM;
}

static int set_uri(struct question *question,
		   const struct pedigree_dataset *dataset, const char *path)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;

	if (pedigree_plan_uri(&question->plan, dataset, path, &uri) < 0)
		return PEDIGREE_ENOMEM;
	question->dataset = dataset;
	question->answer->artifact_uri = pedigree_buf_take(&uri);
	return question->answer->artifact_uri ? 0 : PEDIGREE_ENOMEM;
}

/* Finds the artifact; 1: it has others in it, too. */
static int about_artifact(struct question *question,
			  const struct pedigree_items *items,
			  const struct pedigree_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct pedigree_group *group = &groups->v[i];

		for (size_t k = 0; k < group->n; k++) {
			int r;

			if (items->v[group->first + k].name != question->name)
				continue;
			r = set_uri(question,
				    pedigree_plan_dataset(&question->plan,
							  group),
				    group->folder ? group->folder
						  : question->answer->path);
			return r < 0 ? r : group->folder != NULL;
		}
	}
	return 0;
}

/* Is it the file, or in the folder, that was declared a model? */
static int is_given(struct question *question, const char *given)
{
	struct pedigree_access *access = &question->plan.access;
	_cleanup_buf_ struct pedigree_buf named = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	uint32_t name;

	if (pedigree_uri_to_path(&named, given))
		given = named.data;
	else if (strstr(given, "://"))
		return 0;
	if (pedigree_plan_path(&question->plan, given, &path) < 0)
		return PEDIGREE_ENOMEM;
	if (strcmp(path.data, "/") == 0)
		return 0;
	name = pedigree_access_name(access, path.data, NULL);
	if (name == PEDIGREE_NOWHERE)
		return PEDIGREE_ENOMEM;
	name = pedigree_paths_follow(&access->paths, name);
	pedigree_buf_reset(&path);
	pedigree_paths_text(&access->paths, access->paths.names.v[name].folder,
			    name, &path);
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	if (!pedigree_path_under(question->answer->path, path.data))
		return 0;
	return set_uri(question, NULL, path.data) < 0 ? PEDIGREE_ENOMEM : 1;
}

/* The models that were declared, else those that were read. 1, 0 or a
   failure. */
static int is_deployed(struct question *question)
{
	const struct pedigree_plan *plan = &question->plan;
	const struct pedigree_deployment *deployment = &plan->facts->deployment;
	const struct pedigree_evlog *log = plan->access.log;
	bool declared = deployment->models.n > 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < deployment->models.n; i++)
		r = is_given(question, deployment->models.v[i]);
	for (size_t i = 0; r == 0 && i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		if (event->type != PEDIGREE_EV_DEPLOY || !event->text[0] ||
		    !event->text3[0])
			continue;
		declared = true;
		r = is_given(question, event->text3);
	}
	if (r != 0 || declared)
		return r;
	for (size_t i = 0; i < plan->groups.n; i++) {
		const struct pedigree_item *first =
			&plan->items.v[plan->groups.v[i].first];

		for (size_t k = 0; k < plan->groups.v[i].n; k++)
			if (first[k].name == question->name &&
			    pedigree_plan_model(plan, first))
				return 1;
	}
	return 0;
}

/* What a deployment's command touches besides its models is no part of what
   the endpoint is made of. */
static int about_deployment(struct question *question, const char **reason)
{
	struct pedigree_explanation *answer = question->answer;
	int r;

	if (!question->plan.facts->deploy || !(answer->input || answer->output))
		return 0;
	answer->output = false;
	r = answer->input ? is_deployed(question) : 0;
	if (r != 0)
		return r < 0 ? r : 0;
	answer->input = false;
	*reason =
		"this was a deployment: of the files of its command only models that it read are in the record";
	return 0;
}

static int set_reason(struct question *question, const char *input,
		      const char *output, bool rolled)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct pedigree_explanation *answer = question->answer;

	if (input)
		pedigree_buf_add_str(&text, input);
	if (input && output)
		pedigree_buf_add_str(&text, "; ");
	if (output)
		pedigree_buf_add_str(&text, output);
	if (!text.len && answer->touched)
		pedigree_buf_add_str(
			&text,
			"it was named, but neither read nor written as a file");
	if (!text.len)
		pedigree_buf_add_str(&text, "no event of the run names it");
	if (rolled)
		pedigree_buf_addf(&text, "; it is one of the files of %s",
				  answer->artifact_uri);
	if (rolled && question->dataset) {
		pedigree_buf_addf(&text, ", as [dataset %s] says (",
				  question->dataset->name);
		pedigree_origin_text(&question->dataset->origin, &text);
		pedigree_buf_add_char(&text, ')');
	}
	answer->reason = pedigree_buf_take(&text);
	return answer->reason ? 0 : PEDIGREE_ENOMEM;
}

static int answer_question(struct question *question)
{
	struct pedigree_plan *plan = &question->plan;
	const struct pedigree_name *names = plan->access.paths.names.v;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *input, *output, *instead = NULL;
	int rolled = 0;

	pedigree_paths_text(&plan->access.paths, names[question->name].folder,
			    question->name, &path);
	question->answer->path = pedigree_buf_take(&path);
	if (!question->answer->path)
		return PEDIGREE_ENOMEM;
	input = about_input(question);
	output = about_output(question);
	if (about_rename(question) < 0 ||
	    about_deployment(question, &instead) < 0)
		return PEDIGREE_ENOMEM;
	if (instead)
		return set_reason(question, instead, NULL, false);
	if (question->answer->artifact_uri) /* of a declared model */
		return set_reason(question, input, NULL, false);
	if (question->answer->input || question->answer->output)
		rolled = about_artifact(question, &plan->items, &plan->groups);
	if (rolled >= 0 && !question->answer->artifact_uri)
		rolled = about_artifact(question, &plan->code,
					&plan->code_groups);
	if (rolled < 0)
		return rolled;
	return set_reason(question, input, output, rolled > 0);
}

int pedigree_explain_path(const struct pedigree_run_facts *facts,
			  const struct pedigree_evlog *log,
			  const struct pedigree_config *config,
			  const char *path, struct pedigree_explanation *ret,
			  struct pedigree_error *err)
{
	_cleanup_(pedigree_explanation_clear) struct pedigree_explanation
		answer = { 0 };
	_cleanup_buf_ struct pedigree_buf given = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	struct question question = { .answer = &answer };
	int r;

	if (pedigree_uri_to_path(&given, path))
		path = given.data;
	pedigree_hasher_init(&question.hasher, facts, NULL);
	r = pedigree_plan_make(&question.plan, NULL, facts, log, config,
			       &question.hasher, err);
	if (r < 0)
		return r;
	r = pedigree_plan_path(&question.plan, path, &whole);
	if (r == 0 && strcmp(whole.data, "/") == 0)
		r = pedigree_fail(err, PEDIGREE_EINVAL, "/ is not a file");
	if (r == 0) {
		question.name = pedigree_access_name(&question.plan.access,
						     whole.data, NULL);
		if (question.name == PEDIGREE_NOWHERE)
			r = PEDIGREE_ENOMEM;
	}
	if (r == 0) {
		question.name = pedigree_paths_follow(
			&question.plan.access.paths, question.name);
		r = answer_question(&question);
	}
	/* The verdict's text lives in the rules. */
	answer.rules = pedigree_take(question.plan.rules);
	pedigree_plan_clear(&question.plan);
	if (r == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (r < 0)
		return r;
	*ret = answer;
	memset(&answer, 0, sizeof(answer));
	return 0;
}
