/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/client.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "aws/client_call.h"
#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/region.h"
#include "aws/sigv4.h"
#include "base/err.h"

enum {
	CONNECTIONS = 16,
	ATTEMPTS = 8,
	SKEW_S = 5 * 60 /* that the service tolerates */
};

struct pedigree_aws_client {
	struct pedigree_aws_chain *chain;
	struct pedigree_http *http;
	char *region;
	struct pedigree_buf url, host;
	const char *path; /* in url */
	unsigned int connections, attempts;

	struct pedigree_aws_rate rate;
	struct pedigree_aws_quota quota;
	const struct pedigree_aws_credentials *keys; /* the chain's */
	unsigned int generation; /* counts renewals of the keys */
	int64_t offset;		 /* s to add to our clock for signing */
	int64_t difference;	 /* s, the service's clock minus ours */
	bool has_difference;

	struct pedigree_aws_call *waiting, **last;
	size_t n_waiting;
	/* Ended without a response; they are returned first. */
	struct pedigree_aws_call *ended;
};

/*
 * Life
 */

static unsigned int max_attempts(const struct pedigree_aws_chain *chain,
				 unsigned int chosen)
{
	const char *text = pedigree_aws_env("AWS_MAX_ATTEMPTS");
	long n;

	if (chosen)
		return chosen;
	if (!text)
		text = pedigree_aws_files_get(pedigree_aws_chain_files(chain),
					      PEDIGREE_AWS_PROFILE,
					      pedigree_aws_chain_profile(chain),
					      "max_attempts");
	n = text ? strtol(text, NULL, 10) : 0;
	return n > 0 && n < 1000 ? (unsigned int)n : ATTEMPTS;
}

static int find_service(struct pedigree_aws_client *client,
			const struct pedigree_aws_client_options *options,
			struct pedigree_error *err)
{
	const struct pedigree_aws_files *files =
		pedigree_aws_chain_files(client->chain);
	const char *profile = pedigree_aws_chain_profile(client->chain);
	const char *region =
		pedigree_aws_region(files, profile, options->region);
	int result;

	if (!region)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"no AWS region is configured; set AWS_REGION, or region in profile %s of ~/.aws/config",
			profile);
	client->region = strdup(region);
	if (!client->region)
		return pedigree_fail_memory(err);
	result = pedigree_aws_endpoint(files, profile, PEDIGREE_AWS_SAGEMAKER,
				       region, options->endpoint, &client->url,
				       err);
	if (result < 0)
		return result;
	pedigree_buf_add_char(&client->url, '/');
	if (pedigree_buf_error(&client->url) ||
	    !pedigree_aws_url_host(client->url.data, &client->host,
				   &client->path) ||
	    pedigree_buf_error(&client->host))
		return pedigree_fail_memory(err);
	return 0;
}

static double now_s(void)
{
	return (double)pedigree_http_now_ms() / 1000;
}

int pedigree_aws_client_new(const struct pedigree_aws_client_options *options,
			    struct pedigree_aws_client **ret,
			    struct pedigree_error *err)
{
	_cleanup_aws_client_ struct pedigree_aws_client *client =
		calloc(1, sizeof(*client));
	const struct pedigree_aws_options who = {
		.profile = options->profile,
		.region = options->region,
	};
	struct pedigree_http_options http = {
		.ca_bundle = options->ca_bundle,
	};
	int result;

	if (!client)
		return pedigree_fail_memory(err);
	client->last = &client->waiting;
	pedigree_buf_init(&client->url);
	pedigree_buf_init(&client->host);
	client->connections =
		options->connections ? options->connections : CONNECTIONS;
	http.connections = client->connections;
	result = pedigree_aws_chain_new(&who, &client->chain, err);
	if (result == 0)
		result = find_service(client, options, err);
	if (result == 0)
		result = pedigree_http_new(&http, &client->http, err);
	if (result < 0)
		return result;
	client->attempts = max_attempts(client->chain, options->attempts);
	pedigree_aws_rate_init(&client->rate, now_s());
	pedigree_aws_quota_init(&client->quota);
	*ret = pedigree_take(client);
	return 0;
}

static void call_free(struct pedigree_aws_call *call)
{
	pedigree_aws_answer_clear(&call->answer);
	free(call->target);
	free(call->body);
	free(call);
}

static void free_list(struct pedigree_aws_call *call)
{
	while (call) {
		struct pedigree_aws_call *next = call->next;

		call_free(call);
		call = next;
	}
}

/* Calls under way belong to the transport, which gives them back. */
static void drop_sent(struct pedigree_http *http)
{
	void *ctx;

	while ((ctx = pedigree_http_cancel(http)))
		call_free(ctx);
}

