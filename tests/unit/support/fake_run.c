/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"

#include "tests/unit/support/fake_run.h"

/* As the parts of a real run do it: the coarse clock tells when a program did
   something, the fine one, which is ahead of it by a tick that may come late,
   when the run began and ended. */
static uint64_t wall_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

const char *fake_path(struct fake_run *s, const char *name)
{
	char *text = NULL;

	assert_true(asprintf(&text, "%s/%s", s->root, name) > 0);
	s->texts[s->n_texts++] = text;
	return text;
}

void fake_put(struct fake_run *s, const char *name, const char *content)
{
	FILE *file = fopen(fake_path(s, name), "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

void fake_folder(struct fake_run *s, const char *name)
{
	assert_int_equal(mkdir(fake_path(s, name), 0700), 0);
}

static struct pedigree_config *load(struct fake_run *s, const char *flag,
				    const char *file)
{
	char *home = NULL;
	char *environment[] = { NULL, NULL };
	const char *flags[] = { flag, NULL };
	struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = file,
		.environment = environment,
		.flags = flags,
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_config *config = NULL;

	assert_true(asprintf(&home, "PEDIGREE_HOME=%s/.state", s->root) > 0);
	environment[0] = home;
	if (pedigree_config_load(&sources, &config, &err) < 0)
		fail_msg("%s", err.text);
	free(home);
	return config;
}

struct pedigree_config *fake_config(struct fake_run *s, const char *flag)
{
	return load(s, flag, "");
}

struct pedigree_config *fake_config_file(struct fake_run *s, const char *file)
{
	return load(s, NULL, file);
}

void fake_argv(struct fake_run *s, const char *const *argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	s->facts.argv = calloc(n + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++)
		s->facts.argv[i] = strdup(argv[i]);
}

/* The run begins at the time of the call, after what was put before, and
   some ticks of the file system's clock before what follows. */
void fake_begin(struct fake_run *s)
{
	struct timespec settle = { .tv_nsec = 20 * 1000 * 1000 };

	nanosleep(&settle, NULL);
	s->now = wall_ns(CLOCK_REALTIME);
	s->facts.start_ns = s->now;
	s->facts.start_ms = (int64_t)(s->now / 1000000);
	nanosleep(&settle, NULL);
}

int fake_setup(void **state)
{
	struct fake_run *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	/* Not below /tmp itself, where much is noise. */
	strcpy(s->root, "/tmp/pedigree-build-XXXXXX");
	assert_non_null(mkdtemp(s->root));
	s->folders[0] = s->root;
	s->hosts[0] = "host";
	s->process = (struct pedigree_process){
		.pid = 7, .cwd = 0, .program = "/usr/bin/python3", .args = ""
	};
	s->log = (struct pedigree_evlog){
		.events = s->events,
		.processes = &s->process,
		.n_processes = 1,
		.folders = s->folders,
		.n_folders = 1,
		.hosts = s->hosts,
		.n_hosts = 1,
	};
	s->facts = (struct pedigree_run_facts){
		.run = strdup("train-1"),
		.name = strdup("train-1"),
		.cwd = strdup(s->root),
		.host = strdup("host"),
		.user = strdup("user"),
		.home = strdup("/home/nobody"),
		.end_known = true,
		.git_dirty = -1,
	};
	s->config = fake_config(s, NULL);
	fake_begin(s);
	*state = s;
	return 0;
}

int fake_teardown(void **state)
{
	struct fake_run *s = *state;

	pedigree_remove_tree(s->root, NULL);
	pedigree_record_free(s->record);
	pedigree_config_free(s->config);
	pedigree_run_facts_clear(&s->facts);
	for (size_t i = 0; i < s->n_texts; i++)
		free(s->texts[i]);
	free(s);
	return 0;
}

struct pedigree_event *fake_event(struct fake_run *s, unsigned int type,
				  unsigned int flags, const char *text,
				  const char *text2)
{
	struct pedigree_event *e = &s->events[s->log.n_events++];

	assert_true(s->log.n_events <= MAX_EVENTS);
	*e = (struct pedigree_event){
		.seq = s->log.n_events,
		.time_ns = wall_ns(CLOCK_REALTIME_COARSE),
		.type = (uint8_t)type,
		.flags = (uint8_t)flags,
		.text = text,
		.text2 = text2 ? text2 : "",
		.text3 = "",
	};
	return e;
}

struct pedigree_event *fake_open(struct fake_run *s, unsigned int flags,
				 const char *name)
{
	return fake_event(s, PEDIGREE_EV_OPEN, flags, name, NULL);
}

void fake_build_with(struct fake_run *s,
		     const struct pedigree_build_options *options)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	uint64_t end = wall_ns(CLOCK_REALTIME);

	if (!s->facts.end_ms)
		s->facts.end_ms = (int64_t)(end / 1000000) + 1;
	pedigree_record_free(s->record);
	s->record = NULL;
	if (pedigree_build(&s->facts, &s->log, s->config, options, &s->record,
			   &err) < 0)
		fail_msg("%s", err.text);
}

void fake_build(struct fake_run *s)
{
	fake_build_with(s, NULL);
}

void fake_next(struct fake_run *s, const char *name, bool deploy)
{
	free(s->facts.run);
	free(s->facts.name);
	s->facts.run = strdup(name);
	s->facts.name = strdup(name);
	s->facts.deploy = deploy;
	s->facts.end_ms = 0;
	s->log.n_events = 0;
	fake_begin(s);
}

const struct pedigree_entity *fake_uri(struct fake_run *s, const char *uri)
{
	for (size_t i = 0; i < s->record->entities.n; i++)
		if (s->record->entities.v[i].kind == PEDIGREE_ARTIFACT &&
		    strcmp(s->record->entities.v[i].source_uri, uri) == 0)
			return &s->record->entities.v[i];
	return NULL;
}

const struct pedigree_entity *fake_find(struct fake_run *s, const char *name)
{
	struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	const struct pedigree_entity *entity;

	pedigree_path_to_uri(&uri, name[0] ? fake_path(s, name) : s->root);
	entity = fake_uri(s, uri.data);
	pedigree_buf_clear(&uri);
	return entity;
}

bool fake_edge(struct fake_run *s, const struct pedigree_entity *from,
	       const struct pedigree_entity *to)
{
	for (size_t i = 0; i < s->record->associations.n; i++)
		if (strcmp(s->record->associations.v[i].source, from->arn) ==
			    0 &&
		    strcmp(s->record->associations.v[i].destination, to->arn) ==
			    0)
			return true;
	return false;
}

/* Is there an artifact of that file with an edge to or from the run? */
static bool tied(struct fake_run *s, const char *name, bool to_run)
{
	const struct pedigree_entity *run = s->record->entities.v;
	struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	bool found = false;

	pedigree_path_to_uri(&uri, name[0] ? fake_path(s, name) : s->root);
	for (size_t i = 1; i < s->record->entities.n; i++) {
		const struct pedigree_entity *entity = &run[i];

		if (entity->kind == PEDIGREE_ARTIFACT &&
		    strcmp(entity->source_uri, uri.data) == 0)
			found |= to_run ? fake_edge(s, entity, run)
					: fake_edge(s, run, entity);
	}
	pedigree_buf_clear(&uri);
	return found;
}

bool fake_input(struct fake_run *s, const char *name)
{
	return tied(s, name, true);
}

bool fake_output(struct fake_run *s, const char *name)
{
	return tied(s, name, false);
}

const char *fake_version(const struct pedigree_entity *entity)
{
	return pedigree_pairs_get(&entity->source_types, "Custom");
}

const char *fake_property(const struct pedigree_entity *entity, const char *key)
{
	return pedigree_pairs_get(&entity->properties, key);
}
