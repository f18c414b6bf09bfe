/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "graph/json.h"
#include "tests/fuzz/fuzz.h"

static void check_process(const struct pedigree_evlog *log, size_t i)
{
	const struct pedigree_process *process = &log->processes[i];
	const char *arg = process->args;

	FUZZ_CHECK(process->host < log->n_hosts);
	FUZZ_CHECK(process->cwd == PEDIGREE_NONE ||
		   process->cwd < log->n_folders);
	FUZZ_CHECK(process->image == PEDIGREE_NONE ||
		   process->image < log->n_processes);
	/* An image is no fork, so that nobody walks in circles. */
	if (process->image != PEDIGREE_NONE)
		FUZZ_CHECK(!log->processes[process->image].forked);
	FUZZ_CHECK(process->program);
	for (uint32_t n = 0; n < process->argc; n++)
		arg += strlen(arg) + 1;
}

static void check_event(const struct pedigree_evlog *log, size_t i)
{
	const struct pedigree_event *event = &log->events[i];
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	FUZZ_CHECK(pedigree_event_word(event->type));
	FUZZ_CHECK(event->type != PEDIGREE_EV_FOLDER);
	FUZZ_CHECK(event->seq > 0);
	FUZZ_CHECK(event->process == PEDIGREE_NONE ||
		   event->process < log->n_processes);
	FUZZ_CHECK(event->folder == PEDIGREE_NONE ||
		   event->folder < log->n_folders);
	FUZZ_CHECK(event->folder2 == PEDIGREE_NONE ||
		   event->folder2 < log->n_folders);
	FUZZ_CHECK(event->text && event->text2 && event->text3);
	FUZZ_CHECK(!(event->type == PEDIGREE_EV_OPEN &&
		     event->flags & PEDIGREE_F_SETTLED));
	if (pedigree_evlog_path(log, event->folder, event->text, &path))
		FUZZ_CHECK(path.data[0] == '/');
	FUZZ_CHECK(strlen(path.data) == path.len);
}

void fuzz_check_log(const struct pedigree_evlog *log)
{
	for (size_t i = 0; i < log->n_folders; i++) {
		_cleanup_free_ char *clean = strdup(log->folders[i]);

		FUZZ_CHECK(clean && clean[0] == '/');
		pedigree_path_clean(clean);
		FUZZ_SAME(clean, log->folders[i]);
	}
	for (size_t i = 0; i < log->n_hosts; i++)
		FUZZ_CHECK(strlen(log->hosts[i]) <= 256);
	for (size_t i = 0; i < log->n_processes; i++)
		check_process(log, i);
	for (size_t i = 0; i < log->n_events; i++) {
		check_event(log, i);
		if (i && log->n_hosts == 1)
			FUZZ_CHECK(log->events[i - 1].seq <=
				   log->events[i].seq);
	}
}

/* Files that were hashed before. */
static bool cached(void *ctx, const struct stat *st, bool loose,
		   struct pedigree_digest *ret)
{
	(void)ctx;
	if (st->st_ino % 3 == 0 || (loose && st->st_ino % 7 == 0))
		return false;
	memset(ret, 0, sizeof(*ret));
	pedigree_sha256(&st->st_ino, sizeof(st->st_ino), ret->sha256);
	ret->size = (uint64_t)st->st_size;
	return true;
}

static bool cached_old(void *ctx, const struct pedigree_old *old,
		       struct pedigree_digest *ret)
{
	(void)ctx;
	memset(ret, 0, sizeof(*ret));
	pedigree_sha256(old, sizeof(*old), ret->sha256);
	ret->size = old->size;
	return old->inode % 2;
}

