/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/sagemaker_fetch.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "aws/client.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "store/sagemaker_call.h"
#include "store/sagemaker_crawl.h"
#include "store/sagemaker_request.h"
#include "store/sagemaker_words.h"

#define WAIT_MS 1000
#define DEPTH_MAX 10	/* of QueryLineage */
#define VERTICES_MAX 50 /* of a page of it */
#define PAGE_MAX 100	/* of any list */
/* Questions at once from where ways ended: their answers overlap. */
#define FRONTIER_MAX 32
#define NAME_MAX_LETTERS 120

enum task {
	LOOK,	  /* Describe something that may not be there */
	DESCRIBE, /* what is known to be there */
	TAGS,
	LIST,
	EDGES,
	LINEAGE
};

/* A call, with what its answer is for. */
struct job {
	enum task task;
	enum pedigree_kind kind;
	const char *operation;
	json_t *request;
	size_t vertex; /* DESCRIBE, TAGS, LINEAGE */
	enum pedigree_crawl_way way;
	unsigned int steps;
};

struct fetch {
	const struct pedigree_fetch *wish;
	struct pedigree_aws_client *client;
	struct pedigree_crawl crawl;
};

static void job_free(struct job *job)
{
	if (job)
		json_decref(job->request);
	free(job);
}

static int send(struct fetch *fetch, struct job *job,
		struct pedigree_error *err)
{
	char *text =
		job->request ? json_dumps(job->request, JSON_COMPACT) : NULL;
	int status =
		text ? pedigree_aws_client_submit(fetch->client, job->operation,
						  text, strlen(text), job, err)
		     : pedigree_fail_memory(err);

	free(text);
	if (status)
		job_free(job);
	return status;
}

/* Takes the request, which may be NULL for want of memory. */
static int ask(struct fetch *fetch, const struct job *like, json_t *request,
	       struct pedigree_error *err)
{
	struct job *job = malloc(sizeof(*job));

	if (!job) {
		json_decref(request);
		return pedigree_fail_memory(err);
	}
	*job = *like;
	job->request = request;
	return send(fetch, job, err);
}

static int take_list(struct fetch *fetch, const struct job *job,
		     const json_t *answer, struct pedigree_error *err)
{
	const char *arn = pedigree_sagemaker_words[job->kind].arn;
	const json_t *item;
	size_t i;

	json_array_foreach(
		json_object_get(answer,
				pedigree_sagemaker_words[job->kind].summaries),
		i, item)
	{
		const char *text =
			json_string_value(json_object_get(item, arn));
		size_t at = text ? pedigree_crawl_vertex(&fetch->crawl, text)
				 : SIZE_MAX;

		if (at == SIZE_MAX)
			return pedigree_fail_memory(err);
		fetch->crawl.vertices.v[at].far[0] = 0;
		fetch->crawl.vertices.v[at].far[1] = 0;
	}
	return 0;
}

static int take_edges(struct fetch *fetch, const json_t *answer,
		      const char *member, struct pedigree_error *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(answer, member), i,
			   item) if (pedigree_crawl_edge(&fetch->crawl, item) <
				     0) return pedigree_fail_memory(err);
	return 0;
}

