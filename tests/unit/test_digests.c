/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/fs.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/scene.h"

static const struct stat file = {
	.st_dev = 0xfffffffffffffff0,
	.st_ino = 7,
	.st_size = 100,
	.st_mtim = { .tv_sec = 1000, .tv_nsec = 5 },
	.st_ctim = { .tv_sec = 2000, .tv_nsec = 6 },
};

static struct pedigree_digest digest_of(char c)
{
	struct pedigree_digest digest = { .size = 100 };

	memset(digest.sha256, c, PEDIGREE_SHA256_HEX - 1);
	memset(digest.md5, c, PEDIGREE_MD5_HEX - 1);
	return digest;
}

static void keep(const struct scene *scene, const struct stat *st, char c)
{
	struct pedigree_digests *digests = pedigree_digests_open(scene->config);
	const struct pedigree_digest digest = digest_of(c);
	struct pedigree_digest_cache cache;

	pedigree_digests_cache(digests, &cache);
	cache.put(cache.ctx, st, &digest);
	pedigree_digests_close(digests);
}

/* What is found: the letter, 0 for nothing. */
static char find(const struct scene *scene, const struct stat *st, bool loose)
{
	struct pedigree_digests *digests = pedigree_digests_open(scene->config);
	struct pedigree_digest digest = { 0 };
	struct pedigree_digest_cache cache;

	pedigree_digests_cache(digests, &cache);
	if (cache.get && cache.get(cache.ctx, st, loose, &digest)) {
		assert_int_equal(digest.size, 100);
		assert_int_equal(strlen(digest.md5), 32);
	}
	pedigree_digests_close(digests);
	return digest.sha256[0];
}

static void test_a_digest_is_for_one_state_of_a_file(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct stat other;

	(void)state;
	assert_int_equal(find(scene, &file, false), 0);
	keep(scene, &file, 'a');
	assert_int_equal(find(scene, &file, false), 'a');
	other = file;
	other.st_dev++;
	assert_int_equal(find(scene, &other, false), 0);
	other = file;
	other.st_ino++;
	assert_int_equal(find(scene, &other, false), 0);
	other = file;
	other.st_size++;
	assert_int_equal(find(scene, &other, false), 0);
	other = file;
	other.st_mtim.tv_nsec++;
	assert_int_equal(find(scene, &other, true), 0);
	other = file;
	other.st_ctim.tv_nsec++;
	assert_int_equal(find(scene, &other, false), 0);
	assert_int_equal(find(scene, &other, true), 'a');
	keep(scene, &other, 'b');
	assert_int_equal(find(scene, &file, false), 'a');
	assert_int_equal(find(scene, &other, false), 'b');
	scene_free(scene);
}

static void test_what_was_destroyed_is_found_by_its_looks(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_old old = {
		.device = file.st_dev,
		.inode = 7,
		.size = 100,
		.mtime_ns = 1000000000005,
	};
	struct pedigree_digest digest;
	struct pedigree_digest_cache cache;

	(void)state;
	keep(scene, &file, 'a');
	struct pedigree_digests *digests = pedigree_digests_open(scene->config);
	pedigree_digests_cache(digests, &cache);
	assert_true(cache.get_old(cache.ctx, &old, &digest));
	assert_int_equal(digest.sha256[0], 'a');
	old.mtime_ns++;
	assert_false(cache.get_old(cache.ctx, &old, &digest));
	pedigree_digests_close(digests);
	scene_free(scene);
}

static void test_a_cache_that_is_none_finds_and_keeps_nothing(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *path = scene_data(scene, "digests.db");

	(void)state;
	pedigree_mkdirs(pedigree_config_data(scene->config), 0700, NULL);
	pedigree_write_file(path, "not a database, or is it?", 25, NULL);
	keep(scene, &file, 'a');
	assert_int_equal(find(scene, &file, true), 0);
	assert_int_equal(pedigree_read_file(path, 100, &text, NULL), 0);
	assert_string_equal(text.data, "not a database, or is it?");
	pedigree_buf_clear(&text);
	pedigree_digests_close(NULL);
	scene_free(scene);
}

static void test_no_memory_is_no_failure(void **state)
{
	struct scene *scene = scene_new(NULL);

	(void)state;
	for (unsigned int n = 1;; n++) {
		struct pedigree_digest_cache cache;
		struct pedigree_digest digest = digest_of('a');

		alloc_fail_at(n);
		struct pedigree_digests *digests =
			pedigree_digests_open(scene->config);
		pedigree_digests_cache(digests, &cache);
		if (cache.put)
			cache.put(cache.ctx, &file, &digest);
		pedigree_digests_close(digests);
		if (!alloc_failed()) {
			assert_true(n > 1);
			break;
		}
	}
	assert_int_equal(find(scene, &file, false), 'a');
	scene_free(scene);
}

static void test_the_oldest_are_dropped(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct stat other = file;
	sqlite3 *db;

	(void)state;
	keep(scene, &file, 'a');
	other.st_ino++;
	keep(scene, &other, 'b');
	/* As if a million had come in between. */
	assert_int_equal(sqlite3_open(scene_data(scene, "digests.db"), &db),
			 SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE sqlite_sequence SET seq = 1000000",
			     NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	other.st_ino++;
	keep(scene, &other, 'c');
	assert_int_equal(find(scene, &file, false), 0);
	other.st_ino--;
	assert_int_equal(find(scene, &other, false), 'b');
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_digest_is_for_one_state_of_a_file),
		cmocka_unit_test(test_what_was_destroyed_is_found_by_its_looks),
		cmocka_unit_test(
			test_a_cache_that_is_none_finds_and_keeps_nothing),
		cmocka_unit_test(test_no_memory_is_no_failure),
		cmocka_unit_test(test_the_oldest_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
