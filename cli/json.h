/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts in JSON, for commands that print what is small and flat themselves.
 */
#ifndef PEDIGREE_CLI_JSON_H
#define PEDIGREE_CLI_JSON_H

/* Prints `text` in quotes on stdout; bytes that are no UTF-8 become U+FFFD. */
void cli_json_string(const char *text);

#endif
