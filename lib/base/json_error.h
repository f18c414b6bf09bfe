/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What jansson's parser does not say.
 */
#ifndef PEDIGREE_JSON_ERROR_H
#define PEDIGREE_JSON_ERROR_H

#include <jansson.h>
#include <stdbool.h>

/* Did it fail for want of memory, and not because of the text? Often it
   leaves neither a code nor a message then. */
static inline bool pedigree_json_no_memory(const json_error_t *error)
{
	return !error->text[0] ||
	       json_error_code(error) == json_error_out_of_memory;
}

#endif
