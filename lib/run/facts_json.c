/* SPDX-License-Identifier: Apache-2.0 */
/*
 * begin.json, pid.json, git.json and end.json.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/json_error.h"
#include "evlog/format.h"
#include "rules/redact.h"
#include "run/spool.h"

#define MAX_BYTES ((size_t)64 << 20)

/* Any byte string: as it is, or as hex where JSON cannot hold it. */
static json_t *pack(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	json_t *string;
	char *hex;

	if (!text)
		return json_null();
	string = json_string(text);
	if (string)
		return string;
	hex = malloc(2 * strlen(text) + 1);
	if (!hex)
		return NULL;
	hex[2 * strlen(text)] = '\0';
	for (size_t i = 0; text[i]; i++) {
		hex[2 * i] = digits[(unsigned char)text[i] >> 4];
		hex[2 * i + 1] = digits[text[i] & 15];
	}
	string = json_pack("{s:s}", "Bytes", hex);
	free(hex);
	return string;
}

static char *unpack_hex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *text = malloc(n + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		char pair[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		text[i] = (char)strtoul(pair, NULL, 16);
	}
	text[n] = '\0';
	return text;
}

/* NULL both for null and for no memory: `*ok` tells. */
static char *unpack(const json_t *value, bool *ok)
{
	const char *text = json_string_value(value);
	const char *hex = json_string_value(json_object_get(value, "Bytes"));
	char *copy;

	if (!text && !hex)
		return NULL;
	copy = text ? strdup(text) : unpack_hex(hex);
	if (!copy)
		*ok = false;
	return copy;
}

static bool set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

/* Member by member, so that reader and writer share one list. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{ "Run", offsetof(struct pedigree_run_facts, run) },
	{ "Name", offsetof(struct pedigree_run_facts, name) },
	{ "Redacted", offsetof(struct pedigree_run_facts, redacted) },
	{ "Asked", offsetof(struct pedigree_run_facts, asked) },
	{ "Experiment", offsetof(struct pedigree_run_facts, experiment) },
	{ "Cwd", offsetof(struct pedigree_run_facts, cwd) },
	{ "Host", offsetof(struct pedigree_run_facts, host) },
	{ "User", offsetof(struct pedigree_run_facts, user) },
	{ "Home", offsetof(struct pedigree_run_facts, home) },
	{ "JobArn", offsetof(struct pedigree_run_facts, job_arn) },
	{ "Serve", offsetof(struct pedigree_run_facts, serve) },
	{ "Steps", offsetof(struct pedigree_run_facts, steps) },
	{ "NoCapture", offsetof(struct pedigree_run_facts, no_capture) },
	{ "Launcher", offsetof(struct pedigree_run_facts, launcher) },
	{ "Rank", offsetof(struct pedigree_run_facts, rank) },
	{ "Ranks", offsetof(struct pedigree_run_facts, ranks) },
	{ "Endpoint",
	  offsetof(struct pedigree_run_facts, deployment.endpoint) },
	{ "EndpointArn",
	  offsetof(struct pedigree_run_facts, deployment.endpoint_arn) },
};

static char **text_at(struct pedigree_run_facts *facts, size_t i)
{
	return (char **)((char *)facts + texts[i].offset);
}

static json_t *pack_argv(char *const *argv)
{
	struct pedigree_mask_line line = { .pem = false };
	json_t *array = json_array();

	for (size_t i = 0; array && argv && argv[i]; i++) {
		_cleanup_buf_ struct pedigree_buf arg = PEDIGREE_BUF_INIT;

		pedigree_redact_next(&arg, &line, argv[i], NULL, NULL);
		if (pedigree_buf_error(&arg) ||
		    json_array_append_new(array, pack(arg.data)) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* The values of parameters and variables, or places, which are URIs. */
