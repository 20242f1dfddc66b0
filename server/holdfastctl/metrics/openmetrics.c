/* SPDX-License-Identifier: MIT */
#include "openmetrics.h"

#include <inttypes.h>

static const char *const types[] = {
	[METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram",
};

void
openmetrics_init(struct openmetrics *o, FILE *f, enum openmetrics_format format)
{
	*o = (struct openmetrics){ f, format, NULL };
}

static const char *
suffix_of(const struct openmetrics *o)
{
	return o->family->type == METRIC_COUNTER ? "_total" : "";
}

void
openmetrics_begin(struct openmetrics *o, const struct openmetrics_family *f)
{
	const char *suffix;

	o->family = f;
	suffix = o->format == PROMETHEUS ? suffix_of(o) : "";
	fprintf(o->f, "# HELP %s%s %s.\n# TYPE %s%s %s\n", f->name, suffix, f->help, f->name, suffix, types[f->type]);
	if (f->unit && o->format == OPENMETRICS)
		fprintf(o->f, "# UNIT %s %s\n", f->name, f->unit);
}

/* Control characters and what is not ASCII would be UTF-8 or not; versions and words have none. */
static void
put_label(const struct openmetrics *o, char before, const struct openmetrics_label *l)
{
	fprintf(o->f, "%c%s=\"", before, l->name);
	for (const unsigned char *p = (const unsigned char *)l->value; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(o->f, "\\%c", *p);
		else
			fputc(*p >= ' ' && *p <= '~' ? *p : '?', o->f);
	}
	fputc('"', o->f);
}

void
openmetrics_sample(struct openmetrics *o, const struct openmetrics_label *a, const struct openmetrics_label *b,
                   uint64_t value)
{
	fprintf(o->f, "%s%s", o->family->name, suffix_of(o));
	if (a)
		put_label(o, '{', a);
	if (b)
		put_label(o, ',', b);
	fprintf(o->f, "%s %" PRIu64 "\n", a ? "}" : "", value);
}

void
openmetrics_seconds(struct openmetrics *o, uint64_t ms)
{
	fprintf(o->f, "%s %" PRIu64 ".%03" PRIu64 "\n", o->family->name, ms / 1000, ms % 1000);
}

void
openmetrics_bucket(struct openmetrics *o, uint64_t limit_ms, uint64_t count)
{
	fprintf(o->f, "%s_bucket{le=\"", o->family->name);
	if (limit_ms == UINT64_MAX)
		fputs("+Inf", o->f);
	else
		fprintf(o->f, "%g%s", (double)limit_ms / 1000, limit_ms % 1000 ? "" : ".0");
	fprintf(o->f, "\"} %" PRIu64 "\n", count);
}

void
openmetrics_sum(struct openmetrics *o, uint64_t sum_ms, uint64_t count)
{
	fprintf(o->f, "%s_sum %" PRIu64 ".%03" PRIu64 "\n%s_count %" PRIu64 "\n", o->family->name, sum_ms / 1000,
	        sum_ms % 1000, o->family->name, count);
}

void
openmetrics_end(struct openmetrics *o)
{
	if (o->format == OPENMETRICS)
		fputs("# EOF\n", o->f);
}
