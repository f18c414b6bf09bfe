/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google Cloud Storage, Azure Blob Storage and the Hugging Face hub.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"

#include "graph/uri.h"

#define LIST_OR_ASPECT (PEDIGREE_QUERY_LIST | PEDIGREE_QUERY_ASPECT)

/* Takes `word` from the front of *at; false when it does not stand there. */
static bool skip(const char **at, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*at, word, n) != 0)
		return false;
	*at += n;
	return true;
}

/* "BUCKET/o/OBJECT" of the JSON API, whose object is encoded with its
   slashes; *at goes behind it. */
static bool add_json_name(const char **at, struct pedigree_buf *uri)
{
	size_t n = strcspn(*at, "/");
	const char *object = *at + n;

	if (!n || !skip(&object, "/o/") || !*object)
		return false;
	pedigree_buf_add_str(uri, "gs://");
	pedigree_uri_add_key(uri, *at, n);
	pedigree_buf_add_char(uri, '/');
	n = strcspn(object, "/");
	pedigree_uri_add_key(uri, object, n);
	*at = object + n;
	return true;
}

static void act_gcs_json(const struct pedigree_event *event, const char *at,
			 bool download, struct pedigree_act *act)
{
	const struct pedigree_exchange *head = &event->wire->head;

	if (!add_json_name(&at, &act->uri))
		return;
	if (!*at && head->method == PEDIGREE_METHOD_GET)
		act->kind = download || (head->query & PEDIGREE_QUERY_MEDIA)
				    ? PEDIGREE_ACT_READ
				    : PEDIGREE_ACT_NONE;
	else if (!*at && head->method == PEDIGREE_METHOD_DELETE)
		act->kind = PEDIGREE_ACT_REMOVE;
	else if (head->method != PEDIGREE_METHOD_POST)
		return;
	else if (strcmp(at, "/compose") == 0)
		act->kind = PEDIGREE_ACT_WRITE;
	else if (skip(&at, "/rewriteTo/b/") || skip(&at, "/copyTo/b/")) {
		struct pedigree_buf from = act->from;

		act->from = act->uri;
		act->uri = from;
		act->kind = add_json_name(&at, &act->uri) ? PEDIGREE_ACT_COPY
							  : PEDIGREE_ACT_NONE;
	}
}

/* The answer names what was made; the request's query is not kept. */
static void act_gcs_upload(const struct pedigree_event *event,
			   struct pedigree_act *act)
{
	const char *bucket = pedigree_wire_field(event->wire, "json-bucket");
	const char *name = pedigree_wire_field(event->wire, "json-name");

	if (!bucket || !name)
		return;
	pedigree_buf_add_str(&act->uri, "gs://");
	pedigree_uri_add_plain(&act->uri, bucket, strlen(bucket));
	pedigree_buf_add_char(&act->uri, '/');
	pedigree_uri_add_plain(&act->uri, name, strlen(name));
	act->kind = PEDIGREE_ACT_WRITE;
}

static enum pedigree_act_kind xml_kind(const struct pedigree_exchange *head)
{
	if (head->query & LIST_OR_ASPECT)
		return PEDIGREE_ACT_NONE;
	switch (head->method) {
	case PEDIGREE_METHOD_GET:
		return PEDIGREE_ACT_READ;
	case PEDIGREE_METHOD_PUT:
		return head->query & PEDIGREE_QUERY_PART ? PEDIGREE_ACT_PART
							 : PEDIGREE_ACT_WRITE;
	case PEDIGREE_METHOD_POST:
		return (head->query & PEDIGREE_QUERY_UPLOAD_ID) &&
				       !(head->query & PEDIGREE_QUERY_UPLOADS)
			       ? PEDIGREE_ACT_COMPLETE
			       : PEDIGREE_ACT_NONE;
	case PEDIGREE_METHOD_DELETE:
		return head->query & PEDIGREE_QUERY_UPLOAD_ID
			       ? PEDIGREE_ACT_NONE
			       : PEDIGREE_ACT_REMOVE;
	default:
		return PEDIGREE_ACT_NONE;
	}
}

/* "/BUCKET/OBJECT", which the store copies. */
static void add_gcs_source(const struct pedigree_event *event,
			   struct pedigree_act *act)
{
	const char *source =
		pedigree_wire_field(event->wire, "request-x-goog-copy-source");

	if (!source)
		return;
	if (*source == '/')
		source++;
	act->kind = PEDIGREE_ACT_COPY;
	pedigree_buf_add_str(&act->from, "gs://");
	pedigree_uri_add_key(&act->from, source, strcspn(source, "?"));
}

int pedigree_act_gcs(const struct pedigree_event *event,
		     struct pedigree_act *act)
{
	static const char suffix[] = ".storage.googleapis.com";
	const char *at = event->text2;
	size_t n;
	const char *host = pedigree_origin_host(event->text, &n);
	bool download;

