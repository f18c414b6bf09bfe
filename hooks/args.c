/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/args.h"

#include <stdbool.h>
#include <string.h>

#include "hooks/log.h"

/*
 * This errs on the side of masking, since nothing but `pedigree events` shows
 * what is kept here; lib/rules/redact.c is the finer judge of the record.
 */

/* Anywhere in a name, in the letters that plain() makes. */
static const char *const secrets[] = {
	"password",  "passwd",	   "secret",	 "token",	"api_key",
	"apikey",    "access_key", "credential", "private_key", "passphrase",
	"storepass", "keypass",	   "passwort",	 "bearer",	"authorization",
};

/* At the end of a name. */
static const char *const endings[] = {
	"key", "pass",	"_pwd", "auth", "cookie", "cookies",   "jwt",
	"otp", "creds", "psk",	"sas",	"_pat",	  "signature", "_sig",
};

/* How secrets that are known by their look begin, and the bytes that must
   follow at least. */
static const struct {
	const char *prefix;
	size_t least;
} looks[] = {
	{ "AKIA", 16 },	       { "ASIA", 16 },	   { "AROA", 16 },
	{ "AIDA", 16 },	       { "AIza", 30 },	   { "-----BEGIN ", 1 },
	{ "Bearer ", 8 },      { "bearer ", 8 },   { "Basic ", 8 },
	{ "basic ", 8 },       { "eyJ", 20 },	   { "ghp_", 20 },
	{ "gho_", 20 },	       { "ghu_", 20 },	   { "ghs_", 20 },
	{ "ghr_", 20 },	       { "glpat-", 16 },   { "glptt-", 16 },
	{ "github_pat_", 20 }, { "hf_", 24 },	   { "npm_", 30 },
	{ "pypi-", 30 },       { "sk-", 20 },	   { "sk_live_", 16 },
	{ "sk_test_", 16 },    { "rk_live_", 16 }, { "whsec_", 16 },
	{ "xox", 12 },	       { "xapp-", 10 },	   { "ya29.", 20 },
	{ "SG.", 30 },	       { "dop_v1_", 30 },  { "dapi", 32 },
	{ "r8_", 30 },	       { "gsk_", 30 },
};

/* ASCII without case, and '-' for '_'. */
static char plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + 'a' - 'A');
	return c == '-' ? '_' : c;
}

static bool is_word(char c)
{
	c = plain(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_alnum(char c)
{
	return is_word(c) && c != '_' && c != '-';
}

static bool has_at(const char *name, const char *word, size_t word_n)
{
	size_t i = 0;

	while (i < word_n && plain(name[i]) == word[i])
		i++;
	return i == word_n;
}

static bool contains(const char *name, size_t n, const char *word)
{
	size_t word_n = strlen(word);

	for (size_t i = 0; i + word_n <= n; i++)
		if (has_at(name + i, word, word_n))
			return true;
	return false;
}

static bool ends_with(const char *name, size_t n, const char *word)
{
	size_t word_n = strlen(word);

	return n >= word_n && has_at(name + n - word_n, word, word_n);
}

static bool is_secret(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (contains(name, n, secrets[i]))
			return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (ends_with(name, n, endings[i]))
			return true;
	return false;
}

/*
 * The length of a name that looks secret and of the byte between it and a
 * value: NAME=, --name=, "Name: ", "--name ", 'name': ; or 0.
 */
static size_t secret_name(const char *text)
{
	size_t n = 0;

	while (is_word(text[n]) || text[n] == '.')
		n++;
	return n && text[n] && strchr("=: \t\n\"'", text[n]) &&
			       is_secret(text, n)
		       ? n + 1
		       : 0;
}

static bool looks_secret(const char *text)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		size_t prefix = strlen(looks[i].prefix), n = 0;

		if (strncmp(text, looks[i].prefix, prefix) != 0)
			continue;
		while (n < looks[i].least && text[prefix + n] &&
		       !strchr(" \t\n\"'", text[prefix + n]))
			n++;
		if (n == looks[i].least)
			return true;
	}
	return false;
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

/*
 * The length of the user information at `host`, with its '@'; or 0. It goes on
 * to the last '@', since a password may hold one, and past a slash where what
 * stands before that cannot be a host and a port.
 */
static size_t user_length(const char *host)
{
	size_t n = strcspn(host, "/?# \t\n\"'"), colon = strcspn(host, ":");
	size_t end = n;

	while (n && host[n - 1] != '@')
		n--;
	if (n || colon >= end || host[0] == '[')
		return n;
	while (++colon < end && host[colon] >= '0' && host[colon] <= '9')
		;
	if (colon >= end)
		return 0;
	n = strcspn(host, " \t\n\"'");
	while (n && host[n - 1] != '@')
		n--;
	return n;
}

/* Copies what follows "://" of a URL, without user, query and fragment. */
static bool put_host(struct copy *copy, const char **text)
{
	size_t user = user_length(*text), n;

	if (user && !put(copy, "***@", 4))
		return false;
	*text += user;
	n = strcspn(*text, "?# \t\n\"'");
	if (!put(copy, *text, n))
		return false;
	*text += n;
	if (**text != '?' && **text != '#')
		return true;
	if (!put(copy, *text, 1) || !put(copy, "***", 3))
		return false;
	*text += strcspn(*text, " \t\n\"'");
	return true;
}

/* Copies an argument up to the first secret in it, which goes on to the end:
   no quoting of any language need be understood. */
static bool put_value(struct copy *copy, const char *text)
{
	for (bool border = true; *text; text++) {
		size_t n = border ? secret_name(text) : 0;

		if (n || (border && looks_secret(text)))
			return put(copy, text, n) && put(copy, "***", 4);
		border = !is_alnum(*text);
		if (strncmp(text, "://", 3) != 0) {
			if (!put(copy, text, 1))
				return false;
			continue;
		}
		text += 3;
		if (!put(copy, "://", 3) || !put_host(copy, &text))
			return false;
		text--;
		border = true;
	}
	return put(copy, "", 1);
}

/* Is the argument after this one a secret? */
static bool asks_for_secret(const char *arg)
{
	size_t n = 0;

	while (n < PEDIGREE_ARGS_SIZE && arg[n] && arg[n] != '=')
		n++;
	return arg[0] == '-' && !arg[n] && is_secret(arg, n);
}

/* curl -u name:password */
static bool asks_for_user(const char *arg)
{
	return strcmp(arg, "-u") == 0 || strcmp(arg, "--user") == 0 ||
	       strcmp(arg, "--proxy-user") == 0;
}

static bool put_arg(struct copy *copy, const char *previous, const char *arg)
{
	if (previous && (asks_for_secret(previous) ||
			 (asks_for_user(previous) && strchr(arg, ':'))))
		return put(copy, "***", 4);
	return put_value(copy, arg);
}

void pedigree_args_mask(int argc, char *const argv[], char *buffer,
			struct pedigree_identity *ret_identity)
{
	struct copy copy = { .at = buffer, .end = buffer + PEDIGREE_ARGS_SIZE };

	for (int i = 0; i < argc && argv[i]; i++) {
		char *start = copy.at;

		if (!put_arg(&copy, i ? argv[i - 1] : NULL, argv[i])) {
			copy.at = start;
			ret_identity->flags |= PEDIGREE_F_CUT;
			break;
		}
		ret_identity->argc++;
	}
	if (!ret_identity->argc)
		return;
	ret_identity->args.bytes = buffer;
	ret_identity->args.n = (size_t)(copy.at - buffer) - 1;
}
