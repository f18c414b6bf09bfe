/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs without a wrapper: the shim stands in LD_PRELOAD for good, and
 * programs that the configuration's [watch] names begin runs by themselves.
 *
 * The shim reads a compiled list and no configuration. pedigree_watch_write
 * makes it; the shim has it made again when the configuration changes.
 */
#ifndef PEDIGREE_WATCH_H
#define PEDIGREE_WATCH_H

#include <pedigree/error.h>
#include <pedigree/pedigree.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is to be put into an environment. */
struct pedigree_watch {
	char shim[4096]; /**< for LD_PRELOAD */
	char list[4096]; /**< where the compiled list is */
	unsigned long rules;
};

/**
 * Writes the compiled list.
 *
 * @param pedigree  NULL: of no rules, for a configuration that cannot be
 *                  read; it is valid for some seconds
 * @param list      where to; NULL: where the shim looks, and required
 *                  without a configuration
 * @param ret       may be NULL
 * @return 0; PEDIGREE_ENOTFOUND (there is no shim), PEDIGREE_EINVAL (its path
 *         cannot stand in LD_PRELOAD), PEDIGREE_ECONFIG, PEDIGREE_ELIMIT,
 *         PEDIGREE_EIO, PEDIGREE_ENOMEM
 */
int pedigree_watch_write(const struct pedigree *pedigree, const char *list,
			 struct pedigree_watch *ret,
			 struct pedigree_error *err);

/**
 * Ends and finishes a run that a program began by itself, from outside of the
 * session that made it.
 *
 * @param preload      what that session's pedigree_session_preload was
 * @param wait_status  as waitpid(2) has it
 */
int pedigree_watch_finish(const struct pedigree *pedigree, const char *preload,
			  int wait_status, struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
