/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

static const char *const names[] = {
	[-PEDIGREE_OK] = "success",
	[-PEDIGREE_EINVAL] = "invalid argument",
	[-PEDIGREE_ENOMEM] = "out of memory",
	[-PEDIGREE_EIO] = "operating system error",
	[-PEDIGREE_ENOTFOUND] = "not found",
	[-PEDIGREE_EEXIST] = "already exists",
	[-PEDIGREE_EFORMAT] = "unknown format",
	[-PEDIGREE_ECONFIG] = "wrong configuration",
	[-PEDIGREE_EBUSY] = "busy",
	[-PEDIGREE_ELIMIT] = "limit reached",
	[-PEDIGREE_EUNSUPPORTED] = "not supported",
	[-PEDIGREE_EAMBIGUOUS] = "ambiguous",
};

const char *pedigree_code_name(int code)
{
	if (code > 0 || (size_t)-code >= PEDIGREE_COUNT(names))
		return "unknown error";
	return names[-code];
}

/* Paths and what others wrote may hold any byte; a message is one line. */
static void tidy(char *text)
{
	while (*text) {
		size_t n = pedigree_utf8_length(text);

		if (!n || (unsigned char)*text < ' ' || *text == 0x7f) {
			*text = '?';
			n = 1;
		}
		text += n;
	}
}

int pedigree_fail(struct pedigree_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err || err->code)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	tidy(err->text);
	return code;
}

int pedigree_fail_errno(struct pedigree_error *err, const char *format, ...)
{
	int saved = errno;
	int code = saved == ENOMEM ? PEDIGREE_ENOMEM : PEDIGREE_EIO;
	va_list args;

	if (err && !err->code) {
		size_t n;

		err->code = code;
		va_start(args, format);
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
		n = strlen(err->text);
		snprintf(err->text + n, sizeof(err->text) - n, ": %s",
			 strerror(saved));
		tidy(err->text);
	}
	errno = saved;
	return code;
}

int pedigree_fail_memory(struct pedigree_error *err)
{
	return pedigree_fail(err, PEDIGREE_ENOMEM, "out of memory");
}
