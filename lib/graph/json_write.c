/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON. By hand, since a manifest of a million lines would stand in
 * memory three times otherwise, and since times have three decimals here.
 *
 * Every value is written with a comma behind it; what closes an object or a
 * list takes the last comma away.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "graph/json_members.h"
#include "graph/text.h"

static int finish(const struct pedigree_buf *buf, struct pedigree_error *err)
{
	if (pedigree_buf_error(buf))
		return pedigree_fail_memory(err);
	return 0;
}

static void close_with(struct pedigree_buf *buf, char bracket)
{
	if (buf->len && buf->data[buf->len - 1] == ',')
		pedigree_buf_cut(buf, buf->len - 1);
	pedigree_buf_add_char(buf, bracket);
	pedigree_buf_add_char(buf, ',');
}

static void add_control(struct pedigree_buf *buf, unsigned char c)
{
	static const char *const shorts[] = {
		['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",
		['\f'] = "\\f", ['\r'] = "\\r",
	};

	if (c < PEDIGREE_COUNT(shorts) && shorts[c])
		pedigree_buf_add_str(buf, shorts[c]);
	else
		pedigree_buf_addf(buf, "\\u%04x", c);
}

void pedigree_json_string(struct pedigree_buf *buf, const char *text)
{
	const char *s = text;

	pedigree_buf_add_char(buf, '"');
	while (*s) {
		const char *start = s;
		size_t n;

		while (*s >= 0x20 && *s < 0x7f && *s != '"' && *s != '\\')
			s++;
		if (s > start)
			pedigree_buf_add(buf, start, (size_t)(s - start));
		if (!*s)
			break;
		n = pedigree_utf8_length(s);
		if (!n)
			pedigree_buf_add_str(buf, "\xef\xbf\xbd");
		else if (n > 1)
			pedigree_buf_add(buf, s, n);
		else if (*s == '"' || *s == '\\')
			pedigree_buf_addf(buf, "\\%c", *s);
		else
			add_control(buf, (unsigned char)*s);
		s += n ? n : 1;
	}
	pedigree_buf_add_char(buf, '"');
}

void pedigree_json_comma(struct pedigree_buf *buf)
{
	if (buf->len && !strchr("{[", buf->data[buf->len - 1]))
		pedigree_buf_add_char(buf, ',');
}

void pedigree_json_key(struct pedigree_buf *buf, const char *key)
{
	pedigree_json_comma(buf);
	pedigree_json_string(buf, key);
	pedigree_buf_add_char(buf, ':');
}

void pedigree_json_member(struct pedigree_buf *buf, const char *key,
			  const char *value)
{
	if (!value)
		return;
	pedigree_json_key(buf, key);
	pedigree_json_string(buf, value);
}

static void add_key(struct pedigree_buf *buf, const char *key)
{
	pedigree_json_string(buf, key);
	pedigree_buf_add_char(buf, ':');
}

static void add_text(struct pedigree_buf *buf, const char *key,
		     const char *value)
{
	if (!value)
		return;
	add_key(buf, key);
	pedigree_json_string(buf, value);
	pedigree_buf_add_char(buf, ',');
}

/* Readers of JSON take no more than this; a damaged log may count more. */
static void add_count(struct pedigree_buf *buf, const char *key, uint64_t value)
{
	if (value > INT64_MAX)
		value = INT64_MAX;
	add_key(buf, key);
	pedigree_buf_addf(buf, "%" PRIu64 ",", value);
}

static void add_time(struct pedigree_buf *buf, const char *key, int64_t ms)
{
	uint64_t amount = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;

	if (!ms)
		return;
	add_key(buf, key);
	pedigree_buf_addf(buf, "%s%" PRIu64 ".%03u,", ms < 0 ? "-" : "",
			  amount / 1000, (unsigned int)(amount % 1000));
}

/* The shortest text that is read back as the same number; "-0" is read back
   as an integer, which has no such zero. */
static void add_number(struct pedigree_buf *buf, double number)
{
	char text[40];
	char *point;

	if (number == 0)
		number = 0;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	/* In some locales. */
	point = strchr(text, ',');
	if (point)
		*point = '.';
	pedigree_buf_add_str(buf, text);
	pedigree_buf_add_char(buf, ',');
}

static void add_map(struct pedigree_buf *buf,
		    const struct pedigree_pairs *pairs)
{
	pedigree_buf_add_char(buf, '{');
	for (size_t i = 0; i < pairs->n; i++)
		add_text(buf, pairs->v[i].key, pairs->v[i].value);
	close_with(buf, '}');
}

static void add_values(struct pedigree_buf *buf,
		       const struct pedigree_pairs *pairs,
		       const struct pedigree_pairs *media)
{
	pedigree_buf_add_char(buf, '{');
	for (size_t i = 0; i < pairs->n; i++) {
		add_key(buf, pairs->v[i].key);
		pedigree_buf_add_char(buf, '{');
		add_text(buf, "MediaType",
			 pedigree_pairs_get(media, pairs->v[i].key));
		add_text(buf, "Value", pairs->v[i].value);
		close_with(buf, '}');
	}
	close_with(buf, '}');
}

static void add_pair_list(struct pedigree_buf *buf,
			  const struct pedigree_pairs *pairs,
			  const char *key_word)
{
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < pairs->n; i++) {
		pedigree_buf_add_char(buf, '{');
		add_text(buf, key_word, pairs->v[i].key);
		add_text(buf, "Value", pairs->v[i].value);
		close_with(buf, '}');
	}
	close_with(buf, ']');
}

