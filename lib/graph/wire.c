/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/wire.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "graph/text.h"

#define CUSTOM "Custom"
#define VERSION_MAX 256 /* as the API has it */

/* What an answer tells of a version. */
struct told {
	const char *id_type; /* NULL: nothing */
	struct pedigree_buf value;
	struct pedigree_buf etag;
	uint64_t bytes;
	bool sized;
};

static const char *field(const struct pedigree_event *event, const char *name)
{
	const char *value = pedigree_wire_field(event->wire, name);

	return value && value[0] ? value : NULL;
}

static bool number(const char *text, uint64_t *ret)
{
	uint64_t value = 0;

	if (!text || !isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'),
					   &value))
			return false;
	*ret = value;
	return !*text;
}

/* "bytes 0-99/1234" */
static bool whole_size(const char *range, uint64_t *ret)
{
	const char *slash = range ? strrchr(range, '/') : NULL;

	return slash && number(slash + 1, ret);
}

/* Weak tags name a meaning and not bytes; quotes, which are entities in XML,
   are no part of one. */
static void add_etag(struct pedigree_buf *buf, const char *etag)
{
	static const char *const quotes[] = { "\"", "&quot;", "&#34;" };
	size_t n;

	if (!etag)
		return;
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	n = strlen(etag);
	for (size_t i = 0; i < PEDIGREE_COUNT(quotes); i++) {
		size_t quote = strlen(quotes[i]);

		if (strncmp(etag, quotes[i], quote) != 0)
			continue;
		etag += quote;
		n -= quote;
		if (n >= quote && strcmp(etag + n - quote, quotes[i]) == 0)
			n -= quote;
		break;
	}
	pedigree_buf_add(buf, etag, n);
}

struct version_field {
	enum pedigree_store_kind store;
	const char *field;
	const char *id_type;
	const char *prefix;
};

/* The first that was told is the version; then the ETag, if that was. */
static const struct version_field version_fields[] = {
	{ PEDIGREE_STORE_S3, "x-amz-version-id", "S3Version", "" },
	{ PEDIGREE_STORE_GCS, "x-goog-generation", CUSTOM, "generation:" },
	{ PEDIGREE_STORE_GCS, "json-generation", CUSTOM, "generation:" },
	{ PEDIGREE_STORE_AZURE, "x-ms-version-id", CUSTOM, "version:" },
	{ PEDIGREE_STORE_HUGGING_FACE, "x-repo-commit", CUSTOM, "commit:" },
};

static void find_version(const struct pedigree_event *event,
			 enum pedigree_store_kind store, struct told *told)
{
	const char *etag = field(event, "x-linked-etag");
	const char *modified = field(event, "last-modified");

	if (!etag)
		etag = field(event, "etag");
	add_etag(&told->etag, etag ? etag : field(event, "xml-ETag"));
	for (size_t i = 0; i < PEDIGREE_COUNT(version_fields); i++) {
		const struct version_field *known = &version_fields[i];
		const char *value = known->store == store
					    ? field(event, known->field)
					    : NULL;

		/* "null": the bucket keeps no versions. */
		if (!value || strcmp(value, "null") == 0)
			continue;
		told->id_type = known->id_type;
		pedigree_buf_add_str(&told->value, known->prefix);
		pedigree_buf_add_str(&told->value, value);
		break;
	}
	if (told->id_type) {
		pedigree_buf_cut(&told->value, VERSION_MAX);
		return;
	}
	if (told->etag.len && store == PEDIGREE_STORE_S3) {
		told->id_type = "S3ETag";
		pedigree_buf_add_str(&told->value, told->etag.data);
	} else if (told->etag.len) {
		told->id_type = CUSTOM;
		pedigree_buf_add_str(&told->value, "etag:");
		pedigree_buf_add_str(&told->value, told->etag.data);
	} else if (modified && store == PEDIGREE_STORE_NONE) {
		told->id_type = CUSTOM;
		pedigree_buf_add_str(&told->value, "modified:");
		pedigree_buf_add_str(&told->value, modified);
	}
	pedigree_buf_cut(&told->value, VERSION_MAX);
}

static void find_size(const struct pedigree_event *event,
		      enum pedigree_act_kind kind, struct told *told)
{
	const struct pedigree_exchange *head = &event->wire->head;

