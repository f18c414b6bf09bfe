/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags. An entity has at most 50.
 */
#include "config.h"

#include "base/err.h"
#include "service/call.h"

#define TAGS_MAX 50

struct tagged {
	pedigree_row row;
	struct pedigree_entity entity;
};

static void tagged_clear(struct tagged *tagged)
{
	pedigree_entity_clear(&tagged->entity);
}

static int find(struct pedigree_call *call, struct tagged *tagged,
		struct pedigree_error *err)
{
	enum pedigree_kind kind;
	int status =
		pedigree_call_find_arn(call,
				       pedigree_call_text(call, "ResourceArn"),
				       &tagged->row, &kind, err);

	if (!status)
		status = pedigree_ledger_entity(call->ledger, tagged->row,
						&tagged->entity, err);
	return status;
}

static int answer_tags(struct pedigree_call *call,
		       const struct pedigree_pairs *tags, size_t from,
		       size_t to, struct pedigree_error *err)
{
	json_t *list = json_array();
	int status = pedigree_put(call->answer, "Tags", list);

	for (size_t i = from; !status && i < to; i++)
		if (json_array_append_new(
			    list, json_pack("{ssss}", "Key", tags->v[i].key,
					    "Value", tags->v[i].value)))
			status = PEDIGREE_ENOMEM;
	return status ? pedigree_fail_memory(err) : 0;
}

int pedigree_do_add_tags(struct pedigree_call *call, struct pedigree_error *err)
{
	_cleanup_(tagged_clear) struct tagged tagged = { 0 };
	struct pedigree_pairs *tags = &tagged.entity.tags;
	size_t i;
	json_t *tag;
	int status = find(call, &tagged, err);

	if (status)
		return status;
	json_array_foreach(json_object_get(call->request, "Tags"), i, tag)
	{
		const char *key =
			json_string_value(json_object_get(tag, "Key"));
		const char *value =
			json_string_value(json_object_get(tag, "Value"));

		if (pedigree_pairs_set(tags, key, value) < 0)
			return pedigree_fail_memory(err);
		status = pedigree_editor_tag(call->editor, tagged.row, key,
					     value, err);
		if (status)
			return status;
	}
	if (tags->n > TAGS_MAX)
		return pedigree_refuse(
			call, PEDIGREE_ELIMIT,
			"%s would have %zu tags; an entity can have %d.",
			tagged.entity.arn, tags->n, TAGS_MAX);
	return answer_tags(call, tags, 0, tags->n, err);
}

int pedigree_do_delete_tags(struct pedigree_call *call,
			    struct pedigree_error *err)
{
	_cleanup_(tagged_clear) struct tagged tagged = { 0 };
	size_t i;
	json_t *key;
	int status = find(call, &tagged, err);

	if (status)
		return status;
	json_array_foreach(json_object_get(call->request, "TagKeys"), i, key)
	{
		status = pedigree_editor_untag(call->editor, tagged.row,
					       json_string_value(key), err);
		if (status)
			return status;
	}
	return 0;
}

int pedigree_do_list_tags(struct pedigree_call *call,
			  struct pedigree_error *err)
{
	_cleanup_(tagged_clear) struct tagged tagged = { 0 };
	_cleanup_(pedigree_page_close) struct pedigree_page page = { 0 };
	int status = pedigree_page_open(call, TAGS_MAX, &page);

	if (!status)
		status = find(call, &tagged, err);
	if (status)
		return status;
	size_t n = tagged.entity.tags.n;
	size_t from =
		(size_t)json_integer_value(json_object_get(page.mark, "i"));
	if (from > n)
		from = n;
	size_t to = n - from > page.size ? from + page.size : n;
	if (to < n &&
	    pedigree_page_more(call, &page,
			       json_pack("{sI}", "i", (json_int_t)to)))
		return pedigree_fail_memory(err);
	return answer_tags(call, &tagged.entity.tags, from, to, err);
}
