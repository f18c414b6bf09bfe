/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/redact.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"

/*
 * Names
 */

enum {
	NAME_MAX_KEPT = 128
};

/* In a name squeezed to its letters and digits, these say it all. */
static const char *const telling[] = {
	"password",	 "passwd",	     "passphrase",   "passwort",
	"secret",	 "apikey",	     "accesskey",    "privatekey",
	"credential",	 "authtoken",	     "accesstoken",  "bearer",
	"authorization", "connectionstring", "signingkey",   "encryptionkey",
	"accountkey",	 "storagekey",	     "licensekey",   "sshkey",
	"masterkey",	 "sharedkey",	     "refreshtoken", "sessiontoken",
	"authkey",	 "encryptkey",	     "storepass",    "keypass",
};

/* As the last word of a name: --hf-token, DB_PASS, OPENAI_KEY. */
static const char *const last_words[] = {
	"token", "pass",      "pwd",	  "cookie", "cookies", "auth",
	"jwt",	 "otp",	      "psk",	  "creds",  "sas",     "pat",
	"key",	 "signature", "apitoken", "sig",
};

/* Words that make something harmless of the next: a tokenizer's padding
   token, a number of passes, the variable PWD. */
static const char *const harmless[] = {
	"pad",	     "eos",	 "bos",	  "mask",   "cls",   "sep",    "unk",
	"special",   "stop",	 "start", "end",    "image", "prompt", "n",
	"num",	     "single",	 "first", "second", "one",   "two",    "multi",
	"forward",   "backward", "max",	  "min",    "per",   "new",    "old",
	"separator", "decoder",	 "add",	  "blank",  "oov",   "word",   "sub",
};

/* Before "key" and "pat", which by themselves mean too much. */
static const char *const owners[] = {
	"openai",    "azure",	"aws",	   "gcp",     "google",
	"anthropic", "wandb",	"comet",   "neptune", "mlflow",
	"cohere",    "kaggle",	"hf",	   "hugging", "huggingface",
	"github",    "gitlab",	"git",	   "api",     "access",
	"private",   "secret",	"service", "app",     "client",
	"deploy",    "rsa",	"gpg",	   "pgp",     "hmac",
	"crypt",     "auth",	"mistral", "groq",    "replicate",
	"pinecone",  "datadog", "dd",	   "sentry",  "stripe",
	"s3",	     "minio",	"devops",  "clearml", "roboflow",
	"together",
};

static bool among(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(words[i], word))
			return true;
	}
	return false;
}

#define AMONG(words, word) among(words, PEDIGREE_COUNT(words), word)

/* Lower-case words of a name, the last two, and all of it squeezed. */
struct name_words {
	char squeezed[NAME_MAX_KEPT];
	char last[NAME_MAX_KEPT];
	char before[NAME_MAX_KEPT];
};

static bool begins_word(const char *name, size_t i)
{
	unsigned char c = (unsigned char)name[i];
	unsigned char previous = i ? (unsigned char)name[i - 1] : '-';

	return !isalnum(previous) || (isupper(c) && islower(previous));
}

static void split_name(const char *name, struct name_words *ret)
{
	size_t squeezed = 0, last = 0;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; name[i] && squeezed + 1 < NAME_MAX_KEPT; i++) {
		unsigned char c = (unsigned char)name[i];

		if (!isalnum(c))
			continue;
		if (begins_word(name, i) && last) {
			memcpy(ret->before, ret->last, sizeof(ret->before));
			memset(ret->last, 0, sizeof(ret->last));
			last = 0;
		}
		ret->last[last++] = (char)tolower(c);
		ret->squeezed[squeezed++] = (char)tolower(c);
	}
}

bool pedigree_secret_name(const char *name)
{
	struct name_words words;

	split_name(name, &words);
	for (size_t i = 0; i < PEDIGREE_COUNT(telling); i++) {
		if (strstr(words.squeezed, telling[i]))
			return true;
	}
	if (!AMONG(last_words, words.last) || AMONG(harmless, words.before))
		return false;
	if (!strcmp(words.last, "key") || !strcmp(words.last, "pat"))
		return AMONG(owners, words.before);
	/* PWD alone is where one is. */
	return strcmp(words.last, "pwd") != 0 || words.before[0];
}

