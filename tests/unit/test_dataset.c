/* SPDX-License-Identifier: Apache-2.0 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "rules/config.h"
#include "rules/dataset.h"
#include "tests/unit/support/alloc.h"

static const struct pedigree_scene scene = {
	.home = "/home/ada",
	.project = "/home/ada/churn",
};

struct fixture {
	struct pedigree_config *config;
	struct pedigree_datasets *datasets;
};

static int load(struct fixture *f, const char *const *flags,
		struct pedigree_error *err)
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

	return r ? r
		 : pedigree_datasets_new(f->config, &scene, &f->datasets, err);
}

static void begin(struct fixture *f, const char *const *flags)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (load(f, flags, &err) < 0)
		fail_msg("%s", err.text);
}

static void unload(struct fixture *f)
{
	pedigree_datasets_free(f->datasets);
	pedigree_config_free(f->config);
	memset(f, 0, sizeof(*f));
}

/* Root NULL: none. */
static void expect_as(const struct fixture *f, enum pedigree_role role,
		      const char *folder, const char *name, const char *root)
{
	size_t n = 0;
	const struct pedigree_dataset *found =
		pedigree_dataset_of(f->datasets, folder, role, &n);

	if (!root) {
		if (found)
			fail_msg("%s is in [dataset %s]", folder, found->name);
		return;
	}
	if (!found)
		fail_msg("%s is in no data set", folder);
	assert_string_equal(found->name, name);
	assert_int_equal(n, strlen(root));
	assert_memory_equal(folder, root, n);
}

static void expect(const struct fixture *f, const char *folder,
		   const char *name, const char *root)
{
	expect_as(f, PEDIGREE_ROLE_INPUT, folder, name, root);
}

static void test_without_rules_nothing_is_a_data_set(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	begin(&f, NULL);
	assert_false(pedigree_datasets_any(f.datasets));
	expect(&f, "/data/events", NULL, NULL);
	unload(&f);
}

static void test_roots_are_folders_and_patterns_of_folders(void **state)
{
	static const char *const flags[] = {
		"dataset a.root=/data/a/",
		"dataset many.root=/lake/*/{raw,clean}",
		"dataset own.root={project}/in ~/shared",
		"dataset any.root=images some/where",
		NULL,
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags);
	expect(&f, "/data/a", "a", "/data/a");
	expect(&f, "/data/a/deep/er", "a", "/data/a");
	expect(&f, "/data/ab", NULL, NULL);
	expect(&f, "/data", NULL, NULL);
	expect(&f, "/lake/x/raw/1", "many", "/lake/x/raw");
	expect(&f, "/lake/y/clean", "many", "/lake/y/clean");
	expect(&f, "/lake/y/z/clean", NULL, NULL);
	expect(&f, "/home/ada/churn/in/x", "own", "/home/ada/churn/in");
	expect(&f, "/home/ada/shared", "own", "/home/ada/shared");
	expect(&f, "/x/images/cats", "any", "/x/images");
	expect(&f, "/x/some/where/else", "any", "/x/some/where");
	unload(&f);
}

static void test_objects_have_roots_too(void **state)
{
	static const char *const flags[] = {
		"dataset o.root=s3://bucket/events",
		NULL,
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags);
	expect(&f, "/s3://bucket/events/dt=1", "o", "/s3://bucket/events");
	expect(&f, "/s3://bucket/eventful", NULL, NULL);
	unload(&f);
}

static void test_the_innermost_root_takes_a_folder(void **state)
{
	static const char *const flags[] = {
		"dataset inner.root=/lake/events/eu",
		"dataset outer.root=/lake",
		"dataset middle.root=/lake/events",
		NULL,
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags);
	expect(&f, "/lake/x", "outer", "/lake");
	expect(&f, "/lake/events/us", "middle", "/lake/events");
	expect(&f, "/lake/events/eu/1", "inner", "/lake/events/eu");
	unload(&f);
}

static void test_the_first_rule_for_a_root_decides(void **state)
{
	static const char *const flags[] = {
		"dataset one.root=/lake/*",
		"dataset two.root=/lake/events",
		NULL,
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags);
	expect(&f, "/lake/events/1", "one", "/lake/events");
	unload(&f);
}

static void test_files_outside_of_partitions_are_the_outer_sets(void **state)
{
	static const char *const flags[] = {
		"dataset outer.root=/lake",
		"dataset e.root=/lake/events",
		"dataset e.partition=dt=*/hour=* /old/{a,b}/",
		"dataset free.root=/free",
		"dataset free.partition=**/day=*",
		NULL,
	};
	const struct pedigree_dataset *found;
	struct fixture f = { 0 };
	size_t n;

	(void)state;
	begin(&f, flags);
	expect(&f, "/lake/events/dt=1/hour=2", "e", "/lake/events");
	expect(&f, "/lake/events/dt=1/hour=2/sub", "e", "/lake/events");
	expect(&f, "/lake/events/old/b", "e", "/lake/events");
	expect(&f, "/lake/events/dt=1", "outer", "/lake");
	expect(&f, "/lake/events", "outer", "/lake");
	expect(&f, "/lake/events/_tmp/hour=2", "outer", "/lake");
	expect(&f, "/free/eu/x/day=1", "free", "/free");
	expect(&f, "/free/eu", NULL, NULL);
	found = pedigree_dataset_of(f.datasets, "/lake/events/dt=1/hour=2/s",
				    PEDIGREE_ROLE_INPUT, &n);
	assert_int_equal(pedigree_dataset_partition(found, "dt=1/hour=2/s"),
			 strlen("dt=1/hour=2"));
	assert_int_equal(pedigree_dataset_partition(found, "dt=1"), 0);
	assert_int_equal(pedigree_dataset_partition(found, ""), 0);
	unload(&f);
}

