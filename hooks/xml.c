/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/xml.h"

#include <string.h>

enum {
	CLOSED,
	TEXT,
	TAG,  /* its name is in hand */
	VALUE /* of the ETag */
};

enum {
	ETAG_MOST = 96 /* with its quotes as entities */
};

void pedigree_xml_begin(struct pedigree_xml *xml)
{
	*xml = (struct pedigree_xml){ .state = TEXT };
}

void pedigree_xml_end(struct pedigree_xml *xml)
{
	xml->state = CLOSED;
}

static void begin_field(const struct pedigree_area *area, const char *name)
{
	pedigree_fields_begin(area, ETAG_MOST);
	pedigree_fields_name(area, name, strlen(name) + 1);
}

/* Either is the last thing that is looked at. */
static unsigned int end_field(struct pedigree_xml *xml,
			      const struct pedigree_area *area,
			      uint16_t *n_bytes)
{
	int n = pedigree_fields_end(area, PEDIGREE_FIELDS_TEXT);

	xml->state = CLOSED;
	if (n <= 0)
		return 0;
	*n_bytes = (uint16_t)(*n_bytes + n);
	return 1;
}

static bool is_named(const struct pedigree_xml *xml, const char *name)
{
	return strlen(name) == xml->name_n &&
	       !memcmp(xml->name, name, xml->name_n);
}

static unsigned int on_tag(struct pedigree_xml *xml,
			   const struct pedigree_area *area, char c,
			   uint16_t *n_bytes)
{
	if (c != '>' && c != ' ' && c != '\t' && c != '\r' && c != '\n') {
		/* What is longer is none of the two. */
		if (xml->name_n < sizeof(xml->name))
			xml->name[xml->name_n++] = c;
		return 0;
	}
	xml->state = TEXT;
	if (is_named(xml, "Error")) {
		begin_field(area, "xml-Error");
		pedigree_fields_add(area, "1", 1);
		return end_field(xml, area, n_bytes);
	}
	if (c == '>' && is_named(xml, "ETag")) {
		begin_field(area, "xml-ETag");
		xml->state = VALUE;
	}
	return 0;
}

unsigned int pedigree_xml_feed(struct pedigree_xml *xml,
			       const struct pedigree_area *area,
			       const char *bytes, size_t n, uint16_t *n_bytes)
{
	unsigned int fields = 0;

	for (size_t i = 0; i < n && xml->state != CLOSED; i++) {
		char c = bytes[i];

		if (xml->state == TAG) {
			fields += on_tag(xml, area, c, n_bytes);
		} else if (c == '<' && xml->state == VALUE) {
			fields += end_field(xml, area, n_bytes);
		} else if (c == '<') {
			xml->state = TAG;
			xml->name_n = 0;
		} else if (xml->state == VALUE) {
			pedigree_fields_add(area, &c, 1);
		}
	}
	return fields;
}
