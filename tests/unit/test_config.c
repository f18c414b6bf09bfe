/* SPDX-License-Identifier: Apache-2.0 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fs.h"
#include "rules/config.h"
#include "rules/keys.h"
#include "rules/settings.h"
#include "tests/unit/support/alloc.h"

static char folder[] = "/tmp/pedigree-config-XXXXXX";

struct fixture {
	char system[128], user[128], here[128], named[128];
	struct pedigree_config_sources sources;
	struct pedigree_config *config;
	struct pedigree_error err;
};

static char *no_environment[] = { (char *)"HOME=/home/someone", NULL };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->system, sizeof(f->system), "%s/system.conf", folder);
	snprintf(f->user, sizeof(f->user), "%s/user.conf", folder);
	snprintf(f->here, sizeof(f->here), "%s/pedigree.conf", folder);
	snprintf(f->named, sizeof(f->named), "%s/named.conf", folder);
	f->sources.system_file = f->system;
	f->sources.user_file = f->user;
	f->sources.folder_file = f->here;
	f->sources.named_file = "";
	f->sources.environment = no_environment;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pedigree_config_free(f->config);
	unlink(f->system);
	unlink(f->user);
	unlink(f->here);
	unlink(f->named);
	free(f);
	return 0;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void put_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static void unload(struct fixture *f)
{
	pedigree_config_free(f->config);
	f->config = NULL;
}

static void load(struct fixture *f)
{
	if (pedigree_config_load(&f->sources, &f->config, &f->err) < 0)
		fail_msg("%s", f->err.text);
}

/* Loading fails and says `sentence` behind the user file's name. */
static void refused(struct fixture *f, const char *sentence)
{
	const char *at;

	assert_int_equal(pedigree_config_load(&f->sources, &f->config, &f->err),
			 PEDIGREE_ECONFIG);
	assert_null(f->config);
	at = strstr(f->err.text, "user.conf:");
	assert_non_null(at);
	assert_string_equal(at + strlen("user.conf:"), sentence);
	memset(&f->err, 0, sizeof(f->err));
}

static void refuse_text(struct fixture *f, const char *text,
			const char *sentence)
{
	put(f->user, text);
	refused(f, sentence);
}

static void equals(const struct fixture *f, const char *section,
		   const char *name, const char *key, const char *value)
{
	const char *got = pedigree_config_get(f->config, section, name, key);

	assert_non_null(got);
	assert_string_equal(got, value);
}

static void test_without_files_the_defaults_hold(void **state)
{
	struct fixture *f = *state;

	load(f);
	assert_true(pedigree_config_bool(f->config, "capture", "enabled"));
	assert_int_equal(
		pedigree_config_number(f->config, "capture", "rollup_min"), 10);
	assert_int_equal(pedigree_config_ms(f->config, "run", "finish_timeout"),
			 10000);
	assert_int_equal(
		pedigree_config_ms(f->config, "capture", "git_timeout"), 2000);
	equals(f, "backend", NULL, "use", "ledger");
	assert_null(pedigree_config_get(f->config, "run", NULL, "name"));
	assert_int_equal(pedigree_config_warnings(f->config), 0);
}

static void test_each_layer_stands_above_the_one_before(void **state)
{
	static const char *const flags[] = { "run.experiment=flag", NULL };
	static char *environment[] = {
		(char *)"PEDIGREE_RUN_EXPERIMENT=environment",
		NULL,
	};
	struct fixture *f = *state;

	put(f->system, "[run]\nexperiment = system\n");
	load(f);
	equals(f, "run", NULL, "experiment", "system");
	unload(f);

	put(f->user, "[run]\nexperiment = user\n");
	load(f);
	equals(f, "run", NULL, "experiment", "user");
	unload(f);

	put(f->here, "[run]\nexperiment = folder\n");
	load(f);
	equals(f, "run", NULL, "experiment", "folder");
	unload(f);

	put(f->named, "[run]\nexperiment = named\n");
	f->sources.named_file = f->named;
	load(f);
	equals(f, "run", NULL, "experiment", "named");
	unload(f);

	f->sources.environment = environment;
	load(f);
	equals(f, "run", NULL, "experiment", "environment");
	unload(f);

	f->sources.flags = flags;
	load(f);
	equals(f, "run", NULL, "experiment", "flag");
}

