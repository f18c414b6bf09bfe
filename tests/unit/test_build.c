/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run records of made-up events over real files in a temporary folder.
 */
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
#include "graph/build.h"
#include "graph/json.h"

#define MAX_EVENTS 256
#define SECOND UINT64_C(1000000000)

#define R PEDIGREE_F_READ
#define W PEDIGREE_F_WRITE
#define CREATE (PEDIGREE_F_WRITE | PEDIGREE_F_CREATE | PEDIGREE_F_TRUNC)

struct scene {
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

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static const char *in(struct scene *s, const char *name)
{
	char *text = NULL;

	assert_true(asprintf(&text, "%s/%s", s->root, name) > 0);
	s->texts[s->n_texts++] = text;
	return text;
}

static void put(struct scene *s, const char *name, const char *content)
{
	FILE *file = fopen(in(s, name), "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static void folder(struct scene *s, const char *name)
{
	assert_int_equal(mkdir(in(s, name), 0700), 0);
}

static struct pedigree_config *load_config(struct scene *s, const char *flag)
{
	char *home = NULL;
	char *environment[] = { NULL, NULL };
	const char *flags[] = { flag, NULL };
	struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
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

static void set_argv(struct scene *s, const char *const *argv)
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
static void begin(struct scene *s)
{
	struct timespec settle = { .tv_nsec = 20 * 1000 * 1000 };

	nanosleep(&settle, NULL);
	s->now = wall_ns();
	s->facts.start_ns = s->now;
	s->facts.start_ms = (int64_t)(s->now / 1000000);
	nanosleep(&settle, NULL);
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

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
	s->config = load_config(s, NULL);
	begin(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	pedigree_remove_tree(s->root, NULL);
	pedigree_record_free(s->record);
	pedigree_config_free(s->config);
	pedigree_run_facts_clear(&s->facts);
	for (size_t i = 0; i < s->n_texts; i++)
		free(s->texts[i]);
	free(s);
	return 0;
}

static struct pedigree_event *event(struct scene *s, unsigned int type,
				    unsigned int flags, const char *text,
				    const char *text2)
{
	struct pedigree_event *e = &s->events[s->log.n_events++];

	assert_true(s->log.n_events <= MAX_EVENTS);
	*e = (struct pedigree_event){
		.seq = s->log.n_events,
		.time_ns = wall_ns(),
		.type = (uint8_t)type,
		.flags = (uint8_t)flags,
		.text = text,
		.text2 = text2 ? text2 : "",
		.text3 = "",
	};
	return e;
}

static struct pedigree_event *open_(struct scene *s, unsigned int flags,
				    const char *name)
{
	return event(s, PEDIGREE_EV_OPEN, flags, name, NULL);
}

static void build(struct scene *s)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	uint64_t end = wall_ns();

	if (!s->facts.end_ms)
		s->facts.end_ms = (int64_t)(end / 1000000) + 1;
	pedigree_record_free(s->record);
	s->record = NULL;
	if (pedigree_build(&s->facts, &s->log, s->config, NULL, &s->record,
			   &err) < 0)
		fail_msg("%s", err.text);
}

static const struct pedigree_entity *find_uri(struct scene *s, const char *uri)
{
	for (size_t i = 0; i < s->record->entities.n; i++)
		if (s->record->entities.v[i].kind == PEDIGREE_ARTIFACT &&
		    strcmp(s->record->entities.v[i].source_uri, uri) == 0)
			return &s->record->entities.v[i];
	return NULL;
}

static const struct pedigree_entity *find(struct scene *s, const char *name)
{
	struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	const struct pedigree_entity *entity;

	pedigree_path_to_uri(&uri, name[0] ? in(s, name) : s->root);
	entity = find_uri(s, uri.data);
	pedigree_buf_clear(&uri);
	return entity;
}

static bool edge(struct scene *s, const struct pedigree_entity *from,
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
static bool tied(struct scene *s, const char *name, bool to_run)
{
	const struct pedigree_entity *run = s->record->entities.v;
	struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	bool found = false;

	pedigree_path_to_uri(&uri, name[0] ? in(s, name) : s->root);
	for (size_t i = 1; i < s->record->entities.n; i++) {
		const struct pedigree_entity *entity = &run[i];

		if (entity->kind == PEDIGREE_ARTIFACT &&
		    strcmp(entity->source_uri, uri.data) == 0)
			found |= to_run ? edge(s, entity, run)
					: edge(s, run, entity);
	}
	pedigree_buf_clear(&uri);
	return found;
}

static bool input(struct scene *s, const char *name)
{
	return tied(s, name, true);
}

static bool output(struct scene *s, const char *name)
{
	return tied(s, name, false);
}

static const char *version(const struct pedigree_entity *entity)
{
	return pedigree_pairs_get(&entity->source_types, "Custom");
}

static const char *property(const struct pedigree_entity *entity,
			    const char *key)
{
	return pedigree_pairs_get(&entity->properties, key);
}

#define HELLO_SHA \
	"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static void test_training_has_data_code_and_a_model(void **state)
{
	struct scene *s = *state;
	const char *argv[] = { "python3", "train.py", "--lr", "0.1", NULL };
	const struct pedigree_entity *code;

	put(s, "data.csv", "hello");
	put(s, "train.py", "import x");
	put(s, "helper.py", "pass");
	begin(s);
	set_argv(s, argv);
	open_(s, R, "train.py");
	open_(s, R, "helper.py");
	open_(s, R, "data.csv");
	open_(s, R, "/usr/lib/os-release");
	open_(s, CREATE, "model.pkl");
	put(s, "model.pkl", "weights");
	build(s);
	assert_true(input(s, "data.csv"));
	assert_string_equal(version(find(s, "data.csv")), HELLO_SHA);
	assert_string_equal(find(s, "data.csv")->type, "DataSet");
	assert_string_equal(property(find(s, "data.csv"), "MD5"),
			    "5d41402abc4b2a76b9719d911017c592");
	assert_true(output(s, "model.pkl"));
	assert_string_equal(find(s, "model.pkl")->type, "Model");
	assert_true(input(s, ""));
	code = find(s, "");
	assert_string_equal(code->type, "Code");
	assert_string_equal(property(code, "Files"), "2");
	assert_string_equal(property(code, "EntryPoint"), "train.py");
	assert_int_equal(s->record->entities.n, 4);
	assert_int_equal(s->record->manifests.n, 1);
	assert_string_equal(s->record->entities.v[0].parameters.v[0].key, "lr");
	assert_int_equal(s->record->processes, 1);
}

static void test_what_was_written_first_is_no_input(void **state)
{
	struct scene *s = *state;

	open_(s, CREATE, "part.csv");
	put(s, "part.csv", "x");
	open_(s, R, "part.csv");
	build(s);
	assert_false(input(s, "part.csv"));
	assert_true(output(s, "part.csv"));
}

static void test_a_model_saved_by_rename_has_its_final_name(void **state)
{
	struct scene *s = *state;

	open_(s, CREATE, "m.pkl.tmp");
	put(s, "m.pkl.tmp", "x");
	event(s, PEDIGREE_EV_RENAME, 0, "m.pkl.tmp", "m.pkl");
	assert_int_equal(rename(in(s, "m.pkl.tmp"), in(s, "m.pkl")), 0);
	build(s);
	assert_true(output(s, "m.pkl"));
	assert_null(find(s, "m.pkl.tmp"));
}

static void test_a_folder_that_moves_takes_its_files_along(void **state)
{
	struct scene *s = *state;

	folder(s, "new");
	open_(s, CREATE, "old/a/m.pkl");
	folder(s, "new/a");
	put(s, "new/a/m.pkl", "x");
	event(s, PEDIGREE_EV_RENAME, PEDIGREE_F_FOLDER, "old", "new");
	build(s);
	assert_true(output(s, "new/a/m.pkl"));
	assert_int_equal(s->record->entities.n, 2);
}

static void test_an_exchange_swaps_two_files(void **state)
{
	struct scene *s = *state;

	put(s, "b.csv", "old");
	begin(s);
	open_(s, R, "b.csv");
	open_(s, CREATE, "a.csv");
	event(s, PEDIGREE_EV_RENAME, PEDIGREE_F_EXCHANGE, "a.csv", "b.csv");
	rename(in(s, "b.csv"), in(s, "a.csv"));
	put(s, "b.csv", "new");
	build(s);
	assert_true(output(s, "b.csv"));
	assert_false(output(s, "a.csv"));
	/* The old content is at the other name now. */
	assert_int_equal(s->record->entities.n, 3);
	for (size_t i = 0; i < s->record->entities.n; i++)
		if (edge(s, &s->record->entities.v[i],
			 &s->record->entities.v[0]))
			assert_string_not_equal(
				version(&s->record->entities.v[i]),
				"unverified");
}

static void test_a_hard_link_shares_what_was_written(void **state)
{
	struct scene *s = *state;

	open_(s, CREATE, "m.tmp.csv");
	put(s, "m.tmp.csv", "x");
	event(s, PEDIGREE_EV_LINK, 0, "m.tmp.csv", "m.csv");
	assert_int_equal(link(in(s, "m.tmp.csv"), in(s, "m.csv")), 0);
	event(s, PEDIGREE_EV_UNLINK, 0, "m.tmp.csv", NULL);
	unlink(in(s, "m.tmp.csv"));
	build(s);
	assert_true(output(s, "m.csv"));
	assert_int_equal(s->record->entities.n, 2);
}

static void test_a_file_written_and_removed_is_nothing(void **state)
{
	struct scene *s = *state;

	open_(s, CREATE, "scratch.csv");
	open_(s, R, "scratch.csv");
	event(s, PEDIGREE_EV_UNLINK, 0, "scratch.csv", NULL);
	build(s);
	assert_int_equal(s->record->entities.n, 1);
}

static void
test_a_file_opened_for_writing_and_left_alone_is_an_input(void **state)
{
	struct scene *s = *state;

	put(s, "table.csv", "x");
	begin(s);
	open_(s, R | W, "table.csv");
	build(s);
	assert_true(input(s, "table.csv"));
	assert_false(output(s, "table.csv"));
}

static bool old_digest(void *ctx, const struct pedigree_old *old,
		       struct pedigree_digest *ret)
{
	(void)ctx;
	if (old->inode != 42)
		return false;
	strcpy(ret->sha256, "beef");
	strcpy(ret->md5, "cafe");
	ret->size = old->size;
	return true;
}

static void
test_a_checkpoint_that_is_overwritten_is_input_and_output(void **state)
{
	static const struct pedigree_old old = { .inode = 42, .size = 3 };
	struct scene *s = *state;
	struct pedigree_digest_cache cache = { .get_old = old_digest };
	struct pedigree_build_options options = { .cache = &cache };

	put(s, "state.csv", "old");
	begin(s);
	open_(s, R, "state.csv");
	open_(s, CREATE | PEDIGREE_F_OLD, "state.csv")->old = &old;
	put(s, "state.csv", "new");
	build(s);
	assert_int_equal(s->record->entities.n, 3);
	assert_string_equal(version(find(s, "state.csv")), "unverified");
	pedigree_record_free(s->record);
	s->record = NULL;
	assert_int_equal(pedigree_build(&s->facts, &s->log, s->config, &options,
					&s->record, NULL),
			 0);
	assert_int_equal(s->record->entities.n, 3);
	assert_string_equal(version(find(s, "state.csv")), "sha256:beef");
}

static void test_an_input_that_changed_is_not_verified(void **state)
{
	struct scene *s = *state;

	open_(s, R, "data.csv");
	put(s, "data.csv", "changed by a stranger");
	build(s);
	assert_string_equal(version(find(s, "data.csv")), "unverified");
	assert_string_equal(property(find(s, "data.csv"), "ChangedDuringRun"),
			    "true");
}

static void test_new_metadata_do_not_change_the_bytes(void **state)
{
	struct scene *s = *state;

	put(s, "data.csv", "hello");
	begin(s);
	open_(s, R, "data.csv");
	assert_int_equal(chmod(in(s, "data.csv"), 0640), 0);
	build(s);
	assert_string_equal(version(find(s, "data.csv")), HELLO_SHA);
	assert_string_equal(property(find(s, "data.csv"), "MetadataChanged"),
			    "true");
}

static void test_an_output_that_changed_later_is_not_verified(void **state)
{
	struct scene *s = *state;

	open_(s, CREATE, "m.csv");
	s->facts.start_ms -= 60000;
	s->facts.start_ns -= 60 * SECOND;
	s->events[0].time_ns -= 30 * SECOND;
	s->facts.end_ms = s->facts.start_ms + 40000;
	put(s, "m.csv", "later");
	build(s);
	assert_string_equal(version(find(s, "m.csv")), "unverified");
	assert_string_equal(property(find(s, "m.csv"), "ChangedAfterRun"),
			    "true");
}

static void test_a_link_is_known_by_what_it_leads_to(void **state)
{
	struct scene *s = *state;

	folder(s, "blobs");
	put(s, "blobs/abc", "hello");
	assert_int_equal(symlink("blobs/abc", in(s, "weights.csv")), 0);
	begin(s);
	open_(s, R, "weights.csv");
	build(s);
	assert_true(input(s, "blobs/abc"));
	assert_null(find(s, "weights.csv"));
	assert_non_null(strstr(property(find(s, "blobs/abc"), "OpenedAs"),
			       "/weights.csv"));
}

static void test_folders_and_devices_are_no_artifacts(void **state)
{
	struct scene *s = *state;

	folder(s, "d");
	assert_int_equal(mkfifo(in(s, "fifo"), 0600), 0);
	begin(s);
	open_(s, R, "d");
	open_(s, R | PEDIGREE_F_LIST, ".");
	open_(s, R, "fifo");
	open_(s, R, "/");
	build(s);
	assert_int_equal(s->record->entities.n, 1);
}

static void test_many_files_are_one_data_set_with_one_version(void **state)
{
	struct scene *s = *state;
	char *first, name[32];

	folder(s, "images");
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "images/%d x.png", i);
		put(s, name, "hello");
	}
	begin(s);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "images/%d x.png", 11 - i);
		open_(s, R, in(s, name));
	}
	build(s);
	assert_int_equal(s->record->entities.n, 2);
	assert_true(input(s, "images"));
	assert_string_equal(property(find(s, "images"), "Files"), "12");
	assert_string_equal(property(find(s, "images"), "Bytes"), "60");
	assert_int_equal(s->record->manifests.n, 1);
	assert_non_null(strstr(s->record->manifests.v[0].text,
			       "\n" HELLO_SHA "\t5\t0%20x.png\n"));
	first = strdup(find(s, "images")->arn);
	build(s);
	assert_string_equal(find(s, "images")->arn, first);
	free(first);
}

static void test_a_mapped_folder_has_the_uri_of_its_origin(void **state)
{
	struct scene *s = *state;
	char *flag = NULL;

	assert_true(asprintf(&flag, "map.%s/in=s3://bucket/train", s->root) >
		    0);
	pedigree_config_free(s->config);
	s->config = load_config(s, flag);
	free(flag);
	folder(s, "in");
	put(s, "in/a.csv", "hello");
	begin(s);
	open_(s, R, "in/a.csv");
	build(s);
	assert_non_null(find_uri(s, "s3://bucket/train/a.csv"));
}

static void test_what_is_declared_is_in_whatever_the_rules_say(void **state)
{
	struct scene *s = *state;
	const struct pedigree_entity *object;

	put(s, "x.lock", "hello");
	begin(s);
	*(char **)pedigree_vec_push(&s->facts.inputs) = strdup("x.lock");
	*(char **)pedigree_vec_push(&s->facts.inputs) =
		strdup("s3://bucket/key.csv");
	event(s, PEDIGREE_EV_OUTPUT, 0, "https://host/m.bin", "Model");
	build(s);
	assert_true(input(s, "x.lock"));
	assert_string_equal(version(find(s, "x.lock")), HELLO_SHA);
	object = find_uri(s, "s3://bucket/key.csv");
	if (!object)
		fail_msg("the object is not in the record");
	else
		assert_int_equal(object->source_types.n, 0);
	object = find_uri(s, "https://host/m.bin");
	if (!object)
		fail_msg("the other object is not in the record");
	else
		assert_string_equal(object->type, "Model");
}

static void test_the_end_of_a_run_is_its_status(void **state)
{
	static const struct {
		int wait_status;
		bool known;
		const char *status, *message;
	} cases[] = {
		{ 0, true, "Completed", NULL },
		{ 3 << 8, true, "Failed", "exit status 3" },
		{ SIGKILL, true, "Failed", "killed by signal 9 (Killed)" },
		{ SIGTERM, true, "Stopped",
		  "killed by signal 15 (Terminated)" },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		s->facts.wait_status = cases[i].wait_status;
		build(s);
		assert_string_equal(s->record->entities.v[0].status,
				    cases[i].status);
		if (cases[i].message)
			assert_string_equal(s->record->entities.v[0].message,
					    cases[i].message);
		else
			assert_null(s->record->entities.v[0].message);
	}
	s->facts.end_known = false;
	build(s);
	assert_string_equal(s->record->entities.v[0].status, "Stopped");
	assert_non_null(strstr(s->record->entities.v[0].message, "died"));
}

static void test_a_deployment_is_an_action_of_an_endpoint(void **state)
{
	struct scene *s = *state;
	const struct pedigree_record *record;

	put(s, "model.pkl", "hello");
	put(s, "deploy.sh", "#!/bin/sh");
	begin(s);
	s->facts.deploy = true;
	s->facts.deployment.endpoint = strdup("Churn_Prod");
	*(char **)pedigree_vec_push(&s->facts.deployment.models) =
		strdup("model.pkl");
	open_(s, R, "deploy.sh");
	build(s);
	record = s->record;
	assert_int_equal(record->entities.n, 3);
	assert_int_equal(record->entities.v[0].kind, PEDIGREE_ACTION);
	assert_string_equal(record->entities.v[0].type, "ModelDeployment");
	assert_string_equal(
		record->entities.v[0].source_uri,
		"arn:aws:sagemaker:local:000000000000:endpoint/churn_prod");
	assert_int_equal(record->entities.v[1].kind, PEDIGREE_CONTEXT);
	assert_string_equal(record->entities.v[1].name, "Churn_Prod");
	assert_true(edge(s, &record->entities.v[0], &record->entities.v[1]));
	assert_true(input(s, "model.pkl"));
	assert_string_equal(version(find(s, "model.pkl")), HELLO_SHA);
}

static void test_without_a_declared_model_the_one_read_counts(void **state)
{
	struct scene *s = *state;

	put(s, "m.pkl", "hello");
	put(s, "config.csv", "x");
	begin(s);
	s->facts.deploy = true;
	s->facts.deployment.endpoint = strdup("e");
	open_(s, R, "m.pkl");
	open_(s, R, "config.csv");
	build(s);
	assert_true(input(s, "m.pkl"));
	assert_string_equal(find(s, "m.pkl")->type, "Model");
	assert_null(find(s, "config.csv"));
}

static void test_a_record_says_what_it_could_not_see(void **state)
{
	struct scene *s = *state;

	s->log.loss.dropped[PEDIGREE_DROP_SPACE] = 4;
	s->log.expected = 3;
	s->log.images = 1;
	event(s, PEDIGREE_EV_BLIND, 0, "/bin/static", NULL)->blind =
		PEDIGREE_BLIND_STATIC;
	event(s, PEDIGREE_EV_BLIND, 0, "/bin/static", NULL)->blind =
		PEDIGREE_BLIND_STATIC;
	s->facts.no_capture = strdup("no room");
	build(s);
	assert_int_equal(s->record->dropped, 4);
	assert_int_equal(s->record->blind_spots.n, 4);
	assert_string_equal(s->record->blind_spots.v[0].kind, "NoCapture");
	assert_string_equal(s->record->blind_spots.v[1].path, "/bin/static");
	assert_int_equal(s->record->blind_spots.v[1].count, 2);
}

static bool never(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	assert_true(done <= all);
	return false;
}

static void test_hashing_can_be_stopped(void **state)
{
	struct scene *s = *state;
	struct pedigree_build_options options = { .keep_on = never };

	put(s, "data.csv", "hello");
	begin(s);
	open_(s, R, "data.csv");
	s->facts.end_ms = s->facts.start_ms + 1000;
	assert_int_equal(pedigree_build(&s->facts, &s->log, s->config, &options,
					&s->record, NULL),
			 0);
	assert_true(input(s, "data.csv"));
	assert_null(version(find(s, "data.csv")));
	assert_non_null(property(find(s, "data.csv"), "VersionAbsent"));
}

static void test_explain_names_the_rule(void **state)
{
	struct scene *s = *state;
	struct pedigree_explanation answer;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	put(s, "x.lock", "hello");
	put(s, "data.csv", "hello");
	begin(s);
	open_(s, R, "x.lock");
	open_(s, R, "data.csv");
	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       "x.lock", &answer, &err),
			 0);
	assert_true(answer.touched && answer.read && answer.judged);
	assert_false(answer.input);
	assert_string_equal(answer.verdict.rule, "exclude");
	assert_string_equal(answer.verdict.glob, "*.lock");
	pedigree_explanation_clear(&answer);
	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       in(s, "data.csv"), &answer,
					       &err),
			 0);
	assert_true(answer.input);
	assert_non_null(answer.artifact_uri);
	pedigree_explanation_clear(&answer);
	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       "never-seen", &answer, &err),
			 0);
	assert_false(answer.touched);
	pedigree_explanation_clear(&answer);
}

