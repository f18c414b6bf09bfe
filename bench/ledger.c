/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the ledger takes in several sizes: a record put, and the edges of
 * an entity read.
 *
 *	bench/ledger FOLDER [chain|hub] [EDGES…]	default: 10000 1000000
 *
 * FOLDER must not exist. The ledger is filled through the backend, a record
 * at a time. In a chain each run has 100 artifacts and reads what the one
 * before it wrote, so that a trace from the last goes through all of them.
 * Around a hub each run reads one and the same artifact and writes a model.
 * "put" is of the last records of each size: CPU time, and elapsed time.
 */
#include "config.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "graph/json.h"
#include "store/ledger.h"
#include "store/store.h"

enum {
	LAST = 100, /* puts that are measured */
	PROBES = 1000
};

static bool hub;

/* Edges. */
static long per_record(void)
{
	return hub ? 2 : 100;
}

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(int status, const struct pedigree_error *err)
{
	if (status)
		errx(1, "%s", err->text);
}

static void add(struct pedigree_record *record, enum pedigree_kind kind,
		const char *name, long id)
{
	struct pedigree_entity *entity = pedigree_vec_push(&record->entities);
	char text[80];

	entity->kind = kind;
	entity->name = strdup(name);
	entity->created_ms = entity->start_ms = 1000;
	if (kind == PEDIGREE_ARTIFACT) {
		snprintf(text, sizeof(text), "file:///data/%ld", id);
		entity->source_uri = strdup(text);
		entity->type = strdup("DataSet");
		snprintf(text, sizeof(text), "sha256:%064lx", id);
		pedigree_pairs_add(&entity->source_types, "Custom", text);
		pedigree_pairs_add(&entity->properties, "Bytes", "100");
	}
	entity->arn = pedigree_local_arn(entity);
}

static void tie(struct pedigree_record *record, const char *name, long id,
		bool in)
{
	add(record, PEDIGREE_ARTIFACT, name, id);
	const char *run = record->entities.v[0].arn;
	const char *artifact = record->entities.v[record->entities.n - 1].arn;

	pedigree_record_associate(record, in ? artifact : run,
				  in ? run : artifact,
				  in ? "ContributedTo" : "Produced");
}

static struct pedigree_record *nth(long i)
{
	struct pedigree_record *record = pedigree_record_new();
	long half = per_record() / 2;
	char name[32];

	snprintf(name, sizeof(name), "run-%ld", i);
	record->run = strdup(name);
	add(record, PEDIGREE_TRIAL_COMPONENT, name, 0);
	if (hub) {
		snprintf(name, sizeof(name), "model-%ld", i);
		tie(record, "hub", 0, true);
		tie(record, name, i + 1, false);
		return record;
	}
	for (long j = 0; j < half; j++) {
		tie(record, "a", i * half + j, true);
		tie(record, "a", (i + 1) * half + j, false);
	}
	return record;
}

static void put(struct pedigree_backend *backend, long i)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_buf json = PEDIGREE_BUF_INIT;
	struct pedigree_record *record = nth(i);

	must(pedigree_record_to_json(record, &json, &err), &err);
	const struct pedigree_delivery delivery = { .run = record->run,
						    .json = json.data,
						    .n = json.len };
	if (pedigree_backend_put(backend, &delivery, &err) !=
	    PEDIGREE_DELIVERED)
		errx(1, "%s", err.text);
	pedigree_record_free(record);
	pedigree_buf_clear(&json);
}

static void fill(const struct pedigree_config *config, long from, long to,
		 double *ret_cpu, double *ret_wall)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_backend *backend;
	double cpu, wall;

	must(pedigree_backend_open(config, "ledger", 0, &backend, &err), &err);
	for (; from < to - LAST; from++)
		put(backend, from);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	wall = now(CLOCK_MONOTONIC);
	for (long i = from; i < to; i++)
		put(backend, i);
	*ret_cpu = (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)(to - from);
	*ret_wall = (now(CLOCK_MONOTONIC) - wall) / (double)(to - from);
	pedigree_backend_close(backend);
}

static double probe(const struct pedigree_config *config, long records, bool up)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger;
	size_t seen = 0;

	must(pedigree_ledger_open(config, &ledger, &err), &err);
	double start = now(CLOCK_MONOTONIC);
	for (long i = 0; i < PROBES; i++) {
		struct pedigree_edges edges = { 0 };
		struct pedigree_rows rows = { 0 };
		char name[32];

		snprintf(name, sizeof(name), "run-%ld",
			 records * i / PROBES % records);
		must(pedigree_ledger_by_name(ledger, -1, name, &rows, &err),
		     &err);
		must(pedigree_ledger_edges(ledger, rows.v[0], up, &edges, &err),
		     &err);
		seen += edges.n;
		pedigree_edges_clear(&edges);
		pedigree_vec_clear(&rows);
	}
	double spent = (now(CLOCK_MONOTONIC) - start) / PROBES;
	pedigree_ledger_close(ledger);
	if (seen != (size_t)(PROBES * per_record() / 2))
		errx(1, "%zu edges seen, %ld expected", seen,
		     PROBES * per_record() / 2);
	return spent;
}

int main(int argc, char **argv)
{
	static const char *const defaults[] = { "10000", "1000000", NULL };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_config *config;
	char home[4096];
	long records = 0;

	if (argc < 2)
		errx(2, "usage: bench/ledger FOLDER [chain|hub] [EDGES...]");
	hub = argc > 2 && !strcmp(argv[2], "hub");
	int first = hub || (argc > 2 && !strcmp(argv[2], "chain")) ? 3 : 2;
	const char *const *sizes =
		argc > first ? (const char *const *)argv + first : defaults;
	snprintf(home, sizeof(home), "PEDIGREE_HOME=%s", argv[1]);
	char *const environment[] = { home, NULL };
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = environment,
	};
	must(pedigree_config_load(&sources, &config, &err), &err);
	printf("%10s %14s %14s %14s %14s\n", "edges", "put CPU", "put",
	       "edges up", "edges down");
	for (const char *const *edges = sizes; *edges; edges++) {
		long wanted = strtol(*edges, NULL, 10) / per_record();
		double cpu, wall;

		if (wanted < records + LAST)
			errx(2, "sizes must grow by at least %ld",
			     LAST * per_record());
		fill(config, records, wanted, &cpu, &wall);
		records = wanted;
		printf("%10ld %11.1f us %11.1f us %11.1f us %11.1f us\n",
		       records * per_record(), cpu * 1e6, wall * 1e6,
		       probe(config, records, true) * 1e6,
		       probe(config, records, false) * 1e6);
		fflush(stdout);
	}
	pedigree_config_free(config);
	return 0;
}
