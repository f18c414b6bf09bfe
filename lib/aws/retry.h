/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to send what failed again, and how fast to send at all: the adaptive
 * mode of the AWS SDKs. Pure: the caller brings the time and the dice.
 */
#ifndef PEDIGREE_AWS_RETRY_H
#define PEDIGREE_AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* What an answer asks for. */
enum pedigree_aws_class {
	PEDIGREE_AWS_DONE,	/* nothing more */
	PEDIGREE_AWS_THROTTLED, /* slow down and send it again */
	PEDIGREE_AWS_TRANSIENT, /* send it again */
	PEDIGREE_AWS_EXPIRED,	/* get new credentials and send it again */
	PEDIGREE_AWS_SKEWED,	/* correct the clock and send it again */
	PEDIGREE_AWS_IDENTITY,	/* these keys are not accepted at all */
	PEDIGREE_AWS_PERMANENT	/* it will never be accepted */
};

/*
 * `code` is the service's name for an error ("ThrottlingException"), NULL or
 * "" when the answer had none. 2xx is DONE whatever the code.
 */
enum pedigree_aws_class pedigree_aws_classify(int status, const char *code);

/*
 * Milliseconds to wait before sending again after `failures` (at least 1) in
 * a row: anything between 0 and a bound that doubles up to 20 s (full
 * jitter), from 1 s when throttled and from 50 ms otherwise. `dice` is any
 * 32 random bits. `asked_ms` is what the service asks for, or -1: it gets
 * that, and at most 5 s more.
 */
int64_t pedigree_aws_backoff(unsigned int failures, bool throttled,
			     int64_t asked_ms, uint32_t dice);

/* A service that asks for more is left for another time: a job may be waiting
   for its end. */
#define PEDIGREE_AWS_LONGEST_MS 20000

/*
 * How many repetitions are left: a service that fails altogether is not
 * helped by all of its clients saying everything several times. A token
 * bucket as botocore has it.
 */
struct pedigree_aws_quota {
	unsigned int left;
};

void pedigree_aws_quota_init(struct pedigree_aws_quota *quota);
/* Takes what a repetition costs (`lost`: no answer came). False: too much. */
bool pedigree_aws_quota_take(struct pedigree_aws_quota *quota, bool lost,
			     unsigned int *ret_cost);
/* It succeeded, `cost` having been taken for its last repetition (0: none). */
void pedigree_aws_quota_give(struct pedigree_aws_quota *quota,
			     unsigned int cost);

/*
 * How many requests a second the service takes. Unlimited until it throttles
 * for the first time; from then on a token bucket whose rate falls by 30 %
 * with each throttling and grows again along a cubic curve. Times are in
 * seconds of a clock that nobody sets.
 */
struct pedigree_aws_rate {
	bool limited;
	double measured, last_bucket;	   /* of what was answered, smoothed */
	unsigned int count;		   /* since last_bucket */
	double most, flat, last_throttled; /* the curve */
	double fill, room, tokens, last_fill; /* the bucket */
};

void pedigree_aws_rate_init(struct pedigree_aws_rate *rate, double now);
/*
 * 0: a request may be sent now, and is counted. Else the seconds until there
 * may be room; nothing is counted.
 */
double pedigree_aws_rate_take(struct pedigree_aws_rate *rate, double now);
/* A request ended. */
void pedigree_aws_rate_answered(struct pedigree_aws_rate *rate, bool throttled,
				double now);

#endif
