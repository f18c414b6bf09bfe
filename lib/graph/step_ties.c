/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one step wrote and another read may be gone, or written over, when the
 * record is made. An artifact without a digest stands for it then, which is of
 * the step that wrote it and of no other run.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "graph/builder.h"
#include "graph/steps.h"

struct tie {
	uint32_t from, to; /* steps */
	char *path;
};

/* Of one artifact, one after another. */
struct maker {
	size_t entity, next; /* both + 1; 0: none */
};

struct ties {
	const struct pedigree_builder *run;
	const struct pedigree_log_steps *steps;
	const size_t *entities;	      /* of steps, + 1; 0: it has none */
	struct pedigree_map *writers; /* of a path: step + 1 */
	struct pedigree_map *seen;
	struct pedigree_map *made_by; /* of an artifact: the last maker + 1 */
	struct pedigree_map *joined;  /* pairs of entities, + 1 */
	PEDIGREE_VEC(struct maker) makers;
	PEDIGREE_VEC(struct tie) all;
};

static void ties_clear(struct ties *ties)
{
	pedigree_map_free(ties->writers);
	pedigree_map_free(ties->seen);
	pedigree_map_free(ties->made_by);
	pedigree_map_free(ties->joined);
	pedigree_vec_clear(&ties->makers);
	for (size_t i = 0; i < ties->all.n; i++)
		free(ties->all.v[i].path);
	pedigree_vec_clear(&ties->all);
}

/* The type of what was passed on; NULL: it is code, or noise. */
static const char *type_of(const struct ties *ties, const char *path)
{
	struct pedigree_verdict verdict = { 0 };

	pedigree_rules_judge(ties->run->plan.rules, path, NULL,
			     PEDIGREE_ROLE_OUTPUT, &verdict);
	return verdict.kept && strcmp(verdict.type, "Code") != 0 ? verdict.type
								 : NULL;
}

static int wrote(struct ties *ties, const struct pedigree_buf *path,
		 uint32_t step)
{
	void **place =
		pedigree_map_at(ties->writers, path->data, path->len, NULL);

	if (!place)
		return PEDIGREE_ENOMEM;
	*place = (void *)(uintptr_t)(step == PEDIGREE_NONE ? 0 : step + 1);
	return 0;
}

static int has_read(struct ties *ties, const struct pedigree_buf *path,
		    uint32_t step)
{
	uintptr_t writer = (uintptr_t)pedigree_map_get(ties->writers,
						       path->data, path->len);
	uint32_t from = (uint32_t)(writer - 1);
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	struct tie *tie;
	bool is_new;

	if (!writer || step == PEDIGREE_NONE || from == step ||
	    !type_of(ties, path->data))
		return 0;
	pedigree_buf_addf(&key, "%u %u %s", from, step, path->data);
	if (pedigree_buf_error(&key) ||
	    !pedigree_map_at(ties->seen, key.data, key.len, &is_new))
		return PEDIGREE_ENOMEM;
	if (!is_new)
		return 0;
	tie = pedigree_vec_push(&ties->all);
	if (!tie)
		return PEDIGREE_ENOMEM;
	tie->from = from;
	tie->to = step;
	tie->path = strdup(path->data);
	return tie->path ? 0 : PEDIGREE_ENOMEM;
}

static int on_event(struct ties *ties, const struct pedigree_evlog *log,
		    const struct pedigree_event *event)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	uint32_t step = pedigree_log_step_of(ties->steps, event);
	bool moves = event->type == PEDIGREE_EV_RENAME ||
		     event->type == PEDIGREE_EV_LINK;
	bool opens =
		event->type == PEDIGREE_EV_OPEN ||
		(event->type == PEDIGREE_EV_STREAM && event->text[0] == '/');
	bool empties = event->flags & PEDIGREE_F_TRUNC;
	int r = 0;

	if ((!moves && !opens) ||
	    (opens && event->flags & (PEDIGREE_F_LIST | PEDIGREE_F_ANON)) ||
	    !pedigree_evlog_path(log, event->folder, event->text, &path))
		return 0;
	if (moves || ((event->flags & PEDIGREE_F_READ) && !empties))
		r = has_read(ties, &path, step);
	if (r == 0 && moves &&
	    !pedigree_evlog_path(log, event->folder2, event->text2, &path))
		return 0;
	if (r == 0 && (moves || empties || (event->flags & PEDIGREE_F_WRITE)))
		r = wrote(ties, &path, step);
	return r;
}

static size_t entity_of(const struct ties *ties, const char *arn)
{
	return (uintptr_t)pedigree_map_get(ties->run->by_arn, arn, strlen(arn));
}

