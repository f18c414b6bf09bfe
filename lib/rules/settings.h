/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a configuration is held in memory and filled; only for the files that
 * load one. config.h is what everybody else sees.
 */
#ifndef PEDIGREE_RULES_SETTINGS_H
#define PEDIGREE_RULES_SETTINGS_H

#include <sys/stat.h>

#include "base/hash.h"
#include "base/vec.h"
#include "rules/config.h"
#include "rules/keys.h"

/* A file that was read, or looked for. */
struct pedigree_config_file {
	enum pedigree_layer layer;
	const char *path;
	bool exists;
	struct stat st; /* from before it was read */
};

struct pedigree_config {
	PEDIGREE_VEC(struct pedigree_setting) settings;
	PEDIGREE_VEC(bool) in_force; /* as long as settings, once sealed */
	/* "section\0name\0key" → the setting in force; borrowed. */
	struct pedigree_map *latest;
	PEDIGREE_VEC(struct pedigree_config_file) files;
	PEDIGREE_VEC(char *) warnings;
	PEDIGREE_VEC(char *) strings; /* all that settings point to */
	const struct pedigree_backend_ops *const *backends;
	char *spool, *data;
	/* Set: mistakes are told and passed over, all but failures to work. */
	void (*mistake)(void *ctx, const char *sentence);
	void *mistake_ctx;
};

/* What a mistake becomes: itself, or 0 after it was told. */
int pedigree_config_forgive(const struct pedigree_config *config, int r,
			    struct pedigree_error *err);

/* The same; of ./pedigree.conf it becomes a warning, and the line is passed
   over: a checkout that could make the configuration fail could switch
   capture off. */
int pedigree_config_forgive_in(struct pedigree_config *config,
			       enum pedigree_layer layer, int r,
			       struct pedigree_error *err);

/* Adds a sentence for the user and takes its text. */
int pedigree_config_warn(struct pedigree_config *config,
			 struct pedigree_buf *text, struct pedigree_error *err);

/* A copy of `n` bytes that lives as long as the configuration; NULL: out of
   memory. */
const char *pedigree_config_keep(struct pedigree_config *config,
				 const char *text, size_t n);

/*
 * Checks one setting against the table and adds it. `origin->file` must live
 * as long as the configuration. What ./pedigree.conf may not say becomes a
 * warning and success.
 */
int pedigree_config_add(struct pedigree_config *config,
			const struct pedigree_origin *origin,
			const char *section, const char *name, const char *key,
			const char *value, struct pedigree_error *err);

int pedigree_config_unknown_key(const struct pedigree_origin *origin,
				const char *section, const char *key,
				const char *nearest,
				struct pedigree_error *err);
/* Is the value one of its type? */
int pedigree_config_check_value(const struct pedigree_origin *origin,
				const char *section, const char *key,
				enum pedigree_value_type type,
				const char *value, struct pedigree_error *err);

/*
 * backends.c: the type of an option of the backend `name`. While files are
 * read, one that is not known may yet be told what it is: unless `all` is
 * read, that is no mistake, and the type a text's.
 */
int pedigree_config_option(const struct pedigree_config *config,
			   const struct pedigree_origin *origin,
			   const char *name, const char *key, bool all,
			   enum pedigree_value_type *ret_type,
			   struct pedigree_error *err);
/* Once all is read: the names that are used, and what could not be judged. */
int pedigree_config_check_backends(const struct pedigree_config *config,
				   struct pedigree_error *err);

/* Fails with "ORIGIN: unknown section […]" unless there is such a one. */
int pedigree_config_check_section(const struct pedigree_origin *origin,
				  const char *section, const char *name,
				  struct pedigree_error *err);

/* After the last setting: finds out which are in force. */
int pedigree_config_seal(struct pedigree_config *config,
			 struct pedigree_error *err);

/* "pedigree.conf:3: TEXT" as the failure PEDIGREE_ECONFIG. */
int pedigree_config_fail(const struct pedigree_origin *origin,
			 struct pedigree_error *err, const char *format, ...)
	PEDIGREE_PRINTF(3, 4);

/*
 * A word of somebody's file as it can stand in a message: short, one line,
 * printable ASCII. A compound literal as long as the caller's block.
 */
#define pedigree_shown(text) pedigree_shown_in((char[64]){ 0 }, 64, (text))
const char *pedigree_shown_in(char *out, size_t room, const char *text);

/* ini.c: reads one file. A missing one is success unless `required`. */
int pedigree_config_read_file(struct pedigree_config *config,
			      enum pedigree_layer layer, const char *path,
			      bool required, struct pedigree_error *err);
/* The same for text in memory, NUL-terminated. */
int pedigree_config_read_text(struct pedigree_config *config,
			      enum pedigree_layer layer, const char *name,
			      const char *text, size_t n,
			      struct pedigree_error *err);

/* conf/presets/NAME.conf, made by the build; ends with a NULL name. */
struct pedigree_preset {
	const char *name;
	const char *text;
};
extern const struct pedigree_preset pedigree_presets[];

/* conf/builtin.conf, made by the build. */
extern const char pedigree_builtin_conf[];
extern const size_t pedigree_builtin_conf_size; /* without the NUL */

#endif
