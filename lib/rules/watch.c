/* SPDX-License-Identifier: Apache-2.0 */
#include <config.h>

#include "rules/watch.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/fs.h"
#include "rules/glob.h"
#include "rules/keys.h"
#include "rules/settings.h"
#include "rules/watch_list.h"

#define BROKEN_S 10 /* how long the list of a broken configuration lasts */

enum key {
	PROGRAM,
	SCRIPT,
	COMMAND,
	USER,
	KEYS
};

static const char *const keys[KEYS] = {
	[PROGRAM] = "program",
	[SCRIPT] = "script",
	[COMMAND] = "command",
	[USER] = "user",
};

/* The list is made in two parts: what stands at its front, and the texts,
   whose offsets are known only with the size of the front. */
struct list {
	PEDIGREE_VEC(struct pedigree_watch_source) sources;
	PEDIGREE_VEC(struct pedigree_watch_rule) rules;
	PEDIGREE_VEC(const char *) names; /* of the rules */
	struct pedigree_buf texts;
};

static void list_clear(struct list *list)
{
	pedigree_vec_clear(&list->sources);
	pedigree_vec_clear(&list->rules);
	pedigree_vec_clear(&list->names);
	pedigree_buf_clear(&list->texts);
}

/* Offset in the texts; one more than that, since 0 says that there is none. */
static uint32_t add_text(struct list *list, const char *text)
{
	uint32_t at = (uint32_t)list->texts.len + 1;

	pedigree_buf_add(&list->texts, text, strlen(text) + 1);
	return at;
}

static int64_t ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static int add_sources(const struct pedigree_config *config, struct list *list)
{
	for (size_t i = 0; i < config->files.n; i++) {
		const struct pedigree_config_file *file = &config->files.v[i];
		struct pedigree_watch_source *source;

		/* What ./pedigree.conf says of this is refused. */
		if (file->layer == PEDIGREE_LAYER_FOLDER)
			continue;
		source = pedigree_vec_push(&list->sources);
		if (!source)
			return PEDIGREE_ENOMEM;
		*source = (struct pedigree_watch_source){
			.path = add_text(list, file->path),
		};
		if (!file->exists)
			continue;
		source->inode = file->st.st_ino;
		source->size = (uint64_t)file->st.st_size;
		source->modified_ns = ns(&file->st.st_mtim);
		source->changed_ns = ns(&file->st.st_ctim);
	}
	return 0;
}

static void add_path(struct pedigree_buf *buf, const char *glob)
{
	const char *home = getenv("HOME");

	if (glob[0] == '~' && glob[1] == '/')
		pedigree_buf_add_str(buf, home ? home : "/nowhere"), glob++;
	else if (glob[0] != '/' && strchr(glob, '/'))
		pedigree_buf_add_str(buf, "**/");
	pedigree_buf_add_str(buf, glob);
}

/* A name that nobody has here stays one, and is nobody's number. */
static void add_user(struct pedigree_buf *buf, const char *name)
{
	const struct passwd *user = getpwnam(name);

	if (user)
		pedigree_buf_addf(buf, "%lu", (unsigned long)user->pw_uid);
	else
		pedigree_buf_add_str(buf, name);
}

static int add_word(struct pedigree_buf *texts, enum key key, const char *word)
{
	static void (*const add[KEYS])(struct pedigree_buf *, const char *) = {
		[PROGRAM] = add_path,
		[SCRIPT] = add_path,
		[COMMAND] = pedigree_glob_add_any,
		[USER] = add_user,
	};
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };
	int rc = pedigree_glob_expand(word, &globs);

	for (size_t i = 0; rc == 0 && i < globs.n; i++) {
		if (!globs.v[i][0])
			continue;
		add[key](texts, globs.v[i]);
		pedigree_buf_add_char(texts, '\0');
	}
	return rc;
}

static int fail(const struct pedigree_setting *setting, int rc,
		struct pedigree_error *err)
{
	if (rc == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	return pedigree_config_fail(&setting->origin, err,
				    "'%s' stands for too many patterns",
				    pedigree_shown(setting->value));
}

/* The globs of one key of one section, of all lines and layers. */
static int add_key(const struct pedigree_config *config, struct list *list,
		   const char *name, enum key key, uint32_t *ret_at,
		   struct pedigree_error *err)
{
	uint32_t at = (uint32_t)list->texts.len + 1;
	bool any = false;

