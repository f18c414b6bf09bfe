/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A temporary folder for a test program: group setup and teardown of cmocka.
 */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

/* Below $TMPDIR or /tmp; absolute, without symbolic links. */
extern char test_folder[];

int test_folder_make(void **state);
int test_folder_remove(void **state);

/* "test_folder/name" in one of a few static buffers. */
const char *test_path(const char *name);

#endif
