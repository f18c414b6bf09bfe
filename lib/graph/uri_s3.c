/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S3 and what speaks like it. Of a host, from its end, the label that is
 * `s3` or begins with `s3-` names the service; what stands before it is the
 * bucket. Where no label does, or none stands before it, the bucket is the
 * path's first component.
 */
#include "config.h"

#include <string.h>

#include "graph/uri.h"

#define QUERY_NO_BYTES \
	(PEDIGREE_QUERY_LIST | PEDIGREE_QUERY_ASPECT | PEDIGREE_QUERY_DELETE | \
	 PEDIGREE_QUERY_UPLOADS)

static bool is_label(const char *label, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(label, word, n) == 0;
}

static bool begins(const char *label, size_t n, const char *word)
{
	return n > strlen(word) && memcmp(label, word, strlen(word)) == 0;
}

static bool names_s3(const char *label, size_t n)
{
	return is_label(label, n, "s3") || begins(label, n, "s3-") ||
	       begins(label, n, "s3express-");
}

/* The last such label; NULL: none. */
static const char *service_label(const char *host, size_t n, size_t *ret_n)
{
	const char *end = host + n;

	for (const char *at = end; at > host; at--) {
		if (at != host && at[-1] != '.')
			continue;
		if (names_s3(at, (size_t)(end - at))) {
			*ret_n = (size_t)(end - at);
			return at;
		}
		end = at - 1;
	}
	if (end > host && names_s3(host, (size_t)(end - host))) {
		*ret_n = (size_t)(end - host);
		return host;
	}
	return NULL;
}

static bool ends(const char *text, size_t n, const char *end)
{
	size_t n_end = strlen(end);

	return n >= n_end && memcmp(text + n - n_end, end, n_end) == 0;
}

static const char *partition(const char *host, size_t n, const char *region,
			     size_t n_region)
{
	if (ends(host, n, ".cn"))
		return "aws-cn";
	return begins(region, n_region, "us-gov-") ? "aws-us-gov" : "aws";
}

/*
 * NAME-ACCOUNT.s3-accesspoint.REGION.amazonaws.com has no other name than its
 * ARN, which clients take in a bucket's place.
 */
static bool add_access_point(struct pedigree_buf *uri, const char *host,
			     size_t n, const char *label, size_t n_label)
{
	const char *region = label + n_label + 1;
	const char *end = host + n;
	const char *dash = NULL;
	size_t n_region;

	if (!begins(label, n_label, "s3-accesspoint") &&
	    !is_label(label, n_label, "s3-accesspoint"))
		return false;
	if (region >= end || label == host)
		return false;
	if (strncmp(region, "dualstack.", 10) == 0)
		region += 10;
	n_region = strcspn(region, ".");
	for (const char *at = host; at < label - 1; at++)
		if (*at == '-')
			dash = at;
	if (!dash || region + n_region > end)
		return false;
	pedigree_buf_addf(uri, "arn:%s:s3:%.*s:%.*s:accesspoint/%.*s",
			  partition(host, n, region, n_region), (int)n_region,
			  region, (int)(label - 1 - dash - 1), dash + 1,
			  (int)(dash - host), host);
	return true;
}

/*
 * Appends "s3://BUCKET/KEY"; false when the request was about no object: it
 * has no key, or the host is not one of buckets.
 */
static bool add_uri(const struct pedigree_event *event, size_t n_bucket,
		    struct pedigree_buf *uri)
{
	size_t n, n_label = 0;
	const char *host = pedigree_origin_host(event->text, &n);
	const char *label = service_label(host, n, &n_label);
	const char *key = event->text2;

	if (*key == '/')
		key++;
	if (label && (is_label(label, n_label, "s3-control") ||
		      is_label(label, n_label, "s3-control-fips")))
		return false;
	pedigree_buf_add_str(uri, "s3://");
	if (n_bucket) {
		pedigree_buf_add(uri, host, n_bucket);
	} else if (label && add_access_point(uri, host, n, label, n_label)) {
	} else if (label && label > host) {
		pedigree_buf_add(uri, host, (size_t)(label - 1 - host));
	} else {
		size_t n_first = strcspn(key, "/");

		if (!n_first)
			return false;
		pedigree_uri_add_key(uri, key, n_first);
		key += n_first;
		if (*key == '/')
			key++;
	}
	pedigree_buf_add_char(uri, '/');
	pedigree_uri_add_key(uri, key, strlen(key));
	return *key;
}

/* "/bucket/key", "bucket/key", "arn:…:accesspoint/name/object/key". */
static void add_source(const char *source, struct pedigree_buf *from)
{
	_cleanup_buf_ struct pedigree_buf plain = PEDIGREE_BUF_INIT;
	const char *object;

	if (*source == '/')
		source++;
	pedigree_uri_add_key(&plain, source, strcspn(source, "?"));
	pedigree_buf_add_str(from, "s3://");
	object = strncmp(plain.data, "arn:", 4) == 0
			 ? strstr(plain.data, "/object/")
			 : NULL;
	if (object) {
		pedigree_buf_add(from, plain.data,
				 (size_t)(object - plain.data));
		pedigree_buf_add_str(from, object + strlen("/object"));
	} else {
		pedigree_buf_add(from, plain.data, plain.len);
	}
	if (pedigree_buf_error(&plain))
		from->failed = true;
}

static enum pedigree_act_kind kind_of(const struct pedigree_exchange *head,
				      bool copies)
{
	if (head->query & QUERY_NO_BYTES)
		return PEDIGREE_ACT_NONE;
	switch (head->method) {
	case PEDIGREE_METHOD_GET:
		return head->query & PEDIGREE_QUERY_UPLOAD_ID
			       ? PEDIGREE_ACT_NONE
			       : PEDIGREE_ACT_READ;
	case PEDIGREE_METHOD_PUT:
		if (head->query &
		    (PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID))
			return copies ? PEDIGREE_ACT_COPY_PART
				      : PEDIGREE_ACT_PART;
		return copies ? PEDIGREE_ACT_COPY : PEDIGREE_ACT_WRITE;
	case PEDIGREE_METHOD_POST:
		return head->query & PEDIGREE_QUERY_UPLOAD_ID
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

int pedigree_act_s3(const struct pedigree_event *event, size_t bucket,
		    struct pedigree_act *act)
{
	const char *source =
		pedigree_wire_field(event->wire, "request-x-amz-copy-source");
	size_t n;
	const char *host = pedigree_origin_host(event->text, &n);

	if (!add_uri(event, bucket, &act->uri)) {
		/* Their keys are in the body. */
		if (act->uri.len > strlen("s3://") &&
		    event->wire->head.method == PEDIGREE_METHOD_POST &&
		    event->wire->head.query & PEDIGREE_QUERY_DELETE)
			act->kind = PEDIGREE_ACT_REMOVE_SOME;
		return 0;
	}
	act->kind = kind_of(&event->wire->head, source);
	act->elsewhere = !ends(host, n, ".amazonaws.com") &&
			 !ends(host, n, ".amazonaws.com.cn");
	if (act->kind == PEDIGREE_ACT_COPY ||
	    act->kind == PEDIGREE_ACT_COPY_PART)
		add_source(source, &act->from);
	return 0;
}
