/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run's own entity: a trial component, or the action of a deployment.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/hash.h"
#include "graph/builder.h"
#include "graph/params.h"
#include "graph/text.h"
#include "rules/redact.h"

#define DEPLOYMENT "ModelDeployment"
#define TRIAL_PREFIX "Default-Run-Group-"

static int set(char **place, const char *text, size_t max)
{
	char *copy;

	if (!text)
		return 0;
	copy = pedigree_clean_text(text, max);
	if (!copy)
		return PEDIGREE_ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static bool stopped_by(int sig)
{
	return sig == SIGINT || sig == SIGTERM || sig == SIGHUP;
}

const char *pedigree_end_word(bool known, int wait_status, char *ret_message)
{
	*ret_message = '\0';
	if (!known) {
		strcpy(ret_message,
		       "pedigree itself died before the command ended, so its exit status is not known");
		return "Stopped";
	}
	if (WIFSIGNALED(wait_status)) {
		int sig = WTERMSIG(wait_status);

		snprintf(ret_message, PEDIGREE_END_MAX,
			 "killed by signal %d (%s)", sig, strsignal(sig));
		return stopped_by(sig) ? "Stopped" : "Failed";
	}
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status)) {
		snprintf(ret_message, PEDIGREE_END_MAX, "exit status %d",
			 WEXITSTATUS(wait_status));
		return "Failed";
	}
	return "Completed";
}

/* The one whose end the facts have as the run's; NULL: there is none. */
static const struct pedigree_rank *
rank_that_failed(const struct pedigree_run_facts *facts)
{
	for (size_t i = 0; i < facts->members.n; i++) {
		const struct pedigree_rank *rank = &facts->members.v[i];

		if (facts->end_known ? rank->wait_status != 0
				     : !rank->end_known)
			return rank;
	}
	return NULL;
}

/* Was the run made by the program's own calls? */
static bool is_own(const struct pedigree_builder *builder)
{
	const struct pedigree_evlog *log = builder->log;

	for (size_t i = 0; i < log->n_events; i++)
		if (log->events[i].type == PEDIGREE_EV_BLIND &&
		    log->events[i].number == PEDIGREE_BLIND_DECLARED_ONLY)
			return true;
	return false;
}

/*
 * What the program said of an end: of its own run, or of the first part that
 * did not complete. NULL: nothing.
 */
static const struct pedigree_event *
declared_end(const struct pedigree_builder *builder, bool own)
{
	const struct pedigree_evlog *log = builder->log;

	for (size_t i = 0; i < log->n_events; i++)
		if (log->events[i].type == PEDIGREE_EV_END &&
		    (own || strcmp(log->events[i].text2, "Completed") != 0))
			return &log->events[i];
	return NULL;
}

/* A run that the program made itself ends as the program says. */
static int set_own_status(const struct pedigree_builder *builder,
			  struct pedigree_entity *run)
{
	static const char *const words[] = { "Completed", "Failed", "Stopped" };
	const struct pedigree_event *end = declared_end(builder, true);
	const char *word = "Stopped", *message = NULL;

	if (builder->options && builder->options->running)
		word = "InProgress";
	else if (!end)
		message = "the program ended without ending its run";
	for (size_t i = 0; end && i < PEDIGREE_COUNT(words); i++)
		if (strcmp(end->text2, words[i]) == 0)
			word = words[i];
	if (end && end->text3[0])
		message = end->text3;
	if (set(&run->status, word, PEDIGREE_VALUE_MAX) < 0)
		return PEDIGREE_ENOMEM;
	return set(&run->message, message, PEDIGREE_MESSAGE_MAX);
}

/* "exit status 1; fit Failed: loss is not a number" */
static int set_message(const struct pedigree_builder *builder,
		       const char *message, struct pedigree_entity *run)
{
	const struct pedigree_event *part = declared_end(builder, false);
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&text, message);
	if (part) {
		pedigree_buf_addf(&text, "%s%s%s%s", *message ? "; " : "",
				  part->text, *part->text ? " " : "",
				  part->text2);
		if (part->text3[0])
			pedigree_buf_addf(&text, ": %s", part->text3);
	}
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	return set(&run->message, text.len ? text.data : NULL,
		   PEDIGREE_MESSAGE_MAX);
}

static int set_status(const struct pedigree_builder *builder,
		      struct pedigree_entity *run)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const struct pedigree_rank *rank = rank_that_failed(facts);
	char end[PEDIGREE_END_MAX], message[2 * PEDIGREE_END_MAX] = "";
	const char *word;

	if (is_own(builder))
		return set_own_status(builder, run);
	word = pedigree_end_word(facts->end_known, facts->wait_status, end);
	if (builder->options && builder->options->running)
		word = "InProgress";
	else if (rank)
		snprintf(message, sizeof(message), "rank %.64s: %s", rank->rank,
			 end);
	else if (facts->watched && !facts->end_known)
		strcpy(message,
		       "nobody was there when the program ended, so its exit status is not known");
	else
		strcpy(message, end);
	if (set(&run->status, word, PEDIGREE_VALUE_MAX) < 0)
		return PEDIGREE_ENOMEM;
	return set_message(builder, message, run);
}

