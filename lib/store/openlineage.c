/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend `openlineage`: the events of a run, posted to a service.
 *
 * An event is made of the record alone: tried again, it is the same bytes,
 * with the same id of the run and the same time. What the service accepted of
 * a record is written down event by event (progress.h), by the digest of its
 * text, until all of it is there: a delivery that was cut short goes on where
 * it was. An amended record sends its events under the same id of the run,
 * without another START.
 */
#include "config.h"

#include "store/openlineage.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"
#include "export/openlineage.h"
#include "graph/json.h"
#include "store/openlineage_key.h"
#include "store/openlineage_post.h"
#include "store/progress.h"
#include "store/store.h"

struct openlineage {
	struct pedigree_backend base;
	struct pedigree_openlineage_post post;
	struct pedigree_http *http;
	struct pedigree_progress *progress;
	char *url, *job_namespace;
	struct pedigree_buf authorization; /* empty: none */
	size_t most;
};

static void openlineage_close(struct pedigree_backend *backend)
{
	if (!backend)
		return;
	struct openlineage *lineage =
		pedigree_container_of(backend, struct openlineage, base);
	pedigree_http_free(lineage->http);
	pedigree_openlineage_signer_free(lineage->post.signer);
	pedigree_progress_close(lineage->progress);
	if (lineage->authorization.room)
		explicit_bzero(lineage->authorization.data,
			       lineage->authorization.room);
	pedigree_buf_clear(&lineage->authorization);
	free(lineage->url);
	free(lineage->job_namespace);
	free(lineage);
}

/* Another service has not what this one has. */
static int open_progress(struct openlineage *lineage,
			 const struct pedigree_backend_env *env,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	char digest[PEDIGREE_SHA256_HEX];

	if (pedigree_sha256(lineage->url, strlen(lineage->url), digest) < 0)
		return pedigree_fail_memory(err);
	pedigree_path_join(&path, env->data_folder, env->name);
	pedigree_buf_addf(&path, "-%.16s.db", digest);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	return pedigree_progress_open(path.data, &lineage->progress, err);
}

static int read_numbers(struct openlineage *lineage,
			const struct pedigree_backend_env *env,
			struct pedigree_error *err)
{
	unsigned long most = strtoul(env->option(env, "max_bytes"), NULL, 10);
	unsigned long timeout = strtoul(env->option(env, "timeout"), NULL, 10);

	if (most < PEDIGREE_OPENLINEAGE_LEAST)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "its max_bytes is at least %d",
				     PEDIGREE_OPENLINEAGE_LEAST);
	if (!timeout || timeout > 3600)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "its timeout is 1 to 3600 seconds");
	lineage->most = most;
	lineage->post.timeout_s = (unsigned int)timeout;
	return 0;
}

static int take_key(struct openlineage *lineage,
		    const struct pedigree_backend_env *env,
		    struct pedigree_error *err)
{
	const struct pedigree_openlineage_signing how = {
		.url = lineage->url,
		.service = env->option(env, "sign"),
		.region = env->option(env, "region"),
		.profile = env->option(env, "profile"),
	};

	if (how.service && *how.service &&
	    pedigree_openlineage_check_private(lineage->url, err) < 0)
		return PEDIGREE_ECONFIG;
	if (how.service && *how.service)
		return pedigree_openlineage_signer_new(
			&how, &lineage->post.signer, err);
	return pedigree_openlineage_key(lineage->url,
					env->option(env, "key_variable"),
					env->option(env, "key_file"),
					&lineage->authorization, err);
}

static int open_parts(struct openlineage *lineage,
		      const struct pedigree_backend_env *env,
		      struct pedigree_error *err)
{
	const struct pedigree_http_options options = {
		.ca_bundle = env->option(env, "ca_bundle"),
		.connections = 1,
	};
	int status = pedigree_openlineage_url(env->option(env, "url"),
					      &lineage->url, err);

	if (!status)
		status = read_numbers(lineage, env, err);
	if (!status)
		status = take_key(lineage, env, err);
	if (status)
		return status;
	lineage->job_namespace = strdup(env->option(env, "namespace"));
	if (!lineage->job_namespace)
		return pedigree_fail_memory(err);
	status = pedigree_http_new(&options, &lineage->http, err);
	if (status)
		return status;
	lineage->post.http = lineage->http;
	lineage->post.url = lineage->url;
	lineage->post.authorization = &lineage->authorization;
	return open_progress(lineage, env, err);
}

static int openlineage_open(const struct pedigree_backend_env *env,
			    struct pedigree_backend **ret_backend,
			    struct pedigree_error *err)
{
	struct openlineage *lineage = calloc(1, sizeof(*lineage));
	int status;

	if (!lineage)
		return pedigree_fail_memory(err);
	lineage->base.ops = &pedigree_openlineage_ops;
	pedigree_buf_init(&lineage->authorization);
	status = open_parts(lineage, env, err);
	if (status) {
		openlineage_close(&lineage->base);
		return status;
	}
	*ret_backend = &lineage->base;
	return 0;
}

/*
 * A record
 */

