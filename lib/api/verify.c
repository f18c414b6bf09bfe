/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Are the bytes behind a target still those that were recorded?
 *
 * The bytes are read again, never taken from the cache of digests, whose word
 * is a file's times: whoever exchanges a model can set those.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/question.h"
#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "graph/json.h"
#include "graph/rollup.h"
#include "query/query.h"
#include "render/render.h"

#define SHA256_PREFIX "sha256:"

enum status {
	SAME,
	CHANGED,
	GONE,
	UNKNOWN,
	STATUSES
};

static const char *const status_words[STATUSES] = {
	[SAME] = "Verified",
	[CHANGED] = "Changed",
	[GONE] = "Gone",
	[UNKNOWN] = "Unknown",
};

static const char *const verdict_words[] = {
	[PEDIGREE_VERIFIED] = "Verified",
	[PEDIGREE_NOT_VERIFIED] = "NotVerified",
	[PEDIGREE_CANNOT_VERIFY] = "Unknown",
};

struct check {
	struct pedigree_ledger *ledger;
	const struct pedigree_print *print;
	FILE *out;
	struct pedigree_map *known; /* rows that were looked at */
	struct utsname here;
	size_t n[STATUSES];
	size_t runs, lines;
	bool made_of; /* not what came out */
};

static void check_clear(struct check *check)
{
	pedigree_map_free(check->known);
}

