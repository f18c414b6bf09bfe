/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an exchange did to which object.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/uri.h"

#include "tests/unit/support/exchange.h"

#define S3 .service = PEDIGREE_SERVICE_S3
#define QUERY(word) .query = PEDIGREE_QUERY_##word

struct row {
	struct exchange exchange;
	enum pedigree_act_kind kind;
	const char *uri;
	const char *from;
};

static void check(struct fake_run *s, const struct row *rows, size_t n)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_act act = PEDIGREE_ACT_INIT;
	struct pedigree_stores *stores = NULL;

	assert_int_equal(pedigree_stores_new(s->config, &stores, &err), 0);
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct pedigree_event event;
		struct pedigree_wire wire;

		exchange_event(&row->exchange, PEDIGREE_EV_EXCHANGE, &event,
			       &wire);
		assert_int_equal(pedigree_act_of(stores, &event, &act), 0);
		if (act.kind != row->kind)
			fail_msg("%s%s: did %d to %s", row->exchange.origin,
				 row->exchange.path, act.kind, act.uri.data);
		if (act.kind != PEDIGREE_ACT_NONE) {
			assert_string_equal(act.uri.data, row->uri);
			assert_string_equal(act.from.data,
					    row->from ? row->from : "");
		}
		free((char *)wire.fields);
	}
	pedigree_act_clear(&act);
	pedigree_stores_free(stores);
}

#define CHECK(s, ...) \
	do { \
		const struct row rows[] = { __VA_ARGS__ }; \
		check(s, rows, PEDIGREE_COUNT(rows)); \
	} while (0)

#define GET(origin_, path_, ...) \
	{ \
		.method = "GET", .origin = (origin_), .path = (path_), \
		__VA_ARGS__ \
	}
#define PUT(origin_, path_, ...) \
	{ \
		.method = "PUT", .origin = (origin_), .path = (path_), \
		__VA_ARGS__ \
	}
#define POST(origin_, path_, ...) \
	{ \
		.method = "POST", .origin = (origin_), .path = (path_), \
		__VA_ARGS__ \
	}

static void test_every_style_of_host_is_one_uri(void **state)
{
	static const char *const hosts[] = {
		"https://b.s3.amazonaws.com",
		"https://b.s3.eu-west-1.amazonaws.com",
		"https://b.s3-eu-west-1.amazonaws.com",
		"https://b.s3.dualstack.eu-west-1.amazonaws.com",
		"https://b.s3-accelerate.amazonaws.com",
		"https://b.s3-accelerate.dualstack.amazonaws.com",
		"https://b.s3-fips.us-gov-west-1.amazonaws.com",
		"https://b.s3.cn-north-1.amazonaws.com.cn",
		"http://b.s3-website-eu-west-1.amazonaws.com",
		"https://b.s3express-usw2-az1.us-west-2.amazonaws.com",
	};
	static const char *const paths[] = {
		"https://s3.amazonaws.com",
		"https://s3.eu-west-1.amazonaws.com",
		"https://s3-eu-west-1.amazonaws.com",
		"https://s3.dualstack.eu-west-1.amazonaws.com",
	};
	struct fake_run *s = *state;

	for (size_t i = 0; i < PEDIGREE_COUNT(hosts); i++)
		CHECK(s, { GET(hosts[i], "/a/c.csv"), PEDIGREE_ACT_READ,
			   "s3://b/a/c.csv", NULL });
	for (size_t i = 0; i < PEDIGREE_COUNT(paths); i++)
		CHECK(s, { GET(paths[i], "/b/a/c.csv"), PEDIGREE_ACT_READ,
			   "s3://b/a/c.csv", NULL });
}