struct posted {
	char digest[PEDIGREE_SHA256_HEX];
};

/* A record on its way, or one that would go. */
struct sending {
	struct openlineage *lineage;
	const struct pedigree_delivery *delivery;
	size_t done, all; /* data sets, of all of its runs */
	bool refused;
	PEDIGREE_VEC(struct posted) posted;
	/* Of a plan: nothing is sent. */
	void (*tell)(void *ctx, const char *sentence);
	void *tell_ctx;
};

static void sending_clear(struct sending *sending)
{
	pedigree_vec_clear(&sending->posted);
}

/* 1: the service has it. */
static int find_posted(struct openlineage *lineage, const char *digest,
		       struct pedigree_error *err)
{
	_cleanup_free_ char *remote = NULL, *known = NULL;

	return pedigree_progress_find(lineage->progress, digest, &remote,
				      &known, err);
}

static void tell_progress(struct sending *sending,
			  const struct pedigree_openlineage_event *event)
{
	const struct pedigree_delivery *delivery = sending->delivery;

	/* What a START has, a later event has again. */
	if (strcmp(event->type, "START") != 0)
		sending->done += event->inputs + event->outputs;
	if (delivery->progress)
		delivery->progress(delivery->progress_ctx, sending->done,
				   sending->all);
}

/* Posts an event unless the service has it. */
static int deliver_event(void *ctx,
			 const struct pedigree_openlineage_event *event,
			 struct pedigree_error *err)
{
	struct sending *sending = ctx;
	struct openlineage *lineage = sending->lineage;
	struct posted *posted = pedigree_vec_push(&sending->posted);
	int status;

	if (!posted ||
	    pedigree_sha256(event->json, event->n, posted->digest) < 0)
		return pedigree_fail_memory(err);
	status = find_posted(lineage, posted->digest, err);
	if (!status)
		status = pedigree_openlineage_post(
			&lineage->post,
			&(struct pedigree_openlineage_body){
				event->json, event->n, posted->digest },
			&sending->refused, err);
	else if (status > 0)
		return tell_progress(sending, event), 0;
	if (!status)
		status = pedigree_progress_set(lineage->progress,
					       posted->digest, "posted",
					       posted->digest, NULL, err);
	if (!status)
		tell_progress(sending, event);
	return status;
}

static int plan_event(void *ctx, const struct pedigree_openlineage_event *event,
		      struct pedigree_error *err)
{
	struct sending *sending = ctx;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	char digest[PEDIGREE_SHA256_HEX];
	int status;

	if (pedigree_sha256(event->json, event->n, digest) < 0)
		return pedigree_fail_memory(err);
	status = find_posted(sending->lineage, digest, err);
	if (status)
		return status < 0 ? status : 0;
	pedigree_buf_addf(
		&text, "  POST %.*s: %s, inputs: %zu, outputs: %zu, bytes: %zu",
		(int)strcspn(sending->lineage->url, "?#"),
		sending->lineage->url, event->type, event->inputs,
		event->outputs, event->n);
	if (pedigree_buf_error(&text))
		return pedigree_fail_memory(err);
	sending->tell(sending->tell_ctx, text.data);
	return 0;
}

static int send_runs(struct sending *sending,
		     const struct pedigree_record *record, bool begun,
		     struct pedigree_error *err)
{
	const struct pedigree_openlineage how = {
		.job_namespace = sending->lineage->job_namespace,
		.most = sending->lineage->most,
		.begun = begun,
		.each = sending->tell ? plan_event : deliver_event,
		.ctx = sending,
	};
	_cleanup_(pedigree_export_run_clear) struct pedigree_export_run whole =
		PEDIGREE_EXPORT_RUN_INIT;
	int status = pedigree_export_run_of(record, 0, &whole, err);

	if (!status)
		status = pedigree_openlineage_events(&how, &whole, err);
	/* Its steps, what it deployed. */
	for (size_t i = 1; !status && i < record->entities.n; i++) {
		_cleanup_(pedigree_export_run_clear) struct pedigree_export_run
			run = PEDIGREE_EXPORT_RUN_INIT;

		if (!pedigree_export_is_run(&record->entities.v[i]))
			continue;
		status = pedigree_export_run_of(record, i, &run, err);
		if (pedigree_export_is_step(&record->entities.v[i], whole.run))
			run.parent = &whole;
		if (!status)
			status = pedigree_openlineage_events(&how, &run, err);
	}
	return status;
}

/* The digests have done their work: the record's revision is enough. */
static int settle(struct sending *sending, const struct pedigree_record *record,
		  struct pedigree_error *err)
{
	struct pedigree_progress *progress = sending->lineage->progress;
	int status = pedigree_progress_done(progress, record->run,
					    record->revision, err);

	for (size_t i = 0; !status && i < sending->posted.n; i++)
		status = pedigree_progress_forget(
			progress, sending->posted.v[i].digest, err);
	return status;
}

static int deliver(struct sending *sending,
		   const struct pedigree_record *record,
		   struct pedigree_error *err)
{
	long known = -1;
	int status = pedigree_progress_revision(sending->lineage->progress,
						record->run, &known, err);

