/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From programs and libraries to the Debian packages they came with. dpkg's
 * lists are 20 MB of text on a common machine, so what was found once is kept
 * for as long as dpkg's status file is the same.
 */
#include "config.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pedigree/error.h>

#include "base/fs.h"
#include "run/surroundings.h"

#define LIST_MAX ((size_t)64 << 20)
#define MEMO_MAX ((size_t)16 << 20)

/* A file that is looked for, under any of its names. */
struct wanted {
	char *path;    /* as it is named in the memo */
	char *package; /* "libc6:amd64", "" of no package; NULL: not known */
	char *version;
	bool changed; /* after the run */
};

struct search {
	PEDIGREE_VEC(struct wanted) all;
	struct pedigree_map *by_name; /* index + 1 */
	struct pedigree_buf memo;     /* what is kept, and then more */
	const char *folder;
	int64_t deadline;
	size_t missing;
};

static void search_clear(struct search *search)
{
	for (size_t i = 0; i < search->all.n; i++) {
		free(search->all.v[i].path);
		free(search->all.v[i].package);
		free(search->all.v[i].version);
	}
	pedigree_vec_clear(&search->all);
	pedigree_map_free(search->by_name);
	pedigree_buf_clear(&search->memo);
}

static int add_name(struct search *search, const char *name, size_t index)
{
	void **at = pedigree_map_at(search->by_name, name, strlen(name), NULL);

	if (!at)
		return PEDIGREE_ENOMEM;
	if (!*at)
		*at = (void *)(uintptr_t)(index + 1);
	return 0;
}

static struct wanted *find(struct search *search, const char *name, size_t n)
{
	uintptr_t at = (uintptr_t)pedigree_map_get(search->by_name, name, n);

	return at ? &search->all.v[at - 1] : NULL;
}

/* A merged /usr has files under two names, dpkg knows one of them. */
static int add_names(struct search *search, const char *path, size_t index)
{
	_cleanup_buf_ struct pedigree_buf other = PEDIGREE_BUF_INIT;

	if (strncmp(path, "/usr/", 5) == 0)
		pedigree_buf_add_str(&other, path + 4);
	else
		pedigree_buf_addf(&other, "/usr%s", path);
	if (pedigree_buf_error(&other) || add_name(search, path, index) < 0)
		return PEDIGREE_ENOMEM;
	return add_name(search, other.data, index);
}

static bool later(const struct timespec *time, uint64_t ns)
{
	return ns &&
	       (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec >
		       ns;
}

static int want(struct search *search, const char *path, uint64_t end_ns)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	struct wanted *wanted;
	struct stat st;

	if (find(search, path, strlen(path)))
		return 0;
	if (real && find(search, real, strlen(real)))
		return add_name(search, path,
				(size_t)(find(search, real, strlen(real)) -
					 search->all.v));
	wanted = pedigree_vec_push(&search->all);
	if (!wanted)
		return PEDIGREE_ENOMEM;
	wanted->path = strdup(real ? real : path);
	wanted->changed =
		!real || stat(real, &st) < 0 || later(&st.st_ctim, end_ns);
	if (!wanted->path || add_names(search, path, search->all.n - 1) < 0 ||
	    (real && add_names(search, real, search->all.n - 1) < 0))
		return PEDIGREE_ENOMEM;
	search->missing++;
	return 0;
}

/* The next field of a line of the memo; false at its end. */
static bool field(const char **at, char **ret)
{
	size_t n = strcspn(*at, "\t\n");

	*ret = strndup(*at, n);
	*at += n;
	*at += **at == '\t';
	return *ret != NULL;
}

static int use_memo(struct search *search)
{
	for (const char *line = strchr(search->memo.data, '\n');
	     line && line[1]; line = strchr(line + 1, '\n')) {
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
		_cleanup_free_ char *coded = NULL;
		const char *at = line + 1;
		struct wanted *wanted;

		if (!field(&at, &coded))
			return PEDIGREE_ENOMEM;
		if (!pedigree_percent_decode(&path, coded))
			continue;
		wanted = find(search, path.data, path.len);
		if (!wanted || wanted->package)
			continue;
		if (!field(&at, &wanted->package) ||
		    !field(&at, &wanted->version))
			return PEDIGREE_ENOMEM;
		search->missing--;
	}
	return 0;
}

/* The memo's first line; "" when there is no dpkg. */
static void identity(const char *folder, struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct stat st;

	pedigree_buf_addf(&path, "%s/status", folder);
	if (pedigree_buf_error(&path) || stat(path.data, &st) < 0)
		return;
	pedigree_buf_addf(ret,
			  "pedigree-packages 1 %" PRIu64 " %" PRIu64 " %" PRIu64
			  " %" PRIi64 ".%09ld\n",
			  (uint64_t)st.st_dev, (uint64_t)st.st_ino,
			  (uint64_t)st.st_size, (int64_t)st.st_mtim.tv_sec,
			  st.st_mtim.tv_nsec);
}

static int read_memo(struct search *search, const char *memo,
		     const struct pedigree_buf *id)
{
	if (memo &&
	    pedigree_read_file(memo, MEMO_MAX, &search->memo, NULL) == 0 &&
	    strncmp(search->memo.data, id->data, id->len) == 0 &&
	    strlen(search->memo.data) == search->memo.len &&
	    search->memo.data[search->memo.len - 1] == '\n')
		return use_memo(search);
	pedigree_buf_clear(&search->memo);
	pedigree_buf_add_str(&search->memo, id->data);
	return pedigree_buf_error(&search->memo) ? PEDIGREE_ENOMEM : 0;
}

