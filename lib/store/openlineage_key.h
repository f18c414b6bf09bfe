/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To whom the backend `openlineage` speaks, and with which key.
 */
#ifndef PEDIGREE_STORE_OPENLINEAGE_KEY_H
#define PEDIGREE_STORE_OPENLINEAGE_KEY_H

#include <pedigree/error.h>

#include "base/buf.h"

/*
 * Where events are posted; a URL without a path gets that of OpenLineage's own
 * servers. NULL, and what is no URL of HTTP or has a password in it, is
 * PEDIGREE_ECONFIG. Malloc'ed.
 */
int pedigree_openlineage_url(const char *url, char **ret_url,
			     struct pedigree_error *err);

/* PEDIGREE_ECONFIG: others could read what is sent there. */
int pedigree_openlineage_check_private(const char *url,
				       struct pedigree_error *err);

/*
 * "Bearer …" of the variable or else the file; where neither is named, of
 * $OPENLINEAGE_API_KEY or empty. A key that is named and is not there is
 * PEDIGREE_ECONFIG, and so is one that would go over a network in the clear.
 * No text has the key.
 */
int pedigree_openlineage_key(const char *url, const char *variable,
			     const char *file,
			     struct pedigree_buf *authorization,
			     struct pedigree_error *err);

#endif
