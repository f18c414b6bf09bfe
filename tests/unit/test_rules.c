/* SPDX-License-Identifier: Apache-2.0 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/base.h"
#include "rules/config.h"
#include "rules/rules.h"
#include "tests/unit/support/alloc.h"

static const char *const prefixes[] = {
	"/home/ada/churn/venv", "/opt/py311", "/home/ada",
	"/home/ada/churn",	NULL,
};
static const char *const state_folders[] = { "/data/pedigree", NULL };

static const struct pedigree_scene scene = {
	.home = "/home/ada",
	.project = "/home/ada/churn",
	.prefixes = prefixes,
	.state = state_folders,
};

struct fixture {
	struct pedigree_config *config;
	struct pedigree_rules *rules;
};

static int load(struct fixture *f, const char *const *flags,
		const struct pedigree_scene *where, struct pedigree_error *err)
{
	static char *environment[] = { (char *)"HOME=/home/ada", NULL };
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = environment,
		.flags = flags,
	};
	int r = pedigree_config_load(&sources, &f->config, err);

	if (!r)
		r = pedigree_rules_new(f->config, where, &f->rules, err);
	return r;
}

static void unload(struct fixture *f)
{
	pedigree_rules_free(f->rules);
	pedigree_config_free(f->config);
	memset(f, 0, sizeof(*f));
}

static void begin(struct fixture *f, const char *const *flags,
		  const struct pedigree_scene *where)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (load(f, flags, where, &err) < 0)
		fail_msg("%s", err.text);
}

/* "-" for what is not kept. */
static void expect(const struct fixture *f, const char *path, const char *input,
		   const char *output)
{
	static const enum pedigree_role roles[] = { PEDIGREE_ROLE_INPUT,
						    PEDIGREE_ROLE_OUTPUT };

	for (size_t i = 0; i < PEDIGREE_COUNT(roles); i++) {
		const char *expected = i ? output : input;
		struct pedigree_verdict v;

		pedigree_rules_judge(f->rules, path, NULL, roles[i], &v);
		if (strcmp(v.kept ? v.type : "-", expected) != 0)
			fail_msg("%s as %s is %s by %s:%u [%s %s], not %s",
				 path, i ? "output" : "input",
				 v.kept ? v.type : "noise", v.origin.file,
				 v.origin.line, v.rule, v.glob, expected);
	}
}

static void expect_noise(const struct fixture *f, const char *const *paths,
			 size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(f, paths[i], "-", "-");
}