/* A line for what is not as it was. */
static int tell(struct check *check, enum status status, const char *uri,
		const char *why, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;

	check->n[status]++;
	if (status == SAME)
		return 0;
	if (check->print->format != PEDIGREE_JSON) {
		fprintf(check->out, "%-8s ", status_words[status]);
		pedigree_print_text(check->out, uri);
		fputs(": ", check->out);
		pedigree_print_text(check->out, why);
		fputc('\n', check->out);
		return 0;
	}
	pedigree_buf_addf(&json, "%s\n{\"Status\":\"%s\",\"SourceUri\":",
			  check->lines++ ? "," : "", status_words[status]);
	pedigree_json_string(&json, uri);
	pedigree_buf_add_str(&json, ",\"Reason\":");
	pedigree_json_string(&json, why);
	pedigree_buf_add_char(&json, '}');
	if (pedigree_buf_error(&json))
		return pedigree_fail_memory(err);
	fputs(json.data, check->out);
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* `version` is not terminated. */
static enum status compare(const char *path, const char *version, size_t n,
			   const char **ret_why)
{
	_cleanup_fd_ int fd = -1;
	struct pedigree_digest digest;
	struct stat before, after;
	size_t prefix = strlen(SHA256_PREFIX);

	/* A pipe must not hold us up: only regular files have bytes. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		*ret_why = strerror(errno);
		return errno == ENOENT || errno == ENOTDIR ? GONE : UNKNOWN;
	}
	*ret_why = "its bytes were not recorded";
	if (n != prefix + PEDIGREE_SHA256_HEX - 1 ||
	    strncmp(version, SHA256_PREFIX, prefix) != 0)
		return UNKNOWN;
	*ret_why = "it is no regular file any more";
	if (fstat(fd, &before) < 0 || !S_ISREG(before.st_mode))
		return CHANGED;
	*ret_why = "it cannot be read";
	if (pedigree_digest_fd(fd, NULL, NULL, &digest, NULL) < 0 ||
	    fstat(fd, &after) < 0)
		return UNKNOWN;
	*ret_why = "it changed while it was read";
	if (before.st_size != after.st_size ||
	    !same_time(&before.st_mtim, &after.st_mtim))
		return UNKNOWN;
	*ret_why = "it has other bytes now";
	return memcmp(digest.sha256, version + prefix, n - prefix) == 0
		       ? SAME
		       : CHANGED;
}

static const char *property(const struct pedigree_entity *entity,
			    const char *key)
{
	for (size_t i = 0; i < entity->properties.n; i++)
		if (strcmp(entity->properties.v[i].key, key) == 0)
			return entity->properties.v[i].value;
	return NULL;
}

static int check_file(struct check *check, const struct pedigree_entity *entity,
		      const char *uri, const char *version, size_t n,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *host = property(entity, "Host"), *why;
	enum status status;

	if (!pedigree_uri_to_path(&path, uri))
		return pedigree_buf_error(&path)
			       ? pedigree_fail_memory(err)
			       : tell(check, UNKNOWN, uri,
				      "only local files can be checked", err);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	status = compare(path.data, version, n, &why);
	/* The same bytes are the same anywhere; others may be another's. */
	if (status != SAME && host && strcmp(host, check->here.nodename) != 0) {
		status = UNKNOWN;
		why = "it was recorded on another host";
	}
	return tell(check, status, uri, why, err);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

static int check_manifest(struct check *check,
			  const struct pedigree_entity *entity,
			  const char *digest, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	struct pedigree_manifest_line line;
	const char *at;
	size_t n = 0;
	int rc = pedigree_ledger_manifest(check->ledger, digest, &text, NULL);

	if (rc == PEDIGREE_ENOTFOUND)
		return tell(check, UNKNOWN, entity->source_uri,
			    "the list of its files is not in the ledger", err);
	if (rc < 0)
		return pedigree_fail(err, rc, "cannot read the manifest of %s",
				     entity->source_uri);
	at = text.data;
	while (rc == 0 && pedigree_manifest_next(&at, &line)) {
		n++;
		pedigree_buf_reset(&uri);
		pedigree_buf_add_str(&uri, entity->source_uri);
		pedigree_buf_add_char(&uri, '/');
		pedigree_buf_add(&uri, line.path, line.path_n);
		if (pedigree_buf_error(&uri))
			return pedigree_fail_memory(err);
		rc = check_file(check, entity, uri.data, line.version,
				line.version_n, err);
	}
	/* The first line is no file; files without a version are skipped. */
	if (rc == 0 && n + 1 < count_lines(text.data))
		rc = tell(check, UNKNOWN, entity->source_uri,
			  "the bytes of some of its files were not recorded",
			  err);
	return rc;
}

static int check_artifact(struct check *check, pedigree_row row,
			  const struct pedigree_entity *entity,
			  struct pedigree_error *err)
{
	void **known = pedigree_map_at(check->known, &row, sizeof(row), NULL);
	const char *version = pedigree_version_of(entity);
	const char *manifest = property(entity, "Manifest");
	const char *uri = entity->source_uri ? entity->source_uri : entity->arn;

	if (!known)
		return pedigree_fail_memory(err);
	if (*known)
		return 0;
	*known = check;
	if (manifest && entity->source_uri)
		return check_manifest(check, entity, manifest, err);
	version = version ? version : "";
	return check_file(check, entity, uri, version, strlen(version), err);
}

static int check_around(struct check *check, pedigree_row run, bool up,
			struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int rc = pedigree_ledger_edges(check->ledger, run, up, &edges, err);

	for (size_t i = 0; rc == 0 && i < edges.n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};
		pedigree_row row =
			up ? edges.v[i].source : edges.v[i].destination;

		rc = pedigree_ledger_entity(check->ledger, row, &entity, err);
		if (rc == 0 && entity.kind == PEDIGREE_ARTIFACT)
			rc = check_artifact(check, row, &entity, err);
	}
	return rc;
}

/* Does the way up go on through this edge? Not through runs, nor through
   deployments of the past, nor past the deployment of an endpoint. */
static bool leads_up(const struct pedigree_graph *graph,
		     const struct pedigree_graph_edge *edge)
{
	enum pedigree_kind to =
		graph->vertices.v[edge->destination].entity.kind;
	enum pedigree_kind from = graph->vertices.v[edge->source].entity.kind;

	if (edge->deployed == PEDIGREE_DEPLOYED_REPLACED ||
	    edge->deployed == PEDIGREE_DEPLOYED_FAILED ||
	    (to == PEDIGREE_CONTEXT && from == PEDIGREE_TRIAL_COMPONENT))
		return false;
	return edge->destination == 0 || to != PEDIGREE_TRIAL_COMPONENT;
}

static void mark(const struct pedigree_graph *graph, bool *marks)
{
	bool more = true;

	marks[0] = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < graph->edges.n; i++) {
			const struct pedigree_graph_edge *edge =
				&graph->edges.v[i];

			if (!marks[edge->destination] || marks[edge->source] ||
			    !leads_up(graph, edge))
				continue;
			marks[edge->source] = true;
			more = true;
		}
	}
}

static int check_marked(struct check *check, const struct pedigree_graph *graph,
			const bool *marks, struct pedigree_error *err)
{
	bool is_run =
		graph->vertices.v[0].entity.kind == PEDIGREE_TRIAL_COMPONENT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < graph->vertices.n; i++) {
		const struct pedigree_vertex *vertex = &graph->vertices.v[i];

		if (!marks[i] || (is_run && i > 0))
			continue;
		if (vertex->entity.kind == PEDIGREE_ARTIFACT)
			rc = check_artifact(check, vertex->row, &vertex->entity,
					    err);
		if (vertex->entity.kind != PEDIGREE_TRIAL_COMPONENT)
			continue;
		check->runs++;
		rc = check_around(check, vertex->row, true, err);
		if (rc == 0 && !check->made_of)
			rc = check_around(check, vertex->row, false, err);
	}
	return rc;
}

