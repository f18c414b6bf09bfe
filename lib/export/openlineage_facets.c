/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "export/openlineage_facets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/words.h"
#include "graph/json.h"

#define FACETS "https://openlineage.io/spec/facets/"
#define CORE "https://openlineage.io/spec/2-0-2/OpenLineage.json"
/* What is ours and no standard facet has. */
#define RUN_FACET CORE "#/$defs/RunFacet"
#define DATASET_FACET CORE "#/$defs/DatasetFacet"

static void begin_facet(struct pedigree_buf *buf, const char *key,
			const char *schema)
{
	pedigree_json_key(buf, key);
	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "_producer", PEDIGREE_EXPORT_PRODUCER);
	pedigree_json_member(buf, "_schemaURL", schema);
}

static void end_facet(struct pedigree_buf *buf)
{
	pedigree_buf_add_char(buf, '}');
}

static void begin(struct pedigree_buf *buf, const char *key)
{
	pedigree_json_key(buf, key);
	pedigree_buf_add_char(buf, '{');
}

/*
 * Runs
 */

static void add_engine(struct pedigree_buf *buf,
		       const struct pedigree_entity *run)
{
	static const char us[] = "pedigree ";
	const char *by = run->generated_by;

	begin_facet(buf, "processing_engine",
		    FACETS "1-1-1/ProcessingEngineRunFacet.json"
			   "#/$defs/ProcessingEngineRunFacet");
	pedigree_json_member(buf, "version",
			     by && strncmp(by, us, strlen(us)) == 0
				     ? by + strlen(us)
				     : PACKAGE_VERSION);
	pedigree_json_member(buf, "name", "pedigree");
	pedigree_json_member(buf, "openlineageAdapterVersion", PACKAGE_VERSION);
	end_facet(buf);
}

/* The language is asked for and not known. */
static void add_failure(struct pedigree_buf *buf,
			const struct pedigree_entity *run)
{
	bool failed = run->status && (strcmp(run->status, "Failed") == 0 ||
				      strcmp(run->status, "Stopped") == 0);

	if (!failed)
		return;
	begin_facet(buf, "errorMessage",
		    FACETS "1-0-1/ErrorMessageRunFacet.json"
			   "#/$defs/ErrorMessageRunFacet");
	pedigree_json_member(buf, "message",
			     run->message ? run->message : run->status);
	pedigree_json_member(buf, "programmingLanguage", "unknown");
	end_facet(buf);
}

/* Takes back what has become too much. */
static bool is_too_much(struct pedigree_buf *buf, size_t before, size_t most,
			size_t at)
{
	if (buf->len - before <= most)
		return false;
	pedigree_buf_cut(buf, at);
	return true;
}

static void add_left_out(struct pedigree_buf *buf, const char *key, size_t n)
{
	if (!n)
		return;
	pedigree_json_key(buf, key);
	pedigree_buf_addf(buf, "%zu", n);
}

static void add_tags(struct pedigree_buf *buf,
		     const struct pedigree_entity *run, size_t most)
{
	size_t before = buf->len, left_out = 0;

	if (!run->tags.n)
		return;
	begin_facet(buf, "tags",
		    FACETS "1-0-0/TagsRunFacet.json#/$defs/TagsRunFacet");
	pedigree_json_key(buf, "tags");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < run->tags.n; i++) {
		size_t at = buf->len;

		pedigree_json_comma(buf);
		pedigree_buf_add_char(buf, '{');
		pedigree_json_member(buf, "key", run->tags.v[i].key);
		pedigree_json_member(buf, "value", run->tags.v[i].value);
		pedigree_buf_add_char(buf, '}');
		left_out += is_too_much(buf, before, most, at);
	}
	pedigree_buf_add_char(buf, ']');
	add_left_out(buf, "pedigree_leftOut", left_out);
	end_facet(buf);
}

/* What is not known before the end. */
static bool tells_end(const char *key)
{
	return strcmp(key, "exit_code") == 0 || strcmp(key, "signal") == 0;
}

static void add_parameter(struct pedigree_buf *buf,
			  const struct pedigree_param *param)
{
	if (!param->is_number) {
		pedigree_json_member(buf, param->key,
				     param->value ? param->value : "");
	} else if (isfinite(param->number)) {
		pedigree_json_key(buf, param->key);
		pedigree_buf_addf(buf, "%.15g", param->number);
	}
}

