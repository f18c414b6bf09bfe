/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/ledger_schema.h"

#include "base/err.h"
#include "base/fs.h"

static const char schema[] =
	"CREATE TABLE entity("
	"	id INTEGER PRIMARY KEY,"
	"	arn TEXT NOT NULL UNIQUE,"
	"	kind INTEGER NOT NULL,"
	"	name TEXT COLLATE NOCASE,"
	"	type TEXT,"
	"	source_uri TEXT,"
	"	version TEXT,"
	"	md5 TEXT,"
	"	bytes INTEGER,"
	"	tied INTEGER NOT NULL DEFAULT 0,"
	"	created INTEGER NOT NULL,"
	"	modified INTEGER NOT NULL,"
	"	observed INTEGER NOT NULL,"
	"	produced INTEGER NOT NULL DEFAULT 0,"
	"	latest INTEGER NOT NULL,"
	"	run TEXT,"
	"	doc TEXT NOT NULL);"
	"CREATE INDEX entity_by_name ON entity(name COLLATE NOCASE);"
	"CREATE INDEX entity_by_kind ON entity(kind, created);"
	"CREATE INDEX entity_by_uri ON entity(source_uri)"
	"	WHERE source_uri IS NOT NULL;"
	"CREATE INDEX entity_by_version ON entity(version)"
	"	WHERE version IS NOT NULL;"
	"CREATE INDEX entity_by_md5 ON entity(md5) WHERE md5 IS NOT NULL;"
	"CREATE INDEX entity_tied"
	"	ON entity(version, observed, produced, arn) WHERE tied = 1;"
	"CREATE TABLE association("
	"	source INTEGER NOT NULL REFERENCES entity(id),"
	"	destination INTEGER NOT NULL REFERENCES entity(id),"
	"	type TEXT,"
	"	created INTEGER NOT NULL,"
	"	rule INTEGER NOT NULL DEFAULT 0,"
	"	PRIMARY KEY(source, destination)) WITHOUT ROWID;"
	"CREATE INDEX association_by_destination"
	"	ON association(destination, source);"
	"CREATE INDEX association_by_created ON association(created);"
	/* The rules' own edges, few among many: what has them is often what
	   everybody reads. The numbers are enum pedigree_rule's. */
	"CREATE INDEX same_as_from ON association(rule, source) WHERE rule = 1;"
	"CREATE INDEX same_as_to ON association(rule, destination) WHERE rule = 1;"
	"CREATE INDEX deployed_from ON association(rule, source) WHERE rule = 2;"
	"CREATE INDEX deployed_to ON association(rule, destination) WHERE rule = 2;"
	"CREATE INDEX part_from ON association(rule, source) WHERE rule = 3;"
	"CREATE INDEX part_to ON association(rule, destination) WHERE rule = 3;"
	"CREATE TABLE stated("
	"	run TEXT NOT NULL,"
	"	source INTEGER NOT NULL,"
	"	destination INTEGER NOT NULL,"
	"	revision INTEGER NOT NULL,"
	"	PRIMARY KEY(run, source, destination)) WITHOUT ROWID;"
	"CREATE INDEX stated_by_edge ON stated(source, destination);"
	"CREATE TABLE tag("
	"	entity INTEGER NOT NULL REFERENCES entity(id),"
	"	key TEXT NOT NULL,"
	"	value TEXT NOT NULL,"
	"	PRIMARY KEY(entity, key)) WITHOUT ROWID;"
	"CREATE INDEX tag_by_key ON tag(key, value);"
	"CREATE TABLE run("
	"	name TEXT PRIMARY KEY,"
	"	revision INTEGER NOT NULL,"
	"	entity INTEGER NOT NULL REFERENCES entity(id),"
	"	capture TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX run_by_entity ON run(entity);"
	"CREATE TABLE membership("
	"	trial TEXT NOT NULL COLLATE NOCASE,"
	"	component INTEGER NOT NULL REFERENCES entity(id),"
	"	PRIMARY KEY(trial, component)) WITHOUT ROWID;"
	"CREATE INDEX membership_by_component ON membership(component);"
	/* Text, or a blob (ledger_pack.h). */
	"CREATE TABLE manifest("
	"	digest TEXT NOT NULL UNIQUE,"
	"	text TEXT NOT NULL);";

const struct pedigree_db_kind pedigree_ledger_kind = {
	.what = "ledger",
	.application_id = 0x50656467, /* "Pedg" */
	.version = 1,
	.schema = schema,
	.advice =
		"name another file as `path` in [backend ledger], or move this one away and let pedigree make a new one",
};

void pedigree_ledger_path(const char *data_folder, const char *path,
			  struct pedigree_buf *buf)
{
	pedigree_path_join(buf, data_folder,
			   path && *path ? path : "ledger.db");
}

int pedigree_ledger_configured(const struct pedigree_config *config,
			       struct pedigree_buf *path,
			       struct pedigree_error *err)
{
	pedigree_ledger_path(
		pedigree_config_data(config),
		pedigree_config_get(config, "backend", "ledger", "path"), path);
	return pedigree_buf_error(path) ? pedigree_fail_memory(err) : 0;
}
