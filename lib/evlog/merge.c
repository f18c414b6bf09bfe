/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "evlog/merge.h"

#include <string.h>

#include "base/err.h"

void pedigree_ranges_clear(struct pedigree_ranges *ranges)
{
	pedigree_vec_clear(&ranges->ends);
	free(ranges->spare);
	ranges->spare = NULL;
}

static int compare(const void *a, const void *b)
{
	const struct pedigree_event *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void sort(struct pedigree_event *events, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (compare(&events[i - 1], &events[i]) > 0) {
			qsort(events, n, sizeof(*events), compare);
			return;
		}
}

int pedigree_ranges_add(struct pedigree_ranges *ranges,
			struct pedigree_events *events, size_t first,
			struct pedigree_error *err)
{
	size_t *end;

	if (ranges->ends.n) {
		struct pedigree_event *spare = reallocarray(
			ranges->spare, events->n + 1, sizeof(*spare));

		if (!spare)
			return pedigree_fail_memory(err);
		ranges->spare = spare;
	}
	end = pedigree_vec_push(&ranges->ends);
	if (!end)
		return pedigree_fail_memory(err);
	*end = events->n;
	if (events->n > first)
		sort(events->v + first, events->n - first);
	return 0;
}

/*
 * Merges [0, middle) and [middle, n) into `to`. A host's clock never goes
 * back here: an event counts as late as the latest before it.
 */
static void merge_two(const struct pedigree_event *from, size_t middle,
		      size_t n, struct pedigree_event *to)
{
	uint64_t left_time = 0, right_time = 0;
	size_t left = 0, right = middle;

	while (left < middle && right < n) {
		if (from[left].time_ns > left_time)
			left_time = from[left].time_ns;
		if (from[right].time_ns > right_time)
			right_time = from[right].time_ns;
		*to++ = left_time <= right_time ? from[left++] : from[right++];
	}
	memcpy(to, from + left, (middle - left) * sizeof(*to));
	to += middle - left;
	memcpy(to, from + right, (n - right) * sizeof(*to));
}

void pedigree_ranges_merge(struct pedigree_ranges *ranges,
			   struct pedigree_events *events)
{
	if (ranges->ends.n < 2)
		return;
	for (size_t i = 1; i < ranges->ends.n; i++) {
		size_t middle = ranges->ends.v[i - 1];
		size_t end = ranges->ends.v[i];

		if (middle == 0 || middle == end)
			continue;
		merge_two(events->v, middle, end, ranges->spare);
		memcpy(events->v, ranges->spare, end * sizeof(*events->v));
	}
	ranges->ends.v[0] = events->n;
	ranges->ends.n = 1;
	free(ranges->spare);
	ranges->spare = NULL;
}
