/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/script.h"

#include <string.h>
#include <sys/auxv.h>

#include "hooks/sys.h"

/*
 * Interpreters, with the letters of options whose value may be the next word
 * and of those that give the code in another way, after which no script
 * comes. Names with a version behind them ("python3.11") are the same.
 */
static const struct interpreter {
	char name[12];
	char values[8];
	char ends[8];
} interpreters[] = {
	{ "python", "WX", "cm" }, { "pypy", "WX", "cm" },
	{ "Rscript", "", "e" },	  { "perl", "", "eE" },
	{ "bash", "oO", "cs" },	  { "sh", "o", "cs" },
	{ "dash", "o", "cs" },	  { "zsh", "o", "cs" },
	{ "ksh", "o", "cs" },	  { "ruby", "rIC", "e" },
	{ "node", "r", "epi" },	  { "julia", "JpLHC", "eE" },
};

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const struct interpreter *find_interpreter(const char *program)
{
	const char *name = base(program);

	for (size_t i = 0; i < sizeof(interpreters) / sizeof(*interpreters);
	     i++) {
		size_t n = strlen(interpreters[i].name);
		const char *rest = name + n;

		if (strncmp(name, interpreters[i].name, n) != 0)
			continue;
		while ((*rest >= '0' && *rest <= '9') || *rest == '.')
			rest++;
		if (!*rest)
			return &interpreters[i];
	}
	return NULL;
}

enum option {
	ALONE,
	WITH_VALUE, /* which is the next word */
	LAST,	    /* no script follows */
};

/* A word that begins with '-': letters, the last one perhaps with a value. */
static enum option judge(const struct interpreter *of, const char *word)
{
	if (word[1] == '-')
		return ALONE;
	for (word++; *word; word++) {
		if (strchr(of->ends, *word))
			return LAST;
		if (strchr(of->values, *word))
			return word[1] ? ALONE : WITH_VALUE;
	}
	return ALONE;
}

static const char *first_operand(const struct interpreter *of, int argc,
				 char *const argv[])
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (word[0] != '-' && word[0] != '+')
			return word;
		if (!strcmp(word, "--"))
			return i + 1 < argc ? argv[i + 1] : NULL;
		switch (word[1] ? judge(of, word) : LAST) {
		case LAST:
			return NULL;
		case WITH_VALUE:
			i++;
			break;
		case ALONE:
			break;
		}
	}
	return NULL;
}

/* The kernel puts what it executes behind the interpreter of its "#!" line
   and that line's word. */
static bool is_hash_bang(const char *started, int argc, char *const argv[])
{
	return (argc > 1 && !strcmp(argv[1], started)) ||
	       (argc > 2 && !strcmp(argv[2], started));
}

static bool make_absolute(const char *name, char path[PATH_MAX])
{
	size_t n = 0, name_n;

	while (name[0] == '.' && name[1] == '/')
		for (name += 2; *name == '/';)
			name++;
	if (*name != '/') {
		long got = pedigree_sys(SYS_getcwd, path, PATH_MAX - 1);

		if (got <= 1 || path[0] != '/')
			return false;
		n = strlen(path);
		if (n > 1)
			path[n++] = '/';
	}
	name_n = strlen(name);
	if (n + name_n >= PATH_MAX)
		return false;
	memcpy(path + n, name, name_n + 1);
	return true;
}

void pedigree_script_start(struct pedigree_script *script, int argc,
			   char *const argv[])
{
	const char *started = (const char *)getauxval(AT_EXECFN);

	script->started = started ? started : "";
	script->program = is_hash_bang(script->started, argc, argv)
				  ? argv[0]
				  : script->started;
	script->looked = false;
	script->path[0] = '\0';
}

bool pedigree_script_find(struct pedigree_script *script, int argc,
			  char *const argv[])
{
	const struct interpreter *interpreter;
	const char *name = NULL;

	if (script->looked)
		return script->path[0];
	script->looked = true;
	if (script->program != script->started)
		name = script->started;
	else if ((interpreter = find_interpreter(script->program)))
		name = first_operand(interpreter, argc, argv);
	if (!name || !make_absolute(name, script->path))
		script->path[0] = '\0';
	return script->path[0];
}
