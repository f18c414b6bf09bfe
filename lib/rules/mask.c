/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/mask.h"

#include <string.h>

#include "rules/mask_mark.h"
#include "rules/secret.h"

#define is_alnum pedigree_secret_is_alnum

/* Bounds for the work. */
enum {
	BETWEEN_MOST = 8, /* separators before a name */
	USER_MOST = 64,
	OPTION_MOST = 13,
	SHORT_MOST = 512 /* -pPASSWORD of a program that is not known */
};

/*
 * Texts
 */

/* Like strspn and its kin, which the shim does not import; to `end` if set. */
static size_t span(const char *text, const char *end, const char *of)
{
	size_t n = 0;

	while ((!end || text + n < end) && text[n] && strchr(of, text[n]))
		n++;
	return n;
}

/*
 * Ends of what is read at many places of a text. The one that was found last
 * holds for all places up to it, so that each byte is looked at once.
 */
enum stop {
	STOP_USER, /* of a user's name and password */
	STOP_NAME, /* of a name before a colon */
	STOP_WORD,
	STOPS
};

struct stops {
	const char *from[STOPS], *at[STOPS];
};

static size_t to_stop(struct stops *stops, enum stop stop, const char *from)
{
	static const char ends[STOPS][16] = {
		[STOP_USER] = "@/ \t\n\"'<>|`,;",
		[STOP_NAME] = ": \t\n'\"",
		[STOP_WORD] = " \t\n'\"",
	};

	if (!stops->at[stop] || stops->at[stop] < from ||
	    stops->from[stop] > from) {
		stops->from[stop] = from;
		stops->at[stop] = from + strcspn(from, ends[stop]);
	}
	return (size_t)(stops->at[stop] - from);
}

