/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as an in-toto Statement v1 with SLSA's provenance v1: what it wrote
 * is attested, what it read are the resolved dependencies. Not signed.
 *
 * A verifier compares the bytes of one file with the digest "sha256". A data
 * set of many files has the digest of its manifest, under a name of ours.
 */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "export/export.h"
#include "export/words.h"
#include "graph/json.h"

#define BUILD_TYPE "urn:x-pedigree:run:v1"

static void begin(struct pedigree_buf *buf, const char *key)
{
	pedigree_json_key(buf, key);
	pedigree_buf_add_char(buf, '{');
}

static void add_time(struct pedigree_buf *buf, const char *key, int64_t ms)
{
	_cleanup_buf_ struct pedigree_buf time = PEDIGREE_BUF_INIT;

	if (ms <= 0)
		return;
	pedigree_export_time(&time, ms);
	pedigree_json_member(buf, key, time.data);
	buf->failed |= pedigree_buf_error(&time);
}

static void add_uri(struct pedigree_buf *buf, const char *uri)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (!uri)
		return;
	pedigree_export_uri(&text, uri);
	pedigree_json_member(buf, "uri", text.data);
	buf->failed |= pedigree_buf_error(&text);
}

static void add_digest(struct pedigree_buf *buf,
		       const struct pedigree_entity *entity)
{
	bool manifest;
	const char *sha256 = pedigree_export_sha256(entity, &manifest);
	const char *md5 = pedigree_pairs_get(&entity->properties, "MD5");

	if (!sha256 && !md5)
		return;
	begin(buf, "digest");
	pedigree_json_member(
		buf, manifest ? "pedigreeManifestSha256" : "sha256", sha256);
	pedigree_json_member(buf, "md5", md5);
	pedigree_buf_add_char(buf, '}');
}

static void add_descriptor(struct pedigree_buf *buf,
			   const struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf namespace = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	pedigree_json_comma(buf);
	pedigree_buf_add_char(buf, '{');
	buf->failed |= pedigree_export_dataset(entity, &namespace, &name) < 0;
	/* Two buckets may have a key in common; no two subjects, a name. */
	pedigree_json_member(buf, "name",
			     entity->source_uri && namespace.data &&
					     strcmp(namespace.data, "file") != 0
				     ? entity->source_uri
				     : name.data);
	add_uri(buf, entity->source_uri);
	add_digest(buf, entity);
	begin(buf, "annotations");
	pedigree_json_member(buf, "artifactType", entity->type);
	pedigree_json_member(buf, "version", pedigree_export_version(entity));
	pedigree_buf_add_str(buf, "}}");
}

static size_t add_subjects(struct pedigree_buf *buf,
			   const struct pedigree_export_ends *outputs,
			   size_t *left_out)
{
	size_t n = 0;

	pedigree_json_key(buf, "subject");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < outputs->n; i++) {
		bool manifest;

		if (!pedigree_export_sha256(outputs->v[i], &manifest)) {
			++*left_out;
			continue;
		}
		add_descriptor(buf, outputs->v[i]);
		n++;
	}
	pedigree_buf_add_char(buf, ']');
	return n;
}