static void test_buckets_may_have_dots_and_aliases_are_buckets(void **state)
{
	CHECK(*state,
	      { GET("https://my.s3.data.s3.us-east-1.amazonaws.com", "/k"),
		PEDIGREE_ACT_READ, "s3://my.s3.data/k", NULL },
	      { GET("https://ap-x1y2-s3alias.s3.us-east-1.amazonaws.com", "/k"),
		PEDIGREE_ACT_READ, "s3://ap-x1y2-s3alias/k", NULL },
	      { GET("https://my-ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com",
		    "/k"),
		PEDIGREE_ACT_READ,
		"s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/my-ap/k",
		NULL });
}

static void test_a_signature_for_s3_makes_any_host_a_store(void **state)
{
	CHECK(*state,
	      { GET("http://127.0.0.1:9000", "/b/k", S3), PEDIGREE_ACT_READ,
		"s3://b/k", NULL },
	      { PUT("https://minio.lan", "/b/k", S3), PEDIGREE_ACT_WRITE,
		"s3://b/k", NULL },
	      { PUT("https://b.s3.minio.lan", "/k", S3), PEDIGREE_ACT_WRITE,
		"s3://b/k", NULL },
	      { GET("http://[::1]:9000", "/b/k", S3), PEDIGREE_ACT_READ,
		"s3://b/k", NULL },
	      /* Not signed for it, and nothing is known of the host. */
	      { GET("https://minio.lan", "/b/k"), PEDIGREE_ACT_READ,
		"https://minio.lan/b/k", NULL },
	      { GET("https://x.lan", "/b/k", .service = PEDIGREE_SERVICE_OTHER),
		PEDIGREE_ACT_NONE, NULL, NULL });
}

static void test_the_configuration_names_more_stores(void **state)
{
	struct fake_run *s = *state;

	pedigree_config_free(s->config);
	s->config = fake_config(
		s, "store minio.host=minio.lan:9000 {bucket}.minio.lan");
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_stores *stores = NULL;
	assert_int_equal(pedigree_stores_new(s->config, &stores, &err),
			 PEDIGREE_ECONFIG);
	assert_non_null(strstr(err.text, "[store minio] needs a kind"));
}

static void test_a_rule_may_say_where_the_bucket_stands(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "stores.conf",
		 "[store minio]\nkind = s3\n"
		 "host = minio.lan:9000 {bucket}.minio.lan\n");
	pedigree_config_free(s->config);
	s->config = fake_config_file(s, fake_path(s, "stores.conf"));
	CHECK(s,
	      { GET("http://minio.lan:9000", "/b/k"), PEDIGREE_ACT_READ,
		"s3://b/k", NULL },
	      { GET("https://my.data.minio.lan:9000", "/k"), PEDIGREE_ACT_READ,
		"s3://my.data/k", NULL },
	      { GET("http://minio.lan", "/b/k"), PEDIGREE_ACT_READ,
		"http://minio.lan/b/k", NULL });
}

