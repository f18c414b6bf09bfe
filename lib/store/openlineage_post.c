/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/openlineage_post.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "aws/retry.h"
#include "base/err.h"

#define TRIES 4
#define WAIT_MS 1000
#define QUOTED 160 /* bytes of an answer */
#define SAID 60	   /* the same, where a secret may follow */
#define BEARER "Bearer "

static int call(const struct pedigree_openlineage_post *post,
		const struct pedigree_http_request *request,
		struct pedigree_http_response *ret, struct pedigree_error *err)
{
	int status = pedigree_http_submit(post->http, request, NULL, err);

	while (!status)
		status = pedigree_http_wait(post->http, WAIT_MS, ret, err);
	return status < 0 ? status : 0;
}

/* Type, token of the request, date, security token, authorization. */
#define HEADERS 5

struct headers {
	struct pedigree_sigv4_header v[HEADERS];
	size_t n;
};

static void add_header(struct headers *headers, const char *name,
		       const char *value)
{
	headers->v[headers->n++] =
		(struct pedigree_sigv4_header){ name, value };
}

static int authorize(const struct pedigree_openlineage_post *post,
		     const struct pedigree_openlineage_body *body,
		     struct pedigree_sigv4 *made, struct headers *headers,
		     struct pedigree_error *err)
{
	const char *token;
	int status;

	if (!post->signer) {
		if (post->authorization->len)
			add_header(headers, "Authorization",
				   post->authorization->data);
		return 0;
	}
	add_header(headers, "Client-Token", body->digest);
	status = pedigree_openlineage_sign(post->signer, headers->v, headers->n,
					   body->text, body->n, made, &token,
					   err);
	if (status)
		return status;
	add_header(headers, "X-Amz-Date", made->date);
	if (token)
		add_header(headers, "X-Amz-Security-Token", token);
	add_header(headers, "Authorization", made->authorization.data);
	return 0;
}

static int send_once(const struct pedigree_openlineage_post *post,
		     const struct pedigree_openlineage_body *body,
		     struct pedigree_http_response *ret,
		     struct pedigree_error *err)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	struct headers headers = { .n = 0 };
	struct pedigree_http_request request = {
		.method = "POST",
		.url = post->url,
		.headers = headers.v,
		.body = body->text,
		.n_body = body->n,
		.total_ms = post->timeout_s * 1000,
		.stalled_s = post->timeout_s,
	};
	int status;

	add_header(&headers, "Content-Type", "application/json");
	status = authorize(post, body, &made, &headers, err);
	request.n_headers = headers.n;
	return status ? status : call(post, &request, ret, err);
}

static bool is_passing(const struct pedigree_http_response *response)
{
	if (response->outcome != PEDIGREE_HTTP_ANSWERED)
		return response->outcome == PEDIGREE_HTTP_NOT_SENT ||
		       response->outcome == PEDIGREE_HTTP_LOST;
	return response->status >= 500 || response->status == 429 ||
	       response->status == 408 || response->status == 425;
}

/* False: it is to be left alone for longer than anybody waits here. */
static bool wait_for(const struct pedigree_http_response *response,
		     unsigned int failures)
{
	struct timespec left;
	uint32_t dice = 0;
	int64_t ms;

	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) < 0)
		dice = (uint32_t)pedigree_http_now_ms() * 2654435761u;
	ms = pedigree_aws_backoff(failures, response->status == 429,
				  response->retry_after_ms, dice);
	if (ms > PEDIGREE_AWS_LONGEST_MS)
		return false;
	left.tv_sec = ms / 1000;
	left.tv_nsec = (long)(ms % 1000) * 1000000;
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
	return true;
}

/* Bytes of the key at `text`, of n bytes; 0: it does not stand there. */
static size_t key_at(const struct pedigree_openlineage_post *post,
		     const char *text, size_t n)
{
	const struct pedigree_buf *said = post->authorization;
	size_t n_key = said->len ? said->len - strlen(BEARER) : 0;

	return n_key && n_key <= n &&
			       !memcmp(text, said->data + strlen(BEARER), n_key)
		       ? n_key
		       : 0;
}

/* What the service says, as far as it can be printed: it may repeat the key
   that it does not like. */
static void quote(const struct pedigree_openlineage_post *post,
		  const struct pedigree_http_response *response,
		  struct pedigree_buf *buf)
{
	const char *text = response->body.data;
	size_t n = response->body.len, most = buf->len + QUOTED;