void pedigree_aws_client_free(struct pedigree_aws_client *client)
{
	if (!client)
		return;
	if (client->http)
		drop_sent(client->http);
	pedigree_http_free(client->http);
	free_list(client->waiting);
	free_list(client->ended);
	pedigree_aws_chain_free(client->chain);
	pedigree_buf_clear(&client->url);
	pedigree_buf_clear(&client->host);
	free(client->region);
	free(client);
}

/*
 * Calls
 */

static void enqueue(struct pedigree_aws_client *client,
		    struct pedigree_aws_call *call, int64_t not_before)
{
	call->not_before = not_before;
	call->next = NULL;
	*client->last = call;
	client->last = &call->next;
	client->n_waiting++;
}

int pedigree_aws_client_submit_later(struct pedigree_aws_client *client,
				     const char *operation, const void *body,
				     size_t n, unsigned int delay_ms, void *ctx,
				     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf target = PEDIGREE_BUF_INIT;
	struct pedigree_aws_call *call = calloc(1, sizeof(*call));

	if (!call)
		return pedigree_fail_memory(err);
	call->answer = (struct pedigree_aws_answer)PEDIGREE_AWS_ANSWER_INIT;
	call->answer.ctx = ctx;
	pedigree_buf_addf(&target, "SageMaker.%s", operation);
	call->target = pedigree_buf_take(&target);
	call->body = malloc(n + 1);
	if (!call->target || !call->body) {
		call_free(call);
		return pedigree_fail_memory(err);
	}
	memcpy(call->body, body, n);
	call->body[n] = '\0';
	call->n_body = n;
	enqueue(client, call, delay_ms ? pedigree_http_now_ms() + delay_ms : 0);
	return 0;
}

int pedigree_aws_client_submit(struct pedigree_aws_client *client,
			       const char *operation, const void *body,
			       size_t n, void *ctx, struct pedigree_error *err)
{
	return pedigree_aws_client_submit_later(client, operation, body, n, 0,
						ctx, err);
}

size_t pedigree_aws_client_pending(const struct pedigree_aws_client *client)
{
	size_t n = client->n_waiting + pedigree_http_pending(client->http);

	for (const struct pedigree_aws_call *at = client->ended; at;
	     at = at->next)
		n++;
	return n;
}

static void end_without_answer(struct pedigree_aws_client *client,
			       struct pedigree_aws_call *call,
			       const struct pedigree_error *why)
{
	call->answer.outcome = PEDIGREE_AWS_STOPPED;
	call->answer.err = *why;
	call->next = client->ended;
	client->ended = call;
}

/*
 * Sending
 */

static int fresh_keys(struct pedigree_aws_client *client,
		      struct pedigree_error *err)
{
	return pedigree_aws_chain_get(
		client->chain, time(NULL) + client->offset, &client->keys, err);
}

static int send_call(struct pedigree_aws_client *client,
		     struct pedigree_aws_call *call, struct pedigree_error *err)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	const struct pedigree_aws_credentials *keys;
	struct pedigree_sigv4_header headers[5] = {
		{ "Content-Type", "application/x-amz-json-1.1" },
		{ "X-Amz-Target", call->target },
	};
	struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = client->host.data,
		.path = client->path,
		.headers = headers,
		.n_headers = 2,
		.body = call->body,
		.n_body = call->n_body,
	};
	const struct pedigree_sigv4_scope scope = {
		.region = client->region,
		.service = "sagemaker",
	};
	struct pedigree_http_request http = {
		.method = "POST",
		.url = client->url.data,
		.headers = headers,
		.body = call->body,
		.n_body = call->n_body,
	};
	int result = fresh_keys(client, err);

	if (result < 0)
		return result;
	keys = client->keys;
	result = pedigree_sigv4_sign(&request,
				     &(struct pedigree_sigv4_keys){
					     keys->access_key, keys->secret_key,
					     keys->session_token },
				     &scope, time(NULL) + client->offset, &made,
				     err);
	if (result < 0)
		return result;
	http.n_headers = 2;
	headers[http.n_headers++] =
		(struct pedigree_sigv4_header){ "X-Amz-Date", made.date };
	headers[http.n_headers++] =
		(struct pedigree_sigv4_header){ "Authorization",
						made.authorization.data };
	if (keys->session_token)
		headers[http.n_headers++] =
			(struct pedigree_sigv4_header){ "X-Amz-Security-Token",
							keys->session_token };
	call->keys = client->generation;
	call->offset = client->offset;
	call->attempts++;
	return pedigree_http_submit(client->http, &http, call, err);
}

