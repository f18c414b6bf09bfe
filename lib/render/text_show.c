/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entity on a page.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "graph/sheet.h"
#include "render/label.h"
#include "render/renderers.h"
#include "render/text.h"

struct page {
	const struct pedigree_print *print;
	FILE *out;
	struct pedigree_buf text;
};

/* "  Word          value"; nothing for no value. */
static void fact(struct page *page, const char *word, const char *value)
{
	if (!value || !*value)
		return;
	pedigree_buf_reset(&page->text);
	pedigree_text_add(&page->text, value, page->print->ascii);
	if (page->print->colour)
		fprintf(page->out, "  \033[2m%-13s\033[0m %s\n", word,
			page->text.data);
	else
		fprintf(page->out, "  %-13s %s\n", word, page->text.data);
}

static void fact_time(struct page *page, const char *word, int64_t ms)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_add_time(&text, ms);
	fact(page, word, text.data);
}

static void heading(struct page *page, const char *word)
{
	fprintf(page->out,
		page->print->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", word);
}

static void pairs(struct page *page, const char *word,
		  const struct pedigree_pairs *list)
{
	if (!list->n)
		return;
	heading(page, word);
	for (size_t i = 0; i < list->n; i++) {
		pedigree_buf_reset(&page->text);
		pedigree_text_add(&page->text, list->v[i].key,
				  page->print->ascii);
		pedigree_buf_add_str(&page->text, " = ");
		pedigree_text_add(&page->text, list->v[i].value,
				  page->print->ascii);
		fprintf(page->out, "  %s\n", page->text.data);
	}
}

/* A digest of what `pedigree diff` reads tells people nothing. */
static bool names_sheet(const struct pedigree_param *param)
{
	return strcmp(param->key, PEDIGREE_PARAM_RECIPE) == 0 ||
	       strcmp(param->key, PEDIGREE_PARAM_SURROUNDINGS) == 0;
}

static void parameters(struct page *page, const struct pedigree_params *list)
{
	if (!list->n)
		return;
	heading(page, "Parameters");
	for (size_t i = 0; i < list->n; i++) {
		const struct pedigree_param *param = &list->v[i];

		if (names_sheet(param))
			continue;
		pedigree_buf_reset(&page->text);
		pedigree_text_add(&page->text, param->key, page->print->ascii);
		pedigree_buf_add_str(&page->text, " = ");
		if (param->is_number)
			pedigree_buf_addf(&page->text, "%.15g", param->number);
		else
			pedigree_text_add(&page->text, param->value,
					  page->print->ascii);
		fprintf(page->out, "  %s\n", page->text.data);
	}
}

static void metrics(struct page *page, const struct pedigree_metrics *list)
{
	if (!list->n)
		return;
	heading(page, "Metrics");
	for (size_t i = 0; i < list->n; i++) {
		const struct pedigree_metric *metric = &list->v[i];

		pedigree_buf_reset(&page->text);
		pedigree_text_add(&page->text, metric->name,
				  page->print->ascii);
		pedigree_buf_addf(&page->text, " = %.15g", metric->last);
		if (metric->count > 1)
			pedigree_buf_addf(&page->text,
					  " (%" PRIu64 " from %.15g to %.15g)",
					  metric->count, metric->min,
					  metric->max);
		fprintf(page->out, "  %s\n", page->text.data);
	}
}

static void status(struct page *page, const struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (!entity->status)
		return;
	pedigree_buf_add_str(&text, entity->status);
	if (entity->message && *entity->message) {
		pedigree_buf_add_str(&text, ": ");
		pedigree_buf_add_str(&text, entity->message);
	}
	fact(page, "Status", text.data);
}

static void facts(struct page *page, const struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_label_name(entity, false, &text);
	pedigree_text_add(&page->text, text.data, page->print->ascii);
	fprintf(page->out,
		page->print->colour ? "\033[1m%s\033[0m  %s\n" : "%s  %s\n",
		page->text.data, pedigree_label_type(entity));
	fact(page, "ARN", entity->arn);
	fact(page, "Source", entity->source_uri);
	for (size_t i = 0; i < entity->source_types.n; i++)
		fact(page, "Version", entity->source_types.v[i].value);
	status(page, entity);
	fact_time(page, "Began", entity->start_ms);
	fact_time(page, "Ended", entity->end_ms);
	if (entity->start_ms && entity->end_ms >= entity->start_ms) {
		pedigree_buf_reset(&text);
		pedigree_label_duration(entity->end_ms - entity->start_ms,
					&text);
		fact(page, "Took", text.data);
	}
	if (!entity->start_ms)
		fact_time(page, "Created", entity->created_ms);
	fact(page, "Description", entity->description);
	fact(page, "Commit", entity->commit_id);
	fact(page, "Repository", entity->repository);
	parameters(page, &entity->parameters);
	metrics(page, &entity->metrics);
	pairs(page, "Properties", &entity->properties);
	pairs(page, "Tags", &entity->tags);
}

static int add_neighbour(struct page *page, struct pedigree_table *table,
			 const struct pedigree_entity *entity)
{
	const struct pedigree_print *print = page->print;
	struct pedigree_line *line = pedigree_table_line(table);
	struct pedigree_buf *text = &page->text;

	if (!line)
		return PEDIGREE_ENOMEM;
	line->cells[0].lead = 2;
	pedigree_buf_add_str(&line->cells[0].text, "  ");
	pedigree_buf_reset(text);
	pedigree_label_name(entity, true, text);
	pedigree_cell_set(line, 0, text->data, pedigree_label_ink(entity),
			  print->ascii);
	pedigree_cell_set(line, 1, pedigree_label_type(entity),
			  PEDIGREE_INK_PLAIN, print->ascii);
	pedigree_buf_reset(text);
	pedigree_label_state(entity, print->wide, text);
	pedigree_label_extent(entity, text);
	pedigree_cell_set(line, 2, text->data, PEDIGREE_INK_DIM, print->ascii);
	pedigree_buf_reset(text);
	pedigree_label_time(entity, text);
	pedigree_cell_set(line, 3, text->data, PEDIGREE_INK_DIM, print->ascii);
	return 0;
}

static int neighbours(struct page *page, const struct pedigree_beside *beside,
		      const struct pedigree_shown *shown,
		      struct pedigree_error *err)
{
	const struct pedigree_neighbours *list =
		beside->after ? &shown->after : &shown->before;
	_cleanup_table_ struct pedigree_table table = {
		.elastic = 1u << 0,
		.drop = { 4, 3, 2 },
	};

	for (size_t i = 0; i < list->n; i++) {
		const struct pedigree_entity *entity = &list->v[i].entity;

		if (beside->kinds & 1u << entity->kind &&
		    add_neighbour(page, &table, entity) < 0)
			return pedigree_fail_memory(err);
	}
	if (!table.lines.n)
		return 0;
	heading(page, beside->heading);
	return pedigree_table_print(&table, page->print, page->out, err);
}

static void blind_spot(struct page *page, const struct pedigree_blind_spot *at)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&text, at->text ? at->text : at->kind);
	if (at->path && *at->path) {
		pedigree_buf_add_str(&text, ": ");
		pedigree_buf_add_str(&text, at->path);
	}
	if (at->count > 1)
		pedigree_buf_addf(&text, " (%" PRIu64 " times)", at->count);
	fact(page, "Not seen", text.data);
}

