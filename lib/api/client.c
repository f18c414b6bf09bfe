/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client: the API's operations, for several threads at once.
 */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include <pedigree/lineage.h>

#include "api/api.h"
#include "api/client.h"
#include "base/base.h"
#include "base/err.h"
#include "service/arguments.h"
#include "service/present.h"
#include "service/service.h"
#include "store/sagemaker_call.h"
#include "store/store.h"

struct pedigree_client {
	const struct pedigree *pedigree;
	pthread_mutex_t lock;
	struct pedigree_service *service;   /* of the ledger, or */
	struct pedigree_aws_client *remote; /* the service itself */
	bool is_remote;
	pid_t owner; /* of the connection */
};

int pedigree_check_backend(const char *backend, bool *ret_remote,
			   struct pedigree_error *err)
{
	*ret_remote = backend && strcmp(backend, "sagemaker") == 0;
	if (!backend || strcmp(backend, "ledger") == 0 || *ret_remote)
		return 0;
	if (pedigree_backend_find(backend))
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"the backend %s takes records only; questions and operations of the API work on the ledger and with sagemaker",
			backend);
	return pedigree_fail(
		err, PEDIGREE_EINVAL,
		"'%s' is no backend that answers questions; ledger and sagemaker are",
		backend);
}

static int connect_to(struct pedigree_client *client,
		      struct pedigree_error *err)
{
	const struct pedigree_config *config = client->pedigree->config;

	if (client->is_remote)
		return pedigree_sagemaker_client(config, &client->remote, err);
	return pedigree_service_open(config, &client->service, err);
}

int pedigree_client_open(const struct pedigree *pedigree, const char *backend,
			 struct pedigree_client **ret_client,
			 struct pedigree_error *err)
{
	struct pedigree_client *client;
	bool is_remote;
	int status = pedigree_check_backend(backend, &is_remote, err);

	if (status)
		return status;
	client = calloc(1, sizeof(*client));
	if (!client)
		return pedigree_fail_memory(err);
	client->pedigree = pedigree;
	client->owner = getpid();
	client->is_remote = is_remote;
	status = connect_to(client, err);
	if (status) {
		free(client);
		return status;
	}
	pthread_mutex_init(&client->lock, NULL);
	*ret_client = client;
	return 0;
}

void pedigree_client_close(struct pedigree_client *client)
{
	if (!client)
		return;
	if (client->owner == getpid()) {
		pedigree_service_close(client->service);
		pedigree_sagemaker_client_close(client->remote);
	}
	pthread_mutex_destroy(&client->lock);
	free(client);
}

/* A SQLite connection must not be used, nor closed, after fork: the child
   leaves it alone and opens its own. */
static int adopt(struct pedigree_client *client, struct pedigree_error *err)
{
	int status;

	if (client->owner == getpid())
		return 0;
	client->service = NULL;
	client->remote = NULL;
	status = connect_to(client, err);
	if (!status)
		client->owner = getpid();
	return status;
}

static int find_operation(const char *name,
			  const struct pedigree_operation **ret_operation,
			  struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf nearest = PEDIGREE_BUF_INIT;

	*ret_operation = name ? pedigree_operation_find(name) : NULL;
	if (*ret_operation)
		return 0;
	pedigree_operation_nearest(name ? name : "", &nearest);
	if (nearest.len)
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"there is no operation '%s'; did you mean %s?", name,
			nearest.data);
	return pedigree_fail(err, PEDIGREE_EUNSUPPORTED,
			     "there is no operation '%s'", name ? name : "");
}

/* The service takes times as numbers, and judges everything else itself. */
static int call_remote(struct pedigree_client *client,
		       const struct pedigree_operation *operation,
		       const char *request, struct pedigree_buf *answer,
		       struct pedigree_error *err)
{
	_cleanup_free_ char *wire = NULL;
	int status = pedigree_request_to_wire(operation, request, &wire, err);

	if (status)
		return status;
	return pedigree_sagemaker_call(client->remote, operation->name, wire,
				       answer, err);
}

static int call_locked(struct pedigree_client *client,
		       const struct pedigree_operation *operation,
		       const char *request, struct pedigree_buf *answer,
		       struct pedigree_error *err)
{
	int status;

	pthread_mutex_lock(&client->lock);
	status = adopt(client, err);
	if (!status && client->is_remote)
		status = call_remote(client, operation, request, answer, err);
	else if (!status)
		status = pedigree_service_call(client->service, operation,
					       request, strlen(request), answer,
					       err);
	pthread_mutex_unlock(&client->lock);
	return status;
}