static const char *last_of(const char *text, const char *end, char c)
{
	while (end > text)
		if (*--end == c)
			return end;
	return NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* Length of byte `c` at `text`, as itself or in a URL's encoding; 0: it does
   not stand there. `hex` is that, in lower case. */
static size_t byte_at(const char *text, char c, const char *hex)
{
	if (*text == c)
		return 1;
	return text[0] == '%' && text[1] == hex[0] && lower(text[2]) == hex[1]
		       ? 3
		       : 0;
}

static size_t quote_at(const char *text)
{
	size_t escape = text[0] == '\\', n;

	n = byte_at(text + escape, '"', "22");
	if (!n)
		n = byte_at(text + escape, '\'', "27");
	return n ? n + escape : 0;
}

static size_t spaces_at(const char *text)
{
	size_t n = 0;

	for (;;) {
		size_t one = byte_at(text + n, ' ', "20");

		if (!one)
			return n;
		n += one;
	}
}

static void put(struct pedigree_mask *mask, const char *bytes, size_t n)
{
	if (n)
		mask->put(mask->ctx, bytes, n);
}

static void take(struct pedigree_mask *mask, const char *why,
		 const char *detail)
{
	mask->taken = true;
	if (mask->took)
		mask->took(mask->ctx, why, detail);
}

void pedigree_mask_mark(struct pedigree_mask *mask, const char *secret,
			size_t n)
{
	char mark[PEDIGREE_MASK_MARK];

	if (pedigree_mark_is_one(secret, n)) {
		put(mask, secret, n);
		return;
	}
	put(mask, mark,
	    pedigree_mark_make(mask->key ? mask->key() : NULL, secret, n,
			       mark));
}

/*
 * URLs
 */

/* Does "://" stand here, behind a scheme? */
static bool is_url(const char *text, const char *at)
{
	return at > text && is_alnum(at[-1]) && !strncmp(at, "://", 3);
}

static size_t scheme_length(const char *text)
{
	size_t n = 0;

	while (is_alnum(text[n]) || (n && text[n] && strchr("+-.", text[n])))
		n++;
	return is_url(text, text + n) ? n + 3 : 0;
}

static size_t url_length(const char *text)
{
	return strcspn(text, " \t\n\"'<>|`");
}

/*
 * Where the host begins. A password may hold any byte when whoever wrote the
 * URL forgot to encode it: when what stands before the first slash cannot be
 * a host and a port, the user information goes on to `last`, the last '@'
 * before the end.
 */
static const char *host_of(const char *authority, const char *end,
			   const char *last)
{
	const char *stop = authority + strcspn(authority, "/?#");
	const char *at, *colon;

	if (stop > end)
		stop = end;
	at = last_of(authority, stop, '@');
	if (at)
		authority = at + 1;
	colon = memchr(authority, ':', (size_t)(stop - authority));
	if (!colon || authority[0] == '[' ||
	    colon + 1 + span(colon + 1, stop, "0123456789") >= stop)
		return authority;
	return last && last >= stop ? last + 1 : authority;
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
 * The length of `user:secret@` at `text` without a scheme, before what can
 * only be a host; 0: it is something else that has both bytes.
 */
static size_t user_length(struct stops *stops, const char *text)
{
	static const char others[][12] = { "mailto", "npm",  "acct", "sip",
					   "sips",   "xmpp", "file", "urn" };
	size_t name = 0, n, host;

	while (name < USER_MOST &&
	       (is_alnum(text[name]) ||
		(text[name] && strchr("_-.+%", text[name]))))
		name++;
	if (!name || text[name] != ':' || text[name + 1] == '/')
		return 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strlen(others[i]) == name &&
		    !strncmp(others[i], text, name))
			return 0;
	n = name + 1 + to_stop(stops, STOP_USER, text + name + 1);
	if (text[n] != '@' || n == name + 1 || !strncmp(text + n, "@sha", 4))
		return 0;
	host = n + 1;
	while (is_alnum(text[host]) ||
	       (text[host] && strchr("_-.[", text[host])))
		host++;
	if (host == n + 1 || (text[host] && !strchr(":/(]", text[host]) &&
			      !memchr(text + n, '.', host - n)))
		return 0;
	return n + 1;
}

/*
 * Names and values
 */

static bool is_name_byte(char c)
{
	return is_alnum(c) || (c && strchr("_-.", c));
}

/* Bytes that a name in front of '=' or ':' may have. */
static size_t name_length(const char *text)
{
	size_t n = 0;

	/* Of a longer one the end is looked at, too. */
	while (n < PEDIGREE_SECRET_NAME - 1 && is_name_byte(text[n]))
		n++;
	return n;
}

/* To the quote that closes: the one escaped as the first was. */
static size_t quoted_length(const char *text, const char *open, size_t open_n)
{
	size_t n = 0;

	while (text[n] && strncmp(text + n, open, open_n) != 0)
		n += text[n] == '\\' && text[n + 1] && open_n != 2 ? 2 : 1;
	return n;
}

/* A byte that separates values does so where another name follows. */
static bool ends_value(const char *text)
{
	size_t n;

	if (strchr(" \t\n'\"", *text))
		return true;
	n = byte_at(text, '&', "26");
	if (!n && !strchr(";,)}]", *text))
		return false;
	n = n ? n : 1;
	n += span(text + n, text + n + BETWEEN_MOST, " \t\n;,)}]&'\"");
	if (!text[n])
		return true;
	text += n;
	n = name_length(text);
	n += quote_at(text + n);
	return text[n] == '=' || text[n] == ':' || text[n] == '(' ||
	       byte_at(text + n, '=', "3d");
}

static size_t plain_length(const char *text)
{
	size_t n = pedigree_mark_length(text);

	while (text[n] &&
	       !(strchr(" \t\n'\"&;,)}]%", text[n]) && ends_value(text + n)))
		n++;
	return n;
}

struct place {
	bool first;  /* nothing but dashes before the name */
	bool url;    /* inside one */
	bool option; /* dashes right before the name, or in it */
	char before;
};

/* What stands between a name and its value, of n bytes. */
struct between {
	size_t n;
	char kind; /* '=', ':', ',', ' ' or '>' */
};

/*
 * `NAME=`, `"name": "`, `Name: `, `["name"] = "`, `"name", "`, `--name `,
 * `<name>`.
 */
static bool find_between(const char *text, const struct place *place,
			 struct between *ret)
{
	size_t quote = quote_at(text), at = quote, n;

	if (quote)
		at += span(text + at, NULL, "])");
	if (text[at] == '>' && place->before == '<') {
		*ret = (struct between){ at + 1, '>' };
		return true;
	}
	n = spaces_at(text + at);
	if (n && !quote && place->option && text[at + n] &&
	    !strchr("-=:", text[at + n])) {
		*ret = (struct between){ at + n, ' ' };
		return true;
	}
	at += n;
	if ((n = byte_at(text + at, '=', "3d")))
		ret->kind = '=';
	else if ((n = byte_at(text + at, ':', "3a")))
		ret->kind = ':';
	else if (quote && place->option && (n = byte_at(text + at, ',', "2c")))
		ret->kind = ',';
	else
		return false;
	at += n;
	if (ret->kind == ':' && !strncmp(text + at, "//", 2))
		return false;
	if (ret->kind == '=' && text[at] == '=')
		return false;
	ret->n = at + spaces_at(text + at);
	return ret->kind != ',' || quote_at(text + ret->n);
}

/* PWD is where one is, unless it is a word that only a password can be. */
static bool is_pwd(const char *name, size_t n, const char *value)
{
	while (n && *name == '-')
		name++, n--;
	return n == 3 && lower(name[0]) == 'p' && lower(name[1]) == 'w' &&
	       lower(name[2]) == 'd' && *value && !strchr("/.~$", *value);
}

/*
 * A secret's name at `name` and what introduces its value. Returns the length
 * up to the value when there is one, and the value's; or 0.
 */
static size_t assignment(const char *rules, const char *name,
			 const struct place *place, size_t *ret_value,
			 const char **ret_why)
{
	size_t n = name_length(name), at = n, quote;
	struct between between;

	if (!n || !find_between(name + n, place, &between) ||
	    (place->url && between.kind == ':'))
		return 0;
	at += between.n;
	if (is_pwd(name, n, name + at))
		*ret_why = "pwd";
	else if (!pedigree_secret_named(rules, name, n, ret_why))
		return 0;
	quote = quote_at(name + at);
	if (quote) {
		at += quote;
		*ret_value = quoted_length(name + at, name + at - quote, quote);
	} else if (between.kind == '>') {
		*ret_value = strcspn(name + at, "<");
	} else if (between.kind == ' ') {
		*ret_value = strcspn(name + at, " \t\n'\"");
	} else if (between.kind == ':' || place->first) {
		*ret_value = strlen(name + at);
	} else {
		*ret_value = plain_length(name + at);
	}
	return *ret_value && !pedigree_mark_is_one(name + at, *ret_value) ? at
									  : 0;
}

/* curl -u name:password, whole or inside a line for a shell. */
static bool is_user_option(const char *text, size_t n)
{
	static const char options[][14] = { "-u",	    "-U", "--user",
					    "--proxy-user", "-a", "--auth" };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (strlen(options[i]) == n && !strncmp(options[i], text, n))
			return true;
	return false;
}

/* Up to the secret of ` -u name:secret` at `text`; or 0. */
static size_t user_option(struct stops *stops, const char *text,
			  size_t *ret_value)
{
	size_t n = 0, at, colon;

	if (text[0] != '-')
		return 0;
	while (n < OPTION_MOST && text[n] && text[n] != ' ' && text[n] != '=')
		n++;
	if (!text[n] || (text[n] != ' ' && text[n] != '=') ||
	    !is_user_option(text, n))
		return 0;
	at = n + 1;
	at += quote_at(text + at);
	colon = at + to_stop(stops, STOP_NAME, text + at);
	if (text[colon] != ':' || scheme_length(text + at))
		return 0;
	*ret_value = strcspn(text + colon + 1, " \t\n'\"");
	return *ret_value && !pedigree_mark_is_one(text + colon + 1, *ret_value)
		       ? colon + 1
		       : 0;
}

/*
 * `-pX` at `arg`, of n bytes, of a program that takes a password so, or where
 * X looks like nothing else, with letters of both cases, digits and marks.
 * Returns the length up to X, or 0.
 */
static size_t short_option(const char *program, const char *arg, size_t n)
{
	size_t option = pedigree_secret_option(program, arg), kinds = 0;
	bool seen[4] = { false };

	if (option)
		return n > option ? option : 0;
	if (strncmp(arg, "-p", 2) != 0 || n < 8 || n > SHORT_MOST)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (arg[i] >= '0' && arg[i] <= '9')
			seen[0] = true;
		else if (arg[i] >= 'a' && arg[i] <= 'z')
			seen[1] = true;
		else if (arg[i] >= 'A' && arg[i] <= 'Z')
			seen[2] = true;
		else if (strchr("!@#$%^&*+?~", arg[i]))
			seen[3] = true;
		else if (!strchr("_-", arg[i]))
			return 0;
	}
	for (size_t i = 0; i < sizeof(seen); i++)
		kinds += seen[i];
	return kinds >= 3 ? 2 : 0;
}