static void test_hostile_names_make_valid_records(void **state)
{
	struct scene *s = *state;
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	struct pedigree_record *back = NULL;
	const char *argv[] = { "p", "--n\xff=\xfe\n", NULL };

	put(s, "a \"b\"\n\xff.csv", "hello");
	begin(s);
	set_argv(s, argv);
	open_(s, R, "a \"b\"\n\xff.csv");
	build(s);
	assert_true(input(s, "a \"b\"\n\xff.csv"));
	assert_int_equal(pedigree_record_to_json(s->record, &buf, NULL), 0);
	assert_int_equal(
		pedigree_record_from_json(buf.data, buf.len, &back, NULL), 0);
	pedigree_record_free(back);
	pedigree_buf_clear(&buf);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_training_has_data_code_and_a_model),
		TEST(test_what_was_written_first_is_no_input),
		TEST(test_a_model_saved_by_rename_has_its_final_name),
		TEST(test_a_folder_that_moves_takes_its_files_along),
		TEST(test_an_exchange_swaps_two_files),
		TEST(test_a_hard_link_shares_what_was_written),
		TEST(test_a_file_written_and_removed_is_nothing),
		TEST(test_a_file_opened_for_writing_and_left_alone_is_an_input),
		TEST(test_a_checkpoint_that_is_overwritten_is_input_and_output),
		TEST(test_an_input_that_changed_is_not_verified),
		TEST(test_new_metadata_do_not_change_the_bytes),
		TEST(test_an_output_that_changed_later_is_not_verified),
		TEST(test_a_link_is_known_by_what_it_leads_to),
		TEST(test_folders_and_devices_are_no_artifacts),
		TEST(test_many_files_are_one_data_set_with_one_version),
		TEST(test_a_mapped_folder_has_the_uri_of_its_origin),
		TEST(test_what_is_declared_is_in_whatever_the_rules_say),
		TEST(test_the_end_of_a_run_is_its_status),
		TEST(test_a_deployment_is_an_action_of_an_endpoint),
		TEST(test_without_a_declared_model_the_one_read_counts),
		TEST(test_a_record_says_what_it_could_not_see),
		TEST(test_hashing_can_be_stopped),
		TEST(test_explain_names_the_rule),
		TEST(test_hostile_names_make_valid_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
