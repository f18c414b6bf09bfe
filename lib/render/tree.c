/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace as a tree. Every vertex is unfolded once; where it appears again a
 * word refers to the first place. A chain deeper than a page is wide goes on
 * in a tree of its own below.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "render/caption.h"
#include "render/label.h"
#include "render/renderers.h"

#define DEEPEST 24

enum column {
	NAME,
	TYPE,
	STATE,
	WHEN,
	REMARK
};

struct branch {
	size_t edge;
	size_t vertex;
	int rank;
	int64_t when;
	size_t producer; /* the how-manieth that made it; 0: it did not */
};
PEDIGREE_VEC_TYPE(branches, struct branch);

struct tree {
	const struct pedigree_graph *graph;
	const struct pedigree_print *print;
	bool up;
	struct pedigree_table table;
	size_t *order; /* edges by the end that is nearer the start */
	size_t *first; /* by vertex: where its edges begin in order */
	unsigned char *unfolded;
	unsigned char *twins;	    /* the short name is another one's too */
	PEDIGREE_VEC(size_t) below; /* trees still to be drawn */
	struct pedigree_buf lead;
};

static const struct pedigree_vertex *vertex_at(const struct tree *tree,
					       size_t at)
{
	return &tree->graph->vertices.v[at];
}

static size_t near_end(const struct tree *tree, size_t edge)
{
	const struct pedigree_graph_edge *e = &tree->graph->edges.v[edge];

	return tree->up ? e->destination : e->source;
}

static size_t far_end(const struct tree *tree, size_t edge)
{
	const struct pedigree_graph_edge *e = &tree->graph->edges.v[edge];

	return tree->up ? e->source : e->destination;
}

/* Counting sort of the edges by their near end. */
static int index_edges(struct tree *tree)
{
	size_t n = tree->graph->vertices.n, m = tree->graph->edges.n;
	size_t sum = 0;

	tree->first = calloc(n + 2, sizeof(*tree->first));
	tree->order = calloc(m ? m : 1, sizeof(*tree->order));
	if (!tree->first || !tree->order)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < m; i++)
		tree->first[near_end(tree, i) + 2]++;
	for (size_t i = 2; i < n + 2; i++)
		tree->first[i] = sum += tree->first[i];
	for (size_t i = 0; i < m; i++)
		tree->order[tree->first[near_end(tree, i) + 1]++] = i;
	return 0;
}

/* Finds vertices that only their whole names can tell apart. */
static int find_twins(struct tree *tree)
{
	_cleanup_map_ struct pedigree_map *names = pedigree_map_new();
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	size_t n = tree->graph->vertices.n;

	tree->twins = calloc(n, 1);
	if (!names || !tree->twins)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct pedigree_entity *entity =
			&vertex_at(tree, i)->entity;
		const struct pedigree_entity *other;
		void **place;

		if (entity->kind != PEDIGREE_ARTIFACT || !entity->source_uri)
			continue;
		pedigree_buf_reset(&name);
		pedigree_label_name(entity, false, &name);
		place = pedigree_map_at(names, name.data, name.len, NULL);
		if (pedigree_buf_error(&name) || !place)
			return PEDIGREE_ENOMEM;
		if (!*place)
			*place = (void *)(uintptr_t)(i + 1);
		other = &vertex_at(tree, (uintptr_t)*place - 1)->entity;
		if (strcmp(other->source_uri, entity->source_uri) == 0)
			continue;
		tree->twins[i] = 1;
		tree->twins[(uintptr_t)*place - 1] = 1;
	}
	return 0;
}

static int rank_of(const struct tree *tree, size_t edge)
{
	const struct pedigree_entity *entity =
		&vertex_at(tree, far_end(tree, edge))->entity;

	switch (tree->graph->edges.v[edge].deployed) {
	case PEDIGREE_DEPLOYED_CURRENT:
		return -2;
	case PEDIGREE_DEPLOYED_REPLACED:
	case PEDIGREE_DEPLOYED_FAILED:
		return -1;
	case PEDIGREE_NO_DEPLOYMENT:
		break;
	}
	if (entity->kind != PEDIGREE_ARTIFACT || !entity->type)
		return 0;
	if (strcmp(entity->type, "Model") == 0)
		return 1;
	return strcmp(entity->type, "Code") == 0 ? 3 : 2;
}

static int compare(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	/* Of an endpoint's deployments the newest one first. */
	if (x->when != y->when)
		return (x->when < y->when) == (x->rank >= 0) ? -1 : 1;
	return x->vertex < y->vertex ? -1 : x->vertex > y->vertex;
}