static int scan_list(struct search *search, const char *path,
		     const char *package, size_t n)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (pedigree_read_file(path, LIST_MAX, &text, NULL) < 0)
		return 0;
	for (const char *line = text.data; *line && search->missing;) {
		size_t length = strcspn(line, "\n");
		struct wanted *wanted = find(search, line, length);

		line += length;
		line += *line == '\n';
		if (!wanted || wanted->package)
			continue;
		wanted->package = strndup(package, n);
		if (!wanted->package)
			return PEDIGREE_ENOMEM;
		search->missing--;
	}
	return 0;
}

static int scan_lists(struct search *search)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct dirent *entry;
	DIR *folder;
	int rc = 0;

	pedigree_buf_addf(&path, "%s/info", search->folder);
	folder = pedigree_buf_error(&path) ? NULL : opendir(path.data);
	while (folder && rc == 0 && search->missing &&
	       (entry = readdir(folder)) != NULL) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || strcmp(suffix, ".list") != 0)
			continue;
		pedigree_buf_reset(&path);
		pedigree_buf_addf(&path, "%s/info/%s", search->folder,
				  entry->d_name);
		if (pedigree_buf_error(&path))
			rc = PEDIGREE_ENOMEM;
		else if (pedigree_surroundings_now() > search->deadline)
			rc = PEDIGREE_ELIMIT;
		else
			rc = scan_list(search, path.data, entry->d_name,
				       (size_t)(suffix - entry->d_name));
	}
	if (folder)
		closedir(folder);
	return rc;
}

/* A line "KEY: VALUE" of a paragraph, copied; NULL: none. */
static char *stanza_value(const char *stanza, const char *end, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = stanza; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		stop = stop ? stop : end;
		if ((size_t)(stop - line) > n && strncmp(line, key, n) == 0)
			return strndup(line + n, (size_t)(stop - line) - n);
		line = stop + 1;
	}
	return NULL;
}

static int set_version(struct search *search, const char *stanza,
		       const char *end)
{
	_cleanup_free_ char *name = stanza_value(stanza, end, "Package: ");
	_cleanup_free_ char *version = stanza_value(stanza, end, "Version: ");
	_cleanup_free_ char *machine =
		stanza_value(stanza, end, "Architecture: ");

	for (size_t i = 0; name && version && i < search->all.n; i++) {
		struct wanted *wanted = &search->all.v[i];
		size_t n = wanted->package ? strcspn(wanted->package, ":") : 0;

		if (!n || wanted->version || strlen(name) != n ||
		    strncmp(wanted->package, name, n) != 0 ||
		    (wanted->package[n] &&
		     (!machine || strcmp(wanted->package + n + 1, machine))))
			continue;
		wanted->version = strdup(version);
		if (!wanted->version)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int read_versions(struct search *search)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *stanza, *end;
	int rc = 0;

	pedigree_buf_addf(&path, "%s/status", search->folder);
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	if (pedigree_read_file(path.data, LIST_MAX, &text, NULL) < 0)
		return 0;
	for (stanza = text.data; rc == 0 && *stanza; stanza = end) {
		end = strstr(stanza, "\n\n");
		end = end ? end + 2 : stanza + strlen(stanza);
		rc = set_version(search, stanza, end);
	}
	return rc;
}

static void write_memo(struct search *search, const char *memo, size_t before)
{
	for (size_t i = 0; i < search->all.n; i++) {
		const struct wanted *wanted = &search->all.v[i];

		pedigree_percent_encode(&search->memo, wanted->path);
		pedigree_buf_addf(&search->memo, "\t%s\t%s\n",
				  wanted->package ? wanted->package : "",
				  wanted->version ? wanted->version : "");
	}
	if (memo && search->memo.len > before && search->memo.len < MEMO_MAX &&
	    !pedigree_buf_error(&search->memo))
		pedigree_write_file_soon(memo, search->memo.data,
					 search->memo.len, NULL);
}

static int look_up(struct search *search, const char *memo)
{
	size_t before = search->memo.len;
	int rc = scan_lists(search);

	if (rc == 0)
		rc = read_versions(search);
	if (rc == 0)
		write_memo(search, memo, before);
	return rc;
}

static int add_packages(const struct search *search,
			struct pedigree_pairs *packages)
{
	for (size_t i = 0; i < search->all.n; i++) {
		const struct wanted *wanted = &search->all.v[i];
		const char *version = wanted->version && !wanted->changed
					      ? wanted->version
					      : "";

		if (!wanted->package || !*wanted->package)
			continue;
		if (!*version && pedigree_pairs_get(packages, wanted->package))
			continue;
		if (pedigree_pairs_set(packages, wanted->package, version) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

int pedigree_debian_packages(const struct pedigree_map *files,
			     const char *folder, const char *memo,
			     uint64_t end_ns, int64_t deadline,
			     struct pedigree_pairs *ret_packages)
{
	_cleanup_(search_clear) struct search search = {
		.memo = PEDIGREE_BUF_INIT,
		.folder = folder,
		.deadline = deadline,
	};
	_cleanup_buf_ struct pedigree_buf id = PEDIGREE_BUF_INIT;
	int rc = 0;

	identity(folder, &id);
	if (!id.len)
		return pedigree_buf_error(&id) ? PEDIGREE_ENOMEM : 0;
	search.by_name = pedigree_map_new();
	if (!search.by_name)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; rc == 0 && i < pedigree_map_count(files); i++)
		rc = want(&search, pedigree_map_key(files, i, NULL), end_ns);
	if (rc == 0)
		rc = read_memo(&search, memo, &id);
	if (rc == 0 && search.missing)
		rc = look_up(&search, memo);
	return rc < 0 ? rc : add_packages(&search, ret_packages);
}
