/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call: parse, check, carry out in a transaction, answer.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/json_error.h"
#include "service/call.h"
#include "service/walk.h"

struct pedigree_service {
	const struct pedigree_config *config;
	struct pedigree_editor *editor; /* opened by the first change */
	struct pedigree_ledger *ledger; /* opened by the first question */
	struct pedigree_walk *walk;	/* of the last QueryLineage */
};

int pedigree_service_open(const struct pedigree_config *config,
			  struct pedigree_service **ret_service,
			  struct pedigree_error *err)
{
	struct pedigree_service *service = calloc(1, sizeof(*service));

	if (!service)
		return pedigree_fail_memory(err);
	service->config = config;
	*ret_service = service;
	return 0;
}

void pedigree_service_close(struct pedigree_service *service)
{
	if (!service)
		return;
	pedigree_walk_free(service->walk);
	pedigree_editor_close(service->editor);
	pedigree_ledger_close(service->ledger);
	free(service);
}

static const char *code_word(int code)
{
	switch (code) {
	case PEDIGREE_ENOTFOUND:
		return "ResourceNotFound";
	case PEDIGREE_ELIMIT:
		return "ResourceLimitExceeded";
	default:
		return "ValidationException";
	}
}

int pedigree_refuse(struct pedigree_call *call, int code, const char *format,
		    ...)
{
	va_list args;

	if (call->code)
		return code;
	call->code = code_word(code);
	va_start(args, format);
	pedigree_buf_vaddf(&call->message, format, args);
	va_end(args);
	return code;
}

const char *pedigree_call_text(const struct pedigree_call *call,
			       const char *name)
{
	return json_string_value(json_object_get(call->request, name));
}

int64_t pedigree_call_number(const struct pedigree_call *call, const char *name,
			     int64_t otherwise)
{
	const json_t *value = json_object_get(call->request, name);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

int64_t pedigree_call_time(const struct pedigree_call *call, const char *name)
{
	int64_t ms = 0;

	pedigree_timestamp_parse(json_object_get(call->request, name), &ms);
	return ms;
}

int pedigree_put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) ? PEDIGREE_ENOMEM : 0;
}

int pedigree_put_text(json_t *object, const char *name, const char *text)
{
	return text ? pedigree_put(object, name, json_string(text)) : 0;
}

int pedigree_put_time(json_t *object, const char *name, int64_t ms)
{
	return ms ? pedigree_put(object, name, json_real((double)ms / 1000))
		  : 0;
}

/* JSON's own failures are the caller's: they get no answer of the API. */
static int parse(struct pedigree_call *call, const char *request, size_t n,
		 struct pedigree_error *err)
{
	json_error_t error;

	call->request = json_loadb(request, n, JSON_REJECT_DUPLICATES, &error);
	if (call->request)
		return 0;
	if (pedigree_json_no_memory(&error))
		return pedigree_fail_memory(err);
	return pedigree_fail(err, PEDIGREE_EFORMAT,
			     "invalid JSON at line %d, column %d: %s",
			     error.line, error.column, error.text);
}

static int open_ledger(struct pedigree_service *service,
		       struct pedigree_call *call, struct pedigree_error *err)
{
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int status = 0;

	if (call->operation->writes && !service->editor) {
		status = pedigree_editor_open(service->config, &service->editor,
					      err);
		if (status)
			return status;
	}
	if (service->editor) {
		call->ledger = pedigree_editor_ledger(service->editor);
		if (call->operation->writes)
			call->editor = service->editor;
		return 0;
	}
	if (!service->ledger)
		status = pedigree_ledger_open(service->config, &service->ledger,
					      &why);
	/* Nothing recorded yet: lists are empty, and nothing is found. */
	if (status && status != PEDIGREE_ENOTFOUND)
		return pedigree_fail(err, status, "%s", why.text);
	call->ledger = service->ledger;
	return 0;
}

static int check(struct pedigree_call *call, struct pedigree_error *err)
{
	int status = pedigree_shape_check(call->operation->request,
					  call->request, &call->message);

	if (status == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (status)
		call->code = code_word(status);
	return status;
}

static int carry_out(struct pedigree_call *call, struct pedigree_error *err)
{
	int status = 0;

	if (call->editor)
		status = pedigree_editor_begin(call->editor, err);
	if (!status)
		status = call->operation->run(call, err);
	if (!call->editor)
		return status;
	if (!status)
		return pedigree_editor_commit(call->editor, err);
	pedigree_editor_rollback(call->editor);
	return status;
}

static int write_json(json_t *json, struct pedigree_buf *buf,
		      struct pedigree_error *err)
{
	_cleanup_free_ char *text =
		json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15))
		     : NULL;

	if (!text)
		return pedigree_fail_memory(err);
	pedigree_buf_add_str(buf, text);
	return pedigree_buf_error(buf) ? pedigree_fail_memory(err) : 0;
}

static int answer_refusal(struct pedigree_call *call, int status,
			  struct pedigree_buf *ret_answer,
			  struct pedigree_error *err)
{
	_cleanup_json_ json_t *error = json_pack("{ssss}", "__type", call->code,
						 "message", call->message.data);

	if (pedigree_buf_error(&call->message))
		return pedigree_fail_memory(err);
	if (write_json(error, ret_answer, err))
		return PEDIGREE_ENOMEM;
	return pedigree_fail(err, status, "%s: %s", call->code,
			     call->message.data);
}

static void call_clear(struct pedigree_call *call)
{
	json_decref(call->request);
	json_decref(call->answer);
	pedigree_buf_clear(&call->message);
}

int pedigree_service_call(struct pedigree_service *service,
			  const struct pedigree_operation *operation,
			  const char *request, size_t n,
			  struct pedigree_buf *ret_answer,
			  struct pedigree_error *err)
{
	_cleanup_(call_clear) struct pedigree_call call = {
		.operation = operation,
		.config = service->config,
		.walk = &service->walk,
		.message = PEDIGREE_BUF_INIT,
	};
	struct timespec now = { 0 };
	int status = parse(&call, request, n, err);

	clock_gettime(CLOCK_REALTIME, &now);
	call.now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (!status) {
		call.answer = json_object();
		status = call.answer ? check(&call, err)
				     : pedigree_fail_memory(err);
	}
	if (!status)
		status = open_ledger(service, &call, err);
	if (!status)
		status = carry_out(&call, err);
	if (status && call.code)
		return answer_refusal(&call, status, ret_answer, err);
	if (status == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	return status ? status : write_json(call.answer, ret_answer, err);
}
