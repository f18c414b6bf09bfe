/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "evlog/frame.h"

#include <string.h>

#include "base/base.h"

enum body {
	BODY_NONE,
	BODY_TWO,
	BODY_IMAGE,
	BODY_BLIND,
	BODY_STREAM,
	BODY_REAPED,
	BODY_EXCHANGE
};

/* What a frame of each type consists of; format.h says it in words. */
static const struct layout {
	bool known;
	bool may_have_old;
	enum body body;
	uint8_t required; /* texts that must be there */
	uint8_t optional; /* texts behind them that may */
} layouts[] = {
	[PEDIGREE_EV_PROCESS] = { true, false, BODY_IMAGE, 1, 0 },
	[PEDIGREE_EV_FORK] = { true, false, BODY_IMAGE, 0, 0 },
	[PEDIGREE_EV_FOLDER] = { true, false, BODY_NONE, 1, 0 },
	[PEDIGREE_EV_OPEN] = { true, true, BODY_NONE, 1, 0 },
	[PEDIGREE_EV_RENAME] = { true, true, BODY_TWO, 2, 0 },
	[PEDIGREE_EV_LINK] = { true, false, BODY_TWO, 2, 0 },
	[PEDIGREE_EV_SYMLINK] = { true, false, BODY_TWO, 2, 0 },
	[PEDIGREE_EV_UNLINK] = { true, true, BODY_NONE, 1, 0 },
	[PEDIGREE_EV_TRUNCATE] = { true, true, BODY_NONE, 1, 0 },
	[PEDIGREE_EV_LOADED] = { true, false, BODY_NONE, 1, 0 },
	[PEDIGREE_EV_BLIND] = { true, false, BODY_BLIND, 0, 1 },
	[PEDIGREE_EV_EXIT] = { true, false, BODY_NONE, 0, 0 },
	[PEDIGREE_EV_STREAM] = { true, false, BODY_STREAM, 1, 0 },
	[PEDIGREE_EV_REAPED] = { true, false, BODY_REAPED, 0, 0 },
	[PEDIGREE_EV_RANK] = { true, false, BODY_NONE, 2, 1 },
	[PEDIGREE_EV_INPUT] = { true, false, BODY_NONE, 1, 1 },
	[PEDIGREE_EV_OUTPUT] = { true, false, BODY_NONE, 1, 1 },
	[PEDIGREE_EV_PARAM] = { true, false, BODY_NONE, 2, 0 },
	[PEDIGREE_EV_TAG] = { true, false, BODY_NONE, 2, 0 },
	[PEDIGREE_EV_METRIC] = { true, false, BODY_NONE, 2, 0 },
	[PEDIGREE_EV_DEPLOY] = { true, false, BODY_NONE, 1, 2 },
	[PEDIGREE_EV_BEGIN] = { true, false, BODY_NONE, 1, 0 },
	[PEDIGREE_EV_END] = { true, false, BODY_NONE, 2, 1 },
	[PEDIGREE_EV_POINT] = { true, false, BODY_NONE, 3, 0 },
	[PEDIGREE_EV_EXCHANGE] = { true, false, BODY_EXCHANGE, 2, 0 },
	[PEDIGREE_EV_CONTROL] = { true, false, BODY_EXCHANGE, 2, 0 },
	[PEDIGREE_EV_CONNECT] = { true, false, BODY_NONE, 2, 0 },
	[PEDIGREE_EV_SETTLED] = { true, false, BODY_NONE, 2, 0 },
};

struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *cursor, void *ret, size_t n)
{
	if ((size_t)(cursor->end - cursor->at) < n)
		return false;
	memcpy(ret, cursor->at, n);
	cursor->at += n;
	return true;
}

static bool take_text(struct cursor *cursor, const char **ret)
{
	const char *nul =
		memchr(cursor->at, 0, (size_t)(cursor->end - cursor->at));

	if (!nul)
		return false;
	*ret = cursor->at;
	cursor->at = nul + 1;
	return true;
}

static bool take_body(struct cursor *cursor, enum body body,
		      struct pedigree_frame_parts *parts)
{
	switch (body) {
	case BODY_NONE:
		return true;
	case BODY_TWO:
		return take(cursor, &parts->two, sizeof(parts->two));
	case BODY_IMAGE:
		return take(cursor, &parts->image, sizeof(parts->image));
	case BODY_BLIND:
		return take(cursor, &parts->blind, sizeof(parts->blind));
	case BODY_STREAM:
		return take(cursor, &parts->stream, sizeof(parts->stream)) &&
		       parts->stream.fd <= UINT16_MAX;
	case BODY_REAPED:
		return take(cursor, &parts->reaped, sizeof(parts->reaped)) &&
		       parts->reaped.status <= UINT16_MAX;
	case BODY_EXCHANGE:
		return take(cursor, &parts->exchange, sizeof(parts->exchange));
	}
	return false;
}

static bool take_texts(struct cursor *cursor, const struct layout *layout,
		       struct pedigree_frame_parts *parts)
{
	unsigned int i = 0;

	for (; i < layout->required; i++)
		if (!take_text(cursor, &parts->text[i]))
			return false;
	for (; i < (unsigned int)layout->required + layout->optional; i++)
		if (cursor->at < cursor->end &&
		    !take_text(cursor, &parts->text[i]))
			return false;
	return true;
}

/* The number is checked against the frame, whose size bounds the loop. */
static bool take_args(struct cursor *cursor, enum body body,
		      struct pedigree_frame_parts *parts)
{
	const char *ignored;
	uint32_t n = 0;

	if (body == BODY_EXCHANGE)
		n = 2u * parts->exchange.fields;
	else if (parts->head.type == PEDIGREE_EV_PROCESS)
		n = parts->image.argc;
	parts->args = cursor->at;
	for (uint32_t i = 0; i < n; i++)
		if (!take_text(cursor, &ignored))
			return false;
	parts->args_size = (size_t)(cursor->at - parts->args);
	return true;
}

/* Frames are zero-padded to a multiple of 8, and hold nothing else. */
static bool only_padding(const struct cursor *cursor)
{
	static const char zero[8];
	size_t n = (size_t)(cursor->end - cursor->at);

	return n < sizeof(zero) && memcmp(cursor->at, zero, n) == 0;
}

enum pedigree_frame_verdict
pedigree_frame_parse(const char *bytes, size_t size,
		     struct pedigree_frame_parts *ret)
{
	struct pedigree_frame_parts parts = { .text = { "", "", "" },
					      .args = "" };
	struct cursor cursor = { bytes, bytes + size };
	const struct layout *layout;
	uint8_t type;

	if (!take(&cursor, &parts.head, sizeof(parts.head)))
		return PEDIGREE_FRAME_BAD;
	type = parts.head.type;
	if (type == 0 || parts.head.seq == 0)
		return PEDIGREE_FRAME_BAD;
	if (type >= PEDIGREE_COUNT(layouts) || !layouts[type].known)
		return PEDIGREE_FRAME_UNKNOWN;
	layout = &layouts[type];
	parts.has_old =
		layout->may_have_old && (parts.head.flags & PEDIGREE_F_OLD);
	if ((parts.has_old && !take(&cursor, &parts.old, sizeof(parts.old))) ||
	    !take_body(&cursor, layout->body, &parts) ||
	    !take_texts(&cursor, layout, &parts) ||
	    !take_args(&cursor, layout->body, &parts) ||
	    !only_padding(&cursor) || parts.blind.kind > UINT16_MAX)
		return PEDIGREE_FRAME_BAD;
	*ret = parts;
	return PEDIGREE_FRAME_GOOD;
}
