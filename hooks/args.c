/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/args.h"

#include <stdbool.h>
#include <string.h>

#include "hooks/log.h"

static const char *const secrets[] = {
	"password",    "passwd",     "secret",	   "token",
	"api_key",     "apikey",     "access_key", "credential",
	"private_key", "passphrase", "storepass",  "keypass",
};

/* ASCII without case, and '-' for '_'. */
static char plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + 'a' - 'A');
	return c == '-' ? '_' : c;
}

static bool contains(const char *name, size_t n, const char *word)
{
	size_t word_n = strlen(word);

	for (size_t i = 0; i + word_n <= n; i++) {
		size_t j = 0;

		while (j < word_n && plain(name[i + j]) == word[j])
			j++;
		if (j == word_n)
			return true;
	}
	return false;
}

static bool is_secret(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (contains(name, n, secrets[i]))
			return true;
	return false;
}

static bool is_word(char c)
{
	c = plain(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The length of the name before a value: NAME=…, --name=…, -name=…; or 0. */
static size_t name_length(const char *arg)
{
	size_t n = 0;

	while (is_word(arg[n]) || arg[n] == '.')
		n++;
	return arg[n] == '=' ? n : 0;
}

struct copy {
	char *at;
	char *end;
};

static bool put(struct copy *copy, const char *bytes, size_t n)
{
	if ((size_t)(copy->end - copy->at) < n)
		return false;
	memcpy(copy->at, bytes, n);
	copy->at += n;
	return true;
}

/* What follows "://", or NULL. */
static const char *find_host(const char *value)
{
	for (; *value; value++)
		if (value[0] == ':' && value[1] == '/' && value[2] == '/')
			return value + 3;
	return NULL;
}

/* Copies a value without the user information of URLs in it. */
static bool put_value(struct copy *copy, const char *value)
{
	for (;;) {
		const char *host = find_host(value);
		size_t n;

		if (!host)
			return put(copy, value, strlen(value));
		if (!put(copy, value, (size_t)(host - value)))
			return false;
		n = strcspn(host, "/?# \t\n");
		value = host;
		/* The last '@': a password may hold one. */
		while (n && host[n - 1] != '@')
			n--;
		if (n && !put(copy, "***@", 4))
			return false;
		value += n;
	}
}

static bool put_arg(struct copy *copy, const char *arg, bool masked)
{
	size_t name = name_length(arg);

	if (masked)
		return put(copy, "***", 4);
	if (name && is_secret(arg, name))
		return put(copy, arg, name + 1) && put(copy, "***", 4);
	return put_value(copy, arg) && put(copy, "", 1);
}

void pedigree_args_mask(int argc, char *const argv[], char *buffer,
			struct pedigree_identity *ret_identity)
{
	struct copy copy = { .at = buffer, .end = buffer + PEDIGREE_ARGS_SIZE };
	bool masked = false;

	for (int i = 0; i < argc && argv[i]; i++) {
		char *start = copy.at;

		if (!put_arg(&copy, argv[i], masked)) {
			copy.at = start;
			ret_identity->flags |= PEDIGREE_F_CUT;
			break;
		}
		ret_identity->argc++;
		masked = argv[i][0] == '-' && argv[i][1] &&
			 !strchr(argv[i], '=') &&
			 is_secret(argv[i], strlen(argv[i]));
	}
	if (!ret_identity->argc)
		return;
	ret_identity->args.bytes = buffer;
	ret_identity->args.n = (size_t)(copy.at - buffer) - 1;
}
