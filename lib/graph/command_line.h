/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command lines of a log's programs, and what people call a command.
 */
#ifndef PEDIGREE_GRAPH_COMMAND_LINE_H
#define PEDIGREE_GRAPH_COMMAND_LINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "evlog/reader.h"
#include "rules/command.h"

/* The words a program was started with; of a fork none. */
void pedigree_command_of(const struct pedigree_process *process,
			 struct pedigree_command *ret);

/* The last component of a path. */
const char *pedigree_command_base(const char *path);

/*
 * Appends what people call a command: its script or program, without folder
 * and suffix; "run" where that has no letter. At most 80 bytes.
 */
void pedigree_command_name(struct pedigree_buf *buf, const char *const *argv);
/* Has it a script, or a module, behind an interpreter? */
bool pedigree_command_has_script(const char *const *argv);

#endif
