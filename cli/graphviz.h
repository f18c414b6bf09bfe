/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures that Graphviz draws.
 */
#ifndef PEDIGREE_CLI_GRAPHVIZ_H
#define PEDIGREE_CLI_GRAPHVIZ_H

#include <stdbool.h>
#include <stddef.h>

/* Makes `dot` write SVG of a graph to `fd`; false after telling why not. */
bool cli_graphviz(const char *graph, size_t n, int fd);
/* Tells how to get it, and answers false, when there is no `dot` in PATH. */
bool cli_graphviz_there(void);

#endif
