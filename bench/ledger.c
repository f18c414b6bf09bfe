/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the ledger takes: a record put, and an entity's edges read, in
 * ledgers of several sizes.
 *
 *	bench/ledger FOLDER [EDGES…]	default: 10000 1000000
 *
 * FOLDER must not exist. The ledger of a run of records is filled through
 * the backend, 100 artifacts a record; each run reads what the one before
 * wrote, so that a trace from the last goes through all of them.
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
	PER_RECORD = 100,
	PROBES = 1000
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
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

/* The i-th run reads what run i - 1 wrote, half of the edges each way. */
static struct pedigree_record *nth(long i)
{
	struct pedigree_record *record = pedigree_record_new();
	char name[32];

	snprintf(name, sizeof(name), "run-%ld", i);
	record->run = strdup(name);
	add(record, PEDIGREE_TRIAL_COMPONENT, name, 0);
	for (long j = 0; j < PER_RECORD; j++) {
		bool in = j < PER_RECORD / 2;
		long id = (i + !in) * (PER_RECORD / 2) + j % (PER_RECORD / 2);

		add(record, PEDIGREE_ARTIFACT, "a", id);
		const char *run = record->entities.v[0].arn;
		const char *artifact =
			record->entities.v[record->entities.n - 1].arn;
		pedigree_record_associate(record, in ? artifact : run,
					  in ? run : artifact,
					  in ? "ContributedTo" : "Produced");
	}
	return record;
}

static double fill(const struct pedigree_config *config, long from, long to)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_backend *backend;
	double spent = 0;

	must(pedigree_backend_open(config, "ledger", &backend, &err), &err);
	for (long i = from; i < to; i++) {
		struct pedigree_buf json = PEDIGREE_BUF_INIT;
		struct pedigree_record *record = nth(i);

		must(pedigree_record_to_json(record, &json, &err), &err);
		const struct pedigree_delivery delivery = { .run = record->run,
							    .json = json.data,
							    .n = json.len };
		double start = now();
		if (pedigree_backend_put(backend, &delivery, &err) !=
		    PEDIGREE_DELIVERED)
			errx(1, "%s", err.text);
		spent += now() - start;
		pedigree_record_free(record);
		pedigree_buf_clear(&json);
	}
	pedigree_backend_close(backend);
	return spent / (double)(to - from);
}

static double probe(const struct pedigree_config *config, long records, bool up)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger;
	size_t seen = 0;

	must(pedigree_ledger_open(config, &ledger, &err), &err);
	double start = now();
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
	double spent = (now() - start) / PROBES;
	pedigree_ledger_close(ledger);
	if (seen != (size_t)PROBES * PER_RECORD / 2)
		errx(1, "%zu edges seen, %d expected", seen,
		     PROBES * PER_RECORD / 2);
	return spent;
}

int main(int argc, char **argv)
{
	static const char *const defaults[] = { "10000", "1000000", NULL };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_config *config;
	char home[4096];
	long records = 0;

	const char *const *sizes =
		argc > 2 ? (const char *const *)argv + 2 : defaults;
	if (argc < 2)
		errx(2, "usage: bench/ledger FOLDER [EDGES...]");
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
	printf("%10s %14s %14s %14s\n", "edges", "put", "edges up",
	       "edges down");
	for (const char *const *edges = sizes; *edges; edges++) {
		long wanted = strtol(*edges, NULL, 10) / PER_RECORD;

		if (wanted <= records)
			errx(2, "sizes must grow by at least %d", PER_RECORD);
		double put = fill(config, records, wanted);
		records = wanted;
		printf("%10ld %11.1f us %11.1f us %11.1f us\n",
		       records * PER_RECORD, put * 1e6,
		       probe(config, records, true) * 1e6,
		       probe(config, records, false) * 1e6);
		fflush(stdout);
	}
	pedigree_config_free(config);
	return 0;
}
