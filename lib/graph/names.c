/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, kinds and ARNs of entities.
 */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "graph/model.h"

#define ARN_MAX 256 /* the API's */

#define ARN_PREFIX "arn:aws:sagemaker:local:000000000000:"
#define ARTIFACT_ID_DIGITS 32
#define NAME_MAX_BYTES 120

static const struct {
	const char *word;
	const char *arn_word;
} kinds[PEDIGREE_KINDS] = {
	[PEDIGREE_ARTIFACT] = { "Artifact", "artifact" },
	[PEDIGREE_ACTION] = { "Action", "action" },
	[PEDIGREE_CONTEXT] = { "Context", "context" },
	[PEDIGREE_TRIAL_COMPONENT] = { "TrialComponent",
				       "experiment-trial-component" },
	[PEDIGREE_TRIAL] = { "Trial", "experiment-trial" },
	[PEDIGREE_EXPERIMENT] = { "Experiment", "experiment" },
};

/* By hand: tolower(3) asks the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

const char *pedigree_kind_word(enum pedigree_kind kind)
{
	return (unsigned int)kind < PEDIGREE_KINDS ? kinds[kind].word : NULL;
}

const char *pedigree_kind_arn_word(enum pedigree_kind kind)
{
	return (unsigned int)kind < PEDIGREE_KINDS ? kinds[kind].arn_word
						   : NULL;
}

int pedigree_arn_kind(const char *arn)
{
	const char *at = arn;
	size_t n;

	/* arn:PARTITION:sagemaker:REGION:ACCOUNT:KIND/ID */
	if (strncmp(arn, "arn:", 4) != 0)
		return -1;
	for (int colons = 0; colons < 5; colons++) {
		at = strchr(at, ':');
		if (!at)
			return -1;
		at++;
		if (colons == 1 && strncmp(at, "sagemaker:", 10) != 0)
			return -1;
	}
	n = strcspn(at, "/");
	if (!at[n])
		return -1;
	for (int kind = 0; kind < PEDIGREE_KINDS; kind++)
		if (strlen(kinds[kind].arn_word) == n &&
		    strncmp(kinds[kind].arn_word, at, n) == 0)
			return kind;
	return -1;
}

/*
 * The text is part of the ledger's promise that one identity has one ARN:
 * a change here makes every recorded artifact a stranger.
 */
static int compare_pairs(const void *a, const void *b)
{
	const struct pedigree_pair *x = *(struct pedigree_pair *const *)a;
	const struct pedigree_pair *y = *(struct pedigree_pair *const *)b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->value, y->value);
}

/* Source types are a set: in whatever order they are given. */
static int add_source_types(const struct pedigree_pairs *pairs,
			    struct pedigree_buf *text)
{
	_cleanup_free_ const struct pedigree_pair **sorted =
		calloc(pairs->n + 1, sizeof(*sorted));

	if (!sorted)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < pairs->n; i++)
		sorted[i] = &pairs->v[i];
	qsort(sorted, pairs->n, sizeof(*sorted), compare_pairs);
	for (size_t i = 0; i < pairs->n; i++) {
		pedigree_buf_add_str(text, sorted[i]->key);
		pedigree_buf_add_char(text, '\0');
		pedigree_buf_add_str(text, sorted[i]->value);
		pedigree_buf_add_char(text, '\0');
	}
	return 0;
}

static int artifact_id(const struct pedigree_entity *entity,
		       char ret_hex[PEDIGREE_SHA256_HEX])
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (entity->source_uri)
		pedigree_buf_add_str(&text, entity->source_uri);
	pedigree_buf_add_char(&text, '\0');
	if (add_source_types(&entity->source_types, &text) < 0)
		return PEDIGREE_ENOMEM;
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	return pedigree_sha256(text.data, text.len, ret_hex);
}

char *pedigree_local_arn(const struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf arn = PEDIGREE_BUF_INIT;
	char hex[PEDIGREE_SHA256_HEX];

	pedigree_buf_add_str(&arn, ARN_PREFIX);
	pedigree_buf_add_str(&arn, kinds[entity->kind].arn_word);
	pedigree_buf_add_char(&arn, '/');
	if (entity->kind == PEDIGREE_ARTIFACT) {
		if (artifact_id(entity, hex) < 0)
			return NULL;
		pedigree_buf_add(&arn, hex, ARTIFACT_ID_DIGITS);
		return pedigree_buf_take(&arn);
	}
	for (const char *c = entity->name ? entity->name : ""; *c; c++)
		pedigree_buf_add_char(&arn, lower(*c));
	return pedigree_buf_take(&arn);
}

static bool alphanumeric(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char *pedigree_api_name(const char *text)
{
	char name[NAME_MAX_BYTES + 1];
	size_t n = 0;

	for (; *text && n < NAME_MAX_BYTES; text++) {
		if (alphanumeric(*text))
			name[n++] = *text;
		else if (n && name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n && name[n - 1] == '-')
		n--;
	if (!n)
		name[n++] = 'x';
	name[n] = '\0';
	return strdup(name);
}

const char *pedigree_job_type(const char *arn)
{
	static const struct {
		const char *word, *type;
	} jobs[] = {
		{ "training-job/", "SageMakerTrainingJob" },
		{ "processing-job/", "SageMakerProcessingJob" },
		{ "transform-job/", "SageMakerTransformJob" },
	};
	const char *at = strstr(arn, ":sagemaker:");

	if (!at || strncmp(arn, "arn:", 4) != 0 || strlen(arn) > ARN_MAX)
		return NULL;
	at = strrchr(at, ':') + 1;
	for (size_t i = 0; i < PEDIGREE_COUNT(jobs); i++)
		if (strncmp(at, jobs[i].word, strlen(jobs[i].word)) == 0)
			return jobs[i].type;
	return NULL;
}

int pedigree_entity_set_job(struct pedigree_entity *entity, const char *arn)
{
	const char *type = arn ? pedigree_job_type(arn) : NULL;

	if (!type || entity->kind != PEDIGREE_TRIAL_COMPONENT)
		return 0;
	entity->source_uri = strdup(arn);
	entity->source_type = strdup(type);
	return entity->source_uri && entity->source_type ? 0 : PEDIGREE_ENOMEM;
}

const char *pedigree_vertex_type(const struct pedigree_entity *entity)
{
	static const char prefix[] = "SageMaker";

	if (entity->kind != PEDIGREE_TRIAL_COMPONENT)
		return entity->type ? entity->type
				    : pedigree_kind_word(entity->kind);
	if (!entity->source_type)
		return "SageMakerExperimentTrialComponent";
	if (strncmp(entity->source_type, prefix, strlen(prefix)) == 0)
		return entity->source_type + strlen(prefix);
	return entity->source_type;
}

const char *pedigree_end_type(const struct pedigree_entity *entity)
{
	if (entity->kind != PEDIGREE_TRIAL_COMPONENT)
		return entity->type ? entity->type : "";
	return entity->source_type ? entity->source_type
				   : "SageMakerExperimentTrialComponent";
}