/*
 * Values
 */

static bool is_upper_or_digit(unsigned char c)
{
	return isupper(c) || isdigit(c);
}

static bool is_word(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '-';
}

static bool is_base64(unsigned char c)
{
	return isalnum(c) || (c && strchr("+/=_-.~", c));
}

static bool is_jwt(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.';
}

static bool is_hex(unsigned char c)
{
	return isxdigit(c);
}

static bool is_anything(unsigned char c)
{
	return c != '\0';
}

/* How secrets that are known by their look begin, and go on. */
static const struct {
	const char *prefix;
	size_t least; /* bytes after the prefix */
	bool (*byte)(unsigned char c);
	bool any_case;
} looks[] = {
	{ "AKIA", 16, is_upper_or_digit, false },
	{ "ASIA", 16, is_upper_or_digit, false },
	{ "AROA", 16, is_upper_or_digit, false },
	{ "AIDA", 16, is_upper_or_digit, false },
	{ "AIza", 30, is_word, false },
	{ "-----BEGIN ", 1, is_anything, false },
	{ "Bearer ", 8, is_base64, true },
	{ "Basic ", 8, is_base64, true },
	{ "eyJ", 20, is_jwt, false },
	{ "ghp_", 20, is_word, false },
	{ "gho_", 20, is_word, false },
	{ "ghu_", 20, is_word, false },
	{ "ghs_", 20, is_word, false },
	{ "ghr_", 20, is_word, false },
	{ "github_pat_", 20, is_word, false },
	{ "glpat-", 16, is_word, false },
	{ "glptt-", 16, is_word, false },
	{ "hf_", 24, is_word, false },
	{ "npm_", 30, is_word, false },
	{ "pypi-", 30, is_word, false },
	{ "sk-", 20, is_word, false },
	{ "sk_live_", 16, is_word, false },
	{ "rk_live_", 16, is_word, false },
	{ "sk_test_", 16, is_word, false },
	{ "whsec_", 16, is_word, false },
	{ "xoxa-", 10, is_word, false },
	{ "xoxb-", 10, is_word, false },
	{ "xoxp-", 10, is_word, false },
	{ "xoxr-", 10, is_word, false },
	{ "xoxs-", 10, is_word, false },
	{ "xapp-", 10, is_word, false },
	{ "ya29.", 20, is_base64, false },
	{ "SG.", 30, is_jwt, false },
	{ "dop_v1_", 30, is_word, false },
	{ "dapi", 32, is_hex, false },
	{ "r8_", 30, is_word, false },
	{ "gsk_", 30, is_word, false },
	{ "AccountKey=", 16, is_base64, true },
	{ "SharedAccessKey=", 16, is_base64, true },
	{ "SharedAccessSignature=", 16, is_anything, true },
	{ "X-Amz-Signature=", 16, is_base64, true },
	{ "X-Amz-Security-Token=", 16, is_base64, true },
};

/* Length of a secret that begins right at `text`; 0: none does. */
static size_t secret_here(const char *text)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(looks); i++) {
		size_t prefix = strlen(looks[i].prefix), n = prefix;
		bool begins = looks[i].any_case
				      ? !strncasecmp(text, looks[i].prefix, n)
				      : !strncmp(text, looks[i].prefix, n);

		if (!begins)
			continue;
		while (text[n] && looks[i].byte((unsigned char)text[n]))
			n++;
		if (n - prefix >= looks[i].least)
			return n;
	}
	return 0;
}

static const char *find_secret(const char *text, size_t *ret_n)
{
	for (const char *at = text; *at; at++) {
		if (at > text && isalnum((unsigned char)at[-1]))
			continue;
		*ret_n = secret_here(at);
		if (*ret_n)
			return at;
	}
	return NULL;
}

bool pedigree_secret_value(const char *value)
{
	size_t n;

	return find_secret(value, &n);
}

/*
 * URLs
 */

enum {
	SCHEME_MAX = 64 /* of which the end counts: a bound for the work */
};