static int take_tags(struct fetch *fetch, const struct job *job,
		     const json_t *answer, struct pedigree_error *err)
{
	struct pedigree_entity *entity =
		&fetch->crawl.vertices.v[job->vertex].entity;
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(answer, "Tags"), i, item)
	{
		const char *key =
			json_string_value(json_object_get(item, "Key"));
		const char *value =
			json_string_value(json_object_get(item, "Value"));

		if (key && pedigree_pairs_set(&entity->tags, key,
					      value ? value : "") < 0)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int take_lineage(struct fetch *fetch, const struct job *job,
			const json_t *answer, bool last,
			struct pedigree_error *err)
{
	const json_t *item;
	size_t i;
	int status;

	json_array_foreach(json_object_get(answer, "Vertices"), i, item)
	{
		const char *arn =
			json_string_value(json_object_get(item, "Arn"));

		if (arn &&
		    pedigree_crawl_vertex(&fetch->crawl, arn) == SIZE_MAX)
			return pedigree_fail_memory(err);
	}
	status = take_edges(fetch, answer, "Edges", err);
	if (!status && last &&
	    pedigree_crawl_expanded(&fetch->crawl, job->vertex, job->way,
				    job->steps) < 0)
		status = pedigree_fail_memory(err);
	return status;
}

static int take(struct fetch *fetch, const struct job *job,
		const json_t *answer, bool last, struct pedigree_error *err)
{
	struct pedigree_crawl *crawl = &fetch->crawl;
	size_t at = 0;
	int status;

	switch (job->task) {
	case LOOK:
	case DESCRIBE:
		status = pedigree_crawl_describe(crawl, job->kind, answer, &at,
						 err);
		if (status == 0 && job->task == LOOK)
			crawl->vertices.v[at].far[0] =
				crawl->vertices.v[at].far[1] = 0;
		return status;
	case TAGS:
		return take_tags(fetch, job, answer, err);
	case LIST:
		return take_list(fetch, job, answer, err);
	case EDGES:
		return take_edges(fetch, answer, "AssociationSummaries", err);
	case LINEAGE:
		return take_lineage(fetch, job, answer, last, err);
	}
	return 0;
}

/* What is not there, or was removed while we looked, is no failure. */
static int take_refusal(struct fetch *fetch, const struct job *job,
			const struct pedigree_aws_answer *answer,
			struct pedigree_error *err)
{
	bool missing = strcmp(answer->code, "ResourceNotFound") == 0;

	if (job->task == DESCRIBE && missing)
		fetch->crawl.vertices.v[job->vertex].gone = true;
	if (missing || (job->task == LOOK &&
			strcmp(answer->code, "ValidationException") == 0))
		return 0;
	return pedigree_fail(err, PEDIGREE_EIO, "%s: %s: %s", job->operation,
			     answer->code, answer->message);
}

/* Frees the job, unless it asks for the next page. */
static int use(struct fetch *fetch, struct job *job,
	       const struct pedigree_aws_answer *answer,
	       struct pedigree_error *err)
{
	_cleanup_request_ json_t *root = NULL;
	const json_t *token;
	int status;

	if (answer->outcome == PEDIGREE_AWS_REFUSED)
		status = take_refusal(fetch, job, answer, err);
	else if (answer->outcome != PEDIGREE_AWS_OK)
		/* What was not found here, credentials say, is no answer. */
		status = pedigree_fail(err, PEDIGREE_EIO, "%s: %s",
				       job->operation, answer->err.text);
	else if (!(root = json_loadb(answer->body.data, answer->body.len, 0,
				     NULL)))
		status = pedigree_fail_memory(err);
	else
		status = 0;
	token = json_object_get(root, "NextToken");
	if (status == 0 && root)
		status = take(fetch, job, root, !json_is_string(token), err);
	if (status == 0 && json_is_string(token)) {
		if (json_object_set(job->request, "NextToken",
				    (json_t *)(uintptr_t)token) == 0)
			return send(fetch, job, err);
		status = pedigree_fail_memory(err);
	}
	job_free(job);
	return status;
}

/* Until every call has its answer; after a failure they are only thrown
   away. */
static int drain(struct fetch *fetch, struct pedigree_error *err)
{
	int status = 0;

	while (pedigree_aws_client_pending(fetch->client)) {
		_cleanup_aws_answer_ struct pedigree_aws_answer answer =
			PEDIGREE_AWS_ANSWER_INIT;
		int got = pedigree_aws_client_wait(
			fetch->client, WAIT_MS, &answer, status ? NULL : err);

		if (got < 0)
			return status ? status : got;
		if (got > 0 && status)
			job_free(answer.ctx);
		else if (got > 0)
			status = use(fetch, answer.ctx, &answer, err);
	}
	return status;
}

/* Could it be a name there? Any other would be refused, or be an ARN. */
static bool is_name(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n > NAME_MAX_LETTERS || !isalnum((unsigned char)*text) ||
	    !isalnum((unsigned char)text[n - 1]))
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '-')
			return false;
	return true;
}

static int look_at(struct fetch *fetch, enum pedigree_kind kind,
		   const char *member, const char *value,
		   struct pedigree_error *err)
{
	const struct job job = {
		.task = LOOK,
		.kind = kind,
		.operation = pedigree_sagemaker_words[kind].describe,
	};

	return ask(fetch, &job, json_pack("{ss}", member, value), err);
}

static int look_for_source(struct fetch *fetch, const char *uri,
			   struct pedigree_error *err)
{
	static const enum pedigree_kind kinds[] = { PEDIGREE_ARTIFACT,
						    PEDIGREE_CONTEXT };
	int status = 0;

	for (size_t i = 0; !status && i < PEDIGREE_COUNT(kinds); i++) {
		const struct job job = {
			.task = LIST,
			.kind = kinds[i],
			.operation = pedigree_sagemaker_words[kinds[i]].list,
		};

		status = ask(fetch, &job,
			     json_pack("{sssi}", "SourceUri", uri, "MaxResults",
				       PAGE_MAX),
			     err);
	}
	return status;
}

/* The member that names an entity to Describe. */
static const char *key_of(enum pedigree_kind kind)
{
	return kind == PEDIGREE_ARTIFACT ? pedigree_sagemaker_words[kind].arn
					 : pedigree_sagemaker_words[kind].name;
}