static void add_params(struct pedigree_buf *buf,
		       const struct pedigree_params *params)
{
	pedigree_buf_add_char(buf, '{');
	for (size_t i = 0; i < params->n; i++) {
		add_key(buf, params->v[i].key);
		pedigree_buf_add_char(buf, '{');
		if (params->v[i].is_number) {
			add_key(buf, "NumberValue");
			add_number(buf, params->v[i].number);
		} else {
			add_text(buf, "StringValue", params->v[i].value);
		}
		close_with(buf, '}');
	}
	close_with(buf, '}');
}

static void add_metrics(struct pedigree_buf *buf,
			const struct pedigree_metrics *metrics)
{
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < metrics->n; i++) {
		const struct pedigree_metric *metric = &metrics->v[i];
		const struct pedigree_json_number *row = pedigree_json_metric;

		pedigree_buf_add_char(buf, '{');
		add_text(buf, "MetricName", metric->name);
		add_time(buf, "TimeStamp", metric->time_ms);
		for (; row->key; row++) {
			add_key(buf, row->key);
			add_number(buf, *(const double *)((const char *)metric +
							  row->offset));
		}
		add_count(buf, "Count", metric->count);
		close_with(buf, '}');
	}
	close_with(buf, ']');
}

static void add_member(struct pedigree_buf *buf,
		       const struct pedigree_json_member *member,
		       const struct pedigree_entity *entity)
{
	const void *place = (const char *)entity + member->offset;
	const struct pedigree_pairs *pairs = place;

	switch (member->shape) {
	case PEDIGREE_JSON_TEXT:
		add_text(buf, member->key, *(char *const *)place);
		break;
	case PEDIGREE_JSON_TIME:
		add_time(buf, member->key, *(const int64_t *)place);
		break;
	case PEDIGREE_JSON_MAP:
		add_key(buf, member->key);
		add_map(buf, pairs);
		break;
	case PEDIGREE_JSON_VALUES:
		if (!pairs->n)
			break;
		add_key(buf, member->key);
		add_values(
			buf, pairs,
			(const void *)((const char *)entity + member->media));
		break;
	case PEDIGREE_JSON_TYPES:
		add_key(buf, member->key);
		add_pair_list(buf, pairs, "SourceIdType");
		break;
	case PEDIGREE_JSON_PARAMS:
		add_key(buf, member->key);
		add_params(buf, place);
		break;
	case PEDIGREE_JSON_METRICS:
		if (!((const struct pedigree_metrics *)place)->n)
			break;
		add_key(buf, member->key);
		add_metrics(buf, place);
		break;
	}
}

/* Writes rows of one object; an object with nothing in it is left out. */
static const struct pedigree_json_member *
add_object(struct pedigree_buf *buf, const struct pedigree_json_member *row,
	   const struct pedigree_entity *entity)
{
	const char *in = row->in;
	size_t before = buf->len;
	size_t inside;

	add_key(buf, in);
	pedigree_buf_add_char(buf, '{');
	inside = buf->len;
	for (; row->key && row->in && strcmp(row->in, in) == 0; row++)
		add_member(buf, row, entity);
	if (buf->len == inside)
		pedigree_buf_cut(buf, before);
	else
		close_with(buf, '}');
	return row;
}

static void add_members(struct pedigree_buf *buf,
			const struct pedigree_entity *entity, bool tags)
{
	const struct pedigree_json_member *row =
		pedigree_json_members[entity->kind];

	while (row->key) {
		if (row->in)
			row = add_object(buf, row, entity);
		else
			add_member(buf, row++, entity);
	}
	if (!tags)
		return;
	add_key(buf, "Tags");
	add_pair_list(buf, &entity->tags, "Key");
}

