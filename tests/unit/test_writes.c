/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every write, sync, rename and truncation fails in turn, as on a full or a
 * broken disk: the outbox has a record whole or not at all, a JSON Lines file
 * is never read with half a record in it, and the next try ends as if nothing
 * had happened.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fs.h"
#include "graph/json.h"
#include "store/store.h"

#include "tests/unit/support/io.h"
#include "tests/unit/support/scene.h"

static const struct {
	int code;
	bool stays;
} disks[] = { { ENOSPC, true }, { ENOSPC, false }, { EIO, false } };

static struct pedigree_record *sample(void)
{
	struct pedigree_record *record = record_of("run-1", 0, 100);

	add_input(record, "file:///data.csv", 'd', "DataSet");
	add_output(record, "file:///model.pkl", 'm', "Model");
	return record;
}

static void test_the_outbox_has_a_record_whole_or_not_at_all(void **state)
{
	(void)state;
	for (size_t disk = 0; disk < PEDIGREE_COUNT(disks); disk++) {
		bool failed = true;

		for (unsigned int n = 1; failed; n++) {
			struct scene *scene = scene_new(NULL);
			struct pedigree_record *record = sample();
			struct pedigree_push_result pushed;
			int status;

			io_fail_at(n, disks[disk].code, disks[disk].stays);
			status = pedigree_outbox_put(scene->config, record,
						     NULL);
			failed = io_failed();
			assert_int_equal(status, failed ? PEDIGREE_EIO : 0);
			assert_int_equal(pedigree_outbox_waiting(scene->config,
								 NULL),
					 status == 0);
			if (failed)
				assert_int_equal(
					pedigree_outbox_put(scene->config,
							    record, NULL),
					0);
			assert_int_equal(pedigree_outbox_push(scene->config,
							      NULL, &pushed,
							      NULL),
					 0);
			assert_int_equal(pushed.delivered, 1);
			pedigree_record_free(record);
			scene_free(scene);
			assert_true(n < 20);
		}
	}
}

static void read_lines(const struct scene *scene, struct pedigree_buf *buf)
{
	assert_int_equal(pedigree_read_file(scene_data(scene, "lineage.jsonl"),
					    1 << 20, buf, NULL),
			 0);
}

static enum pedigree_outcome append(const struct scene *scene,
				    const struct pedigree_buf *json)
{
	const struct pedigree_delivery delivery = { .run = "run-1",
						    .json = json->data,
						    .n = json->len };
	struct pedigree_backend *backend = NULL;
	enum pedigree_outcome outcome = PEDIGREE_RETRY;

	if (pedigree_backend_open(scene->config, "jsonl", 0, &backend, NULL) ==
	    0)
		outcome = pedigree_backend_put(backend, &delivery, NULL);
	pedigree_backend_close(backend);
	return outcome;
}

static void test_a_file_of_lines_ends_as_if_nothing_had_happened(void **state)
{
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf expected = PEDIGREE_BUF_INIT;
	struct pedigree_record *record = sample();
	struct scene *plain = scene_new(NULL);

	(void)state;
	assert_int_equal(pedigree_record_to_json(record, &json, NULL), 0);
	pedigree_record_free(record);
	assert_int_equal(append(plain, &json), PEDIGREE_DELIVERED);
	read_lines(plain, &expected);
	scene_free(plain);
	for (size_t disk = 0; disk < PEDIGREE_COUNT(disks); disk++) {
		bool failed = true;

		for (unsigned int n = 1; failed; n++) {
			_cleanup_buf_ struct pedigree_buf got =
				PEDIGREE_BUF_INIT;
			struct scene *scene = scene_new(NULL);
			enum pedigree_outcome outcome;

			io_fail_at(n, disks[disk].code, disks[disk].stays);
			outcome = append(scene, &json);
			failed = io_failed();
			if (!failed)
				assert_int_equal(outcome, PEDIGREE_DELIVERED);
			else
				assert_int_not_equal(outcome,
						     PEDIGREE_REJECTED);
			assert_int_equal(append(scene, &json),
					 PEDIGREE_DELIVERED);
			read_lines(scene, &got);
			assert_string_equal(got.data, expected.data);
			scene_free(scene);
			assert_true(n < 20);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_outbox_has_a_record_whole_or_not_at_all),
		cmocka_unit_test(
			test_a_file_of_lines_ends_as_if_nothing_had_happened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
