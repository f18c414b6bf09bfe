/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments that describe themselves, in one command and in several.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/json.h"
#include "run/memory.h"

#include "tests/unit/support/exchange.h"
#include "tests/unit/support/scene.h"

#define API "https://api.sagemaker.eu-west-1.amazonaws.com"
#define ARN "arn:aws:sagemaker:eu-west-1:123456789012:"
#define MODEL_URI "s3://b/m/model.tar.gz"
#define IMAGE_URI "123456789012.dkr.ecr.eu-west-1.amazonaws.com/serve:1"

static void create_model(struct fake_run *s, const char *name, const char *arn,
			 const char *data)
{
	FAKE_CONTROL(s, .origin = API, .path = "CreateModel",
		     .fields = { "ModelName", name,
				 "PrimaryContainer.ModelDataUrl", data,
				 "PrimaryContainer.Image", IMAGE_URI,
				 "answer-ModelArn", arn });
}

static void create_config(struct fake_run *s, const char *name, const char *arn,
			  const char *model)
{
	FAKE_CONTROL(s, .origin = API, .path = "CreateEndpointConfig",
		     .fields = { "EndpointConfigName", name,
				 "ProductionVariants[0].ModelName", model,
				 "answer-EndpointConfigArn", arn });
}

static void put_endpoint(struct fake_run *s, const char *operation,
			 const char *config)
{
	FAKE_CONTROL(s, .origin = API, .path = operation,
		     .fields = { "EndpointName", "Shop", "EndpointConfigName",
				 config, "answer-EndpointArn",
				 ARN "endpoint/shop" });
}

static const struct pedigree_entity *
entity_of(struct fake_run *s, enum pedigree_kind kind, const char *name)
{
	for (size_t i = 0; i < s->record->entities.n; i++)
		if (s->record->entities.v[i].kind == kind &&
		    strcmp(s->record->entities.v[i].name, name) == 0)
			return &s->record->entities.v[i];
	fail_msg("the record has no %s", name);
	abort();
}

static void test_one_command_is_one_deployment(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *action, *endpoint, *model;

	fake_next(s, "deploy-1", true);
	create_model(s, "m", ARN "model/m", MODEL_URI);
	create_config(s, "c", ARN "endpoint-config/c", "m");
	put_endpoint(s, "CreateEndpoint", "c");
	fake_build(s);
	action = s->record->entities.v;
	endpoint = entity_of(s, PEDIGREE_CONTEXT, "Shop");
	model = fake_uri(s, MODEL_URI);
	assert_non_null(model);
	assert_int_equal(action->kind, PEDIGREE_ACTION);
	assert_string_equal(action->type, "ModelDeployment");
	assert_string_equal(action->source_uri, ARN "endpoint/shop");
	assert_string_equal(endpoint->type, "Endpoint");
	assert_string_equal(endpoint->source_uri, ARN "endpoint/shop");
	assert_true(fake_edge(s, action, endpoint));
	assert_string_equal(model->type, "Model");
	assert_true(fake_edge(s, model, action));
	assert_string_equal(fake_uri(s, IMAGE_URI)->type, "Image");
	assert_true(fake_edge(s, fake_uri(s, IMAGE_URI), action));
	assert_true(fake_edge(s, model, fake_uri(s, ARN "model/m")));
	assert_true(fake_edge(s, fake_uri(s, ARN "endpoint-config/c"), action));
	assert_null(fake_property(action, "ModelUnknown"));
}

/* `tar`, `aws s3 cp` and all the rest in one script. */
static void test_what_the_command_packed_is_made_of_what_it_read(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "model.pkl", "weights");
	fake_next(s, "deploy-1", true);
	fake_open(s, R, "model.pkl");
	fake_open(s, CREATE, "model.tar.gz");
	fake_put(s, "model.tar.gz", "hello");
	FAKE_EXCHANGE(s, .method = "PUT",
		      .origin = "https://b.s3.amazonaws.com",
		      .path = "/m/model.tar.gz", .sent = 5,
		      .fields = { "etag", "5d41402abc4b2a76b9719d911017c592" });
	create_model(s, "m", ARN "model/m", MODEL_URI);
	create_config(s, "c", ARN "endpoint-config/c", "m");
	put_endpoint(s, "CreateEndpoint", "c");
	fake_build(s);
	assert_true(fake_input(s, "model.pkl"));
	assert_string_equal(fake_property(fake_uri(s, MODEL_URI), "Digest"),
			    HELLO_SHA);
}