static void test_every_setting_knows_where_it_came_from(void **state)
{
	static const char *const flags[] = { "run.name=c", NULL };
	static char *environment[] = { (char *)"PEDIGREE_RUN_NAME=b", NULL };
	static const char *const expected[] = {
		"user.conf:3",
		"environment PEDIGREE_RUN_NAME",
		"flag",
	};
	struct fixture *f = *state;
	size_t n = 0;

	put(f->user, "# a comment\n[run]\n  name = a\n");
	f->sources.environment = environment;
	f->sources.flags = flags;
	load(f);
	for (size_t i = 0; i < pedigree_config_count(f->config); i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(f->config, i);
		_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

		pedigree_origin_text(&setting->origin, &buf);
		if (setting->origin.layer == PEDIGREE_LAYER_BUILTIN)
			assert_ptr_equal(strstr(buf.data,
						"built-in builtin.conf:"),
					 buf.data);
		if (strcmp(setting->key, "name") != 0)
			continue;
		assert_true(n < PEDIGREE_COUNT(expected));
		assert_non_null(strstr(buf.data, expected[n]));
		assert_int_equal(pedigree_config_in_force(f->config, i),
				 n == 2);
		n++;
	}
	assert_int_equal(n, 3);
}

static void test_unknown_words_are_told_with_line_and_nearest(void **state)
{
	struct fixture *f = *state;

	refuse_text(
		f, "[run]\n\nexperimnt = x\n",
		"3: unknown key 'experimnt' in [run]; did you mean 'experiment'?");
	refuse_text(
		f, "[run]\nzzzzzzzz = x\n",
		"2: unknown key 'zzzzzzzz' in [run]; pedigree.conf(5) lists them");
	refuse_text(f, "[captur]\nenabled = yes\n",
		    "1: unknown section [captur]; did you mean [capture]?");
	refuse_text(
		f, "# empty ones, too\n[qqqqqqq]\n",
		"2: unknown section [qqqqqqq]; pedigree.conf(5) lists them");
	refuse_text(f, "[artifact]\nmatch = *\n",
		    "1: [artifact] needs a name, as in [artifact model]");
	refuse_text(f, "[run fast]\nname = x\n",
		    "1: [run] takes no name, and has 'fast'");
	refuse_text(f, "name = x\n",
		    "1: 'name' stands before the first [section]");
	refuse_text(f, "[run]\nname\n",
		    "2: this is not [section] or key = value");
	refuse_text(f, "[run\n", "1: a '[' is not closed with ']'");
}

static void test_values_of_the_wrong_type_are_refused(void **state)
{
	struct fixture *f = *state;

	refuse_text(f, "[capture]\nenabled = maybe\n",
		    "2: 'maybe' for enabled in [capture] is not yes or no");
	refuse_text(f, "[capture]\nrollup_min = -1\n",
		    "2: '-1' for rollup_min in [capture] is not a number");
	refuse_text(
		f, "[capture]\nrollup_min = 99999999999999999999\n",
		"2: '99999999999999999999' for rollup_min in [capture] is not a number");
	refuse_text(
		f, "[capture]\nhash_max_size = 10X\n",
		"2: '10X' for hash_max_size in [capture] is not a size such as 4096, 10M or 2G");
	refuse_text(
		f, "[run]\nfinish_timeout = soon\n",
		"2: 'soon' for finish_timeout in [run] is not a duration such as 10s, 500ms or 2m");
	refuse_text(
		f, "[artifact a]\nrole = both\n",
		"2: 'both' for role in [artifact] is not input, output or any");
	refuse_text(
		f, "[exclude]\nmatch = \"a b\n",
		"2: '\"a b' for match in [exclude] has a quote that is not closed");
	refuse_text(
		f, "[map]\n/data = bucket\n",
		"2: 'bucket' for /data in [map] is not a URI such as s3://bucket/train");
	refuse_text(
		f, "[map]\ndata = s3://bucket\n",
		"2: 'data' in [map] is not an absolute path or one below ~/");
}