	if (status || known >= (long)record->revision)
		return status;
	sending->all = record->associations.n;
	status = send_runs(sending, record, known >= 0, err);
	if (!status && !sending->tell)
		status = settle(sending, record, err);
	return status;
}

static int read_record(const struct pedigree_delivery *delivery,
		       struct pedigree_record **ret, struct pedigree_error *err)
{
	_cleanup_record_ struct pedigree_record *record = NULL;
	int status = pedigree_record_from_json(delivery->json, delivery->n,
					       &record, err);

	if (status)
		return status;
	if (!record->run || !record->entities.n || !record->entities.v[0].arn)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the record has no run");
	if (strcmp(record->run, delivery->run) != 0)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the record is of another run");
	*ret = pedigree_take(record);
	return 0;
}

static enum pedigree_outcome
openlineage_put(struct pedigree_backend *backend,
		const struct pedigree_delivery *delivery,
		struct pedigree_error *err)
{
	_cleanup_(sending_clear) struct sending sending = {
		.lineage = pedigree_container_of(backend, struct openlineage,
						 base),
		.delivery = delivery,
	};
	_cleanup_record_ struct pedigree_record *record = NULL;
	int status = read_record(delivery, &record, err);

	if (status)
		return status == PEDIGREE_ENOMEM ? PEDIGREE_RETRY
						 : PEDIGREE_REJECTED;
	status = deliver(&sending, record, err);
	if (!status)
		return PEDIGREE_DELIVERED;
	return sending.refused ? PEDIGREE_REJECTED : PEDIGREE_RETRY;
}

static int openlineage_plan(struct pedigree_backend *backend,
			    const struct pedigree_delivery *delivery,
			    void (*tell)(void *ctx, const char *sentence),
			    void *ctx, struct pedigree_error *err)
{
	struct sending sending = {
		.lineage = pedigree_container_of(backend, struct openlineage,
						 base),
		.delivery = delivery,
		.tell = tell,
		.tell_ctx = ctx,
	};
	_cleanup_record_ struct pedigree_record *record = NULL;
	int status = read_record(delivery, &record, err);

	return status ? status : deliver(&sending, record, err);
}

static int openlineage_look(struct pedigree_backend *backend,
			    void (*tell)(void *ctx, const char *sentence),
			    void *ctx, struct pedigree_error *err)
{
	struct openlineage *lineage =
		pedigree_container_of(backend, struct openlineage, base);
	int status;

	tell(ctx, lineage->post.signer	       ? "requests are signed for AWS"
		  : lineage->authorization.len ? "there is a key"
					       : "no key is sent");
	status = pedigree_openlineage_knock(&lineage->post, err);
	if (!status)
		tell(ctx,
		     "somebody answers there; whether events are taken shows the first one");
	return status;
}

static const struct pedigree_backend_option options[] = {
	{
		.key = "url",
		.type = PEDIGREE_OPTION_STRING,
		.help = "where events are posted; without a path, to /api/v1/lineage there",
	},
	{
		.key = "key_variable",
		.type = PEDIGREE_OPTION_STRING,
		.help = "the environment variable that has the key; default: OPENLINEAGE_API_KEY, if set",
	},
	{
		.key = "key_file",
		.type = PEDIGREE_OPTION_PATH,
		.help = "a file whose first line is the key; default: none",
	},
	{
		.key = "sign",
		.type = PEDIGREE_OPTION_STRING,
		.help = "sign for this AWS service (datazone) instead of sending a key",
	},
	{
		.key = "region",
		.type = PEDIGREE_OPTION_STRING,
		.help = "AWS region to sign for; default: as the AWS CLI finds it",
	},
	{
		.key = "profile",
		.type = PEDIGREE_OPTION_STRING,
		.help = "AWS profile to sign with; default: as the AWS CLI finds it",
	},
	{
		.key = "ca_bundle",
		.type = PEDIGREE_OPTION_PATH,
		.help = "certificates to trust; default: $AWS_CA_BUNDLE, else the system's",
	},
	{
		.key = "namespace",
		.type = PEDIGREE_OPTION_STRING,
		.fallback = "pedigree",
		.help = "the namespace of jobs",
	},
	{
		.key = "timeout",
		.type = PEDIGREE_OPTION_NUMBER,
		.fallback = "30",
		.help = "seconds that one event may take",
	},
	{
		.key = "max_bytes",
		.type = PEDIGREE_OPTION_NUMBER,
		.fallback = "300000",
		.help = "larger events are split; Amazon DataZone takes 300000",
	},
	{ .key = NULL },
};

const struct pedigree_backend_ops pedigree_openlineage_ops = {
	.version = PEDIGREE_BACKEND_VERSION,
	.name = "openlineage",
	.summary = "a service that takes OpenLineage events",
	.remote = 1,
	.options = options,
	.open = openlineage_open,
	.close = openlineage_close,
	.put = openlineage_put,
	.plan = openlineage_plan,
	.look = openlineage_look,
};
