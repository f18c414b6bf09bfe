/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"

char test_folder[PATH_MAX];

int test_folder_make(void **state)
{
	const char *above = getenv("TMPDIR");
	char made[PATH_MAX];

	(void)state;
	snprintf(made, sizeof(made), "%s/pedigree-test-XXXXXX",
		 above && above[0] == '/' ? above : "/tmp");
	return mkdtemp(made) && realpath(made, test_folder) ? 0 : -1;
}

int test_folder_remove(void **state)
{
	(void)state;
	return pedigree_remove_tree(test_folder, NULL);
}

const char *test_path(const char *name)
{
	static char paths[8][PATH_MAX * 2];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", test_folder, name);
	return path;
}