int pedigree_client_call(struct pedigree_client *client, const char *operation,
			 const char *request, char **ret_answer,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf answer = PEDIGREE_BUF_INIT;
	const struct pedigree_operation *found;
	int status;

	if (ret_answer)
		*ret_answer = NULL;
	if (!client)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "a call needs a client");
	status = find_operation(operation, &found, err);
	if (status)
		return status;
	status = call_locked(client, found, request ? request : "{}", &answer,
			     err);
	if (ret_answer && answer.len && !pedigree_buf_error(&answer)) {
		*ret_answer = pedigree_buf_take(&answer);
		if (!*ret_answer)
			return pedigree_fail_memory(err);
	}
	return status;
}

/* "ArtifactSummaries" of a list: what the AWS CLI joins the pages of. It
   has no such knowledge of QueryLineage. */
static const char *pages_of(const struct pedigree_operation *operation)
{
	const struct pedigree_member *m = operation->response;

	if (!pedigree_member_find(m, "NextToken") ||
	    pedigree_member_find(m, "Vertices"))
		return NULL;
	return m->name;
}

void pedigree_operations(void (*each)(void *ctx,
				      const struct pedigree_operation_view *o),
			 void *ctx)
{
	for (const struct pedigree_operation *o = pedigree_operations_table;
	     o->name; o++) {
		_cleanup_buf_ struct pedigree_buf command = PEDIGREE_BUF_INIT;
		struct pedigree_operation_view view = {
			.name = o->name,
			.summary = o->summary,
			.writes = o->writes,
			.pages = pages_of(o),
		};

		pedigree_kebab(o->name, &command);
		view.command = command.data;
		each(ctx, &view);
	}
}

static int view_members(const struct pedigree_member *members, bool answer,
			void (*each)(void *ctx,
				     const struct pedigree_member_view *member),
			void *ctx, struct pedigree_error *err)
{
	for (; members->name; members++) {
		_cleanup_buf_ struct pedigree_buf flag = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf type = PEDIGREE_BUF_INIT;

		pedigree_kebab(members->name, &flag);
		pedigree_shape_describe(members->shape, &type);
		if (pedigree_buf_error(&flag) || pedigree_buf_error(&type))
			return pedigree_fail_memory(err);
		each(ctx, &(struct pedigree_member_view){
				  .name = members->name,
				  .flag = flag.data,
				  .type = type.data,
				  .required = members->required,
				  .answer = answer,
			  });
	}
	return 0;
}

int pedigree_operation_members(
	const char *operation,
	void (*each)(void *ctx, const struct pedigree_member_view *member),
	void *ctx, struct pedigree_error *err)
{
	const struct pedigree_operation *found;
	int status = find_operation(operation, &found, err);

	if (!status)
		status = view_members(found->request, false, each, ctx, err);
	if (!status)
		status = view_members(found->response, true, each, ctx, err);
	return status;
}

int pedigree_request_from_args(const char *operation, const char *base,
			       const char *const *args, char **ret_request,
			       struct pedigree_error *err)
{
	const struct pedigree_operation *found;
	int status = find_operation(operation, &found, err);

	return status ? status
		      : pedigree_arguments_parse(found, base, args, ret_request,
						 err);
}

int pedigree_client_join(struct pedigree_client *client,
			 const struct pedigree_operation *operation,
			 const char *request,
			 const struct pedigree_pages *pages, char **ret_answer,
			 struct pedigree_error *err)
{
	struct pedigree_joined joined = { 0 };
	int status;

	*ret_answer = NULL;
	status = pedigree_joined_init(&joined, operation->response->name,
				      request, pages, err);
	while (!status && !joined.complete) {
		_cleanup_free_ char *answer = NULL;

		status = pedigree_client_call(client, operation->name,
					      joined.request, &answer, err);
		if (!status)
			status = pedigree_joined_add(&joined, answer, err);
		else
			*ret_answer = pedigree_take(answer);
	}
	if (!status)
		status = pedigree_joined_finish(&joined, ret_answer, err);
	pedigree_joined_clear(&joined);
	return status;
}

int pedigree_client_call_pages(struct pedigree_client *client,
			       const char *operation, const char *request,
			       const struct pedigree_pages *pages,
			       char **ret_answer, struct pedigree_error *err)
{
	static const struct pedigree_pages all = { 0 };
	const struct pedigree_operation *found;
	int status;

	*ret_answer = NULL;
	status = find_operation(operation, &found, err);
	if (status)
		return status;
	if (!pages_of(found))
		return pedigree_fail(err, PEDIGREE_EUNSUPPORTED,
				     "%s has no pages to join", found->name);
	return pedigree_client_join(client, found, request,
				    pages ? pages : &all, ret_answer, err);
}

int pedigree_answer_print(const char *answer, const char *query, int text,
			  FILE *out, struct pedigree_error *err)
{
	return pedigree_present(answer, query, text, out, err);
}