/* The same inside a line for a shell, where X may stand apart. */
static size_t inner_option(struct stops *stops, const char *program,
			   const char *text, size_t *ret_value)
{
	size_t n, apart = 2;

	if (text[0] != '-' || !text[1])
		return 0;
	if (text[2] == ' ' && pedigree_secret_option(program, text))
		apart = 3;
	else if (text[1] != 'p' && !pedigree_secret_option(program, text))
		return 0;
	apart += quote_at(text + apart);
	n = to_stop(stops, STOP_WORD, text + apart);
	*ret_value = n;
	if (!n || pedigree_mark_is_one(text + apart, n))
		return 0;
	if (apart > 2)
		return pedigree_secret_option(program, text) ? apart : 0;
	return short_option(program, text, apart + n);
}

/*
 * One reading
 */

struct reading {
	struct pedigree_mask *mask;
	const char *text, *at;
	const char *after;   /* the latest part left out */
	const char *url_end; /* of the URL that one is in */
	const char *last;    /* '@' in it, or NULL */
	const char *name;    /* where the bytes of a name here begin */
	const char *program; /* of a line for a shell; or NULL */
	struct stops stops;
	bool url; /* the text is one, with spaces and all */
};

static bool begins_word(const struct reading *r)
{
	return r->at == r->after || !is_alnum(r->at[-1]) ||
	       (r->at >= r->text + 3 && r->at[-3] == '%');
}

