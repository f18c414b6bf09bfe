/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells two runs apart, as text that who uses git can read, and as JSON.
 */
#include "config.h"

#include "render/diff.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/json.h"
#include "render/label.h"
#include "render/render.h"
#include "render/text.h"

#define LINES_MOST 40 /* of a section, unless all are asked for */

static const struct {
	const char *key, *heading;
} parts[PEDIGREE_DIFF_PARTS] = {
	[PEDIGREE_DIFF_COMMAND] = { "Command", "Command" },
	[PEDIGREE_DIFF_DATA] = { "Data", "Data" },
	[PEDIGREE_DIFF_CODE] = { "Code", "Code" },
	[PEDIGREE_DIFF_PARAMETERS] = { "Parameters", "Parameters" },
	[PEDIGREE_DIFF_ENVIRONMENT] = { "Environment", "Environment" },
	[PEDIGREE_DIFF_PACKAGES] = { "Packages", "Packages" },
	[PEDIGREE_DIFF_HOST] = { "Host", "Host and hardware" },
	[PEDIGREE_DIFF_STATUS] = { "Status", "Status" },
	[PEDIGREE_DIFF_METRICS] = { "Metrics", "Metrics" },
	[PEDIGREE_DIFF_OUTPUTS] = { "Outputs", "Outputs" },
};

static const char *const changes[PEDIGREE_CHANGES] = {
	[PEDIGREE_CHANGE_ADDED] = "Added",
	[PEDIGREE_CHANGE_REMOVED] = "Removed",
	[PEDIGREE_CHANGE_CHANGED] = "Changed",
	[PEDIGREE_CHANGE_MOVED] = "Moved",
	[PEDIGREE_CHANGE_UNRECORDED] = "NotRecorded",
};

static const char *const relations[] = {
	[PEDIGREE_RELATION_NONE] = "None",
	[PEDIGREE_RELATION_NEW_FROM_OLD] = "NewFromOld",
	[PEDIGREE_RELATION_OLD_FROM_NEW] = "OldFromNew",
	[PEDIGREE_RELATION_COMMON] = "Common",
};

struct page {
	const struct pedigree_print *print;
	FILE *out;
};

static bool is_files(size_t part)
{
	return part == PEDIGREE_DIFF_DATA || part == PEDIGREE_DIFF_CODE ||
	       part == PEDIGREE_DIFF_OUTPUTS;
}

static void ink(const struct page *page, const char *code)
{
	if (page->print->colour)
		fprintf(page->out, "\033[%sm", code);
}

static void write_text(const struct page *page, const char *text)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_text_add(&buf, text, page->print->ascii);
	fwrite(buf.data, 1, buf.len, page->out);
}

/* A URI as people write it: the path of a file. */
static void write_uri(const struct page *page, const char *uri)
{
	_cleanup_buf_ struct pedigree_buf plain = PEDIGREE_BUF_INIT;

	if (strstr(uri, "://") ? pedigree_uri_to_path(&plain, uri)
			       : pedigree_percent_decode(&plain, uri))
		write_text(page, plain.data);
	else
		write_text(page, uri);
}

static void write_version(const struct page *page, const char *version)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (*version)
		pedigree_label_version(version, page->print->wide, &text);
	write_text(page, *version ? text.data : "no version recorded");
}

static void write_side(const struct page *page, char sign, bool files,
		       const struct pedigree_diff_line *line, const char *value)
{
	ink(page, sign == '-' ? "31" : "32");
	fprintf(page->out, "  %s%c ", line->group ? "  " : "", sign);
	if (files && *line->name)
		write_uri(page, line->name);
	else
		write_text(page, line->name);
	fputs(files ? "  " : " = ", page->out);
	if (files)
		write_version(page, value);
	else
		write_text(page, value);
	ink(page, "0");
	fputc('\n', page->out);
}

static void write_moved(const struct page *page,
			const struct pedigree_diff_line *line)
{
	const char *why =
		*line->name ? "the same bytes" : "compared with the other";

	ink(page, "31");
	fputs("  - ", page->out);
	write_uri(page, line->old);
	ink(page, "0");
	fputc('\n', page->out);
	ink(page, "32");
	fputs("  + ", page->out);
	write_uri(page, line->new);
	ink(page, "0");
	fprintf(page->out, "  (%s)\n", why);
}

/* Which of the two has not got it? */
static void write_unrecorded(const struct page *page, bool files,
			     const struct pedigree_diff_line *line)
{
	fprintf(page->out, "  %s? ", line->group ? "  " : "");
	if (files && line->group)
		write_uri(page, line->name);
	else if (files)
		write_uri(page, line->name);
	else
		write_text(page, line->name);
	if (line->old && line->new && * line->old && * line->new)
		fputs(": not recorded in a way that can be compared",
		      page->out);
	else
		fprintf(page->out, ": not recorded of %s",
			line->old && *line->old	   ? "the new run"
			: line->new && * line->new ? "the old run"
			: line->old		   ? "the new run"
			: line->new		   ? "the old run"
						   : "both");
	fputc('\n', page->out);
}

