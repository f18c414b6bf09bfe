/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/config.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "rules/keys.h"
#include "rules/settings.h"

static const char *from_environment(char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (; *environment; environment++) {
		if (!strncmp(*environment, name, n) && (*environment)[n] == '=')
			return *environment + n + 1;
	}
	return NULL;
}

static const char *home_folder(char *const *environment)
{
	const char *home = from_environment(environment, "HOME");
	struct passwd *user;

	if (home && home[0] == '/')
		return home;
	user = getpwuid(geteuid());
	return user && user->pw_dir && user->pw_dir[0] == '/' ? user->pw_dir
							      : NULL;
}

/*
 * "$XDG/tail", or "~/fallback/tail", or nothing when neither is known. The
 * XDG specification has relative values ignored.
 */
static void xdg_path(char *const *environment, const char *variable,
		     const char *fallback, const char *tail,
		     struct pedigree_buf *buf)
{
	const char *folder = from_environment(environment, variable);
	const char *home;

	if (folder && folder[0] == '/') {
		pedigree_buf_addf(buf, "%s/%s", folder, tail);
		return;
	}
	home = home_folder(environment);
	if (home)
		pedigree_buf_addf(buf, "%s/%s/%s", home, fallback, tail);
}

static void absolute(struct pedigree_buf *buf, const char *path)
{
	_cleanup_free_ char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);

	pedigree_path_join(buf, cwd ? cwd : "/", path);
}

/* Everybody may write beside it, so somebody may have been first. */
static int claim(const char *folder, struct pedigree_error *err)
{
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return 0; /* whoever needs it says why it cannot be had */
	if (pedigree_is_ours_alone(folder))
		return 0;
	return pedigree_fail(
		err, PEDIGREE_ECONFIG,
		"%s is not a folder of this user alone, and there is no home to keep records in; set HOME or PEDIGREE_HOME",
		folder);
}

static int find_state(struct pedigree_config *config, char *const *environment,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf data = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf spool = PEDIGREE_BUF_INIT;
	const char *homeless = NULL;
	char place[64];
	const char *home = from_environment(environment, "PEDIGREE_HOME");

	if (home && home[0]) {
		absolute(&data, home);
		pedigree_path_join(&spool, data.data, "spool");
	} else {
		xdg_path(environment, "XDG_DATA_HOME", ".local/share",
			 "pedigree", &data);
		xdg_path(environment, "XDG_STATE_HOME", ".local/state",
			 "pedigree/spool", &spool);
	}
	/* A user without a home, as in many containers. */
	if (!data.len || !spool.len) {
		snprintf(place, sizeof(place), "/tmp/pedigree-%u",
			 (unsigned int)geteuid());
		homeless = place;
	}
	if (!data.len)
		pedigree_buf_add_str(&data, place);
	if (!spool.len)
		pedigree_path_join(&spool, place, "spool");
	if (pedigree_buf_error(&data) || pedigree_buf_error(&spool))
		return pedigree_fail_memory(err);
	if (homeless && claim(homeless, err) < 0)
		return PEDIGREE_ECONFIG;
	pedigree_path_clean(data.data);
	pedigree_path_clean(spool.data);
	config->data = pedigree_buf_take(&data);
	config->spool = pedigree_buf_take(&spool);
	return config->data && config->spool ? 0 : pedigree_fail_memory(err);
}

/*
 * Splits "RUN_NAME" or "BACKEND_LEDGER_PATH" into section, name and key,
 * in lower case and in place. False when it begins with no section.
 */
