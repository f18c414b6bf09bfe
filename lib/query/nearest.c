/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/nearest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/fs.h"
#include "base/spelling.h"

#define LONGEST PEDIGREE_SPELLING_LONGEST
#define MOST 3

struct guess {
	char *text;
	size_t distance;
};

struct search {
	const char *target; /* the last part of it, when it is a path */
	size_t n;
	size_t worst; /* what is further is not near */
	struct guess guesses[MOST];
	bool failed;
};

/* The last component, without the slash of a folder: borrowed, *ret_n long. */
static const char *last_part(const char *text, size_t *ret_n)
{
	size_t n = strlen(text), start;

	while (n && text[n - 1] == '/')
		n--;
	for (start = n; start && text[start - 1] != '/'; start--)
		;
	*ret_n = n - start;
	return text + start;
}

/* The text goes to a terminal, and comes from anywhere. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void keep(struct search *search, const char *text, size_t distance)
{
	struct guess *guesses = search->guesses;
	size_t at = MOST;

	for (size_t i = 0; i < MOST && guesses[i].text; i++)
		if (strcmp(guesses[i].text, text) == 0)
			return;
	while (at &&
	       (!guesses[at - 1].text || guesses[at - 1].distance > distance))
		at--;
	if (at == MOST)
		return;
	char *copy = strdup(text);
	if (!copy) {
		search->failed = true;
		return;
	}
	free(guesses[MOST - 1].text);
	memmove(&guesses[at + 1], &guesses[at],
		(MOST - 1 - at) * sizeof(*guesses));
	guesses[at] = (struct guess){ .text = copy, .distance = distance };
}

/* `name` is compared, `text` is what may be asked for. */
static void consider(struct search *search, const char *name, size_t n,
		     const char *text)
{
	char part[LONGEST + 1];
	size_t distance;

	if (n > LONGEST || !n || !is_plain(text) || strlen(text) > 2 * LONGEST)
		return;
	memcpy(part, name, n);
	part[n] = '\0';
	distance = pedigree_edit_distance(search->target, part, search->worst);
	/* "train" is near "train-20261123-001915-7bb5". */
	if (distance > search->worst && search->n >= 3 &&
	    strncasecmp(part, search->target, search->n) == 0)
		distance = search->worst;
	if (distance <= search->worst)
		keep(search, text, distance);
}

static bool look_at(void *ctx, const char *name, const char *uri)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct search *search = ctx;
	const char *part;
	size_t n;

	if (!uri) {
		consider(search, name, strlen(name), name);
		return !search->failed;
	}
	if (pedigree_uri_to_path(&path, uri)) {
		part = last_part(path.data, &n);
		consider(search, part, n,
			 is_plain(path.data) ? path.data : uri);
	} else {
		part = last_part(uri, &n);
		consider(search, part, n, uri);
	}
	return !search->failed;
}

void pedigree_nearest(struct pedigree_ledger *ledger, const char *target,
		      struct pedigree_buf *buf)
{
	char part[LONGEST + 1];
	struct search search = { .target = part };
	const char *last = last_part(target, &search.n);
	bool first = true;

	if (!search.n || search.n > LONGEST)
		return;
	memcpy(part, last, search.n);
	part[search.n] = '\0';
	search.worst = search.n < 4 ? 1 : search.n < 8 ? 2 : search.n / 4;
	if (pedigree_ledger_names(ledger, look_at, &search, NULL) < 0)
		search.failed = true;
	for (size_t i = 0; i < MOST && search.guesses[i].text; i++) {
		bool more = i + 1 < MOST && search.guesses[i + 1].text;

		if (!search.failed)
			pedigree_buf_addf(buf, "%s'%s'",
					  first	 ? ""
					  : more ? ", "
						 : " or ",
					  search.guesses[i].text);
		first = false;
		free(search.guesses[i].text);
	}
}