static void test_sizes_and_durations_have_units(void **state)
{
	struct fixture *f = *state;

	put(f->user, "[capture]\nhash_max_size = 2G\ngit_timeout = 500ms\n"
		     "[run]\nfinish_timeout = 2m\n");
	load(f);
	assert_int_equal(pedigree_config_number(f->config, "capture",
						"hash_max_size"),
			 2ll << 30);
	assert_int_equal(
		pedigree_config_ms(f->config, "capture", "git_timeout"), 500);
	assert_int_equal(pedigree_config_ms(f->config, "run", "finish_timeout"),
			 120000);
}

static void test_the_current_folder_may_not_set_everything(void **state)
{
	struct fixture *f = *state;

	put(f->here, "[capture]\nenabled = no\n"
		     "[backend]\nuse = null\n"
		     "[backend sagemaker]\nendpoint = https://evil.example\n"
		     "[run]\nname = fine\nfinish_timeout = 0\n"
		     "[artifact mine]\nmatch = *.mine\n"
		     "[exclude]\nmatch = *.junk\n"
		     "[map]\n/data = s3://bucket/data\n");
	load(f);
	assert_true(pedigree_config_bool(f->config, "capture", "enabled"));
	equals(f, "backend", NULL, "use", "ledger");
	assert_null(pedigree_config_get(f->config, "backend", "sagemaker",
					"endpoint"));
	assert_int_equal(pedigree_config_ms(f->config, "run", "finish_timeout"),
			 10000);
	equals(f, "run", NULL, "name", "fine");
	equals(f, "artifact", "mine", "match", "*.mine");
	equals(f, "map", NULL, "/data", "s3://bucket/data");
	assert_int_equal(pedigree_config_warnings(f->config), 4);
	assert_non_null(
		strstr(pedigree_config_warning(f->config, 0),
		       "pedigree.conf:2: [capture] enabled is ignored"));
	assert_non_null(
		strstr(pedigree_config_warning(f->config, 2),
		       "pedigree.conf:6: [backend sagemaker] endpoint"));
}

static void test_a_word_may_be_quoted(void **state)
{
	static const char *const expected[] = {
		"a b/*.csv", "c", "it's", "d\\ e", "x y",
	};
	const char *text = " \"a b/*.csv\" ''  c\t\"it's\" d\\ e x' 'y ";
	char word[64];

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(expected); i++) {
		assert_int_equal(pedigree_next_word(&text, word), 1);
		assert_string_equal(word, expected[i]);
	}
	assert_int_equal(pedigree_next_word(&text, word), 0);
	text = "'open";
	assert_int_equal(pedigree_next_word(&text, word), -1);
}

static void test_a_line_that_is_too_long_is_not_cut(void **state)
{
	struct fixture *f = *state;
	char text[70000];

	memset(text, 'x', sizeof(text));
	memcpy(text, "[run]\nname = ", strlen("[run]\nname = "));
	put_bytes(f->user, text, sizeof(text));
	assert_int_equal(pedigree_config_load(&f->sources, &f->config, &f->err),
			 PEDIGREE_ECONFIG);
	assert_non_null(strstr(f->err.text, "user.conf:2: the line is longer"));
	memset(&f->err, 0, sizeof(f->err));

	memcpy(text, "[run]\n# xxxxx ", strlen("[run]\n# xxxxx "));
	put_bytes(f->user, text, sizeof(text));
	load(f);
	unload(f);

	memset(text, 'x', sizeof(text));
	text[0] = '[';
	text[100] = ']';
	text[101] = '\0';
	refuse_text(f, text, "1: the section's name is longer than 49 bytes");
}