static void test_systems_interpreters_and_caches_are_noise(void **state)
{
	static const char *const paths[] = {
		"/etc/ld.so.cache",
		"/usr/lib/locale/C.utf8/LC_CTYPE",
		"/usr/lib/python3/dist-packages/pandas/io/parsers.py",
		"/usr/share/zoneinfo/Europe/Berlin",
		"/usr/lib/R/library/stats/R/stats.rdb",
		"/usr/local/lib/python3.11/site-packages/x.npz",
		"/lib/x86_64-linux-gnu/libc.so.6",
		"/bin/sh",
		"/sbin/init",
		"/lib64/ld-linux-x86-64.so.2",
		"/proc/self/maps",
		"/sys/fs/cgroup/cpu.max",
		"/dev/shm/sem.x",
		"/dev/null",
		"/run/user/1000/bus",
		"/run/nscd",
		"/var/lib/dpkg/status",
		"/var/cache/fontconfig/x",
		"/snap/core/x",
		"/nix/store/abc-python/lib/x.py",
		"/home/ada/.bashrc",
		"/home/ada/.gitconfig",
		"/home/ada/.cache/pip/http/x",
		"/home/ada/.local/bin/x",
		"/home/ada/.cache/matplotlib/fontlist-v330.json",
		"/home/ada/.pyenv/versions/3.12/lib/python3.12/os.py",
		"/home/bob/.pyenv/versions/3.12/lib/python3.12/os.py",
		"/root/.pyenv/shims/python",
		"/opt/py311/lib/python3.11/os.py",
		"/opt/py311/bin/python3.11",
		"/opt/py311/pyvenv.cfg",
		"/home/ada/churn/venv/lib/python3.11/os.py",
		"/home/ada/churn/venv/bin/python",
		"/home/ada/churn/venv/pyvenv.cfg",
		"/srv/env/lib/python3.11/site-packages/torch/lib/x.so",
		"/home/ada/miniconda3/etc/profile.d/conda.sh",
		"/home/ada/miniconda3/conda-meta/history",
		"/home/ada/R/x86_64-pc-linux-gnu-library/4.2/xgboost/R/x.rdb",
		"/home/ada/perl5/lib/perl5/JSON.pm",
		"/home/ada/churn/node_modules/csv/index.js",
		"/home/ada/churn/__pycache__/train.cpython-311.pyc",
		"/home/ada/churn/.git",
		"/home/ada/churn/.git/HEAD",
		"/home/ada/churn/.git/objects/ab/cdef",
		"/home/ada/churn/.git/refs/heads/a",
		"/home/ada/churn/.venv/lib/x.py",
		"/home/ada/churn/poetry.lock",
		"/home/ada/churn/.train.py.swp",
		"/home/ada/churn/train.py~",
		"/home/ada/churn/.env",
		"/home/ada/churn/.Rhistory",
		"/home/ada/churn/x.db-wal",
		"/home/ada/churn/main.o",
		"/home/ada/churn/.gitignore",
		"/tmp/hsperfdata_ada/4711",
		"/tmp/Rtmpa8Zk2Q/file1a",
		"/tmp/pymp-1a2b/listener-x",
		"/tmp/matplotlib-x/y.json",
		"/data/pedigree/ledger.db",
		"/data/pedigree/spool/r/h.events",
		"/home/ada/churn/.libs/libpedigree-preload.so",
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, NULL, &scene);
	expect_noise(&f, paths, PEDIGREE_COUNT(paths));
	unload(&f);
}

static void test_data_models_and_code_are_kept(void **state)
{
	static const struct {
		const char *path, *input, *output;
	} cases[] = {
		{ "/home/ada/churn/train.csv", "DataSet", "DataSet" },
		{ "/tmp/train.csv", "DataSet", "DataSet" },
		{ "/data/a/b.parquet", "DataSet", "DataSet" },
		{ "/mnt/x/images/1.jpg", "DataSet", "DataSet" },
		{ "/opt/ml/input/data/train/x.csv", "DataSet", "DataSet" },
		{ "/srv/x", "DataSet", "DataSet" },
		{ "/library/books.csv", "DataSet", "DataSet" },
		{ "/run/media/ada/disk/x.csv", "DataSet", "DataSet" },
		{ "/home/ada/data/x.csv", "DataSet", "DataSet" },
		{ "/home/ada/lib/x.csv", "DataSet", "DataSet" },
		{ "/home/ada/churn/lib/x.csv", "DataSet", "DataSet" },
		{ "/x.csv", "DataSet", "DataSet" },
		{ "/home/ada/churn/.git/annex/objects/1/x.csv", "DataSet",
		  "DataSet" },
		{ "/home/ada/churn/train.py", "Code", "DataSet" },
		{ "/home/ada/churn/bin/train.sh", "Code", "DataSet" },
		{ "/home/ada/churn/model.py", "Code", "DataSet" },
		{ "/home/ada/churn/checkpoint.py", "Code", "Checkpoint" },
		{ "/home/ada/churn/train.R", "Code", "DataSet" },
		{ "/srv/train.jar", "Code", "DataSet" },
		{ "/srv/libx.so.1.2", "Code", "DataSet" },
		{ "/srv/churn/Makefile", "Code", "DataSet" },
		{ "/opt/py311/bin/train.py", "Code", "-" },
		{ "/home/ada/churn/model.pkl", "Model", "Model" },
		{ "/home/ada/churn/out.pkl", "DataSet", "Model" },
		{ "/home/ada/churn/out.joblib", "DataSet", "Model" },
		{ "/home/ada/churn/out.rds", "DataSet", "Model" },
		{ "/home/ada/churn/out.h5", "DataSet", "Model" },
		{ "/home/ada/churn/my_model.joblib", "Model", "Model" },
		{ "/home/ada/churn/w.safetensors", "Model", "Model" },
		{ "/home/ada/churn/w.onnx", "Model", "Model" },
		{ "/home/ada/churn/w.pt", "Model", "Model" },
		{ "/home/ada/churn/w.bin", "DataSet", "Model" },
		{ "/home/ada/churn/pytorch_model-1.bin", "Model", "Model" },
		{ "/home/ada/churn/model.tar.gz", "Model", "Model" },
		{ "/home/ada/churn/data.tar.gz", "DataSet", "DataSet" },
		{ "/opt/ml/model/anything", "Model", "Model" },
		{ "/home/ada/churn/out/checkpoint-500/optimizer.pt",
		  "Checkpoint", "Checkpoint" },
		{ "/home/ada/churn/last.ckpt", "Checkpoint", "Checkpoint" },
		{ "/home/ada/churn/checkpoint_3.pth", "Checkpoint",
		  "Checkpoint" },
		{ "/home/ada/churn/checkpoint", "DataSet", "Checkpoint" },
		{ "/home/ada/churn/metrics.json", "DataSet", "DataSet" },
		{ "/home/ada/churn/\xff \"'\n.csv", "DataSet", "DataSet" },
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, NULL, &scene);
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++)
		expect(&f, cases[i].path, cases[i].input, cases[i].output);
	unload(&f);
}

