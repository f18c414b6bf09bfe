/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of several hosts in one order.
 */
#ifndef PEDIGREE_EVLOG_MERGE_H
#define PEDIGREE_EVLOG_MERGE_H

#include "evlog/raw.h"

/* Stretches of an array of events that are in order, one per host. */
struct pedigree_ranges {
	PEDIGREE_VEC(size_t) ends;
	struct pedigree_event *spare; /* as long as the array, so that merging
					 cannot fail; NULL while there is one
					 range */
};

void pedigree_ranges_clear(struct pedigree_ranges *ranges);

/* Orders the events from `first` on by number and makes them a range. */
int pedigree_ranges_add(struct pedigree_ranges *ranges,
			struct pedigree_events *events, size_t first,
			struct pedigree_error *err);

/*
 * Merges the ranges into one. Hosts share no counter, so their events are
 * set in order of time; each host's own order stays as it is, also when its
 * clock was set back.
 */
void pedigree_ranges_merge(struct pedigree_ranges *ranges,
			   struct pedigree_events *events);

#endif