static int note_producer(struct ties *ties, const char *artifact,
			 const char *producer)
{
	void **place = pedigree_map_at(ties->made_by, artifact,
				       strlen(artifact), NULL);
	struct maker *maker = place ? pedigree_vec_push(&ties->makers) : NULL;

	if (!maker)
		return PEDIGREE_ENOMEM;
	maker->entity = entity_of(ties, producer);
	maker->next = (uintptr_t)*place;
	*place = (void *)(uintptr_t)ties->makers.n;
	return 0;
}

/* Whoever made the artifact is joined with who used it. */
static int note_user(struct ties *ties, const char *artifact, const char *user)
{
	size_t next = (uintptr_t)pedigree_map_get(ties->made_by, artifact,
						  strlen(artifact));

	while (next) {
		const struct maker *maker = &ties->makers.v[next - 1];
		size_t pair[] = { maker->entity, entity_of(ties, user) };

		if (!pedigree_map_at(ties->joined, pair, sizeof(pair), NULL))
			return PEDIGREE_ENOMEM;
		next = maker->next;
	}
	return 0;
}

static int find_joined(struct ties *ties)
{
	const struct pedigree_record *record = ties->run->record;
	int r = 0;

	for (size_t i = 0; r == 0 && i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];

		if (strcmp(edge->type, "Produced") == 0)
			r = note_producer(ties, edge->destination,
					  edge->source);
	}
	for (size_t i = 0; r == 0 && i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];

		if (strcmp(edge->type, "ContributedTo") == 0)
			r = note_user(ties, edge->source, edge->destination);
	}
	return r;
}

static int add_artifact(struct pedigree_builder *builder,
			const struct ties *ties, const struct tie *tie,
			size_t maker, size_t *ret_index)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const char *slash = strrchr(tie->path, '/');
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf version = PEDIGREE_BUF_INIT;
	struct pedigree_entity entity = {
		.kind = PEDIGREE_ARTIFACT,
		.created_ms = facts->start_ms,
		.modified_ms = facts->start_ms,
		.name = pedigree_api_name(slash && slash[1] ? slash + 1
							    : tie->path),
		.type = strdup(type_of(ties, tie->path)),
	};

	pedigree_buf_addf(&version, "%s:%s", PEDIGREE_UNVERIFIED,
			  builder->record->entities.v[maker].name);
	if (pedigree_plan_uri(&builder->plan, NULL, tie->path, &uri) == 0)
		entity.source_uri = pedigree_buf_take(&uri);
	if (!entity.name || !entity.type || !entity.source_uri ||
	    pedigree_buf_error(&version) ||
	    pedigree_pairs_add(&entity.source_types, "Custom", version.data) ||
	    pedigree_pairs_set(&entity.properties, "Host", facts->host) ||
	    pedigree_pairs_set(&entity.properties, "Temporary", "true")) {
		pedigree_entity_clear(&entity);
		return PEDIGREE_ENOMEM;
	}
	return pedigree_builder_add(builder, &entity, ret_index);
}

static int add_ties(struct ties *ties, struct pedigree_builder *builder)
{
	int r = ties->all.n ? find_joined(ties) : 0;

	for (size_t i = 0; r == 0 && i < ties->all.n; i++) {
		const struct tie *tie = &ties->all.v[i];
		size_t pair[] = { ties->entities[tie->from],
				  ties->entities[tie->to] };

		size_t artifact;

		if (!pair[0] || !pair[1] ||
		    pedigree_map_has(ties->joined, pair, sizeof(pair)))
			continue;
		r = add_artifact(builder, ties, tie, pair[0] - 1, &artifact);
		if (r == 0)
			r = pedigree_builder_edge(builder, pair[0] - 1,
						  artifact, "Produced");
		if (r == 0)
			r = pedigree_builder_edge(builder, artifact,
						  pair[1] - 1, "ContributedTo");
	}
	return r;
}

int pedigree_builder_tie_steps(struct pedigree_builder *builder,
			       const struct pedigree_evlog *log,
			       const struct pedigree_log_steps *steps,
			       const size_t *entities)
{
	_cleanup_(ties_clear) struct ties ties = {
		.run = builder,
		.steps = steps,
		.entities = entities,
		.writers = pedigree_map_new(),
		.seen = pedigree_map_new(),
		.joined = pedigree_map_new(),
		.made_by = pedigree_map_new(),
	};
	int r = 0;

	if (!ties.writers || !ties.seen || !ties.joined || !ties.made_by)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; r == 0 && i < log->n_events; i++)
		r = on_event(&ties, log, &log->events[i]);
	return r == 0 ? add_ties(&ties, builder) : r;
}
