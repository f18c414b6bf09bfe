/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releasing the plain structures of build.h.
 */
#include "config.h"

#include <string.h>

#include "graph/build.h"

#define FREE_STRINGS(list) \
	do { \
		for (size_t i_ = 0; i_ < (list)->n; i_++) \
			free((list)->v[i_]); \
		pedigree_vec_clear(list); \
	} while (0)

void pedigree_run_facts_clear(struct pedigree_run_facts *facts)
{
	char *strings[] = {
		facts->run,
		facts->name,
		facts->asked,
		facts->redacted,
		facts->experiment,
		facts->cwd,
		facts->host,
		facts->user,
		facts->home,
		facts->job_arn,
		facts->no_capture,
		facts->launcher,
		facts->rank,
		facts->ranks,
		facts->member,
		facts->serve,
		facts->steps,
		facts->deployment.endpoint,
		facts->deployment.endpoint_arn,
		facts->git_root,
		facts->git_commit,
		facts->git_remote,
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(strings); i++)
		free(strings[i]);
	for (char **arg = facts->argv; arg && *arg; arg++)
		free(*arg);
	free(facts->argv);
	pedigree_pairs_clear(&facts->params);
	pedigree_pairs_clear(&facts->tags);
	pedigree_pairs_clear(&facts->allowed);
	pedigree_pairs_clear(&facts->environment);
	pedigree_pairs_clear(&facts->places);
	FREE_STRINGS(&facts->inputs);
	FREE_STRINGS(&facts->outputs);
	for (size_t i = 0; i < facts->inherited.n; i++)
		free(facts->inherited.v[i].path);
	pedigree_vec_clear(&facts->inherited);
	FREE_STRINGS(&facts->deployment.models);
	for (size_t i = 0; i < facts->members.n; i++) {
		free(facts->members.v[i].launcher);
		free(facts->members.v[i].rank);
		free(facts->members.v[i].ranks);
		free(facts->members.v[i].host);
	}
	pedigree_vec_clear(&facts->members);
	memset(facts, 0, sizeof(*facts));
}

void pedigree_explanation_clear(struct pedigree_explanation *explanation)
{
	free(explanation->path);
	free(explanation->renamed_to);
	free(explanation->reason);
	free(explanation->artifact_uri);
	pedigree_rules_free(explanation->rules);
	memset(explanation, 0, sizeof(*explanation));
}
