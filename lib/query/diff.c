/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define SHA256_PREFIX "sha256:"

void pedigree_diff_free(struct pedigree_diff *diff)
{
	if (!diff)
		return;
	pedigree_shown_free(diff->old);
	pedigree_shown_free(diff->new);
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++) {
		struct pedigree_diff_lines *lines = &diff->sections[i].lines;

		for (size_t k = 0; k < lines->n; k++) {
			free(lines->v[k].group);
			free(lines->v[k].name);
			free(lines->v[k].old);
			free(lines->v[k].new);
		}
		pedigree_vec_clear(lines);
	}
	for (size_t i = 0; i < diff->through.n; i++)
		pedigree_entity_clear(&diff->through.v[i]);
	pedigree_vec_clear(&diff->through);
	free(diff);
}

static void diff_freep(struct pedigree_diff **diff)
{
	pedigree_diff_free(*diff);
}

bool pedigree_diff_section_differs(const struct pedigree_diff_section *section)
{
	return section->lines.n > section->n[PEDIGREE_CHANGE_UNRECORDED];
}

bool pedigree_diff_differs(const struct pedigree_diff *diff)
{
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++)
		if (pedigree_diff_section_differs(&diff->sections[i]))
			return true;
	return false;
}

/* What is known of one run for a section: names and their values. */
struct facts {
	struct pedigree_pairs pairs;
	bool recorded;
	/* Was this name looked for? NULL: all were. */
	bool (*covers)(const void *ctx, const char *name);
	const void *ctx;
};

static void facts_clear(struct facts *facts)
{
	pedigree_pairs_clear(&facts->pairs);
}