static void write_line(const struct page *page, bool files,
		       const struct pedigree_diff_line *line)
{
	if (line->change == PEDIGREE_CHANGE_MOVED) {
		write_moved(page, line);
		return;
	}
	if (line->change == PEDIGREE_CHANGE_UNRECORDED) {
		write_unrecorded(page, files, line);
		return;
	}
	if (line->old)
		write_side(page, '-', files, line, line->old);
	if (line->new)
		write_side(page, '+', files, line, line->new);
}

static void write_section(const struct page *page, size_t part,
			  const struct pedigree_diff_section *section)
{
	const char *group = NULL;
	size_t n = section->lines.n;

	if (!n)
		return;
	ink(page, "1");
	fprintf(page->out, "\n%s", parts[part].heading);
	ink(page, "0");
	fputc('\n', page->out);
	if (!page->print->wide && n > LINES_MOST)
		n = LINES_MOST;
	for (size_t i = 0; i < n; i++) {
		const struct pedigree_diff_line *line = &section->lines.v[i];

		if (line->group &&
		    (!group || strcmp(group, line->group) != 0)) {
			fputs("  ", page->out);
			write_uri(page, line->group);
			fputs("/\n", page->out);
		}
		group = line->group;
		/* Git's answers are no files. */
		write_line(page,
			   is_files(part) &&
				   (line->group || strstr(line->name, "://")),
			   line);
	}
	if (n < section->lines.n)
		fprintf(page->out, "  and %zu more; --wide shows all\n",
			section->lines.n - n);
}

static void write_header(const struct page *page, const char *sign,
			 const struct pedigree_entity *run)
{
	_cleanup_buf_ struct pedigree_buf time = PEDIGREE_BUF_INIT;

	pedigree_add_time(&time, run->start_ms);
	ink(page, "1");
	fprintf(page->out, "%s ", sign);
	write_text(page, run->name ? run->name : run->arn);
	ink(page, "0");
	fprintf(page->out, "  %s\n", time.data);
}

static void write_ancestry(const struct page *page,
			   const struct pedigree_diff *diff)
{
	static const char *const sentences[] = {
		[PEDIGREE_RELATION_NEW_FROM_OLD] =
			"the new run goes on from what the old one made:",
		[PEDIGREE_RELATION_OLD_FROM_NEW] =
			"the old run goes on from what the new one made:",
		[PEDIGREE_RELATION_COMMON] = "both go on from the same:",
	};

	if (diff->relation == PEDIGREE_RELATION_NONE)
		return;
	ink(page, "1");
	fputs("\nAncestry", page->out);
	ink(page, "0");
	fprintf(page->out, "\n  %s\n", sentences[diff->relation]);
	for (size_t i = 0; i < diff->through.n; i++) {
		const struct pedigree_entity *entity = &diff->through.v[i];
		const char *version = pedigree_version_of(entity);

		fputs("    ", page->out);
		write_uri(page, entity->source_uri ? entity->source_uri
						   : entity->arn);
		fputs("  ", page->out);
		write_version(page, version ? version : "");
		fputc('\n', page->out);
	}
}

static void write_sum(const struct page *page, const struct pedigree_diff *diff)
{
	const char *comma = "";

	fputc('\n', page->out);
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++) {
		const struct pedigree_diff_section *section =
			&diff->sections[i];
		size_t n = section->lines.n -
			   section->n[PEDIGREE_CHANGE_UNRECORDED];

		if (!n)
			continue;
		fprintf(page->out, "%s%s %zu", comma, parts[i].heading, n);
		if (is_files(i))
			fprintf(page->out, " (+%zu -%zu ~%zu)",
				section->n[PEDIGREE_CHANGE_ADDED],
				section->n[PEDIGREE_CHANGE_REMOVED],
				section->n[PEDIGREE_CHANGE_CHANGED] +
					section->n[PEDIGREE_CHANGE_MOVED]);
		comma = ", ";
	}
	if (!*comma)
		fprintf(page->out,
			"no difference: files of data %zu, of code %zu, outputs %zu are the same",
			diff->sections[PEDIGREE_DIFF_DATA].same,
			diff->sections[PEDIGREE_DIFF_CODE].same,
			diff->sections[PEDIGREE_DIFF_OUTPUTS].same);
	fputc('\n', page->out);
}

static int print_text(const struct pedigree_diff *diff,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err)
{
	const struct page page = { .print = print, .out = out };

	write_header(&page, "---", &diff->old->entity);
	write_header(&page, "+++", &diff->new->entity);
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++)
		write_section(&page, i, &diff->sections[i]);
	write_ancestry(&page, diff);
	write_sum(&page, diff);
	return pedigree_print_end(out, err);
}

