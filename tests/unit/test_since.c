/* SPDX-License-Identifier: MIT */
/* Moments of the past as people write them. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "since.h"

#define NOW UINT64_C(1764424923456) /* 2025-11-29 14:02:03 UTC */
#define S UINT64_C(1000)
#define DAY (86400 * S)
#define MIDNIGHT UINT64_C(1764374400000)

static void
moments(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} rows[] = {
		{ "1d", NOW - DAY }, { "2h30m", NOW - 9000 * S }, { "90", NOW - 90 * S }, { "1w", NOW - 7 * DAY },
		{ "0", NOW }, { "36500d", 0 }, { "today", MIDNIGHT }, { "yesterday", MIDNIGHT - DAY },
		{ "14:02", MIDNIGHT + 50520 * S }, { "00:00:09", MIDNIGHT + 9 * S }, { "2025-11-29", MIDNIGHT },
		{ "2025-11-29 14:02", MIDNIGHT + 50520 * S }, { "2025-11-29T14:02:03", MIDNIGHT + 50523 * S },
		{ "2024-02-29", 1709164800000 }, { "@1764424923", 1764424923 * S }, { "@0", 0 }, { "1970-01-01", 0 },
	};
	static const char *const bad[] = {
		"", " ", "soon", "1x", "-1d", "d", "1d 2h", "@", "@x", "@-1", "25:00", "12:60", "12:00:61", "12:", ":30", "1:2:3:4",
		"2025-02-30", "2025-13-01", "2025-00-10", "2025-11-00", "2025-11-29 ", "2025-11-29 25:00", "2025-11-29x", "1969-01-01",
		"2025-11", "99999999999999999999d", "tomorrow", "36501d",
	};
	uint64_t ms;

	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ms = 1;
		if (since_parse(rows[i].text, NOW, &ms) || ms != rows[i].ms)
			fail_msg("%s: %llu, not %llu", rows[i].text, (unsigned long long)ms, (unsigned long long)rows[i].ms);
	}
	ms = 7;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (since_parse(bad[i], NOW, &ms) != -EINVAL)
			fail_msg("%s is taken", bad[i]);
	assert_int_equal(ms, 7);
	/* In another time zone, on a day that has 25 hours. */
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(since_parse("yesterday", UINT64_C(1761519600000), &ms), 0);
	assert_int_equal(ms, UINT64_C(1761429600000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(moments) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
