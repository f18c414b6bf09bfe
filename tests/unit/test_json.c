/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "graph/json.h"
#include "graph/model.h"

static struct pedigree_entity *add(struct pedigree_record *record,
				   enum pedigree_kind kind, const char *name)
{
	struct pedigree_entity *entity = pedigree_vec_push(&record->entities);

	entity->kind = kind;
	entity->name = strdup(name);
	entity->arn = pedigree_local_arn(entity);
	entity->created_ms = 1608317808144;
	return entity;
}

static struct pedigree_record *sample(void)
{
	struct pedigree_record *record = pedigree_record_new();
	struct pedigree_entity *run, *artifact;
	struct pedigree_manifest *manifest;
	struct pedigree_still_running *still;

	record->run = strdup("train-1");
	record->revision = 3;
	run = add(record, PEDIGREE_TRIAL_COMPONENT, "train-1");
	run->status = strdup("Failed");
	run->message = strdup("exit status 3");
	run->start_ms = 1608317808001;
	pedigree_params_set(&run->parameters, "lr", "0.1");
	pedigree_params_set(&run->parameters, "opt", "say \"adam\"\n");
	pedigree_pairs_add(&run->tags, "team", "blue");
	pedigree_pairs_add(&run->input_artifacts, "csv", "file:///t.csv");
	artifact = add(record, PEDIGREE_ARTIFACT, "t-csv");
	artifact->source_uri = strdup("file:///t.csv");
	pedigree_pairs_add(&artifact->source_types, "Custom", "sha256:1");
	pedigree_pairs_add(&artifact->source_types, "Custom", "two");
	pedigree_pairs_add(&artifact->properties, "Bytes", "12");
	artifact->commit_id = strdup("abc");
	pedigree_record_associate(record, artifact->arn,
				  record->entities.v[0].arn, "ContributedTo");
	pedigree_record_associate(record, "arn:a", "arn:b", NULL);
	manifest = pedigree_vec_push(&record->manifests);
	manifest->digest = strdup("d");
	manifest->text = strdup("head\nsha256:1\t12\ta%20b\n");
	*(char **)pedigree_vec_push(&record->trials) = strdup("trial");
	still = pedigree_vec_push(&record->still_running);
	still->pid = 4000000000;
	still->program = strdup("/bin/sleep");
	record->processes = 3;
	pedigree_record_blind(record, "IoUring", "sentence", NULL, 7);
	return record;
}

static void test_a_record_survives_the_way_to_json_and_back(void **state)
{
	_cleanup_record_ struct pedigree_record *record = sample();
	_cleanup_record_ struct pedigree_record *back = NULL;
	_cleanup_buf_ struct pedigree_buf first = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf second = PEDIGREE_BUF_INIT;

	(void)state;
	assert_int_equal(pedigree_record_to_json(record, &first, NULL), 0);
	assert_null(strchr(first.data, '\n'));
	assert_int_equal(pedigree_record_from_json(first.data, first.len, &back,
						   NULL),
			 0);
	assert_int_equal(pedigree_record_to_json(back, &second, NULL), 0);
	assert_string_equal(first.data, second.data);
	assert_int_equal(back->entities.v[0].start_ms, 1608317808001);
	assert_int_equal(back->revision, 3);
	assert_string_equal(back->entities.v[0].message, "exit status 3");
	assert_string_equal(back->entities.v[0].tags.v[0].key, "team");
	assert_string_equal(back->manifests.v[0].text,
			    record->manifests.v[0].text);
}

static void test_an_entity_reads_as_the_api_answers_it(void **state)
{
	_cleanup_record_ struct pedigree_record *record = sample();
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	struct pedigree_entity back;

	(void)state;
	free(record->entities.v[1].arn);
	record->entities.v[1].arn = strdup("arn:x");
	assert_int_equal(pedigree_entity_to_json(&record->entities.v[1], false,
						 &buf, NULL),
			 0);
	assert_string_equal(
		buf.data,
		"{\"ArtifactName\":\"t-csv\",\"ArtifactArn\":\"arn:x\",\"Source\":{\"SourceUri\":\"file:///t.csv\",\"SourceTypes\":[{\"SourceIdType\":\"Custom\",\"Value\":\"sha256:1\"},{\"SourceIdType\":\"Custom\",\"Value\":\"two\"}]},\"Properties\":{\"Bytes\":\"12\"},\"CreationTime\":1608317808.144,\"MetadataProperties\":{\"CommitId\":\"abc\"}}");
	assert_int_equal(pedigree_entity_from_json(PEDIGREE_ARTIFACT, buf.data,
						   buf.len, &back, NULL),
			 0);
	assert_string_equal(back.commit_id, "abc");
	pedigree_entity_clear(&back);
}

