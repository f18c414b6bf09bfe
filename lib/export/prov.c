/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROV-JSON, as W3C's member submission has it. Artifacts and contexts are
 * entities, runs and deployments activities; who ran them and what recorded
 * them are agents.
 *
 * That a run read A and wrote B is told as a derivation through that run,
 * which is what lineage means here. A thousand inputs and a thousand outputs
 * would be a million of these that say nothing new, so their number has a
 * limit; used and wasGeneratedBy have none.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "export/export.h"
#include "export/words.h"
#include "graph/json.h"

#define MOST_DERIVATIONS 10000

enum part {
	ENTITY,
	ACTIVITY,
	AGENT,
	USED,
	GENERATED,
	ASSOCIATED,
	DERIVED,
	ALTERNATE,
	INFLUENCED,
	PARTS
};

static const char *const part_words[PARTS] = {
	[ENTITY] = "entity",
	[ACTIVITY] = "activity",
	[AGENT] = "agent",
	[USED] = "used",
	[GENERATED] = "wasGeneratedBy",
	[ASSOCIATED] = "wasAssociatedWith",
	[DERIVED] = "wasDerivedFrom",
	[ALTERNATE] = "alternateOf",
	[INFLUENCED] = "wasInfluencedBy",
};

struct prov {
	struct pedigree_export base;
	struct pedigree_buf parts[PARTS];
	size_t counts[PARTS];
	struct pedigree_map *known; /* identifiers that are told of */
};

static void prov_free(struct pedigree_export *export)
{
	struct prov *prov = pedigree_container_of(export, struct prov, base);

	for (size_t i = 0; i < PARTS; i++)
		pedigree_buf_clear(&prov->parts[i]);
	pedigree_map_free(prov->known);
	free(prov);
}

static struct pedigree_export *prov_new(void)
{
	struct prov *prov = calloc(1, sizeof(*prov));

	if (!prov)
		return NULL;
	for (size_t i = 0; i < PARTS; i++)
		pedigree_buf_init(&prov->parts[i]);
	prov->known = pedigree_map_new();
	if (prov->known)
		return &prov->base;
	prov_free(&prov->base);
	return NULL;
}

/*
 * Words
 */

/* A local name of ours: letters, digits, "-_/~." and "%XX". */
static void add_local(struct pedigree_buf *buf, const char *text)
{
	_cleanup_buf_ struct pedigree_buf local = PEDIGREE_BUF_INIT;

	pedigree_percent_encode(&local, text);
	pedigree_buf_add_str(buf, local.data);
	buf->failed |= pedigree_buf_error(&local);
}

/* "pedigree:local/000000000000/artifact/…" */
static void name_entity(struct pedigree_buf *id,
			const struct pedigree_entity *entity)
{
	static const char ours[] = "arn:aws:sagemaker:";
	const char *arn = entity->arn ? entity->arn : "";
	size_t start = id->len;

	if (strncmp(arn, ours, strlen(ours)) == 0)
		arn += strlen(ours);
	pedigree_buf_add_str(id, "pedigree:");
	start = id->len;
	for (const char *c = arn; *c; c++)
		pedigree_buf_add_char(id, *c == ':' ? '/' : *c);
	if (pedigree_buf_error(id))
		return;
	_cleanup_free_ char *plain = strdup(id->data + start);
	pedigree_buf_cut(id, start);
	if (plain)
		add_local(id, plain);
	else
		id->failed = true;
}

static void add_typed(struct pedigree_buf *buf, const char *key,
		      const char *value, const char *type)
{
	pedigree_json_key(buf, key);
	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "$", value);
	pedigree_json_member(buf, "type", type);
	pedigree_buf_add_char(buf, '}');
}

static void add_type(struct pedigree_buf *buf, const char *type)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	if (!type || !*type)
		return;
	pedigree_buf_add_str(&name, "pedigree:");
	add_local(&name, type);
	add_typed(buf, "prov:type", name.data, "xsd:QName");
	buf->failed |= pedigree_buf_error(&name);
}

static void add_time(struct pedigree_buf *buf, const char *key, int64_t ms,
		     bool typed)
{
	_cleanup_buf_ struct pedigree_buf time = PEDIGREE_BUF_INIT;

	if (ms <= 0)
		return;
	pedigree_export_time(&time, ms);
	if (typed)
		add_typed(buf, key, time.data, "xsd:dateTime");
	else
		pedigree_json_member(buf, key, time.data);
	buf->failed |= pedigree_buf_error(&time);
}

