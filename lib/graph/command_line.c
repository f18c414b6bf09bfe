/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/command_line.h"

#include <string.h>

#include "base/base.h"

void pedigree_command_of(const struct pedigree_process *process,
			 struct pedigree_command *ret)
{
	const char *arg = process->args;

	for (ret->n = 0; !process->forked && ret->n < process->argc &&
			 ret->n < PEDIGREE_COMMAND_MAX;
	     ret->n++) {
		ret->args[ret->n] = arg;
		arg += strlen(arg) + 1;
	}
}

const char *pedigree_command_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* Programs whose first operand is the program that is meant. */
static const char *const interpreters[] = {
	"python", "pypy",     "ipython",    "Rscript",	 "sh",	   "bash",
	"dash",	  "zsh",      "ksh",	    "perl",	 "ruby",   "node",
	"julia",  "torchrun", "accelerate", "deepspeed", "mpirun", "env",
};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* "python3.11" is "python". */
static bool is_interpreter(const char *program)
{
	const char *name = pedigree_command_base(program);

	for (size_t i = 0; i < PEDIGREE_COUNT(interpreters); i++) {
		size_t n = strlen(interpreters[i]);

		if (strncmp(name, interpreters[i], n) == 0 &&
		    strspn(name + n, "0123456789.") == strlen(name + n))
			return true;
	}
	return false;
}

/*
 * A guess that may name an option's value; it is a name, and --name is
 * there. Code given with -c has no name.
 */
static const char *meant(const char *const *argv)
{
	if (!is_interpreter(argv[0]))
		return argv[0];
	for (size_t i = 1; argv[i]; i++) {
		if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "-e") == 0)
			break;
		if (strcmp(argv[i], "-m") == 0 && argv[i + 1]) {
			const char *dot = strrchr(argv[i + 1], '.');

			return dot && dot[1] ? dot + 1 : argv[i + 1];
		}
		if (argv[i][0] == '-' ||
		    strchr(pedigree_command_base(argv[i]), '='))
			continue;
		return is_interpreter(argv[i]) ? meant(argv + i) : argv[i];
	}
	return argv[0];
}

bool pedigree_command_has_script(const char *const *argv)
{
	return meant(argv) != argv[0];
}

void pedigree_command_name(struct pedigree_buf *buf, const char *const *argv)
{
	const char *name = pedigree_command_base(meant(argv));
	const char *dot = strrchr(name, '.');
	size_t n = dot && dot > name ? (size_t)(dot - name) : strlen(name);

	/* A name needs a letter of the API's to begin with. */
	if (name[strcspn(name, LETTERS)] == '\0') {
		name = "run";
		n = 3;
	}
	/* A stamp or number follows, and a name has 120 bytes. */
	pedigree_buf_add(buf, name, n < 80 ? n : 80);
}