static void test_bytes_that_are_not_utf8_are_replaced(void **state)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_json_string(&buf,
			     "a\xff"
			     "b\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80\xe2\x82");
	assert_string_equal(
		buf.data,
		"\"a\xef\xbf\xbd"
		"b\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\"");
	pedigree_buf_reset(&buf);
	pedigree_json_string(&buf, "\x01\n\"\\/\x7f");
	assert_string_equal(buf.data, "\"\\u0001\\n\\\"\\\\/\\u007f\"");
}

static void test_numbers_are_written_short_and_read_back_whole(void **state)
{
	static const char *const texts[] = { "0.1", "0.30000000000000004", "16",
					     "1e-05", "-2.5" };
	struct pedigree_entity entity = { .kind = PEDIGREE_TRIAL_COMPONENT };
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++) {
		char wanted[80];

		pedigree_buf_reset(&buf);
		pedigree_params_set(&entity.parameters, "p", texts[i]);
		pedigree_entity_to_json(&entity, false, &buf, NULL);
		snprintf(wanted, sizeof(wanted),
			 "{\"Parameters\":{\"p\":{\"NumberValue\":%s}}}",
			 texts[i]);
		assert_string_equal(buf.data, wanted);
	}
	pedigree_entity_clear(&entity);
}

static void test_what_is_no_record_is_refused_with_a_reason(void **state)
{
	static const char *const texts[] = {
		"",
		"nonsense",
		"[]",
		"{}",
		"{\"PedigreeRecord\":2}",
		"{\"PedigreeRecord\":1}",
		"{\"PedigreeRecord\":1,\"Run\":5,\"Entities\":[]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":{}}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":[7]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":[{\"Kind\":\"Dog\"}]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":[{\"Kind\":\"Artifact\",\"ArtifactArn\":\"x\",\"Properties\":[]}]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":[{\"Kind\":\"Artifact\",\"ArtifactArn\":\"x\",\"Source\":{\"SourceTypes\":[{}]}}]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Revision\":-1,\"Entities\":[{\"Kind\":\"Artifact\",\"ArtifactArn\":\"x\"}]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":[{\"Kind\":\"Artifact\",\"ArtifactArn\":\"x\"}],\"Associations\":[{}]}",
		"{\"PedigreeRecord\":1,\"Run\":\"a\",\"Entities\":[{\"Kind\":\"TrialComponent\",\"TrialComponentArn\":\"x\",\"Parameters\":{\"a\":3}}]}",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		struct pedigree_record *record = NULL;

		assert_int_equal(pedigree_record_from_json(texts[i],
							   strlen(texts[i]),
							   &record, &err),
				 PEDIGREE_EFORMAT);
		assert_null(record);
		assert_int_equal(err.code, PEDIGREE_EFORMAT);
		assert_string_not_equal(err.text, "");
	}
}

static void test_capture_goes_alone_too(void **state)
{
	_cleanup_record_ struct pedigree_record *record = sample();
	_cleanup_record_ struct pedigree_record *back = pedigree_record_new();
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	assert_int_equal(pedigree_capture_to_json(record, &buf, NULL), 0);
	assert_int_equal(
		pedigree_capture_from_json(buf.data, buf.len, back, NULL), 0);
	assert_int_equal(back->processes, 3);
	assert_int_equal(back->still_running.v[0].pid, 4000000000);
	assert_int_equal(back->blind_spots.v[0].count, 7);
	assert_null(back->blind_spots.v[0].path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_record_survives_the_way_to_json_and_back),
		cmocka_unit_test(test_an_entity_reads_as_the_api_answers_it),
		cmocka_unit_test(test_bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(
			test_numbers_are_written_short_and_read_back_whole),
		cmocka_unit_test(
			test_what_is_no_record_is_refused_with_a_reason),
		cmocka_unit_test(test_capture_goes_alone_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