/*
 * Sends those whose time has come. Returns the ms until the next may be sent,
 * or -1 when none waits.
 */
static int64_t send_due(struct pedigree_aws_client *client)
{
	struct pedigree_aws_call **at = &client->waiting;
	int64_t now = pedigree_http_now_ms(), next = -1;

	while (*at &&
	       pedigree_http_pending(client->http) < client->connections) {
		struct pedigree_aws_call *call = *at;
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		double wait;

		if (call->not_before > now) {
			int64_t left = call->not_before - now;

			next = next < 0 || left < next ? left : next;
			at = &call->next;
			continue;
		}
		wait = pedigree_aws_rate_take(&client->rate, now_s());
		if (wait > 0) {
			int64_t left = (int64_t)(wait * 1000) + 1;

			return next < 0 || left < next ? left : next;
		}
		*at = call->next;
		if (client->last == &call->next)
			client->last = at;
		client->n_waiting--;
		if (send_call(client, call, &err) < 0)
			end_without_answer(client, call, &err);
	}
	return next;
}

/*
 * Receiving
 */

static uint32_t dice(void)
{
	uint32_t bits = 0;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) < 0)
		bits = (uint32_t)pedigree_http_now_ms() * UINT32_C(2654435761);
	return bits;
}

/* True when it was enqueued again. */
static bool again(struct pedigree_aws_client *client,
		  struct pedigree_aws_call *call, bool throttled, bool lost,
		  int64_t asked_ms)
{
	int64_t wait = pedigree_aws_backoff(++call->failures, throttled,
					    asked_ms, dice());

	if (call->attempts >= client->attempts ||
	    wait > PEDIGREE_AWS_LONGEST_MS ||
	    !pedigree_aws_quota_take(&client->quota, lost, &call->cost)) {
		call->answer.outcome = PEDIGREE_AWS_LATER;
		return false;
	}
	enqueue(client, call, pedigree_http_now_ms() + wait);
	return true;
}

static void note_clock(struct pedigree_aws_client *client,
		       const struct pedigree_http_response *response)
{
	if (!response->date)
		return;
	client->difference = response->date - time(NULL);
	client->has_difference = true;
}

/* The signature was refused. Was it the clock, and can that be helped? */
static bool correct_clock(struct pedigree_aws_client *client,
			  struct pedigree_aws_call *call)
{
	int64_t off;

	if (call->skewed || !client->has_difference)
		return false;
	off = client->difference - call->offset;
	if (off < 0)
		off = -off;
	if (off < SKEW_S)
		return false;
	client->offset = client->difference;
	call->skewed = true;
	enqueue(client, call, 0);
	return true;
}

static bool renew_keys(struct pedigree_aws_client *client,
		       struct pedigree_aws_call *call)
{
	if (call->expired)
		return false;
	/* Of the many that were signed with them, one is enough. */
	if (call->keys == client->generation) {
		pedigree_aws_chain_expire(client->chain);
		client->generation++;
	}
	call->expired = true;
	enqueue(client, call, 0);
	return true;
}

static void stopped(struct pedigree_aws_client *client,
		    struct pedigree_aws_call *call,
		    enum pedigree_aws_class class)
{
	struct pedigree_aws_answer *answer = &call->answer;
	const char *source = pedigree_aws_chain_source(client->chain);

	answer->outcome = PEDIGREE_AWS_STOPPED;
	if (!answer->code[0])
		return; /* its text is better */
	answer->err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	pedigree_fail(
		&answer->err, PEDIGREE_ECONFIG,
		class == PEDIGREE_AWS_EXPIRED
			? "the AWS credentials from %s have expired (%s); renew them"
			: "AWS does not accept the credentials from %s (%s); check them, the region and the clock",
		source, answer->code);
}

/* True when the call has ended. */
static bool take_answer(struct pedigree_aws_client *client,
			struct pedigree_aws_call *call,
			struct pedigree_http_response *response)
{
	enum pedigree_aws_class class;

