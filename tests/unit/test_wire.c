/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects in a run's record.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/json.h"

#include "tests/unit/support/exchange.h"

#define B "https://b.s3.eu-west-1.amazonaws.com"
#define ETAG(tag) "etag", "\"" tag "\""

static bool input(struct fake_run *s, const char *uri)
{
	const struct pedigree_entity *object = fake_uri(s, uri);

	return object && fake_edge(s, object, s->record->entities.v);
}

static bool output(struct fake_run *s, const char *uri)
{
	const struct pedigree_entity *object = fake_uri(s, uri);

	return object && fake_edge(s, s->record->entities.v, object);
}

static void get(struct fake_run *s, const char *path, const char *etag)
{
	FAKE_EXCHANGE(s, .method = "GET", .origin = B, .path = path,
		      .received = 100, .fields = { "etag", etag });
}

static void put(struct fake_run *s, const char *path, const char *etag)
{
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = path,
		      .sent = 100, .fields = { "etag", etag });
}

static void test_objects_are_inputs_and_outputs_with_versions(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *object;

	get(s, "/raw/train.csv", "\"aa\"");
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B,
		      .path = "/out/model.tar.gz", .sent = 1234,
		      .fields = { ETAG("bb"), "x-amz-version-id", "v7" });
	fake_build(s);
	assert_true(input(s, "s3://b/raw/train.csv"));
	assert_true(output(s, "s3://b/out/model.tar.gz"));
	object = fake_uri(s, "s3://b/raw/train.csv");
	assert_string_equal(object->type, "DataSet");
	assert_string_equal(pedigree_pairs_get(&object->source_types, "S3ETag"),
			    "aa");
	assert_string_equal(fake_property(object, "Bytes"), "100");
	object = fake_uri(s, "s3://b/out/model.tar.gz");
	assert_string_equal(object->type, "Model");
	assert_int_equal(object->source_types.n, 1);
	assert_string_equal(
		pedigree_pairs_get(&object->source_types, "S3Version"), "v7");
	assert_string_equal(fake_property(object, "ETag"), "bb");
	assert_string_equal(fake_property(object, "Bytes"), "1234");
	assert_null(fake_property(object, "Endpoint"));
}

static void test_ranges_are_one_input_of_the_whole_size(void **state)
{
	struct fake_run *s = *state;

	for (int i = 0; i < 3; i++)
		FAKE_EXCHANGE(s, .method = "GET", .origin = B, .path = "/x.bin",
			      .status = 206, .received = 10,
			      .fields = { ETAG("aa"), "content-range",
					  "bytes 0-9/5000" });
	fake_build(s);
	assert_int_equal(s->record->entities.n, 2);
	assert_string_equal(fake_property(fake_uri(s, "s3://b/x.bin"), "Bytes"),
			    "5000");
}

static void test_a_multipart_upload_is_one_output(void **state)
{
	struct fake_run *s = *state;

	FAKE_EXCHANGE(s, .origin = B, .path = "/m.pt",
		      .query = PEDIGREE_QUERY_UPLOADS);
	for (int i = 0; i < 3; i++)
		FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/m.pt",
			      .query = PEDIGREE_QUERY_PART |
				       PEDIGREE_QUERY_UPLOAD_ID,
			      .sent = i < 2 ? 8 << 20 : 100,
			      .fields = { ETAG("aa") });
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/aborted.pt",
		      .query = PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID,
		      .sent = 100, .fields = { ETAG("aa") });
	FAKE_EXCHANGE(s, .origin = B, .path = "/m.pt",
		      .query = PEDIGREE_QUERY_UPLOAD_ID, .sent = 300,
		      .fields = { "x-amz-version-id", "v1" });
	fake_build(s);
	assert_int_equal(s->record->entities.n, 2);
	assert_true(output(s, "s3://b/m.pt"));
	assert_string_equal(fake_property(fake_uri(s, "s3://b/m.pt"), "Bytes"),
			    "16777316");
}

static void test_an_answer_may_fail_after_it_began(void **state)
{
	struct fake_run *s = *state;

	FAKE_EXCHANGE(s, .origin = B, .path = "/k",
		      .query = PEDIGREE_QUERY_UPLOAD_ID,
		      .fields = { "xml-Error", "1" });
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/copy",
		      .fields = { "request-x-amz-copy-source", "/b/k",
				  "xml-Error", "1" });
	fake_build(s);
	assert_int_equal(s->record->entities.n, 1);
}