static void test_an_indented_line_is_a_line_of_its_own(void **state)
{
	struct fixture *f = *state;

	put(f->user, "\xef\xbb\xbf[run]\r\n    name = a b  \r\n"
		     "    experiment = c ; comment\r\n; comment\r\n\r\n"
		     "\t[exclude]\n  match = *.a\n  match = *.b");
	load(f);
	equals(f, "run", NULL, "name", "a b");
	equals(f, "run", NULL, "experiment", "c");
	equals(f, "exclude", NULL, "match", "*.b");
}

static void test_hostile_bytes_are_an_error_or_a_value(void **state)
{
	struct fixture *f = *state;
	unsigned int seed = 1;

	put_bytes(f->user, "[run]\nna\0me = x\n", 16);
	refused(f, "2: the line holds a NUL byte; this is not a text file");
	refuse_text(
		f, "[run]\n\x1b[31m\xff = x\n",
		"2: unknown key '?[31m?' in [run]; pedigree.conf(5) lists them");
	for (int i = 0; i < 2000; i++) {
		static const char letters[] =
			"[]=\"' \n\\;#:{}*run\xff\x01mapc/";
		char text[60];

		for (size_t j = 0; j < sizeof(text); j++) {
			seed = seed * 1103515245 + 12345;
			text[j] = letters[(seed >> 16) % (sizeof(letters) - 1)];
		}
		put_bytes(f->user, text, sizeof(text));
		if (pedigree_config_load(&f->sources, &f->config, &f->err) < 0)
			assert_int_equal(f->err.code, PEDIGREE_ECONFIG);
		unload(f);
		memset(&f->err, 0, sizeof(f->err));
	}
}

static void test_what_is_no_file_is_not_waited_for(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkfifo(f->user, 0600), 0);
	assert_int_equal(pedigree_config_load(&f->sources, &f->config, &f->err),
			 PEDIGREE_ECONFIG);
	assert_non_null(strstr(f->err.text, "is not a regular file"));
}

/* Else a checkout could switch capture off with a misspelt word. */
static void test_the_current_folder_makes_nothing_fail(void **state)
{
	static const char *const texts[] = {
		"[nonsense]\nx = y\n",
		"[capture\n",
		"nothing\n",
		"[artifact x]\nmatch = {nothing}/x\n",
		"[exclude]\nmatch = \"open\n",
		"[exclude]\nmatch = **\n",
		"[run]\nquiet = maybe\n",
		"[artifact]\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++) {
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

		pedigree_buf_addf(&text, "%s[run]\nname = behind\n", texts[i]);
		put(f->here, text.data);
		load(f);
		assert_true(pedigree_config_warnings(f->config) > 0);
		assert_non_null(strstr(pedigree_config_warning(f->config, 0),
				       "ignored"));
		equals(f, "run", NULL, "name", "behind");
		unload(f);
	}
	assert_int_equal(unlink(f->here), 0);
	assert_int_equal(mkfifo(f->here, 0600), 0);
	load(f);
	assert_int_equal(pedigree_config_warnings(f->config), 1);
}

static void test_the_named_file_must_be_there(void **state)
{
	struct fixture *f = *state;

	f->sources.named_file = f->named;
	assert_int_equal(pedigree_config_load(&f->sources, &f->config, &f->err),
			 PEDIGREE_ECONFIG);
	assert_non_null(strstr(f->err.text, "No such file"));
}

static void test_the_environment_reaches_named_sections(void **state)
{
	static char *environment[] = {
		(char *)"PEDIGREE_BACKEND_USE=ledger jsonl",
		(char *)"PEDIGREE_BACKEND_JSONL_PATH=/x/y",
		(char *)"PEDIGREE_EXCLUDE_MATCH=*.tmp",
		(char *)"PEDIGREE_ELSE=1",
		(char *)"PEDIGREE=1",
		NULL,
	};
	struct fixture *f = *state;

	f->sources.environment = environment;
	load(f);
	equals(f, "backend", NULL, "use", "ledger jsonl");
	equals(f, "backend", "jsonl", "path", "/x/y");
	equals(f, "exclude", NULL, "match", "*.tmp");
}

