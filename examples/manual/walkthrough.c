/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracking entities made by hand, and the way back from an endpoint to the
 * data its model was trained on. Prints the URI of that data. May be run
 * again: what is there already is used.
 *
 *	cc walkthrough.c $(pkg-config --cflags --libs libpedigree)
 *
 * The environment is that of walkthrough.sh, but for API.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pedigree/entity.h>

static struct pedigree_client *client;

/* Ends the program unless the call went well. */
static void must(int status, const struct pedigree_error *err)
{
	if (status == PEDIGREE_OK)
		return;
	fprintf(stderr, "walkthrough: %s\n", err->text);
	exit(1);
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

/* "first" and "second" together; never freed, as the program is short. */
static char *join(const char *first, const char *second)
{
	size_t n = strlen(first) + strlen(second) + 1;
	char *both = malloc(n);

	if (!both)
		abort();
	snprintf(both, n, "%s%s", first, second);
	return both;
}

/* The ARN of an artifact, which is made when it is not there. */
static char *artifact(const char *name, const char *type, const char *uri)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_artifact new = { 0 };
	struct pedigree_filter filter = { 0 };
	struct pedigree_artifact *found;
	char *arn = NULL;
	size_t n;

	filter.source_uri = uri;
	filter.type = type;
	filter.limit = 1;
	must(pedigree_artifact_list(client, &filter, &found, &n, &err), &err);
	if (n)
		arn = join(found[0].arn, "");
	pedigree_artifact_free(found);
	if (arn)
		return arn;
	new.name = name;
	new.type = type;
	new.source_uri = uri;
	must(pedigree_artifact_create(client, &new, &arn, &err), &err);
	return arn;
}

static char *trial_component(const char *name)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_trial_component new = { 0 };
	struct pedigree_trial_component *found;
	char *arn;
	int status =
		pedigree_trial_component_describe(client, name, &found, &err);

	if (status == PEDIGREE_OK) {
		arn = join(found->arn, "");
		pedigree_trial_component_free(found);
		return arn;
	}
	if (status != PEDIGREE_ENOTFOUND)
		must(status, &err);
	err.code = PEDIGREE_OK;
	new.name = name;
	must(pedigree_trial_component_create(client, &new, &arn, &err), &err);
	return arn;
}

/* The first context whose source is the URI, or NULL. */
static char *find_context(const char *uri)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_filter filter = { 0 };
	struct pedigree_context *found;
	char *arn = NULL;
	size_t n;

	filter.source_uri = uri;
	filter.type = "Endpoint";
	filter.limit = 1;
	must(pedigree_context_list(client, &filter, &found, &n, &err), &err);
	if (n)
		arn = join(found[0].arn, "");
	pedigree_context_free(found);
	return arn;
}

static char *endpoint_context(const char *name, const char *endpoint_arn)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_context new = { 0 };
	char *arn = find_context(endpoint_arn);

	if (arn)
		return arn;
	new.name = join(name, "-endpoint");
	new.type = "Endpoint";
	new.source_uri = endpoint_arn;
	must(pedigree_context_create(client, &new, &arn, &err), &err);
	return arn;
}

/* It is no mistake that it is there already. */
static void associate(const char *source, const char *destination,
		      const char *type)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int status =
		pedigree_associate(client, source, destination, type, &err);

	if (status != PEDIGREE_EEXIST)
		must(status, &err);
}

/*
 * DescribeEndpoint, which has no structure: its JSON and a query do. NULL:
 * there is no such endpoint yet.
 */
static char *describe_endpoint(const char *name)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char request[128], *answer, *arn = NULL;
	size_t n;
	FILE *text;
	int status;

	snprintf(request, sizeof(request), "{\"EndpointName\": \"%s\"}", name);
	status = pedigree_client_call(client, "DescribeEndpoint", request,
				      &answer, &err);
	if (status == PEDIGREE_EINVAL) {
		free(answer);
		return NULL;
	}
	must(status, &err);
	text = open_memstream(&arn, &n);
	if (!text)
		abort();
	must(pedigree_answer_print(answer, "EndpointArn", 1, text, &err), &err);
	fclose(text);
	free(answer);
	arn[strcspn(arn, "\n")] = '\0';
	return arn;
}

/* The source of the first association to `destination` that is of this type
   or, without a type, whose ARN has the word. */
static char *source_of(const char *destination, const char *type,
		       const char *word)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_association_filter filter = { 0 };
	struct pedigree_association *found;
	char *arn = NULL;
	size_t n, i;

	filter.destination_arn = destination;
	filter.source_type = type;
	must(pedigree_association_list(client, &filter, &found, &n, &err),
	     &err);
	for (i = 0; i < n && !arn; i++)
		if (!word || strstr(found[i].source_arn, word))
			arn = join(found[i].source_arn, "");
	pedigree_association_free(found);
	if (!arn) {
		fprintf(stderr, "walkthrough: nothing leads to %s\n",
			destination);
		exit(1);
	}
	return arn;
}

static void make(const char *bucket, const char *component_name,
		 const char *endpoint, const char *endpoint_arn)
{
	char *component = trial_component(component_name);
	char *described = describe_endpoint(endpoint);

	associate(artifact("source-code-location", "code-location",
			   join(bucket, "/code.tar.gz")),
		  component, "ContributedTo");
	associate(artifact("training-data-location", "training-data",
			   join(bucket, "/train.csv")),
		  component, "ContributedTo");
	associate(artifact("testing-data-location", "testing-data",
			   join(bucket, "/test.csv")),
		  component, "ContributedTo");
	associate(component,
		  artifact("model-location", "model-location",
			   join(bucket, "/model.tar.gz")),
		  "Produced");
	associate(component,
		  endpoint_context(endpoint,
				   described ? described : endpoint_arn),
		  "AssociatedWith");
}

/* Endpoint, context, trial component, data. */
static void go_back(const char *endpoint)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_artifact *data;
	char *arn = describe_endpoint(endpoint);

	if (arn)
		arn = find_context(arn);
	if (!arn) {
		fprintf(stderr, "walkthrough: there is no endpoint %s\n",
			endpoint);
		exit(1);
	}
	arn = source_of(arn, NULL, ":experiment-trial-component/");
	arn = source_of(arn, "training-data", NULL);
	must(pedigree_artifact_describe(client, arn, &data, &err), &err);
	puts(data->source_uri);
	pedigree_artifact_free(data);
}

int main(void)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *endpoint = setting("ENDPOINT_NAME", "walkthrough");
	struct pedigree *pedigree;

	must(pedigree_open(NULL, &pedigree, &err), &err);
	must(pedigree_client_open(pedigree, NULL, &client, &err), &err);
	make(setting("BUCKET", "s3://example-bucket/walkthrough"),
	     setting("TRIAL_COMPONENT", "walkthrough-training"), endpoint,
	     setting("ENDPOINT_ARN",
		     join("arn:aws:sagemaker:eu-west-1:123456789012:endpoint/",
			  endpoint)));
	go_back(endpoint);
	pedigree_client_close(client);
	pedigree_close(pedigree);
	return 0;
}