/* `pad_token` is no `token`. */
static bool begins_name(struct reading *r)
{
	if (r->at == r->after || !is_name_byte(r->at[-1]) ||
	    (r->at >= r->text + 3 && r->at[-3] == '%'))
		r->name = r->at;
	return r->at == r->name || r->at - r->name >= PEDIGREE_SECRET_NAME - 1;
}

static void replace(struct reading *r, size_t keep, size_t n, const char *why,
		    const char *detail)
{
	put(r->mask, r->at, keep);
	take(r->mask, why, detail);
	pedigree_mask_mark(r->mask, r->at + keep, n);
	r->after = r->at += keep + n;
}

static void enter_url(struct reading *r)
{
	const char *host;

	put(r->mask, r->at, 3);
	r->at += 3;
	if (r->at > r->url_end) {
		r->url_end =
			r->at + (r->url ? strlen(r->at) : url_length(r->at));
		r->last = last_of(r->at, r->url_end, '@');
	}
	host = host_of(r->at, r->url_end, r->last);
	if (host > r->at) {
		take(r->mask, "url", "user information");
		r->after = r->at = host;
	}
}

static bool read_word(struct reading *r)
{
	const char *rules = r->mask->rules, *why, *look;
	struct place place = {
		.first = !r->url && r->at <= r->text + span(r->text, NULL, "-"),
		.url = r->at<r->url_end, .before = r->at> r->text ? r->at[-1]
								  : '\0',
	};
	size_t value, n, look_n;

	place.option = place.before == '-' || *r->at == '-';
	look_n = pedigree_secret_look(
		rules, r->at, r->at == r->after ? '\0' : place.before, &look);
	/* One that ends in '=' begins with what may be a name. */
	n = !begins_name(r) || (look_n && !strchr(look, '='))
		    ? 0
		    : assignment(rules, r->at, &place, &value, &why);
	if (n) {
		replace(r, n, value, "name", why);
		return true;
	}
	if (look_n) {
		replace(r, 0, look_n, "look", look);
		return true;
	}
	if (place.url || r->url)
		return false;
	n = user_option(&r->stops, r->at, &value);
	if (n) {
		replace(r, n, value, "option", "user:password");
		return true;
	}
	if (!place.before || strchr(" \t\n;|&'\"/", place.before)) {
		const char *program = pedigree_secret_program(r->at);

		r->program = program ? program : r->program;
		n = inner_option(&r->stops, r->program, r->at, &value);
	}
	if (n) {
		replace(r, n, value, "option", "password");
		return true;
	}
	if (place.before == ':' || place.before == '@' || place.before == '/')
		return false;
	n = user_length(&r->stops, r->at);
	if (n) {
		take(r->mask, "url", "user information");
		r->after = r->at += n;
	}
	return n > 0;
}