static int branches_of(const struct tree *tree, size_t at,
		       struct branches *branches)
{
	for (size_t i = tree->first[at]; i < tree->first[at + 1]; i++) {
		size_t edge = tree->order[i];
		struct branch *new;

		if (tree->graph->edges.v[edge].shortcut)
			continue;
		new = pedigree_vec_push(branches);
		if (!new)
			return PEDIGREE_ENOMEM;
		*new = (struct branch){
			.edge = edge,
			.vertex = far_end(tree, edge),
			.rank = rank_of(tree, edge),
		};
		new->when = pedigree_label_when(
			&vertex_at(tree, new->vertex)->entity);
	}
	if (branches->n)
		qsort(branches->v, branches->n, sizeof(*branches->v), compare);
	return 0;
}

static enum pedigree_ink ink_of(const struct tree *tree, size_t edge)
{
	static const enum pedigree_ink inks[] = {
		[PEDIGREE_NO_DEPLOYMENT] = PEDIGREE_INK_DIM,
		[PEDIGREE_DEPLOYED_CURRENT] = PEDIGREE_INK_GREEN,
		[PEDIGREE_DEPLOYED_REPLACED] = PEDIGREE_INK_DIM,
		[PEDIGREE_DEPLOYED_FAILED] = PEDIGREE_INK_RED,
	};

	return inks[tree->graph->edges.v[edge].deployed];
}

/* Numbers the runs that made an artifact. Answers how many. */
static size_t number_producers(const struct tree *tree,
			       struct branches *branches)
{
	size_t n = 0;

	for (size_t i = 0; tree->up && i < branches->n; i++) {
		const struct pedigree_graph_edge *edge =
			&tree->graph->edges.v[branches->v[i].edge];

		if (edge->type && strcmp(edge->type, "Produced") == 0)
			branches->v[i].producer = ++n;
	}
	return n;
}

static int add_line(struct tree *tree, size_t at, const char *own_lead,
		    const char *remark, enum pedigree_ink ink)
{
	const struct pedigree_entity *entity = &vertex_at(tree, at)->entity;
	const struct pedigree_print *print = tree->print;
	struct pedigree_line *line = pedigree_table_line(&tree->table);
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct pedigree_cell *name;

	if (!line)
		return PEDIGREE_ENOMEM;
	name = &line->cells[NAME];
	pedigree_buf_add_str(&name->text, tree->lead.data);
	pedigree_buf_add_str(&name->text, own_lead);
	name->lead = name->text.len;
	pedigree_label_name(entity, print->wide || tree->twins[at], &text);
	pedigree_cell_set(line, NAME, text.data, pedigree_label_ink(entity),
			  print->ascii);
	pedigree_cell_set(line, TYPE, pedigree_label_type(entity),
			  PEDIGREE_INK_PLAIN, print->ascii);
	pedigree_buf_reset(&text);
	pedigree_label_state(entity, print->wide, &text);
	pedigree_label_extent(entity, &text);
	pedigree_cell_set(line, STATE, text.data, PEDIGREE_INK_DIM,
			  print->ascii);
	pedigree_buf_reset(&text);
	pedigree_label_time(entity, &text);
	pedigree_cell_set(line, WHEN, text.data, PEDIGREE_INK_DIM,
			  print->ascii);
	pedigree_cell_set(line, REMARK, remark, ink, print->ascii);
	return pedigree_buf_error(&text) ? PEDIGREE_ENOMEM : 0;
}

static void add_remark(struct pedigree_buf *buf, const char *text)
{
	if (buf->len)
		pedigree_buf_add_str(buf, ", ");
	pedigree_buf_add_str(buf, text);
}

static int unfold(struct tree *tree, size_t at, unsigned int depth);

