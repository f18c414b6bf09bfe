/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "render/caption.h"

#include <string.h>

#include "base/base.h"
#include "render/label.h"

#define WIDEST 28

static void cut(struct pedigree_buf *line, const struct pedigree_buf *text,
		bool whole)
{
	_cleanup_buf_ struct pedigree_buf shown = PEDIGREE_BUF_INIT;

	pedigree_text_add(&shown, text->data, false);
	if (pedigree_buf_error(text) || pedigree_buf_error(&shown))
		line->failed = true;
	else if (whole)
		pedigree_buf_add_str(line, shown.data);
	else
		pedigree_text_cut(line, shown.data, WIDEST, false);
}

int pedigree_caption_init(struct pedigree_caption *caption,
			  const struct pedigree_entity *entity, bool whole)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct pedigree_buf *lines = caption->lines;
	size_t len;

	for (size_t i = 0; i < PEDIGREE_CAPTION_LINES; i++)
		pedigree_buf_init(&lines[i]);
	pedigree_label_name(entity, whole, &text);
	cut(&lines[PEDIGREE_CAPTION_NAME], &text, whole);
	pedigree_buf_reset(&text);
	pedigree_buf_add_str(&text, pedigree_label_type(entity));
	pedigree_buf_add_str(&text, " ");
	len = text.len;
	pedigree_label_state(entity, whole, &text);
	/* A box has no room for more than a version. */
	if (whole && text.len > len)
		pedigree_label_extent(entity, &text);
	if (text.len == len)
		pedigree_buf_cut(&text, len - 1);
	cut(&lines[PEDIGREE_CAPTION_WHAT], &text, whole);
	pedigree_label_time(entity, &lines[PEDIGREE_CAPTION_WHEN]);
	for (size_t i = 0; i < PEDIGREE_CAPTION_LINES; i++) {
		if (!pedigree_buf_error(&lines[i]))
			continue;
		pedigree_caption_clear(caption);
		return PEDIGREE_ENOMEM;
	}
	return 0;
}

void pedigree_caption_clear(struct pedigree_caption *caption)
{
	for (size_t i = 0; i < PEDIGREE_CAPTION_LINES; i++)
		pedigree_buf_clear(&caption->lines[i]);
}

const char *pedigree_caption_edge(const struct pedigree_graph_edge *edge)
{
	static const char *const deployed[] = {
		[PEDIGREE_DEPLOYED_CURRENT] = "current",
		[PEDIGREE_DEPLOYED_REPLACED] = "replaced",
		[PEDIGREE_DEPLOYED_FAILED] = "failed",
	};
	static const char *const words[][2] = {
		{ "SameAs", "same bytes" },
		{ "DerivedFrom", "derived" },
	};

	if (edge->deployed)
		return deployed[edge->deployed];
	if (edge->through)
		return "indirectly";
	for (size_t i = 0; edge->type && i < PEDIGREE_COUNT(words); i++)
		if (strcmp(edge->type, words[i][0]) == 0)
			return words[i][1];
	return NULL;
}

enum pedigree_look pedigree_caption_look(const struct pedigree_entity *entity)
{
	switch (entity->kind) {
	case PEDIGREE_ACTION:
		return PEDIGREE_LOOK_ACTION;
	case PEDIGREE_CONTEXT:
		return PEDIGREE_LOOK_CONTEXT;
	case PEDIGREE_ARTIFACT:
		break;
	case PEDIGREE_TRIAL_COMPONENT:
	case PEDIGREE_TRIAL:
	case PEDIGREE_EXPERIMENT:
	case PEDIGREE_KINDS:
		return PEDIGREE_LOOK_RUN;
	}
	if (entity->type && strcmp(entity->type, "Model") == 0)
		return PEDIGREE_LOOK_MODEL;
	if (entity->type && strcmp(entity->type, "Code") == 0)
		return PEDIGREE_LOOK_CODE;
	return PEDIGREE_LOOK_DATA;
}