static void add_parameters(struct pedigree_buf *buf,
			   const struct pedigree_entity *run, size_t most,
			   bool over)
{
	size_t before = buf->len, left_out = 0;

	begin(buf, "parameters");
	for (size_t i = 0; i < run->parameters.n; i++) {
		const struct pedigree_param *param = &run->parameters.v[i];
		size_t at = buf->len;

		if (!over && tells_end(param->key))
			continue;
		add_parameter(buf, param);
		left_out += is_too_much(buf, before, most, at);
	}
	pedigree_buf_add_char(buf, '}');
	add_left_out(buf, "parametersLeftOut", left_out);
}

static void add_contexts(struct pedigree_buf *buf,
			 const struct pedigree_export_ends *contexts,
			 size_t most)
{
	size_t before = buf->len, left_out = 0;

	if (!contexts->n)
		return;
	pedigree_json_key(buf, "contexts");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < contexts->n; i++) {
		const struct pedigree_entity *context = contexts->v[i];
		size_t at = buf->len;

		pedigree_json_comma(buf);
		pedigree_buf_add_char(buf, '{');
		pedigree_json_member(buf, "arn", context->arn);
		pedigree_json_member(buf, "name", context->name);
		pedigree_json_member(buf, "type", context->type);
		pedigree_json_member(buf, "uri", context->source_uri);
		pedigree_buf_add_char(buf, '}');
		left_out += is_too_much(buf, before, most, at);
	}
	pedigree_buf_add_char(buf, ']');
	add_left_out(buf, "contextsLeftOut", left_out);
}

static void add_job_name(struct pedigree_buf *buf,
			 const struct pedigree_export_run *told,
			 const char *namespace)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	pedigree_json_member(buf, "namespace",
			     namespace && *namespace ? namespace : "pedigree");
	pedigree_export_job(told, &name);
	pedigree_json_member(buf, "name", name.data);
	buf->failed |= pedigree_buf_error(&name);
}

static void add_parent(struct pedigree_buf *buf,
		       const struct pedigree_export_run *parent,
		       const char *namespace)
{
	char uuid[PEDIGREE_UUID];

	if (!parent)
		return;
	if (pedigree_export_uuid(parent->run, parent->name, uuid) < 0) {
		buf->failed = true;
		return;
	}
	begin_facet(buf, "parent",
		    FACETS "1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet");
	begin(buf, "run");
	pedigree_json_member(buf, "runId", uuid);
	pedigree_buf_add_char(buf, '}');
	begin(buf, "job");
	add_job_name(buf, parent, namespace);
	pedigree_buf_add_char(buf, '}');
	end_facet(buf);
}

int pedigree_openlineage_run(const struct pedigree_export_run *told,
			     const char *namespace, size_t most, bool over,
			     struct pedigree_buf *buf)
{
	const struct pedigree_entity *run = told->run;
	char uuid[PEDIGREE_UUID];

	if (pedigree_export_uuid(run, told->name, uuid) < 0)
		return PEDIGREE_ENOMEM;
	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "runId", uuid);
	begin(buf, "facets");
	add_parent(buf, told->parent, namespace);
	add_engine(buf, run);
	if (over)
		add_failure(buf, run);
	add_tags(buf, run, most / 4);
	begin_facet(buf, "pedigree_run", RUN_FACET);
	pedigree_json_member(buf, "arn", run->arn);
	pedigree_json_member(buf, "name", run->name);
	if (over)
		pedigree_json_member(buf, "status", run->status);
	add_parameters(buf, run, most / 4, over);
	add_contexts(buf, &told->contexts, most / 4);
	end_facet(buf);
	pedigree_buf_add_str(buf, "}}");
	return pedigree_buf_error(buf) ? PEDIGREE_ENOMEM : 0;
}

/*
 * Jobs
 */

static void add_source(struct pedigree_buf *buf,
		       const struct pedigree_entity *run)
{
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	const char *commit;

	if (!pedigree_export_code(run, &url, &commit))
		return;
	buf->failed |= pedigree_buf_error(&url);
	begin_facet(buf, "sourceCodeLocation",
		    FACETS "1-0-1/SourceCodeLocationJobFacet.json"
			   "#/$defs/SourceCodeLocationJobFacet");
	pedigree_json_member(buf, "type", "git");
	pedigree_json_member(buf, "url", url.data);
	pedigree_json_member(buf, "repoUrl", url.data);
	pedigree_json_member(buf, "version", commit);
	end_facet(buf);
}

