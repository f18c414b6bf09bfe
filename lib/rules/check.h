/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a setting may still be wrong in once its key is known: values that are
 * one of a few words, units, patterns that cannot be read, sections without
 * what they are there for. And what was probably meant.
 */
#ifndef PEDIGREE_RULES_CHECK_H
#define PEDIGREE_RULES_CHECK_H

#include "rules/settings.h"

/*
 * Appends "; did you mean 'VALUE'?" for a value that is none of its type, when
 * there is one that looks like it.
 */
void pedigree_value_suggest(enum pedigree_value_type type, const char *text,
			    struct pedigree_buf *buf);

/* Fails where the value has patterns of paths of which one cannot be read. */
int pedigree_config_check_globs(const struct pedigree_origin *origin,
				const char *section, const char *key,
				const char *value, struct pedigree_error *err);

/* 1: it is a rule under which nothing at all, or nothing of the project or the
   home folder, would be recorded; 0: it is none. */
int pedigree_config_hides_all(const char *section, const char *key,
			      const char *value);

/* Once all is read: tells of sections that lack the key without which they do
   nothing. A mistake only for who asks for mistakes. */
int pedigree_config_check_sections(const struct pedigree_config *config,
				   struct pedigree_error *err);

#endif
