/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quotas that an account has for what is made by hand, when the
 * configuration asks for them; the text is the service's.
 */
#include "config.h"

#include <stdlib.h>

#include "base/err.h"
#include "service/call.h"

static const struct {
	int kind; /* -1: associations */
	const char *key, *noun, *unit;
} quotas[] = {
	{ PEDIGREE_ACTION, "actions", "actions", "Actions" },
	{ PEDIGREE_ARTIFACT, "artifacts", "artifacts", "Artifacts" },
	{ PEDIGREE_CONTEXT, "contexts", "contexts", "Contexts" },
	{ -1, "associations", "associations", "Associations" },
};

int pedigree_call_quota(struct pedigree_call *call, int kind,
			struct pedigree_error *err)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(quotas); i++) {
		uint64_t quota, count = 0;
		int status;

		if (quotas[i].kind != kind)
			continue;
		quota = pedigree_config_number(call->config, "quota",
					       quotas[i].key);
		if (!quota)
			return 0;
		status = pedigree_editor_count(call->editor, kind, &count, err);
		if (status || count < quota)
			return status;
		return pedigree_refuse(
			call, PEDIGREE_ELIMIT,
			"The account-level service limit 'Total number of %s allowed, excluding those automatically created by SageMaker' is %llu %s, with current utilization of %llu %s and a request delta of 1 %s. ([quota] %s in pedigree's configuration sets it.)",
			quotas[i].noun, (unsigned long long)quota,
			quotas[i].unit, (unsigned long long)count,
			quotas[i].unit, quotas[i].unit, quotas[i].key);
	}
	return 0;
}