static json_t *pack_pairs(const struct pedigree_pairs *pairs, bool places)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < pairs->n; i++) {
		const struct pedigree_pair *pair = &pairs->v[i];
		_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;
		json_t *both = json_array();

		if (places)
			pedigree_redact_url(&safe, pair->value);
		else
			pedigree_redact_value(&safe, pair->key, pair->value);
		json_array_append_new(both, pack(pair->key));
		json_array_append_new(both, pack(pedigree_buf_error(&safe)
							 ? PEDIGREE_REDACTED
							 : safe.data));
		if (json_array_size(both) != 2) {
			json_decref(both);
			json_decref(array);
			return NULL;
		}
		json_array_append_new(array, both);
	}
	return array;
}

/* Paths or URIs; user information and queries of URLs stay out. */
static json_t *pack_list(char *const *v, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < n; i++) {
		_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;

		if (strstr(v[i], "://"))
			pedigree_redact_url(&uri, v[i]);
		else
			pedigree_buf_add_str(&uri, v[i]);
		if (pedigree_buf_error(&uri) ||
		    json_array_append_new(array, pack(uri.data)) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *pack_inherited(const struct pedigree_run_facts *facts)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < facts->inherited.n; i++) {
		const struct pedigree_inherited *file = &facts->inherited.v[i];
		json_t *one =
			json_pack("{s:o, s:i, s:b, s:b}", "Path",
				  pack(file->path), "Fd", file->fd, "Read",
				  file->read, "Written", file->written);

		if (json_array_append_new(array, one) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* Only the beginning must survive a crash of the machine: what follows can
   be told from the event log and the ledger, and need not cost an fsync. */
static int write_json(const char *folder, const char *name, json_t *root,
		      bool complete, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	char *text = complete ? json_dumps(root, JSON_INDENT(1)) : NULL;
	int rc;

	json_decref(root);
	pedigree_path_join(&path, folder, name);
	if (!text || pedigree_buf_error(&path))
		rc = pedigree_fail_memory(err);
	else if (strcmp(name, PEDIGREE_BEGIN_NAME) == 0)
		rc = pedigree_write_file(path.data, text, strlen(text), err);
	else
		rc = pedigree_write_file_soon(path.data, text, strlen(text),
					      err);
	free(text);
	return rc;
}

int pedigree_begin_write(const char *folder,
			 const struct pedigree_run_facts *facts,
			 struct pedigree_error *err)
{
	struct pedigree_run_facts *members = (void *)(uintptr_t)facts;
	json_t *root = json_object();
	bool ok = root != NULL;

	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++)
		if (*text_at(members, i))
			ok = ok && set(root, texts[i].key,
				       pack(*text_at(members, i)));
	ok = ok && set(root, "Deploy", json_boolean(facts->deploy)) &&
	     set(root, "Watched", json_boolean(facts->watched)) &&
	     set(root, "Argv", pack_argv(facts->argv)) &&
	     set(root, "StartMs", json_integer(facts->start_ms)) &&
	     set(root, "StartNs", json_integer((json_int_t)facts->start_ns)) &&
	     set(root, "Params", pack_pairs(&facts->params, false)) &&
	     set(root, "Tags", pack_pairs(&facts->tags, false)) &&
	     set(root, "Allowed", pack_pairs(&facts->allowed, false)) &&
	     set(root, "Environment", pack_pairs(&facts->environment, false)) &&
	     set(root, "Places", pack_pairs(&facts->places, true)) &&
	     set(root, "Inputs", pack_list(facts->inputs.v, facts->inputs.n)) &&
	     set(root, "Outputs",
		 pack_list(facts->outputs.v, facts->outputs.n)) &&
	     set(root, "Models",
		 pack_list(facts->deployment.models.v,
			   facts->deployment.models.n)) &&
	     set(root, "Inherited", pack_inherited(facts));
	return write_json(folder, PEDIGREE_BEGIN_NAME, root, ok, err);
}

/* PEDIGREE_ENOTFOUND without a message when there is no such file. */
static int read_json(const char *folder, const char *name, json_t **ret_root,
		     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	json_error_t why;
	json_t *root;
	int rc;

	pedigree_path_join(&path, folder, name);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	if (!pedigree_spool_has(folder, name))
		return PEDIGREE_ENOTFOUND;
	rc = pedigree_read_file(path.data, MAX_BYTES, &text, err);
	if (rc < 0)
		return rc;
	if (text.len == 0) /* the machine crashed */
		return PEDIGREE_ENOTFOUND;
	root = json_loadb(text.data, text.len, 0, &why);
	if (!root && pedigree_json_no_memory(&why))
		return pedigree_fail_memory(err);
	if (!root || !json_is_object(root)) {
		json_decref(root);
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "%s: not what pedigree wrote: %s",
				     path.data, why.text);
	}
	*ret_root = root;
	return 0;
}

static bool unpack_pairs(const json_t *array, struct pedigree_pairs *pairs)
{
	bool ok = true;
	size_t i;
	json_t *both;

	json_array_foreach((json_t *)(uintptr_t)array, i, both)
	{
		_cleanup_free_ char *key = unpack(json_array_get(both, 0), &ok);
		_cleanup_free_ char *value =
			unpack(json_array_get(both, 1), &ok);

		if (ok && key && value)
			ok = pedigree_pairs_add(pairs, key, value) == 0;
	}
	return ok;
}

#define UNPACK_LIST(array, list) \
	({ \
		bool ok_ = true; \
		size_t i_; \
		json_t *one_; \
		json_array_foreach(array, i_, one_) \
		{ \
			char *text_ = unpack(one_, &ok_); \
			char **at_ = text_ ? pedigree_vec_push(list) : NULL; \
			if (at_) \
				*at_ = text_; \
			else if (text_) \
				free(text_), ok_ = false; \
		} \
		ok_; \
	})

static bool unpack_argv(const json_t *array, struct pedigree_run_facts *facts)
{
	size_t n = json_array_size(array), kept = 0;
	bool ok = true;

	facts->argv = calloc(n + 1, sizeof(*facts->argv));
	if (!facts->argv)
		return false;
	for (size_t i = 0; i < n; i++) {
		char *arg = unpack(json_array_get(array, i), &ok);

		if (arg)
			facts->argv[kept++] = arg;
	}
	return ok;
}

static bool unpack_inherited(json_t *array, struct pedigree_run_facts *facts)
{
	bool ok = true;
	size_t i;
	json_t *one;

	json_array_foreach(array, i, one)
	{
		struct pedigree_inherited *file;
		char *path = unpack(json_object_get(one, "Path"), &ok);

		if (!path)
			continue;
		file = pedigree_vec_push(&facts->inherited);
		if (!file) {
			free(path);
			return false;
		}
		file->path = path;
		file->fd = (int)json_integer_value(json_object_get(one, "Fd"));
		file->read = json_is_true(json_object_get(one, "Read"));
		file->written = json_is_true(json_object_get(one, "Written"));
	}
	return ok;
}

static int64_t number(const json_t *root, const char *key)
{
	return json_integer_value(json_object_get(root, key));
}

int pedigree_pid_write(const char *folder,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_error *err)
{
	json_t *root = json_pack("{s:I, s:I}", "Pid", (json_int_t)facts->pid,
				 "PidStart", (json_int_t)facts->pid_start);

	return write_json(folder, PEDIGREE_PID_NAME, root, root != NULL, err);
}

static int read_pid(const char *folder, struct pedigree_run_facts *facts,
		    struct pedigree_error *err)
{
	json_t *root;
	int rc = read_json(folder, PEDIGREE_PID_NAME, &root, err);

	if (rc < 0)
		return rc == PEDIGREE_ENOTFOUND ? 0 : rc;
	facts->pid = (uint32_t)number(root, "Pid");
	facts->pid_start = (uint64_t)number(root, "PidStart");
	json_decref(root);
	return 0;
}

int pedigree_begin_read(const char *folder, struct pedigree_run_facts *facts,
			struct pedigree_error *err)
{
	struct pedigree_run_facts read = { .git_dirty = -1 };
	json_t *root;
	bool ok = true;
	int rc;

	rc = read_json(folder, PEDIGREE_BEGIN_NAME, &root, err);
	if (rc == PEDIGREE_ENOTFOUND)
		return pedigree_fail(err, rc, "there is no run in %s", folder);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++)
		*text_at(&read, i) =
			unpack(json_object_get(root, texts[i].key), &ok);
	read.deploy = json_is_true(json_object_get(root, "Deploy"));
	read.watched = json_is_true(json_object_get(root, "Watched"));
	read.start_ms = number(root, "StartMs");
	read.start_ns = (uint64_t)number(root, "StartNs");
	ok = ok && unpack_argv(json_object_get(root, "Argv"), &read) &&
	     unpack_pairs(json_object_get(root, "Params"), &read.params) &&
	     unpack_pairs(json_object_get(root, "Tags"), &read.tags) &&
	     unpack_pairs(json_object_get(root, "Allowed"), &read.allowed) &&
	     unpack_pairs(json_object_get(root, "Environment"),
			  &read.environment) &&
	     unpack_pairs(json_object_get(root, "Places"), &read.places) &&
	     UNPACK_LIST(json_object_get(root, "Inputs"), &read.inputs) &&
	     UNPACK_LIST(json_object_get(root, "Outputs"), &read.outputs) &&
	     UNPACK_LIST(json_object_get(root, "Models"),
			 &read.deployment.models) &&
	     unpack_inherited(json_object_get(root, "Inherited"), &read);
	json_decref(root);
	if (!ok || !read.name || !read.argv[0]) {
		pedigree_run_facts_clear(&read);
		return ok ? pedigree_fail(err, PEDIGREE_EFORMAT,
					  "%s/%s names no run", folder,
					  PEDIGREE_BEGIN_NAME)
			  : pedigree_fail_memory(err);
	}
	rc = read_pid(folder, &read, err);
	if (rc < 0) {
		pedigree_run_facts_clear(&read);
		return rc;
	}
	*facts = read;
	return 0;
}

