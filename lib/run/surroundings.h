/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run ran on and with: the machine, and the packages that what it
 * loaded belongs to. Found out by the finisher, within a time; what was not
 * reached by then is said to be partial.
 */
#ifndef PEDIGREE_RUN_SURROUNDINGS_H
#define PEDIGREE_RUN_SURROUNDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "evlog/reader.h"
#include "graph/build.h"
#include "graph/model.h"
#include "rules/config.h"

/* The run's sheet of that name (graph/sheet.h), into its record.
   PEDIGREE_ENOMEM. */
int pedigree_surroundings_add(const struct pedigree_config *config,
			      const struct pedigree_run_facts *facts,
			      const struct pedigree_evlog *log,
			      struct pedigree_record *record);

/* Lines of the topic "host". `root` stands before the paths of the kernel's
   files: "" but for tests. */
void pedigree_hardware_add(struct pedigree_buf *sheet, const char *root);

/* Milliseconds of a clock that is never set. */
int64_t pedigree_surroundings_now(void);

/*
 * Names and versions of the distributions that some of `files` belong to:
 * absolute paths of modules below folders site-packages and dist-packages, the
 * keys of a map. PEDIGREE_ELIMIT: the time was over before all were found.
 * PEDIGREE_ENOMEM.
 */
int pedigree_python_packages(const struct pedigree_map *files, int64_t deadline,
			     struct pedigree_pairs *ret_packages);

/*
 * The same of Debian packages, by dpkg's own lists in `folder`
 * ("/var/lib/dpkg"). A version is "" where the file changed after `end_ns`.
 * What was found is kept in the file `memo` (NULL: nowhere) until dpkg's
 * status changes.
 */
int pedigree_debian_packages(const struct pedigree_map *files,
			     const char *folder, const char *memo,
			     uint64_t end_ns, int64_t deadline,
			     struct pedigree_pairs *ret_packages);

#endif
