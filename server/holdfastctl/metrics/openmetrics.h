/* SPDX-License-Identifier: MIT */
/*
 * openmetrics: writes metrics to a stdio stream as text, in one of two formats that differ little:
 *
 *   OPENMETRICS   OpenMetrics 1.0: a counter's family has the name without "_total", units have a line, and "# EOF" says
 *                 that nothing was cut off
 *   PROMETHEUS    Prometheus's text format 0.0.4, which node_exporter's textfile collector reads: a counter's family
 *                 has the name of its samples
 *
 * Names, units and texts are the program's own.  Label values may come from elsewhere: they are escaped.
 */
#ifndef HOLDFAST_OPENMETRICS_H
#define HOLDFAST_OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

enum openmetrics_format { OPENMETRICS, PROMETHEUS };
enum openmetrics_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* A family of samples. */
struct openmetrics_family {
	enum openmetrics_type type;
	const char *name; /* without "_total"; it ends in "_UNIT" */
	const char *unit; /* or NULL */
	const char *help; /* one line, without a full stop at its end */
};

/* A label; NAME is NULL for none. */
struct openmetrics_label {
	const char *name, *value;
};

struct openmetrics {
	FILE *f; /* borrowed */
	enum openmetrics_format format;
	const struct openmetrics_family *family; /* the present one, borrowed */
};

void openmetrics_init(struct openmetrics *o, FILE *f, enum openmetrics_format format);
/* All samples up to the next call are F's. */
void openmetrics_begin(struct openmetrics *o, const struct openmetrics_family *f);
/* One of a counter or gauge, with up to two labels, which may be NULL. */
void openmetrics_sample(struct openmetrics *o, const struct openmetrics_label *a, const struct openmetrics_label *b,
                        uint64_t value);
/* A gauge in seconds, of MS milliseconds. */
void openmetrics_seconds(struct openmetrics *o, uint64_t ms);
/* One bucket of a histogram of seconds: how many took LIMIT_MS (UINT64_MAX: without a limit) or less. */
void openmetrics_bucket(struct openmetrics *o, uint64_t limit_ms, uint64_t count);
/* Its end. */
void openmetrics_sum(struct openmetrics *o, uint64_t sum_ms, uint64_t count);
/* Nothing comes any more. */
void openmetrics_end(struct openmetrics *o);

#endif
