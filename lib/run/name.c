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

#include "graph/model.h"
#include "run/spool.h"

/* Programs whose first operand is the program that is meant. */
static const char *const interpreters[] = {
	"python", "pypy",     "ipython",    "Rscript",	 "sh",	   "bash",
	"dash",	  "zsh",      "ksh",	    "perl",	 "ruby",   "node",
	"julia",  "torchrun", "accelerate", "deepspeed", "mpirun", "env",
};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "python3.11" is "python". */
static bool is_interpreter(const char *program)
{
	const char *name = base(program);

	for (size_t i = 0; i < PEDIGREE_COUNT(interpreters); i++) {
		size_t n = strlen(interpreters[i]);

		if (strncmp(name, interpreters[i], n) == 0 &&
		    strspn(name + n, "0123456789.") == strlen(name + n))
			return true;
	}
	return false;
}

/*
 * A guess that may name an option's value; it is a name, and --name is
 * there. Code given with -c has no name.
 */
static const char *meant(char *const *argv)
{
	if (!is_interpreter(argv[0]))
		return argv[0];
	for (size_t i = 1; argv[i]; i++) {
		if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "-e") == 0)
			break;
		if (strcmp(argv[i], "-m") == 0 && argv[i + 1]) {
			const char *dot = strrchr(argv[i + 1], '.');

			return dot && dot[1] ? dot + 1 : argv[i + 1];
		}
		if (argv[i][0] == '-' || strchr(base(argv[i]), '='))
			continue;
		return is_interpreter(argv[i]) ? meant(argv + i) : argv[i];
	}
	return argv[0];
}

/* Without the suffix of a script. */
static void add_stem(struct pedigree_buf *buf, const char *path)
{
	const char *name = base(path);
	const char *dot = strrchr(name, '.');
	size_t n = dot && dot > name ? (size_t)(dot - name) : strlen(name);

	/* A name needs a letter of the API's to begin with. */
	if (name[strcspn(name, LETTERS)] == '\0') {
		name = "run";
		n = 3;
	}
	/* The stamp behind it is 21 bytes, and a name has 120. */
	pedigree_buf_add(buf, name, n < 80 ? n : 80);
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
	else
		add_stem(&text, meant(facts->argv));
	if (gmtime_r(&start, &utc))
		strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &utc);
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random ^= (uint16_t)getpid();
	pedigree_buf_addf(&text, "-%s-%04x", stamp, random);
	return pedigree_buf_error(&text) ? NULL : pedigree_api_name(text.data);
}
