/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of lib/store share: a state folder of their own, and
 * records in few words.
 */
#ifndef TESTS_UNIT_SUPPORT_SCENE_H
#define TESTS_UNIT_SUPPORT_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/sys/backend.h>

#include "base/buf.h"
#include "graph/model.h"
#include "rules/config.h"
#include "store/ledger.h"
#include "store/store.h"

struct scene {
	char *folder; /* its PEDIGREE_HOME */
	struct pedigree_config *config;
};

/* `flags` as in struct pedigree_config_sources; NULL: none. */
struct scene *scene_new(const char *const *flags);
void scene_free(struct scene *scene);

/* One for each test: its setup and teardown in cmocka's words. */
extern struct scene *test_scene;
int test_scene_make(void **state);
int test_scene_remove(void **state);

/* FOLDER/name, and a name in the data folder; valid until the fourth call
   after it. */
const char *scene_path(const struct scene *scene, const char *name);
const char *scene_data(const struct scene *scene, const char *name);

/* A record whose run is a trial component, started at `start` seconds. */
struct pedigree_record *record_of(const char *run, unsigned int revision,
				  int64_t start);
/* The same with an action of type ModelDeployment. */
struct pedigree_record *record_of_deployment(const char *run, int64_t start);
const char *record_arn(const struct pedigree_record *record);

/*
 * Adds an artifact; its bytes are `size` times the letter `bytes`. Returns
 * its ARN.
 */
const char *add_artifact(struct pedigree_record *record, const char *uri,
			 char bytes, size_t size, const char *type);
const char *add_input(struct pedigree_record *record, const char *uri,
		      char bytes, const char *type);
const char *add_output(struct pedigree_record *record, const char *uri,
		       char bytes, const char *type);
/* Adds an endpoint's context and the edge from the run to it. */
const char *add_endpoint(struct pedigree_record *record, const char *name);

/* Delivers a record through a backend opened for it. Releases the record. */
enum pedigree_outcome put_in(const struct scene *scene, const char *backend,
			     struct pedigree_record *record,
			     struct pedigree_error *err);
/* The same to the ledger, which must take it. */
void put_ledger(const struct scene *scene, struct pedigree_record *record);
/* Records of a run that makes a model of /data.csv, and of the deployment of
   one to the endpoint "shop"; `bytes` as in add_input. */
void put_training(const struct scene *scene, const char *run, int64_t start,
		  const char *uri, char bytes);
void put_deployment(const struct scene *scene, const char *run, int64_t start,
		    const char *uri, char bytes);

/* The type of an edge in the ledger: "" when there is none. Malloc'ed. */
char *edge_type(const struct scene *scene, const char *source,
		const char *destination);
/* Everything in the ledger that is not a row number, as text. */
void dump_ledger(const struct scene *scene, struct pedigree_buf *buf);
/* The first column of a statement's first row; -1: none. */
int64_t ledger_number(const struct scene *scene, const char *sql);

/* An artifact's only entity. Clear it. */
void entity_by_arn(const struct scene *scene, const char *arn,
		   struct pedigree_entity *ret);

#endif
