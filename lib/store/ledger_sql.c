/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger's writer says to SQLite.
 */
#include "config.h"

#include "store/ledger_write.h"

/* enum pedigree_kind and enum pedigree_rule, as text. */
#define ARTIFACT "0"
#define ACTION "1"
#define CONTEXT "2"
#define TRIAL_COMPONENT "3"
#define SAME_AS "1"
#define DEPLOYED "2"
#define PART "3"

_Static_assert(PEDIGREE_ARTIFACT == 0 && PEDIGREE_ACTION == 1 &&
		       PEDIGREE_CONTEXT == 2 && PEDIGREE_TRIAL_COMPONENT == 3,
	       "the statements have these numbers, and so have ledgers");

/* An empty file says nothing about another empty file. */
#define HAS_BYTES "s.version GLOB 'sha256:*' AND coalesce(s.bytes, 1) > 0"
/* Entities are always reached by an edge or by a version: the "+" keeps the
   planner from going through all of a kind instead. */
/* Is artifact `m`, which contributed to a deployment, what was deployed? */
#define IS_MODEL \
	"+m.kind = " ARTIFACT \
	" AND coalesce(m.type, '') NOT IN ('Code', 'DataSet', 'Image', " \
	"'SageMakerModel', 'EndpointConfig')"
/* What the action `a` deploys to: a rule may give it a type of its own. */
#define IS_ENDPOINT \
	"+x.kind = " CONTEXT \
	" AND (x.type = 'Endpoint' OR a.type = 'ModelDeployment')"
#define IS_PRODUCED(y) \
	"EXISTS(SELECT 1 FROM association p WHERE p.destination = " y ".id " \
	"AND p.type = 'Produced')"
/* Artifact `y` as a part reads it, with its manifest if it has one, and the
   folder of a data set that is the same in any. */
#define PART_OF_Y \
	"SELECT y.id, y.source_uri, y.version, " IS_PRODUCED( \
		"y") ", " \
		     "y.observed, y.latest, m.text, CASE WHEN y.source_uri " \
		     "GLOB 'dataset://*' THEN json_extract(y.doc, " \
		     "'$.Properties.Folder') END FROM entity y " \
		     "LEFT JOIN manifest m ON m.digest = substr(y.version, 8) "
#define IS_PART \
	"+y.kind = " ARTIFACT " AND coalesce(y.type, '') NOT IN ('Code', " \
	"'Image') AND +y.version GLOB 'sha256:*'"
/* Made by a run before the other was last seen, and only one of them. */
#define IS_OTHER_PART \
	IS_PART " AND y.id <> ?2 AND " IS_PRODUCED( \
		"y") " <> ?3 " \
		     "AND CASE WHEN ?3 THEN y.latest > ?4 ELSE y.observed < ?5 END"
#define DEPLOYED_COLUMNS \
	"INSERT INTO association(source, destination, type, created, rule) " \
	"SELECT t.id, x.id, 'AssociatedWith', "
/*
 * A run is behind an endpoint by an artifact that it produced and one that
 * was deployed, which are the same, have the same bytes or are tied by
 * ledger_parts.c. Bytes are compared by the set: a run may have produced them
 * a hundred thousand times.
 */
#define PRODUCED \
	"WITH produced(id, version) AS (SELECT o.id, o.version " \
	"FROM association p CROSS JOIN entity o ON o.id = p.destination " \
	"WHERE p.source = ?1 AND p.type = 'Produced') "