/* Opens the member `id` of a part. */
static struct pedigree_buf *begin(struct prov *prov, enum part part,
				  const char *id)
{
	struct pedigree_buf *buf = &prov->parts[part];

	if (prov->counts[part]++)
		pedigree_buf_add_str(buf, ",\n");
	pedigree_json_string(buf, id);
	pedigree_buf_add_str(buf, ":{");
	return buf;
}

static struct pedigree_buf *begin_relation(struct prov *prov, enum part part)
{
	char id[48];

	snprintf(id, sizeof(id), "_:%s%zu", part_words[part],
		 prov->counts[part] + 1);
	return begin(prov, part, id);
}

static int is_new(struct prov *prov, const char *id, bool *ret_new)
{
	return pedigree_map_at(prov->known, id, strlen(id), ret_new)
		       ? 0
		       : PEDIGREE_ENOMEM;
}

/*
 * Entities
 */

static void add_properties(struct pedigree_buf *buf,
			   const struct pedigree_entity *entity)
{
	const char *bytes = pedigree_pairs_get(&entity->properties, "Bytes");
	bool manifest;
	const char *sha256 = pedigree_export_sha256(entity, &manifest);

	pedigree_json_member(buf, "pedigree:version",
			     pedigree_export_version(entity));
	pedigree_json_member(
		buf, manifest ? "pedigree:manifestSha256" : "pedigree:sha256",
		sha256);
	if (bytes && *bytes && !bytes[strspn(bytes, "0123456789")])
		add_typed(buf, "pedigree:bytes", bytes, "xsd:integer");
	add_time(buf, "pedigree:created", entity->created_ms, true);
}

static int add_entity(struct prov *prov, const struct pedigree_entity *entity,
		      struct pedigree_buf *id)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	struct pedigree_buf *buf;
	bool new = false;

	name_entity(id, entity);
	if (pedigree_buf_error(id) || is_new(prov, id->data, &new) < 0)
		return PEDIGREE_ENOMEM;
	if (!new)
		return 0;
	buf = begin(prov, ENTITY, id->data);
	pedigree_json_member(buf, "prov:label", entity->name);
	add_type(buf, entity->type);
	if (entity->source_uri) {
		pedigree_export_uri(&uri, entity->source_uri);
		add_typed(buf, "prov:location", uri.data, "xsd:anyURI");
	}
	pedigree_json_member(buf, "pedigree:arn", entity->arn);
	add_properties(buf, entity);
	pedigree_buf_add_char(buf, '}');
	return pedigree_buf_error(&uri) ? PEDIGREE_ENOMEM : 0;
}

/*
 * Runs
 */

static void add_parameters(struct pedigree_buf *buf,
			   const struct pedigree_entity *run)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (!run->parameters.n)
		return;
	pedigree_json_key(buf, "pedigree:parameter");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < run->parameters.n; i++) {
		const struct pedigree_param *param = &run->parameters.v[i];

		pedigree_buf_reset(&text);
		if (param->is_number)
			pedigree_buf_addf(&text, "%s=%.15g", param->key,
					  param->number);
		else
			pedigree_buf_addf(&text, "%s=%s", param->key,
					  param->value ? param->value : "");
		pedigree_json_comma(buf);
		pedigree_json_string(buf, text.data);
	}
	pedigree_buf_add_char(buf, ']');
	buf->failed |= pedigree_buf_error(&text);
}

static int add_activity(struct prov *prov,
			const struct pedigree_export_run *told,
			struct pedigree_buf *id, bool *ret_new)
{
	const struct pedigree_entity *run = told->run;
	struct pedigree_buf *buf;

	name_entity(id, run);
	if (pedigree_buf_error(id) || is_new(prov, id->data, ret_new) < 0)
		return PEDIGREE_ENOMEM;
	if (!*ret_new)
		return 0;
	buf = begin(prov, ACTIVITY, id->data);
	add_time(buf, "prov:startTime", pedigree_export_began(run), false);
	add_time(buf, "prov:endTime", pedigree_export_ended(run), false);
	pedigree_json_member(buf, "prov:label", pedigree_export_name(run));
	add_type(buf, run->type ? run->type : "Run");
	pedigree_json_member(buf, "pedigree:arn", run->arn);
	pedigree_json_member(buf, "pedigree:status", run->status);
	pedigree_json_member(buf, "pedigree:message", run->message);
	pedigree_json_member(buf, "pedigree:commit", run->commit_id);
	add_parameters(buf, run);
	pedigree_buf_add_char(buf, '}');
	return 0;
}