static void test_a_run_that_deploys_has_an_action_for_each(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *first, *second;

	create_model(s, "m", ARN "model/m", MODEL_URI);
	create_config(s, "c", ARN "endpoint-config/c", "m");
	put_endpoint(s, "CreateEndpoint", "c");
	create_model(s, "n", ARN "model/n", "s3://b/n/model.tar.gz");
	create_config(s, "d", ARN "endpoint-config/d", "n");
	put_endpoint(s, "UpdateEndpoint", "d");
	fake_build(s);
	first = entity_of(s, PEDIGREE_ACTION, "train-1-deploy-Shop");
	second = entity_of(s, PEDIGREE_ACTION, "train-1-deploy-Shop-2");
	assert_true(fake_edge(s, fake_uri(s, MODEL_URI), first));
	assert_false(fake_edge(s, fake_uri(s, MODEL_URI), second));
	assert_true(fake_edge(s, fake_uri(s, "s3://b/n/model.tar.gz"), second));
}

static void test_what_failed_made_nothing(void **state)
{
	struct fake_run *s = *state;

	FAKE_CONTROL(s, .origin = API, .path = "CreateEndpoint", .status = 400,
		     .fields = { "EndpointName", "Shop", "answer-__type",
				 "ValidationException" });
	fake_build(s);
	assert_int_equal(s->record->entities.n, 1);
}

static void test_a_deployment_of_an_unknown_model_says_so(void **state)
{
	struct fake_run *s = *state;

	fake_next(s, "deploy-1", true);
	put_endpoint(s, "CreateEndpoint", "c");
	fake_build(s);
	entity_of(s, PEDIGREE_CONTEXT, "Shop");
	assert_string_equal(
		fake_property(s->record->entities.v, "ModelUnknown"),
		"the endpoint configuration c was made when nobody recorded it");
}

static void test_a_training_job_is_its_own_trial_component(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *job;

	FAKE_CONTROL(
		s, .origin = API, .path = "CreateTrainingJob",
		.fields = { "TrainingJobName", "Fit-1",
			    "InputDataConfig[0].ChannelName", "train",
			    "InputDataConfig[0].DataSource.S3DataSource.S3Uri",
			    "s3://b/train/",
			    "AlgorithmSpecification.TrainingImage", IMAGE_URI,
			    "OutputDataConfig.S3OutputPath", "s3://b/out/",
			    "answer-TrainingJobArn",
			    ARN "training-job/fit-1" });
	fake_build(s);
	job = entity_of(s, PEDIGREE_TRIAL_COMPONENT, "Fit-1-aws-training-job");
	assert_string_equal(job->source_uri, ARN "training-job/fit-1");
	assert_string_equal(job->source_type, "SageMakerTrainingJob");
	assert_string_equal(job->status, "InProgress");
	assert_true(fake_edge(s, fake_uri(s, "s3://b/train/"), job));
	assert_true(fake_edge(s, fake_uri(s, IMAGE_URI), job));
	assert_true(fake_edge(
		s, job, fake_uri(s, "s3://b/out/Fit-1/output/model.tar.gz")));
	assert_string_equal(pedigree_pairs_get(&job->input_artifacts, "train"),
			    "s3://b/train/");
}

static void test_a_transform_job_reads_what_its_model_is_made_of(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *job;

	create_model(s, "m", ARN "model/m", MODEL_URI);
	FAKE_CONTROL(s, .origin = API, .path = "CreateTransformJob",
		     .fields = { "TransformJobName", "score", "ModelName", "m",
				 "TransformInput.DataSource.S3DataSource.S3Uri",
				 "s3://b/in", "TransformOutput.S3OutputPath",
				 "s3://b/scores", "answer-TransformJobArn",
				 ARN "transform-job/score" });
	fake_build(s);
	job = entity_of(s, PEDIGREE_TRIAL_COMPONENT, "score-aws-transform-job");
	assert_true(fake_edge(s, fake_uri(s, MODEL_URI), job));
	assert_true(fake_edge(s, job, fake_uri(s, "s3://b/scores")));
}

/*
 * Several commands, each with a record of its own that the ledger gets.
 */
struct commands {
	struct fake_run *s;
	struct scene scene;
};

/* Builds with what the ledger knows. */
static void build(struct commands *c)
{
	struct pedigree_run_memory memory;
	struct pedigree_build_options options = { .memory = &memory.memory };

	pedigree_run_memory_init(&memory, c->s->config);
	fake_build_with(c->s, &options);
	pedigree_run_memory_clear(&memory);
}

static void finish(struct commands *c)
{
	build(c);
	put_ledger(&c->scene, c->s->record);
	c->s->record = NULL;
}

static char *local_arn(enum pedigree_kind kind, const char *name)
{
	struct pedigree_entity entity = { .kind = kind, .name = strdup(name) };
	char *arn = pedigree_local_arn(&entity);

	free(entity.name);
	return arn;
}

static void check_edge(struct commands *c, enum pedigree_kind from_kind,
		       const char *from, enum pedigree_kind to_kind,
		       const char *to, const char *type)
{
	char *source = local_arn(from_kind, from);
	char *destination = local_arn(to_kind, to);
	char *found = edge_type(&c->scene, source, destination);

	assert_string_equal(found, type);
	free(source);
	free(destination);
	free(found);
}