static int look_for_names(struct fetch *fetch, const char *name,
			  struct pedigree_error *err)
{
	static const enum pedigree_kind kinds[] = { PEDIGREE_CONTEXT,
						    PEDIGREE_TRIAL_COMPONENT,
						    PEDIGREE_ACTION };
	int status = 0;

	for (size_t i = 0;
	     !status && is_name(name) && i < PEDIGREE_COUNT(kinds); i++)
		status = look_at(fetch, kinds[i], key_of(kinds[i]), name, err);
	return status;
}

static int look_for_path(struct fetch *fetch, const char *path,
			 struct pedigree_error *err)
{
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	_cleanup_buf_ struct pedigree_buf full = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;

	pedigree_path_join(&full, cwd ? cwd : "/", path);
	if (pedigree_buf_error(&full))
		return pedigree_fail_memory(err);
	pedigree_path_clean(full.data);
	pedigree_path_to_uri(&uri, full.data);
	if (pedigree_buf_error(&uri))
		return pedigree_fail_memory(err);
	return look_for_source(fetch, uri.data, err);
}

/* Everything that the target may mean; pedigree_resolve chooses. */
static int find(struct fetch *fetch, struct pedigree_error *err)
{
	const char *target = fetch->wish->target;
	int kind = pedigree_arn_kind(target), status;

	if (kind >= 0)
		status = look_at(fetch, (enum pedigree_kind)kind,
				 key_of((enum pedigree_kind)kind), target, err);
	else if (strncmp(target, "arn:", 4) == 0 || strstr(target, "://"))
		status = look_for_source(fetch, target, err);
	else {
		status = look_for_names(fetch, target, err);
		if (!status)
			status = look_for_path(fetch, target, err);
	}
	return status ? status : drain(fetch, err);
}

static int ask_lineage(struct fetch *fetch, size_t vertex,
		       enum pedigree_crawl_way way, unsigned int limit,
		       struct pedigree_error *err)
{
	const struct pedigree_crawl_vertex *at =
		&fetch->crawl.vertices.v[vertex];
	unsigned int left = limit - at->far[way];
	const struct job job = {
		.task = LINEAGE,
		.operation = "QueryLineage",
		.vertex = vertex,
		.way = way,
		.steps = left < DEPTH_MAX ? left : DEPTH_MAX,
	};

	return ask(fetch, &job,
		   json_pack("{s[s]sssisisb}", "StartArns", at->arn,
			     "Direction",
			     way == PEDIGREE_CRAWL_UP ? "Ascendants"
						      : "Descendants",
			     "MaxDepth", (int)job.steps, "MaxResults",
			     VERTICES_MAX, "IncludeEdges", 1),
		   err);
}

static int crawl(struct fetch *fetch, enum pedigree_crawl_way way,
		 unsigned int limit, struct pedigree_error *err)
{
	struct pedigree_crawl *crawl = &fetch->crawl;
	int status = 0;
	size_t asked;

	do {
		size_t at = 0;

		if (pedigree_crawl_measure(crawl, way) < 0)
			return pedigree_fail_memory(err);
		for (asked = 0; !status && asked < FRONTIER_MAX &&
				pedigree_crawl_next(crawl, way, limit, &at);
		     at++, asked++)
			status = ask_lineage(fetch, at, way, limit, err);
		if (!status)
			status = drain(fetch, err);
	} while (!status && asked);
	return status;
}

static int describe_all(struct fetch *fetch, enum task task,
			struct pedigree_error *err)
{
	int status = 0;

	for (size_t i = 0; !status && i < fetch->crawl.vertices.n; i++) {
		const struct pedigree_crawl_vertex *vertex =
			&fetch->crawl.vertices.v[i];
		int kind = pedigree_arn_kind(vertex->arn);
		struct job job = { .task = task, .vertex = i };

		/* A vertex of a kind that later versions of the API have. */
		if (kind < 0 || vertex->gone ||
		    vertex->described != (task == TAGS))
			continue;
		job.kind = (enum pedigree_kind)kind;
		job.operation =
			task == TAGS ? "ListTags"
				     : pedigree_sagemaker_words[kind].describe;
		status = ask(fetch, &job,
			     json_pack("{ss}",
				       task == TAGS ? "ResourceArn"
						    : key_of(job.kind),
				       vertex->arn),
			     err);
	}
	return status ? status : drain(fetch, err);
}

static int set_time(json_t *request, const char *key, int64_t ms)
{
	return ms ? json_object_set_new(request, key,
					json_real((double)ms / 1000))
		  : 0;
}