	if (strncmp(at, "/upload/", 8) == 0 ||
	    strncmp(at, "/resumable/upload/", 18) == 0) {
		act_gcs_upload(event, act);
		return 0;
	}
	download = skip(&at, "/download");
	if (skip(&at, "/storage/v1/b/")) {
		act_gcs_json(event, at, download, act);
		return 0;
	}
	at = event->text2;
	if (*at == '/')
		at++;
	pedigree_buf_add_str(&act->uri, "gs://");
	if (n > sizeof(suffix) - 1 && memcmp(host + n - (sizeof(suffix) - 1),
					     suffix, sizeof(suffix) - 1) == 0) {
		pedigree_buf_add(&act->uri, host, n - (sizeof(suffix) - 1));
		pedigree_buf_add_char(&act->uri, '/');
	} else if (!strchr(at, '/') || *at == '/') {
		return 0;
	}
	pedigree_uri_add_key(&act->uri, at, strlen(at));
	if (*at && act->uri.data[act->uri.len - 1] != '/')
		act->kind = xml_kind(&event->wire->head);
	if (act->kind == PEDIGREE_ACT_WRITE)
		add_gcs_source(event, act);
	return 0;
}

int pedigree_act_azure(const struct pedigree_event *event,
		       struct pedigree_act *act)
{
	const struct pedigree_exchange *head = &event->wire->head;
	const char *source =
		pedigree_wire_field(event->wire, "request-x-ms-copy-source");
	const char *path = event->text2;
	const char *host = strstr(event->text, "://");

	if (!host || path[0] != '/' || !path[1])
		return 0;
	pedigree_buf_add_str(&act->uri, "https");
	pedigree_buf_add_str(&act->uri, host);
	pedigree_uri_add_path(&act->uri, path, strlen(path));
	if (head->query & LIST_OR_ASPECT)
		return 0;
	switch (head->method) {
	case PEDIGREE_METHOD_GET:
		act->kind = head->query & PEDIGREE_QUERY_BLOCK_LIST
				    ? PEDIGREE_ACT_NONE
				    : PEDIGREE_ACT_READ;
		break;
	case PEDIGREE_METHOD_PUT:
		if (head->query & PEDIGREE_QUERY_BLOCK)
			act->kind = source ? PEDIGREE_ACT_COPY_PART
					   : PEDIGREE_ACT_PART;
		else if (head->query & PEDIGREE_QUERY_BLOCK_LIST)
			act->kind = PEDIGREE_ACT_COMPLETE;
		else
			act->kind =
				source ? PEDIGREE_ACT_COPY : PEDIGREE_ACT_WRITE;
		break;
	case PEDIGREE_METHOD_DELETE:
		act->kind = PEDIGREE_ACT_REMOVE;
		break;
	default:
		break;
	}
	if (source && (act->kind == PEDIGREE_ACT_COPY ||
		       act->kind == PEDIGREE_ACT_COPY_PART)) {
		const char *at = strstr(source, "://");

		at = at ? strchr(at + 3, '/') : NULL;
		if (!at) {
			act->kind = act->kind == PEDIGREE_ACT_COPY
					    ? PEDIGREE_ACT_WRITE
					    : PEDIGREE_ACT_PART;
			return 0;
		}
		pedigree_buf_add(&act->from, source, (size_t)(at - source));
		pedigree_uri_add_path(&act->from, at, strcspn(at, "?#"));
	}
	return 0;
}

/*
 * "/ORG/NAME/resolve/REVISION/FILE", perhaps behind "/datasets" or "/spaces";
 * old models have no ORG.
 */
int pedigree_act_hugging_face(const struct pedigree_event *event,
			      struct pedigree_act *act)
{
	static const char *const words[] = { "/resolve/", "/raw/",
					     "/resolve-cache/" };
	const struct pedigree_exchange *head = &event->wire->head;
	const char *path = event->text2;
	const char *word = NULL, *file;
	size_t n_word = 0;

	for (size_t i = 0; !word && i < PEDIGREE_COUNT(words); i++) {
		word = strstr(path, words[i]);
		n_word = strlen(words[i]);
	}
	if (!word || word == path || path[0] != '/' ||
	    strncmp(path, "/api/", 5) == 0)
		return 0;
	word += n_word;
	file = strchr(word, '/');
	if (!file || file == word || !file[1])
		return 0;
	pedigree_uri_add_key(&act->revision, word, (size_t)(file - word));
	pedigree_buf_add_str(&act->uri, "hf:/");
	pedigree_uri_add_key(&act->uri, path, (size_t)(word - n_word - path));
	pedigree_uri_add_key(&act->uri, file, strlen(file));
	if (head->method == PEDIGREE_METHOD_GET)
		act->kind = PEDIGREE_ACT_READ;
	return 0;
}