	note_clock(client, response);
	class = pedigree_aws_read_answer(
		response, client->url.data,
		client->keys ? client->keys->secret_key : NULL,
		client->keys ? client->keys->session_token : NULL,
		&call->answer);
	pedigree_aws_rate_answered(&client->rate,
				   class == PEDIGREE_AWS_THROTTLED, now_s());
	switch (class) {
	case PEDIGREE_AWS_DONE:
		pedigree_aws_quota_give(&client->quota, call->cost);
		call->answer.outcome = PEDIGREE_AWS_OK;
		call->answer.body = response->body;
		pedigree_buf_init(&response->body);
		return true;
	case PEDIGREE_AWS_TRANSIENT:
		call->answer.repeated = true;
		/* fall through */
	case PEDIGREE_AWS_THROTTLED:
		return !again(client, call, class == PEDIGREE_AWS_THROTTLED,
			      false, response->retry_after_ms);
	case PEDIGREE_AWS_SKEWED:
		if (correct_clock(client, call))
			return false;
		break;
	case PEDIGREE_AWS_EXPIRED:
		if (renew_keys(client, call))
			return false;
		break;
	case PEDIGREE_AWS_PERMANENT:
		call->answer.outcome = PEDIGREE_AWS_REFUSED;
		return true;
	case PEDIGREE_AWS_IDENTITY:
		break;
	}
	stopped(client, call, class);
	return true;
}

static bool take_failure(struct pedigree_aws_client *client,
			 struct pedigree_aws_call *call,
			 const struct pedigree_http_response *response)
{
	bool lost = response->outcome == PEDIGREE_HTTP_LOST;

	call->answer.err = response->err;
	call->answer.status = 0;
	call->answer.code[0] = call->answer.message[0] = '\0';
	pedigree_aws_rate_answered(&client->rate, false, now_s());
	switch (response->outcome) {
	case PEDIGREE_HTTP_LOST:
	case PEDIGREE_HTTP_NOT_SENT:
		if (again(client, call, false, lost, -1)) {
			call->answer.repeated |= lost;
			return false;
		}
		return true;
	case PEDIGREE_HTTP_TOO_LARGE:
		call->answer.outcome = PEDIGREE_AWS_LATER;
		return true;
	default:
		call->answer.outcome = PEDIGREE_AWS_STOPPED;
		return true;
	}
}

static void give(struct pedigree_aws_call *call,
		 struct pedigree_aws_answer *ret)
{
	pedigree_aws_answer_clear(ret);
	call->answer.attempts = call->attempts;
	*ret = call->answer;
	pedigree_buf_init(&call->answer.body);
	call_free(call);
}

static bool give_ended(struct pedigree_aws_client *client,
		       struct pedigree_aws_answer *ret)
{
	struct pedigree_aws_call *call = client->ended;

	if (!call)
		return false;
	client->ended = call->next;
	give(call, ret);
	return true;
}

/* Until something may be sent; waits for an answer where one may come. */
static int rest(struct pedigree_aws_client *client, int64_t ms,
		struct pedigree_http_response *response,
		struct pedigree_error *err)
{
	struct timespec left = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};

	if (pedigree_http_pending(client->http))
		return pedigree_http_wait(client->http, (int)ms, response, err);
	nanosleep(&left, NULL);
	return 0;
}

int pedigree_aws_client_wait(struct pedigree_aws_client *client, int timeout_ms,
			     struct pedigree_aws_answer *ret,
			     struct pedigree_error *err)
{
	int64_t end = pedigree_http_now_ms() + timeout_ms;

	for (;;) {
		_cleanup_http_response_ struct pedigree_http_response response =
			PEDIGREE_HTTP_RESPONSE_INIT;
		int64_t next = send_due(client), left;
		struct pedigree_aws_call *call;
		int result;

		if (give_ended(client, ret))
			return 1;
		left = end - pedigree_http_now_ms();
		if (!pedigree_aws_client_pending(client) || left < 0)
			return 0;
		result = rest(client, next >= 0 && next < left ? next : left,
			      &response, err);
		if (result < 0)
			return result;
		if (result == 0)
			continue;
		call = response.ctx;
		call->answer.repeated |= response.sent > 1;
		if (response.outcome == PEDIGREE_HTTP_ANSWERED
			    ? take_answer(client, call, &response)
			    : take_failure(client, call, &response)) {
			give(call, ret);
			return 1;
		}
	}
}

/*
 * For people
 */

const char *pedigree_aws_client_region(const struct pedigree_aws_client *client)
{
	return client->region;
}

const char *
pedigree_aws_client_endpoint(const struct pedigree_aws_client *client)
{
	return client->url.data;
}

int pedigree_aws_client_source(struct pedigree_aws_client *client,
			       const char **ret, struct pedigree_error *err)
{
	int result = fresh_keys(client, err);

	if (result < 0)
		return result;
	*ret = pedigree_aws_chain_source(client->chain);
	return 0;
}

bool pedigree_aws_client_clock(const struct pedigree_aws_client *client,
			       int64_t *ret_difference)
{
	if (client->has_difference)
		*ret_difference = client->difference;
	return client->has_difference;
}
