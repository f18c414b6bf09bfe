/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SageMaker job that this process runs in. SageMaker tells its containers
 * in the environment, and those of processing jobs in a file.
 */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "graph/model.h"
#include "run/spool.h"

#define PROCESSING_JOB "/opt/ml/config/processingjobconfig.json"
#define MAX_BYTES ((size_t)1 << 20)

static int keep(const char *arn, char **ret_arn)
{
	char *copy;

	if (!arn || !pedigree_job_type(arn))
		return 0;
	copy = strdup(arn);
	if (!copy)
		return PEDIGREE_ENOMEM;
	free(*ret_arn);
	*ret_arn = copy;
	return 0;
}

static int ask_file(char **ret_arn)
{
	const char *named = secure_getenv("PEDIGREE_PROCESSING_JOB_CONFIG");
	const char *path = named && *named ? named : PROCESSING_JOB;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	json_t *root;
	int rc;

	if (pedigree_read_file(path, MAX_BYTES, &text, NULL) < 0)
		return 0;
	root = json_loadb(text.data, text.len, 0, NULL);
	rc = keep(json_string_value(json_object_get(root, "ProcessingJobArn")),
		  ret_arn);
	json_decref(root);
	return rc;
}

int pedigree_job_find(char **ret_arn)
{
	static const char *const names[] = { "TRAINING_JOB_ARN",
					     "TRANSFORM_JOB_ARN" };

	for (size_t i = 0; !*ret_arn && i < PEDIGREE_COUNT(names); i++)
		if (keep(getenv(names[i]), ret_arn) < 0)
			return PEDIGREE_ENOMEM;
	return *ret_arn ? 0 : ask_file(ret_arn);
}
