/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much XML as the answers of AWS STS are made of: elements with text,
 * without attributes that matter.
 */
#ifndef PEDIGREE_AWS_XML_H
#define PEDIGREE_AWS_XML_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Appends the text of the first element of that name, its entities resolved.
 * False, and nothing is appended, when there is none or when it holds other
 * elements or an entity that XML does not define.
 */
bool pedigree_aws_xml_text(const struct pedigree_buf *xml, const char *name,
			   struct pedigree_buf *ret);

#endif
