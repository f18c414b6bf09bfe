/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_STORE_OPENLINEAGE_H
#define PEDIGREE_STORE_OPENLINEAGE_H

#include <pedigree/sys/backend.h>

extern const struct pedigree_backend_ops pedigree_openlineage_ops;

#endif
