/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to structures, which stand at the front of the memory that holds
 * what they point to.
 */
#include "config.h"

#include <stdalign.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "service/call.h"
#include "service/typed.h"

struct owned {
	struct pedigree_arena arena;
	alignas(max_align_t) char array[];
};

static void owned_free(struct owned *owned)
{
	if (!owned)
		return;
	pedigree_arena_clear(&owned->arena);
	free(owned);
}

static void owned_freep(struct owned **owned)
{
	owned_free(*owned);
}

static int read_fields(struct pedigree_arena *arena,
		       const struct pedigree_form *form, size_t from,
		       json_t *json, void *object);

static int read_text(struct pedigree_arena *arena, json_t *json, void *member)
{
	const char *text = json_string_value(json);

	if (!text)
		return 0;
	text = pedigree_arena_copy(arena, text, json_string_length(json));
	if (!text)
		return PEDIGREE_ENOMEM;
	*(const char **)member = text;
	return 0;
}

static int read_entry(struct pedigree_arena *arena,
		      const struct pedigree_form *form, const char *key,
		      json_t *value, char *item)
{
	const struct pedigree_field *field = form->fields;
	const char *copy = pedigree_arena_copy(arena, key, strlen(key));

	if (!copy)
		return PEDIGREE_ENOMEM;
	*(const char **)(item + field->at) = copy;
	if (!field[1].name)
		return read_text(arena, value, item + field[1].at);
	return read_fields(arena, form, 1, value, item);
}

static int read_items(struct pedigree_arena *arena,
		      const struct pedigree_field *f, json_t *json,
		      char *object)
{
	size_t n = json_is_array(json) ? json_array_size(json)
				       : json_object_size(json);
	size_t size = f->item->size, i;
	char *array = n ? pedigree_arena_alloc(arena, n * size) : NULL;
	char *item = array;
	const char *key;
	json_t *value;

	if (!n)
		return 0;
	if (!array)
		return PEDIGREE_ENOMEM;
	memset(array, 0, n * size);
	json_array_foreach(json, i, value)
	{
		if (read_fields(arena, f->item, 0, value, item))
			return PEDIGREE_ENOMEM;
		item += size;
	}
	json_object_foreach(json, key, value)
	{
		if (read_entry(arena, f->item, key, value, item))
			return PEDIGREE_ENOMEM;
		item += size;
	}
	memcpy(object + f->at, &array, sizeof(array));
	*(size_t *)(object + f->count) = n;
	return 0;
}

static int read_field(struct pedigree_arena *arena,
		      const struct pedigree_field *f, json_t *json,
		      char *object)
{
	switch (f->kind) {
	case PEDIGREE_FIELD_TEXT:
		return read_text(arena, json, object + f->at);
	case PEDIGREE_FIELD_TIME:
		pedigree_timestamp_parse(json, (int64_t *)(object + f->at));
		return 0;
	case PEDIGREE_FIELD_DOUBLE:
		*(double *)(object + f->at) = json_number_value(json);
		return 0;
	case PEDIGREE_FIELD_LIST:
	case PEDIGREE_FIELD_MAP:
		return read_items(arena, f, json, object);
	default:
		return 0; /* of requests only */
	}
}

static int read_fields(struct pedigree_arena *arena,
		       const struct pedigree_form *form, size_t from,
		       json_t *json, void *object)
{
	for (size_t i = from; i < form->n; i++) {
		const struct pedigree_field *f = &form->fields[i];
		json_t *in = f->in ? json_object_get(json, f->in) : json;
		json_t *value = json_object_get(in, f->name);

		if (value && read_field(arena, f, value, object))
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static json_t *item_of(json_t *list, size_t i, const char *within)
{
	json_t *item = json_array_get(list, i);

	return within ? json_object_get(item, within) : item;
}

int pedigree_typed_answer(const char *answer,
			  const struct pedigree_list_name *list,
			  const struct pedigree_form *form, void *ret_array,
			  size_t *ret_n, struct pedigree_error *err)
{
	_cleanup_json_ json_t *json = json_loads(answer, 0, NULL);
	json_t *found = list ? json_object_get(json, list->list) : NULL;
	size_t n = list ? json_array_size(found) : 1;
	_cleanup_(owned_freep) struct owned *owned =
		json ? calloc(1, sizeof(*owned) + (n ? n : 1) * form->size)
		     : NULL;

	char *array;

	if (!owned)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		if (read_fields(&owned->arena, form, 0,
				list ? item_of(found, i, list->within) : json,
				owned->array + i * form->size))
			return pedigree_fail_memory(err);
	array = pedigree_take(owned)->array;
	memcpy(ret_array, &array, sizeof(array));
	if (ret_n)
		*ret_n = n;
	return 0;
}

void pedigree_typed_free(void *array)
{
	if (array)
		owned_free(pedigree_container_of(array, struct owned, array));
}

int pedigree_typed_text(const char *answer, const char *name, char **ret_text,
			struct pedigree_error *err)
{
	_cleanup_json_ json_t *json = json_loads(answer, 0, NULL);
	const char *text = json_string_value(json_object_get(json, name));
	char *copy = text ? strdup(text) : NULL;

	if (json && !text)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "the answer has no %s: %.200s", name,
				     answer);
	if (!copy)
		return pedigree_fail_memory(err);
	*ret_text = copy;
	return 0;
}