static size_t scheme_length(const char *text)
{
	size_t n = 0;

	if (!isalpha((unsigned char)text[0]))
		return 0;
	while (n < SCHEME_MAX && (isalnum((unsigned char)text[n]) ||
				  (text[n] && strchr("+-.", text[n]))))
		n++;
	return strncmp(text + n, "://", 3) ? 0 : n + 3;
}

/*
 * Where the host begins. A password may hold any byte when whoever wrote the
 * URL forgot to encode it: when what stands before the first slash cannot be
 * a host and a port, the user information goes on to the last '@'.
 */
static const char *host_of(const char *authority, const char *end)
{
	const char *stop = authority + strcspn(authority, "/?#");
	const char *at = NULL, *colon;

	if (stop > end)
		stop = end;
	for (const char *p = authority; p < stop; p++) {
		if (*p == '@')
			at = p;
	}
	if (at)
		authority = at + 1;
	at = NULL;
	colon = memchr(authority, ':', (size_t)(stop - authority));
	if (!colon || authority[0] == '[' ||
	    strspn(colon + 1, "0123456789") >= (size_t)(stop - colon) - 1)
		return authority;
	at = memrchr(stop, '@', (size_t)(end - stop));
	return at ? at + 1 : authority;
}

static void add_without_secrets(struct pedigree_buf *buf, const char *text)
{
	const char *secret;
	size_t n;

	while ((secret = find_secret(text, &n))) {
		pedigree_buf_add(buf, text, (size_t)(secret - text));
		pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
		text = secret + n;
	}
	pedigree_buf_add_str(buf, text);
}

/* The same for a stretch of a text. */
static void add_span(struct pedigree_buf *buf, const char *text, size_t n)
{
	_cleanup_buf_ struct pedigree_buf copy = PEDIGREE_BUF_INIT;

	pedigree_buf_add(&copy, text, n);
	if (pedigree_buf_error(&copy))
		pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
	else
		add_without_secrets(buf, copy.data);
}

/* Behind each `user:secret@` of `user:secret@host:path`. */
static const char *behind_users(const char *url)
{
	const char *at, *colon;

	while (!scheme_length(url) && (at = strchr(url, '@')) &&
	       (colon = strchr(url, ':')) && colon < at)
		url = at + 1;
	return url;
}

/*
 * Arguments
 */

/* Bytes that a name in front of '=' or ':' may have. */
static size_t name_length(const char *text)
{
	size_t n = 0;

	/* Of a longer one the end is looked at, too. */
	while (n < NAME_MAX_KEPT - 1 && (isalnum((unsigned char)text[n]) ||
					 (text[n] && strchr("_-.", text[n]))))
		n++;
	return n;
}

static bool is_secret_span(const char *name, size_t n)
{
	char copy[NAME_MAX_KEPT];

	memcpy(copy, name, n);
	copy[n] = '\0';
	return pedigree_secret_name(copy);
}

/*
 * `NAME=value`, `"name": "value"`, `Name: value`, where `name` begins.
 * Returns the length up to the value when the name looks secret, and the
 * value's; 0 when it is nothing of that kind.
 */
static size_t assignment(const char *name, bool first, size_t *ret_value)
{
	size_t n = name_length(name), at = n;
	char quote;

	if (!n)
		return 0;
	if (name[at] == '"' || name[at] == '\'')
		at++;
	while (name[at] == ' ')
		at++;
	if ((name[at] != '=' && name[at] != ':') || !is_secret_span(name, n))
		return 0;
	quote = name[at++];
	while (name[at] == ' ')
		at++;
	if (name[at] == '"' || name[at] == '\'') {
		char end[2] = { name[at++], '\0' };

		*ret_value = strcspn(name + at, end);
	} else if (quote == ':' || first) {
		*ret_value = strlen(name + at);
	} else {
		*ret_value = strcspn(name + at, " \t\n&;,'\"");
	}
	return *ret_value ? at : 0;
}

/* A host called "token" has a port, not a secret. */
static bool ends_in_colon(const char *name, size_t n)
{
	while (n && name[n - 1] == ' ')
		n--;
	return n && name[n - 1] == ':';
}

static size_t url_length(const char *text)
{
	return strcspn(text, " \t\n\"'<>|`");
}

