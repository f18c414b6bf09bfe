/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/redact_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "rules/glob.h"
#include "rules/keys.h"
#include "rules/redact.h"
#include "rules/secret.h"
#include "rules/settings.h"

#define KEY_NAME "redact.key"
#define RULES_NAME "redact.rules"

/* 'n', 'k' or 'v' for a key of [redact]. */
static char kind_of(const char *key)
{
	return key[0];
}

/* As names are compared: '-' inside brackets is a range's. */
static void add_name(struct pedigree_buf *buf, const char *glob)
{
	bool set = false;

	for (; *glob; glob++) {
		char c = *glob;

		set = c == '[' || (set && c != ']');
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		pedigree_buf_add_char(buf, c == '-' && !set ? '_' : c);
	}
}

static int add_word(struct pedigree_buf *rules, char kind, const char *word)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };
	int rc = pedigree_glob_expand(word, &globs);

	for (size_t i = 0; rc == 0 && i < globs.n; i++) {
		if (!globs.v[i][0])
			continue;
		pedigree_buf_add_char(rules, kind);
		if (kind == 'v')
			pedigree_glob_add_any(rules, globs.v[i]);
		else
			add_name(rules, globs.v[i]);
		pedigree_buf_add_char(rules, '\0');
	}
	return rc;
}

static int add_setting(struct pedigree_buf *rules,
		       const struct pedigree_setting *setting,
		       struct pedigree_error *err)
{
	const char *rest = setting->value;
	_cleanup_free_ char *word = malloc(strlen(rest) + 1);
	int rc = 0;

	if (!word)
		return pedigree_fail_memory(err);
	while (rc == 0 && pedigree_next_word(&rest, word) > 0)
		rc = add_word(rules, kind_of(setting->key), word);
	if (rc == PEDIGREE_ENOMEM || pedigree_buf_error(rules))
		return pedigree_fail_memory(err);
	/* Two NULs more are the shim's. */
	if (rc < 0 || rules->len > PEDIGREE_SECRET_RULES_MAX - 2)
		return pedigree_config_fail(
			&setting->origin, err,
			"[redact] has more than %d bytes of patterns; use fewer, with more wildcards",
			PEDIGREE_SECRET_RULES_MAX - 2);
	return 0;
}

int pedigree_redact_compile(const struct pedigree_config *config,
			    struct pedigree_buf *ret_rules,
			    struct pedigree_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < config->settings.n; i++) {
		const struct pedigree_setting *setting = &config->settings.v[i];

		if (strcmp(setting->section, "redact") == 0)
			rc = add_setting(ret_rules, setting, err);
	}
	return rc;
}

void pedigree_redact_key_path(const struct pedigree_config *config,
			      struct pedigree_buf *buf)
{
	pedigree_path_join(buf, config->spool, "../" KEY_NAME);
	if (pedigree_buf_error(buf))
		return;
	pedigree_path_clean(buf->data);
	pedigree_buf_cut(buf, strlen(buf->data));
}

/* A key that others may read is none. */
static bool read_key(const char *path, unsigned char *ret)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
						 O_NONBLOCK | O_NOCTTY);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && !(st.st_mode & 077) &&
	       st.st_size == PEDIGREE_MASK_KEY &&
	       read(fd, ret, PEDIGREE_MASK_KEY) == PEDIGREE_MASK_KEY;
}

/* Whole or not at all, and never over one that is there: of many processes
   at once, one wins. */
static void make_key(const char *path)
{
	_cleanup_buf_ struct pedigree_buf made = PEDIGREE_BUF_INIT;
	unsigned char key[PEDIGREE_MASK_KEY];
	char *slash;
	int fd;

	pedigree_buf_addf(&made, "%s.XXXXXX", path);
	if (pedigree_buf_error(&made) ||
	    getrandom(key, sizeof(key), 0) != sizeof(key))
		return;
	slash = strrchr(made.data, '/');
	*slash = '\0';
	if (pedigree_mkdirs(made.data, 0700, NULL) < 0)
		return;
	*slash = '/';
	fd = mkostemp(made.data, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return;
	if (pedigree_write_all(fd, key, sizeof(key)) == 0 &&
	    link(made.data, path) < 0 && errno != EEXIST)
		rename(made.data, path); /* a file system without links */
	unlink(made.data);
	close(fd);
}

int pedigree_redact_setup(const struct pedigree_config *config, bool make,
			  struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf rules = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	unsigned char key[PEDIGREE_MASK_KEY];
	bool has_key;
	int rc = pedigree_redact_compile(config, &rules, err);

	if (rc < 0)
		return rc;
	pedigree_redact_key_path(config, &path);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	has_key = read_key(path.data, key);
	if (!has_key && make) {
		make_key(path.data);
		has_key = read_key(path.data, key);
	}
	return pedigree_redact_use(rules.data, rules.len, has_key ? key : NULL)
		       ? 0
		       : pedigree_fail_memory(err);
}

void pedigree_redact_hand_over(const struct pedigree_config *config,
			       const char *folder)
{
	_cleanup_buf_ struct pedigree_buf rules = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	unsigned char bytes[PEDIGREE_MASK_KEY];

	pedigree_redact_key_path(config, &key);
	pedigree_path_join(&path, folder, KEY_NAME);
	/* Linked, so that whoever gets the run's folder has no key. */
	if (!pedigree_buf_error(&key) && !pedigree_buf_error(&path) &&
	    read_key(key.data, bytes) && symlink(key.data, path.data) < 0)
		return;
	if (pedigree_redact_compile(config, &rules, NULL) < 0 || !rules.len)
		return;
	pedigree_buf_reset(&path);
	pedigree_path_join(&path, folder, RULES_NAME);
	if (!pedigree_buf_error(&path))
		pedigree_write_file_soon(path.data, rules.data, rules.len,
					 NULL);
}
