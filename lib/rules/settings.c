/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/settings.h"

#include <stdarg.h>
#include <string.h>

#include "base/err.h"
#include "rules/check.h"
#include "rules/keys.h"

void pedigree_config_free(struct pedigree_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->strings.n; i++)
		free(config->strings.v[i]);
	for (size_t i = 0; i < config->warnings.n; i++)
		free(config->warnings.v[i]);
	pedigree_vec_clear(&config->strings);
	pedigree_vec_clear(&config->warnings);
	pedigree_vec_clear(&config->settings);
	pedigree_vec_clear(&config->in_force);
	pedigree_vec_clear(&config->files);
	pedigree_map_free(config->latest);
	free(config->spool);
	free(config->data);
	free(config);
}

const char *pedigree_config_keep(struct pedigree_config *config,
				 const char *text, size_t n)
{
	char **place = pedigree_vec_push(&config->strings);

	if (!place)
		return NULL;
	*place = strndup(text, n);
	return *place;
}

const char *pedigree_shown_in(char *out, size_t room, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < room; text++)
		out[n++] = *text >= ' ' && *text < 0x7f ? *text : '?';
	out[n] = '\0';
	if (*text)
		memcpy(out + n - 3, "...", 3);
	return out;
}

void pedigree_origin_text(const struct pedigree_origin *origin,
			  struct pedigree_buf *buf)
{
	switch (origin->layer) {
	case PEDIGREE_LAYER_FLAG:
		pedigree_buf_add_str(buf, "flag");
		return;
	case PEDIGREE_LAYER_ENVIRONMENT:
		pedigree_buf_add_str(buf, "environment");
		if (origin->file[0])
			pedigree_buf_addf(buf, " %s", origin->file);
		return;
	case PEDIGREE_LAYER_BUILTIN:
		pedigree_buf_add_str(buf, "built-in ");
		break;
	case PEDIGREE_LAYER_PRESET:
		pedigree_buf_add_str(buf, "preset ");
		break;
	default:
		break;
	}
	pedigree_buf_add_str(buf, origin->file);
	if (origin->line)
		pedigree_buf_addf(buf, ":%u", origin->line);
}

int pedigree_config_fail(const struct pedigree_origin *origin,
			 struct pedigree_error *err, const char *format, ...)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	va_list args;

	pedigree_origin_text(origin, &text);
	pedigree_buf_add_str(&text, ": ");
	va_start(args, format);
	pedigree_buf_vaddf(&text, format, args);
	va_end(args);
	if (pedigree_buf_error(&text))
		return pedigree_fail_memory(err);
	return pedigree_fail(err, PEDIGREE_ECONFIG, "%s", text.data);
}

int pedigree_config_forgive(const struct pedigree_config *config, int r,
			    struct pedigree_error *err)
{
	if (r != PEDIGREE_ECONFIG || !config->mistake)
		return r;
	config->mistake(config->mistake_ctx, err->text);
	*err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	return 0;
}

int pedigree_config_forgive_in(struct pedigree_config *config,
			       enum pedigree_layer layer, int r,
			       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	r = pedigree_config_forgive(config, r, err);
	if (r != PEDIGREE_ECONFIG || layer != PEDIGREE_LAYER_FOLDER)
		return r;
	pedigree_buf_addf(&text, "%s; it is ignored", err->text);
	*err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	return pedigree_config_warn(config, &text, err);
}

int pedigree_config_check_section(const struct pedigree_origin *origin,
				  const char *section, const char *name,
				  struct pedigree_error *err)
{
	const struct pedigree_section_def *def = pedigree_section_find(section);
	const char *nearest;

	if (def) {
		if (def->kind == PEDIGREE_SECTION_NAMED && !name[0])
			return pedigree_config_fail(
				origin, err,
				"[%s] needs a name, as in [%s model]", section,
				section);
		if (name[0] && (def->kind == PEDIGREE_SECTION_PLAIN ||
				def->kind == PEDIGREE_SECTION_MAP))
			return pedigree_config_fail(
				origin, err, "[%s] takes no name, and has '%s'",
				section, pedigree_shown(name));
		return 0;
	}
	nearest = pedigree_section_nearest(section);
	if (nearest)
		return pedigree_config_fail(
			origin, err, "unknown section [%s]; did you mean [%s]?",
			pedigree_shown(section), nearest);
	return pedigree_config_fail(
		origin, err,
		"unknown section [%s]; pedigree.conf(5) lists them",
		pedigree_shown(section));
}

static const char *key_elsewhere(const char *key)
{
	for (const struct pedigree_key_def *k = pedigree_keys; k->section; k++)
		if (!strcmp(k->key, key))
			return k->section;
	return NULL;
}

