/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests from arguments, as the AWS CLI takes them; see
 * pedigree_request_from_args in <pedigree/lineage.h>.
 */
#ifndef PEDIGREE_SERVICE_ARGUMENTS_H
#define PEDIGREE_SERVICE_ARGUMENTS_H

#include "service/service.h"

int pedigree_arguments_parse(const struct pedigree_operation *operation,
			     const char *base, const char *const *args,
			     char **ret_request, struct pedigree_error *err);

/*
 * The same request as it goes over the wire: times are whole seconds since
 * the epoch, as the AWS CLI sends them. What is of the wrong type stays, for
 * the service to refuse.
 */
int pedigree_request_to_wire(const struct pedigree_operation *operation,
			     const char *request, char **ret_wire,
			     struct pedigree_error *err);

/*
 * The value of the AWS CLI's shorthand for a structure, map or list of them:
 *
 *	SourceUri=s3://b/k,SourceTypes=[{SourceIdType=Custom,Value=1}]
 *	lr=0.1,epochs=3		Key=a,Value="b, c"
 *
 * A word may be quoted with ' or "; outside of quotes a backslash takes the
 * meaning of the character behind it away.
 *
 * @param member  for messages: "--source"
 */
int pedigree_shorthand_parse(const char *text,
			     const struct pedigree_shape *shape,
			     const char *member, json_t **ret_value,
			     struct pedigree_error *err);

#endif
