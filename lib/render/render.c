/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of renderers.
 */
#include "config.h"

#include "render/render.h"

#include "base/base.h"
#include "base/err.h"
#include "render/renderers.h"

static const struct pedigree_renderer *const renderers[] = {
	&pedigree_render_text,
	&pedigree_render_json,
};

const struct pedigree_renderer *pedigree_renderer(enum pedigree_format format)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(renderers); i++)
		if (renderers[i]->format == format)
			return renderers[i];
	return NULL;
}

pedigree_graph_printer *pedigree_graph_renderer(enum pedigree_format format)
{
	static pedigree_graph_printer *const pictures[] = {
		[PEDIGREE_DOT] = pedigree_dot_print,
		[PEDIGREE_MERMAID] = pedigree_mermaid_print,
		[PEDIGREE_HTML] = pedigree_html_print,
	};
	const struct pedigree_renderer *renderer = pedigree_renderer(format);

	if (renderer)
		return renderer->graph;
	if ((size_t)format >= PEDIGREE_COUNT(pictures))
		return NULL;
	return pictures[format];
}

int pedigree_print_end(FILE *out, struct pedigree_error *err)
{
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	return pedigree_fail_errno(err, "cannot write the answer");
}

int pedigree_print_buf(const struct pedigree_buf *buf, FILE *out,
		       struct pedigree_error *err)
{
	if (pedigree_buf_error(buf))
		return pedigree_fail_memory(err);
	fwrite(buf->data, 1, buf->len, out);
	return pedigree_print_end(out, err);
}

void pedigree_graph_cuts(const struct pedigree_graph *graph,
			 struct pedigree_cuts *ret_cuts)
{
	size_t n = 0;

	*ret_cuts = (struct pedigree_cuts){ 0 };
	if (graph->cut)
		ret_cuts->sentences[n++] = "there is more; --depth left it out";
	if (graph->limited)
		ret_cuts->sentences[n++] = "there is more; --limit left it out";
	if (graph->tangled)
		ret_cuts->sentences[n++] =
			"what is left out ties so many together that not all of these ties are shown";
}

#define ARTIFACTS (1u << PEDIGREE_ARTIFACT)
#define CONTEXTS (1u << PEDIGREE_CONTEXT)
#define ACTIONS (1u << PEDIGREE_ACTION)
#define RUNS (1u << PEDIGREE_TRIAL_COMPONENT)

#define BEFORE(where, what, whose, which) \
	{ \
		.key = (where), .heading = (what), .of = (whose), \
		.after = false, .kinds = (which) \
	}
#define AFTER(where, what, whose, which) \
	{ \
		.key = (where), .heading = (what), .of = (whose), \
		.after = true, .kinds = (which) \
	}

const struct pedigree_beside pedigree_besides[PEDIGREE_BESIDES] = {
	BEFORE("Inputs", "Inputs", RUNS | ACTIONS, ARTIFACTS),
	AFTER("Outputs", "Outputs", RUNS | ACTIONS, ARTIFACTS),
	AFTER("Contexts", "Behind", RUNS | ACTIONS, CONTEXTS),
	BEFORE("ProducedBy", "Made by", ARTIFACTS, RUNS | ACTIONS),
	AFTER("ContributedTo", "Used by", ARTIFACTS, RUNS | ACTIONS | CONTEXTS),
	BEFORE("Sources", "The same as, or derived from", ARTIFACTS, ARTIFACTS),
	AFTER("Derived", "Copies and derived", ARTIFACTS, ARTIFACTS),
	BEFORE("Actions", "Deployments", CONTEXTS, ACTIONS),
	BEFORE("TrialComponents", "Runs behind it", CONTEXTS, RUNS),
};