void pedigree_openlineage_job(const struct pedigree_export_run *run,
			      const char *namespace, struct pedigree_buf *buf)
{
	pedigree_buf_add_char(buf, '{');
	add_job_name(buf, run, namespace);
	begin(buf, "facets");
	begin_facet(buf, "jobType",
		    FACETS "2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet");
	pedigree_json_member(buf, "processingType", "BATCH");
	pedigree_json_member(buf, "integration", "PEDIGREE");
	pedigree_json_member(buf, "jobType",
			     run->run->kind == PEDIGREE_ACTION ? "DEPLOYMENT"
							       : "COMMAND");
	end_facet(buf);
	add_source(buf, run->run);
	pedigree_buf_add_str(buf, "}}");
}

/*
 * Data sets
 */

static void add_version(struct pedigree_buf *buf,
			const struct pedigree_entity *entity)
{
	const char *version = pedigree_export_version(entity);

	if (!version)
		return;
	begin_facet(buf, "version",
		    FACETS "1-0-1/DatasetVersionDatasetFacet.json"
			   "#/$defs/DatasetVersionDatasetFacet");
	pedigree_json_member(buf, "datasetVersion", version);
	end_facet(buf);
}

static void add_artifact(struct pedigree_buf *buf,
			 const struct pedigree_entity *entity)
{
	bool manifest;
	const char *sha256 = pedigree_export_sha256(entity, &manifest);

	begin_facet(buf, "pedigree_artifact", DATASET_FACET);
	pedigree_json_member(buf, "arn", entity->arn);
	pedigree_json_member(buf, "artifactType", entity->type);
	pedigree_json_member(buf, "sourceUri", entity->source_uri);
	begin(buf, "digest");
	pedigree_json_member(buf, manifest ? "manifestSha256" : "sha256",
			     sha256);
	pedigree_json_member(buf, "md5",
			     pedigree_pairs_get(&entity->properties, "MD5"));
	pedigree_buf_add_char(buf, '}');
	end_facet(buf);
}

/* A property that is a number and nothing else. */
static void add_number(struct pedigree_buf *buf, const char *key,
		       const struct pedigree_entity *entity,
		       const char *property)
{
	const char *value = pedigree_pairs_get(&entity->properties, property);
	size_t n = value ? strspn(value, "0123456789") : 0;

	if (!n || value[n] || n > 18)
		return;
	pedigree_json_key(buf, key);
	pedigree_buf_addf(buf, "%llu", strtoull(value, NULL, 10));
}

static void add_statistics(struct pedigree_buf *buf,
			   const struct pedigree_entity *entity, bool is_output)
{
	begin(buf, is_output ? "outputFacets" : "inputFacets");
	if (is_output)
		begin_facet(buf, "outputStatistics",
			    FACETS "1-0-2/OutputStatisticsOutputDatasetFacet"
				   ".json#/$defs/"
				   "OutputStatisticsOutputDatasetFacet");
	else
		begin_facet(buf, "inputStatistics",
			    FACETS "1-0-0/InputStatisticsInputDatasetFacet"
				   ".json#/$defs/"
				   "InputStatisticsInputDatasetFacet");
	add_number(buf, "size", entity, "Bytes");
	add_number(buf, "fileCount", entity, "Files");
	end_facet(buf);
	pedigree_buf_add_char(buf, '}');
}

int pedigree_openlineage_dataset(const struct pedigree_entity *entity,
				 bool is_output, struct pedigree_buf *buf)
{
	_cleanup_buf_ struct pedigree_buf namespace = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	if (pedigree_export_dataset(entity, &namespace, &name) < 0)
		return PEDIGREE_ENOMEM;
	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "namespace", namespace.data);
	pedigree_json_member(buf, "name", name.data);
	begin(buf, "facets");
	add_version(buf, entity);
	add_artifact(buf, entity);
	pedigree_buf_add_char(buf, '}');
	if (pedigree_pairs_get(&entity->properties, "Bytes"))
		add_statistics(buf, entity, is_output);
	pedigree_buf_add_char(buf, '}');
	return pedigree_buf_error(buf) ? PEDIGREE_ENOMEM : 0;
}
