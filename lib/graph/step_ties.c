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

/* An artifact that a step made or used, and the next of them. */
struct end {
	size_t artifact, next; /* both + 1; 0: none */
};

enum side {
	MADE,
	USED
};

struct ties {
	const struct pedigree_builder *run;
	const struct pedigree_log_steps *steps;
	const size_t *entities;	      /* of steps, + 1; 0: it has none */
	struct pedigree_map *writers; /* of a path: step + 1 */
	struct pedigree_map *seen;
	struct pedigree_map *first;  /* of a step and a side: its end + 1 */
	struct pedigree_map *edges;  /* step, side and artifact */
	struct pedigree_map *joined; /* pairs of steps: 1: they are not, 2 */
	PEDIGREE_VEC(struct end) ends;
	PEDIGREE_VEC(struct tie) all;
};

static void ties_clear(struct ties *ties)
{
	pedigree_map_free(ties->writers);
	pedigree_map_free(ties->seen);
	pedigree_map_free(ties->first);
	pedigree_map_free(ties->edges);
	pedigree_map_free(ties->joined);
	pedigree_vec_clear(&ties->ends);
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

static int note_edge(struct ties *ties, size_t step, enum side side,
		     size_t artifact)
{
	const size_t of[] = { step, side }, edge[] = { step, side, artifact };
	void **place = pedigree_map_at(ties->first, of, sizeof(of), NULL);
	struct end *end = place ? pedigree_vec_push(&ties->ends) : NULL;

	if (!end || !pedigree_map_at(ties->edges, edge, sizeof(edge), NULL))
		return PEDIGREE_ENOMEM;
	end->artifact = artifact;
	end->next = (uintptr_t)*place;
	*place = (void *)(uintptr_t)ties->ends.n;
	return 0;
}

static int read_edges(struct ties *ties)
{
	const struct pedigree_record *record = ties->run->record;
	int r = 0;

	for (size_t i = 0; r == 0 && i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];
		size_t from = entity_of(ties, edge->source);
		size_t to = entity_of(ties, edge->destination);

		if (strcmp(edge->type, "Produced") == 0)
			r = note_edge(ties, from, MADE, to);
		else if (strcmp(edge->type, "ContributedTo") == 0)
			r = note_edge(ties, to, USED, from);
	}
	return r;
}

static const struct end *first_end(const struct ties *ties, size_t step,
				   enum side side)
{
	const size_t of[] = { step, side };
	size_t at = (uintptr_t)pedigree_map_get(ties->first, of, sizeof(of));

	return at ? &ties->ends.v[at - 1] : NULL;
}

static const struct end *next_end(const struct ties *ties,
				  const struct end *end)
{
	return end->next ? &ties->ends.v[end->next - 1] : NULL;
}

static bool has_edge(const struct ties *ties, size_t step, enum side side,
		     size_t artifact)
{
	const size_t edge[] = { step, side, artifact };

	return pedigree_map_has(ties->edges, edge, sizeof(edge));
}

/* Is there an artifact that one made and the other used? Whoever has fewer of
   them decides how many are looked at. */
static bool share(const struct ties *ties, size_t from, size_t to)
{
	const struct end *made = first_end(ties, from, MADE);
	const struct end *used = first_end(ties, to, USED);

	while (made && used) {
		if (has_edge(ties, to, USED, made->artifact) ||
		    has_edge(ties, from, MADE, used->artifact))
			return true;
		made = next_end(ties, made);
		used = next_end(ties, used);
	}
	return false;
}

/* 1: they are; 0: they are not; else PEDIGREE_ENOMEM. All pairs of steps that
   have an artifact in common would be too many to be written down. */
static int are_joined(struct ties *ties, size_t from, size_t to)
{
	const size_t pair[] = { from, to };
	void **place = pedigree_map_at(ties->joined, pair, sizeof(pair), NULL);

	if (!place)
		return PEDIGREE_ENOMEM;
	if (!*place)
		*place = (void *)(uintptr_t)(1 + share(ties, from, to));
	return (uintptr_t)*place == 2;
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

static int add_tie(struct ties *ties, struct pedigree_builder *builder,
		   const struct tie *tie)
{
	size_t from = ties->entities[tie->from], to = ties->entities[tie->to];
	size_t artifact;
	int r = from && to ? are_joined(ties, from, to) : 1;

	if (r)
		return r < 0 ? r : 0;
	r = add_artifact(builder, ties, tie, from - 1, &artifact);
	if (r == 0)
		r = pedigree_builder_edge(builder, from - 1, artifact,
					  "Produced");
	if (r == 0)
		r = pedigree_builder_edge(builder, artifact, to - 1,
					  "ContributedTo");
	return r;
}

static int add_ties(struct ties *ties, struct pedigree_builder *builder)
{
	int r = ties->all.n ? read_edges(ties) : 0;

	for (size_t i = 0; r == 0 && i < ties->all.n; i++)
		r = add_tie(ties, builder, &ties->all.v[i]);
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
		.first = pedigree_map_new(),
		.edges = pedigree_map_new(),
		.joined = pedigree_map_new(),
	};
	int r = 0;

	if (!ties.writers || !ties.seen || !ties.first || !ties.edges ||
	    !ties.joined)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; r == 0 && i < log->n_events; i++)
		r = on_event(&ties, log, &log->events[i]);
	return r == 0 ? add_ties(&ties, builder) : r;
}
