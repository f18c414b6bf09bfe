/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each rank of a job read and wrote, from the log in the spool.
 */
#include "config.h"

#include <string.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/spooled.h"
#include "base/buf.h"
#include "base/err.h"
#include "graph/json.h"
#include "graph/ranks.h"
#include "render/render.h"

/* One rank while its files come in. */
struct page {
	const struct pedigree_print *print;
	FILE *out;
	struct pedigree_buf inputs, outputs; /* JSON, comma-separated */
	size_t n;
};

static void as_json(struct page *page, enum pedigree_role role,
		    const char *type, const char *path, size_t files)
{
	struct pedigree_buf *list =
		role == PEDIGREE_ROLE_OUTPUT ? &page->outputs : &page->inputs;

	pedigree_buf_add_str(list, list->len ? ",{" : "{");
	pedigree_buf_add_str(list, "\"Path\":");
	pedigree_json_string(list, path);
	pedigree_buf_add_str(list, ",\"ArtifactType\":");
	pedigree_json_string(list, type);
	pedigree_buf_addf(list, ",\"Files\":%zu}", files);
}

static void as_text(struct page *page, enum pedigree_role role,
		    const char *type, const char *path, size_t files)
{
	fprintf(page->out, "  %-5s  ",
		role == PEDIGREE_ROLE_OUTPUT ? "wrote" : "read");
	pedigree_print_text(page->out, path);
	fprintf(page->out, "  %s", type);
	if (files > 1)
		fprintf(page->out, ", %zu files", files);
	fputc('\n', page->out);
}

static void on_files(void *ctx, enum pedigree_role role, const char *type,
		     const char *path, size_t files)
{
	struct page *page = ctx;

	page->n++;
	if (page->print->format == PEDIGREE_JSON)
		as_json(page, role, type, path, files);
	else
		as_text(page, role, type, path, files);
}

static void begin_text(const struct page *page,
		       const struct pedigree_log_rank *rank,
		       const struct pedigree_evlog *log)
{
	const struct pedigree_process *process = &log->processes[rank->process];

	fputs("Rank ", page->out);
	pedigree_print_text(page->out, rank->rank);
	if (*rank->ranks) {
		fputs(" of ", page->out);
		pedigree_print_text(page->out, rank->ranks);
	}
	fputs(", ", page->out);
	pedigree_print_text(page->out, log->hosts[process->host]);
	fputs(page->print->colour ? " \033[2m(" : " (", page->out);
	pedigree_print_text(page->out, rank->launcher);
	fputs(page->print->colour ? ")\033[0m\n" : ")\n", page->out);
}

static void end_json(struct page *page, const struct pedigree_log_rank *rank,
		     const struct pedigree_evlog *log, bool first)
{
	const struct pedigree_process *process = &log->processes[rank->process];
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&text, first ? "\n{" : ",\n{");
	pedigree_buf_add_str(&text, "\"Launcher\":");
	pedigree_json_string(&text, rank->launcher);
	pedigree_buf_add_str(&text, ",\"Rank\":");
	pedigree_json_string(&text, rank->rank);
	if (*rank->ranks) {
		pedigree_buf_add_str(&text, ",\"Ranks\":");
		pedigree_json_string(&text, rank->ranks);
	}
	pedigree_buf_add_str(&text, ",\"Host\":");
	pedigree_json_string(&text, log->hosts[process->host]);
	fprintf(page->out, "%s,\"Inputs\":[%s],\"Outputs\":[%s]}", text.data,
		page->inputs.data, page->outputs.data);
}

static int by_rank(const void *a, const void *b, void *ctx)
{
	const struct pedigree_log_rank *all = ctx;
	const struct pedigree_log_rank *one = &all[*(const uint32_t *)a];
	const struct pedigree_log_rank *two = &all[*(const uint32_t *)b];
	int order = strcmp(one->launcher, two->launcher);

	return order ? order : pedigree_rank_compare(one->rank, two->rank);
}

static int print_rank(const struct pedigree *pedigree,
		      const struct pedigree_spooled *spooled,
		      const struct pedigree_log_ranks *ranks, uint32_t at,
		      bool first, struct page *page, struct pedigree_error *err)
{
	bool json = page->print->format == PEDIGREE_JSON;
	const struct pedigree_log_rank *rank = &ranks->all.v[at];
	int rc;

	page->n = 0;
	pedigree_buf_reset(&page->inputs);
	pedigree_buf_reset(&page->outputs);
	if (!json)
		begin_text(page, rank, spooled->log);
	rc = pedigree_rank_files(&spooled->facts, spooled->log, ranks, at,
				 pedigree->config, on_files, page, err);
	if (rc < 0)
		return rc;
	if (pedigree_buf_error(&page->inputs) ||
	    pedigree_buf_error(&page->outputs))
		return pedigree_fail_memory(err);
	if (json)
		end_json(page, rank, spooled->log, first);
	else if (!page->n)
		fputs("  nothing that is in the record\n", page->out);
	return 0;
}

static int print_all(const struct pedigree *pedigree,
		     const struct pedigree_spooled *spooled,
		     const struct pedigree_log_ranks *ranks, struct page *page,
		     struct pedigree_error *err)
{
	bool json = page->print->format == PEDIGREE_JSON;
	_cleanup_free_ uint32_t *order =
		malloc((ranks->all.n + 1) * sizeof(*order));
	int rc = 0;

	if (!order)
		return pedigree_fail_memory(err);
	for (uint32_t i = 0; i < ranks->all.n; i++)
		order[i] = i;
	qsort_r(order, ranks->all.n, sizeof(*order), by_rank, ranks->all.v);
	if (json)
		fputc('[', page->out);
	for (uint32_t i = 0; rc == 0 && i < ranks->all.n; i++)
		rc = print_rank(pedigree, spooled, ranks, order[i], i == 0,
				page, err);
	if (json)
		fputs("\n]\n", page->out);
	return rc;
}

int pedigree_show_by_rank(const struct pedigree *pedigree, const char *run,
			  const struct pedigree_print *print, FILE *out,
			  struct pedigree_error *err)
{
	struct pedigree_spooled spooled = { 0 };
	struct pedigree_log_ranks ranks = { 0 };
	struct page page = { .print = print,
			     .out = out,
			     .inputs = PEDIGREE_BUF_INIT,
			     .outputs = PEDIGREE_BUF_INIT };
	int rc;

	if (!pedigree || !run || !print || !out)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_show_by_rank: an argument is missing");
	rc = pedigree_spooled_read(pedigree->config, run, print, &spooled, err);
	if (rc == 0 && pedigree_log_ranks_find(spooled.log, &ranks) < 0)
		rc = pedigree_fail_memory(err);
	if (rc == 0 && !ranks.all.n)
		rc = pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"no launcher said that processes of the run '%s' are ranks of a job",
			run);
	if (rc == 0)
		rc = print_all(pedigree, &spooled, &ranks, &page, err);
	if (rc == 0)
		rc = pedigree_print_end(out, err);
	pedigree_buf_clear(&page.inputs);
	pedigree_buf_clear(&page.outputs);
	pedigree_log_ranks_clear(&ranks);
	pedigree_spooled_clear(&spooled);
	return rc;
}