static int draw_branch(struct tree *tree, const struct branches *branches,
		       size_t i, size_t producers, unsigned int depth)
{
	static const char *const lines[2][4] = {
		{ "├─ ", "└─ ", "│  ", "   " },
		{ "|- ", "`- ", "|  ", "   " },
	};
	const char *const *line = lines[tree->print->ascii ? 1 : 0];
	const struct branch *branch = &branches->v[i];
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *remark =
		pedigree_caption_edge(&tree->graph->edges.v[branch->edge]);
	bool last = i + 1 == branches->n;
	size_t at = branch->vertex, len = tree->lead.len;
	bool again =
		tree->unfolded[at] && tree->first[at] < tree->first[at + 1];
	bool later = !again && depth >= DEEPEST &&
		     tree->first[at] < tree->first[at + 1];
	int rc;

	if (remark)
		add_remark(&text, remark);
	if (producers > 1 && branch->producer)
		pedigree_buf_addf(&text, "%sproducer %zu of %zu",
				  text.len ? ", " : "", branch->producer,
				  producers);
	if (again)
		add_remark(&text, "shown above");
	if (later)
		add_remark(&text, "continued below");
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	rc = add_line(tree, at, line[last], text.data,
		      ink_of(tree, branch->edge));
	if (rc < 0 || again)
		return rc;
	if (later) {
		size_t *place = pedigree_vec_push(&tree->below);

		if (!place)
			return PEDIGREE_ENOMEM;
		*place = at;
		tree->unfolded[at] = 1;
		return 0;
	}
	pedigree_buf_add_str(&tree->lead, line[2 + last]);
	rc = unfold(tree, at, depth + 1);
	pedigree_buf_cut(&tree->lead, len);
	return rc;
}

/* Draws what is below a vertex whose own line is there. */
static int unfold(struct tree *tree, size_t at, unsigned int depth)
{
	struct branches branches = { 0 };
	size_t producers;
	int rc;

	tree->unfolded[at] = 1;
	rc = branches_of(tree, at, &branches);
	producers = number_producers(tree, &branches);
	for (size_t i = 0; rc == 0 && i < branches.n; i++)
		rc = draw_branch(tree, &branches, i, producers, depth);
	pedigree_vec_clear(&branches);
	return rc;
}

static int draw(struct tree *tree)
{
	int rc = add_line(tree, 0, "", "", PEDIGREE_INK_PLAIN);

	if (rc == 0)
		rc = unfold(tree, 0, 1);
	for (size_t i = 0; rc == 0 && i < tree->below.n; i++) {
		if (!pedigree_table_line(&tree->table))
			return PEDIGREE_ENOMEM;
		rc = add_line(tree, tree->below.v[i], "", "continued",
			      PEDIGREE_INK_DIM);
		if (rc == 0)
			rc = unfold(tree, tree->below.v[i], 1);
	}
	return rc;
}

static void tree_clear(struct tree *tree)
{
	pedigree_table_clear(&tree->table);
	free(tree->order);
	free(tree->first);
	free(tree->unfolded);
	free(tree->twins);
	pedigree_vec_clear(&tree->below);
	pedigree_buf_clear(&tree->lead);
}

static int print_tree(const struct pedigree_graph *graph, bool up,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err)
{
	_cleanup_(tree_clear) struct tree tree = {
		.graph = graph,
		.print = print,
		.up = up,
		.table = { .elastic = 1u << NAME | 1u << STATE,
			   .drop = { WHEN + 1, STATE + 1, TYPE + 1 } },
		.lead = PEDIGREE_BUF_INIT,
	};
	int rc;

	tree.unfolded = calloc(graph->vertices.n, 1);
	rc = tree.unfolded ? index_edges(&tree) : PEDIGREE_ENOMEM;
	if (rc == 0)
		rc = find_twins(&tree);
	if (rc == 0)
		rc = draw(&tree);
	if (rc < 0 || pedigree_buf_error(&tree.lead))
		return pedigree_fail_memory(err);
	rc = pedigree_table_print(&tree.table, print, out, err);
	if (rc == 0 && tree.first[0] == tree.first[1])
		fprintf(out, "nothing %s of it is %s\n",
			up ? "upstream" : "downstream",
			graph->left_out
				? "of the kind, type, tag or time asked for"
				: "recorded");
	return rc;
}

int pedigree_tree_print(const struct pedigree_graph *graph,
			const struct pedigree_print *print, FILE *out,
			struct pedigree_error *err)
{
	bool both = graph->direction == PEDIGREE_BOTH;
	struct pedigree_cuts cuts;
	int rc = 0;

	if (graph->direction != PEDIGREE_DOWN) {
		if (both)
			fputs("upstream\n", out);
		rc = print_tree(graph, true, print, out, err);
	}
	if (rc == 0 && graph->direction != PEDIGREE_UP) {
		if (both)
			fputs("\ndownstream\n", out);
		rc = print_tree(graph, false, print, out, err);
	}
	if (rc < 0)
		return rc;
	pedigree_graph_cuts(graph, &cuts);
	for (size_t i = 0; cuts.sentences[i]; i++)
		fprintf(out, "%s\n", cuts.sentences[i]);
	return pedigree_print_end(out, err);
}