static void add_member(struct pedigree_buf *buf, const char *key,
		       const char *value)
{
	pedigree_buf_addf(buf, ",\"%s\":", key);
	if (value)
		pedigree_json_string(buf, value);
	else
		pedigree_buf_add_str(buf, "null");
}

static void add_run(struct pedigree_buf *buf, const char *key,
		    const struct pedigree_entity *run)
{
	pedigree_buf_addf(buf, "\"%s\":{\"TrialComponentName\":", key);
	pedigree_json_string(buf, run->name ? run->name : "");
	add_member(buf, "TrialComponentArn", run->arn);
	pedigree_buf_add_str(buf, "},\n");
}

static void add_line(struct pedigree_buf *buf,
		     const struct pedigree_diff_line *line)
{
	pedigree_buf_addf(buf, "{\"Change\":\"%s\"", changes[line->change]);
	if (line->group)
		add_member(buf, "Folder", line->group);
	if (line->change != PEDIGREE_CHANGE_MOVED)
		add_member(buf, "Name", line->name);
	else if (*line->name)
		add_member(buf, "Version", line->name);
	add_member(buf, "Old", line->old && *line->old ? line->old : NULL);
	add_member(buf, "New", line->new && * line->new ? line->new : NULL);
	pedigree_buf_add_char(buf, '}');
}

static const char *state_of(const struct pedigree_diff_section *section)
{
	if (pedigree_diff_section_differs(section))
		return "Differs";
	return section->unrecorded ? "NotRecorded" : "Same";
}

static void add_section(struct pedigree_buf *buf, size_t part,
			const struct pedigree_diff_section *section)
{
	pedigree_buf_addf(buf, "\"%s\":{\"State\":\"%s\",\"Same\":%zu",
			  parts[part].key, state_of(section), section->same);
	pedigree_buf_add_str(buf, ",\"Changes\":[");
	for (size_t i = 0; i < section->lines.n; i++) {
		pedigree_buf_add_str(buf, i ? ",\n" : "\n");
		add_line(buf, &section->lines.v[i]);
	}
	pedigree_buf_add_str(buf, "]},\n");
}

static int print_json(const struct pedigree_diff *diff, FILE *out,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_buf_add_char(&buf, '{');
	add_run(&buf, "Old", &diff->old->entity);
	add_run(&buf, "New", &diff->new->entity);
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++)
		add_section(&buf, i, &diff->sections[i]);
	pedigree_buf_addf(&buf,
			  "\"Ancestry\":{\"Relation\":\"%s\",\"Through\":[",
			  relations[diff->relation]);
	for (size_t i = 0; i < diff->through.n; i++) {
		if (i)
			pedigree_buf_add_char(&buf, ',');
		if (pedigree_entity_to_json(&diff->through.v[i], false, &buf,
					    err) < 0)
			return err ? err->code : PEDIGREE_ENOMEM;
	}
	pedigree_buf_addf(&buf, "]},\n\"Differs\":%s}\n",
			  pedigree_diff_differs(diff) ? "true" : "false");
	return pedigree_print_buf(&buf, out, err);
}

int pedigree_diff_print(const struct pedigree_diff *diff,
			const struct pedigree_print *print, FILE *out,
			struct pedigree_error *err)
{
	if (print->format == PEDIGREE_JSON)
		return print_json(diff, out, err);
	return print_text(diff, print, out, err);
}

static int print_outputs_json(const struct pedigree_diff *diff, FILE *out,
			      struct pedigree_error *err)
{
	const struct pedigree_diff_section *outputs =
		&diff->sections[PEDIGREE_DIFF_OUTPUTS];
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_buf_add_char(&buf, '{');
	add_run(&buf, "Old", &diff->old->entity);
	add_run(&buf, "New", &diff->new->entity);
	add_section(&buf, PEDIGREE_DIFF_OUTPUTS, outputs);
	pedigree_buf_addf(&buf, "\"Differs\":%s}\n",
			  pedigree_diff_section_differs(outputs) ? "true"
								 : "false");
	return pedigree_print_buf(&buf, out, err);
}

int pedigree_diff_print_outputs(const struct pedigree_diff *diff,
				const struct pedigree_print *print, FILE *out,
				struct pedigree_error *err)
{
	const struct pedigree_diff_section *outputs =
		&diff->sections[PEDIGREE_DIFF_OUTPUTS];
	const struct page page = { .print = print, .out = out };

	if (print->format == PEDIGREE_JSON)
		return print_outputs_json(diff, out, err);
	write_header(&page, "---", &diff->old->entity);
	write_header(&page, "+++", &diff->new->entity);
	write_section(&page, PEDIGREE_DIFF_OUTPUTS, outputs);
	fprintf(out, "\noutputs: %zu the same, %zu not, %zu not known\n",
		outputs->same,
		outputs->lines.n - outputs->n[PEDIGREE_CHANGE_UNRECORDED],
		outputs->n[PEDIGREE_CHANGE_UNRECORDED]);
	return pedigree_print_end(out, err);
}