static void check_name(const struct pedigree_entity *entity)
{
	size_t n;

	FUZZ_CHECK(entity->arn &&
		   pedigree_arn_kind(entity->arn) == (int)entity->kind);
	if (entity->kind == PEDIGREE_ARTIFACT) {
		FUZZ_CHECK(entity->source_uri && entity->source_uri[0]);
		FUZZ_CHECK(entity->type && entity->type[0]);
		return;
	}
	FUZZ_CHECK(entity->name && entity->name[0]);
	if (entity->kind == PEDIGREE_CONTEXT) /* as the user called it */
		return;
	n = strlen(entity->name);
	FUZZ_CHECK(n > 0 && n <= 120 && entity->name[0] != '-' &&
		   entity->name[n - 1] != '-');
	FUZZ_CHECK(strspn(entity->name, "abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789-") == n);
}

static void check_record(const struct pedigree_record *record)
{
	_cleanup_map_ struct pedigree_map *arns = pedigree_map_new();
	bool new;

	FUZZ_CHECK(arns && record->entities.n);
	for (size_t i = 0; i < record->entities.n; i++) {
		const struct pedigree_entity *entity = &record->entities.v[i];

		check_name(entity);
		FUZZ_CHECK(pedigree_map_at(arns, entity->arn,
					   strlen(entity->arn), &new));
		FUZZ_CHECK(new);
	}
	for (size_t i = 0; i < record->associations.n; i++) {
		const char *from = record->associations.v[i].source;
		const char *to = record->associations.v[i].destination;

		FUZZ_CHECK(pedigree_map_has(arns, from, strlen(from)));
		FUZZ_CHECK(pedigree_map_has(arns, to, strlen(to)));
		FUZZ_CHECK(strcmp(from, to) != 0);
	}
	for (size_t i = 0; i < record->manifests.n; i++) {
		const struct pedigree_manifest *one = &record->manifests.v[i];
		char digest[PEDIGREE_SHA256_HEX];

		pedigree_sha256(one->text, strlen(one->text), digest);
		FUZZ_SAME(digest, one->digest);
	}
	for (size_t i = 0; i < record->blind_spots.n; i++)
		FUZZ_CHECK(record->blind_spots.v[i].count > 0);
}

/* What `pedigree explain` says of a path is what the record has. */
static void check_explanation(const struct pedigree_run_facts *facts,
			      const struct pedigree_evlog *log,
			      const struct pedigree_record *record,
			      const char *path)
{
	struct pedigree_explanation answer;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int r = pedigree_explain_path(facts, log, fuzz_config(), path, &answer,
				      &err);
	bool found = false;

	if (r < 0) {
		fuzz_check_error(&err, r);
		return;
	}
	FUZZ_CHECK(answer.reason && answer.reason[0]);
	FUZZ_CHECK(answer.path);
	FUZZ_CHECK(answer.touched || !(answer.input || answer.output));
	FUZZ_CHECK(!(answer.input || answer.output) || answer.artifact_uri);
	for (size_t i = 0; answer.artifact_uri && i < record->entities.n; i++) {
		const char *uri = record->entities.v[i].source_uri;

		found |= uri && strcmp(uri, answer.artifact_uri) == 0;
	}
	FUZZ_CHECK(found || !(answer.input || answer.output));
	pedigree_explanation_clear(&answer);
}

void fuzz_check_graph(const struct pedigree_run_facts *facts,
		      const struct pedigree_evlog *log)
{
	const struct pedigree_digest_cache cache = { .get = cached,
						     .get_old = cached_old };
	const struct pedigree_build_options options = { .cache = &cache };
	_cleanup_record_ struct pedigree_record *record = NULL;
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const struct pedigree_config *config = fuzz_config();

	fuzz_in_world = true;
	if (pedigree_build(facts, log, config, &options, &record, &err))
		fuzz_fail(__FILE__, __LINE__, err.text);
	check_record(record);
	FUZZ_CHECK(pedigree_record_to_json(record, &json, NULL) == 0);
	fuzz_check_record(json.data, json.len);
	if (log->n_events)
		check_explanation(facts, log, record,
				  log->events[log->n_events / 2].text);
	fuzz_in_world = false;
}
