/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structures to requests.
 */
#include "config.h"

#include "service/typed.h"

#include <string.h>

#include "base/err.h"
#include "service/call.h"

static const void *at(const void *object, size_t offset)
{
	return (const char *)object + offset;
}

/* A pointer of whatever type. */
static const void *pointer_at(const void *object,
			      const struct pedigree_field *f)
{
	const void *pointer;

	memcpy(&pointer, at(object, f->at), sizeof(pointer));
	return pointer;
}

struct writer {
	const struct pedigree_operation *operation;
	bool bad_text; /* that is why writing failed; else memory */
};

static json_t *string(struct writer *writer, const char *text)
{
	json_t *json = json_string(text);
	_cleanup_json_ json_t *unchecked =
		json ? NULL : json_string_nocheck(text);

	if (unchecked)
		writer->bad_text = true;
	return json;
}

static bool is_set(const void *object, const struct pedigree_field *f)
{
	switch (f->kind) {
	case PEDIGREE_FIELD_TEXT:
	case PEDIGREE_FIELD_ONE:
	case PEDIGREE_FIELD_WORDS:
		return pointer_at(object, f);
	case PEDIGREE_FIELD_TIME:
		return *(const int64_t *)at(object, f->at) != 0;
	case PEDIGREE_FIELD_NUMBER:
		return *(const unsigned int *)at(object, f->at) != 0;
	case PEDIGREE_FIELD_NOT:
		return *(const int *)at(object, f->at) != 0;
	case PEDIGREE_FIELD_CHOICE:
		return f->words[*(const unsigned int *)at(object, f->at)];
	case PEDIGREE_FIELD_LIST:
	case PEDIGREE_FIELD_MAP:
		return *(const size_t *)at(object, f->count) != 0;
	case PEDIGREE_FIELD_DOUBLE:
		return true;
	}
	return false;
}

static int write_fields(struct writer *writer, const struct pedigree_form *form,
			const void *object, size_t from, json_t *json);

static json_t *words(struct writer *writer, const char *const *word, size_t max)
{
	json_t *list = json_array();

	for (; list && max && *word; word++, max--)
		if (json_array_append_new(list, string(writer, *word))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* A structure without its first `from` fields. */
static json_t *structure(struct writer *writer,
			 const struct pedigree_form *form, const void *object,
			 size_t from)
{
	json_t *json = json_object();

	if (json && write_fields(writer, form, object, from, json)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static int add_item(struct writer *writer, json_t *container,
		    const struct pedigree_form *form, const void *item)
{
	const struct pedigree_field *value = &form->fields[1];
	const char *key, *text;

	if (json_is_array(container))
		return json_array_append_new(container,
					     structure(writer, form, item, 0));
	_cleanup_json_ json_t *checked = NULL;

	key = pointer_at(item, &form->fields[0]);
	checked = string(writer, key ? key : "");
	if (!checked)
		return PEDIGREE_ENOMEM;
	key = json_string_value(checked);
	if (value->name)
		return json_object_set_new(container, key,
					   structure(writer, form, item, 1));
	text = pointer_at(item, value);
	return json_object_set_new(container, key,
				   string(writer, text ? text : ""));
}

static json_t *items(struct writer *writer, const void *object,
		     const struct pedigree_field *f)
{
	const char *item = pointer_at(object, f);
	size_t n = *(const size_t *)at(object, f->count);
	json_t *container =
		f->kind == PEDIGREE_FIELD_LIST ? json_array() : json_object();

	for (; container && n; n--, item += f->item->size)
		if (add_item(writer, container, f->item, item)) {
			json_decref(container);
			return NULL;
		}
	return container;
}

static json_t *value_of(struct writer *writer, const void *object,
			const struct pedigree_field *f)
{
	const char *one;

	switch (f->kind) {
	case PEDIGREE_FIELD_TEXT:
		return string(writer, pointer_at(object, f));
	case PEDIGREE_FIELD_ONE:
		one = pointer_at(object, f);
		return words(writer, &one, 1);
	case PEDIGREE_FIELD_WORDS:
		return words(writer, pointer_at(object, f), SIZE_MAX);
	case PEDIGREE_FIELD_TIME:
		return json_real((double)*(const int64_t *)at(object, f->at) /
				 1000);
	case PEDIGREE_FIELD_NUMBER:
		return json_integer(*(const unsigned int *)at(object, f->at));
	case PEDIGREE_FIELD_NOT:
		return json_false();
	case PEDIGREE_FIELD_CHOICE:
		return json_string(
			f->words[*(const unsigned int *)at(object, f->at)]);
	case PEDIGREE_FIELD_LIST:
	case PEDIGREE_FIELD_MAP:
		return items(writer, object, f);
	case PEDIGREE_FIELD_DOUBLE:
		return json_real(*(const double *)at(object, f->at));
	}
	return NULL;
}

static int write_field(struct writer *writer, const void *object,
		       const struct pedigree_field *f, json_t *json)
{
	if (f->kind == PEDIGREE_FIELD_DOUBLE && json_object_size(json))
		return 0;
	if (f->in) {
		json_t *outer = json;

		json = json_object_get(outer, f->in);
		if (!json && pedigree_put(outer, f->in, json_object()))
			return PEDIGREE_ENOMEM;
		json = json_object_get(outer, f->in);
	}
	return pedigree_put(json, f->name, value_of(writer, object, f));
}

static int write_fields(struct writer *writer, const struct pedigree_form *form,
			const void *object, size_t from, json_t *json)
{
	for (size_t i = from; i < form->n; i++)
		if (is_set(object, &form->fields[i]) &&
		    write_field(writer, object, &form->fields[i], json))
			return PEDIGREE_ENOMEM;
	return 0;
}

static bool takes(const struct pedigree_operation *operation,
		  const struct pedigree_field *f)
{
	return pedigree_member_find(operation->request,
				    f->in ? f->in : f->name);
}

/* Of the names that a member has in several operations, one is this one's. */
static bool takes_any(const struct pedigree_operation *operation,
		      const struct pedigree_form *form,
		      const struct pedigree_field *f)
{
	for (size_t i = 0; i < form->n; i++)
		if (form->fields[i].at == f->at &&
		    takes(operation, &form->fields[i]))
			return true;
	return false;
}

static int write_part(struct writer *writer, const struct pedigree_part *part,
		      json_t *json, struct pedigree_error *err)
{
	const struct pedigree_operation *operation = writer->operation;
	const struct pedigree_form *form = part->form;

	for (size_t i = 0; i < form->n; i++) {
		const struct pedigree_field *f = &form->fields[i];

		if (!is_set(part->object, f))
			continue;
		if (!takes(operation, f)) {
			if (!form->strict || takes_any(operation, form, f))
				continue;
			return pedigree_fail(err, PEDIGREE_EINVAL,
					     "%s takes no %s", operation->name,
					     f->name);
		}
		if (!write_field(writer, part->object, f, json))
			continue;
		if (!writer->bad_text)
			return pedigree_fail_memory(err);
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "%s: %s is not UTF-8", operation->name,
				     f->name);
	}
	return 0;
}

int pedigree_typed_request(const struct pedigree_operation *operation,
			   const struct pedigree_part *parts, size_t n,
			   char **ret_request, struct pedigree_error *err)
{
	_cleanup_json_ json_t *json = json_object();
	struct writer writer = { .operation = operation };
	char *text;

	if (!json)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		int status = parts[i].object
				     ? write_part(&writer, &parts[i], json, err)
				     : 0;

		if (status)
			return status;
	}
	text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
	if (!text)
		return pedigree_fail_memory(err);
	*ret_request = text;
	return 0;
}