static int by_name(const void *a, const void *b)
{
	const struct pedigree_pair *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static bool covers(const struct facts *facts, const char *name)
{
	return facts->recorded &&
	       (!facts->covers || facts->covers(facts->ctx, name));
}

static int compare_one(const struct facts *old, const struct facts *new,
		       const char *name, const struct pedigree_pair *one,
		       const struct pedigree_pair *other,
		       struct pedigree_diff_section *section)
{
	enum pedigree_change change = PEDIGREE_CHANGE_CHANGED;

	if (one && other && strcmp(one->value, other->value) == 0) {
		section->same++;
		return 0;
	}
	if (!one)
		change = covers(old, name) ? PEDIGREE_CHANGE_ADDED
					   : PEDIGREE_CHANGE_UNRECORDED;
	else if (!other)
		change = covers(new, name) ? PEDIGREE_CHANGE_REMOVED
					   : PEDIGREE_CHANGE_UNRECORDED;
	/* "" is a value that could not be found out. */
	else if (!one->value[0] || !other->value[0])
		change = PEDIGREE_CHANGE_UNRECORDED;
	return pedigree_diff_line(section, change, NULL, name,
				  one ? one->value : NULL,
				  other ? other->value : NULL);
}

/* `what` stands for all of it where it was recorded of one run alone. */
static int compare(struct facts *old, struct facts *new, const char *what,
		   struct pedigree_diff_section *section)
{
	size_t i = 0, k = 0;
	int rc = 0;

	if (!old->recorded || !new->recorded) {
		section->unrecorded = true;
		if (!old->recorded && !new->recorded)
			return 0;
		return pedigree_diff_line(section, PEDIGREE_CHANGE_UNRECORDED,
					  NULL, what, old->recorded ? "" : NULL,
					  new->recorded ? "" : NULL);
	}
	if (old->pairs.n)
		qsort(old->pairs.v, old->pairs.n, sizeof(*old->pairs.v),
		      by_name);
	if (new->pairs.n)
		qsort(new->pairs.v, new->pairs.n, sizeof(*new->pairs.v),
		      by_name);
	while (rc == 0 && (i < old->pairs.n || k < new->pairs.n)) {
		const struct pedigree_pair *one = old->pairs.v + i;
		const struct pedigree_pair *other = new->pairs.v + k;
		int order = i == old->pairs.n	? 1
			    : k == new->pairs.n ? -1
						: by_name(one, other);

		rc = compare_one(old, new, order <= 0 ? one->key : other->key,
				 order <= 0 ? one : NULL,
				 order >= 0 ? other : NULL, section);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static const struct pedigree_param *param_of(const struct pedigree_entity *run,
					     const char *key)
{
	for (size_t i = 0; i < run->parameters.n; i++)
		if (strcmp(run->parameters.v[i].key, key) == 0)
			return &run->parameters.v[i];
	return NULL;
}

static const char *text_of(const struct pedigree_param *param,
			   struct pedigree_buf *buf)
{
	pedigree_buf_reset(buf);
	if (param->is_number)
		pedigree_buf_addf(buf, "%.15g", param->number);
	else
		pedigree_buf_add_str(buf, param->value ? param->value : "");
	return buf->data;
}

#define OWN_PREFIX "pedigree."

/* What pedigree adds to a program's parameters; under this name with a prefix
   where the program has one of that name. */
static const char *const own[] = { "command", "cwd",  "exit_code",
				   "signal",  "host", "user" };

static const struct pedigree_param *own_param(const struct pedigree_entity *run,
					      const char *key)
{
	char prefixed[64];
	const struct pedigree_param *param;

	snprintf(prefixed, sizeof(prefixed), OWN_PREFIX "%s", key);
	param = param_of(run, prefixed);
	return param ? param : param_of(run, key);
}

const char *pedigree_run_own_param(const struct pedigree_entity *run,
				   const char *key, struct pedigree_buf *buf)
{
	const struct pedigree_param *param = own_param(run, key);

	return param ? text_of(param, buf) : NULL;
}

static bool is_own(const struct pedigree_entity *run,
		   const struct pedigree_param *param)
{
	if (strncmp(param->key, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
		return true;
	for (size_t i = 0; i < PEDIGREE_COUNT(own); i++)
		if (own_param(run, own[i]) == param)
			return true;
	return false;
}

static int add_params(const struct pedigree_entity *run, struct facts *facts)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	facts->recorded = true;
	for (size_t i = 0; i < run->parameters.n; i++) {
		const struct pedigree_param *param = &run->parameters.v[i];

		if (!is_own(run, param) &&
		    pedigree_pairs_add(&facts->pairs, param->key,
				       text_of(param, &text)) < 0)
			return PEDIGREE_ENOMEM;
	}
	return pedigree_buf_error(&text) ? PEDIGREE_ENOMEM : 0;
}

static int add_own(const struct pedigree_entity *run, const char *key,
		   const char *name, struct facts *facts)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *value = pedigree_run_own_param(run, key, &text);

	facts->recorded = true;
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	return value ? pedigree_pairs_add(&facts->pairs, name, value) : 0;
}

static int add_status(const struct pedigree_entity *run, struct facts *facts)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	facts->recorded = true;
	pedigree_buf_add_str(&text, run->status ? run->status : "");
	if (run->message && *run->message)
		pedigree_buf_addf(&text, ": %s", run->message);
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	return pedigree_pairs_add(&facts->pairs, "status", text.data);
}

static int add_metrics(const struct pedigree_entity *run, struct facts *facts)
{
	facts->recorded = true;
	for (size_t i = 0; i < run->metrics.n; i++) {
		const struct pedigree_metric *metric = &run->metrics.v[i];
		char number[32];

		snprintf(number, sizeof(number), "%.15g", metric->last);
		if (pedigree_pairs_add(&facts->pairs, metric->name, number) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* Lines of some topics; `prefixed`: "TOPIC NAME". */
static int add_topic(const struct pedigree_sheet *sheet, const char *topic,
		     bool prefixed, struct facts *facts)
{
	for (size_t i = 0; i < sheet->n; i++) {
		const struct pedigree_sheet_line *line = &sheet->v[i];
		_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

		if (strcmp(line->topic, topic) != 0)
			continue;
		if (prefixed)
			pedigree_buf_addf(&name, "%s ", topic);
		pedigree_buf_add_str(&name, line->name);
		if (pedigree_buf_error(&name) ||
		    pedigree_pairs_set(&facts->pairs, name.data, line->value) <
			    0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

int pedigree_run_sheet(struct pedigree_ledger *ledger,
		       const struct pedigree_entity *run, const char *param,
		       struct pedigree_sheet *ret_sheet, bool *ret_there,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_param *named = param_of(run, param);
	int rc = PEDIGREE_ENOTFOUND;

	*ret_there = false;
	if (named && named->value &&
	    strncmp(named->value, SHA256_PREFIX, strlen(SHA256_PREFIX)) == 0)
		rc = pedigree_ledger_manifest(
			ledger, named->value + strlen(SHA256_PREFIX), &text,
			NULL);
	if (rc == PEDIGREE_ENOTFOUND)
		return 0;
	if (rc < 0)
		return pedigree_fail(err, rc, "cannot read %s of %s", param,
				     run->name);
	*ret_there = true;
	return pedigree_sheet_read(text.data, ret_sheet) < 0
		       ? pedigree_fail_memory(err)
		       : 0;
}

/* One run, as far as its own entity and its sheets tell. */
struct told {
	const struct pedigree_entity *run;
	struct pedigree_sheet recipe, surroundings;
	bool has_recipe, has_surroundings;
};

static void told_clear(struct told *told)
{
	pedigree_sheet_clear(&told->recipe);
	pedigree_sheet_clear(&told->surroundings);
}

static int tell(struct pedigree_ledger *ledger,
		const struct pedigree_entity *run, struct told *told,
		struct pedigree_error *err)
{
	int rc;

	told->run = run;
	rc = pedigree_run_sheet(ledger, run, PEDIGREE_PARAM_RECIPE,
				&told->recipe, &told->has_recipe, err);
	if (rc == 0)
		rc = pedigree_run_sheet(ledger, run,
					PEDIGREE_PARAM_SURROUNDINGS,
					&told->surroundings,
					&told->has_surroundings, err);
	return rc;
}

static int fill_command(const struct told *told, struct facts *facts)
{
	return add_own(told->run, "command", "command", facts) < 0 ||
			       add_own(told->run, "cwd", "folder", facts) < 0
		       ? PEDIGREE_ENOMEM
		       : 0;
}

static int fill_params(const struct told *told, struct facts *facts)
{
	return add_params(told->run, facts);
}

static int fill_status(const struct told *told, struct facts *facts)
{
	return add_status(told->run, facts);
}

static int fill_metrics(const struct told *told, struct facts *facts)
{
	return add_metrics(told->run, facts);
}

static bool was_allowed(const void *ctx, const char *name)
{
	const struct told *told = ctx;

	return pedigree_sheet_allows(&told->recipe, name);
}

static int fill_environment(const struct told *told, struct facts *facts)
{
	facts->recorded = pedigree_sheet_has(&told->recipe, "allowed");
	facts->covers = was_allowed;
	facts->ctx = told;
	return add_topic(&told->recipe, "environment", false, facts);
}

/* Not of topics that are not complete. */
static bool was_looked_for(const void *ctx, const char *name)
{
	const struct told *told = ctx;
	const char *space = strchr(name, ' ');

	for (size_t i = 0; space && i < told->surroundings.n; i++)
		if (strcmp(told->surroundings.v[i].topic, "partial") == 0 &&
		    strncmp(told->surroundings.v[i].name, name,
			    (size_t)(space - name)) == 0)
			return false;
	return true;
}

static int fill_packages(const struct told *told, struct facts *facts)
{
	facts->recorded = told->has_surroundings;
	facts->covers = was_looked_for;
	facts->ctx = told;
	return add_topic(&told->surroundings, "python", true, facts) < 0 ||
			       add_topic(&told->surroundings, "debian", true,
					 facts) < 0
		       ? PEDIGREE_ENOMEM
		       : 0;
}

static int fill_host(const struct told *told, struct facts *facts)
{
	if (add_own(told->run, "host", "host", facts) < 0 ||
	    add_own(told->run, "user", "user", facts) < 0)
		return PEDIGREE_ENOMEM;
	return add_topic(&told->surroundings, "host", false, facts);
}

/* Of the host, only its name is told without a sheet. */
static bool told_of_host(const void *ctx, const char *name)
{
	const struct told *told = ctx;

	(void)name;
	return pedigree_sheet_has(&told->surroundings, "host");
}

static const struct {
	int (*fill)(const struct told *told, struct facts *facts);
	const char *what;
} fills[PEDIGREE_DIFF_PARTS] = {
	[PEDIGREE_DIFF_COMMAND] = { fill_command, "command" },
	[PEDIGREE_DIFF_PARAMETERS] = { fill_params, "parameters" },
	[PEDIGREE_DIFF_ENVIRONMENT] = { fill_environment, "environment" },
	[PEDIGREE_DIFF_PACKAGES] = { fill_packages, "packages" },
	[PEDIGREE_DIFF_HOST] = { fill_host, "host" },
	[PEDIGREE_DIFF_STATUS] = { fill_status, "status" },
	[PEDIGREE_DIFF_METRICS] = { fill_metrics, "metrics" },
};

static int compare_told(const struct told *old, const struct told *new,
			struct pedigree_diff *diff)
{
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++) {
		_cleanup_(facts_clear) struct facts before = { .ctx = NULL };
		_cleanup_(facts_clear) struct facts after = { .ctx = NULL };

		if (!fills[i].fill)
			continue;
		if (fills[i].fill(old, &before) < 0 ||
		    fills[i].fill(new, &after) < 0)
			return PEDIGREE_ENOMEM;
		if (i == PEDIGREE_DIFF_HOST) {
			before.covers = after.covers = told_of_host;
			before.ctx = old;
			after.ctx = new;
		}
		if (compare(&before, &after, fills[i].what,
			    &diff->sections[i]) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* An artifact of code that several runs used has what git said of the first. */
static const char *dirty_of(const struct told *told,
			    const struct pedigree_shown *shown)
{
	const char *dirty = pedigree_sheet_get(&told->recipe, "git", "dirty");

	if (told->has_recipe)
		return dirty;

	for (size_t i = 0; !dirty && i < shown->before.n; i++)
		dirty = pedigree_pairs_get(
			&shown->before.v[i].entity.properties, "GitDirty");
	return dirty;
}

/* Git's answers, where it gave any: without a commit there is no work tree, or
   nobody asked. */
static int compare_git(const struct told *old_told, const struct told *new_told,
		       struct pedigree_diff *diff)
{
	struct pedigree_diff_section *section =
		&diff->sections[PEDIGREE_DIFF_CODE];
	const struct {
		const char *name, *old, *new;
	} answers[] = {
		{ "commit", diff->old->entity.commit_id,
		  diff->new->entity.commit_id },
		{ "dirty", dirty_of(old_told, diff->old),
		  dirty_of(new_told, diff->new) },
		{ "repository", diff->old->entity.repository,
		  diff->new->entity.repository },
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(answers); i++) {
		const char *old = answers[i].old, *new = answers[i].new;

		if (!old && !new)
			continue;
		if (old && new &&strcmp(old, new) == 0)
			continue;
		if (pedigree_diff_line(section,
				       old && new ? PEDIGREE_CHANGE_CHANGED
						  : PEDIGREE_CHANGE_UNRECORDED,
				       NULL, answers[i].name, old, new) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int compare_files(struct pedigree_ledger *ledger, const struct told *old,
			 const struct told *new,
			 const struct pedigree_diff_options *options,
			 struct pedigree_diff *diff, struct pedigree_error *err)
{
	static const struct pedigree_diff_options none = { NULL, NULL, false };
	const struct pedigree_diff_leave_out inherited = {
		.old = &old->recipe,
		.new = &new->recipe,
	};
	struct pedigree_diff_section *sections = diff->sections;
	int rc = pedigree_diff_files(ledger, &diff->old->before,
				     &diff->new->before, false, NULL, &none,
				     &sections[PEDIGREE_DIFF_DATA], err);

	if (rc == 0)
		rc = pedigree_diff_files(ledger, &diff->old->before,
					 &diff->new->before, true, NULL, &none,
					 &sections[PEDIGREE_DIFF_CODE], err);
	options = options ? options : &none;
	if (rc == 0)
		rc = pedigree_diff_files(
			ledger, &diff->old->after, &diff->new->after, false,
			options->own_outputs ? &inherited : NULL, options,
			&sections[PEDIGREE_DIFF_OUTPUTS], err);
	return rc;
}

static int compare_all(struct pedigree_ledger *ledger,
		       const struct pedigree_diff_options *options,
		       struct pedigree_diff *diff, struct pedigree_error *err)
{
	_cleanup_(told_clear) struct told old = { .run = NULL };
	_cleanup_(told_clear) struct told new = { .run = NULL };
	int rc = tell(ledger, &diff->old->entity, &old, err);

	if (rc == 0)
		rc = tell(ledger, &diff->new->entity, &new, err);
	if (rc < 0)
		return rc;
	if (compare_git(&old, &new, diff) < 0 ||
	    compare_told(&old, &new, diff) < 0)
		return pedigree_fail_memory(err);
	return compare_files(ledger, &old, &new, options, diff, err);
}

int pedigree_diff_make(struct pedigree_ledger *ledger, pedigree_row old_row,
		       pedigree_row new_row,
		       const struct pedigree_diff_options *options,
		       struct pedigree_diff **ret_diff,
		       struct pedigree_error *err)
{
	_cleanup_(diff_freep) struct pedigree_diff *diff =
		calloc(1, sizeof(*diff));
	int rc;

	if (!diff)
		return pedigree_fail_memory(err);
	rc = pedigree_show_row(ledger, old_row, &diff->old, err);
	if (rc == 0)
		rc = pedigree_show_row(ledger, new_row, &diff->new, err);
	if (rc == 0)
		rc = compare_all(ledger, options, diff, err);
	if (rc == 0)
		rc = pedigree_diff_ancestry(ledger, old_row, new_row, diff,
					    err);
	if (rc == 0)
		*ret_diff = pedigree_take(diff);
	return rc;
}