static void test_downloads_in_caches_are_inputs(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	begin(&f, NULL, &scene);
	expect(&f, "/home/ada/.cache/huggingface/hub/models--a--b/blobs/12",
	       "Model", "-");
	expect(&f, "/home/ada/.cache/huggingface/hub/datasets--a--b/blobs/12",
	       "DataSet", "-");
	expect(&f, "/home/ada/.cache/huggingface/datasets/x/y.arrow", "DataSet",
	       "-");
	expect(&f, "/home/ada/.cache/torch/hub/checkpoints/resnet.pth", "Model",
	       "-");
	expect(&f, "/home/ada/.cache/huggingface/token", "-", "-");
	expect(&f, "/scratch/hub/models--a--b/snapshots/1/x.bin", "Model",
	       "Model");
	expect(&f, "/scratch/hub/models--a--b/refs/main", "-", "-");
	expect(&f, "/home/ada/.cache/huggingface/hub/models--a--b/refs/main",
	       "-", "-");
	expect(&f, "/home/ada/.cache/huggingface/hub/.locks/m/1.lock", "-",
	       "-");
	expect(&f, "/home/ada/.keras/datasets/mnist.npz", "DataSet", "-");
	unload(&f);
}

static void test_a_project_in_an_odd_place_is_not_noise(void **state)
{
	static const struct pedigree_scene odd = {
		.home = "/var/lib/jenkins",
		.project = "/var/lib/jenkins/.work/churn",
	};
	static const struct pedigree_scene image = {
		.home = "/nonexistent",
		.project = "/usr/src/app",
	};
	static const struct pedigree_scene system = {
		.home = "/usr/sbin",
		.project = "/usr/lib/python3",
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, NULL, &odd);
	expect(&f, "/var/lib/jenkins/data.csv", "DataSet", "DataSet");
	expect(&f, "/var/lib/jenkins/.work/churn/a.csv", "DataSet", "DataSet");
	expect(&f, "/var/lib/jenkins/.work/churn/.git/HEAD", "-", "-");
	expect(&f, "/var/lib/jenkins/.work/other/a.csv", "-", "-");
	expect(&f, "/var/lib/jenkins/.bashrc", "-", "-");
	expect(&f, "/var/lib/dpkg/status", "-", "-");
	unload(&f);
	begin(&f, NULL, &image);
	expect(&f, "/usr/src/app/train.py", "Code", "DataSet");
	expect(&f, "/usr/src/linux/x.h", "-", "-");
	unload(&f);
	begin(&f, NULL, &system);
	expect(&f, "/usr/lib/python3/os.py", "-", "-");
	unload(&f);
}

