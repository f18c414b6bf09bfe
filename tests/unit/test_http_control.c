/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the control plane, and the answers of GCS to uploads.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/wire.h"

static void check(const char *expected, const char *request, const char *answer)
{
	const struct wire_piece pieces[] = {
		{ WIRE_SENT, request, 0 },
		{ WIRE_RECEIVED, answer, 0 },
		{ WIRE_CLOSE, NULL, 0 },
	};
	char *message = wire_differs(expected, 0, pieces);

	if (message)
		print_error("%s\n", message);
	assert_null(message);
}

struct call {
	const char *operation, *body, *answer;
	const char *fields; /* as wire.h says, with what stands before them */
	unsigned int status;
	const char *head; /* of both, or NULL */
};

static void check_call(const struct call *call)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf answer = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf expected = PEDIGREE_BUF_INIT;
	const char *head = call->head ? call->head : "";
	const char *reply = call->answer ? call->answer : "";
	unsigned int status = call->status ? call->status : 200;

	pedigree_buf_addf(&request,
			  "POST / HTTP/1.1\r\nHost: h\r\n"
			  "X-Amz-Target: SageMaker.%s\r\n"
			  "Content-Length: %zu\r\n%s\r\n%s",
			  call->operation, strlen(call->body), head,
			  call->body);
	pedigree_buf_addf(&answer,
			  "HTTP/1.1 %u X\r\nContent-Length: %zu\r\n%s\r\n%s",
			  status, strlen(reply), head, reply);
	pedigree_buf_addf(&expected,
			  "CONTROL POST %u http://h %s sent %zu received %zu"
			  "%s\n",
			  status, call->operation, strlen(call->body),
			  strlen(reply), call->fields);
	check(expected.data, request.data, answer.data);
}