static void test_only_what_moves_bytes_is_an_act(void **state)
{
#define H "https://b.s3.amazonaws.com"
	CHECK(*state,
	      { { .method = "HEAD", .origin = H, .path = "/k" },
		PEDIGREE_ACT_NONE,
		NULL,
		NULL },
	      { GET(H, "/", QUERY(LIST)), PEDIGREE_ACT_NONE, NULL, NULL },
	      { GET(H, "/"), PEDIGREE_ACT_NONE, NULL, NULL },
	      { GET(H, "/k", QUERY(ASPECT)), PEDIGREE_ACT_NONE, NULL, NULL },
	      { GET(H, "/k", .status = 404), PEDIGREE_ACT_NONE, NULL, NULL },
	      { GET(H, "/k", .status = 304), PEDIGREE_ACT_NONE, NULL, NULL },
	      { GET(H, "/k", .status = 206), PEDIGREE_ACT_READ, "s3://b/k",
		NULL },
	      { PUT(H, "/k", .status = 500), PEDIGREE_ACT_NONE, NULL, NULL },
	      { POST(H, "/k", QUERY(UPLOADS)), PEDIGREE_ACT_NONE, NULL, NULL },
	      { PUT(H, "/k",
		    .query = PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID),
		PEDIGREE_ACT_PART, "s3://b/k", NULL },
	      { POST(H, "/k", QUERY(UPLOAD_ID)), PEDIGREE_ACT_COMPLETE,
		"s3://b/k", NULL },
	      { POST(H, "/", QUERY(DELETE)), PEDIGREE_ACT_REMOVE_SOME,
		"s3://b/", NULL },
	      { POST(H, "/k", QUERY(DELETE)), PEDIGREE_ACT_NONE, NULL, NULL },
	      { POST("https://s3.amazonaws.com", "/", QUERY(DELETE)),
		PEDIGREE_ACT_NONE, NULL, NULL },
	      { POST("https://s3.amazonaws.com", "/b", QUERY(DELETE)),
		PEDIGREE_ACT_REMOVE_SOME, "s3://b/", NULL },
	      { POST(H, "/", QUERY(DELETE), .status = 503), PEDIGREE_ACT_NONE,
		NULL, NULL },
	      { { .method = "DELETE",
		  .origin = H,
		  .path = "/k",
		  .status = 204 },
		PEDIGREE_ACT_REMOVE,
		"s3://b/k",
		NULL },
	      { { .method = "DELETE",
		  .origin = H,
		  .path = "/k",
		  .status = 204,
		  QUERY(UPLOAD_ID) },
		PEDIGREE_ACT_NONE,
		NULL,
		NULL },
	      { PUT(H, "/k",
		    .fields = { "request-x-amz-copy-source", "/a/x%20y" }),
		PEDIGREE_ACT_COPY, "s3://b/k", "s3://a/x y" });
}

static void test_keys_are_read_and_what_cannot_be_stays_encoded(void **state)
{
	CHECK(*state,
	      { GET(H, "/my%20data/%C3%A4%2B+.csv"), PEDIGREE_ACT_READ,
		"s3://b/my data/\303\244++.csv", NULL },
	      { GET(H, "/a%0Ab%FF%00c%7f"), PEDIGREE_ACT_READ,
		"s3://b/a%0Ab%FF%00c%7F", NULL },
	      { GET(H, "/50%"), PEDIGREE_ACT_READ, "s3://b/50%", NULL },
	      { GET(H, "/a//b/../c/"), PEDIGREE_ACT_READ, "s3://b/a//b/../c/",
		NULL },
	      { GET("https://x.org:8443", "/%7Ea/b%2fc%20d/\303\244"),
		PEDIGREE_ACT_READ, "https://x.org:8443/~a/b%2Fc%20d/%C3%A4",
		NULL });
}

static void test_google_has_two_interfaces_and_one_uri(void **state)
{
#define G "https://storage.googleapis.com"
	CHECK(*state,
	      { GET(G, "/b/a/k.csv"), PEDIGREE_ACT_READ, "gs://b/a/k.csv",
		NULL },
	      { GET("https://b.storage.googleapis.com", "/a/k.csv"),
		PEDIGREE_ACT_READ, "gs://b/a/k.csv", NULL },
	      { GET(G, "/storage/v1/b/b/o/a%2Fk.csv", QUERY(MEDIA)),
		PEDIGREE_ACT_READ, "gs://b/a/k.csv", NULL },
	      { GET(G, "/download/storage/v1/b/b/o/a%2Fk.csv"),
		PEDIGREE_ACT_READ, "gs://b/a/k.csv", NULL },
	      { GET(G, "/storage/v1/b/b/o/a%2Fk.csv"), PEDIGREE_ACT_NONE, NULL,
		NULL },
	      { GET(G, "/b", QUERY(LIST)), PEDIGREE_ACT_NONE, NULL, NULL },
	      { POST(G, "/upload/storage/v1/b/b/o", QUERY(UPLOAD_TYPE),
		     .fields = { "json-bucket", "b", "json-name", "a/k" }),
		PEDIGREE_ACT_WRITE, "gs://b/a/k", NULL },
	      { POST(G, "/upload/storage/v1/b/b/o", QUERY(UPLOAD_TYPE)),
		PEDIGREE_ACT_NONE, NULL, NULL },
	      { POST(G, "/storage/v1/b/b/o/x%2Fy/rewriteTo/b/c/o/z"),
		PEDIGREE_ACT_COPY, "gs://c/z", "gs://b/x/y" },
	      { PUT(G, "/b/k",
		    .fields = { "request-x-goog-copy-source", "/a/x%20y" }),
		PEDIGREE_ACT_COPY, "gs://b/k", "gs://a/x y" },
	      { { .method = "DELETE",
		  .origin = G,
		  .path = "/storage/v1/b/b/o/k",
		  .status = 204 },
		PEDIGREE_ACT_REMOVE,
		"gs://b/k",
		NULL });
}