/* "Rank 3  of 8, on node-2, pid 811: Failed, exit status 1" */
static void rank(struct page *page, const struct pedigree_rank_seen *at)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&name, "Rank ");
	pedigree_text_add(&name, at->rank ? at->rank : "?", page->print->ascii);
	if (at->ranks)
		pedigree_buf_addf(&text, "of %s, ", at->ranks);
	pedigree_buf_addf(&text, "%s, pid %" PRIu32, at->host ? at->host : "?",
			  at->pid);
	if (at->status)
		pedigree_buf_addf(&text, ": %s", at->status);
	if (at->message)
		pedigree_buf_addf(&text, ": %s", at->message);
	fact(page, name.data, text.data);
}

static int capture(struct page *page, const char *json,
		   struct pedigree_error *err)
{
	_cleanup_record_ struct pedigree_record *record = pedigree_record_new();
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int rc;

	if (!record)
		return pedigree_fail_memory(err);
	rc = pedigree_capture_from_json(json, strlen(json), record, err);
	if (rc < 0)
		return rc;
	heading(page, "Capture");
	pedigree_buf_addf(&text, "%" PRIu64 " process%s, %" PRIu64 " events",
			  record->processes, record->processes == 1 ? "" : "es",
			  record->events);
	if (record->dropped)
		pedigree_buf_addf(&text, ", %" PRIu64 " lost", record->dropped);
	fact(page, "Seen", text.data);
	for (size_t i = 0; i < record->blind_spots.n; i++)
		blind_spot(page, &record->blind_spots.v[i]);
	for (size_t i = 0; i < record->ranks.n; i++)
		rank(page, &record->ranks.v[i]);
	for (size_t i = 0; i < record->steps.n; i++)
		fact(page, i ? "" : "Steps", record->steps.v[i]);
	for (size_t i = 0; i < record->still_running.n; i++) {
		pedigree_buf_reset(&text);
		pedigree_buf_addf(&text, "%s (pid %" PRIu32 ")",
				  record->still_running.v[i].program
					  ? record->still_running.v[i].program
					  : "a process",
				  record->still_running.v[i].pid);
		fact(page, "Still running", text.data);
	}
	return 0;
}

int pedigree_text_shown(const struct pedigree_shown *shown,
			const struct pedigree_print *print, FILE *out,
			struct pedigree_error *err)
{
	struct page page = { .print = print,
			     .out = out,
			     .text = PEDIGREE_BUF_INIT };
	int rc = 0;

	facts(&page, &shown->entity);
	for (size_t i = 0; rc == 0 && i < PEDIGREE_BESIDES; i++)
		if (pedigree_besides[i].of & 1u << shown->entity.kind)
			rc = neighbours(&page, &pedigree_besides[i], shown,
					err);
	if (rc == 0 && shown->capture)
		rc = capture(&page, shown->capture, err);
	if (rc == 0 && pedigree_buf_error(&page.text))
		rc = pedigree_fail_memory(err);
	if (rc == 0)
		rc = pedigree_print_end(out, err);
	pedigree_buf_clear(&page.text);
	return rc;
}