static void read_text(struct reading *r)
{
	r->after = r->url_end = r->at = r->name = r->text;
	while (*r->at) {
		if (r->at < r->url_end && (*r->at == '?' || *r->at == '#')) {
			take(r->mask, "url", "query");
			r->after = r->at = r->url_end;
		} else if (*r->at == ':' && is_url(r->text, r->at)) {
			enter_url(r);
		} else if (!begins_word(r) || !read_word(r)) {
			put(r->mask, r->at++, 1);
		}
	}
}

/* jdbc:oracle:thin:scott/tiger@//host:1521/service */
static bool read_oracle(struct pedigree_mask *mask, const char *arg)
{
	static const char *const start = "jdbc:oracle:";
	const char *slash, *at;

	for (at = arg; (at = strchr(at, 'j')); at++)
		if (!strncmp(at, start, strlen(start)))
			break;
	if (!at)
		return false;
	slash = at + strcspn(at, "/@");
	at = strchr(slash, '@');
	if (*slash != '/' || !at || at == slash + 1 ||
	    pedigree_mark_is_one(slash + 1, (size_t)(at - slash) - 1))
		return false;
	put(mask, arg, (size_t)(slash - arg) + 1);
	take(mask, "url", "user information");
	pedigree_mask_mark(mask, slash + 1, (size_t)(at - slash) - 1);
	put(mask, at, strlen(at));
	return true;
}

static void mask_text(struct pedigree_mask *mask, const char *text, bool url)
{
	struct reading r = { .mask = mask, .text = text, .url = url };

	if (!read_oracle(mask, text))
		read_text(&r);
}

void pedigree_mask_url(struct pedigree_mask *mask, const char *url)
{
	const char *rest = behind_users(url);

	if (rest > url)
		take(mask, "url", "user information");
	mask_text(mask, rest, scheme_length(rest) > 0);
}

/*
 * Arguments
 */

/* False: that was done before. */
static bool replace_rest(struct pedigree_mask *mask, const char *arg,
			 size_t keep, const char *why, const char *detail)
{
	size_t n = strlen(arg + keep);

	if (pedigree_mark_is_one(arg + keep, n))
		return false;
	put(mask, arg, keep);
	take(mask, why, detail);
	pedigree_mask_mark(mask, arg + keep, n);
	return true;
}

/* Does the argument before this one ask for a secret as the next? */
static bool asks_for_secret(const struct pedigree_mask *mask,
			    const struct pedigree_mask_line *line,
			    const char *arg, const char **ret_why)
{
	const char *previous = line->previous;

	*ret_why = previous;
	if (!previous || !*previous)
		return false;
	if (pedigree_secret_announced(previous))
		return true;
	if (previous[0] != '-' || previous[name_length(previous)])
		return false;
	if (is_pwd(previous, strlen(previous), arg) ||
	    (previous[1] && !previous[2] &&
	     pedigree_secret_option(line->program, previous)))
		return true;
	return pedigree_secret_named(mask->rules, previous, strlen(previous),
				     ret_why);
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] == '-' && is_alnum(arg[2]);
}

/* What an argument is by its place. */
static bool mask_place(struct pedigree_mask *mask,
		       const struct pedigree_mask_line *line, const char *arg)
{
	const char *previous = line->previous, *why, *colon = strchr(arg, ':');
	size_t n;

	if (line->pem)
		return replace_rest(mask, arg, 0, "look", "PEM block");
	if (*arg && !is_option(arg) && asks_for_secret(mask, line, arg, &why))
		return replace_rest(mask, arg, 0, "name", why);
	n = short_option(line->program, arg, strlen(arg));
	if (n)
		return replace_rest(mask, arg, n, "option", "password");
	return previous && colon && colon[1] && !scheme_length(arg) &&
	       is_user_option(previous, strlen(previous)) &&
	       replace_rest(mask, arg, (size_t)(colon - arg) + 1, "option",
			    "user:password");
}

void pedigree_mask_arg(struct pedigree_mask *mask,
		       const struct pedigree_mask_line *line, const char *arg)
{
	if (!mask_place(mask, line, arg))
		mask_text(mask, arg, false);
}

static bool has_text(const char *text, const char *part)
{
	for (size_t n = strlen(part); (text = strchr(text, part[0])); text++)
		if (!strncmp(text, part, n))
			return true;
	return false;
}

void pedigree_mask_next(struct pedigree_mask_line *line, const char *arg)
{
	if (!line->program)
		line->program = arg;
	line->previous = arg;
	if (has_text(arg, "-----BEGIN "))
		line->pem = true;
	if (has_text(arg, "-----END "))
		line->pem = false;
}
