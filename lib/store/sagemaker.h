/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_STORE_SAGEMAKER_H
#define PEDIGREE_STORE_SAGEMAKER_H

#include <pedigree/sys/backend.h>

extern const struct pedigree_backend_ops pedigree_sagemaker_ops;

#endif
