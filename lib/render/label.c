/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "render/label.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "query/query.h"
#include "render/render.h"

#define SHORT_HEX 8
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* The last component, with the slash of a folder. */
static const char *last_part(const char *text)
{
	const char *end = text + strlen(text);

	while (end > text && end[-1] == '/')
		end--;
	while (end > text && end[-1] != '/')
		end--;
	return end;
}

void pedigree_label_name(const struct pedigree_entity *entity, bool whole,
			 struct pedigree_buf *buf)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *uri = entity->source_uri;
	const char *part;

	if (entity->kind != PEDIGREE_ARTIFACT || !uri) {
		pedigree_buf_add_str(buf, entity->name	? entity->name
					  : entity->arn ? entity->arn
							: "?");
		return;
	}
	if (pedigree_uri_to_path(&path, uri))
		uri = path.data;
	part = whole ? uri : last_part(uri);
	pedigree_buf_add_str(buf, *part ? part : uri);
}

const char *pedigree_label_type(const struct pedigree_entity *entity)
{
	if (entity->kind == PEDIGREE_TRIAL_COMPONENT)
		return "Run";
	if (entity->type && *entity->type)
		return entity->type;
	return pedigree_kind_word(entity->kind);
}

void pedigree_label_version(const char *version, bool whole,
			    struct pedigree_buf *buf)
{
	size_t scheme = strcspn(version, ":");
	const char *digits = version[scheme] ? version + scheme + 1 : version;
	size_t hex = strspn(digits, "0123456789abcdefABCDEF");

	if (whole || hex <= SHORT_HEX) {
		pedigree_buf_add_str(buf, version);
		return;
	}
	pedigree_buf_add(buf, version, (size_t)(digits - version) + SHORT_HEX);
	/* What follows the digits says something ("+dirty"). */
	pedigree_buf_add_str(buf, digits + hex);
}

void pedigree_label_duration(int64_t ms, struct pedigree_buf *buf)
{
	if (ms < 0)
		return;
	if (ms < SECOND)
		pedigree_buf_addf(buf, "%" PRId64 " ms", ms);
	else if (ms < MINUTE)
		pedigree_buf_addf(buf, "%" PRId64 ".%" PRId64 " s", ms / SECOND,
				  ms % SECOND / 100);
	else if (ms < HOUR)
		pedigree_buf_addf(buf, "%" PRId64 " min %" PRId64 " s",
				  ms / MINUTE, ms % MINUTE / SECOND);
	else
		pedigree_buf_addf(buf, "%" PRId64 " h %" PRId64 " min",
				  ms / HOUR, ms % HOUR / MINUTE);
}

void pedigree_label_state(const struct pedigree_entity *entity, bool whole,
			  struct pedigree_buf *buf)
{
	const char *version = pedigree_version_of(entity);
	const char *deleted =
		entity->kind == PEDIGREE_CONTEXT
			? pedigree_pairs_get(&entity->properties, "DeletedTime")
			: NULL;

	if (entity->kind == PEDIGREE_ARTIFACT) {
		if (version)
			pedigree_label_version(version, whole, buf);
		return;
	}
	if (deleted) {
		pedigree_buf_add_str(buf, "deleted ");
		pedigree_buf_add_str(buf, deleted);
	}
	if (entity->status)
		pedigree_buf_add_str(buf, entity->status);
	if (entity->start_ms && entity->end_ms >= entity->start_ms) {
		pedigree_buf_add_str(buf, entity->status ? ", " : "");
		pedigree_label_duration(entity->end_ms - entity->start_ms, buf);
	}
}

void pedigree_label_extent(const struct pedigree_entity *entity,
			   struct pedigree_buf *buf)
{
	struct pedigree_extent extent;

	if (!pedigree_extent_of(entity, &extent) ||
	    extent.files >= extent.present)
		return;
	pedigree_buf_addf(buf, "%s%" PRIu64 " of %" PRIu64 " files",
			  buf->len ? ", " : "", extent.files, extent.present);
}

enum pedigree_ink pedigree_label_ink(const struct pedigree_entity *entity)
{
	static const enum pedigree_ink inks[PEDIGREE_KINDS] = {
		[PEDIGREE_ARTIFACT] = PEDIGREE_INK_PLAIN,
		[PEDIGREE_ACTION] = PEDIGREE_INK_YELLOW,
		[PEDIGREE_CONTEXT] = PEDIGREE_INK_MAGENTA,
		[PEDIGREE_TRIAL_COMPONENT] = PEDIGREE_INK_CYAN,
		[PEDIGREE_TRIAL] = PEDIGREE_INK_CYAN,
		[PEDIGREE_EXPERIMENT] = PEDIGREE_INK_CYAN,
	};

	if (entity->kind == PEDIGREE_ARTIFACT && entity->type &&
	    strcmp(entity->type, "Model") == 0)
		return PEDIGREE_INK_GREEN;
	return inks[entity->kind];
}

int64_t pedigree_label_when(const struct pedigree_entity *entity)
{
	return entity->start_ms ? entity->start_ms : entity->created_ms;
}

void pedigree_add_time(struct pedigree_buf *buf, int64_t ms)
{
	time_t seconds = (time_t)(ms / SECOND);
	struct tm tm;
	char text[64];

	if (!ms || !gmtime_r(&seconds, &tm))
		return;
	if (strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &tm))
		pedigree_buf_add_str(buf, text);
}

void pedigree_label_time(const struct pedigree_entity *entity,
			 struct pedigree_buf *buf)
{
	size_t len = buf->len;

	pedigree_add_time(buf, pedigree_label_when(entity));
	if (buf->len == len)
		return;
	pedigree_buf_cut(buf, buf->len - strlen(":00Z"));
	pedigree_buf_add_char(buf, 'Z');
}