static void test_what_the_run_put_there_is_no_input(void **state)
{
	struct fake_run *s = *state;

	put(s, "/a.csv", "\"aa\"");
	get(s, "/a.csv", "\"aa\"");
	get(s, "/b.csv", "\"old\"");
	put(s, "/b.csv", "\"new\"");
	put(s, "/gone.csv", "\"aa\"");
	FAKE_EXCHANGE(s, .method = "DELETE", .origin = B, .path = "/gone.csv",
		      .status = 204);
	get(s, "/same.csv", "\"aa\"");
	put(s, "/same.csv", "\"aa\"");
	FAKE_EXCHANGE(s, .method = "GET", .origin = B, .path = "/no.csv",
		      .status = 403);
	fake_build(s);
	assert_true(output(s, "s3://b/a.csv"));
	assert_false(input(s, "s3://b/a.csv"));
	assert_null(fake_uri(s, "s3://b/gone.csv"));
	assert_null(fake_uri(s, "s3://b/no.csv"));
	assert_true(input(s, "s3://b/same.csv"));
	assert_false(output(s, "s3://b/same.csv"));
	/* The run, a, old b, new b, same. */
	assert_int_equal(s->record->entities.n, 5);
}

/* Their keys stand in a body, which is not read. */
static void test_objects_that_are_removed_together_may_be_gone(void **state)
{
	struct fake_run *s = *state;

	FAKE_EXCHANGE(s, .method = "POST", .origin = B, .path = "/",
		      .query = PEDIGREE_QUERY_DELETE);
	put(s, "/a.csv", "\"aa\"");
	FAKE_EXCHANGE(s, .method = "POST",
		      .origin = "https://c.s3.amazonaws.com", .path = "/",
		      .query = PEDIGREE_QUERY_DELETE);
	fake_build(s);
	assert_int_equal(s->record->blind_spots.n, 0);
	FAKE_EXCHANGE(s, .method = "POST", .origin = B, .path = "/",
		      .query = PEDIGREE_QUERY_DELETE);
	fake_build(s);
	assert_true(output(s, "s3://b/a.csv"));
	assert_int_equal(s->record->blind_spots.n, 1);
	assert_string_equal(s->record->blind_spots.v[0].kind, "LostExchange");
	assert_string_equal(s->record->blind_spots.v[0].path, "s3://b/");
}

static void test_a_copy_is_an_input_and_an_output(void **state)
{
	struct fake_run *s = *state;

	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/to.csv",
		      .fields = { "request-x-amz-copy-source", "b/from.csv" });
	fake_build(s);
	assert_true(input(s, "s3://b/from.csv"));
	assert_true(output(s, "s3://b/to.csv"));
	assert_string_equal(fake_property(fake_uri(s, "s3://b/to.csv"),
					  "VersionAbsent"),
			    "no answer named one");
}

static void test_many_objects_are_one_data_set(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *all;

	for (int i = 0; i < 12; i++) {
		char *path = NULL;

		assert_true(asprintf(&path, "/images/%d%%20x.png", i) > 0);
		s->texts[s->n_texts++] = path;
		get(s, path, "\"aa\"");
	}
	fake_build(s);
	assert_int_equal(s->record->entities.n, 2);
	assert_true(input(s, "s3://b/images"));
	all = fake_uri(s, "s3://b/images");
	assert_string_equal(fake_property(all, "Files"), "12");
	assert_int_equal(s->record->manifests.n, 1);
	assert_non_null(strstr(s->record->manifests.v[0].text,
			       "\netag:aa\t100\t0%20x.png\n"));
}

