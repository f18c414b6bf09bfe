/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entities and run records as JSON in the API's words (jansson stays inside
 * json.c). The run record's document:
 *
 *	{"PedigreeRecord": 1, "Run": …, "Revision": …,
 *	 "Entities": [{"Kind": "TrialComponent", …describe members…}, …],
 *	 "Associations": [{"SourceArn", "DestinationArn", "AssociationType"}],
 *	 "Manifests": [{"Digest", "Text"}], "Trials": […],
 *	 "Capture": {"Processes", "Events", "Dropped",
 *		     "StillRunning": [{"Pid", "Program"}],
 *		     "BlindSpots": [{"Kind", "Text", "Path", "Count"}]}}
 *
 * Times are numbers, seconds since the epoch with three decimals, as the API
 * answers them. Bytes that are not UTF-8 never reach these functions: the
 * graph percent-encodes paths into URIs and replaces invalid bytes elsewhere.
 */
#ifndef PEDIGREE_GRAPH_JSON_H
#define PEDIGREE_GRAPH_JSON_H

#include <pedigree/error.h>

#include "base/buf.h"
#include "graph/model.h"

/* One line, members in a fixed order. */
int pedigree_record_to_json(const struct pedigree_record *record,
			    struct pedigree_buf *buf,
			    struct pedigree_error *err);
int pedigree_record_from_json(const char *text, size_t n,
			      struct pedigree_record **ret_record,
			      struct pedigree_error *err);

/*
 * One entity as its Describe operation answers it, one line, without the
 * tags (with "Tags" when `tags`).
 */
int pedigree_entity_to_json(const struct pedigree_entity *entity, bool tags,
			    struct pedigree_buf *buf,
			    struct pedigree_error *err);
int pedigree_entity_from_json(enum pedigree_kind kind, const char *text,
			      size_t n, struct pedigree_entity *ret_entity,
			      struct pedigree_error *err);

/* The Capture object of a record, and back into an empty record. */
int pedigree_capture_to_json(const struct pedigree_record *record,
			     struct pedigree_buf *buf,
			     struct pedigree_error *err);
int pedigree_capture_from_json(const char *text, size_t n,
			       struct pedigree_record *record,
			       struct pedigree_error *err);

/* Appends a JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
void pedigree_json_string(struct pedigree_buf *buf, const char *text);
/* Appends a comma, unless an object or array has just begun. */
void pedigree_json_comma(struct pedigree_buf *buf);
/* Appends "key": with such a comma before it. */
void pedigree_json_key(struct pedigree_buf *buf, const char *key);
/* The same with a string; NULL: nothing. */
void pedigree_json_member(struct pedigree_buf *buf, const char *key,
			  const char *value);

#endif
