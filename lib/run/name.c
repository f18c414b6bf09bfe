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
#include "rules/redact.h"
#include "run/spool.h"

/* A run is called after no argument that holds a secret. */
static int add_command(struct pedigree_buf *text, char *const *argv)
{
	struct pedigree_mask_line line = { .pem = false };
	_cleanup_free_ const char **words = NULL;
	size_t n = 0;

	while (argv[n])
		n++;
	words = calloc(n + 1, sizeof(*words));
	if (!words)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;

		pedigree_redact_next(&safe, &line, argv[i], NULL, NULL);
		if (pedigree_buf_error(&safe))
			return PEDIGREE_ENOMEM;
		words[i] = strcmp(safe.data, argv[i]) == 0 ? argv[i] : "-";
	}
	pedigree_command_name(text, words);
	return 0;
}

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
	else if (add_command(&text, facts->argv) < 0)
		return NULL;
	if (gmtime_r(&start, &utc))
		strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &utc);
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random ^= (uint16_t)getpid();
	pedigree_buf_addf(&text, "-%s-%04x", stamp, random);
	return pedigree_buf_error(&text) ? NULL : pedigree_api_name(text.data);
}
