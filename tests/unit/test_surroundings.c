/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fs.h"
#include "graph/sheet.h"
#include "run/recipe.h"
#include "run/surroundings.h"

#include "tests/unit/support/alloc.h"
#include "tests/unit/support/folder.h"

#define LATER (pedigree_surroundings_now() + 60000)

/* With the folders above it. */
static void write_text(const char *name, const char *text)
{
	_cleanup_free_ char *folder = strdup(test_path(name));

	*strrchr(folder, '/') = '\0';
	assert_int_equal(pedigree_mkdirs(folder, 0700, NULL), 0);
	assert_int_equal(pedigree_write_file_soon(test_path(name), text,
						  strlen(text), NULL),
			 0);
}

static struct pedigree_map *paths(const char *const *names)
{
	struct pedigree_map *map = pedigree_map_new();

	for (; *names; names++) {
		const char *path = test_path(*names);

		assert_non_null(pedigree_map_at(map, path, strlen(path), NULL));
	}
	return map;
}

#define PATHS(...) paths((const char *const[]){ __VA_ARGS__, NULL })

static void assert_pairs(const struct pedigree_pairs *pairs,
			 const char *const *expected)
{
	size_t n = 0;

	for (; expected[2 * n]; n++) {
		const char *value = pedigree_pairs_get(pairs, expected[2 * n]);

		if (!value)
			fail_msg("%s is not there", expected[2 * n]);
		assert_string_equal(value, expected[2 * n + 1]);
	}
	assert_int_equal(pairs->n, n);
}

#define ASSERT_PAIRS(pairs, ...) \
	assert_pairs(pairs, (const char *const[]){ __VA_ARGS__, NULL })

static void install(void)
{
	write_text("lib/site-packages/Foo_Bar-1.0.dist-info/METADATA",
		   "Metadata-Version: 2.1\nName: foo-bar\nVersion: 1.0\n\n"
		   "Version: 9\n");
	write_text("lib/site-packages/Foo_Bar-1.0.dist-info/RECORD",
		   "ns/foo/__init__.py,sha256=x,1\nns/foo/a.py,,\n");
	write_text("lib/site-packages/other-2.dist-info/METADATA",
		   "Name: other\r\nVersion: 2\r\n");
	write_text("lib/site-packages/other-2.dist-info/RECORD",
		   "ns/other.py,,\n");
	write_text("lib/site-packages/old-3.egg-info/PKG-INFO",
		   "Name: old\nVersion: 3\n");
	write_text("lib/site-packages/old-3.egg-info/top_level.txt",
		   "_speed\nolder\n");
	write_text("lib/site-packages/flat.thing-4.egg-info",
		   "Name: flat.thing\nVersion: 4\n");
	write_text("lib/site-packages/broken-5.dist-info/RECORD",
		   "broken.py,,\n");
}

static void python(struct pedigree_map *files, struct pedigree_pairs *found)
{
	assert_int_equal(pedigree_python_packages(files, LATER, found), 0);
	pedigree_map_free(files);
}

static void test_a_distribution_is_found_by_its_compiled_module(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };

	(void)state;
	install();
	python(PATHS("lib/site-packages/ns/foo/__pycache__/a.cpython-311.pyc",
		     "lib/site-packages/other-2.dist-info/METADATA",
		     "lib/site-packages/ns/data.csv"),
	       &found);
	ASSERT_PAIRS(&found, "foo-bar", "1.0");
}

static void test_modules_without_a_list_are_found_by_their_names(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };

	(void)state;
	install();
	python(PATHS("lib/site-packages/_speed.cpython-311-x86_64.so",
		     "lib/site-packages/flat_thing/x.py",
		     "lib/site-packages/broken.py"),
	       &found);
	ASSERT_PAIRS(&found, "old", "3", "flat.thing", "4");
}

static void test_nothing_is_found_where_nothing_was_imported(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };

	(void)state;
	install();
	python(PATHS("lib/ns/foo/a.py", "lib/site-packages/olde.py"), &found);
	assert_int_equal(found.n, 0);
}

static void dpkg(void)
{
	char list[3 * 4096];

	write_text("usr/lib/libm.so.6", "m");
	write_text("usr/lib/libz.so.1.2", "z");
	write_text("opt/mine.so", "mine");
	assert_int_equal(symlink(test_path("usr/lib/libz.so.1.2"),
				 test_path("usr/lib/libz.so.1")),
			 0);
	write_text("dpkg/status",
		   "Package: libc6\nArchitecture: i386\nVersion: 1\n\n"
		   "Package: libc6\nArchitecture: amd64\nVersion: 2\n"
		   "Depends: x\n\n"
		   "Package: zlib\nArchitecture: amd64\nVersion: 1:3-1\n");
	snprintf(list, sizeof(list), "/.\n%s\n",
		 test_path("usr/lib/libm.so.6"));
	write_text("dpkg/info/libc6:amd64.list", list);
	snprintf(list, sizeof(list), "/.\n%s\n",
		 test_path("usr/lib/libz.so.1.2"));
	write_text("dpkg/info/zlib.list", list);
}

