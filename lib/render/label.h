/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What entities are called in text.
 */
#ifndef PEDIGREE_RENDER_LABEL_H
#define PEDIGREE_RENDER_LABEL_H

#include <stdbool.h>

#include "base/buf.h"
#include "graph/model.h"
#include "render/text.h"

/* A file's path, or the last part of it, or of any URI; else the name. Not
   escaped. */
void pedigree_label_name(const struct pedigree_entity *entity, bool whole,
			 struct pedigree_buf *buf);
/* "Model", "Run", "Endpoint", …: for people. Borrowed. */
const char *pedigree_label_type(const struct pedigree_entity *entity);
/* A version, shortened unless `whole`; status and duration of what was
   done. */
void pedigree_label_state(const struct pedigree_entity *entity, bool whole,
			  struct pedigree_buf *buf);
/* Behind the version of a data set that was read in part: "3 of 18 files". */
void pedigree_label_extent(const struct pedigree_entity *entity,
			   struct pedigree_buf *buf);
void pedigree_label_version(const char *version, bool whole,
			    struct pedigree_buf *buf);
/* "350 ms", "12.3 s", "2 min 5 s", "3 h 20 min". */
void pedigree_label_duration(int64_t ms, struct pedigree_buf *buf);
enum pedigree_ink pedigree_label_ink(const struct pedigree_entity *entity);
/* When it was made or began. */
int64_t pedigree_label_when(const struct pedigree_entity *entity);
/* The same to the minute: "2026-11-22 23:01Z". */
void pedigree_label_time(const struct pedigree_entity *entity,
			 struct pedigree_buf *buf);

#endif