/* What was deployed to context ?1, since when, and what it may come from. */
#define ORIGINS \
	"WITH model(id, version, observed) AS (" \
	"SELECT m.id, m.version, min(a.observed) FROM association c " \
	"CROSS JOIN entity a ON a.id = c.source AND +a.kind = " ACTION \
	" CROSS JOIN entity x ON x.id = c.destination AND " IS_ENDPOINT \
	" CROSS JOIN association i ON i.destination = a.id " \
	"AND i.type = 'ContributedTo' " \
	"CROSS JOIN entity m ON m.id = i.source AND " IS_MODEL \
	" WHERE c.destination = ?1 AND c.type = 'AssociatedWith' " \
	"GROUP BY m.id), bytes(version, observed) AS (" \
	"SELECT version, min(observed) FROM model GROUP BY version), " \
	"origin(id, observed) AS (SELECT id, observed FROM model " \
	"UNION ALL SELECT s.id, bytes.observed FROM bytes " \
	"CROSS JOIN entity s ON s.version = bytes.version AND " HAS_BYTES \
	" UNION ALL SELECT f.source, model.observed FROM model " \
	"CROSS JOIN association f ON f.destination = model.id " \
	"AND f.rule = " PART ") "

const char *const pedigree_ledger_sqls[PEDIGREE_SQLS] = {
	[PEDIGREE_SQL_RUN_GET] = "SELECT revision FROM run WHERE name = ?1",
	[PEDIGREE_SQL_RUN_SET] =
		"INSERT INTO run(name, revision, entity, capture) "
		"VALUES(?1, ?2, ?3, ?4) ON CONFLICT(name) DO UPDATE SET "
		"revision = excluded.revision, entity = excluded.entity, "
		"capture = excluded.capture",
	[PEDIGREE_SQL_FIND] =
		"SELECT id, kind, run, observed, produced, latest, created, "
		"tied, doc FROM entity WHERE arn = ?1",
	[PEDIGREE_SQL_WHERE] = "SELECT id, kind FROM entity WHERE arn = ?1",
	[PEDIGREE_SQL_ADD] =
		"INSERT INTO entity(arn, kind, name, type, source_uri, "
		"version, md5, bytes, tied, created, modified, observed, "
		"produced, latest, run, doc) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
		"?7, CASE WHEN ?8 >= 0 THEN ?8 END, ?9, ?10, ?11, ?12, ?13, "
		"?12, ?14, ?15)",
	[PEDIGREE_SQL_OBSERVE] =
		"UPDATE entity SET observed = ?2, produced = ?3, "
		"latest = ?4 WHERE id = ?1",
	[PEDIGREE_SQL_CHANGE] =
		"UPDATE entity SET name = ?2, type = ?3, source_uri = ?4, "
		"md5 = ?5, bytes = CASE WHEN ?6 >= 0 THEN ?6 END, tied = ?7, "
		"modified = ?8, run = coalesce(?9, run), doc = ?10, "
		"version = ?11 WHERE id = ?1",
	[PEDIGREE_SQL_TAG_ADD] =
		"INSERT INTO tag(entity, key, value) VALUES(?1, ?2, ?3) "
		"ON CONFLICT DO NOTHING",
	[PEDIGREE_SQL_TAG_SET] =
		"INSERT INTO tag(entity, key, value) VALUES(?1, ?2, ?3) "
		"ON CONFLICT DO UPDATE SET value = excluded.value",
	[PEDIGREE_SQL_TAGS_DROP] = "DELETE FROM tag WHERE entity = ?1",

	[PEDIGREE_SQL_EDGE_ADD] =
		"INSERT INTO association(source, destination, type, created) "
		"VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
		"type = excluded.type, rule = 0, "
		"created = min(created, excluded.created)",
	[PEDIGREE_SQL_STATE] =
		"INSERT INTO stated(run, source, destination, revision) "
		"VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
		"revision = excluded.revision",
	[PEDIGREE_SQL_STALE] = "SELECT e.source, e.destination, s.kind, d.kind "
			       "FROM stated e JOIN entity s ON s.id = e.source "
			       "JOIN entity d ON d.id = e.destination "
			       "WHERE e.run = ?1 AND e.revision < ?2",
	[PEDIGREE_SQL_STATE_DROP] =
		"DELETE FROM stated WHERE run = ?1 AND revision < ?2",
	[PEDIGREE_SQL_EDGE_DROP] =
		"DELETE FROM association WHERE source = ?1 "
		"AND destination = ?2 AND rule = 0 AND NOT EXISTS("
		"SELECT 1 FROM stated WHERE source = ?1 AND destination = ?2)",

	[PEDIGREE_SQL_MEMBER_ADD] =
		"INSERT INTO membership(trial, component) VALUES(?1, ?2) "
		"ON CONFLICT DO NOTHING",
	[PEDIGREE_SQL_MEMBERS_DROP] =
		"DELETE FROM membership WHERE component = ?1",
	[PEDIGREE_SQL_MANIFEST_HAS] =
		"SELECT 1 FROM manifest WHERE digest = ?1",
	[PEDIGREE_SQL_MANIFEST_ADD] =
		"INSERT INTO manifest(digest, text) VALUES(?1, ?2) "
		"ON CONFLICT DO NOTHING",

	[PEDIGREE_SQL_STAR_CENTRE] =
		"SELECT c.id, x.tied FROM entity x JOIN entity c ON c.id = ("
		"SELECT e.id FROM entity e WHERE e.version = x.version "
		"AND e.tied = 1 ORDER BY e.observed, e.produced, e.arn "
		"LIMIT 1) WHERE x.id = ?1",
	/* Does the centre have no edge in and the other none out? */
	[PEDIGREE_SQL_STAR_STANDS] =
		"SELECT 1 WHERE NOT EXISTS(SELECT 1 FROM association "
		"WHERE destination = ?1 AND rule = " SAME_AS ") "
		"AND NOT EXISTS(SELECT 1 FROM association "
		"WHERE source = ?2 AND rule = " SAME_AS ")",
	[PEDIGREE_SQL_STAR_OF] =
		"SELECT 1 WHERE EXISTS(SELECT 1 FROM association "
		"WHERE source = ?1 AND rule = " SAME_AS ") "
		"OR EXISTS(SELECT 1 FROM association "
		"WHERE destination = ?1 AND rule = " SAME_AS ")",
	[PEDIGREE_SQL_STAR_ADD] =
		"INSERT INTO association(source, destination, type, created, "
		"rule) SELECT c.id, m.id, 'SameAs', m.observed, " SAME_AS
		" FROM entity c, entity m WHERE c.id = ?1 AND m.id = ?2 "
		"AND m.source_uri <> c.source_uri ON CONFLICT DO NOTHING",
	[PEDIGREE_SQL_STAR_DROP] =
		"DELETE FROM association WHERE rule = " SAME_AS
		" AND source IN (SELECT id FROM entity WHERE version = "
		"(SELECT version FROM entity WHERE id = ?1))",
	[PEDIGREE_SQL_STAR_SET] =
		"INSERT INTO association(source, destination, type, created, "
		"rule) SELECT c.id, m.id, 'SameAs', m.observed, " SAME_AS
		" FROM entity c CROSS JOIN entity m "
		"WHERE c.id = ?1 AND m.version = c.version AND m.tied = 1 "
		"AND m.source_uri <> c.source_uri ON CONFLICT DO NOTHING",

	[PEDIGREE_SQL_PART] = PART_OF_Y "WHERE y.id = ?1 AND " IS_PART,
	[PEDIGREE_SQL_PARTS_AT] =
		PART_OF_Y "WHERE y.source_uri = ?1 AND " IS_OTHER_PART,
	/* '0' comes after '/'. */
	[PEDIGREE_SQL_PARTS_BELOW] =
		PART_OF_Y "WHERE y.source_uri > ?1 || '/' "
			  "AND y.source_uri < ?1 || '0' AND " IS_OTHER_PART,
	[PEDIGREE_SQL_PARTS_DROP_FROM] =
		"DELETE FROM association WHERE rule = " PART " AND source = ?1",
	[PEDIGREE_SQL_PARTS_DROP_INTO] =
		"DELETE FROM association WHERE rule = " PART
		" AND destination = ?1",
	[PEDIGREE_SQL_PARTS_INTO] =
		"SELECT source FROM association WHERE destination = ?1 "
		"AND rule = " PART " ORDER BY source",
	[PEDIGREE_SQL_PART_ADD] =
		"INSERT INTO association(source, destination, type, created, "
		"rule) SELECT f.id, t.id, 'DerivedFrom', "
		"max(f.observed, t.observed), " PART
		" FROM entity f, entity t WHERE f.id = ?1 AND t.id = ?2 "
		"ON CONFLICT DO NOTHING",

	[PEDIGREE_SQL_DEPLOYED_DROP_RUN] =
		"DELETE FROM association WHERE source = ?1 "
		"AND rule = " DEPLOYED,
	[PEDIGREE_SQL_DEPLOYED_SET_RUN] = PRODUCED DEPLOYED_COLUMNS
	"min(max(t.observed, a.observed)), " DEPLOYED
	" FROM entity t CROSS JOIN entity m ON m.id IN ("
	"SELECT id FROM produced UNION "
	"SELECT s.id FROM entity s WHERE s.version IN ("
	"SELECT version FROM produced) AND " HAS_BYTES
	" UNION SELECT f.destination FROM produced "
	"CROSS JOIN association f ON f.source = produced.id "
	"AND f.rule = " PART ") AND " IS_MODEL
	" CROSS JOIN association i ON i.source = m.id "
	"AND i.type = 'ContributedTo' "
	"CROSS JOIN entity a ON a.id = i.destination "
	"AND +a.kind = " ACTION " CROSS JOIN association c ON c.source = a.id "
	"AND c.type = 'AssociatedWith' "
	"CROSS JOIN entity x ON x.id = c.destination AND " IS_ENDPOINT
	" WHERE t.id = ?1 GROUP BY x.id ON CONFLICT DO NOTHING",
	[PEDIGREE_SQL_DEPLOYED_DROP_CONTEXT] =
		"DELETE FROM association WHERE destination = ?1 "
		"AND rule = " DEPLOYED,
	[PEDIGREE_SQL_DEPLOYED_SET_CONTEXT] = ORIGINS DEPLOYED_COLUMNS
	"min(max(t.observed, origin.observed)), " DEPLOYED
	" FROM entity x CROSS JOIN origin "
	"CROSS JOIN association p ON p.destination = origin.id "
	"AND p.type = 'Produced' "
	"CROSS JOIN entity t ON t.id = p.source "
	"AND +t.kind = " TRIAL_COMPONENT " WHERE x.id = ?1 "
	"GROUP BY t.id ON CONFLICT DO NOTHING",
	[PEDIGREE_SQL_CONTEXTS_OF_ACTION] =
		"SELECT e.destination FROM association e "
		"JOIN entity x ON x.id = e.destination "
		"WHERE e.source = ?1 AND +x.kind = " CONTEXT,
	[PEDIGREE_SQL_CONTEXTS_OF_MODEL] =
		"SELECT DISTINCT x.id FROM association i "
		"CROSS JOIN entity a ON a.id = i.destination "
		"AND +a.kind = " ACTION
		" CROSS JOIN association c ON c.source = a.id "
		"CROSS JOIN entity x ON x.id = c.destination "
		"WHERE i.source = ?1 AND +x.kind = " CONTEXT,
	[PEDIGREE_SQL_ENDPOINT] =
		"SELECT x.doc FROM association c "
		"CROSS JOIN entity a ON a.id = c.source AND +a.kind = " ACTION
		" CROSS JOIN entity x ON x.id = c.destination AND " IS_ENDPOINT
		" WHERE c.destination = ?1 AND c.type = 'AssociatedWith' "
		"LIMIT 1",
	[PEDIGREE_SQL_DEPLOYMENTS] =
		"SELECT a.doc, a.observed FROM association c "
		"CROSS JOIN entity a ON a.id = c.source AND +a.kind = " ACTION
		" WHERE c.destination = ?1 AND c.type = 'AssociatedWith' "
		"ORDER BY a.observed DESC, a.arn DESC",
	[PEDIGREE_SQL_SET_DOC] =
		"UPDATE entity SET doc = ?2, modified = ?3 WHERE id = ?1",
};