static void test_without_home_or_project_their_globs_match_nothing(void **state)
{
	static const char *const flags[] = {
		"artifact a.match=~/a/* {project}/b/* {prefix}/c/*",
		"artifact a.type=Mine",
		NULL,
	};
	static const struct pedigree_scene nowhere = {
		.home = "",
		.project = "",
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags, &nowhere);
	expect(&f, "/a/x", "DataSet", "DataSet");
	expect(&f, "/b/x", "DataSet", "DataSet");
	expect(&f, "/c/x", "DataSet", "DataSet");
	unload(&f);
}

static void test_the_first_match_of_the_highest_layer_decides(void **state)
{
	static const char *const flags[] = {
		"artifact one.match=/data/x.csv",
		"artifact one.type=One",
		"exclude.match=/data/x.* /data/y.*",
		"artifact two.match=/data/y.csv",
		"artifact two.type=Two",
		"artifact three.match=*.pyc",
		"artifact three.type=Three",
		"artifact three.role=output",
		NULL,
	};
	struct pedigree_verdict v;
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags, &scene);
	expect(&f, "/data/x.csv", "One", "One");
	expect(&f, "/data/y.csv", "-", "-");
	expect(&f, "/data/a.pyc", "-", "Three");
	pedigree_rules_judge(f.rules, "/data/y.csv", NULL, PEDIGREE_ROLE_INPUT,
			     &v);
	assert_string_equal(v.rule, "exclude");
	assert_string_equal(v.glob, "/data/y.*");
	assert_int_equal(v.origin.layer, PEDIGREE_LAYER_FLAG);
	pedigree_rules_judge(f.rules, "/data/a.pyc", NULL, PEDIGREE_ROLE_INPUT,
			     &v);
	assert_string_equal(v.origin.file, "builtin.conf");
	assert_true(v.origin.line > 0);
	unload(&f);
}

static void test_a_rule_matches_the_name_the_program_used(void **state)
{
	static const char *const flags[] = {
		"artifact a.match=/link/**",
		"artifact a.type=Linked",
		NULL,
	};
	struct pedigree_verdict v;
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags, &scene);
	pedigree_rules_judge(f.rules, "/data/x", "/link/x", PEDIGREE_ROLE_INPUT,
			     &v);
	assert_string_equal(v.type, "Linked");
	unload(&f);
}

/* Every way a pattern can be filed must find what the glob matches. */
static void test_the_index_agrees_with_the_globs(void **state)
{
	static const char *const globs[] = {
		"/d/**",   "/d/*.x",  "/d/e/f.x", "/d/*/f.x", "/*/e/**",
		"/**/f.x", "**/e/**", "**/e/*.x", "**/e/f.x", "**/e*/**",
		"*.x",	   "*.x.y",   "*e.x",	  "f*.x",     "f.x",
		"f*",	   "?.x",     "*",	  "*[.]x",    "*.x*",
		"e/*.x",   "e/",      "/d/",	  "/d/e",     ".x*",
		"**.x",	   "[ef].x",  "/d\\*/**", "**/e/f*",  "d*/e/**",
		"*.*.y",   "/*.x",
	};
	static const char *const paths[] = {
		"/d/f.x",  "/d/e/f.x",	 "/d/e/g.x",   "/f.x",	  "/e/f.x",
		"/d/e",	   "/d",	 "/d/e/f.x.y", "/d/ef/g", "/d*/f.x",
		"/d*/f",   "/d/.x",	 "/d/fe.x",    "/e.x",	  "/d/e/f/g/h",
		"/dd/e/f", "/d/f.x.z.y",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(globs); i++) {
		char flag[64], full[64];
		const char *const flags[] = { flag, "artifact a.type=A", NULL };
		struct fixture f = { 0 };

		snprintf(flag, sizeof(flag), "artifact a.match=%s", globs[i]);
		snprintf(full, sizeof(full), "%s%s%s",
			 strchr(globs[i], '/') && globs[i][0] != '/' &&
					 strncmp(globs[i], "**", 2) != 0
				 ? "**/"
				 : "",
			 globs[i],
			 globs[i][strlen(globs[i]) - 1] == '/' ? "**" : "");
		begin(&f, flags, &scene);
		for (size_t j = 0; j < PEDIGREE_COUNT(paths); j++) {
			struct pedigree_verdict v;

			pedigree_rules_judge(f.rules, paths[j], NULL,
					     PEDIGREE_ROLE_INPUT, &v);
			if ((v.kept && !strcmp(v.type, "A")) !=
			    pedigree_glob_match(full, paths[j]))
				fail_msg("'%s' and %s disagree", globs[i],
					 paths[j]);
		}
		unload(&f);
	}
}