static void test_a_rule_may_be_for_one_role(void **state)
{
	static const char *const flags[] = {
		"dataset in.root=/d",
		"dataset in.role=input",
		NULL,
	};
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags);
	expect(&f, "/d/x", "in", "/d");
	expect_as(&f, PEDIGREE_ROLE_OUTPUT, "/d/x", NULL, NULL);
	unload(&f);
}

static void test_a_root_may_be_a_symbolic_link(void **state)
{
	char folder[] = "/tmp/pedigree-dataset-XXXXXX";
	char link[64], flag[96], real[64];
	const char *const flags[] = { flag, NULL };
	struct fixture f = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(link, sizeof(link), "%s/link", folder);
	snprintf(real, sizeof(real), "%s/x", folder);
	snprintf(flag, sizeof(flag), "dataset l.root=%s", link);
	assert_int_equal(mkdir(real, 0700), 0);
	assert_int_equal(symlink("x", link), 0);
	begin(&f, flags);
	expect(&f, real, "l", real);
	expect(&f, link, "l", link);
	unload(&f);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(rmdir(real), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void test_values_are_what_was_written(void **state)
{
	static const char *const flags[] = {
		"dataset a.root=/a",
		"dataset a.digest=size+mtime",
		"dataset a.min=12",
		"dataset a.portable=yes",
		"dataset a.type=Features",
		"dataset b.root=/b",
		"dataset b.digest=none",
		"dataset c.root=/c",
		NULL,
	};
	const struct pedigree_dataset *set;
	struct fixture f = { 0 };

	(void)state;
	begin(&f, flags);
	set = pedigree_dataset_at(f.datasets, "/a", PEDIGREE_ROLE_INPUT);
	assert_int_equal(set->digest, PEDIGREE_DATASET_TIME);
	assert_int_equal(set->least, 12);
	assert_true(set->portable);
	assert_string_equal(set->type, "Features");
	set = pedigree_dataset_at(f.datasets, "/b", PEDIGREE_ROLE_INPUT);
	assert_int_equal(set->digest, PEDIGREE_DATASET_NONE);
	set = pedigree_dataset_at(f.datasets, "/c", PEDIGREE_ROLE_INPUT);
	assert_int_equal(set->digest, PEDIGREE_DATASET_CONTENT);
	assert_int_equal(set->least, 1);
	assert_false(set->portable);
	assert_string_equal(set->type, "DataSet");
	assert_null(
		pedigree_dataset_at(f.datasets, "/a/b", PEDIGREE_ROLE_INPUT));
	unload(&f);
}

static void test_what_is_no_value_is_refused(void **state)
{
	static const struct {
		const char *flag, *text;
	} cases[] = {
		{ "dataset a.digest=sha256",
		  "is not content, size+mtime or none" },
		{ "dataset a.min=few", "is not a number" },
		{ "dataset a.portable=maybe", "is not yes or no" },
		{ "dataset a.roots=/x", "did you mean 'root'" },
		{ "dataset.root=/x", "needs a name" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		const char *const flags[] = { cases[i].flag, NULL };
		struct fixture f = { 0 };

		assert_int_equal(load(&f, flags, &err), PEDIGREE_ECONFIG);
		if (!strstr(err.text, cases[i].text))
			fail_msg("%s: %s", cases[i].flag, err.text);
		unload(&f);
	}
}

static void test_every_allocation_may_fail(void **state)
{
	static const char *const flags[] = {
		"dataset a.root='/a b' ~/x/{y,z} /proc/self",
		"dataset a.partition=dt={1,2} x",
		NULL,
	};

	(void)state;
	for (unsigned int n = 1;; n += 1 + n / 16) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		struct fixture f = { 0 };
		int r;

		alloc_fail_at(n);
		r = load(&f, flags, &err);
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
		cmocka_unit_test(test_without_rules_nothing_is_a_data_set),
		cmocka_unit_test(
			test_roots_are_folders_and_patterns_of_folders),
		cmocka_unit_test(test_objects_have_roots_too),
		cmocka_unit_test(test_the_innermost_root_takes_a_folder),
		cmocka_unit_test(test_the_first_rule_for_a_root_decides),
		cmocka_unit_test(
			test_files_outside_of_partitions_are_the_outer_sets),
		cmocka_unit_test(test_a_rule_may_be_for_one_role),
		cmocka_unit_test(test_a_root_may_be_a_symbolic_link),
		cmocka_unit_test(test_values_are_what_was_written),
		cmocka_unit_test(test_what_is_no_value_is_refused),
		cmocka_unit_test(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