static void test_a_wrong_variable_is_named(void **state)
{
	static char *environment[] = { (char *)"PEDIGREE_RUN_NAM=x", NULL };
	struct fixture *f = *state;

	f->sources.environment = environment;
	assert_int_equal(pedigree_config_load(&f->sources, &f->config, &f->err),
			 PEDIGREE_ECONFIG);
	assert_string_equal(
		f->err.text,
		"environment PEDIGREE_RUN_NAM: unknown key 'nam' in [run]; did you mean 'name'?");
}

static void test_disable_switches_capture_off(void **state)
{
	static char *on[] = { (char *)"PEDIGREE_DISABLE=0", NULL };
	static char *off[] = { (char *)"PEDIGREE_DISABLE=1", NULL };
	struct fixture *f = *state;

	f->sources.environment = on;
	load(f);
	assert_true(pedigree_config_bool(f->config, "capture", "enabled"));
	unload(f);
	f->sources.environment = off;
	load(f);
	assert_false(pedigree_config_bool(f->config, "capture", "enabled"));
}

static void test_flags_reach_every_section(void **state)
{
	static const char *const flags[] = {
		"artifact my.model.match=*.mine",
		"backend jsonl.path=/x=y",
		"map./data/v1.2=s3://bucket/data",
		NULL,
	};
	static const char *const odd[] = { "run", "run=x", "run.x" };
	struct fixture *f = *state;

	f->sources.flags = flags;
	load(f);
	equals(f, "artifact", "my.model", "match", "*.mine");
	equals(f, "backend", "jsonl", "path", "/x=y");
	equals(f, "map", NULL, "/data/v1.2", "s3://bucket/data");
	unload(f);
	for (size_t i = 0; i < PEDIGREE_COUNT(odd); i++) {
		const char *const one[] = { odd[i], NULL };

		f->sources.flags = one;
		assert_int_equal(pedigree_config_load(&f->sources, &f->config,
						      &f->err),
				 PEDIGREE_ECONFIG);
		memset(&f->err, 0, sizeof(f->err));
	}
}

static const struct pedigree_backend_option options[] = {
	{ .key = "path", .type = PEDIGREE_OPTION_PATH },
	{ .key = "timeout", .type = PEDIGREE_OPTION_DURATION },
	{ .key = NULL },
};
static const struct pedigree_backend_ops backend = {
	.name = "ledger",
	.options = options,
};
static const struct pedigree_backend_ops *const backends[] = {
	&backend,
	NULL,
};

#define NEEDS_TYPE \
	" (another name needs one of them as the type in its section)"

static void test_options_of_backends_are_checked_when_known(void **state)
{
	struct fixture *f = *state;

	f->sources.backends = backends;
	put(f->user, "[backend ledger]\npath = /x\ntimeout = 5s\n");
	load(f);
	equals(f, "backend", "ledger", "timeout", "5s");
	unload(f);
	refuse_text(
		f, "[backend ledger]\npth = /x\n",
		"2: unknown key 'pth' in [backend ledger]; did you mean 'path'?");
	refuse_text(
		f, "[backend ledger]\ntimeout = x\n",
		"2: 'x' for timeout in [backend] is not a duration such as 10s, 500ms or 2m");
	refuse_text(f, "[backend lodger]\npath = /x\n",
		    "2: unknown backend 'lodger'; did you mean 'ledger'?");
	refuse_text(f, "[backend]\nuse = ledger lodger\n",
		    "2: unknown backend 'lodger'; did you mean 'ledger'?");
}

