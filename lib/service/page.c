/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NextToken: where the next page begins, as hexadecimal JSON
 * {"q": …, "m": …}. q is a checksum of the operation and its filters: a
 * token is of use only with the request that it came from.
 */
#include "config.h"

#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "service/call.h"

/* What is not a filter: pages of one list may have different sizes. */
static const char *const not_filters[] = { "NextToken", "MaxResults" };

char *pedigree_page_key(const struct pedigree_call *call)
{
	_cleanup_json_ json_t *filters = json_copy(call->request);
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *dump = NULL;

	for (size_t i = 0; i < PEDIGREE_COUNT(not_filters); i++)
		json_object_del(filters, not_filters[i]);
	dump = filters ? json_dumps(filters, JSON_COMPACT | JSON_SORT_KEYS)
		       : NULL;
	if (!dump)
		return NULL;
	pedigree_buf_addf(&text, "%s %s", call->operation->name, dump);
	return pedigree_buf_error(&text) ? NULL : pedigree_buf_take(&text);
}

static int checksum(const struct pedigree_call *call, uint32_t *ret)
{
	_cleanup_free_ char *key = pedigree_page_key(call);
	char hex[PEDIGREE_SHA256_HEX];

	if (!key || pedigree_sha256(key, strlen(key), hex) < 0)
		return PEDIGREE_ENOMEM;
	hex[8] = '\0';
	*ret = (uint32_t)strtoul(hex, NULL, 16);
	return 0;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static json_t *decode(const char *token)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	for (; *token; token += 2) {
		int high = digit(token[0]);
		int low = high < 0 ? -1 : digit(token[1]);

		if (low < 0)
			return NULL;
		pedigree_buf_add_char(&text, (char)(high << 4 | low));
	}
	if (pedigree_buf_error(&text))
		return NULL;
	return json_loadb(text.data, text.len, 0, NULL);
}

int pedigree_page_open(struct pedigree_call *call, size_t otherwise,
		       struct pedigree_page *ret_page)
{
	const char *token = pedigree_call_text(call, "NextToken");
	int64_t size =
		pedigree_call_number(call, "MaxResults", (int64_t)otherwise);
	struct pedigree_page page = { .size = size > 0 ? (size_t)size
						       : otherwise };
	_cleanup_json_ json_t *state = token ? decode(token) : NULL;

	if (checksum(call, &page.request))
		return PEDIGREE_ENOMEM;
	if (token) {
		json_t *mark = json_object_get(state, "m");
		json_int_t request =
			json_integer_value(json_object_get(state, "q"));

		if (!json_is_object(mark))
			return pedigree_refuse(
				call, PEDIGREE_EINVAL,
				"The NextToken is not one that %s answered.",
				call->operation->name);
		if ((uint32_t)request != page.request)
			return pedigree_refuse(
				call, PEDIGREE_EINVAL,
				"The NextToken belongs to another request: repeat the filters of the request that it came from.");
		page.mark = json_incref(mark);
	}
	*ret_page = page;
	return 0;
}

void pedigree_page_close(struct pedigree_page *page)
{
	json_decref(page->mark);
	page->mark = NULL;
}

int pedigree_page_more(struct pedigree_call *call,
		       const struct pedigree_page *page, json_t *mark)
{
	_cleanup_json_ json_t *state =
		json_pack("{sIso}", "q", (json_int_t)page->request, "m", mark);
	_cleanup_free_ char *text =
		state ? json_dumps(state, JSON_COMPACT) : NULL;
	_cleanup_buf_ struct pedigree_buf token = PEDIGREE_BUF_INIT;

	if (!text)
		return PEDIGREE_ENOMEM;
	for (const char *c = text; *c; c++)
		pedigree_buf_addf(&token, "%02x", (unsigned char)*c);
	if (pedigree_buf_error(&token))
		return PEDIGREE_ENOMEM;
	return pedigree_put_text(call->answer, "NextToken", token.data);
}
