/* SPDX-License-Identifier: MIT */
/* `holdfastctl metrics`: the two formats, and what a user's keeper cannot do to them. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "metrics.h"

static struct metrics m;

/* The caller frees it. */
static char *
printed(enum openmetrics_format format)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	metrics_print(&m, f, format);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
has(const char *text, const char *lines)
{
	if (!strstr(text, lines))
		fail_msg("no \"%s\" in:\n%s", lines, text);
}

static void
formats(void **state)
{
	char *text;

	(void)state;
	memset(&m, 0, sizeof m);
	m.counted = m.up = true;
	m.counters.since_ms = 1700000000123;
	m.counters.waiting = 7;
	m.counters.counts[COUNTER_EVENTS][COUNTER_RESUME] = 3;
	m.counters.counts[COUNTER_REFUSALS][5] = 2;
	m.counters.resumes[0] = 1;
	m.counters.resumes[12] = 2;
	m.counters.resumes[20] = 4;
	m.counters.resumes_ms = 70001;
	text = printed(OPENMETRICS);
	has(text, "# TYPE holdfast_resumes counter\nholdfast_resumes_total 3\n");
	has(text, "\n# HELP holdfast_held_bytes ");
	has(text, "# TYPE holdfast_held_bytes gauge\n# UNIT holdfast_held_bytes bytes\nholdfast_held_bytes 0\n");
	has(text, "\nholdfast_refusals_total{reason=\"limit\"} 2\n");
	has(text, "\nholdfast_resume_seconds_bucket{le=\"0.005\"} 1\n");
	has(text, "\nholdfast_resume_seconds_bucket{le=\"0.75\"} 1\nholdfast_resume_seconds_bucket{le=\"1.0\"} 3\n");
	has(text, "{le=\"30.0\"} 3\nholdfast_resume_seconds_bucket{le=\"+Inf\"} 7\nholdfast_resume_seconds_sum 70.001\n"
	    "holdfast_resume_seconds_count 7\n");
	has(text, "\nholdfast_counters_start_time_seconds 1700000000.123\n");
	has(text, "\nholdfast_logins_waiting 7\n");
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	free(text);
	/* Of a holdfastd that does not run nobody waits for anything. */
	m.up = false;
	text = printed(PROMETHEUS);
	has(text, "# HELP holdfast_resumes_total Dropped sessions that a login resumed.\n"
	    "# TYPE holdfast_resumes_total counter\nholdfast_resumes_total 3\n");
	has(text, "\nholdfast_logins_waiting 0\n");
	assert_null(strstr(text, "# UNIT"));
	assert_null(strstr(text, "# EOF"));
	free(text);
	m.counted = false;
	text = printed(OPENMETRICS);
	has(text, "\nholdfast_counters_readable 0\n");
	assert_null(strstr(text, "_total"));
	free(text);
}

static void
add(uint32_t state, uint32_t kind, const char *version)
{
	struct attach_status s = { .state = state, .kind = kind };

	snprintf(s.version, sizeof s.version, "%s", version);
	metrics_add(&m, &s);
}

static void
sessions(void **state)
{
	char *text, version[16];

	(void)state;
	memset(&m, 0, sizeof m);
	add(ATTACH_STATE_ATTACHED, ATTACH_KIND_TERMINAL, "0.1.0");
	add(ATTACH_STATE_ATTACHED, ATTACH_KIND_TERMINAL, "0.1.0");
	add(ATTACH_STATE_DROPPED, ATTACH_KIND_COMMAND, "0.2~rc1");
	add(ATTACH_STATE_SILENT, ATTACH_KIND_TERMINAL, "");
	add(4711, ATTACH_KIND_TERMINAL, "0.1.0");
	metrics_add_hidden(&m, 2);
	/* Users' words: no new series, and no lines of their own. */
	add(ATTACH_STATE_DROPPED, ATTACH_KIND_TERMINAL, "1\"} 1\nholdfast_up 0");
	add(ATTACH_STATE_DROPPED, ATTACH_KIND_TERMINAL, "");
	for (int i = 0; i < 100; i++) {
		snprintf(version, sizeof version, "6.6.%d", i);
		add(ATTACH_STATE_DROPPED, ATTACH_KIND_TERMINAL, version);
	}
	text = printed(PROMETHEUS);
	has(text, "\nholdfast_sessions{state=\"attached\",kind=\"terminal\"} 2\n");
	has(text, "\nholdfast_sessions{state=\"attached\",kind=\"command\"} 0\n");
	has(text, "\nholdfast_sessions{state=\"dropped\",kind=\"command\"} 1\n");
	has(text, "\nholdfast_sessions{state=\"dropped\",kind=\"terminal\"} 102\n");
	has(text, "\nholdfast_sessions{state=\"silent\",kind=\"terminal\"} 1\n");
	has(text, "\nholdfast_sessions{state=\"hidden\",kind=\"terminal\"} 3\n");
	has(text, "\nholdfast_keepers{version=\"0.1.0\"} 3\nholdfast_keepers{version=\"0.2~rc1\"} 1\n");
	has(text, "\nholdfast_keepers{version=\"6.6.13\"} 1\nholdfast_keepers{version=\"other\"} 88\n");
	assert_null(strstr(text, "\nholdfast_up 0\nholdfast_up"));
	free(text);
}

static void
labels_are_escaped(void **state)
{
	const struct openmetrics_family family = { METRIC_GAUGE, "x", NULL, "X" };
	const struct openmetrics_label l = { "l", "a\"b\\c\nd\x1b\xff" };
	struct openmetrics o;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	openmetrics_init(&o, f, OPENMETRICS);
	openmetrics_begin(&o, &family);
	openmetrics_sample(&o, &l, NULL, 1);
	openmetrics_end(&o);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "# HELP x X.\n# TYPE x gauge\nx{l=\"a\\\"b\\\\c?d??\"} 1\n# EOF\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(sessions),
		cmocka_unit_test(labels_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