static void test_a_backend_of_another_name_says_its_type(void **state)
{
	struct fixture *f = *state;

	f->sources.backends = backends;
	/* Before or after what needs it, in whatever layer. */
	put(f->user, "[backend]\nuse = mine ledger\n"
		     "[backend mine]\npath = /x\ntype = ledger\n");
	load(f);
	equals(f, "backend", "mine", "path", "/x");
	unload(f);
	refuse_text(
		f, "[backend mine]\npth = /x\ntype = ledger\n",
		"2: unknown key 'pth' in [backend mine]; did you mean 'path'?");
	refuse_text(
		f, "[backend mine]\ntimeout = x\ntype = ledger\n",
		"2: 'x' for timeout in [backend] is not a duration such as 10s, 500ms or 2m");
	refuse_text(f, "[backend mine]\ntype = lodger\n",
		    "2: unknown backend 'lodger'; did you mean 'ledger'?");
	refuse_text(f, "[backend ledger]\ntype = mine\n",
		    "2: unknown backend 'mine'; there are: ledger" NEEDS_TYPE);
}

static void check_state(struct fixture *f, char *const *environment,
			const char *data, const char *spool)
{
	f->sources.environment = environment;
	load(f);
	assert_string_equal(pedigree_config_data(f->config), data);
	assert_string_equal(pedigree_config_spool(f->config), spool);
	unload(f);
}

static void test_state_is_where_the_environment_says(void **state)
{
	char *const home[] = { (char *)"HOME=/h", NULL };
	char *const xdg[] = { (char *)"HOME=/h", (char *)"XDG_DATA_HOME=/d/",
			      (char *)"XDG_STATE_HOME=relative", NULL };
	char *const own[] = { (char *)"HOME=/h",
			      (char *)"PEDIGREE_HOME=/p//q/../r",
			      (char *)"XDG_DATA_HOME=/d", NULL };
	struct fixture *f = *state;

	check_state(f, home, "/h/.local/share/pedigree",
		    "/h/.local/state/pedigree/spool");
	check_state(f, xdg, "/d/pedigree", "/h/.local/state/pedigree/spool");
	check_state(f, own, "/p/r", "/p/r/spool");
}

static void read_page(const char *name, struct pedigree_buf *text)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *top = getenv("top_srcdir");

	pedigree_path_join(&path, top ? top : ".", name);
	assert_int_equal(pedigree_read_file(path.data, 1 << 20, text, NULL), 0);
}

static void has_line(const struct pedigree_buf *text, const char *format,
		     const char *word)
{
	_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&line, "\n%s%s", format, word);
	if (!strstr(text->data, line.data))
		fail_msg("there is no line '%s'", line.data + 1);
}

static void test_the_documents_tell_every_section_and_key(void **state)
{
	_cleanup_buf_ struct pedigree_buf example = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf manual = PEDIGREE_BUF_INIT;

	(void)state;
	read_page("conf/pedigree.conf.example", &example);
	read_page("man/pedigree.conf.5", &manual);
	for (const struct pedigree_section_def *s = pedigree_sections; s->name;
	     s++) {
		has_line(&example, "[", s->name);
		has_line(&manual, ".Ss Section ", s->name);
	}
	for (const struct pedigree_key_def *k = pedigree_keys; k->section;
	     k++) {
		has_line(&example, "#", k->key);
		has_line(&manual, ".It Cm ", k->key);
	}
}

/* "#key = value", as the file says which default a key has. */
static void test_the_example_has_the_defaults_in_force(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct pedigree_buf example = PEDIGREE_BUF_INIT;
	size_t n = 0;

	read_page("conf/pedigree.conf.example", &example);
	load(f);
	for (const struct pedigree_key_def *k = pedigree_keys; k->section;
	     k++) {
		_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;
		const char *value = pedigree_config_get(f->config, k->section,
							NULL, k->key);

		if (!value || k->type == PEDIGREE_VALUE_GLOBS)
			continue;
		pedigree_buf_addf(&line, "%s = %s\n", k->key, value);
		has_line(&example, "#", line.data);
		n++;
	}
	assert_true(n > 10);
}

static void test_presets_say_what_every_file_may_say(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; pedigree_presets[i].name; i++) {
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

		pedigree_buf_addf(&text, "include = %s\n",
				  pedigree_presets[i].name);
		put(f->user, text.data);
		load(f);
		unload(f);
		f->sources.folder_file = f->user;
		put(f->user, pedigree_presets[i].text);
		load(f);
		assert_int_equal(pedigree_config_warnings(f->config), 0);
		unload(f);
		f->sources.folder_file = "";
	}
}