static void test_azure_completes_a_blob_with_its_list_of_blocks(void **state)
{
#define A "https://acc.blob.core.windows.net"
	CHECK(*state,
	      { GET(A, "/c/d/k.csv"), PEDIGREE_ACT_READ,
		"https://acc.blob.core.windows.net/c/d/k.csv", NULL },
	      { GET(A, "/c", QUERY(LIST)), PEDIGREE_ACT_NONE, NULL, NULL },
	      { PUT(A, "/c/k", .status = 201), PEDIGREE_ACT_WRITE, A "/c/k",
		NULL },
	      { PUT(A, "/c/k", .status = 201, QUERY(BLOCK)), PEDIGREE_ACT_PART,
		A "/c/k", NULL },
	      { PUT(A, "/c/k", .status = 201, QUERY(BLOCK_LIST)),
		PEDIGREE_ACT_COMPLETE, A "/c/k", NULL },
	      { PUT(A, "/c/k", .status = 202,
		    .fields = { "request-x-ms-copy-source", A "/c/s?sig=x" }),
		PEDIGREE_ACT_COPY, A "/c/k", A "/c/s" });
}

static void test_the_hub_is_a_repository_and_its_files(void **state)
{
#define HF "https://huggingface.co"
	CHECK(*state,
	      { GET(HF, "/org/name/resolve/main/a/w.safetensors"),
		PEDIGREE_ACT_READ, "hf://org/name/a/w.safetensors", NULL },
	      { GET(HF, "/gpt2/raw/main/config.json"), PEDIGREE_ACT_READ,
		"hf://gpt2/config.json", NULL },
	      { GET(HF, "/datasets/org/d/resolve/refs%2Fpr%2F1/x.csv"),
		PEDIGREE_ACT_READ, "hf://datasets/org/d/x.csv", NULL },
	      { GET(HF, "/api/models/org/name"), PEDIGREE_ACT_NONE, NULL,
		NULL },
	      { { .method = "HEAD",
		  .origin = HF,
		  .path = "/o/n/resolve/main/w",
		  .status = 302,
		  .fields = { "location", "https://cdn.x/y?Signature=z" } },
		PEDIGREE_ACT_MOVED,
		"hf://o/n/w",
		"https://cdn.x/y" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_style_of_host_is_one_uri),
		cmocka_unit_test(
			test_buckets_may_have_dots_and_aliases_are_buckets),
		cmocka_unit_test(
			test_a_signature_for_s3_makes_any_host_a_store),
		cmocka_unit_test_setup_teardown(
			test_the_configuration_names_more_stores, fake_setup,
			fake_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_rule_may_say_where_the_bucket_stands, fake_setup,
			fake_teardown),
		cmocka_unit_test(test_only_what_moves_bytes_is_an_act),
		cmocka_unit_test(
			test_keys_are_read_and_what_cannot_be_stays_encoded),
		cmocka_unit_test(test_google_has_two_interfaces_and_one_uri),
		cmocka_unit_test(
			test_azure_completes_a_blob_with_its_list_of_blocks),
		cmocka_unit_test(test_the_hub_is_a_repository_and_its_files),
	};

	return cmocka_run_group_tests_name("uri", tests, fake_setup,
					   fake_teardown);
}
