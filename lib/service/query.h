/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of JMESPath (jmespath.org) that scripts use with the AWS CLI's
 * --query; <pedigree/lineage.h> lists it.
 */
#ifndef PEDIGREE_SERVICE_QUERY_H
#define PEDIGREE_SERVICE_QUERY_H

#include <jansson.h>

#include <pedigree/error.h>

/* PEDIGREE_EINVAL names the place in the expression. */
int pedigree_query_json(const char *expression, json_t *json,
			json_t **ret_value, struct pedigree_error *err);

#endif
