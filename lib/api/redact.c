/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include <pedigree/pedigree.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/err.h"
#include "rules/redact.h"

/* One word more for what a secret was known by; twice is once. */
static void on_secret(void *ctx, const char *why, const char *detail)
{
	struct pedigree_buf *buf = ctx;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&text, "%s %s", why, detail);
	if (pedigree_buf_error(&text) || pedigree_buf_error(buf) ||
	    (buf->len && strstr(buf->data, text.data)))
		return;
	if (buf->len)
		pedigree_buf_add_str(buf, ", ");
	pedigree_buf_add_str(buf, text.data);
}

int pedigree_redact_test(const struct pedigree *pedigree,
			 const char *const *words, unsigned long n,
			 void (*each)(void *ctx, unsigned long i,
				      const char *kept, const char *why),
			 void *ctx, struct pedigree_error *err)
{
	struct pedigree_mask_line line = { .pem = false };
	int lost = 0;

	if (!pedigree || (n && !words) || !each)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_redact_test: an argument is missing");
	for (unsigned long i = 0; i < n; i++) {
		_cleanup_buf_ struct pedigree_buf kept = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf why = PEDIGREE_BUF_INIT;

		pedigree_redact_next(&kept, &line, words[i], on_secret, &why);
		if (pedigree_buf_error(&kept) || pedigree_buf_error(&why))
			return pedigree_fail_memory(err);
		lost += why.len > 0 && lost < INT_MAX;
		each(ctx, i, kept.data, why.len ? why.data : NULL);
	}
	return lost;
}