static bool split_variable(char *text, const char **ret_section,
			   const char **ret_name, const char **ret_key)
{
	const struct pedigree_section_def *section;
	char *key = strchr(text, '_'), *next;

	if (!key)
		return false;
	for (char *p = text; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	*key++ = '\0';
	section = pedigree_section_find(text);
	if (!section || section->kind == PEDIGREE_SECTION_MAP ||
	    section->kind == PEDIGREE_SECTION_NAMED ||
	    section->kind == PEDIGREE_SECTION_EITHER)
		return false;
	*ret_section = section->name;
	*ret_name = "";
	*ret_key = key;
	if (section->kind != PEDIGREE_SECTION_BACKENDS ||
	    pedigree_key_find(text, key))
		return true;
	next = strchr(key, '_');
	if (!next)
		return true;
	*next++ = '\0';
	*ret_name = key;
	*ret_key = next;
	return true;
}

static int read_variable(struct pedigree_config *config, const char *variable,
			 struct pedigree_error *err)
{
	const char *equals = strchr(variable, '=');
	const char *section, *name, *key, *kept;
	size_t prefix = strlen("PEDIGREE_");
	_cleanup_free_ char *text = NULL;
	struct pedigree_origin origin = {
		.layer = PEDIGREE_LAYER_ENVIRONMENT,
	};

	if (!equals || strncmp(variable, "PEDIGREE_", prefix) != 0)
		return 0;
	text = strndup(variable + prefix, (size_t)(equals - variable) - prefix);
	if (!text)
		return pedigree_fail_memory(err);
	/* Others may have variables of that beginning, too. */
	if (!split_variable(text, &section, &name, &key))
		return 0;
	kept = pedigree_config_keep(config, variable,
				    (size_t)(equals - variable));
	if (!kept)
		return pedigree_fail_memory(err);
	origin.file = kept;
	return pedigree_config_add(config, &origin, section, name, key,
				   equals + 1, err);
}

static int read_environment(struct pedigree_config *config,
			    char *const *environment,
			    struct pedigree_error *err)
{
	const struct pedigree_origin origin = {
		.layer = PEDIGREE_LAYER_ENVIRONMENT,
		.file = "PEDIGREE_DISABLE",
	};
	const char *disable = from_environment(environment, origin.file);

	for (char *const *variable = environment; *variable; variable++) {
		int r = pedigree_config_forgive(
			config, read_variable(config, *variable, err), err);

		if (r < 0)
			return r;
	}
	if (!disable || !disable[0] || !strcmp(disable, "0"))
		return 0;
	return pedigree_config_add(config, &origin, "capture", "", "enabled",
				   "no", err);
}

/* "section.key=value", "section name.key=value". */
static int read_flag(struct pedigree_config *config, const char *flag,
		     struct pedigree_error *err)
{
	const struct pedigree_origin origin = {
		.layer = PEDIGREE_LAYER_FLAG,
		.file = "",
	};
	_cleanup_free_ char *text = strdup(flag);
	char *equals, *key, *name;

	if (!text)
		return pedigree_fail_memory(err);
	equals = strchr(text, '=');
	if (equals)
		*equals = '\0';
	name = strchr(text, ' ');
	/* A name may hold dots, a path prefix in [map] too. */
	key = name ? strrchr(text, '.') : strchr(text, '.');
	if (!equals || !key || (name && key < name))
		return pedigree_config_fail(
			&origin, err,
			"'%s' is not SECTION.KEY=VALUE or \"SECTION NAME.KEY=VALUE\"",
			pedigree_shown(flag));
	*key++ = '\0';
	if (name)
		*name++ = '\0';
	return pedigree_config_add(config, &origin, text, name ? name : "", key,
				   equals + 1, err);
}

/* ./pedigree.conf is often a checkout's: never wait for a FIFO there. */
static int read_layer(struct pedigree_config *config, enum pedigree_layer layer,
		      const char *path, const char *otherwise,
		      struct pedigree_error *err)
{
	int r;

	if (!path)
		path = otherwise;
	if (!path[0])
		return 0;
	r = pedigree_config_read_file(config, layer, path,
				      layer == PEDIGREE_LAYER_NAMED, err);
	/* Unreadable, too large: it is a stranger's all the same. */
	if (layer == PEDIGREE_LAYER_FOLDER && r < 0 && r != PEDIGREE_ENOMEM)
		r = PEDIGREE_ECONFIG;
	return pedigree_config_forgive_in(config, layer, r, err);
}

static int read_files(struct pedigree_config *config,
		      const struct pedigree_config_sources *sources,
		      char *const *environment, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf user = PEDIGREE_BUF_INIT;
	const char *named = from_environment(environment, "PEDIGREE_CONFIG");
	int r;

	xdg_path(environment, "XDG_CONFIG_HOME", ".config",
		 "pedigree/pedigree.conf", &user);
	if (pedigree_buf_error(&user))
		return pedigree_fail_memory(err);
	r = pedigree_config_read_text(config, PEDIGREE_LAYER_BUILTIN,
				      "builtin.conf", pedigree_builtin_conf,
				      pedigree_builtin_conf_size, err);
	if (!r)
		r = read_layer(config, PEDIGREE_LAYER_SYSTEM,
			       sources->system_file,
			       PEDIGREE_SYSCONFDIR "/pedigree.conf", err);
	if (!r)
		r = read_layer(config, PEDIGREE_LAYER_USER, sources->user_file,
			       user.data, err);
	if (!r)
		r = read_layer(config, PEDIGREE_LAYER_FOLDER,
			       sources->folder_file, "./pedigree.conf", err);
	if (!r)
		r = read_layer(config, PEDIGREE_LAYER_NAMED,
			       sources->named_file, named ? named : "", err);
	return r;
}

static void config_freep(struct pedigree_config **config)
{
	pedigree_config_free(*config);
}

int pedigree_config_load(const struct pedigree_config_sources *sources,
			 struct pedigree_config **ret_config,
			 struct pedigree_error *err)
{
	static const struct pedigree_config_sources none;
	_cleanup_(config_freep) struct pedigree_config *config = NULL;
	struct pedigree_error own = PEDIGREE_ERROR_INIT;
	char *const *environment;
	int r;

	if (!sources)
		sources = &none;
	environment = sources->environment ? sources->environment : environ;
	config = calloc(1, sizeof(*config));
	if (!config)
		return pedigree_fail_memory(err);
	config->backends = sources->backends;
	config->mistake = sources->mistake;
	config->mistake_ctx = sources->mistake_ctx;
	if (!err)
		err = &own;
	r = find_state(config, environment, err);
	if (!r)
		r = read_files(config, sources, environment, err);
	if (!r)
		r = read_environment(config, environment, err);
	for (size_t i = 0; !r && sources->flags && sources->flags[i]; i++)
		r = pedigree_config_forgive(
			config, read_flag(config, sources->flags[i], err), err);
	if (!r)
		r = pedigree_config_seal(config, err);
	if (r < 0)
		return r;
	*ret_config = pedigree_take(config);
	return 0;
}
