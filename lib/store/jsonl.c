/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend `jsonl`: a line per entity and association, and one for the
 * run, appended to a file that something else ships elsewhere.
 *
 *	{"Kind":"Artifact","Run":"…","Revision":0,"ArtifactName":…}
 *	{"Kind":"Association","Run":"…","Revision":0,"SourceArn":…}
 *	{"Kind":"Capture","Run":"…","Revision":0,"Trials":[…],"Capture":{…}}
 *
 * The lines of one record stand together, and its Capture line is the last.
 * Manifests stay out: they are as long as a data set has files.
 *
 * What survives `kill -9`: the Capture line is what makes a record complete.
 * Writers hold flock on the file, and each begins by cutting off what
 * follows the last Capture line: a torn line, or lines of a record whose
 * writer died. So a record is in the file whole or not at all, and one whose
 * writer died before it could say so is recognised when it comes again.
 *
 * To recognise it without reading the whole file, FILE.index has a line for
 * each Capture line. It is written second and is only a memory of a scan:
 * the scan goes on from the end of the last record it knows, and starts anew
 * when the file is another one or shorter (it was rotated). Runs that the
 * index has stay delivered.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/json.h"
#include "store/jsonl.h"
#include "store/jsonl_file.h"

struct jsonl_backend {
	struct pedigree_backend base;
	char *path;
};

static void jsonl_close(struct pedigree_backend *backend)
{
	if (!backend)
		return;
	struct jsonl_backend *jsonl =
		pedigree_container_of(backend, struct jsonl_backend, base);
	free(jsonl->path);
	free(jsonl);
}

/* Opening makes the file, so that whoever ships it can wait for it. */
static int jsonl_open(const struct pedigree_backend_env *env,
		      struct pedigree_backend **ret_backend,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *option = env->option(env, "path");
	struct jsonl_backend *jsonl = calloc(1, sizeof(*jsonl));

	if (!jsonl)
		return pedigree_fail_memory(err);
	jsonl->base.ops = &pedigree_jsonl_ops;
	pedigree_path_join(&path, env->data_folder,
			   option && *option ? option : "lineage.jsonl");
	jsonl->path = pedigree_buf_take(&path);
	int status = jsonl->path ? pedigree_jsonl_make(jsonl->path, err)
				 : pedigree_fail_memory(err);
	if (status) {
		jsonl_close(&jsonl->base);
		return status;
	}
	*ret_backend = &jsonl->base;
	return 0;
}

static void begin_line(struct pedigree_buf *lines, const char *kind,
		       const struct pedigree_record *record)
{
	pedigree_buf_addf(lines, "{\"Kind\":\"%s\",\"Run\":", kind);
	pedigree_json_string(lines, record->run);
	pedigree_buf_addf(lines, ",\"Revision\":%u", record->revision);
}

/* Continues a line with the members of an object: "{…}" as ",…}". */
static void add_members(struct pedigree_buf *lines,
			const struct pedigree_buf *object)
{
	if (object->len > 2)
		pedigree_buf_add_char(lines, ',');
	if (object->len > 0)
		pedigree_buf_add(lines, object->data + 1, object->len - 1);
	pedigree_buf_add_char(lines, '\n');
}

static int add_entity(struct pedigree_buf *lines,
		      const struct pedigree_record *record,
		      const struct pedigree_entity *entity,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	int status = pedigree_entity_to_json(entity, true, &json, err);

	if (!status && pedigree_buf_error(&json))
		status = pedigree_fail_memory(err);
	if (status)
		return status;
	begin_line(lines, pedigree_kind_word(entity->kind), record);
	add_members(lines, &json);
	return 0;
}

static void add_edge(struct pedigree_buf *lines,
		     const struct pedigree_record *record,
		     const struct pedigree_record_association *edge)
{
	begin_line(lines, "Association", record);
	pedigree_buf_add_str(lines, ",\"SourceArn\":");
	pedigree_json_string(lines, edge->source ? edge->source : "");
	pedigree_buf_add_str(lines, ",\"DestinationArn\":");
	pedigree_json_string(lines, edge->destination ? edge->destination : "");
	if (edge->type) {
		pedigree_buf_add_str(lines, ",\"AssociationType\":");
		pedigree_json_string(lines, edge->type);
	}
	pedigree_buf_add_str(lines, "}\n");
}

static int add_capture(struct pedigree_buf *lines,
		       const struct pedigree_record *record,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	int status = pedigree_capture_to_json(record, &json, err);

	if (!status && pedigree_buf_error(&json))
		status = pedigree_fail_memory(err);
	if (status)
		return status;
	begin_line(lines, "Capture", record);
	pedigree_buf_add_str(lines, ",\"Trials\":[");
	for (size_t i = 0; i < record->trials.n; i++) {
		if (i)
			pedigree_buf_add_char(lines, ',');
		pedigree_json_string(lines, record->trials.v[i]);
	}
	pedigree_buf_add_str(lines, "],\"Capture\":");
	pedigree_buf_add(lines, json.data, json.len);
	pedigree_buf_add_str(lines, "}\n");
	return 0;
}

static int write_lines(const struct pedigree_record *record,
		       struct pedigree_buf *lines, struct pedigree_error *err)
{
	int status = 0;

	for (size_t i = 0; !status && i < record->entities.n; i++)
		status = add_entity(lines, record, &record->entities.v[i], err);
	for (size_t i = 0; !status && i < record->associations.n; i++)
		add_edge(lines, record, &record->associations.v[i]);
	if (!status)
		status = add_capture(lines, record, err);
	if (!status && pedigree_buf_error(lines))
		status = pedigree_fail_memory(err);
	return status;
}

static enum pedigree_outcome jsonl_put(struct pedigree_backend *backend,
				       const struct pedigree_delivery *delivery,
				       struct pedigree_error *err)
{
	struct jsonl_backend *jsonl =
		pedigree_container_of(backend, struct jsonl_backend, base);
	_cleanup_record_ struct pedigree_record *record = NULL;
	_cleanup_buf_ struct pedigree_buf lines = PEDIGREE_BUF_INIT;
	int status = pedigree_record_from_json(delivery->json, delivery->n,
					       &record, err);

	if (!status && (!record->run || strcmp(record->run, delivery->run) ||
			record->revision != delivery->revision))
		status = pedigree_fail(
			err, PEDIGREE_EINVAL,
			"the record was delivered as %s, revision %u, and says otherwise",
			delivery->run, delivery->revision);
	if (!status)
		status = write_lines(record, &lines, err);
	if (status)
		return status == PEDIGREE_ENOMEM ? PEDIGREE_RETRY
						 : PEDIGREE_REJECTED;
	status = pedigree_jsonl_append(jsonl->path, record->run,
				       record->revision, &lines, err);
	return status ? PEDIGREE_RETRY : PEDIGREE_DELIVERED;
}

static const struct pedigree_backend_option options[] = {
	{
		.key = "path",
		.type = PEDIGREE_OPTION_PATH,
		.help = "the file; default: lineage.jsonl in the data folder",
	},
	{ .key = NULL },
};

const struct pedigree_backend_ops pedigree_jsonl_ops = {
	.version = PEDIGREE_BACKEND_VERSION,
	.name = "jsonl",
	.summary = "a file of JSON lines, to be shipped elsewhere",
	.options = options,
	.open = jsonl_open,
	.close = jsonl_close,
	.put = jsonl_put,
};