	for (size_t i = 0; i < config->settings.n; i++) {
		const struct pedigree_setting *setting = &config->settings.v[i];
		const char *rest = setting->value;
		_cleanup_free_ char *word = NULL;
		int rc = 0;

		if (strcmp(setting->section, "watch") != 0 ||
		    strcmp(setting->name, name) != 0 ||
		    strcmp(setting->key, keys[key]) != 0)
			continue;
		any = true;
		word = malloc(strlen(rest) + 1);
		if (!word)
			return pedigree_fail_memory(err);
		while (rc == 0 && pedigree_next_word(&rest, word) > 0)
			rc = add_word(&list->texts, key, word);
		if (rc < 0)
			return fail(setting, rc, err);
	}
	if (!any)
		return 0;
	pedigree_buf_add_char(&list->texts, '\0');
	*ret_at = at;
	return 0;
}

static int add_rule(const struct pedigree_config *config, struct list *list,
		    const char *name, struct pedigree_error *err)
{
	struct pedigree_watch_rule rule = { 0 }, *place;
	uint32_t *const at[KEYS] = {
		[PROGRAM] = &rule.program,
		[SCRIPT] = &rule.script,
		[COMMAND] = &rule.command,
		[USER] = &rule.user,
	};
	int rc = 0;

	for (enum key key = 0; rc == 0 && key < KEYS; key++)
		rc = add_key(config, list, name, key, at[key], err);
	if (rc < 0)
		return rc;
	place = pedigree_vec_push(&list->rules);
	if (!place)
		return pedigree_fail_memory(err);
	*place = rule;
	return 0;
}

static bool is_known(const struct list *list, const char *name)
{
	for (size_t i = 0; i < list->names.n; i++)
		if (strcmp(list->names.v[i], name) == 0)
			return true;
	return false;
}

static int add_rules(const struct pedigree_config *config, struct list *list,
		     struct pedigree_error *err)
{
	for (size_t i = 0; i < config->settings.n; i++) {
		const struct pedigree_setting *setting = &config->settings.v[i];
		const char **name;
		int rc;

		if (strcmp(setting->section, "watch") != 0 ||
		    is_known(list, setting->name))
			continue;
		name = pedigree_vec_push(&list->names);
		if (!name)
			return pedigree_fail_memory(err);
		*name = setting->name;
		rc = add_rule(config, list, setting->name, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void moved(uint32_t *at, size_t front)
{
	if (*at)
		*at += (uint32_t)front - 1;
}

/* Front and texts together. */
static int put_together(struct list *list, struct pedigree_watch_header *header,
			struct pedigree_buf *ret_list,
			struct pedigree_error *err)
{
	size_t sources = list->sources.n * sizeof(*list->sources.v);
	size_t rules = list->rules.n * sizeof(*list->rules.v);
	size_t front = sizeof(*header) + sources + rules;

	if (pedigree_buf_error(&list->texts))
		return pedigree_fail_memory(err);
	if (front + list->texts.len > PEDIGREE_WATCH_MAX)
		return pedigree_fail(
			err, PEDIGREE_ELIMIT,
			"the rules of [watch] are too many: %zu bytes, and there is room for %u",
			front + list->texts.len, PEDIGREE_WATCH_MAX);
	header->size = (uint32_t)(front + list->texts.len);
	header->n_sources = (uint32_t)list->sources.n;
	header->n_rules = (uint32_t)list->rules.n;
	moved(&header->command, front);
	for (size_t i = 0; i < list->sources.n; i++)
		moved(&list->sources.v[i].path, front);
	for (size_t i = 0; i < list->rules.n; i++) {
		moved(&list->rules.v[i].program, front);
		moved(&list->rules.v[i].script, front);
		moved(&list->rules.v[i].command, front);
		moved(&list->rules.v[i].user, front);
	}
	pedigree_buf_add(ret_list, header, sizeof(*header));
	pedigree_buf_add(ret_list, list->sources.v, sources);
	pedigree_buf_add(ret_list, list->rules.v, rules);
	pedigree_buf_add(ret_list, list->texts.data, list->texts.len);
	return pedigree_buf_error(ret_list) ? pedigree_fail_memory(err) : 0;
}

int pedigree_watch_compile(const struct pedigree_config *config,
			   const char *command, struct pedigree_buf *ret_list,
			   size_t *ret_rules, struct pedigree_error *err)
{
	_cleanup_(list_clear) struct list list = { .texts = PEDIGREE_BUF_INIT };
	struct pedigree_watch_header header = {
		.magic = PEDIGREE_WATCH_MAGIC,
		.version = PEDIGREE_WATCH_VERSION,
	};
	int rc = 0;

	header.command = add_text(&list, command);
	if (!config)
		header.until_s = (uint64_t)time(NULL) + BROKEN_S;
	else if (add_sources(config, &list) < 0)
		return pedigree_fail_memory(err);
	else
		rc = add_rules(config, &list, err);
	if (config)
		header.finish_ms = (uint32_t)pedigree_config_ms(
			config, "run", "finish_timeout");
	if (rc == 0)
		rc = put_together(&list, &header, ret_list, err);
	if (rc == 0)
		*ret_rules = list.rules.n;
	return rc;
}

void pedigree_watch_path(const struct pedigree_config *config,
			 struct pedigree_buf *buf)
{
	static const char *const variables[] = PEDIGREE_WATCH_VARIABLES;
	const char *spool = pedigree_config_spool(config);
	uint64_t hash = PEDIGREE_WATCH_HASH_START;

	for (size_t i = 0; i < PEDIGREE_COUNT(variables); i++) {
		const char *value = getenv(variables[i]);

		for (value = value ? value : ""; *value; value++)
			hash = (hash ^ (unsigned char)*value) *
			       PEDIGREE_WATCH_HASH_PRIME;
		hash *= PEDIGREE_WATCH_HASH_PRIME; /* the NUL */
	}
	pedigree_buf_addf(buf,
			  "%.*s/" PEDIGREE_WATCH_FOLDER
			  "/%016" PRIx64 PEDIGREE_WATCH_SUFFIX,
			  (int)(strrchr(spool, '/') - spool), spool, hash);
}
