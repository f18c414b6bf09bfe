/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to a run's folder in the spool: why a path is (not) in its
 * record. events.c shows the log itself.
 */
#include "config.h"

#include <string.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/spooled.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "graph/build.h"
#include "graph/json.h"
#include "render/render.h"

static int full_path(const struct pedigree_run_facts *facts, const char *path,
		     struct pedigree_buf *buf, struct pedigree_error *err)
{
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	_cleanup_buf_ struct pedigree_buf there = PEDIGREE_BUF_INIT;

	if (pedigree_uri_to_path(buf, path))
		return pedigree_buf_error(buf) ? pedigree_fail_memory(err) : 0;
	/* Relative to where the run was, unless it is a file here. */
	pedigree_path_join(&there, cwd ? cwd : "/", path);
	if (pedigree_buf_error(&there))
		return pedigree_fail_memory(err);
	if (path[0] != '/' && facts->cwd && access(there.data, F_OK) != 0) {
		pedigree_buf_reset(&there);
		pedigree_path_join(&there, facts->cwd, path);
	}
	if (pedigree_buf_error(&there))
		return pedigree_fail_memory(err);
	pedigree_path_clean(there.data);
	pedigree_buf_add_str(buf, there.data);
	return pedigree_buf_error(buf) ? pedigree_fail_memory(err) : 0;
}

static void add_member(struct pedigree_buf *buf, const char *key,
		       const char *value)
{
	if (!value)
		return;
	pedigree_buf_add_str(buf, buf->len > 1 ? "," : "");
	pedigree_json_string(buf, key);
	pedigree_buf_add_char(buf, ':');
	pedigree_json_string(buf, value);
}

static void add_bool(struct pedigree_buf *buf, const char *key, bool value)
{
	pedigree_buf_addf(buf, ",\"%s\":%s", key, value ? "true" : "false");
}

static void as_json(const struct pedigree_explanation *why, const char *run,
		    const char *origin, struct pedigree_buf *buf)
{
	pedigree_buf_add_char(buf, '{');
	add_member(buf, "Run", run);
	add_member(buf, "Path", why->path);
	add_member(buf, "RenamedTo", why->renamed_to);
	add_bool(buf, "Touched", why->touched);
	add_bool(buf, "Read", why->read);
	add_bool(buf, "Written", why->written);
	add_bool(buf, "Deleted", why->deleted);
	add_bool(buf, "Input", why->input);
	add_bool(buf, "Output", why->output);
	add_member(buf, "Reason", why->reason);
	if (why->judged) {
		add_bool(buf, "Kept", why->verdict.kept);
		add_member(buf, "ArtifactType", why->verdict.type);
		add_member(buf, "Rule", why->verdict.rule);
		add_member(buf, "Pattern", why->verdict.glob);
		add_member(buf, "Origin", origin);
		add_member(buf, "File", why->verdict.origin.file);
		pedigree_buf_addf(buf, ",\"Line\":%u",
				  why->verdict.origin.line);
	}
	add_member(buf, "SourceUri", why->artifact_uri);
	pedigree_buf_add_str(buf, "}\n");
}

static const char *what_it_is(const struct pedigree_explanation *why)
{
	if (why->input && why->output)
		return "an input and an output";
	if (why->input)
		return "an input";
	if (why->output)
		return "an output";
	return "not in the record";
}

static void as_text(const struct pedigree_explanation *why, const char *origin,
		    const struct pedigree_print *print, FILE *out)
{
	pedigree_print_text(out, why->path);
	fprintf(out, print->colour ? ": \033[1m%s\033[0m\n" : ": %s\n",
		what_it_is(why));
	fprintf(out, "  why       ");
	pedigree_print_text(out, why->reason);
	fprintf(out, "\n  the run   %s%s%s%s\n",
		why->touched ? "touched it" : "did not touch it",
		why->read ? ", read it" : "", why->written ? ", wrote it" : "",
		why->deleted ? ", deleted it" : "");
	if (why->renamed_to) {
		fprintf(out, "  renamed   to ");
		pedigree_print_text(out, why->renamed_to);
		fputc('\n', out);
	}
	if (why->judged) {
		fprintf(out, "  rule      [%s] ",
			why->verdict.rule ? why->verdict.rule : "");
		pedigree_print_text(out,
				    why->verdict.glob ? why->verdict.glob : "");
		fprintf(out, "\n            at ");
		pedigree_print_text(out, origin);
		fprintf(out, "\n  verdict   %s%s\n",
			why->verdict.kept ? "kept as " : "left out",
			why->verdict.kept && why->verdict.type
				? why->verdict.type
				: "");
	}
	if (why->artifact_uri)
		fprintf(out, "  artifact  %s\n", why->artifact_uri);
}

/* A name that a file lost is explained by the name it has. */
static int follow_rename(const struct pedigree *pedigree,
			 const struct pedigree_spooled *spooled,
			 struct pedigree_explanation *why,
			 struct pedigree_error *err)
{
	struct pedigree_explanation end = { 0 };
	char *reason = NULL;
	int rc;

	if (!why->renamed_to || why->judged)
		return 0;
	rc = pedigree_explain_path(&spooled->facts, spooled->log,
				   pedigree->config, why->renamed_to, &end,
				   err);
	if (rc < 0)
		return rc;
	if (asprintf(&reason, "%s; as what it became: %s", why->reason,
		     end.reason) < 0) {
		pedigree_explanation_clear(&end);
		return pedigree_fail_memory(err);
	}
	free(end.reason);
	end.reason = reason;
	free(end.path);
	end.path = pedigree_take(why->path);
	free(end.renamed_to);
	end.renamed_to = pedigree_take(why->renamed_to);
	end.touched |= why->touched;
	end.read |= why->read;
	end.written |= why->written;
	end.deleted = why->deleted;
	pedigree_explanation_clear(why);
	*why = end;
	return 0;
}

int pedigree_explain(const struct pedigree *pedigree, const char *run,
		     const char *path, const struct pedigree_print *print,
		     FILE *out, struct pedigree_error *err)
{
	_cleanup_(
		pedigree_spooled_clear) struct pedigree_spooled spooled = { 0 };
	_cleanup_(
		pedigree_explanation_clear) struct pedigree_explanation why = {
		0
	};
	_cleanup_buf_ struct pedigree_buf full = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf origin = PEDIGREE_BUF_INIT;
	int rc;

	if (!pedigree || !run || !path || !*path || !print)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "name a run and a path");
	rc = pedigree_spooled_read(pedigree->config, run, print, &spooled, err);
	if (rc == 0)
		rc = full_path(&spooled.facts, path, &full, err);
	if (rc == 0)
		rc = pedigree_explain_path(&spooled.facts, spooled.log,
					   pedigree->config, full.data, &why,
					   err);
	if (rc == 0)
		rc = follow_rename(pedigree, &spooled, &why, err);
	if (rc < 0)
		return rc;
	if (why.judged)
		pedigree_origin_text(&why.verdict.origin, &origin);
	if (print->format == PEDIGREE_JSON)
		as_json(&why, run, origin.data, &text);
	else
		as_text(&why, origin.data, print, out);
	if (pedigree_buf_error(&text) || pedigree_buf_error(&origin))
		return pedigree_fail_memory(err);
	fwrite(text.data, 1, text.len, out);
	rc = pedigree_print_end(out, err);
	if (rc == 0 && !why.touched)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "the run '%s' did not touch %s", run,
				     full.data);
	return rc;
}
