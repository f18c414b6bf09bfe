/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long calls of the library's client take on the ledger of the
 * configuration in force ($PEDIGREE_HOME):
 *
 *	bench/client create [N]		N (10,000) artifacts, a call each
 *	bench/client widen ARN N	N artifacts that contributed to ARN
 *	bench/client lineage ARN [TURNS]	QueryLineage up from ARN, 10 deep
 *
 * Prints CPU and elapsed time; of questions, the least and the median of so
 * many turns, for all the pages of the answer together and for the first.
 */
#define _GNU_SOURCE

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pedigree/entity.h>

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(int status, const struct pedigree_error *error)
{
	if (status)
		errx(1, "%s", error->text);
}

static void create(struct pedigree_client *client, long n)
{
	struct pedigree_error error = PEDIGREE_ERROR_INIT;
	double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	double wall = now(CLOCK_MONOTONIC);

	for (long i = 0; i < n; i++) {
		struct pedigree_artifact new = { .type = "DataSet" };
		char uri[64], *arn;

		snprintf(uri, sizeof(uri), "s3://bucket/%ld/%.9f", i, wall);
		new.source_uri = uri;
		must(pedigree_artifact_create(client, &new, &arn, &error),
		     &error);
		free(arn);
	}
	printf("%ld CreateArtifact: CPU %.2f s, elapsed %.2f s\n", n,
	       now(CLOCK_PROCESS_CPUTIME_ID) - cpu,
	       now(CLOCK_MONOTONIC) - wall);
}

static void widen(struct pedigree_client *client, const char *to, long n)
{
	struct pedigree_error error = PEDIGREE_ERROR_INIT;

	for (long i = 0; i < n; i++) {
		struct pedigree_artifact new = { .type = "DataSet" };
		char uri[64], *arn;

		snprintf(uri, sizeof(uri), "s3://bucket/wide/%ld", i);
		new.source_uri = uri;
		must(pedigree_artifact_create(client, &new, &arn, &error),
		     &error);
		must(pedigree_associate(client, arn, to, "ContributedTo",
					&error),
		     &error);
		free(arn);
	}
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void print(const char *what, double *times, long n)
{
	qsort(times, (size_t)n, sizeof(*times), by_size);
	printf("%s: least %.2f ms, median %.2f ms\n", what, times[0] * 1e3,
	       times[n / 2] * 1e3);
}

static void ask(struct pedigree_client *client, const char *arn, long turns)
{
	struct pedigree_error error = PEDIGREE_ERROR_INIT;
	struct pedigree_lineage_query query = { .start_arn = arn };
	double *cpu = calloc((size_t)turns, sizeof(*cpu));
	double *wall = calloc((size_t)turns, sizeof(*wall));
	double *page = calloc((size_t)turns, sizeof(*page));
	struct pedigree_lineage *lineage;
	char request[512];

	if (!cpu || !wall || !page)
		errx(1, "out of memory");
	snprintf(request, sizeof(request),
		 "{\"StartArns\": [\"%s\"], \"Direction\": \"Ascendants\"}",
		 arn);
	for (long i = 0; i < turns; i++) {
		double from = now(CLOCK_PROCESS_CPUTIME_ID);
		double start = now(CLOCK_MONOTONIC);

		must(pedigree_query_lineage(client, &query, &lineage, &error),
		     &error);
		cpu[i] = now(CLOCK_PROCESS_CPUTIME_ID) - from;
		wall[i] = now(CLOCK_MONOTONIC) - start;
		if (i == turns - 1)
			printf("%zu vertices, %zu edges\n", lineage->n_vertices,
			       lineage->n_edges);
		pedigree_lineage_free(lineage);
		start = now(CLOCK_MONOTONIC);
		must(pedigree_client_call(client, "QueryLineage", request, NULL,
					  &error),
		     &error);
		page[i] = now(CLOCK_MONOTONIC) - start;
	}
	print("all pages, CPU", cpu, turns);
	print("all pages, elapsed", wall, turns);
	print("first page, elapsed", page, turns);
	free(cpu);
	free(wall);
	free(page);
}

int main(int argc, char **argv)
{
	struct pedigree_error error = PEDIGREE_ERROR_INIT;
	struct pedigree_client *client;
	struct pedigree *pedigree;

	must(pedigree_open(NULL, &pedigree, &error), &error);
	must(pedigree_client_open(pedigree, NULL, &client, &error), &error);
	if (argc > 1 && strcmp(argv[1], "create") == 0)
		create(client, argc > 2 ? strtol(argv[2], NULL, 10) : 10000);
	else if (argc > 3 && strcmp(argv[1], "widen") == 0)
		widen(client, argv[2], strtol(argv[3], NULL, 10));
	else if (argc > 2 && strcmp(argv[1], "lineage") == 0)
		ask(client, argv[2], argc > 3 ? strtol(argv[3], NULL, 10) : 20);
	else
		errx(2,
		     "usage: bench/client create [N] | widen ARN N | lineage ARN [TURNS]");
	pedigree_client_close(client);
	pedigree_close(pedigree);
	return 0;
}