static int set_metadata(const struct pedigree_run_facts *facts,
			struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf remote = PEDIGREE_BUF_INIT;

	if (facts->git_remote)
		pedigree_redact_url(&remote, facts->git_remote);
	if (pedigree_buf_error(&remote) ||
	    set(&entity->generated_by, PEDIGREE_GENERATED_BY,
		PEDIGREE_METADATA_MAX) < 0 ||
	    set(&entity->commit_id, facts->git_commit, PEDIGREE_METADATA_MAX) <
		    0)
		return PEDIGREE_ENOMEM;
	return set(&entity->repository, remote.len ? remote.data : NULL,
		   PEDIGREE_METADATA_MAX);
}

static void set_times(const struct pedigree_builder *builder,
		      struct pedigree_entity *run)
{
	const struct pedigree_run_facts *facts = builder->facts;

	run->start_ms = facts->start_ms;
	run->created_ms = facts->start_ms;
	run->modified_ms = facts->end_ms ? facts->end_ms : facts->start_ms;
	if (builder->options && builder->options->running)
		return;
	run->end_ms = facts->end_ms;
	/* Nobody saw the end: it was not before the last event. */
	if (!run->end_ms)
		run->end_ms = (int64_t)(builder->plan.access.last_ns / 1000000);
	if (run->end_ms < run->start_ms)
		run->end_ms = run->start_ms;
	run->modified_ms = run->end_ms;
}

/* Where the program's own arguments begin. */
static size_t first_argument(const struct pedigree_plan *plan)
{
	char **argv = plan->facts->argv;
	const char *base;
	size_t i;

	if (!argv || !argv[0])
		return 1;
	if (plan->main_name != PEDIGREE_NOWHERE)
		return plan->main_arg + 1;
	base = strrchr(argv[0], '/');
	base = base ? base + 1 : argv[0];
	for (i = 1;
	     argv[i] && argv[i][0] == '-' && strncmp(base, "python", 6) == 0;
	     i++)
		if (strcmp(argv[i], "-m") == 0 && argv[i + 1])
			return i + 2;
	/* `sh -c TEXT`: the text is the program. */
	if (argv[1] && strcmp(argv[1], "-c") == 0)
		return argv[2] ? 3 : 2;
	return 1;
}

static int add_own_params(const struct pedigree_builder *builder,
			  struct pedigree_params *params)
{
	const struct pedigree_run_facts *facts = builder->facts;
	_cleanup_buf_ struct pedigree_buf command = PEDIGREE_BUF_INIT;
	char number[16] = "";
	const char *ending = NULL;

	pedigree_command_text(&command, facts->argv);
	if (pedigree_buf_error(&command))
		return PEDIGREE_ENOMEM;
	if (is_own(builder)) {
		/* How its process ends is not known yet. */
	} else if (facts->end_known && WIFEXITED(facts->wait_status)) {
		ending = "exit_code";
		snprintf(number, sizeof(number), "%d",
			 WEXITSTATUS(facts->wait_status));
	} else if (facts->end_known && WIFSIGNALED(facts->wait_status)) {
		ending = "signal";
		snprintf(number, sizeof(number), "%d",
			 WTERMSIG(facts->wait_status));
	}
	if (pedigree_param_own(params, "command", command.data) < 0 ||
	    (ending && pedigree_param_own(params, ending, number) < 0) ||
	    pedigree_param_own(params, "cwd", facts->cwd) < 0 ||
	    pedigree_param_own(params, "host", facts->host) < 0)
		return PEDIGREE_ENOMEM;
	return pedigree_param_own(params, "user", facts->user);
}

/* Later ones win: the command line, what was declared. */
static int set_params(const struct pedigree_builder *builder,
		      struct pedigree_params *params)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const struct pedigree_evlog *log = builder->log;

	if (pedigree_params_read(params, facts->argv,
				 first_argument(&builder->plan)) < 0)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < facts->params.n; i++)
		if (pedigree_param_put(params, facts->params.v[i].key,
				       facts->params.v[i].value) < 0)
			return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		if (event->type == PEDIGREE_EV_PARAM &&
		    pedigree_param_put(params, event->text, event->text2) < 0)
			return PEDIGREE_ENOMEM;
	}
	return add_own_params(builder, params);
}

static int add_tag(struct pedigree_pairs *tags, const char *key,
		   const char *value)
{
	_cleanup_free_ char *clean_key =
		pedigree_clean_text(key, PEDIGREE_TAG_KEY_MAX);
	_cleanup_free_ char *clean_value = pedigree_clean_text(
		pedigree_secret_name(key) || pedigree_secret_value(value)
			? PEDIGREE_REDACTED
			: value,
		PEDIGREE_TAG_VALUE_MAX);

	if (!clean_key || !clean_value)
		return PEDIGREE_ENOMEM;
	if (!clean_key[0] || (tags->n >= PEDIGREE_TAGS_MAX &&
			      !pedigree_pairs_get(tags, clean_key)))
		return 0;
	return pedigree_pairs_set(tags, clean_key, clean_value);
}