static int add_agent(struct prov *prov, const char *id, const char *label,
		     const char *type)
{
	struct pedigree_buf *buf;
	bool new = false;

	if (is_new(prov, id, &new) < 0)
		return PEDIGREE_ENOMEM;
	if (!new)
		return 0;
	buf = begin(prov, AGENT, id);
	pedigree_json_member(buf, "prov:label", label);
	add_typed(buf, "prov:type", type, "xsd:QName");
	pedigree_buf_add_char(buf, '}');
	return 0;
}

/* The code that ran is the plan of whoever ran it. */
static void associate(struct prov *prov, const char *run, const char *agent,
		      const char *role, const char *plan)
{
	struct pedigree_buf *buf = begin_relation(prov, ASSOCIATED);

	pedigree_json_member(buf, "prov:activity", run);
	pedigree_json_member(buf, "prov:agent", agent);
	pedigree_json_member(buf, "prov:plan", plan);
	pedigree_json_member(buf, "prov:role", role);
	pedigree_buf_add_char(buf, '}');
}

static int add_agents(struct prov *prov, const struct pedigree_export_run *told,
		      const char *run, const char *plan)
{
	_cleanup_buf_ struct pedigree_buf label = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf id = PEDIGREE_BUF_INIT;
	const char *user = pedigree_export_param(told->run, "user");
	const char *host = pedigree_export_param(told->run, "host");
	const char *by = told->run->generated_by;
	int status = 0;

	if (user) {
		pedigree_buf_addf(&label, "%s@%s", user, host ? host : "");
		pedigree_buf_add_str(&id, "pedigree:user/");
		add_local(&id, label.data);
		status = add_agent(prov, id.data, label.data, "prov:Person");
		associate(prov, run, id.data, "runner", plan);
	}
	pedigree_buf_reset(&id);
	pedigree_buf_add_str(&id, "pedigree:software/");
	add_local(&id, by ? by : PACKAGE);
	if (!status)
		status = add_agent(prov, id.data, by ? by : PACKAGE,
				   "prov:SoftwareAgent");
	associate(prov, run, id.data, "recorder", NULL);
	return pedigree_buf_error(&id) || pedigree_buf_error(&label)
		       ? PEDIGREE_ENOMEM
		       : status;
}

static void relate(struct prov *prov, enum part part, const char *first,
		   const char *first_id, const char *second,
		   const char *second_id)
{
	struct pedigree_buf *buf = begin_relation(prov, part);

	pedigree_json_member(buf, first, first_id);
	pedigree_json_member(buf, second, second_id);
	pedigree_buf_add_char(buf, '}');
}

static int add_derivation(struct prov *prov, const char *run,
			  const struct pedigree_entity *input,
			  const struct pedigree_entity *output)
{
	_cleanup_buf_ struct pedigree_buf used = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf made = PEDIGREE_BUF_INIT;
	struct pedigree_buf *buf;

	if (prov->counts[DERIVED] >= MOST_DERIVATIONS) {
		prov->base.gaps.no_derivation++;
		return 0;
	}
	name_entity(&used, input);
	name_entity(&made, output);
	buf = begin_relation(prov, DERIVED);
	pedigree_json_member(buf, "prov:generatedEntity", made.data);
	pedigree_json_member(buf, "prov:usedEntity", used.data);
	pedigree_json_member(buf, "prov:activity", run);
	pedigree_buf_add_char(buf, '}');
	return pedigree_buf_error(&used) || pedigree_buf_error(&made)
		       ? PEDIGREE_ENOMEM
		       : 0;
}

static bool is_code(const struct pedigree_entity *entity)
{
	return entity->type && strcmp(entity->type, "Code") == 0;
}

static int add_derivations(struct prov *prov, const char *run,
			   const struct pedigree_export_run *told)
{
	int status = 0;

	for (size_t i = 0; i < told->outputs.n; i++)
		for (size_t k = 0; !status && k < told->inputs.n; k++)
			if (!is_code(told->inputs.v[k]) &&
			    told->inputs.v[k] != told->outputs.v[i])
				status = add_derivation(prov, run,
							told->inputs.v[k],
							told->outputs.v[i]);
	return status;
}

