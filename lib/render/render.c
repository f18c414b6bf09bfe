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

int pedigree_print_end(FILE *out, struct pedigree_error *err)
{
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	return pedigree_fail_errno(err, "cannot write the answer");
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
