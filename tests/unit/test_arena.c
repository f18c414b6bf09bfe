/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/vec.h"
#include "tests/unit/support/alloc.h"

static void test_an_arena_gives_what_is_asked(void **state)
{
	struct pedigree_arena arena = PEDIGREE_ARENA_INIT;
	char *texts[2000];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char text[32];
		uint64_t *number;

		snprintf(text, sizeof(text), "text %d", i);
		texts[i] = pedigree_arena_copy(&arena, text, strlen(text));
		assert_non_null(texts[i]);
		number = pedigree_arena_alloc(&arena, sizeof(*number));
		assert_non_null(number);
		assert_int_equal((uintptr_t)number % _Alignof(max_align_t), 0);
		*number = UINT64_MAX;
	}
	for (int i = 0; i < 2000; i++)
		assert_int_equal(atoi(texts[i] + 5), i);
	pedigree_arena_clear(&arena);
	pedigree_arena_clear(&arena);
}

static void test_large_things_get_a_block_of_their_own(void **state)
{
	struct pedigree_arena arena = PEDIGREE_ARENA_INIT;
	char *first = pedigree_arena_copy(&arena, "a", 1), *large, *second;

	(void)state;
	large = pedigree_arena_alloc(&arena, 1000000);
	assert_non_null(large);
	memset(large, 'x', 1000000);
	second = pedigree_arena_copy(&arena, "b", 1);
	assert_true(second > first && second < first + 64);
	assert_string_equal(first, "a");
	assert_null(pedigree_arena_alloc(&arena, SIZE_MAX));
	assert_null(pedigree_arena_copy(&arena, "", SIZE_MAX));
	pedigree_arena_clear(&arena);
}

static void test_an_arena_may_find_no_memory(void **state)
{
	struct pedigree_arena arena = PEDIGREE_ARENA_INIT;

	(void)state;
	alloc_fail_at(1);
	assert_null(pedigree_arena_copy(&arena, "a", 1));
	assert_true(alloc_failed());
	assert_string_equal(pedigree_arena_copy(&arena, "b", 1), "b");
	pedigree_arena_clear(&arena);
}

static void test_an_array_grows_with_zeroed_elements(void **state)
{
	PEDIGREE_VEC(struct {
		int a;
		char b;
	}) vec = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		__typeof__(vec.v) new = pedigree_vec_push(&vec);

		assert_non_null(new);
		assert_int_equal(new->a, 0);
		assert_int_equal(new->b, 0);
		new->a = i;
		new->b = 'x';
	}
	assert_int_equal(vec.n, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(vec.v[i].a, i);
	pedigree_vec_clear(&vec);
	assert_null(vec.v);
	assert_int_equal(vec.n, 0);
}

static void test_an_array_that_cannot_grow_stays_as_it_is(void **state)
{
	PEDIGREE_VEC(int) vec = { 0 };

	(void)state;
	for (int i = 0; i < 8; i++)
		*pedigree_vec_push(&vec) = i;
	alloc_fail_at(1);
	assert_null(pedigree_vec_push(&vec));
	assert_true(alloc_failed());
	assert_int_equal(vec.n, 8);
	assert_int_equal(vec.v[7], 7);
	pedigree_vec_clear(&vec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_arena_gives_what_is_asked),
		cmocka_unit_test(test_large_things_get_a_block_of_their_own),
		cmocka_unit_test(test_an_arena_may_find_no_memory),
		cmocka_unit_test(test_an_array_grows_with_zeroed_elements),
		cmocka_unit_test(test_an_array_that_cannot_grow_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
