/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up run: events in memory over real files in a temporary folder, and
 * the record that comes of them. fake_setup and fake_teardown are cmocka's
 * set-up and tear-down; every text given to an event must outlive the run.
 */
#ifndef TESTS_UNIT_FAKE_RUN_H
#define TESTS_UNIT_FAKE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/build.h"

#define MAX_EVENTS 256
#define SECOND UINT64_C(1000000000)

#define R PEDIGREE_F_READ
#define W PEDIGREE_F_WRITE
#define CREATE (PEDIGREE_F_WRITE | PEDIGREE_F_CREATE | PEDIGREE_F_TRUNC)

#define HELLO_SHA \
	"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

struct fake_run {
	char root[64];
	struct pedigree_evlog log;
	struct pedigree_event events[MAX_EVENTS];
	struct pedigree_process process;
	const char *folders[1];
	const char *hosts[1];
	struct pedigree_run_facts facts;
	struct pedigree_config *config;
	struct pedigree_record *record;
	char *texts[1024];
	size_t n_texts;
	uint64_t now;
};

const char *fake_path(struct fake_run *s, const char *name);
void fake_put(struct fake_run *s, const char *name, const char *content);
void fake_folder(struct fake_run *s, const char *name);
struct pedigree_config *fake_config(struct fake_run *s, const char *flag);
struct pedigree_config *fake_config_file(struct fake_run *s, const char *file);
void fake_argv(struct fake_run *s, const char *const *argv);
void fake_begin(struct fake_run *s);
int fake_setup(void **state);
int fake_teardown(void **state);
struct pedigree_event *fake_event(struct fake_run *s, unsigned int type,
				  unsigned int flags, const char *text,
				  const char *text2);
struct pedigree_event *fake_open(struct fake_run *s, unsigned int flags,
				 const char *name);
void fake_build(struct fake_run *s);
void fake_build_with(struct fake_run *s,
		     const struct pedigree_build_options *options);
/* Forgets the events: another run begins, as a deployment or not. */
void fake_next(struct fake_run *s, const char *name, bool deploy);
const struct pedigree_entity *fake_uri(struct fake_run *s, const char *uri);
const struct pedigree_entity *fake_find(struct fake_run *s, const char *name);
bool fake_edge(struct fake_run *s, const struct pedigree_entity *from,
	       const struct pedigree_entity *to);
bool fake_input(struct fake_run *s, const char *name);
bool fake_output(struct fake_run *s, const char *name);
const char *fake_version(const struct pedigree_entity *entity);
const char *fake_property(const struct pedigree_entity *entity,
			  const char *key);

#endif
