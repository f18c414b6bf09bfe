/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/support/client.h"

struct scene *scene;
struct pedigree handle;
struct pedigree_client *client;
struct pedigree_error err;

int client_setup(void **state)
{
	(void)state;
	scene = scene_new(NULL);
	handle.config = scene->config;
	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	return pedigree_client_open(&handle, NULL, &client, &err);
}

int client_teardown(void **state)
{
	(void)state;
	pedigree_client_close(client);
	scene_free(scene);
	return 0;
}

char *make_artifact(const char *uri, const char *type)
{
	struct pedigree_artifact new = { .source_uri = uri, .type = type };
	char *arn;

	DO(pedigree_artifact_create(client, &new, &arn, &err));
	return arn;
}

char *make_component(const char *name)
{
	struct pedigree_trial_component new = { .name = name };
	char *arn;

	DO(pedigree_trial_component_create(client, &new, &arn, &err));
	return arn;
}

char *make_context(const char *name, const char *uri)
{
	struct pedigree_context new = { .name = name,
					.type = "Endpoint",
					.source_uri = uri };
	char *arn;

	DO(pedigree_context_create(client, &new, &arn, &err));
	return arn;
}