int pedigree_entity_to_json(const struct pedigree_entity *entity, bool tags,
			    struct pedigree_buf *buf,
			    struct pedigree_error *err)
{
	pedigree_buf_add_char(buf, '{');
	add_members(buf, entity, tags);
	close_with(buf, '}');
	pedigree_buf_cut(buf, buf->len - 1);
	return finish(buf, err);
}

static void add_ranks(struct pedigree_buf *buf,
		      const struct pedigree_record *record)
{
	add_key(buf, "Ranks");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < record->ranks.n; i++) {
		const struct pedigree_rank_seen *rank = &record->ranks.v[i];

		pedigree_buf_add_char(buf, '{');
		add_text(buf, "Launcher", rank->launcher);
		add_text(buf, "Rank", rank->rank);
		add_text(buf, "Ranks", rank->ranks);
		add_text(buf, "Host", rank->host);
		add_count(buf, "Pid", rank->pid);
		add_text(buf, "Status", rank->status);
		add_text(buf, "Message", rank->message);
		close_with(buf, '}');
	}
	close_with(buf, ']');
}

static void add_names(struct pedigree_buf *buf, const char *key,
		      const struct pedigree_names *names)
{
	add_key(buf, key);
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < names->n; i++) {
		pedigree_json_string(buf, names->v[i]);
		pedigree_buf_add_char(buf, ',');
	}
	close_with(buf, ']');
}

static void add_capture(struct pedigree_buf *buf,
			const struct pedigree_record *record)
{
	pedigree_buf_add_char(buf, '{');
	add_count(buf, "Processes", record->processes);
	add_count(buf, "Events", record->events);
	add_count(buf, "Dropped", record->dropped);
	add_key(buf, "StillRunning");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < record->still_running.n; i++) {
		pedigree_buf_add_char(buf, '{');
		add_count(buf, "Pid", record->still_running.v[i].pid);
		add_text(buf, "Program", record->still_running.v[i].program);
		close_with(buf, '}');
	}
	close_with(buf, ']');
	add_key(buf, "BlindSpots");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < record->blind_spots.n; i++) {
		const struct pedigree_blind_spot *spot =
			&record->blind_spots.v[i];

		pedigree_buf_add_char(buf, '{');
		add_text(buf, "Kind", spot->kind);
		add_text(buf, "Text", spot->text);
		add_text(buf, "Path", spot->path);
		add_count(buf, "Count", spot->count);
		close_with(buf, '}');
	}
	close_with(buf, ']');
	if (record->ranks.n)
		add_ranks(buf, record);
	if (record->steps.n)
		add_names(buf, "Steps", &record->steps);
	close_with(buf, '}');
}

int pedigree_capture_to_json(const struct pedigree_record *record,
			     struct pedigree_buf *buf,
			     struct pedigree_error *err)
{
	add_capture(buf, record);
	pedigree_buf_cut(buf, buf->len - 1);
	return finish(buf, err);
}

static void add_lists(struct pedigree_buf *buf,
		      const struct pedigree_record *record)
{
	add_key(buf, "Associations");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < record->associations.n; i++) {
		pedigree_buf_add_char(buf, '{');
		add_text(buf, "SourceArn", record->associations.v[i].source);
		add_text(buf, "DestinationArn",
			 record->associations.v[i].destination);
		add_text(buf, "AssociationType",
			 record->associations.v[i].type);
		close_with(buf, '}');
	}
	close_with(buf, ']');
	add_key(buf, "Manifests");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < record->manifests.n; i++) {
		pedigree_buf_add_char(buf, '{');
		add_text(buf, "Digest", record->manifests.v[i].digest);
		add_text(buf, "Text", record->manifests.v[i].text);
		close_with(buf, '}');
	}
	close_with(buf, ']');
	add_names(buf, "Trials", &record->trials);
}

int pedigree_record_to_json(const struct pedigree_record *record,
			    struct pedigree_buf *buf,
			    struct pedigree_error *err)
{
	pedigree_buf_add_char(buf, '{');
	add_count(buf, "PedigreeRecord", 1);
	add_text(buf, "Run", record->run);
	add_count(buf, "Revision", record->revision);
	add_key(buf, "Entities");
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < record->entities.n; i++) {
		const struct pedigree_entity *entity = &record->entities.v[i];

		pedigree_buf_add_char(buf, '{');
		add_text(buf, "Kind", pedigree_kind_word(entity->kind));
		add_members(buf, entity, true);
		close_with(buf, '}');
	}
	close_with(buf, ']');
	add_lists(buf, record);
	add_key(buf, "Capture");
	add_capture(buf, record);
	close_with(buf, '}');
	pedigree_buf_cut(buf, buf->len - 1);
	return finish(buf, err);
}
