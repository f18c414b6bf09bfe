/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/retry.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/base.h"

enum {
	BASE_MS = 50,
	BASE_THROTTLED_MS = 1000,
	BOUND_MS = 20000,
	GRACE_MS = 5000, /* more than the service asks for */
	QUOTA = 500,
	COST = 5,
	COST_LOST = 10
};

/*
 * Answers
 */

static const struct {
	const char *code;
	enum pedigree_aws_class class;
} codes[] = {
	{ "Throttling", PEDIGREE_AWS_THROTTLED },
	{ "ThrottlingException", PEDIGREE_AWS_THROTTLED },
	{ "ThrottledException", PEDIGREE_AWS_THROTTLED },
	{ "RequestThrottled", PEDIGREE_AWS_THROTTLED },
	{ "RequestThrottledException", PEDIGREE_AWS_THROTTLED },
	{ "TooManyRequestsException", PEDIGREE_AWS_THROTTLED },
	{ "ProvisionedThroughputExceededException", PEDIGREE_AWS_THROTTLED },
	{ "TransactionInProgressException", PEDIGREE_AWS_THROTTLED },
	{ "RequestLimitExceeded", PEDIGREE_AWS_THROTTLED },
	{ "BandwidthLimitExceeded", PEDIGREE_AWS_THROTTLED },
	{ "LimitExceededException", PEDIGREE_AWS_THROTTLED },
	{ "SlowDown", PEDIGREE_AWS_THROTTLED },
	{ "PriorRequestNotComplete", PEDIGREE_AWS_THROTTLED },
	{ "EC2ThrottledException", PEDIGREE_AWS_THROTTLED },

	{ "RequestTimeout", PEDIGREE_AWS_TRANSIENT },
	{ "RequestTimeoutException", PEDIGREE_AWS_TRANSIENT },
	{ "InternalFailure", PEDIGREE_AWS_TRANSIENT },
	{ "InternalServerError", PEDIGREE_AWS_TRANSIENT },
	{ "ServiceUnavailable", PEDIGREE_AWS_TRANSIENT },
	{ "ServiceUnavailableException", PEDIGREE_AWS_TRANSIENT },

	{ "ExpiredToken", PEDIGREE_AWS_EXPIRED },
	{ "ExpiredTokenException", PEDIGREE_AWS_EXPIRED },

	{ "AuthFailure", PEDIGREE_AWS_SKEWED },
	{ "InvalidSignatureException", PEDIGREE_AWS_SKEWED },
	{ "RequestExpired", PEDIGREE_AWS_SKEWED },
	{ "RequestInTheFuture", PEDIGREE_AWS_SKEWED },
	{ "RequestTimeTooSkewed", PEDIGREE_AWS_SKEWED },
	{ "SignatureDoesNotMatch", PEDIGREE_AWS_SKEWED },

	{ "IncompleteSignature", PEDIGREE_AWS_IDENTITY },
	{ "IncompleteSignatureException", PEDIGREE_AWS_IDENTITY },
	{ "InvalidClientTokenId", PEDIGREE_AWS_IDENTITY },
	{ "MissingAuthenticationToken", PEDIGREE_AWS_IDENTITY },
	{ "MissingAuthenticationTokenException", PEDIGREE_AWS_IDENTITY },
	{ "OptInRequired", PEDIGREE_AWS_IDENTITY },
	{ "UnrecognizedClientException", PEDIGREE_AWS_IDENTITY },
};

enum pedigree_aws_class pedigree_aws_classify(int status, const char *code)
{
	if (status >= 200 && status < 300)
		return PEDIGREE_AWS_DONE;
	for (size_t i = 0; code && i < PEDIGREE_COUNT(codes); i++)
		if (!strcmp(code, codes[i].code))
			return codes[i].class;
	if (status == 429)
		return PEDIGREE_AWS_THROTTLED;
	return status >= 500 || status == 408 ? PEDIGREE_AWS_TRANSIENT
					      : PEDIGREE_AWS_PERMANENT;
}