static void test_the_members_that_make_a_deployment_are_told(void **state)
{
	static const struct call calls[] = {
		{ .operation = "CreateModel",
		  .body = "{\"ModelName\": \"m\", \"PrimaryContainer\": {"
			  "\"Image\": \"1.dkr.ecr/x:1\", \"ModelDataUrl\":"
			  "\"s3://b/model.tar.gz?x\", \"Environment\":"
			  "{\"PASSWORD\": \"word\"}}, \"ExecutionRoleArn\":"
			  "\"arn:r\", \"Tags\": [{\"Key\": \"k\","
			  "\"Value\": \"v\"}]}",
		  .answer = "{\"ModelArn\": \"arn:m\"}",
		  .fields = " ModelName=m PrimaryContainer.Image=1.dkr.ecr/x:1"
			    " PrimaryContainer.ModelDataUrl="
			    "s3://b/model.tar.gz?x answer-ModelArn=arn:m" },
		{ .operation = "CreateModel",
		  .body = "{\"Containers\":[{\"ModelDataUrl\":"
			  "\"https://u:p@h/a?X-Amz-Signature=s\"},"
			  "{},{\"ModelDataSource\":{\"S3DataSource\":"
			  "{\"S3Uri\":\"s3://b/c/\",\"S3DataType\":\"x\"}},"
			  "\"Image\":\"i\"},7]}",
		  .fields = " Containers[0].ModelDataUrl=https://h/a"
			    " Containers[2].ModelDataSource.S3DataSource.S3Uri="
			    "s3://b/c/ Containers[2].Image=i" },
		{ .operation = "CreateEndpointConfig",
		  .body = "{\"EndpointConfigName\":\"c\",\"ProductionVariants\""
			  ":[{\"VariantName\":\"a\",\"ModelName\":\"m\"},"
			  "{\"ModelName\":\"n\",\"InitialInstanceCount\":1}]}",
		  .answer = "{\"EndpointConfigArn\":\"arn:c\"}",
		  .fields = " EndpointConfigName=c"
			    " ProductionVariants[0].VariantName=a"
			    " ProductionVariants[0].ModelName=m"
			    " ProductionVariants[1].ModelName=n"
			    " answer-EndpointConfigArn=arn:c" },
		{ .operation = "CreateEndpoint",
		  .body = "{\"EndpointName\":\"e\",\"EndpointConfigName\":"
			  "\"c\"}",
		  .answer = "{\"EndpointArn\":\"arn:e\"}",
		  .fields = " EndpointName=e EndpointConfigName=c"
			    " answer-EndpointArn=arn:e" },
		{ .operation = "DeleteEndpoint",
		  .body = "{\"EndpointName\":\"e\"}",
		  .fields = " EndpointName=e" },
		{ .operation = "UpdateEndpoint",
		  .body = "{\"EndpointName\":\"e\"}",
		  .status = 400,
		  .answer = "{\"__type\":\"ValidationException\","
			    "\"message\":\"no such endpoint\"}",
		  .fields = " EndpointName=e"
			    " answer-__type=ValidationException" },
		{ .operation = "CreateModelPackage",
		  .body = "{\"ModelPackageGroupName\":\"g\","
			  "\"InferenceSpecification\":{\"Containers\":[{"
			  "\"Image\":\"i\",\"ModelDataUrl\":\"s3://b/k\"}]}}",
		  .answer = "{\"ModelPackageArn\":\"arn:p\"}",
		  .fields = " ModelPackageGroupName=g"
			    " InferenceSpecification.Containers[0].Image=i"
			    " InferenceSpecification.Containers[0].ModelDataUrl"
			    "=s3://b/k answer-ModelPackageArn=arn:p" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(calls); i++)
		check_call(&calls[i]);
}

static void test_the_members_that_make_a_job_are_told(void **state)
{
	static const struct call calls[] = {
		{ .operation = "CreateTrainingJob",
		  .body = "{\"TrainingJobName\":\"t\",\"HyperParameters\":"
			  "{\"token\":\"x\"},\"AlgorithmSpecification\":"
			  "{\"TrainingImage\":\"i\",\"TrainingInputMode\":"
			  "\"File\"},\"InputDataConfig\":[{\"ChannelName\":"
			  "\"train\",\"DataSource\":{\"S3DataSource\":{"
			  "\"S3Uri\":\"s3://b/t\"}}}],\"OutputDataConfig\":"
			  "{\"S3OutputPath\":\"s3://b/o\"}}",
		  .answer = "{\"TrainingJobArn\":\"arn:t\"}",
		  .fields = " TrainingJobName=t"
			    " AlgorithmSpecification.TrainingImage=i"
			    " InputDataConfig[0].ChannelName=train"
			    " InputDataConfig[0].DataSource.S3DataSource.S3Uri="
			    "s3://b/t OutputDataConfig.S3OutputPath=s3://b/o"
			    " answer-TrainingJobArn=arn:t" },
		{ .operation = "CreateProcessingJob",
		  .body = "{\"ProcessingJobName\":\"p\",\"AppSpecification\":"
			  "{\"ImageUri\":\"i\"},\"ProcessingInputs\":[{"
			  "\"InputName\":\"a\",\"S3Input\":{\"S3Uri\":"
			  "\"s3://b/a\"}}],\"ProcessingOutputConfig\":{"
			  "\"Outputs\":[{\"S3Output\":{\"S3Uri\":\"s3://b/o\"}"
			  "}]}}",
		  .fields = " ProcessingJobName=p AppSpecification.ImageUri=i"
			    " ProcessingInputs[0].InputName=a"
			    " ProcessingInputs[0].S3Input.S3Uri=s3://b/a"
			    " ProcessingOutputConfig.Outputs[0].S3Output.S3Uri="
			    "s3://b/o" },
		{ .operation = "CreateTransformJob",
		  .body = "{\"TransformJobName\":\"t\",\"ModelName\":\"m\","
			  "\"TransformInput\":{\"DataSource\":{"
			  "\"S3DataSource\":{\"S3Uri\":\"s3://b/i\"}}},"
			  "\"TransformOutput\":{\"S3OutputPath\":\"s3://b/o\"}}",
		  .fields = " TransformJobName=t ModelName=m"
			    " TransformInput.DataSource.S3DataSource.S3Uri="
			    "s3://b/i TransformOutput.S3OutputPath=s3://b/o" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(calls); i++)
		check_call(&calls[i]);
}

#define NAME(json) "{\"ModelName\":" json "}"

static void test_strings_of_json_become_text(void **state)
{
	static const char *const strings[][2] = {
		{ "\"\"", "" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00.\"",
		  "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80." },
		{ "\"\xc3\xa4\xf0\x9f\x98\x80\"", "\xc3\xa4\xf0\x9f\x98\x80" },
		{ "\"\\ud800\\udc00\\uffff\"", "\xf0\x90\x80\x80\xef\xbf\xbf" },
		{ "\"\\u007f\\u0080\\u07ff\\u0800\"",
		  "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80" },
		{ "12.5e-3", "12.5e-3" },
		{ "true", "true" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(strings); i++) {
		_cleanup_buf_ struct pedigree_buf body = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf fields = PEDIGREE_BUF_INIT;

		pedigree_buf_addf(&body, " {\"Model\\u004eame\" :\t%s\r\n} ",
				  strings[i][0]);
		pedigree_buf_addf(&fields, " ModelName=%s", strings[i][1]);
		check_call(&(struct call){ .operation = "CreateModel",
					   .body = body.data,
					   .fields = fields.data });
	}
	check_call(&(struct call){ .operation = "CreateModel",
				   .body = NAME("null"),
				   .fields = "" });
}

static void test_what_is_no_json_is_cut(void **state)
{
	static const char *const bodies[] = {
		"x",
		"\"text\"",
		"12",
		"{",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{,}",
		"[1 2]",
		"[1}",
		"{\"a\":1]",
		"{} {}",
		"{\"a\":\"\n\"}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12g4\"}",
		"{\"a\":'b'}",
		NAME("\"\\u0000\""),
		NAME("\"\\ud83d\""),
		NAME("\"\\ud83dx\""),
		NAME("\"\\ud83dx\\ude00\""),
		NAME("\"\\ud83d\\n\\ude00\""),
		NAME("\"\\ud83d\\ud83d\\ude00\""),
		NAME("\"\\ude00\""),
		NAME("\"unfinished"),
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(bodies); i++)
		check_call(&(struct call){ .operation = "CreateModel",
					   .body = bodies[i],
					   .fields = " flags 0x1" });
}

static void test_members_that_only_look_alike_are_not_told(void **state)
{
	static const char *const bodies[] = {
		"{\"modelname\":\"x\"}",
		"{\"ModelName\":{\"ModelName\":\"x\"}}",
		"{\"ModelName\":[\"x\"]}",
		"[{\"ModelName\":\"x\"}]",
		"{\"x\":{\"ModelName\":\"x\"}}",
		"{\"PrimaryContainer.Image\":\"x\"}",
		"{\"PrimaryContainer\":[{\"Image\":\"x\"}]}",
		"{\"Containers\":{\"Image\":\"x\"}}",
		"{\"Containers[]\":{\"Image\":\"x\"}}",
		"{\"\":{\"ModelName\":\"x\"}}",
		"{\"ModelName\\u0000\":\"x\"}",
		"{\"a\":[[[[[[[[[[[[{\"ModelName\":\"]}\\\"\"}]]]]]]]]]]]],"
		"\"b\":\"ModelName\"}",
		"{}",
		"[]",
		"",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(bodies); i++)
		check_call(&(struct call){ .operation = "CreateModel",
					   .body = bodies[i],
					   .fields = "" });
	check_call(&(struct call){ .operation = "CreateModel",
				   .body = "{\"EndpointName\":\"e\"}",
				   .answer = NAME("\"m\""),
				   .fields = "" });
}

static void test_members_behind_what_is_skipped_are_told(void **state)
{
	_cleanup_buf_ struct pedigree_buf body = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_add_str(&body, "{\"");
	for (int i = 0; i < 300; i++)
		pedigree_buf_add_str(&body, "long");
	pedigree_buf_add_str(&body, "\":{\"ModelName\":\"no\"},\"a\":");
	for (int i = 0; i < 300; i++)
		pedigree_buf_add_str(&body, "[{\"b]}\\\"\":");
	pedigree_buf_add_str(&body, "1");
	for (int i = 0; i < 300; i++)
		pedigree_buf_add_str(&body, "}]");
	pedigree_buf_add_str(&body, ",\"ModelName\":\"m\"}");
	check_call(&(struct call){ .operation = "CreateModel",
				   .body = body.data,
				   .fields = " ModelName=m" });
}

static void test_a_value_that_is_too_long_is_left_out(void **state)
{
	_cleanup_buf_ struct pedigree_buf body = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_add_str(&body, "{\"ModelName\":\"");
	for (int i = 0; i < 1201; i++)
		pedigree_buf_add_char(&body, 'a');
	pedigree_buf_add_str(&body,
			     "\",\"PrimaryContainer\":{\"Image\":\"i\"}}");
	check_call(&(struct call){
		.operation = "CreateModel",
		.body = body.data,
		.fields = " flags 0x1 PrimaryContainer.Image=i" });
}

static void test_an_array_that_is_too_long_ends_it(void **state)
{
	_cleanup_buf_ struct pedigree_buf body = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_add_str(&body, "{\"Containers\":[");
	for (int i = 0; i < 65535; i++)
		pedigree_buf_add_str(&body, "1,");
	pedigree_buf_add_str(&body, "{\"Image\":\"i\"},{\"Image\":\"j\"}]}");
	check_call(&(struct call){
		.operation = "CreateModel",
		.body = body.data,
		.fields = " flags 0x1 Containers[65535].Image=i" });
}

static void test_bodies_that_cannot_be_read_are_cut(void **state)
{
	(void)state;
	check_call(&(struct call){ .operation = "CreateModel",
				   .body = NAME("\"m\""),
				   .answer = "{\"ModelArn\":\"a\"}",
				   .head = "Content-Encoding: gzip\r\n",
				   .fields = " flags 0x1" });
	check_call(&(struct call){ .operation = "CreateModel",
				   .body = NAME("\"m\""),
				   .answer = "{\"ModelArn\":\"a\"}",
				   .head = "Content-Encoding: identity\r\n",
				   .fields = " ModelName=m"
					     " answer-ModelArn=a" });
}

#define TARGET "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: "

static void test_other_operations_are_ordinary_exchanges(void **state)
{
	(void)state;
	check("EXCHANGE POST 200 http://h / sent 17 received 2\n",
	      TARGET
	      "SageMaker.DescribeModel\r\nContent-Length: 17\r\n\r\n" NAME(
		      "\"m\""),
	      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	check("EXCHANGE POST 200 http://h / sent 0 received 0\n",
	      TARGET "SageMaker.CreateModelX\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	check("EXCHANGE POST 200 http://h / sent 0 received 0\n",
	      TARGET "S\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	check("EXCHANGE POST 200 http://h / sent 0 received 0\n",
	      TARGET "DynamoDB_20120810.CreateModel\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static void test_bodies_in_chunks_are_read_too(void **state)
{
	check("CONTROL POST 200 http://h CreateModel sent 17 received 0"
	      " flags 0x1\n",
	      TARGET "SageMaker.CreateModel\r\n"
		     "Transfer-Encoding: gzip, chunked\r\n\r\n"
		     "11\r\n" NAME("\"m\"") "\r\n0\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	check("CONTROL POST 200 http://h CreateModel sent 17 received 18"
	      " ModelName=m answer-ModelArn=abc\n",
	      TARGET "SageMaker.CreateModel\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n"
		     "5\r\n{\"Mod\r\nc\r\nelName\":\"m\"}\r\n0\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	      "9\r\n{\"ModelAr\r\n8\r\nn\":\"abc\"\r\n1\r\n}\r\n0\r\n\r\n");
	(void)state;
}

static void test_each_body_is_its_own_calls(void **state)
{
	static const char done[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
				   "\r\n";
	_cleanup_buf_ struct pedigree_buf answers = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_addf(&answers, "%s%s%s", done, done, done);
	check("CONTROL POST 200 http://h CreateModel sent 2 received 0"
	      " flags 0x1\n"
	      "CONTROL POST 200 http://h DeleteEndpoint sent 2 received 0\n"
	      "CONTROL POST 200 http://h CreateModel sent 17 received 0"
	      " ModelName=m\n",
	      TARGET
	      "SageMaker.CreateModel\r\nContent-Length: 2\r\n\r\n{\"" TARGET
	      "SageMaker.DeleteEndpoint\r\nContent-Length: 2\r\n\r\n{}" TARGET
	      "SageMaker.CreateModel\r\nContent-Length: 17\r\n\r\n" NAME(
		      "\"m\""),
	      answers.data);
}

#define OBJECT \
	"{\"kind\":\"storage#object\",\"name\":\"a/\\u00e4\",\"bucket\":" \
	"\"b\",\"generation\":\"17\",\"size\":\"12\",\"md5Hash\":\"x==\"," \
	"\"owner\":{\"name\":\"no\"},\"mediaLink\":\"https://no\"}"
#define JSON(status, length) \
	"HTTP/1.1 " status " X\r\nContent-Length: " length "\r\n\r\n" OBJECT

static void test_an_upload_to_gcs_tells_what_came_of_it(void **state)
{
	(void)state;
	assert_int_equal(strlen(OBJECT), 149);
	check("EXCHANGE POST 200 http://h /upload/storage/v1/b/b/o sent 2"
	      " received 149 query 0x8200 json-name=a/\xc3\xa4 json-bucket=b"
	      " json-generation=17 json-size=12 json-md5Hash=x==\n",
	      "POST /upload/storage/v1/b/b/o?uploadType=media&name=a HTTP/1.1"
	      "\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi",
	      JSON("200", "149"));
	/* Not one that failed, and nothing else of GCS. */
	check("EXCHANGE PUT 403 http://h /upload/storage/v1/b/b/o sent 0"
	      " received 149\n",
	      "PUT /upload/storage/v1/b/b/o HTTP/1.1\r\nHost: h\r\n\r\n",
	      JSON("403", "149"));
	check("EXCHANGE GET 200 http://h /storage/v1/b/b/o/a sent 0"
	      " received 149\n",
	      "GET /storage/v1/b/b/o/a HTTP/1.1\r\nHost: h\r\n\r\n",
	      JSON("200", "149"));
	check("EXCHANGE GET 200 http://h /upload/storage/v1/b/b/o sent 0"
	      " received 149\n",
	      "GET /upload/storage/v1/b/b/o HTTP/1.1\r\nHost: h\r\n\r\n",
	      JSON("200", "149"));
}

static void test_an_object_made_of_parts_has_its_etag_in_the_body(void **state)
{
	static const char complete[] =
		"POST /b/k?uploadId=hush HTTP/1.1\r\nHost: h\r\n\r\n";
	static const char copy[] = "PUT /b/k HTTP/1.1\r\nHost: h\r\n"
				   "x-amz-copy-source: /b/s\r\n\r\n";
	static const char made[] = "<R><ETag>&quot;0a-2&quot;</ETag>"
				   "<ETag>hush</ETag></R>";
	static const char failed[] = "<Error><Code>hush</Code></Error>";
	char text[512];

	(void)state;
#define BODY(body) \
	(snprintf(text, sizeof(text), \
		  "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", \
		  strlen(body), body), \
	 text)
	check("EXCHANGE POST 200 http://h /b/k sent 0 received 53 query 0x4"
	      " xml-ETag=&quot;0a-2&quot;\n",
	      complete, BODY(made));
	check("EXCHANGE PUT 200 http://h /b/k sent 0 received 53"
	      " request-x-amz-copy-source=/b/s xml-ETag=&quot;0a-2&quot;\n",
	      copy, BODY(made));
	check("EXCHANGE POST 200 http://h /b/k sent 0 received 32 query 0x4"
	      " xml-Error=1\n",
	      complete, BODY(failed));
	/* What is no such answer is not looked into. */
	check("EXCHANGE PUT 200 http://h /b/k sent 0 received 53\n",
	      "PUT /b/k HTTP/1.1\r\nHost: h\r\n\r\n", BODY(made));
	check("EXCHANGE GET 200 http://h /b/k sent 0 received 53 query 0x4\n",
	      "GET /b/k?uploadId=x HTTP/1.1\r\nHost: h\r\n\r\n", BODY(made));
#undef BODY
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_members_that_make_a_deployment_are_told),
		cmocka_unit_test(test_the_members_that_make_a_job_are_told),
		cmocka_unit_test(test_strings_of_json_become_text),
		cmocka_unit_test(test_what_is_no_json_is_cut),
		cmocka_unit_test(
			test_members_that_only_look_alike_are_not_told),
		cmocka_unit_test(test_members_behind_what_is_skipped_are_told),
		cmocka_unit_test(test_a_value_that_is_too_long_is_left_out),
		cmocka_unit_test(test_an_array_that_is_too_long_ends_it),
		cmocka_unit_test(test_bodies_that_cannot_be_read_are_cut),
		cmocka_unit_test(test_other_operations_are_ordinary_exchanges),
		cmocka_unit_test(test_bodies_in_chunks_are_read_too),
		cmocka_unit_test(test_each_body_is_its_own_calls),
		cmocka_unit_test(test_an_upload_to_gcs_tells_what_came_of_it),
		cmocka_unit_test(
			test_an_object_made_of_parts_has_its_etag_in_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