/* Whichever file includes it, and wherever. */
static void test_a_preset_is_below_every_file(void **state)
{
	struct fixture *f = *state;
	enum pedigree_layer last = PEDIGREE_LAYER_BUILTIN;
	bool seen = false;

	put(f->system, "[run]\njoin = no\n");
	put(f->user, "include = slurm\n");
	load(f);
	equals(f, "run", NULL, "join", "no");
	for (size_t i = 0; i < pedigree_config_count(f->config); i++) {
		enum pedigree_layer layer =
			pedigree_config_at(f->config, i)->origin.layer;

		assert_true(layer >= last);
		last = layer;
		seen |= layer == PEDIGREE_LAYER_PRESET;
	}
	assert_true(seen);
}

/* Whatever allocation fails, no configuration comes of it that says something
   else, such as one in which the current folder hides everything. */
static void test_without_memory_there_is_no_configuration(void **state)
{
	struct fixture *f = *state;
	unsigned int n = 1;

	put(f->user, "include = slurm\n[run]\nname = mine\n"
		     "[artifact model]\nmatch = *.{h5,pt}\n");
	put(f->here, "[exclude]\nmatch = *.tmp \"{/**,*.log}\"\n"
		     "[spool]\npath = /tmp/x\n[wrong]\nx = y\n");
	for (;; n++) {
		int rc;

		alloc_fail_at(n);
		rc = pedigree_config_load(&f->sources, &f->config, &f->err);
		if (!alloc_failed())
			break;
		if (rc != PEDIGREE_ENOMEM)
			fail_msg("allocation %u: %d, '%s'", n, rc, f->err.text);
		assert_null(f->config);
		assert_string_equal(f->err.text, "out of memory");
		memset(&f->err, 0, sizeof(f->err));
	}
	assert_true(n > 50);
	assert_int_equal(pedigree_config_warnings(f->config), 3);
	for (size_t i = 0; i < pedigree_config_count(f->config); i++)
		assert_null(strstr(pedigree_config_at(f->config, i)->value,
				   "{/**"));
}

#define WITH_FILES(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILES(test_without_files_the_defaults_hold),
		WITH_FILES(test_each_layer_stands_above_the_one_before),
		WITH_FILES(test_every_setting_knows_where_it_came_from),
		WITH_FILES(test_unknown_words_are_told_with_line_and_nearest),
		WITH_FILES(test_values_of_the_wrong_type_are_refused),
		WITH_FILES(test_sizes_and_durations_have_units),
		WITH_FILES(test_the_current_folder_may_not_set_everything),
		cmocka_unit_test(test_a_word_may_be_quoted),
		WITH_FILES(test_a_line_that_is_too_long_is_not_cut),
		WITH_FILES(test_an_indented_line_is_a_line_of_its_own),
		WITH_FILES(test_hostile_bytes_are_an_error_or_a_value),
		WITH_FILES(test_what_is_no_file_is_not_waited_for),
		WITH_FILES(test_the_current_folder_makes_nothing_fail),
		WITH_FILES(test_the_named_file_must_be_there),
		WITH_FILES(test_the_environment_reaches_named_sections),
		WITH_FILES(test_a_wrong_variable_is_named),
		WITH_FILES(test_disable_switches_capture_off),
		WITH_FILES(test_flags_reach_every_section),
		WITH_FILES(test_options_of_backends_are_checked_when_known),
		WITH_FILES(test_a_backend_of_another_name_says_its_type),
		WITH_FILES(test_state_is_where_the_environment_says),
		cmocka_unit_test(test_the_documents_tell_every_section_and_key),
		WITH_FILES(test_the_example_has_the_defaults_in_force),
		WITH_FILES(test_presets_say_what_every_file_may_say),
		WITH_FILES(test_a_preset_is_below_every_file),
		WITH_FILES(test_without_memory_there_is_no_configuration),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