/*
 * Repetitions
 */

int64_t pedigree_aws_backoff(unsigned int failures, bool throttled,
			     int64_t asked_ms, uint32_t dice)
{
	int64_t bound = throttled ? BASE_THROTTLED_MS : BASE_MS;
	int64_t wait;

	while (--failures && bound < BOUND_MS)
		bound *= 2;
	if (bound > BOUND_MS)
		bound = BOUND_MS;
	wait = (int64_t)((uint64_t)bound * dice >> 32);
	if (asked_ms < 0)
		return wait;
	if (wait < asked_ms)
		return asked_ms;
	return wait < asked_ms + GRACE_MS ? wait : asked_ms + GRACE_MS;
}

void pedigree_aws_quota_init(struct pedigree_aws_quota *quota)
{
	quota->left = QUOTA;
}

bool pedigree_aws_quota_take(struct pedigree_aws_quota *quota, bool lost,
			     unsigned int *ret_cost)
{
	unsigned int cost = lost ? COST_LOST : COST;

	if (quota->left < cost)
		return false;
	quota->left -= cost;
	*ret_cost = cost;
	return true;
}

void pedigree_aws_quota_give(struct pedigree_aws_quota *quota,
			     unsigned int cost)
{
	quota->left += cost ? cost : 1;
	if (quota->left > QUOTA)
		quota->left = QUOTA;
}

/*
 * The rate: the constants are those of the SDKs.
 */

static const double bucket_s = 0.5, smoothing = 0.8;
static const double scale = 0.4, beta = 0.7;
static const double least = 0.5;     /* requests a second */
static const double overshoot = 2.0; /* at most, over what was measured */

void pedigree_aws_rate_init(struct pedigree_aws_rate *rate, double now)
{
	*rate = (struct pedigree_aws_rate){
		.last_bucket = floor(now),
		.last_throttled = now,
		.fill = 1,
		.room = 1,
		.last_fill = now,
	};
}

static void refill(struct pedigree_aws_rate *rate, double now)
{
	double tokens = rate->tokens + (now - rate->last_fill) * rate->fill;

	rate->tokens = tokens < rate->room ? tokens : rate->room;
	rate->last_fill = now;
}

double pedigree_aws_rate_take(struct pedigree_aws_rate *rate, double now)
{
	if (!rate->limited)
		return 0;
	refill(rate, now);
	if (rate->tokens < 1)
		return (1 - rate->tokens) / rate->fill;
	rate->tokens -= 1;
	return 0;
}

static double measure(struct pedigree_aws_rate *rate, double now)
{
	double bucket = floor(now / bucket_s) * bucket_s;

	rate->count++;
	if (bucket > rate->last_bucket) {
		double current = rate->count / (bucket - rate->last_bucket);

		rate->measured =
			current * smoothing + rate->measured * (1 - smoothing);
		rate->count = 0;
		rate->last_bucket = bucket;
	}
	return rate->measured;
}

static void set_fill(struct pedigree_aws_rate *rate, double fill, double now)
{
	/* What came in until now came at the old rate. */
	refill(rate, now);
	rate->fill = fill > least ? fill : least;
	rate->room = fill >= 1 ? fill : 1;
	if (rate->tokens > rate->room)
		rate->tokens = rate->room;
}

void pedigree_aws_rate_answered(struct pedigree_aws_rate *rate, bool throttled,
				double now)
{
	double measured = measure(rate, now), fill, t;

	if (throttled) {
		rate->most = rate->limited && rate->fill < measured ? rate->fill
								    : measured;
		rate->flat = cbrt(rate->most * (1 - beta) / scale);
		rate->last_throttled = now;
		rate->limited = true;
		fill = rate->most * beta;
	} else {
		t = now - rate->last_throttled - rate->flat;
		fill = scale * t * t * t + rate->most;
	}
	if (fill > overshoot * measured)
		fill = overshoot * measured;
	set_fill(rate, fill, now);
}