/*
 * Copies `text` without what can be told by where it stands. `url`: it is
 * one from its beginning to its end, with spaces and all.
 */
static void redact_inside(struct pedigree_buf *buf, const char *text, bool url)
{
	const char *at = text, *after = text; /* the latest part left out */
	const char *url_end = text;

	while (*at) {
		bool begins = at == after || !isalnum((unsigned char)at[-1]);
		bool inside = at < url_end;
		bool first = !url && at <= text + strspn(text, "-");
		size_t value, n;

		if (inside && (*at == '?' || *at == '#')) {
			after = at = url_end;
		} else if (begins && (n = scheme_length(at))) {
			add_span(buf, at, n);
			if (!inside)
				url_end = at +
					  (url ? strlen(at) : url_length(at));
			after = at = host_of(at + n, url_end);
		} else if (begins && (n = assignment(at, first, &value)) &&
			   !(inside && ends_in_colon(at, n))) {
			add_span(buf, at, n);
			pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
			after = at += n + value;
		} else if (begins && (n = secret_here(at))) {
			pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
			after = at += n;
		} else {
			pedigree_buf_add_char(buf, *at++);
		}
	}
}

static void redact(struct pedigree_buf *buf, const char *text, bool url)
{
	_cleanup_buf_ struct pedigree_buf inside = PEDIGREE_BUF_INIT;

	redact_inside(&inside, text, url);
	if (pedigree_buf_error(&inside))
		pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
	else /* one may begin in a URL and end behind it */
		add_without_secrets(buf, inside.data);
}

static void redact_url_once(struct pedigree_buf *buf, const char *previous,
			    const char *url)
{
	(void)previous;
	url = behind_users(url);
	if (scheme_length(url))
		redact(buf, url, true);
	else
		add_without_secrets(buf, url);
}

/* Does the argument before this one ask for a secret as the next? */
static bool asks_for_secret(const char *previous)
{
	return previous && previous[0] == '-' && !strchr(previous, '=') &&
	       !strchr(previous, ' ') && pedigree_secret_name(previous);
}

static void redact_arg_once(struct pedigree_buf *buf, const char *previous,
			    const char *arg)
{
	const char *colon = strchr(arg, ':');
	bool option = arg[0] == '-' && arg[1] == '-' &&
		      isalpha((unsigned char)arg[2]);

	if (asks_for_secret(previous) && !option) {
		pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
		return;
	}
	/* curl -u name:password */
	if (previous && colon && !scheme_length(arg) &&
	    (!strcmp(previous, "-u") || !strcmp(previous, "--user") ||
	     !strcmp(previous, "--proxy-user"))) {
		add_span(buf, arg, (size_t)(colon - arg) + 1);
		pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
		return;
	}
	redact(buf, arg, false);
}

/*
 * What is left out may take away what said how to read the rest: behind a
 * scheme that is itself a secret there is no URL any more. So a text is read
 * until nothing changes, and what was redacted once stays as it is. A text
 * that does not come to rest is not worth keeping.
 */
static void until_at_rest(struct pedigree_buf *buf, const char *previous,
			  const char *text,
			  void (*once)(struct pedigree_buf *buf,
				       const char *previous, const char *text))
{
	enum {
		PASSES = 8
	};
	_cleanup_buf_ struct pedigree_buf one = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf other = PEDIGREE_BUF_INIT;
	struct pedigree_buf *now = &one, *last = &other, *spare;

	for (int pass = 0; pass < PASSES; pass++) {
		pedigree_buf_clear(now);
		once(now, previous, text);
		if (pedigree_buf_error(now))
			break;
		if (!strcmp(text, now->data)) {
			pedigree_buf_add(buf, now->data, now->len);
			return;
		}
		spare = last;
		last = now;
		now = spare;
		text = last->data;
	}
	pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
}

void pedigree_redact_url(struct pedigree_buf *buf, const char *url)
{
	until_at_rest(buf, NULL, url, redact_url_once);
}

void pedigree_redact_arg(struct pedigree_buf *buf, const char *previous,
			 const char *arg)
{
	until_at_rest(buf, previous, arg, redact_arg_once);
}
