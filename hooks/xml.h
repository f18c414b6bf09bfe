/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store's answer in XML says of the object that it put together, or
 * copied: the first ETag, or that it failed after all, which stores may say
 * behind a status of 200. The answer comes in pieces of any size; nothing but
 * these two elements is kept.
 */
#ifndef PEDIGREE_XML_H
#define PEDIGREE_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks/fields.h"

struct pedigree_xml {
	uint8_t state; /* xml.c; 0: there is nothing to be read */
	uint8_t name_n;
	char name[6];
};

void pedigree_xml_begin(struct pedigree_xml *xml);
void pedigree_xml_end(struct pedigree_xml *xml);

static inline bool pedigree_xml_is_open(const struct pedigree_xml *xml)
{
	return xml->state != 0;
}

/* The next bytes. Answers how many fields were added, xml-ETag or xml-Error,
   and adds their bytes to *n_bytes. */
unsigned int pedigree_xml_feed(struct pedigree_xml *xml,
			       const struct pedigree_area *area,
			       const char *bytes, size_t n, uint16_t *n_bytes);

#endif