	told->sized = number(field(event, "x-linked-size"), &told->bytes) ||
		      number(field(event, "json-size"), &told->bytes);
	if (told->sized)
		return;
	switch (kind) {
	case PEDIGREE_ACT_READ:
		if (head->status == 206) {
			told->sized = whole_size(field(event, "content-range"),
						 &told->bytes);
		} else if (head->status == 200 &&
			   !(event->flags & PEDIGREE_F_UNFINISHED)) {
			told->sized = true;
			told->bytes = head->received;
		}
		break;
	case PEDIGREE_ACT_WRITE:
	case PEDIGREE_ACT_PART:
		/* A body that a client signs piece by piece has more bytes
		   than the object. */
		if (number(field(event, "request-x-amz-decoded-content-length"),
			   &told->bytes) ||
		    number(field(event, "request-content-length"),
			   &told->bytes)) {
			told->sized = true;
		} else if (head->sent) {
			told->sized = true;
			told->bytes = head->sent;
		}
		break;
	default:
		break;
	}
}

static int set(char **place, const char *text)
{
	char *copy;

	if (!text || !*text)
		return 0;
	copy = pedigree_clean_text(text, PEDIGREE_URI_MAX);
	if (!copy)
		return PEDIGREE_ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static bool same_version(const struct pedigree_object *object,
			 const struct told *told)
{
	if (!object->id_type || !told->id_type)
		return !object->id_type && !told->id_type;
	return strcmp(object->id_type, told->id_type) == 0 &&
	       strcmp(object->version, told->value.data) == 0;
}

/* Index + 1 of the newest version of a URI; 0: none. */
static size_t newest(const struct pedigree_objects *objects, const char *uri)
{
	return (uintptr_t)pedigree_map_get(objects->by_uri, uri, strlen(uri));
}

/* The object of this URI and version, made when missing; NULL: no memory. */
static struct pedigree_object *object_of(struct pedigree_objects *objects,
					 const struct pedigree_act *act,
					 const struct pedigree_event *event,
					 const char *uri,
					 const struct told *told)
{
	struct pedigree_object *object;
	void **place;

	for (size_t i = newest(objects, uri); i; i = object->older) {
		object = &objects->v.v[i - 1];
		if (same_version(object, told))
			return object;
	}
	object = pedigree_vec_push(&objects->v);
	place = pedigree_map_at(objects->by_uri, uri, strlen(uri), NULL);
	if (!object || !place)
		return NULL;
	object->older = (uintptr_t)*place;
	*place = (void *)(uintptr_t)objects->v.n;
	object->store = act->store;
	object->elsewhere = act->elsewhere;
	object->bytes = told->bytes;
	object->sized = told->sized;
	if (!(object->uri = strdup(uri)) ||
	    set(&object->id_type, told->id_type) < 0 ||
	    set(&object->version, told->value.data) < 0 ||
	    set(&object->etag, told->etag.data) < 0 ||
	    set(&object->revision, act->revision.data) < 0 ||
	    (act->elsewhere && set(&object->endpoint, event->text) < 0))
		return NULL;
	return object;
}

/* Did the run itself put there what it now gets? */
static bool own(const struct pedigree_objects *objects, const char *uri,
		const struct told *told)
{
	const struct pedigree_object *object;

	for (size_t i = newest(objects, uri); i; i = object->older) {
		object = &objects->v.v[i - 1];
		if (object->written)
			return !object->id_type || !told->id_type ||
			       same_version(object, told);
	}
	return false;
}

static int on_read(struct pedigree_objects *objects,
		   const struct pedigree_act *act,
		   const struct pedigree_event *event, const struct told *told)
{
	struct pedigree_object *object;

	if (own(objects, act->uri.data, told))
		return 0;
	object = object_of(objects, act, event, act->uri.data, told);
	if (!object)
		return PEDIGREE_ENOMEM;
	object->read = true;
	if (!object->told)
		object->told = event->wire;
	if (!object->sized && told->sized) {
		object->sized = true;
		object->bytes = told->bytes;
	}
	return 0;
}

/* What was written under this name before is no output any more. */
static void forget_written(struct pedigree_objects *objects, const char *uri)
{
	for (size_t i = newest(objects, uri); i; i = objects->v.v[i - 1].older)
		objects->v.v[i - 1].written = false;
}

static struct pedigree_parts *pending_of(struct pedigree_objects *objects,
					 const char *uri, bool make)
{
	struct pedigree_parts *parts;
	void **place;

	if (!make && !pedigree_map_has(objects->uploads, uri, strlen(uri)))
		return NULL;
	place = pedigree_map_at(objects->uploads, uri, strlen(uri), NULL);
	if (!place)
		return NULL;
	if (!*place) {
		parts = pedigree_vec_push(&objects->pending);
		if (!parts)
			return NULL;
		*place = (void *)(uintptr_t)objects->pending.n;
	}
	return &objects->pending.v[(uintptr_t)*place - 1];
}

static int on_part(struct pedigree_objects *objects,
		   const struct pedigree_act *act, const struct told *told)
{
	struct pedigree_parts *parts = pending_of(objects, act->uri.data, true);
	struct pedigree_part *part;

	if (!parts)
		return PEDIGREE_ENOMEM;
	part = pedigree_vec_push(parts);
	if (!part)
		return PEDIGREE_ENOMEM;
	part->size = told->sized ? told->bytes : 0;
	if (told->etag.len == sizeof(part->etag) - 1)
		memcpy(part->etag, told->etag.data, sizeof(part->etag));
	return 0;
}

/* The parts of an upload become the object's. */
static void take_parts(struct pedigree_objects *objects,
		       struct pedigree_object *object)
{
	struct pedigree_parts *parts = pending_of(objects, object->uri, false);
	uint64_t bytes = 0;

	if (!parts)
		return;
	pedigree_vec_clear(&object->parts);
	object->parts = *parts;
	*parts = (struct pedigree_parts){ 0 };
	for (size_t i = 0; i < object->parts.n; i++) {
		if (!object->parts.v[i].size)
			return;
		bytes += object->parts.v[i].size;
	}
	object->bytes = bytes;
	object->sized = object->parts.n > 0;
}

static int on_write(struct pedigree_objects *objects,
		    const struct pedigree_act *act,
		    const struct pedigree_event *event, const struct told *told)
{
	struct pedigree_object *object;

	forget_written(objects, act->uri.data);
	object = object_of(objects, act, event, act->uri.data, told);
	if (!object)
		return PEDIGREE_ENOMEM;
	/* The same bytes that it got there: nothing was made. */
	object->written = !object->read || !object->id_type;
	object->copied = act->kind == PEDIGREE_ACT_COPY;
	object->told = event->wire;
	if (act->kind == PEDIGREE_ACT_COMPLETE)
		take_parts(objects, object);
	return 0;
}

/* A copy within the store: its source is an input, of a version not told. */
static int on_source(struct pedigree_objects *objects,
		     const struct pedigree_act *act,
		     const struct pedigree_event *event)
{
	const struct told nothing = { .value = PEDIGREE_BUF_INIT,
				      .etag = PEDIGREE_BUF_INIT };
	struct pedigree_object *object;

	if (!act->from.len || own(objects, act->from.data, &nothing))
		return 0;
	/* A version that was seen says more than none. */
	object = pedigree_objects_find(objects, act->from.data);
	if (!object)
		object = object_of(objects, act, event, act->from.data,
				   &nothing);
	if (!object)
		return PEDIGREE_ENOMEM;
	object->read = true;
	return 0;
}

/* An object whose bytes are at another URL: getting those reads it. */
static int on_moved(struct pedigree_objects *objects,
		    const struct pedigree_act *act,
		    const struct pedigree_event *event, const struct told *told)
{
	const struct pedigree_object *object;
	void **place;

	object = object_of(objects, act, event, act->uri.data, told);
	place = pedigree_map_at(objects->moved, act->from.data, act->from.len,
				NULL);
	if (!object || !place)
		return PEDIGREE_ENOMEM;
	*place = (void *)(uintptr_t)(object - objects->v.v + 1);
	return 0;
}

/* Whether the exchange was the end of such a way: 1. */
static int on_arrival(struct pedigree_objects *objects,
		      const struct pedigree_event *event)
{
	const struct pedigree_exchange *head = &event->wire->head;
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	uintptr_t index;

	if (!pedigree_map_count(objects->moved) ||
	    head->method != PEDIGREE_METHOD_GET || head->status < 200 ||
	    head->status >= 300)
		return 0;
	pedigree_buf_add_str(&url, event->text);
	pedigree_buf_add_str(&url, event->text2);
	if (pedigree_buf_error(&url))
		return PEDIGREE_ENOMEM;
	index = (uintptr_t)pedigree_map_get(objects->moved, url.data, url.len);
	if (!index)
		return 0;
	objects->v.v[index - 1].read = true;
	if (!objects->v.v[index - 1].told)
		objects->v.v[index - 1].told = event->wire;
	return 1;
}

static int on_some_removed(struct pedigree_objects *objects, const char *bucket)
{
	for (size_t i = 0; i < objects->v.n; i++)
		if (objects->v.v[i].written &&
		    strncmp(objects->v.v[i].uri, bucket, strlen(bucket)) == 0)
			return pedigree_words_take(&objects->emptied,
						   strdup(bucket));
	return 0;
}

static int on_act(struct pedigree_objects *objects,
		  const struct pedigree_act *act,
		  const struct pedigree_event *event, const struct told *told)
{
	int r;

	switch (act->kind) {
	case PEDIGREE_ACT_NONE:
		return 0;
	case PEDIGREE_ACT_READ:
		return on_read(objects, act, event, told);
	case PEDIGREE_ACT_PART:
		return on_part(objects, act, told);
	case PEDIGREE_ACT_COPY_PART:
		r = on_source(objects, act, event);
		return r < 0 ? r : on_part(objects, act, told);
	case PEDIGREE_ACT_COPY:
		r = on_source(objects, act, event);
		return r < 0 ? r : on_write(objects, act, event, told);
	case PEDIGREE_ACT_WRITE:
	case PEDIGREE_ACT_COMPLETE:
		return on_write(objects, act, event, told);
	case PEDIGREE_ACT_REMOVE:
		forget_written(objects, act->uri.data);
		return 0;
	case PEDIGREE_ACT_REMOVE_SOME:
		return on_some_removed(objects, act->uri.data);
	case PEDIGREE_ACT_MOVED:
		return on_moved(objects, act, event, told);
	}
	return 0;
}

static int on_exchange(struct pedigree_objects *objects,
		       const struct pedigree_stores *stores,
		       const struct pedigree_event *event,
		       struct pedigree_act *act)
{
	struct told told = { .value = PEDIGREE_BUF_INIT,
			     .etag = PEDIGREE_BUF_INIT };
	int r = on_arrival(objects, event);

	if (r != 0)
		return r < 0 ? r : 0;
	r = pedigree_act_of(stores, event, act);
	if (r == 0 && act->kind != PEDIGREE_ACT_NONE) {
		find_version(event, act->store, &told);
		find_size(event, act->kind, &told);
		r = pedigree_buf_error(&told.value) ||
				    pedigree_buf_error(&told.etag)
			    ? PEDIGREE_ENOMEM
			    : on_act(objects, act, event, &told);
	}
	pedigree_buf_clear(&told.value);
	pedigree_buf_clear(&told.etag);
	return r;
}

static bool has_exchanges(const struct pedigree_evlog *log)
{
	for (size_t i = 0; i < log->n_events; i++)
		if (log->events[i].type == PEDIGREE_EV_EXCHANGE &&
		    log->events[i].wire)
			return true;
	return false;
}

int pedigree_objects_read(struct pedigree_objects *objects,
			  const struct pedigree_evlog *log,
			  const struct pedigree_config *config,
			  struct pedigree_error *err)
{
	struct pedigree_stores *stores = NULL;
	struct pedigree_act act = PEDIGREE_ACT_INIT;
	int r;

	*objects = (struct pedigree_objects){ 0 };
	/* Most steps of a script say nothing to anybody. */
	r = has_exchanges(log) ? pedigree_stores_new(config, &stores, err) : 0;
	if (r < 0)
		return r;
	objects->by_uri = pedigree_map_new();
	objects->uploads = pedigree_map_new();
	objects->moved = pedigree_map_new();
	if (!objects->by_uri || !objects->uploads || !objects->moved)
		r = PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_events && r == 0; i++)
		if (log->events[i].type == PEDIGREE_EV_EXCHANGE &&
		    log->events[i].wire)
			r = on_exchange(objects, stores, &log->events[i], &act);
	pedigree_act_clear(&act);
	pedigree_stores_free(stores);
	if (r < 0) {
		pedigree_objects_clear(objects);
		return pedigree_fail_memory(err);
	}
	return 0;
}

void pedigree_objects_clear(struct pedigree_objects *objects)
{
	pedigree_words_clear(&objects->emptied);
	for (size_t i = 0; i < objects->v.n; i++) {
		struct pedigree_object *object = &objects->v.v[i];

		free(object->uri);
		free(object->id_type);
		free(object->version);
		free(object->etag);
		free(object->revision);
		free(object->endpoint);
		free(object->digest);
		free(object->md5);
		pedigree_vec_clear(&object->parts);
	}
	for (size_t i = 0; i < objects->pending.n; i++)
		pedigree_vec_clear(&objects->pending.v[i]);
	pedigree_vec_clear(&objects->v);
	pedigree_vec_clear(&objects->pending);
	pedigree_map_free(objects->by_uri);
	pedigree_map_free(objects->uploads);
	pedigree_map_free(objects->moved);
	*objects = (struct pedigree_objects){ 0 };
}

struct pedigree_object *
pedigree_objects_find(const struct pedigree_objects *objects, const char *uri)
{
	struct pedigree_object *found = NULL, *object;

	for (size_t i = newest(objects, uri); i; i = object->older) {
		object = &objects->v.v[i - 1];
		if (object->written)
			return object;
		if (object->read && !found)
			found = object;
	}
	return found;
}