static int set_tags(const struct pedigree_builder *builder,
		    struct pedigree_pairs *tags)
{
	const struct pedigree_pairs *given = &builder->facts->tags;
	const struct pedigree_evlog *log = builder->log;

	for (size_t i = 0; i < given->n; i++)
		if (add_tag(tags, given->v[i].key, given->v[i].value) < 0)
			return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_events; i++)
		if (log->events[i].type == PEDIGREE_EV_TAG &&
		    add_tag(tags, log->events[i].text, log->events[i].text2) <
			    0)
			return PEDIGREE_ENOMEM;
	return 0;
}

/* An action has no parameters; its properties are at most 30. */
static int set_action(const struct pedigree_builder *builder,
		      struct pedigree_entity *run)
{
	const struct pedigree_run_facts *facts = builder->facts;
	struct pedigree_params params = { 0 };
	int r = set(&run->type, DEPLOYMENT, PEDIGREE_VALUE_MAX);

	if (r == 0)
		r = add_own_params(builder, &params);
	for (size_t i = 0; i < params.n && r == 0; i++) {
		char number[32];

		snprintf(number, sizeof(number), "%g", params.v[i].number);
		r = pedigree_pairs_set(
			&run->properties, params.v[i].key,
			params.v[i].is_number ? number : params.v[i].value);
	}
	for (size_t i = 0; i < params.n; i++) {
		free(params.v[i].key);
		free(params.v[i].value);
	}
	pedigree_vec_clear(&params);
	for (size_t i = 0; i < facts->params.n && r == 0; i++) {
		const struct pedigree_pair *given = &facts->params.v[i];

		if (run->properties.n >= 30)
			break;
		if (!pedigree_secret_name(given->key) &&
		    !pedigree_secret_value(given->value))
			r = pedigree_pairs_set(&run->properties, given->key,
					       given->value);
	}
	if (r == 0)
		r = pedigree_pairs_set(&run->properties, "Message",
				       run->message);
	free(run->message);
	run->message = NULL;
	return r;
}

static int add_experiment(struct pedigree_builder *builder)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct pedigree_entity experiment = {
		.kind = PEDIGREE_EXPERIMENT,
		.name = pedigree_api_name(builder->facts->experiment),
		.created_ms = builder->facts->start_ms,
	};
	struct pedigree_entity trial = {
		.kind = PEDIGREE_TRIAL,
		.created_ms = builder->facts->start_ms,
	};
	char **place;
	int r;

	pedigree_buf_add_str(&name, TRIAL_PREFIX);
	pedigree_buf_add_str(&name, builder->facts->experiment);
	trial.name = pedigree_api_name(name.data);
	trial.experiment = experiment.name ? strdup(experiment.name) : NULL;
	place = pedigree_vec_push(&builder->record->trials);
	if (place)
		*place = trial.name ? strdup(trial.name) : NULL;
	if (!place || !*place || !trial.experiment) {
		pedigree_entity_clear(&experiment);
		pedigree_entity_clear(&trial);
		return PEDIGREE_ENOMEM;
	}
	r = pedigree_builder_add(builder, &experiment, NULL);
	if (r == 0)
		r = pedigree_builder_add(builder, &trial, NULL);
	pedigree_entity_clear(&trial);
	return r;
}

int pedigree_builder_run(struct pedigree_builder *builder)
{
	const struct pedigree_run_facts *facts = builder->facts;
	struct pedigree_entity run = {
		.kind = facts->deploy ? PEDIGREE_ACTION
				      : PEDIGREE_TRIAL_COMPONENT,
		.name = pedigree_api_name(facts->name ? facts->name : ""),
	};
	int r = run.name ? 0 : PEDIGREE_ENOMEM;

	set_times(builder, &run);
	if (r == 0)
		r = pedigree_entity_set_job(&run, facts->job_arn);
	if (r == 0)
		r = set_status(builder, &run);
	if (r == 0)
		r = set_metadata(facts, &run);
	if (r == 0)
		r = set_tags(builder, &run.tags);
	if (r == 0 && facts->deploy)
		r = set_action(builder, &run);
	if (r == 0 && !facts->deploy) {
		r = set(&run.display_name, run.name, PEDIGREE_VALUE_MAX);
		if (r == 0)
			r = set_params(builder, &run.parameters);
		if (r == 0)
			r = pedigree_builder_metrics(builder, &run.metrics);
	}
	if (r < 0) {
		pedigree_entity_clear(&run);
		return r;
	}
	r = pedigree_builder_add(builder, &run, &builder->run);
	if (r == 0 && facts->experiment && facts->experiment[0] &&
	    !facts->deploy)
		r = add_experiment(builder);
	return r;
}
