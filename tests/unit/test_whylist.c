/* SPDX-License-Identifier: MIT */
/* holdfastctl why: which events it tells, and in which words. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eventlist.h"
#include "whylist.h"

static const char lines[] =
	"time_ms=1000 seq=1 event=create user=alice uid=1000 session=1 unique=5f3a0000000000ff\n"
	"time_ms=2000 seq=2 event=aside user=alice uid=1000 session=0 address=192.0.2.7 why=term-dumb said-by-user=yes\n"
	"time_ms=3000 seq=3 event=aside user=alice uid=1000 session=0 address=192.0.2.7 why=term-dumb said-by-user=yes\n"
	"time_ms=4000 seq=4 event=refuse user=alice uid=1000 session=0 address=192.0.2.7 code=8 from=hook why=ptys "
	"detail=kernel.pty.max\\040is\\0404096\n"
	"time_ms=5000 seq=5 event=refuse user=alice uid=1000 session=0 why=limit\n"
	"time_ms=6000 seq=6 event=aside user=alice uid=1000 session=0 why=new-other-key other=3 said-by-user=yes\n"
	"time_ms=7000 seq=7 event=refuse user=alice uid=1000 session=2 why=elevated\n"
	"time_ms=8000 seq=8 event=drop user=alice uid=1000 session=2 name=build duration=7 why=idle\n"
	"time_ms=9000 seq=9 event=end user=alice uid=1000 session=2 unique=5f3a0000000000ff name=build status=0 why=oom by=kernel\n"
	"time_ms=9100 seq=10 event=refuse uid=1000 left_out=12\n"
	"time_ms=9200 seq=11 event=refuse user=alice uid=1000 session=0 code=1 why=meteor\\033[2J\n"
	"time_ms=9300 seq=12 event=lost user=alice uid=1000 session=0 why=keeper\n"
	"time_ms=9400 seq=13 event=meteor user=alice uid=1000 session=3\n"
	"time_ms=9500 seq=14 event=aside user=alice uid=1000 session=0 code=4 from=hook why=enable-no\n"
	"time_ms=9600 seq=15 event=aside user=alice uid=1000 session=0 code=4 from=command why=enable-no\n"
	"time_ms=9700 seq=16 event=aside user=alice uid=1000 from=module why=disabled\n";

static const struct {
	const char *got, *text;
	unsigned times;
	uint64_t first_ms;
	bool said, mends;
} expected[] = {
	{ "a plain shell", "TERM is dumb", 2, 2000, true, true },
	{ "a plain shell", "no pseudo terminal was free: kernel.pty.max is 4096", 1, 4000, false, true },
	{ "no session", "the user has as many sessions as MaxSessions permits", 1, 5000, false, true },
	{ "a new session", "the dropped session was started with another key or method (session 3)", 1, 6000, true, true },
	{ "not session 2", "another user's shell was in front in the session", 1, 7000, false, true },
	{ "", "session 2 (build) lost its last terminal: nobody had typed for IdleDetach", 1, 8000, false, false },
	{ "", "session 2 (build) was ended by the OOM killer: there was no memory left", 1, 9000, false, false },
	{ "no session", "12 more were refused, and not written down one by one", 1, 9100, false, false },
	{ "no session", "meteor?[2J", 1, 9200, false, false },
	{ "a plain shell", "holdfast.conf switches holdfast off for this login (Enable no)", 1, 9500, false, true },
	{ "no session", "holdfast.conf switches holdfast off for this login (Enable no)", 1, 9600, false, true },
	{ "no session", "holdfast is switched off on this host", 1, 9700, false, true },
};

#define EXPECTED (sizeof expected / sizeof *expected)

static void
events_become_reasons(void **state)
{
	struct eventlist l = EVENTLIST_INIT;
	char *text = strdup(lines);
	struct why *v;
	size_t count;

	(void)state;
	assert_int_equal(eventlist_take(&l, text, strlen(text), 0), 0);
	assert_int_equal(l.count, 16);
	assert_int_equal(whylist_make(&l, &v, &count), 0);
	assert_int_equal(count, EXPECTED);
	for (size_t i = 0; i < EXPECTED; i++) {
		assert_string_equal(v[i].got, expected[i].got);
		assert_string_equal(v[i].text, expected[i].text);
		assert_int_equal(v[i].times, expected[i].times);
		assert_true(v[i].first_ms == expected[i].first_ms);
		assert_int_equal(v[i].said, expected[i].said);
		assert_int_equal(v[i].mend[0] != '\0', expected[i].mends);
	}
	assert_string_equal(v[0].address, "192.0.2.7");
	assert_string_equal(v[0].word, "term-dumb");
	free(v);
	eventlist_free(&l);
}

static void
nothing_makes_nothing(void **state)
{
	struct eventlist l = EVENTLIST_INIT;
	struct why *v;
	size_t count;

	(void)state;
	assert_int_equal(whylist_make(&l, &v, &count), 0);
	assert_int_equal(count, 0);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_become_reasons),
		cmocka_unit_test(nothing_makes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
