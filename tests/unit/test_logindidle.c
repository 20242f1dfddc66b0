/* SPDX-License-Identifier: MIT */
/* Times as systemd writes them, and after which of them logind ends a session without input. */
#include "root.h"

#include <errno.h>

#include "logindidle.h"
#include "sdtime.h"

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} good[] = {
		{ "90", 90 }, { "15min", 900 }, { "15m", 900 }, { " 1h 30min ", 5400 }, { "1h30m", 5400 }, { "2 hours", 7200 },
		{ "1.5h", 5400 }, { "0.5min 3s", 33 }, { "1d", 86400 }, { "1w", 604800 }, { "1M", 2629800 }, { "1y", 31557600 },
		{ "1500ms", 1 }, { "999999us", 0 }, { "2000000us", 2 }, { "0", 0 }, { "infinity", SDTIME_INFINITY },
		{ "5\302\265s", 0 }, { "3 months", 7889400 }, { "1 month 1 minute", 2629860 },
	};
	static const char *const bad[] = {
		"", " ", "x", "min", "-1", "1.", "1..5", "15 mins x", "15 fortnights", "infinity 3", "1h-", "99999999999999999999",
		"999999999999999999y", "5000000000000 5000000000000 y",
	};
	uint64_t s = 7;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(sdtime_seconds(good[i].text, &s), 0);
		assert_int_equal(s, good[i].seconds);
	}
	s = 7;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(sdtime_seconds(bad[i], &s), -EBADMSG);
		assert_int_equal(s, 7);
	}
}

static uint32_t
with(const char *settings)
{
	char text[256];
	uint32_t s = 1;

	snprintf(text, sizeof text, "[Login]\n%s", settings);
	root_file("/etc/systemd/logind.conf", text);
	assert_int_equal(logindidle_get(&s), 0);
	return s;
}

static void
test_logind(void **state)
{
	uint32_t s = 5;

	(void)state;
	assert_int_equal(logindidle_get(&s), 0);
	assert_int_equal(s, LOGINDIDLE_NEVER);
	assert_int_equal(with(""), LOGINDIDLE_NEVER);
	assert_int_equal(with("IdleActionSec=5min\n"), LOGINDIDLE_NEVER);
	assert_int_equal(with("StopIdleSessionSec=infinity\n"), LOGINDIDLE_NEVER);
	assert_int_equal(with("StopIdleSessionSec=0\n"), LOGINDIDLE_NEVER);
	assert_int_equal(with("StopIdleSessionSec=15 minutes of rest\n"), LOGINDIDLE_NEVER);
	assert_int_equal(with("StopIdleSessionSec=15min\n"), 900);
	/* logind compares the last input with the shorter of the two, which is half an hour where nobody sets it. */
	assert_int_equal(with("StopIdleSessionSec=2h\n"), 1800);
	assert_int_equal(with("StopIdleSessionSec=2h\nIdleActionSec=0\n"), 7200);
	assert_int_equal(with("StopIdleSessionSec=2h\nIdleActionSec=infinity\n"), 7200);
	assert_int_equal(with("StopIdleSessionSec=15min\nIdleActionSec=20\n"), 20);
	root_file("/run/systemd/seats/seat0", "");
	root_file("/etc/elogind/logind.conf", "[Login]\nStopIdleSessionSec=7min\n");
	assert_int_equal(with("StopIdleSessionSec=15min\n"), 420);
	root_file("/run/systemd/system/x", "");
	root_file("/etc/systemd/logind.conf.d/50-idle.conf", "[Login]\nStopIdleSessionSec=10s\n");
	assert_int_equal(with("StopIdleSessionSec=15min\n"), 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		root_test(test_logind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