/* Entities of one side, and what ties them to the run. */
static int add_ends(struct prov *prov, const char *run,
		    const struct pedigree_export_ends *ends, enum part part,
		    struct pedigree_buf *plan)
{
	int status = 0;

	for (size_t i = 0; !status && i < ends->n; i++) {
		_cleanup_buf_ struct pedigree_buf id = PEDIGREE_BUF_INIT;

		status = add_entity(prov, ends->v[i], &id);
		if (status)
			break;
		if (part == USED)
			relate(prov, part, "prov:activity", run, "prov:entity",
			       id.data);
		else if (part == GENERATED)
			relate(prov, part, "prov:entity", id.data,
			       "prov:activity", run);
		else
			relate(prov, part, "prov:influencee", id.data,
			       "prov:influencer", run);
		if (plan && !plan->len && is_code(ends->v[i]))
			pedigree_buf_add_str(plan, id.data);
	}
	return status;
}

static int prov_run(struct pedigree_export *export,
		    const struct pedigree_export_run *told,
		    struct pedigree_error *err)
{
	struct prov *prov = pedigree_container_of(export, struct prov, base);
	_cleanup_buf_ struct pedigree_buf id = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf plan = PEDIGREE_BUF_INIT;
	bool new = false;
	int status = add_activity(prov, told, &id, &new);

	if (!status && !new)
		return 0;
	if (!status)
		status = add_ends(prov, id.data, &told->inputs, USED, &plan);
	if (!status)
		status = add_ends(prov, id.data, &told->outputs, GENERATED,
				  NULL);
	if (!status)
		status = add_ends(prov, id.data, &told->contexts, INFLUENCED,
				  NULL);
	if (!status)
		status = add_agents(prov, told, id.data,
				    plan.len ? plan.data : NULL);
	if (!status)
		status = add_derivations(prov, id.data, told);
	if (status || pedigree_buf_error(&plan))
		return pedigree_fail_memory(err);
	return 0;
}

/* A copy is an alternate of the original: neither came of the other's use. */
static int prov_tie(struct pedigree_export *export,
		    const struct pedigree_entity *source,
		    const struct pedigree_entity *destination, const char *type,
		    struct pedigree_error *err)
{
	struct prov *prov = pedigree_container_of(export, struct prov, base);
	_cleanup_buf_ struct pedigree_buf from = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf to = PEDIGREE_BUF_INIT;

	if (add_entity(prov, source, &from) < 0 ||
	    add_entity(prov, destination, &to) < 0)
		return pedigree_fail_memory(err);
	if (type && strcmp(type, "SameAs") == 0)
		relate(prov, ALTERNATE, "prov:alternate1", to.data,
		       "prov:alternate2", from.data);
	else if (type && strcmp(type, "DerivedFrom") == 0)
		relate(prov, DERIVED, "prov:generatedEntity", to.data,
		       "prov:usedEntity", from.data);
	else
		relate(prov, INFLUENCED, "prov:influencee", to.data,
		       "prov:influencer", from.data);
	return 0;
}

static int prov_end(struct pedigree_export *export, struct pedigree_error *err)
{
	struct prov *prov = pedigree_container_of(export, struct prov, base);

	for (size_t i = 0; i < PARTS; i++)
		if (pedigree_buf_error(&prov->parts[i]))
			return pedigree_fail_memory(err);
	fputs("{\"prefix\":{\"pedigree\":\"urn:x-pedigree:ns:\","
	      "\"prov\":\"http://www.w3.org/ns/prov#\","
	      "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"}",
	      export->out);
	for (size_t i = 0; i < PARTS; i++) {
		if (!prov->counts[i])
			continue;
		fprintf(export->out, ",\n\"%s\":{\n", part_words[i]);
		fwrite(prov->parts[i].data, 1, prov->parts[i].len, export->out);
		fputs("\n}", export->out);
	}
	fputs("}\n", export->out);
	return 0;
}

const struct pedigree_export_ops pedigree_export_prov = {
	.new = prov_new,
	.run = prov_run,
	.tie = prov_tie,
	.end = prov_end,
	.free = prov_free,
};