static void test_a_mistaken_word_in_braces_is_told(void **state)
{
	static const char *const flags[] = { "exclude.match={projct}/x", NULL };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(load(&f, flags, &scene, &err), PEDIGREE_ECONFIG);
	assert_non_null(strstr(err.text, "{projct}"));
	unload(&f);
}

static void check_map(const struct fixture *f, const char *path,
		      const char *uri)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	assert_int_equal(pedigree_rules_map(f->rules, path, &buf), !!uri);
	if (uri)
		assert_string_equal(buf.data, uri);
}

static void test_the_longest_mapped_prefix_wins(void **state)
{
	static const char *const flags[] = {
		"map./mnt=s3://all",
		"map./mnt/a=s3://a/sub/",
		"map.~/lake=gs://lake",
		NULL,
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags, &scene);
	check_map(&f, "/mnt/x/y.csv", "s3://all/x/y.csv");
	check_map(&f, "/mnt/a/y z.csv", "s3://a/sub/y z.csv");
	check_map(&f, "/mnt/ab", "s3://all/ab");
	check_map(&f, "/mnt/a", "s3://a/sub");
	check_map(&f, "/home/ada/lake/x", "gs://lake/x");
	check_map(&f, "/data/x", NULL);
	unload(&f);
}

static void test_a_million_paths_are_judged_in_seconds(void **state)
{
	struct timespec from, to;
	struct pedigree_verdict v;
	struct fixture f = { 0 };
	char path[64];
	size_t kept = 0;

	(void)state;
	begin(&f, NULL, &scene);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (int i = 0; i < 100000; i++) {
		snprintf(path, sizeof(path), "/data/net/n%05d/img_%07d.JPEG",
			 i / 1000, i);
		pedigree_rules_judge(f.rules, path, NULL, PEDIGREE_ROLE_INPUT,
				     &v);
		kept += v.kept;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	assert_int_equal(kept, 100000);
	/* Measured: 0.07 s. The bound is for sanitizers and slow machines. */
	assert_true(to.tv_sec - from.tv_sec < 5);
	unload(&f);
}

static void test_every_allocation_may_fail(void **state)
{
	static const char *const flags[] = {
		"artifact a.match='a b' ~/x/*.{y,z}",
		"map./m=s3://b",
		NULL,
	};

	(void)state;
	/* There are thousands, alike but for the first. */
	for (unsigned int n = 1;; n += 1 + n / 16) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		struct fixture f = { 0 };
		int r;

		alloc_fail_at(n);
		r = load(&f, flags, &scene, &err);
		if (!alloc_failed()) {
			assert_int_equal(r, 0);
			unload(&f);
			break;
		}
		assert_int_equal(r, PEDIGREE_ENOMEM);
		unload(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation_may_fail),
		cmocka_unit_test(
			test_systems_interpreters_and_caches_are_noise),
		cmocka_unit_test(test_data_models_and_code_are_kept),
		cmocka_unit_test(test_downloads_in_caches_are_inputs),
		cmocka_unit_test(test_a_project_in_an_odd_place_is_not_noise),
		cmocka_unit_test(
			test_without_home_or_project_their_globs_match_nothing),
		cmocka_unit_test(
			test_the_first_match_of_the_highest_layer_decides),
		cmocka_unit_test(test_a_rule_matches_the_name_the_program_used),
		cmocka_unit_test(test_the_index_agrees_with_the_globs),
		cmocka_unit_test(test_a_mistaken_word_in_braces_is_told),
		cmocka_unit_test(test_the_longest_mapped_prefix_wins),
		cmocka_unit_test(test_a_million_paths_are_judged_in_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
