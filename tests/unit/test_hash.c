/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "tests/unit/support/alloc.h"

static void test_a_map_keeps_values_by_key_and_order(void **state)
{
	_cleanup_map_ struct pedigree_map *map = pedigree_map_new();
	char key[16];

	(void)state;
	for (uintptr_t i = 0; i < 5000; i++) {
		bool new = false;
		void **value;

		snprintf(key, sizeof(key), "key %u", (unsigned int)i);
		value = pedigree_map_at(map, key, strlen(key), &new);
		assert_non_null(value);
		assert_true(new);
		assert_null(*value);
		*value = (void *)(i + 1);
	}
	assert_int_equal(pedigree_map_count(map), 5000);
	for (uintptr_t i = 0; i < 5000; i++) {
		bool new = true;
		size_t n;

		snprintf(key, sizeof(key), "key %u", (unsigned int)i);
		assert_ptr_equal(pedigree_map_get(map, key, strlen(key)),
				 (void *)(i + 1));
		pedigree_map_at(map, key, strlen(key), &new);
		assert_false(new);
		assert_string_equal(pedigree_map_key(map, i, &n), key);
		assert_int_equal(n, strlen(key));
		assert_ptr_equal(*pedigree_map_value(map, i), (void *)(i + 1));
	}
	assert_int_equal(pedigree_map_count(map), 5000);
}

static void test_keys_are_bytes(void **state)
{
	_cleanup_map_ struct pedigree_map *map = pedigree_map_new();

	(void)state;
	assert_false(pedigree_map_has(map, "", 0));
	assert_null(pedigree_map_get(map, "", 0));
	assert_non_null(pedigree_map_at(map, "", 0, NULL));
	assert_non_null(pedigree_map_at(map, "a\0b", 3, NULL));
	assert_non_null(pedigree_map_at(map, "a\0c", 3, NULL));
	assert_true(pedigree_map_has(map, "", 0));
	assert_true(pedigree_map_has(map, "a\0b", 3));
	assert_false(pedigree_map_has(map, "a", 1));
	assert_int_equal(pedigree_map_count(map), 3);
}

static void test_the_hash_sees_every_byte_and_the_length(void **state)
{
	char bytes[41] = { 0 };
	uint64_t zero = pedigree_hash(bytes, 40);

	(void)state;
	assert_true(pedigree_hash(bytes, 39) != zero);
	assert_true(pedigree_hash(bytes, 41) != zero);
	for (int i = 0; i < 40; i++) {
		bytes[i] = 1;
		assert_true(pedigree_hash(bytes, 40) != zero);
		bytes[i] = 0;
	}
	assert_true(pedigree_hash(bytes, 40) == zero);
}

static void test_an_insertion_that_fails_changes_nothing(void **state)
{
	(void)state;
	for (unsigned int n = 1;; n++) {
		_cleanup_map_ struct pedigree_map *map = pedigree_map_new();
		void **place;

		assert_non_null(pedigree_map_at(map, "old", 3, NULL));
		for (char c = 'a'; c <= 'g'; c++)
			assert_non_null(pedigree_map_at(map, &c, 1, NULL));
		alloc_fail_at(n);
		place = pedigree_map_at(map, "new", 3, NULL);
		if (!alloc_failed()) {
			assert_non_null(place);
			assert_true(n > 2);
			return;
		}
		assert_null(place);
		assert_int_equal(pedigree_map_count(map), 8);
		assert_false(pedigree_map_has(map, "new", 3));
		assert_true(pedigree_map_has(map, "old", 3));
		assert_non_null(pedigree_map_at(map, "new", 3, NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_map_keeps_values_by_key_and_order),
		cmocka_unit_test(test_keys_are_bytes),
		cmocka_unit_test(test_the_hash_sees_every_byte_and_the_length),
		cmocka_unit_test(test_an_insertion_that_fails_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
