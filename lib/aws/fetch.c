/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/fetch.h"

#include <errno.h>
#include <time.h>

#include "base/err.h"

static void pause_for(unsigned int ms)
{
	struct timespec left = {
		.tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static bool worth_another(const struct pedigree_aws_fetch *fetch,
			  const struct pedigree_http_response *response)
{
	switch (response->outcome) {
	case PEDIGREE_HTTP_NOT_SENT:
	case PEDIGREE_HTTP_LOST:
		return true;
	case PEDIGREE_HTTP_ANSWERED:
		return response->status >= 500 || response->status == 429 ||
		       (fetch->any_status && response->status != 200);
	default:
		return false;
	}
}

int pedigree_aws_fetch(const struct pedigree_aws_fetch *fetch,
		       struct pedigree_http_response *ret,
		       struct pedigree_error *err)
{
	for (unsigned int try = 1;; try++) {
		_cleanup_http_response_ struct pedigree_http_response response =
			PEDIGREE_HTTP_RESPONSE_INIT;
		int result =
			pedigree_http_call(&fetch->request, &response, err);

		if (result < 0)
			return result;
		if (try < fetch->tries && worth_another(fetch, &response)) {
			pause_for(fetch->pause_ms);
			continue;
		}
		if (response.outcome != PEDIGREE_HTTP_ANSWERED)
			return pedigree_fail(
				err, response.err.code,
				"cannot get AWS credentials from %s: %s",
				fetch->who, response.err.text);
		pedigree_http_response_clear(ret);
		*ret = response;
		pedigree_buf_init(&response.body);
		return 0;
	}
}
