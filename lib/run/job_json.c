/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SageMaker job that this process runs in. SageMaker tells its containers
 * in the environment, and those of processing jobs in a file.
 */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fs.h"
#include "graph/model.h"
#include "run/spool.h"

#define PROCESSING_JOB "/opt/ml/config/processingjobconfig.json"
#define TRAINING "/opt/ml/input/config/"
#define CHANNELS "/opt/ml/input/data"
#define CHECKPOINTS "/opt/ml/checkpoints" /* unless the job says another */
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

/* NULL: there is none, or it is no JSON. */
static json_t *load(const char *path)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (pedigree_read_file(path, MAX_BYTES, &text, NULL) < 0)
		return NULL;
	return json_loadb(text.data, text.len, 0, NULL);
}

static json_t *load_processing_job(void)
{
	const char *named = secure_getenv("PEDIGREE_PROCESSING_JOB_CONFIG");

	return load(named && *named ? named : PROCESSING_JOB);
}

static int ask_file(char **ret_arn)
{
	json_t *root = load_processing_job();
	int rc = keep(
		json_string_value(json_object_get(root, "ProcessingJobArn")),
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

/*
 * A folder and the prefix of its objects; a prefix that is one whole object
 * is the file of its name in that folder.
 */
static int add_place(const char *folder, const char *uri,
		     struct pedigree_pairs *places)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *slash = uri ? strrchr(uri, '/') : NULL;
	struct stat st;

	if (!folder || folder[0] != '/' || !uri ||
	    strncmp(uri, "s3://", 5) != 0 || !uri[5])
		return 0;
	pedigree_path_join(&path, folder, slash[1] ? slash + 1 : ".");
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	pedigree_path_clean(path.data);
	if (slash[1] && stat(path.data, &st) == 0 && S_ISREG(st.st_mode))
		return pedigree_pairs_add(places, path.data, uri);
	pedigree_buf_reset(&path);
	pedigree_buf_add_str(&path, folder);
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	pedigree_path_clean(path.data);
	return pedigree_pairs_add(places, path.data, uri);
}

/* Of "ManifestFile", the URI is not that of what is in the folder. */
static const char *prefix_of(json_t *source)
{
	const char *type =
		json_string_value(json_object_get(source, "S3DataType"));

	return !type || strcmp(type, "S3Prefix") == 0
		       ? json_string_value(json_object_get(source, "S3Uri"))
		       : NULL;
}

static int add_processing(json_t *all, const char *key,
			  struct pedigree_pairs *places)
{
	json_t *one;
	size_t i;
	int rc = 0;

	json_array_foreach(all, i, one)
	{
		json_t *s3 = json_object_get(one, key);

		if (rc == 0)
			rc = add_place(json_string_value(json_object_get(
					       s3, "LocalPath")),
				       prefix_of(s3), places);
	}
	return rc;
}

static int add_channel(const char *name, json_t *channel,
		       struct pedigree_pairs *places)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	json_t *source = json_object_get(json_object_get(channel, "DataSource"),
					 "S3DataSource");
	const char *uri = prefix_of(source ? source : channel);

	if (!uri || !name || !*name || name[0] == '.' || strchr(name, '/'))
		return 0;
	pedigree_path_join(&path, CHANNELS, name);
	return pedigree_buf_error(&path) ? PEDIGREE_ENOMEM
					 : add_place(path.data, uri, places);
}

/* An array, as in a request of CreateTrainingJob, or an object by name. What
   SageMaker writes has no URIs as a rule; then nothing is known. */
static int add_channels(json_t *channels, struct pedigree_pairs *places)
{
	const char *name;
	json_t *channel;
	size_t i;
	int rc = 0;

	json_array_foreach(channels, i, channel)
	{
		name = json_string_value(
			json_object_get(channel, "ChannelName"));
		if (rc == 0)
			rc = add_channel(name, channel, places);
	}
	json_object_foreach(channels, name, channel)
	{
		if (rc == 0)
			rc = add_channel(name, channel, places);
	}
	return rc;
}

static int add_checkpoints(json_t *config, struct pedigree_pairs *places)
{
	const char *folder =
		json_string_value(json_object_get(config, "LocalPath"));

	return add_place(folder && *folder ? folder : CHECKPOINTS,
			 json_string_value(json_object_get(config, "S3Uri")),
			 places);
}

/*
 * The model folder is left out: SageMaker packs it into one archive when the
 * job has ended, so no file of it is ever an object.
 */
static const struct {
	char file[48];
	char member[20]; /* "": the whole file */
	int (*add)(json_t *config, struct pedigree_pairs *places);
} training[] = {
	{ TRAINING "inputdataconfig.json", "", add_channels },
	{ TRAINING "trainingjobconfig.json", "InputDataConfig", add_channels },
	{ TRAINING "checkpointconfig.json", "", add_checkpoints },
	{ TRAINING "trainingjobconfig.json", "CheckpointConfig",
	  add_checkpoints },
};

static int add_training(struct pedigree_pairs *places)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < PEDIGREE_COUNT(training); i++) {
		json_t *root = load(training[i].file);

		rc = training[i].add(
			training[i].member[0]
				? json_object_get(root, training[i].member)
				: root,
			places);
		json_decref(root);
	}
	return rc;
}

int pedigree_job_places(struct pedigree_pairs *ret_places)
{
	json_t *job = load_processing_job();
	int rc = add_processing(json_object_get(job, "ProcessingInputs"),
				"S3Input", ret_places);

	if (rc == 0)
		rc = add_processing(
			json_object_get(
				json_object_get(job, "ProcessingOutputConfig"),
				"Outputs"),
			"S3Output", ret_places);
	json_decref(job);
	return rc == 0 ? add_training(ret_places) : rc;
}