/* What whoever started it chose not, and pedigree saw. */
static bool is_internal(const char *key)
{
	static const char *const keys[] = { "cwd",  "exit_code",     "host",
					    "run",  "signal",	     "step",
					    "user", "steps_left_out" };

	for (size_t i = 0; i < PEDIGREE_COUNT(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return strncmp(key, "pedigree.", strlen("pedigree.")) == 0;
}

static void add_some(struct pedigree_buf *buf,
		     const struct pedigree_entity *run, bool internal)
{
	for (size_t i = 0; i < run->parameters.n; i++) {
		const struct pedigree_param *param = &run->parameters.v[i];

		if (is_internal(param->key) != internal)
			continue;
		if (!param->is_number) {
			pedigree_json_member(buf, param->key,
					     param->value ? param->value : "");
			continue;
		}
		pedigree_json_key(buf, param->key);
		pedigree_buf_addf(buf, "%.15g", param->number);
	}
}

static void add_parameters(struct pedigree_buf *buf,
			   const struct pedigree_entity *run)
{
	begin(buf, "externalParameters");
	pedigree_json_member(buf, "name", pedigree_export_name(run));
	begin(buf, "parameters");
	add_some(buf, run, false);
	pedigree_buf_add_str(buf, "}}");
	begin(buf, "internalParameters");
	add_some(buf, run, true);
	pedigree_buf_add_char(buf, '}');
}

static void add_code(struct pedigree_buf *buf,
		     const struct pedigree_entity *run)
{
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	const char *commit;

	if (!pedigree_export_code(run, &url, &commit))
		return;
	buf->failed |= pedigree_buf_error(&url);
	pedigree_json_comma(buf);
	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "uri", url.data);
	if (commit) {
		begin(buf, "digest");
		pedigree_json_member(buf, "gitCommit", commit);
		pedigree_buf_add_char(buf, '}');
	}
	pedigree_buf_add_char(buf, '}');
}

static void add_definition(struct pedigree_buf *buf,
			   const struct pedigree_export_run *told)
{
	begin(buf, "buildDefinition");
	pedigree_json_member(buf, "buildType", BUILD_TYPE);
	add_parameters(buf, told->run);
	pedigree_json_key(buf, "resolvedDependencies");
	pedigree_buf_add_char(buf, '[');
	add_code(buf, told->run);
	for (size_t i = 0; i < told->inputs.n; i++)
		add_descriptor(buf, told->inputs.v[i]);
	pedigree_buf_add_str(buf, "]}");
}

static int add_details(struct pedigree_buf *buf,
		       const struct pedigree_export_run *told)
{
	char uuid[PEDIGREE_UUID];

	if (pedigree_export_uuid(told->run, told->name, uuid) < 0)
		return PEDIGREE_ENOMEM;
	begin(buf, "runDetails");
	begin(buf, "builder");
	pedigree_json_member(buf, "id", PEDIGREE_EXPORT_PRODUCER);
	pedigree_buf_add_char(buf, '}');
	begin(buf, "metadata");
	pedigree_json_key(buf, "invocationId");
	pedigree_buf_addf(buf, "\"urn:uuid:%s\"", uuid);
	add_time(buf, "startedOn", pedigree_export_began(told->run));
	add_time(buf, "finishedOn", pedigree_export_ended(told->run));
	pedigree_buf_add_str(buf, "}}");
	return 0;
}

/* A statement has to be about something. */
static int print_run(struct pedigree_export *export,
		     const struct pedigree_export_run *told,
		     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_buf_add_char(&buf, '{');
	pedigree_json_member(&buf, "_type", "https://in-toto.io/Statement/v1");
	if (!add_subjects(&buf, &told->outputs, &export->gaps.no_digest)) {
		export->gaps.no_subject++;
		return pedigree_buf_error(&buf) ? pedigree_fail_memory(err) : 0;
	}
	pedigree_json_member(&buf, "predicateType",
			     "https://slsa.dev/provenance/v1");
	begin(&buf, "predicate");
	add_definition(&buf, told);
	if (add_details(&buf, told) < 0)
		return pedigree_fail_memory(err);
	pedigree_buf_add_str(&buf, "}}\n");
	if (pedigree_buf_error(&buf))
		return pedigree_fail_memory(err);
	fwrite(buf.data, 1, buf.len, export->out);
	export->told++;
	return 0;
}

static int end_statements(struct pedigree_export *export,
			  struct pedigree_error *err)
{
	return export->told
		       ? 0
		       : pedigree_fail(
				 err, PEDIGREE_ENOTFOUND,
				 "no run within reach has an output whose SHA-256 is known, so there is nothing to make a statement about; --direction both or a larger --depth reaches further");
}

const struct pedigree_export_ops pedigree_export_in_toto = {
	.run = print_run,
	.end = end_statements,
};