int pedigree_config_unknown_key(const struct pedigree_origin *origin,
				const char *section, const char *key,
				const char *nearest, struct pedigree_error *err)
{
	if (nearest)
		return pedigree_config_fail(
			origin, err,
			"unknown key '%s' in [%s]; did you mean '%s'?",
			pedigree_shown(key), pedigree_shown(section), nearest);
	if (!strcmp(key, "include"))
		return pedigree_config_fail(
			origin, err,
			"'include' stands in [%s]; write it above the first [section]",
			pedigree_shown(section));
	if (key_elsewhere(key))
		return pedigree_config_fail(
			origin, err,
			"unknown key '%s' in [%s]; [%s] has one of that name",
			pedigree_shown(key), pedigree_shown(section),
			key_elsewhere(key));
	return pedigree_config_fail(
		origin, err,
		"unknown key '%s' in [%s]; pedigree.conf(5) lists them",
		pedigree_shown(key), pedigree_shown(section));
}

static int find_type(const struct pedigree_config *config,
		     const struct pedigree_origin *origin, const char *section,
		     const char *name, const char *key,
		     enum pedigree_value_type *ret_type, bool *ret_folder,
		     struct pedigree_error *err)
{
	const struct pedigree_section_def *def = pedigree_section_find(section);
	const struct pedigree_key_def *key_def;

	if (def->kind == PEDIGREE_SECTION_MAP) {
		*ret_type = PEDIGREE_VALUE_URI;
		*ret_folder = def->folder;
		if (key[0] == '/' || key[0] == '~')
			return 0;
		return pedigree_config_fail(
			origin, err,
			"'%s' in [%s] is not an absolute path or one below ~/",
			pedigree_shown(key), section);
	}
	if (def->kind == PEDIGREE_SECTION_BACKENDS && name[0]) {
		*ret_folder = def->folder;
		return pedigree_config_option(config, origin, name, key, false,
					      ret_type, err);
	}
	key_def = pedigree_key_find(section, key);
	if (!key_def)
		return pedigree_config_unknown_key(
			origin, section, key,
			pedigree_key_nearest(section, key), err);
	*ret_type = key_def->type;
	*ret_folder = key_def->folder;
	return 0;
}

int pedigree_config_warn(struct pedigree_config *config,
			 struct pedigree_buf *text, struct pedigree_error *err)
{
	char **place = pedigree_vec_push(&config->warnings);

	if (!place)
		return pedigree_fail_memory(err);
	*place = pedigree_buf_take(text);
	return *place ? 0 : pedigree_fail_memory(err);
}

static int warn_refused(struct pedigree_config *config,
			const struct pedigree_origin *origin,
			const char *section, const char *name, const char *key,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_origin_text(origin, &text);
	pedigree_buf_addf(
		&text,
		": [%s%s%s] %s is ignored: the configuration in the current folder may not set it; put it into your own, ~/.config/pedigree/pedigree.conf",
		section, name[0] ? " " : "", pedigree_shown(name),
		pedigree_shown(key));
	return pedigree_config_warn(config, &text, err);
}

/* It would be the same as to switch capture off. */
static int warn_hidden(struct pedigree_config *config,
		       const struct pedigree_origin *origin, const char *value,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_origin_text(origin, &text);
	pedigree_buf_addf(
		&text,
		": [exclude] match = %s is ignored: the configuration in the current folder may not exclude everything; name what is noise",
		pedigree_shown(value));
	return pedigree_config_warn(config, &text, err);
}

int pedigree_config_check_value(const struct pedigree_origin *origin,
				const char *section, const char *key,
				enum pedigree_value_type type,
				const char *value, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf meant = PEDIGREE_BUF_INIT;
	const char *fault = pedigree_value_fault(type, value);

	if (!fault)
		return pedigree_config_check_globs(origin, section, key, value,
						   err);
	pedigree_value_suggest(type, value, &meant);
	if (pedigree_buf_error(&meant))
		return pedigree_fail_memory(err);
	return pedigree_config_fail(origin, err, "'%s' for %s in [%s] %s%s",
				    pedigree_shown(value), pedigree_shown(key),
				    section, fault,
				    meant.len ? meant.data : "");
}

int pedigree_config_add(struct pedigree_config *config,
			const struct pedigree_origin *origin,
			const char *section, const char *name, const char *key,
			const char *value, struct pedigree_error *err)
{
	enum pedigree_value_type type = PEDIGREE_VALUE_STRING;
	struct pedigree_setting *setting, made = { .origin = *origin };
	bool folder = false;
	int r;

	r = pedigree_config_check_section(origin, section, name, err);
	if (!r)
		r = find_type(config, origin, section, name, key, &type,
			      &folder, err);
	if (r < 0)
		return r;
	if (origin->layer == PEDIGREE_LAYER_FOLDER && !folder)
		return warn_refused(config, origin, section, name, key, err);
	r = pedigree_config_check_value(origin, section, key, type, value, err);
	if (r < 0)
		return r;
	if (origin->layer == PEDIGREE_LAYER_FOLDER)
		r = pedigree_config_hides_all(section, key, value);
	if (r < 0)
		return pedigree_fail_memory(err);
	if (r > 0)
		return warn_hidden(config, origin, value, err);
	made.section = pedigree_section_find(section)->name;
	made.name = pedigree_config_keep(config, name, strlen(name));
	made.key = pedigree_config_keep(config, key, strlen(key));
	made.value = pedigree_config_keep(config, value, strlen(value));
	setting = made.name && made.key && made.value
			  ? pedigree_vec_push(&config->settings)
			  : NULL;
	if (!setting)
		return pedigree_fail_memory(err);
	*setting = made;
	return 0;
}