/* 100 bytes, since smaller files are no two the same. */
static void put_bytes(struct fake_run *s, const char *name, char letter)
{
	char text[101];

	memset(text, letter, 100);
	text[100] = '\0';
	fake_put(s, name, text);
}

static void md5_of(struct fake_run *s, const char *name,
		   char ret[PEDIGREE_MD5_HEX])
{
	FILE *file = fopen(fake_path(s, name), "r");
	struct pedigree_digest digest;

	assert_non_null(file);
	assert_int_equal(
		pedigree_digest_fd(fileno(file), NULL, NULL, &digest, NULL), 0);
	memcpy(ret, digest.md5, PEDIGREE_MD5_HEX);
	fclose(file);
}

static void train_and_upload(struct commands *c, const char *run, char letter,
			     const char *path)
{
	struct fake_run *s = c->s;
	char name[64], file[64], md5[PEDIGREE_MD5_HEX];

	snprintf(file, sizeof(file), "model-%c.tar.gz", letter);
	fake_next(s, run, false);
	fake_open(s, CREATE, fake_path(s, file));
	put_bytes(s, file, letter);
	finish(c);
	snprintf(name, sizeof(name), "upload-%s", run);
	fake_next(s, name, false);
	md5_of(s, file, md5);
	fake_open(s, R, fake_path(s, file));
	FAKE_EXCHANGE(s, .method = "PUT", .origin = "http://127.0.0.1:9000",
		      .path = path, .service = PEDIGREE_SERVICE_S3, .sent = 100,
		      .fields = { "etag", md5 });
	finish(c);
}

static void deploy(struct commands *c, const char *model, const char *uri,
		   const char *operation)
{
	struct fake_run *s = c->s;
	char arn[128], config_arn[128], config[64], name[64];

	snprintf(name, sizeof(name), "create-model-%s", model);
	snprintf(arn, sizeof(arn), ARN "model/%s", model);
	fake_next(s, name, false);
	create_model(s, model, arn, uri);
	finish(c);
	snprintf(name, sizeof(name), "create-config-%s", model);
	snprintf(config, sizeof(config), "config-%s", model);
	snprintf(config_arn, sizeof(config_arn), ARN "endpoint-config/%s",
		 config);
	fake_next(s, name, false);
	create_config(s, config, config_arn, model);
	finish(c);
	snprintf(name, sizeof(name), "deploy-%s", model);
	fake_next(s, name, true);
	put_endpoint(s, operation, config);
	finish(c);
}

static void test_commands_that_follow_one_another_are_joined(void **state)
{
	struct commands c = { .s = *state };
	struct pedigree_entity shop = { 0 };
	char *arn = local_arn(PEDIGREE_CONTEXT, "Shop");
	char *second = local_arn(PEDIGREE_ACTION, "deploy-n");

	c.scene = (struct scene){ .folder = c.s->root, .config = c.s->config };
	train_and_upload(&c, "train-a", 'a', "/b/a/model.tar.gz");
	train_and_upload(&c, "train-b", 'b', "/b/b/model.tar.gz");
	deploy(&c, "m", "s3://b/a/model.tar.gz", "CreateEndpoint");
	check_edge(&c, PEDIGREE_ACTION, "deploy-m", PEDIGREE_CONTEXT, "Shop",
		   "AssociatedWith");
	check_edge(&c, PEDIGREE_TRIAL_COMPONENT, "train-a", PEDIGREE_CONTEXT,
		   "Shop", "AssociatedWith");
	check_edge(&c, PEDIGREE_TRIAL_COMPONENT, "train-b", PEDIGREE_CONTEXT,
		   "Shop", "");
	check_edge(&c, PEDIGREE_TRIAL_COMPONENT, "create-config-m",
		   PEDIGREE_CONTEXT, "Shop", "");
	deploy(&c, "n", "s3://b/b/model.tar.gz", "UpdateEndpoint");
	check_edge(&c, PEDIGREE_ACTION, "deploy-n", PEDIGREE_CONTEXT, "Shop",
		   "AssociatedWith");
	check_edge(&c, PEDIGREE_TRIAL_COMPONENT, "train-b", PEDIGREE_CONTEXT,
		   "Shop", "AssociatedWith");
	entity_by_arn(&c.scene, arn, &shop);
	assert_string_equal(shop.source_uri, ARN "endpoint/shop");
	assert_string_equal(pedigree_pairs_get(&shop.properties,
					       "CurrentDeployment"),
			    second);
	pedigree_entity_clear(&shop);
	free(arn);
	free(second);
}

