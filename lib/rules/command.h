/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration's [deploy NAME] and [step NAME] sections against a command
 * line.
 *
 * `command` is a list of globs: the first for the program's name, which may
 * stand behind an interpreter, the others for the words that follow. With a
 * `**` among them, which stands for any words, they are all there is. The
 * other keys are texts in which {1} and {-1} are words that follow (those that
 * begin with a dash do not count) and {-f,--file:x} is the value of an option,
 * else x.
 */
#ifndef PEDIGREE_RULES_COMMAND_H
#define PEDIGREE_RULES_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "rules/config.h"

#define PEDIGREE_COMMAND_WORDS 16
#define PEDIGREE_COMMAND_MAX 256

struct pedigree_command_rule {
	const char *name; /* of the section */
	char *text;	  /* the words below */
	const char *words[PEDIGREE_COMMAND_WORDS];
	size_t n; /* 0: matches nothing */
};

/* A command line, and what is left of it behind a rule's words. */
struct pedigree_command {
	const char *args[PEDIGREE_COMMAND_MAX];
	size_t n;
	size_t rest;
};

/* Borrows the words; those that are too many are left out. */
void pedigree_command_set(struct pedigree_command *command,
			  const char *const *argv);

/* Is the configuration's i-th setting the `command` of a rule in force? */
bool pedigree_command_is_rule(const struct pedigree_config *config,
			      const char *section, size_t i);
/* PEDIGREE_ENOMEM. */
int pedigree_command_rule_read(const struct pedigree_setting *setting,
			       struct pedigree_command_rule *ret);
void pedigree_command_rule_clear(struct pedigree_command_rule *rule);
/* Another key of a [deploy NAME] section; NULL: it has none. */
const char *pedigree_command_key(const struct pedigree_config *config,
				 const struct pedigree_command_rule *rule,
				 const char *name);

/* Sets the command's `rest` when it matches. */
bool pedigree_command_match(const struct pedigree_command_rule *rule,
			    struct pedigree_command *command);
/* Fills in a key's text, which may be NULL, for a command that matched,
   without secrets. False when something of it is missing. */
bool pedigree_command_fill(const struct pedigree_command *command,
			   const char *text, struct pedigree_buf *ret);

#endif
