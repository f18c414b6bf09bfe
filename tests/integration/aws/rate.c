/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a rate limiter through what it reads, one event per line: a time, and
 * "take", "ok" or "throttled". Prints what take answered and the limit.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "aws/retry.h"

int main(void)
{
	struct pedigree_aws_rate rate;
	char what[16];
	double now;

	if (scanf("%lf start", &now) != 1)
		return 2;
	pedigree_aws_rate_init(&rate, now);
	while (scanf("%lf %15s", &now, what) == 2) {
		double wait = 0;

		if (!strcmp(what, "take"))
			wait = pedigree_aws_rate_take(&rate, now);
		else
			pedigree_aws_rate_answered(
				&rate, !strcmp(what, "throttled"), now);
		printf("%.9g %.9g %.9g\n", wait, rate.fill, rate.tokens);
	}
	return 0;
}