static void graph_freep(struct pedigree_graph **graph)
{
	pedigree_graph_free(*graph);
}

static int check_all(struct check *check, pedigree_row start,
		     struct pedigree_error *err)
{
	_cleanup_(graph_freep) struct pedigree_graph *graph = NULL;
	_cleanup_free_ bool *marks = NULL;
	int rc = pedigree_walk(check->ledger, start, PEDIGREE_UP, 0, &graph,
			       err);

	if (rc < 0)
		return rc;
	marks = calloc(graph->vertices.n, sizeof(*marks));
	check->known = pedigree_map_new();
	if (!marks || !check->known)
		return pedigree_fail_memory(err);
	mark(graph, marks);
	return check_marked(check, graph, marks, err);
}

static enum pedigree_verification verdict_of(const struct check *check)
{
	if (check->n[CHANGED] || check->n[GONE])
		return PEDIGREE_NOT_VERIFIED;
	/* What no run is behind has nothing to be compared with. */
	if (check->n[UNKNOWN] || !check->n[SAME] || !check->runs)
		return PEDIGREE_CANNOT_VERIFY;
	return PEDIGREE_VERIFIED;
}

static void print_sum(const struct check *check,
		      enum pedigree_verification verdict)
{
	static const char *const sentences[] = {
		[PEDIGREE_VERIFIED] = "verified",
		[PEDIGREE_NOT_VERIFIED] = "NOT verified",
		[PEDIGREE_CANNOT_VERIFY] = "cannot tell",
	};

	if (check->print->format == PEDIGREE_JSON) {
		fprintf(check->out,
			"],\"Runs\":%zu,\"Verified\":%zu,\"Changed\":%zu,\"Gone\":%zu,\"Unknown\":%zu,\"Verdict\":\"%s\"}\n",
			check->runs, check->n[SAME], check->n[CHANGED],
			check->n[GONE], check->n[UNKNOWN],
			verdict_words[verdict]);
		return;
	}
	fprintf(check->out,
		"%s: runs %zu, files as recorded %zu, changed %zu, gone %zu, not to be checked %zu\n",
		sentences[verdict], check->runs, check->n[SAME],
		check->n[CHANGED], check->n[GONE], check->n[UNKNOWN]);
}

static int verify(const struct pedigree *pedigree, const char *target,
		  bool made_of, const struct pedigree_print *print, FILE *out,
		  enum pedigree_verification *ret_verdict,
		  struct pedigree_error *err)
{
	static const struct pedigree_reach reach = { PEDIGREE_UP, 0 };
	_cleanup_(pedigree_question_clear) struct pedigree_question question = {
		0
	};
	_cleanup_(check_clear) struct check check = { .print = print,
						      .out = out,
						      .made_of = made_of };
	enum pedigree_verification verdict;
	int rc;

	if (!pedigree || !target || !print || !out || !ret_verdict)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "pedigree_verify: an argument is missing");
	if (print->format != PEDIGREE_TEXT && print->format != PEDIGREE_JSON)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "a verdict is text or JSON");
	rc = pedigree_question_ask(pedigree, target, false, &reach, &question,
				   err);
	if (rc < 0)
		return rc;
	if (question.note.len && print->note &&
	    !pedigree_buf_error(&question.note))
		print->note(print->note_ctx, question.note.data);
	check.ledger = question.ledger;
	uname(&check.here);
	if (print->format == PEDIGREE_JSON)
		fputs("{\"Files\":[", out);
	rc = check_all(&check, question.row, err);
	if (rc < 0)
		return rc;
	verdict = verdict_of(&check);
	print_sum(&check, verdict);
	rc = pedigree_print_end(out, err);
	if (rc == 0)
		*ret_verdict = verdict;
	return rc;
}

int pedigree_verify(const struct pedigree *pedigree, const char *target,
		    const struct pedigree_print *print, FILE *out,
		    enum pedigree_verification *ret_verdict,
		    struct pedigree_error *err)
{
	return verify(pedigree, target, false, print, out, ret_verdict, err);
}

int pedigree_verify_inputs(const struct pedigree *pedigree, const char *target,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_verification *ret_verdict,
			   struct pedigree_error *err)
{
	return verify(pedigree, target, true, print, out, ret_verdict, err);
}
