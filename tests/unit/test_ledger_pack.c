/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "store/ledger_pack.h"

#define FILES 2000

static void fill(struct pedigree_buf *text)
{
	pedigree_buf_add_str(text, "pedigree-manifest 1\n");
	for (int i = 0; i < FILES; i++)
		pedigree_buf_addf(
			text, "sha256:%032x%032x\t%d\tdt%%3D%d/part-%d.csv\n",
			i * 2654435761U, i * 40503U, i, i % 7, i);
	assert_false(pedigree_buf_error(text));
}

static void test_what_is_packed_is_smaller_and_comes_back(void **state)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf packed = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf again = PEDIGREE_BUF_INIT;

	(void)state;
	fill(&text);
	assert_int_equal(pedigree_pack(text.data, &packed), 0);
	assert_true(packed.len < text.len / 2);
	assert_int_equal(pedigree_unpack(packed.data, packed.len, &again), 0);
	assert_int_equal(again.len, text.len);
	assert_memory_equal(again.data, text.data, text.len);
}

static void test_the_same_text_is_packed_the_same(void **state)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf one = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf two = PEDIGREE_BUF_INIT;

	(void)state;
	fill(&text);
	assert_int_equal(pedigree_pack(text.data, &one), 0);
	assert_int_equal(pedigree_pack(text.data, &two), 0);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
}

/* Each on a heap of its own size, so that sanitizers see a byte too far. */
static int unpack_copy(const struct pedigree_buf *packed, size_t n, size_t flip)
{
	_cleanup_buf_ struct pedigree_buf out = PEDIGREE_BUF_INIT;
	_cleanup_free_ unsigned char *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, packed->data, n);
	if (flip < n)
		copy[flip] ^= 0x5a;
	return pedigree_unpack(copy, n, &out);
}

static void test_a_damaged_one_is_refused(void **state)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf packed = PEDIGREE_BUF_INIT;

	(void)state;
	fill(&text);
	assert_int_equal(pedigree_pack(text.data, &packed), 0);
	for (size_t n = 0; n < packed.len; n += 1 + n / 8)
		assert_int_equal(unpack_copy(&packed, n, SIZE_MAX),
				 PEDIGREE_EFORMAT);
	for (size_t i = 0; i < packed.len; i += 1 + i / 8)
		assert_int_equal(unpack_copy(&packed, packed.len, i),
				 PEDIGREE_EFORMAT);
}

static void test_a_length_that_cannot_be_takes_no_memory(void **state)
{
	static const unsigned char huge[16] = { 0xff, 0xff, 0xff, 0xff,
						0xff, 0xff, 0xff, 0xff };
	_cleanup_buf_ struct pedigree_buf out = PEDIGREE_BUF_INIT;

	(void)state;
	assert_int_equal(pedigree_unpack(huge, sizeof(huge), &out),
			 PEDIGREE_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_packed_is_smaller_and_comes_back),
		cmocka_unit_test(test_the_same_text_is_packed_the_same),
		cmocka_unit_test(test_a_damaged_one_is_refused),
		cmocka_unit_test(test_a_length_that_cannot_be_takes_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
