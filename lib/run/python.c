/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From Python modules that were read to the distributions they were installed
 * with: RECORD lists a distribution's files, and where there is none, as in
 * Debian's packages, top_level.txt names its modules.
 */
#include "config.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <pedigree/error.h>

#include "base/fs.h"
#include "run/surroundings.h"

#define FILE_MAX ((size_t)64 << 20)

static bool ends(const char *text, size_t n, const char *suffix)
{
	size_t m = strlen(suffix);

	return n >= m && strncmp(text + n - m, suffix, m) == 0;
}

/* Length of the folder that packages are installed in; 0: none. */
static size_t site_of(const char *path)
{
	static const char *const names[] = { "/site-packages/",
					     "/dist-packages/" };

	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		const char *at = strstr(path, names[i]);

		if (at)
			return (size_t)(at - path) + strlen(names[i]) - 1;
	}
	return 0;
}

struct finding {
	struct pedigree_map *sites;   /* folders */
	struct pedigree_map *files;   /* whole paths, of sources */
	struct pedigree_map *modules; /* "SITE/top-level module" */
	int64_t deadline;
	struct pedigree_pairs *packages;
};

static void finding_clear(struct finding *finding)
{
	pedigree_map_free(finding->sites);
	pedigree_map_free(finding->files);
	pedigree_map_free(finding->modules);
}

static int put(struct pedigree_map *map, const char *text, size_t n)
{
	return pedigree_map_at(map, text, n, NULL) ? 0 : PEDIGREE_ENOMEM;
}

/* "a/__pycache__/b.cpython-311.pyc" is what became of "a/b.py". */
static int note_file(struct finding *finding, const char *path, size_t site)
{
	_cleanup_buf_ struct pedigree_buf source = PEDIGREE_BUF_INIT;
	const char *cache = strstr(path + site, "/__pycache__/");
	const char *name = cache ? cache + strlen("/__pycache__/") : NULL;
	const char *top;

	if (cache && ends(name, strlen(name), ".pyc")) {
		pedigree_buf_add(&source, path, (size_t)(cache - path) + 1);
		pedigree_buf_add(&source, name, strcspn(name, "."));
		pedigree_buf_add_str(&source, ".py");
	} else {
		pedigree_buf_add_str(&source, path);
	}
	if (pedigree_buf_error(&source))
		return PEDIGREE_ENOMEM;
	top = source.data + site + 1;
	if (put(finding->sites, path, site) < 0 ||
	    put(finding->files, source.data, source.len) < 0)
		return PEDIGREE_ENOMEM;
	return put(finding->modules, source.data,
		   site + 1 + strcspn(top, "/."));
}

static int note_all(struct finding *finding, const struct pedigree_map *files)
{
	size_t n = pedigree_map_count(files);

	finding->sites = pedigree_map_new();
	finding->files = pedigree_map_new();
	finding->modules = pedigree_map_new();
	if (!finding->sites || !finding->files || !finding->modules)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t length;
		const char *path = pedigree_map_key(files, i, &length);
		size_t site = site_of(path);
		bool module = ends(path, length, ".py") ||
			      ends(path, length, ".pyc") ||
			      ends(path, length, ".so");

		if (site && module && note_file(finding, path, site) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* FOLDER/NAME, or FOLDER itself where NAME is "". */
static bool read_in(const char *folder, const char *name,
		    struct pedigree_buf *text)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	pedigree_buf_reset(text);
	pedigree_buf_add_str(&path, folder);
	if (*name)
		pedigree_buf_addf(&path, "/%s", name);
	return !pedigree_buf_error(&path) &&
	       pedigree_read_file(path.data, FILE_MAX, text, NULL) == 0;
}

static bool has_text(const struct pedigree_map *map, const char *site,
		     const char *text, size_t n)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&key, "%s/", site);
	pedigree_buf_add(&key, text, n);
	return !pedigree_buf_error(&key) &&
	       pedigree_map_has(map, key.data, key.len);
}

/* Is any line of the text, up to one of `stops`, in the map? */
static bool any_line(const struct pedigree_map *map, const char *site,
		     const char *text, const char *stops)
{
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, stops);

		if (n && has_text(map, site, line, n))
			return true;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return false;
}

/* Of a distribution whose information is one file, only its name is known. */
static bool named_like_module(const struct finding *finding, const char *site,
			      const char *entry)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	size_t n = strcspn(entry, "-");

	for (size_t i = 0; i < n; i++)
		pedigree_buf_add_char(&name, entry[i] == '.' ? '_' : entry[i]);
	return has_text(finding->modules, site, name.data, name.len);
}

static bool was_used(const struct finding *finding, const char *site,
		     const char *entry, const char *info)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	bool top = read_in(info, "top_level.txt", &text);

	if (top && !any_line(finding->modules, site, text.data, "\r\n"))
		return false;
	/* Several distributions may have parts of one module. */
	if (read_in(info, "RECORD", &text))
		return any_line(finding->files, site, text.data, ",\r\n");
	return top || named_like_module(finding, site, entry);
}

static char *header(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; *line && *line != '\n';) {
		if (strncmp(line, key, n) == 0) {
			line += n + strspn(line + n, " \t");
			return strndup(line, strcspn(line, "\r\n"));
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return NULL;
}

static int add_package(struct finding *finding, const char *info)
{
	static const char *const files[] = { "METADATA", "PKG-INFO", "" };
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *name = NULL;
	_cleanup_free_ char *version = NULL;

	for (size_t i = 0; i < PEDIGREE_COUNT(files) && !text.len; i++)
		read_in(info, files[i], &text);
	name = header(text.data, "Name:");
	version = header(text.data, "Version:");
	if (!name || !version)
		return 0;
	return pedigree_pairs_set(finding->packages, name, version);
}

static int look_at(struct finding *finding, const char *site, const char *entry)
{
	_cleanup_buf_ struct pedigree_buf info = PEDIGREE_BUF_INIT;

	pedigree_path_join(&info, site, entry);
	if (pedigree_buf_error(&info))
		return PEDIGREE_ENOMEM;
	return was_used(finding, site, entry, info.data)
		       ? add_package(finding, info.data)
		       : 0;
}

static int look_in(struct finding *finding, const char *site)
{
	DIR *folder = opendir(site);
	struct dirent *entry;
	int rc = 0;

	while (folder && rc == 0 && (entry = readdir(folder)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (!ends(entry->d_name, n, ".dist-info") &&
		    !ends(entry->d_name, n, ".egg-info"))
			continue;
		rc = pedigree_surroundings_now() > finding->deadline
			     ? PEDIGREE_ELIMIT
			     : look_at(finding, site, entry->d_name);
	}
	if (folder)
		closedir(folder);
	return rc;
}

int pedigree_python_packages(const struct pedigree_map *files, int64_t deadline,
			     struct pedigree_pairs *ret_packages)
{
	_cleanup_(finding_clear) struct finding finding = {
		.deadline = deadline,
		.packages = ret_packages,
	};
	int rc = note_all(&finding, files);

	for (size_t i = 0; rc == 0 && i < pedigree_map_count(finding.sites);
	     i++)
		rc = look_in(&finding,
			     pedigree_map_key(finding.sites, i, NULL));
	return rc;
}
