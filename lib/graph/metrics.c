/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics that a run declared, summed up as the API describes them.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "graph/builder.h"
#include "graph/text.h"

#define METRICS_MAX 1000
#define NAME_MAX_BYTES 255

/* Welford's: std_dev holds the sum of squared differences until the end. */
static void add_value(struct pedigree_metric *metric, double value,
		      uint64_t time_ns)
{
	double difference = value - metric->avg;

	if (!metric->count || value < metric->min)
		metric->min = value;
	if (!metric->count || value > metric->max)
		metric->max = value;
	metric->count++;
	metric->last = value;
	metric->avg += difference / (double)metric->count;
	metric->std_dev += difference * (value - metric->avg);
	metric->time_ms = (int64_t)(time_ns / 1000000);
}

/* The place of a metric in the list; SIZE_MAX: there are too many. */
static int find(struct pedigree_metrics *metrics, struct pedigree_map *known,
		const char *name, size_t *ret)
{
	struct pedigree_metric *metric;
	bool new;
	void **at;

	*ret = SIZE_MAX;
	if (metrics->n >= METRICS_MAX &&
	    !pedigree_map_has(known, name, strlen(name)))
		return 0;
	at = pedigree_map_at(known, name, strlen(name), &new);
	if (!at)
		return PEDIGREE_ENOMEM;
	if (new) {
		metric = pedigree_vec_push(metrics);
		if (!metric)
			return PEDIGREE_ENOMEM;
		metric->name = pedigree_clean_text(name, NAME_MAX_BYTES);
		if (!metric->name)
			return PEDIGREE_ENOMEM;
		*at = (void *)(uintptr_t)(metrics->n - 1);
	}
	*ret = (size_t)(uintptr_t)*at;
	return 0;
}

int pedigree_builder_metrics(const struct pedigree_builder *builder,
			     struct pedigree_metrics *metrics)
{
	_cleanup_map_ struct pedigree_map *known = pedigree_map_new();
	const struct pedigree_evlog *log = builder->log;

	if (!known)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];
		double value;
		size_t at;
		char *end;

		if ((event->type != PEDIGREE_EV_METRIC &&
		     event->type != PEDIGREE_EV_POINT) ||
		    !event->text[0])
			continue;
		value = strtod(event->text2, &end);
		if (end == event->text2 || *end || !isfinite(value))
			continue;
		if (find(metrics, known, event->text, &at) < 0)
			return PEDIGREE_ENOMEM;
		if (at != SIZE_MAX)
			add_value(&metrics->v[at], value, event->time_ns);
	}
	for (size_t i = 0; i < metrics->n; i++) {
		struct pedigree_metric *metric = &metrics->v[i];

		metric->std_dev = sqrt(metric->std_dev / (double)metric->count);
		/* Of numbers that are too far apart. */
		if (!isfinite(metric->avg) || !isfinite(metric->std_dev))
			metric->avg = metric->std_dev = 0;
	}
	return 0;
}
