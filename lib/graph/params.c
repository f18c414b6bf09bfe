/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/params.h"

#include <string.h>

#include <pedigree/error.h>

#include "graph/text.h"
#include "rules/redact.h"

static bool has_param(const struct pedigree_params *params, const char *key)
{
	for (size_t i = 0; i < params->n; i++)
		if (strcmp(params->v[i].key, key) == 0)
			return true;
	return false;
}

static int put(struct pedigree_params *params, const char *key,
	       const char *value)
{
	_cleanup_free_ char *clean_key =
		pedigree_clean_text(key, PEDIGREE_KEY_MAX);
	_cleanup_free_ char *clean_value =
		pedigree_clean_text(value, PEDIGREE_VALUE_MAX);

	if (!clean_key || !clean_value)
		return PEDIGREE_ENOMEM;
	if (!clean_key[0] ||
	    (params->n >= PEDIGREE_PARAMS_MAX && !has_param(params, clean_key)))
		return 0;
	return pedigree_params_set(params, clean_key, clean_value);
}

int pedigree_param_put(struct pedigree_params *params, const char *key,
		       const char *value)
{
	_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;

	pedigree_redact_value(&safe, key, value);
	if (pedigree_buf_error(&safe))
		return PEDIGREE_ENOMEM;
	return put(params, key, safe.data);
}

int pedigree_param_own(struct pedigree_params *params, const char *key,
		       const char *value)
{
	_cleanup_buf_ struct pedigree_buf own = PEDIGREE_BUF_INIT;

	if (!value)
		return 0;
	if (!has_param(params, key))
		return put(params, key, value);
	pedigree_buf_add_str(&own, "pedigree.");
	pedigree_buf_add_str(&own, key);
	if (pedigree_buf_error(&own))
		return PEDIGREE_ENOMEM;
	return put(params, own.data, value);
}

static bool is_option(const char *arg)
{
	/* "-5" and "-.5" are values, "-" is a file. */
	return arg[0] == '-' && arg[1] && !strchr("0123456789.", arg[1]);
}

/* NAME of NAME=VALUE as Hydra and makes have it; 0: not one. */
static size_t assigned_name(const char *arg)
{
	size_t n = strcspn(arg, "=");
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/@";

	return arg[n] && n && strspn(arg, allowed) == n ? n : 0;
}

static int put_slice(struct pedigree_params *params, const char *name, size_t n,
		     const char *value)
{
	_cleanup_free_ char *key = strndup(name, n);

	return key ? pedigree_param_put(params, key, value) : PEDIGREE_ENOMEM;
}

/* Takes one argument, or two; *ret_used tells. */
static int take(struct pedigree_params *params, const char *arg,
		const char *next, size_t *ret_used)
{
	const char *name = arg;
	size_t n;

	*ret_used = 1;
	if (!is_option(arg)) {
		name += strspn(arg, "+~");
		n = assigned_name(name);
		return n ? put_slice(params, name, n, name + n + 1) : 0;
	}
	name += strspn(arg, "-");
	n = strcspn(name, "=");
	if (!n)
		return 0;
	if (name[n])
		return put_slice(params, name, n, name + n + 1);
	if (!next || is_option(next) || strcmp(next, "--") == 0)
		return put_slice(params, name, n, "true");
	*ret_used = 2;
	return put_slice(params, name, n, next);
}

static int read_masked(struct pedigree_params *params, char *const *argv,
		       size_t n, size_t first)
{
	size_t used;

	for (size_t i = first; i < n; i += used) {
		int r;

		if (strcmp(argv[i], "--") == 0)
			return 0;
		r = take(params, argv[i], i + 1 < n ? argv[i + 1] : NULL,
			 &used);
		if (r < 0)
			return r;
	}
	return 0;
}

static char *mask(struct pedigree_mask_line *line, const char *arg)
{
	_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;

	pedigree_redact_next(&safe, line, arg, NULL, NULL);
	return pedigree_buf_error(&safe) ? NULL : pedigree_buf_take(&safe);
}

/* What is a secret by its place must not become a name. */
int pedigree_params_read(struct pedigree_params *params, char *const *argv,
			 size_t first)
{
	struct pedigree_mask_line line = { .pem = false };
	size_t n = 0, done = 0;
	char **masked;
	int r = 0;

	while (argv && argv[n])
		n++;
	masked = calloc(n + 1, sizeof(*masked));
	if (!masked)
		return PEDIGREE_ENOMEM;
	for (; r == 0 && done < n; done++) {
		masked[done] = mask(&line, argv[done]);
		if (!masked[done])
			r = PEDIGREE_ENOMEM;
	}
	if (r == 0)
		r = read_masked(params, masked, n, first);
	while (done)
		free(masked[--done]);
	free(masked);
	return r;
}

static void add_quoted(struct pedigree_buf *buf, const char *arg)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-[]";

	if (arg[0] && !arg[strspn(arg, plain)]) {
		pedigree_buf_add_str(buf, arg);
		return;
	}
	pedigree_buf_add_char(buf, '\'');
	for (; *arg; arg++) {
		if (*arg == '\'')
			pedigree_buf_add_str(buf, "'\\''");
		else
			pedigree_buf_add_char(buf, *arg);
	}
	pedigree_buf_add_char(buf, '\'');
}

void pedigree_command_text(struct pedigree_buf *buf, char *const *argv)
{
	_cleanup_buf_ struct pedigree_buf arg = PEDIGREE_BUF_INIT;
	struct pedigree_mask_line line = { .pem = false };

	for (size_t i = 0; argv && argv[i]; i++) {
		pedigree_buf_reset(&arg);
		pedigree_redact_next(&arg, &line, argv[i], NULL, NULL);
		if (i)
			pedigree_buf_add_char(buf, ' ');
		add_quoted(buf, arg.data);
	}
}