static const char *shop_says(struct commands *c, const char *property)
{
	static char said[128];
	struct pedigree_entity shop = { 0 };
	char *arn = local_arn(PEDIGREE_CONTEXT, "Shop");
	const char *value;

	entity_by_arn(&c->scene, arn, &shop);
	value = pedigree_pairs_get(&shop.properties, property);
	snprintf(said, sizeof(said), "%s", value ? value : "nothing");
	pedigree_entity_clear(&shop);
	free(arn);
	return said;
}

static void delete_shop(struct fake_run *s)
{
	FAKE_CONTROL(s, .origin = API, .path = "DeleteEndpoint",
		     .fields = { "EndpointName", "Shop" });
}

static void test_nothing_is_behind_an_endpoint_that_was_deleted(void **state)
{
	struct commands c = { .s = *state };

	c.scene = (struct scene){ .folder = c.s->root, .config = c.s->config };
	train_and_upload(&c, "train-a", 'a', "/b/a/model.tar.gz");
	deploy(&c, "m", "s3://b/a/model.tar.gz", "CreateEndpoint");
	assert_string_equal(shop_says(&c, "DeletedTime"), "nothing");
	fake_next(c.s, "tidy", false);
	delete_shop(c.s);
	finish(&c);
	check_edge(&c, PEDIGREE_ACTION, "tidy-undeploy-Shop", PEDIGREE_CONTEXT,
		   "Shop", "AssociatedWith");
	assert_string_equal(shop_says(&c, "CurrentDeployment"), "nothing");
	assert_int_equal(strlen(shop_says(&c, "DeletedTime")),
			 strlen("2026-11-23T10:00:00Z"));
	deploy(&c, "n", "s3://b/a/model.tar.gz", "CreateEndpoint");
	assert_string_equal(shop_says(&c, "DeletedTime"), "nothing");
	assert_non_null(strstr(shop_says(&c, "CurrentDeployment"), "deploy-n"));
}

static void test_one_run_may_put_and_delete_an_endpoint(void **state)
{
	struct commands c = { .s = *state };

	c.scene = (struct scene){ .folder = c.s->root, .config = c.s->config };
	put_endpoint(c.s, "CreateEndpoint", "c");
	delete_shop(c.s);
	put_endpoint(c.s, "CreateEndpoint", "c");
	finish(&c);
	assert_non_null(strstr(shop_says(&c, "CurrentDeployment"),
			       "train-1-deploy-shop-2"));
	fake_next(c.s, "try", true);
	put_endpoint(c.s, "CreateEndpoint", "c");
	delete_shop(c.s);
	finish(&c);
	assert_string_equal(shop_says(&c, "CurrentDeployment"), "nothing");
	/* One that nobody knows. */
	fake_next(c.s, "other", false);
	FAKE_CONTROL(c.s, .origin = API, .path = "DeleteEndpoint",
		     .fields = { "EndpointName", "Nobody" });
	fake_build(c.s);
	assert_int_equal(c.s->record->entities.n, 1);
}

static void test_a_channel_is_what_was_put_below_its_prefix(void **state)
{
	struct commands c = { .s = *state };
	const struct pedigree_entity *job;

	c.scene = (struct scene){ .folder = c.s->root, .config = c.s->config };
	train_and_upload(&c, "prepare", 'a', "/b/train/part-1.csv");
	fake_next(c.s, "start", false);
	FAKE_CONTROL(
		c.s, .origin = API, .path = "CreateTrainingJob",
		.fields = { "TrainingJobName", "fit",
			    "InputDataConfig[0].ChannelName", "train",
			    "InputDataConfig[0].DataSource.S3DataSource.S3Uri",
			    "s3://b/train", "answer-TrainingJobArn",
			    ARN "training-job/fit" });
	build(&c);
	job = entity_of(c.s, PEDIGREE_TRIAL_COMPONENT, "fit-aws-training-job");
	assert_true(fake_edge(c.s, fake_uri(c.s, "s3://b/train"), job));
	assert_non_null(fake_uri(c.s, "s3://b/train/part-1.csv"));
	assert_true(fake_edge(c.s, fake_uri(c.s, "s3://b/train/part-1.csv"),
			      fake_uri(c.s, "s3://b/train")));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_command_is_one_deployment),
		TEST(test_what_the_command_packed_is_made_of_what_it_read),
		TEST(test_a_run_that_deploys_has_an_action_for_each),
		TEST(test_what_failed_made_nothing),
		TEST(test_a_deployment_of_an_unknown_model_says_so),
		TEST(test_a_training_job_is_its_own_trial_component),
		TEST(test_a_transform_job_reads_what_its_model_is_made_of),
		TEST(test_a_channel_is_what_was_put_below_its_prefix),
		TEST(test_commands_that_follow_one_another_are_joined),
		TEST(test_nothing_is_behind_an_endpoint_that_was_deleted),
		TEST(test_one_run_may_put_and_delete_an_endpoint),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