static int debian(struct pedigree_map *files, uint64_t end_ns, int64_t deadline,
		  struct pedigree_pairs *found)
{
	int rc = pedigree_debian_packages(files, test_path("dpkg"),
					  test_path("memo"), end_ns, deadline,
					  found);

	pedigree_map_free(files);
	return rc;
}

static void test_files_are_found_in_the_lists_of_their_packages(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };

	(void)state;
	dpkg();
	assert_int_equal(debian(PATHS("usr/lib/libm.so.6", "usr/lib/libz.so.1",
				      "opt/mine.so", "usr/lib/gone.so"),
				0, LATER, &found),
			 0);
	ASSERT_PAIRS(&found, "libc6:amd64", "2", "zlib", "1:3-1");
}

static void test_what_was_found_is_not_looked_for_again(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs again = { 0 };

	(void)state;
	dpkg();
	assert_int_equal(debian(PATHS("usr/lib/libm.so.6"), 0, LATER, &found),
			 0);
	assert_int_equal(pedigree_remove_tree(test_path("dpkg/info"), NULL), 0);
	/* Not even when there is no time. */
	assert_int_equal(debian(PATHS("usr/lib/libm.so.6"), 0, 0, &again), 0);
	ASSERT_PAIRS(&again, "libc6:amd64", "2");
}

static void test_another_status_makes_the_memo_void(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs again = { 0 };

	(void)state;
	dpkg();
	assert_int_equal(debian(PATHS("usr/lib/libm.so.6"), 0, LATER, &found),
			 0);
	write_text("dpkg/status",
		   "Package: libc6\nArchitecture: amd64\nVersion: 2.1\n");
	assert_int_equal(debian(PATHS("usr/lib/libm.so.6"), 0, LATER, &again),
			 0);
	ASSERT_PAIRS(&again, "libc6:amd64", "2.1");
}

static void test_a_memo_of_noise_is_no_memo(void **state)
{
	static const char *const noise[] = { "", "\n", "pedigree-packages 1",
					     "\t\t\n\t%zz\t\n" };

	(void)state;
	dpkg();
	for (size_t i = 0; i < PEDIGREE_COUNT(noise); i++) {
		_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = {
			0
		};

		write_text("memo", noise[i]);
		assert_int_equal(debian(PATHS("usr/lib/libm.so.6"), 0, LATER,
					&found),
				 0);
		ASSERT_PAIRS(&found, "libc6:amd64", "2");
	}
}

static void test_a_file_that_changed_since_has_no_known_version(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };

	(void)state;
	dpkg();
	assert_int_equal(
		debian(PATHS("usr/lib/libm.so.6"), 1000, LATER, &found), 0);
	ASSERT_PAIRS(&found, "libc6:amd64", "");
}

static void test_a_search_ends_when_its_time_is_over(void **state)
{
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = { 0 };
	struct pedigree_map *files;

	(void)state;
	dpkg();
	install();
	assert_int_equal(debian(PATHS("usr/lib/libm.so.6"), 0, 0, &found),
			 PEDIGREE_ELIMIT);
	files = PATHS("lib/site-packages/ns/foo/a.py");
	assert_int_equal(pedigree_python_packages(files, 0, &found),
			 PEDIGREE_ELIMIT);
	pedigree_map_free(files);
	assert_int_equal(found.n, 0);
}

static void test_every_failing_allocation_of_a_search_is_told(void **state)
{
	(void)state;
	dpkg();
	install();
	for (unsigned int n = 1;; n++) {
		_cleanup_(pedigree_pairs_clear) struct pedigree_pairs found = {
			0
		};
		struct pedigree_map *files = PATHS(
			"usr/lib/libz.so.1", "lib/site-packages/older.py");
		int rc;

		unlink(test_path("memo"));
		alloc_fail_at(n);
		rc = pedigree_debian_packages(files, test_path("dpkg"),
					      test_path("memo"), 0, LATER,
					      &found);
		if (rc == 0)
			rc = pedigree_python_packages(files, LATER, &found);
		pedigree_map_free(files);
		if (!alloc_failed())
			break;
		/* What cannot be read is as good as not there. */
		assert_true(rc == PEDIGREE_ENOMEM || rc == 0);
	}
}

static const char *host(const char *text, const char *name)
{
	static struct pedigree_sheet sheet;

	pedigree_sheet_clear(&sheet);
	assert_int_equal(pedigree_sheet_read(text, &sheet), 0);
	return pedigree_sheet_get(&sheet, "host", name);
}

