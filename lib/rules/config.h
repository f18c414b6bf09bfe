/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: layers of settings, each knowing where it came from.
 *
 * Lowest to highest: built-in < presets that a file includes <
 * /etc/pedigree/pedigree.conf < $XDG_CONFIG_HOME/pedigree/pedigree.conf <
 * ./pedigree.conf < $PEDIGREE_CONFIG < environment PEDIGREE_SECTION_KEY <
 * flags.
 *
 * What sections and keys there are stands in one table, keys.def; defaults
 * stand in conf/builtin.conf, which is compiled in. Keys of type GLOBS
 * ("match") add up, over lines and layers; of all others the last one counts.
 * An unknown section or key, or a value of the wrong type, is
 * PEDIGREE_ECONFIG with file and line (and the nearest known word). A key
 * that the table does not allow in ./pedigree.conf is left out there with a
 * warning.
 */
#ifndef PEDIGREE_RULES_CONFIG_H
#define PEDIGREE_RULES_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>
#include <pedigree/sys/backend.h>

#include "base/buf.h"

enum pedigree_layer {
	PEDIGREE_LAYER_BUILTIN,
	PEDIGREE_LAYER_PRESET, /* whatever file includes it */
	PEDIGREE_LAYER_SYSTEM,
	PEDIGREE_LAYER_USER,
	PEDIGREE_LAYER_FOLDER,
	PEDIGREE_LAYER_NAMED,
	PEDIGREE_LAYER_ENVIRONMENT,
	PEDIGREE_LAYER_FLAG
};

struct pedigree_origin {
	enum pedigree_layer layer;
	const char *file;  /* "builtin.conf"; in the environment the
				   variable; "" for flags */
	unsigned int line; /* 0 where there is none */
};

/* One `key = value`. Strings live as long as the configuration. */
struct pedigree_setting {
	const char *section; /* "artifact" */
	const char *name;    /* of a named section, "model"; else "" */
	const char *key;     /* "match"; in [map], the path prefix */
	const char *value;
	struct pedigree_origin origin;
};

/*
 * Where to read from. NULL members are looked up as described above; tests
 * set them. "" switches a file layer off.
 */
struct pedigree_config_sources {
	const char *system_file;
	const char *user_file;
	const char *folder_file;
	const char *named_file;
	char *const *environment; /* NULL: environ */
	/* "section.key=value" or "section name.key=value", NULL-ended. */
	const char *const *flags;
	/* All backends there are, NULL-ended, to check [backend] and their
	   options with; NULL: any name and key will do. */
	const struct pedigree_backend_ops *const *backends;
	/* Gets every mistake, with its file and line, instead of the first
	   one being the failure; NULL: not so. */
	void (*mistake)(void *ctx, const char *sentence);
	void *mistake_ctx;
};

struct pedigree_config;

int pedigree_config_load(const struct pedigree_config_sources *sources,
			 struct pedigree_config **ret_config,
			 struct pedigree_error *err);
void pedigree_config_free(struct pedigree_config *config);

/*
 * The value in force of a key of an unnamed section, or of section `name`
 * where that is not NULL; never NULL for a key that has a default,
 * NULL for others that were not set.
 */
const char *pedigree_config_get(const struct pedigree_config *config,
				const char *section, const char *name,
				const char *key);
/* Of keys with a default; sizes ("10M") are numbers of bytes. */
bool pedigree_config_bool(const struct pedigree_config *config,
			  const char *section, const char *key);
uint64_t pedigree_config_number(const struct pedigree_config *config,
				const char *section, const char *key);
/* "10", "10s", "2m", "500ms": in milliseconds. */
uint64_t pedigree_config_ms(const struct pedigree_config *config,
			    const char *section, const char *key);

/*
 * All settings, lowest layer first and in file order within one; those that
 * a higher layer replaced are there too (`pedigree_config_in_force` tells).
 */
size_t pedigree_config_count(const struct pedigree_config *config);
const struct pedigree_setting *
pedigree_config_at(const struct pedigree_config *config, size_t i);
bool pedigree_config_in_force(const struct pedigree_config *config, size_t i);

/* Sentences for the user, such as refused keys of ./pedigree.conf. */
size_t pedigree_config_warnings(const struct pedigree_config *config);
const char *pedigree_config_warning(const struct pedigree_config *config,
				    size_t i);

/* "/etc/pedigree/pedigree.conf:12", "built-in builtin.conf:12",
   "environment PEDIGREE_RUN_NAME", "flag". */
void pedigree_origin_text(const struct pedigree_origin *origin,
			  struct pedigree_buf *buf);

/*
 * State folders, absolute and never empty: with $PEDIGREE_HOME that itself
 * for data and its "spool"; else $XDG_DATA_HOME/pedigree and
 * $XDG_STATE_HOME/pedigree/spool. They may not exist yet.
 */
const char *pedigree_config_spool(const struct pedigree_config *config);
const char *pedigree_config_data(const struct pedigree_config *config);

#endif