int pedigree_end_write(const char *folder,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_error *err)
{
	json_t *root =
		json_pack("{s:I, s:i}", "EndMs", (json_int_t)facts->end_ms,
			  "WaitStatus", facts->wait_status);

	return write_json(folder, PEDIGREE_END_NAME, root, root != NULL, err);
}

int pedigree_end_read(const char *folder, struct pedigree_run_facts *facts,
		      struct pedigree_error *err)
{
	json_t *root;
	int rc = read_json(folder, PEDIGREE_END_NAME, &root, err);

	if (rc < 0)
		return rc == PEDIGREE_ENOTFOUND ? 0 : rc;
	facts->end_ms = number(root, "EndMs");
	facts->wait_status = (int)number(root, "WaitStatus");
	facts->end_known = true;
	json_decref(root);
	return 0;
}

int pedigree_git_write(const char *folder,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_error *err)
{
	json_t *root = json_object();
	bool ok = root && set(root, "Root", pack(facts->git_root)) &&
		  set(root, "Commit", pack(facts->git_commit)) &&
		  set(root, "Remote", pack(facts->git_remote)) &&
		  set(root, "Dirty", json_integer(facts->git_dirty));

	return write_json(folder, PEDIGREE_GIT_NAME, root, ok, err);
}

int pedigree_git_read(const char *folder, struct pedigree_run_facts *facts,
		      struct pedigree_error *err)
{
	bool ok = true;
	json_t *root;
	int rc = read_json(folder, PEDIGREE_GIT_NAME, &root, err);

	if (rc < 0)
		return rc == PEDIGREE_ENOTFOUND ? 0 : rc;
	facts->git_root = unpack(json_object_get(root, "Root"), &ok);
	facts->git_commit = unpack(json_object_get(root, "Commit"), &ok);
	facts->git_remote = unpack(json_object_get(root, "Remote"), &ok);
	facts->git_dirty = (int)number(root, "Dirty");
	json_decref(root);
	return ok ? 0 : pedigree_fail_memory(err);
}