enum {
	ID_MAX = 512
};

/* "section\0name\0key", or 0 when it is too long for the table. */
static size_t setting_id(char out[ID_MAX], const char *section,
			 const char *name, const char *key)
{
	int n = snprintf(out, ID_MAX, "%s%c%s%c%s", section, 0, name, 0, key);

	return n > 0 && n < ID_MAX ? (size_t)n : 0;
}

/* Allocates nothing, so that a question cannot fail. */
static const struct pedigree_setting *
find_latest(const struct pedigree_config *config, const char *section,
	    const char *name, const char *key)
{
	char id[ID_MAX];
	size_t n = setting_id(id, section, name, key);

	if (n)
		return pedigree_map_get(config->latest, id, n);
	for (size_t i = config->settings.n; i > 0; i--) {
		const struct pedigree_setting *s = &config->settings.v[i - 1];

		if (!strcmp(s->section, section) && !strcmp(s->name, name) &&
		    !strcmp(s->key, key))
			return s;
	}
	return NULL;
}

/* A preset is below all files, whichever of them includes it. */
static int put_in_order(struct pedigree_config *config)
{
	struct pedigree_setting *sorted;
	size_t n = 0;

	if (!config->settings.n)
		return 0;
	sorted = calloc(config->settings.n, sizeof(*sorted));
	if (!sorted)
		return PEDIGREE_ENOMEM;
	for (int layer = 0; layer <= PEDIGREE_LAYER_FLAG; layer++) {
		for (size_t i = 0; i < config->settings.n; i++) {
			const struct pedigree_setting *setting =
				&config->settings.v[i];

			if ((int)setting->origin.layer == layer)
				sorted[n++] = *setting;
		}
	}
	memcpy(config->settings.v, sorted, n * sizeof(*sorted));
	free(sorted);
	return 0;
}

int pedigree_config_seal(struct pedigree_config *config,
			 struct pedigree_error *err)
{
	int r;

	if (put_in_order(config) < 0)
		return pedigree_fail_memory(err);
	config->latest = pedigree_map_new();
	if (!config->latest)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < config->settings.n; i++) {
		struct pedigree_setting *s = &config->settings.v[i];
		char id[ID_MAX];
		size_t n = setting_id(id, s->section, s->name, s->key);
		void **place =
			n ? pedigree_map_at(config->latest, id, n, NULL) : NULL;

		if ((n && !place) || !pedigree_vec_push(&config->in_force))
			return pedigree_fail_memory(err);
		if (place)
			*place = s;
	}
	for (size_t i = 0; i < config->settings.n; i++) {
		const struct pedigree_setting *s = &config->settings.v[i];
		const struct pedigree_key_def *key =
			pedigree_key_find(s->section, s->key);

		config->in_force.v[i] =
			(key && key->type == PEDIGREE_VALUE_GLOBS) ||
			find_latest(config, s->section, s->name, s->key) == s;
	}
	r = pedigree_config_check_sections(config, err);
	return r < 0 ? r : pedigree_config_check_backends(config, err);
}

const char *pedigree_config_get(const struct pedigree_config *config,
				const char *section, const char *name,
				const char *key)
{
	const struct pedigree_setting *s =
		find_latest(config, section, name ? name : "", key);

	return s ? s->value : NULL;
}

bool pedigree_config_bool(const struct pedigree_config *config,
			  const char *section, const char *key)
{
	const char *text = pedigree_config_get(config, section, NULL, key);
	bool value = false;

	return text && pedigree_parse_bool(text, &value) && value;
}

uint64_t pedigree_config_number(const struct pedigree_config *config,
				const char *section, const char *key)
{
	const char *text = pedigree_config_get(config, section, NULL, key);
	uint64_t value = 0;

	return text && pedigree_parse_size(text, &value) ? value : 0;
}

uint64_t pedigree_config_ms(const struct pedigree_config *config,
			    const char *section, const char *key)
{
	const char *text = pedigree_config_get(config, section, NULL, key);
	uint64_t value = 0;

	return text && pedigree_parse_ms(text, &value) ? value : 0;
}

size_t pedigree_config_count(const struct pedigree_config *config)
{
	return config->settings.n;
}

const struct pedigree_setting *
pedigree_config_at(const struct pedigree_config *config, size_t i)
{
	return &config->settings.v[i];
}

bool pedigree_config_in_force(const struct pedigree_config *config, size_t i)
{
	return config->in_force.v[i];
}

size_t pedigree_config_warnings(const struct pedigree_config *config)
{
	return config->warnings.n;
}

const char *pedigree_config_warning(const struct pedigree_config *config,
				    size_t i)
{
	return config->warnings.v[i];
}

const char *pedigree_config_spool(const struct pedigree_config *config)
{
	return config->spool;
}

const char *pedigree_config_data(const struct pedigree_config *config)
{
	return config->data;
}