static void test_a_machine_is_told_by_the_files_of_its_kernel(void **state)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	write_text("proc/cpuinfo", "processor\t: 0\nmodel name\t: Xeon 9\n"
				   "\nprocessor\t: 1\nmodel name\t: other\n");
	write_text("proc/meminfo", "MemTotal:       16384000 kB\n");
	write_text("etc/os-release", "NAME=\"D\"\nPRETTY_NAME=\"Debian 12\"\n");
	write_text("proc/driver/nvidia/gpus/0000:b/information",
		   "Model: \t\t H100\nIRQ: 1\n");
	write_text("proc/driver/nvidia/gpus/0000:a/information",
		   "Model: \t\t A100\n");
	write_text("proc/driver/nvidia/version", "NVRM version: 535.1\n");
	pedigree_hardware_add(&text, test_folder);
	assert_string_equal(host(text.data, "processor"), "Xeon 9");
	assert_string_equal(host(text.data, "memory"), "16000 MiB");
	assert_string_equal(host(text.data, "system"), "Debian 12");
	assert_string_equal(host(text.data, "gpu 0"), "A100");
	assert_string_equal(host(text.data, "gpu 1"), "H100");
	assert_string_equal(host(text.data, "gpu driver"), "535.1");
	assert_non_null(host(text.data, "kernel"));
	assert_null(host(text.data, "gpu 2"));
	assert_null(host("", "kernel"));
}

static void test_a_machine_without_files_is_told_by_its_kernel(void **state)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_hardware_add(&text, test_folder);
	assert_non_null(host(text.data, "kernel"));
	assert_null(host(text.data, "processor"));
	assert_null(host("", "kernel"));
}

static void test_a_sheet_takes_any_bytes(void **state)
{
	_cleanup_(pedigree_sheet_clear) struct pedigree_sheet sheet = { 0 };
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *odd = "a\tb\nc%\xff \x01";

	(void)state;
	pedigree_sheet_begin(&text);
	pedigree_sheet_add(&text, "argument", odd, odd);
	pedigree_sheet_add(&text, "argument", "1", "");
	pedigree_buf_add_str(&text, "no line\nargument\t%zz\t%0\nargument\t");
	assert_int_equal(pedigree_sheet_read(text.data, &sheet), 0);
	assert_int_equal(sheet.n, 3);
	assert_string_equal(pedigree_sheet_get(&sheet, "argument", odd), odd);
	assert_string_equal(pedigree_sheet_get(&sheet, "argument", "1"), "");
	assert_null(pedigree_sheet_get(&sheet, "argument", "2"));
	assert_false(pedigree_sheet_has(&sheet, "python"));
}

static void
test_the_environment_is_kept_by_patterns_without_secrets(void **state)
{
	static char *const variables[] = {
		(char *)(uintptr_t) "OMP_NUM_THREADS=2",
		(char *)(uintptr_t) "OMP_PASSWORD=hunter2",
		(char *)(uintptr_t) "TZ=Bearer abcdefghijklmnopqrstuvwxyz",
		(char *)(uintptr_t) "SHOP_KIND=small",
		(char *)(uintptr_t) "HOME=/root",
		(char *)(uintptr_t) "LD_PRELOAD=x",
		(char *)(uintptr_t) "PEDIGREE_HOME=x",
		(char *)(uintptr_t) "broken",
		(char *)(uintptr_t) "=",
		NULL,
	};
	static const char *const flags[] = {
		"capture.environment=SHOP_* LD_PRELOAD PEDIGREE_*", NULL
	};
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = (char *const[]){ NULL },
		.flags = flags,
	};
	struct pedigree_run_facts facts = { .pid = 0 };
	struct pedigree_config *config;

	(void)state;
	assert_int_equal(pedigree_config_load(&sources, &config, NULL), 0);
	assert_int_equal(pedigree_environment_read(config, variables, &facts),
			 0);
	ASSERT_PAIRS(&facts.environment, "OMP_NUM_THREADS", "2", "OMP_PASSWORD",
		     "[redacted]", "TZ", "[redacted]", "SHOP_KIND", "small");
	assert_non_null(pedigree_pairs_get(&facts.allowed, "SHOP_*"));
	assert_non_null(pedigree_pairs_get(&facts.allowed, "OMP_*"));
	pedigree_run_facts_clear(&facts);
	pedigree_config_free(config);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, test_folder_make, \
					test_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_distribution_is_found_by_its_compiled_module),
		TEST(test_modules_without_a_list_are_found_by_their_names),
		TEST(test_nothing_is_found_where_nothing_was_imported),
		TEST(test_files_are_found_in_the_lists_of_their_packages),
		TEST(test_what_was_found_is_not_looked_for_again),
		TEST(test_another_status_makes_the_memo_void),
		TEST(test_a_memo_of_noise_is_no_memo),
		TEST(test_a_file_that_changed_since_has_no_known_version),
		TEST(test_a_search_ends_when_its_time_is_over),
		TEST(test_every_failing_allocation_of_a_search_is_told),
		TEST(test_a_machine_is_told_by_the_files_of_its_kernel),
		TEST(test_a_machine_without_files_is_told_by_its_kernel),
		TEST(test_a_sheet_takes_any_bytes),
		TEST(test_the_environment_is_kept_by_patterns_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