static void test_rules_may_name_objects(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "rules.conf",
		 "[artifact features]\ntype = FeatureSet\n"
		 "match = s3://b/features/**\n"
		 "[exclude]\nmatch = s3://b/logs/ *.tmp\n"
		 "[artifact web]\nmatch = https://data.org/**\n");
	pedigree_config_free(s->config);
	s->config = fake_config_file(s, fake_path(s, "rules.conf"));
	get(s, "/features/a/b.bin", "\"aa\"");
	get(s, "/logs/x.csv", "\"aa\"");
	get(s, "/y.tmp", "\"aa\"");
	/* Keys are no paths of this machine. */
	get(s, "/usr/share/x.csv", "\"aa\"");
	FAKE_EXCHANGE(s, .method = "GET", .origin = "https://data.org",
		      .path = "/any%20thing", .fields = { ETAG("e") });
	fake_build(s);
	assert_string_equal(fake_uri(s, "s3://b/features/a/b.bin")->type,
			    "FeatureSet");
	assert_null(fake_uri(s, "s3://b/logs/x.csv"));
	assert_null(fake_uri(s, "s3://b/y.tmp"));
	assert_true(input(s, "s3://b/usr/share/x.csv"));
	assert_true(input(s, "https://data.org/any%20thing"));
}

static void test_the_web_is_kept_by_rules_for_urls_alone(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *object;

	FAKE_EXCHANGE(s, .method = "GET", .origin = "https://x.org",
		      .path = "/titanic.csv",
		      .fields = { "last-modified", "yesterday" });
	FAKE_EXCHANGE(s, .method = "GET", .origin = "https://x.org",
		      .path = "/index.html");
	FAKE_EXCHANGE(s, .method = "GET", .origin = "https://pypi.org",
		      .path = "/simple/x.tar.gz");
	fake_build(s);
	assert_int_equal(s->record->entities.n, 2);
	object = fake_uri(s, "https://x.org/titanic.csv");
	assert_string_equal(fake_version(object), "modified:yesterday");
}

static void test_a_file_of_the_hub_is_read_where_it_is_kept(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *object;

	FAKE_EXCHANGE(s, .method = "HEAD", .origin = "https://huggingface.co",
		      .path = "/o/n/resolve/main/w.safetensors", .status = 302,
		      .fields = { "location", "https://cdn.hf.co/ab/cd?k=v",
				  "x-repo-commit", "c0ffee", "x-linked-etag",
				  "\"5e\"", "x-linked-size", "7777" });
	FAKE_EXCHANGE(s, .method = "HEAD", .origin = "https://huggingface.co",
		      .path = "/o/n/resolve/main/unused.bin", .status = 302,
		      .fields = { "location", "https://cdn.hf.co/ef" });
	FAKE_EXCHANGE(s, .method = "GET", .origin = "https://cdn.hf.co",
		      .path = "/ab/cd", .received = 7777);
	fake_build(s);
	assert_int_equal(s->record->entities.n, 2);
	object = fake_uri(s, "hf://o/n/w.safetensors");
	assert_true(input(s, "hf://o/n/w.safetensors"));
	assert_string_equal(object->type, "Model");
	assert_string_equal(fake_version(object), "commit:c0ffee");
	assert_string_equal(fake_property(object, "Revision"), "main");
	assert_string_equal(fake_property(object, "Bytes"), "7777");
}

static void test_a_store_elsewhere_is_named(void **state)
{
	struct fake_run *s = *state;

	FAKE_EXCHANGE(s, .method = "GET", .origin = "http://127.0.0.1:9000",
		      .path = "/b/x.csv", .service = PEDIGREE_SERVICE_S3,
		      .fields = { ETAG("aa") });
	fake_build(s);
	assert_string_equal(fake_property(fake_uri(s, "s3://b/x.csv"),
					  "Endpoint"),
			    "http://127.0.0.1:9000");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_objects_are_inputs_and_outputs_with_versions),
		TEST(test_ranges_are_one_input_of_the_whole_size),
		TEST(test_a_multipart_upload_is_one_output),
		TEST(test_an_answer_may_fail_after_it_began),
		TEST(test_what_the_run_put_there_is_no_input),
		TEST(test_objects_that_are_removed_together_may_be_gone),
		TEST(test_a_copy_is_an_input_and_an_output),
		TEST(test_many_objects_are_one_data_set),
		TEST(test_rules_may_name_objects),
		TEST(test_the_web_is_kept_by_rules_for_urls_alone),
		TEST(test_a_file_of_the_hub_is_read_where_it_is_kept),
		TEST(test_a_store_elsewhere_is_named),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