static int list(struct fetch *fetch, struct pedigree_error *err)
{
	const struct pedigree_fetch *wish = fetch->wish;
	bool edges = wish->kind == PEDIGREE_KINDS;
	bool lineage = wish->kind <= PEDIGREE_CONTEXT;
	const struct job job = {
		.task = edges ? EDGES : LIST,
		.kind = wish->kind,
		.operation = edges ? "ListAssociations"
				   : pedigree_sagemaker_words[wish->kind].list,
	};
	json_t *request = json_pack("{si}", "MaxResults", PAGE_MAX);
	int bad = request ? 0 : -1;

	if (!bad && edges && wish->type)
		bad = json_object_set_new(request, "AssociationType",
					  json_string(wish->type));
	if (!bad && lineage && wish->source_uri)
		bad = json_object_set_new(request, "SourceUri",
					  json_string(wish->source_uri));
	if (!bad)
		bad = set_time(request, "CreatedAfter", wish->created_after_ms);
	if (!bad)
		bad = set_time(request, "CreatedBefore",
			       wish->created_before_ms);
	if (bad) {
		json_decref(request);
		return pedigree_fail_memory(err);
	}
	bad = ask(fetch, &job, request, err);
	return bad ? bad : drain(fetch, err);
}

static int add_entities(struct pedigree_crawl *crawl, pedigree_row *rows,
			struct pedigree_editor *editor,
			struct pedigree_error *err)
{
	int status = 0;

	for (size_t i = 0; !status && i < crawl->vertices.n; i++) {
		struct pedigree_crawl_vertex *vertex = &crawl->vertices.v[i];

		if (vertex->described)
			status = pedigree_editor_add(editor, &vertex->entity,
						     &rows[i], err);
	}
	return status;
}

static int add_edges(const struct pedigree_crawl *crawl,
		     const pedigree_row *rows, struct pedigree_editor *editor,
		     struct pedigree_error *err)
{
	int status = 0;

	for (size_t i = 0; !status && i < crawl->edges.n; i++) {
		const struct pedigree_crawl_edge *edge = &crawl->edges.v[i];
		struct pedigree_editor_end ends[2];

		if (!rows[edge->source] || !rows[edge->destination])
			continue;
		ends[0] = (struct pedigree_editor_end){
			rows[edge->source],
			crawl->vertices.v[edge->source].entity.kind
		};
		ends[1] = (struct pedigree_editor_end){
			rows[edge->destination],
			crawl->vertices.v[edge->destination].entity.kind
		};
		status = pedigree_editor_associate(editor, &ends[0], &ends[1],
						   edge->type, edge->created_ms,
						   err);
	}
	return status;
}

static int keep(struct pedigree_crawl *crawl, struct pedigree_editor **ret,
		struct pedigree_error *err)
{
	_cleanup_free_ pedigree_row *rows =
		calloc(crawl->vertices.n + 1, sizeof(*rows));
	struct pedigree_editor *editor;
	int status;

	if (!rows)
		return pedigree_fail_memory(err);
	status = pedigree_editor_open_memory(&editor, err);
	if (status)
		return status;
	status = pedigree_editor_begin(editor, err);
	if (!status)
		status = add_entities(crawl, rows, editor, err);
	if (!status)
		status = add_edges(crawl, rows, editor, err);
	if (status)
		pedigree_editor_close(editor);
	else
		*ret = editor;
	return status;
}

static int fetch_all(struct fetch *fetch, struct pedigree_error *err)
{
	const struct pedigree_fetch *wish = fetch->wish;
	int status = wish->target ? find(fetch, err) : list(fetch, err);

	if (!status && wish->target && wish->up)
		status = crawl(fetch, PEDIGREE_CRAWL_UP, wish->up, err);
	if (!status && wish->target && wish->down)
		status = crawl(fetch, PEDIGREE_CRAWL_DOWN, wish->down, err);
	if (!status)
		status = describe_all(fetch, DESCRIBE, err);
	if (!status)
		status = describe_all(fetch, TAGS, err);
	return status;
}

int pedigree_sagemaker_fetch(const struct pedigree_config *config,
			     const struct pedigree_fetch *wish,
			     struct pedigree_editor **ret_editor,
			     struct pedigree_error *err)
{
	struct fetch fetch = { .wish = wish };
	int status = pedigree_sagemaker_client(config, &fetch.client, err);

	if (status)
		return status;
	status = pedigree_crawl_init(&fetch.crawl) < 0
			 ? pedigree_fail_memory(err)
			 : fetch_all(&fetch, err);
	if (!status)
		status = keep(&fetch.crawl, ret_editor, err);
	pedigree_crawl_clear(&fetch.crawl);
	pedigree_sagemaker_client_close(fetch.client);
	return status;
}