	/* What AWS explains a refused signature with has the token in it. */
	if (post->signer && n > SAID)
		n = SAID;
	if (n)
		pedigree_buf_add_str(buf, ": ");
	for (size_t i = 0; i < n && buf->len < most;) {
		size_t n_key = post->signer ? 0 : key_at(post, text + i, n - i);
		char c = text[i];

		if (n_key)
			pedigree_buf_add_str(buf, "[key]");
		else
			pedigree_buf_add_char(buf,
					      c >= ' ' && c < 0x7f ? c : ' ');
		if (pedigree_buf_error(buf))
			return;
		i += n_key ? n_key : 1;
	}
}

/*
 * Whose fault an answer is, by its status. That of a wrong address or key is
 * no record's, and putting these right is enough. The first row that has it.
 */
static const struct {
	int from, to;
	bool refused;
	enum pedigree_code code;
	const char *sentence, *advice;
} verdicts[] = {
	{ 401, 401, false, PEDIGREE_EIO, "the service does not accept the key",
	  "; key_variable or key_file says where it is, sign that AWS's is taken" },
	{ 403, 403, false, PEDIGREE_EIO, "the service does not accept the key",
	  "; key_variable or key_file says where it is, sign that AWS's is taken" },
	{ 404, 405, false, PEDIGREE_EIO,
	  "the service takes no events at this address",
	  "; url should end in /api/v1/lineage or in what the service says" },
	{ 407, 407, false, PEDIGREE_EIO,
	  "the proxy wants to be asked otherwise",
	  "; the environment names it" },
	{ 408, 408, false, PEDIGREE_EBUSY,
	  "the service does not take events now", "" },
	{ 425, 425, false, PEDIGREE_EBUSY,
	  "the service does not take events now", "" },
	{ 429, 429, false, PEDIGREE_EBUSY,
	  "the service does not take events now", "" },
	{ 413, 413, true, PEDIGREE_EINVAL, "the service refused an event",
	  "; with a smaller max_bytes, events are split more" },
	{ 400, 499, true, PEDIGREE_EINVAL, "the service refused an event", "" },
	{ 500, 599, false, PEDIGREE_EBUSY,
	  "the service does not take events now", "" },
	{ 0, 999, false, PEDIGREE_EIO,
	  "the service takes no events at this address",
	  "; url should end in /api/v1/lineage or in what the service says" },
};

static int judge(const struct pedigree_openlineage_post *post,
		 struct pedigree_http_response *response, bool *ret_refused,
		 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf said = PEDIGREE_BUF_INIT;
	int status = response->status;
	size_t i = 0;

	*ret_refused = false;
	if (response->outcome != PEDIGREE_HTTP_ANSWERED)
		return pedigree_fail(err, response->err.code, "%s",
				     response->err.text);
	if (status >= 200 && status < 300)
		return 0;
	while (i + 1 < PEDIGREE_COUNT(verdicts) &&
	       (status < verdicts[i].from || status > verdicts[i].to))
		i++;
	if (post->signer && (status == 401 || status == 403))
		pedigree_openlineage_signer_renew(post->signer);
	quote(post, response, &said);
	*ret_refused = verdicts[i].refused;
	return pedigree_fail(err, verdicts[i].code, "%s (%d%s)%s",
			     verdicts[i].sentence, status,
			     said.data ? said.data : "", verdicts[i].advice);
}

int pedigree_openlineage_post(const struct pedigree_openlineage_post *post,
			      const struct pedigree_openlineage_body *body,
			      bool *ret_refused, struct pedigree_error *err)
{
	for (unsigned int try = 1;; try++) {
		_cleanup_http_response_ struct pedigree_http_response response =
			PEDIGREE_HTTP_RESPONSE_INIT;
		int status = send_once(post, body, &response, err);

		*ret_refused = false;
		if (status)
			return status;
		if (try < TRIES && is_passing(&response) &&
		    wait_for(&response, try))
			continue;
		return judge(post, &response, ret_refused, err);
	}
}

int pedigree_openlineage_knock(const struct pedigree_openlineage_post *post,
			       struct pedigree_error *err)
{
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	const struct pedigree_http_request request = {
		.method = "GET",
		.url = post->url,
		.total_ms = post->timeout_s * 1000,
	};
	int status = call(post, &request, &response, err);

	if (status || response.outcome == PEDIGREE_HTTP_ANSWERED)
		return status;
	return pedigree_fail(err, response.err.code, "%s", response.err.text);
}
