/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run is called when nobody says: the script or program, when it
 * began, and four random digits, as in train-20261122-230514-3f9a.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "graph/command_line.h"
#include "graph/model.h"
#include "run/spool.h"

char *pedigree_spool_default_name(const struct pedigree_run_facts *facts)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	time_t start = (time_t)(facts->start_ms / 1000);
	uint16_t random = (uint16_t)(facts->start_ns >> 10);
	char stamp[32] = "";
	struct tm utc;

	if (facts->deploy)
		pedigree_buf_addf(&text, "deploy-%.80s",
				  facts->deployment.endpoint
					  ? facts->deployment.endpoint
					  : "");
	else
		pedigree_command_name(&text, (const char *const *)facts->argv);
	if (gmtime_r(&start, &utc))
		strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &utc);
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random ^= (uint16_t)getpid();
	pedigree_buf_addf(&text, "-%s-%04x", stamp, random);
	return pedigree_buf_error(&text) ? NULL : pedigree_api_name(text.data);
}
