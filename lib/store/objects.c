/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/objects.h"

#include <stdlib.h>
#include <string.h>

#include "aws/s3.h"
#include "base/err.h"
#include "store/sagemaker.h"
#include "store/store.h"

/* As long as versions and ETags are recorded: longer ones were cut. */
#define KNOWN_MAX 256

struct pedigree_objects {
	const struct pedigree_config *config;
	struct pedigree_aws_s3 *s3; /* NULL before the first object */
	struct pedigree_error why;
};

int pedigree_objects_new(const struct pedigree_config *config,
			 struct pedigree_objects **ret,
			 struct pedigree_error *err)
{
	struct pedigree_objects *objects = calloc(1, sizeof(*objects));

	if (!objects)
		return pedigree_fail_memory(err);
	objects->config = config;
	*ret = objects;
	return 0;
}

void pedigree_objects_free(struct pedigree_objects *objects)
{
	if (!objects)
		return;
	pedigree_aws_s3_free(objects->s3);
	free(objects);
}

/* A mistake in the AWS tools' files is why nothing can be told. */
static int open_s3(struct pedigree_objects *objects)
{
	const struct pedigree_backend_ops *ops = &pedigree_sagemaker_ops;
	const struct pedigree_aws_s3_options options = {
		.profile = pedigree_backend_option(objects->config, ops,
						   "profile"),
		.region =
			pedigree_backend_option(objects->config, ops, "region"),
	};

	if (objects->s3)
		return 0;
	if (objects->why.code)
		return objects->why.code;
	return pedigree_aws_s3_new(&options, &objects->s3, &objects->why);
}

/* An escape in a URI may stand for itself, or for a byte that none shows. */
static bool is_plain(const char *key)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; (key = strchr(key, '%')) != NULL; key++)
		if (key[1] && key[2] && strchr("0189ABCDEF", key[1]) &&
		    strchr(hex, key[2]))
			return false;
	return true;
}

/* Bucket and key of an s3:// URI; why not, or NULL. The bucket is malloc'ed;
   "" when memory ran out. */
static const char *take_apart(const char *uri, char **ret_bucket,
			      const char **ret_key)
{
	static const char scheme[] = "s3://";
	const char *slash;

	if (strncmp(uri, scheme, sizeof(scheme) - 1) != 0)
		return "only local files and objects in S3 can be checked";
	uri += sizeof(scheme) - 1;
	if (strncmp(uri, "arn:", 4) == 0)
		return "objects of access points cannot be checked";
	slash = strchr(uri, '/');
	if (!slash || slash == uri || !slash[1])
		return "it names no object";
	if (strcspn(uri, "%?# ") < (size_t)(slash - uri))
		return "it names no bucket";
	if (!is_plain(slash + 1))
		return "its name cannot be told from its URI";
	*ret_bucket = strndup(uri, (size_t)(slash - uri));
	*ret_key = slash + 1;
	return *ret_bucket ? NULL : "";
}

/* Another version is current. Is the recorded one there still? */
static int look_back(struct pedigree_objects *objects,
		     struct pedigree_aws_object object, const char *version,
		     bool gone, const char **ret_why,
		     struct pedigree_error *err)
{
	struct pedigree_aws_head head;
	int rc;

	object.version = version;
	rc = pedigree_aws_s3_head(objects->s3, &object, &head, err);
	if (rc < 0)
		return rc;
	if (head.presence == PEDIGREE_AWS_HERE)
		*ret_why =
			gone ? "it was deleted; the recorded version is kept"
			     : "another version is current; the recorded one is kept";
	else if (head.presence == PEDIGREE_AWS_GONE)
		*ret_why =
			gone ? "it was deleted, and so was the recorded version"
			     : "another version is current, and the recorded one was deleted";
	else
		*ret_why =
			gone ? "it was deleted" : "another version is current";
	return 0;
}

static bool is_same(const struct pedigree_object_known *known,
		    const struct pedigree_aws_head *head)
{
	if (known->version && strcmp(known->version, head->version) == 0)
		return true;
	/* Put once more, with the same bytes. */
	return known->etag && head->etag[0] &&
	       strcmp(known->etag, head->etag) == 0;
}

static int compare(struct pedigree_objects *objects,
		   const struct pedigree_object_known *known,
		   const struct pedigree_aws_object *object,
		   enum pedigree_object_state *ret_state, const char **ret_why,
		   struct pedigree_error *err)
{
	struct pedigree_aws_head head;
	int rc = pedigree_aws_s3_head(objects->s3, object, &head, err);

	*ret_state = PEDIGREE_OBJECT_UNKNOWN;
	if (rc < 0)
		return rc;
	if (head.presence == PEDIGREE_AWS_UNTOLD) {
		objects->why = head.err;
		*ret_why = objects->why.text;
		return 0;
	}
	if (head.presence == PEDIGREE_AWS_HERE && is_same(known, &head)) {
		*ret_state = PEDIGREE_OBJECT_SAME;
		*ret_why = "";
		return 0;
	}
	/* Another store's bucket of the same name proves nothing. */
	if (head.elsewhere) {
		*ret_why =
			"another store was asked than the one that had it, and has no such version";
		return 0;
	}
	*ret_state = head.presence == PEDIGREE_AWS_GONE
			     ? PEDIGREE_OBJECT_GONE
			     : PEDIGREE_OBJECT_CHANGED;
	if (known->version)
		return look_back(objects, *object, known->version,
				 head.presence == PEDIGREE_AWS_GONE, ret_why,
				 err);
	*ret_why = head.presence == PEDIGREE_AWS_GONE
			   ? "there is no such object"
			   : "it has another ETag now";
	return 0;
}

int pedigree_objects_check(struct pedigree_objects *objects,
			   const struct pedigree_object_known *known,
			   enum pedigree_object_state *ret_state,
			   const char **ret_why, struct pedigree_error *err)
{
	struct pedigree_aws_object object = { .endpoint = known->endpoint };
	_cleanup_free_ char *bucket = NULL;
	const char *why = take_apart(known->uri, &bucket, &object.key);
	int rc;

	if (!why && !known->version && !known->etag)
		why = "no version of it was recorded";
	if (!why && ((known->version && strlen(known->version) >= KNOWN_MAX) ||
		     (known->etag && strlen(known->etag) >= KNOWN_MAX)))
		why = "its version was too long to be recorded";
	if (why && !*why)
		return pedigree_fail_memory(err);
	*ret_state = PEDIGREE_OBJECT_UNKNOWN;
	*ret_why = why;
	if (why)
		return 0;
	rc = open_s3(objects);
	if (rc == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	*ret_why = objects->why.text;
	if (rc < 0)
		return 0;
	object.bucket = bucket;
	return compare(objects, known, &object, ret_state, ret_why, err);
}
