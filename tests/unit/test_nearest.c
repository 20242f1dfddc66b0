/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "nearest.h"

static const char *const words[] = { "ls", "last", "attach", "detach", "new", "rename", "kill", "message", "upgrade",
	                             "check-config", "doctor", "MaxSessions", "MaxSessionsTotal", "--json", "--all" };

static const char *
found(const char *word)
{
	static struct nearest n;

	nearest_begin(&n, word);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		nearest_offer(&n, words[i]);
	return nearest_found(&n);
}

static void
slips_of_a_finger(void **state)
{
	static const struct { const char *word, *wanted; } cases[] = {
		{ "atach", "attach" },       /* a letter is missing */
		{ "attaach", "attach" },     /* one too many */
		{ "attacj", "attach" },      /* a wrong one */
		{ "attahc", "attach" },      /* two are swapped */
		{ "ATTACH", "attach" },
		{ "detahc", "detach" },
		{ "sl", "ls" },
		{ "lst", "ls" },             /* as near to last, which comes later */
		{ "laste", "last" },
		{ "msg", NULL },
		{ "mess", "message" },       /* the beginning of one */
		{ "kill-session", "kill" },  /* begins with one */
		{ "chekc-confg", "check-config" },
		{ "Max-Sessions", "MaxSessions" },
		{ "MaxSession", "MaxSessions" },
		{ "maxsessiontotal", "MaxSessionsTotal" },
		{ "--jsno", "--json" },
		{ "--al", "--all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *is = found(cases[i].word);

		if (!is != !cases[i].wanted || (is && strcmp(is, cases[i].wanted) != 0))
			fail_msg("%s: %s", cases[i].word, is ? is : "nothing");
	}
}

/* Something else is no slip: a guess would only confuse. */
static void
other_words(void **state)
{
	static const char *const cases[] = { "", "x", "frobnicate", "k", "at", "colour", "\xff\xfe" };
	char big[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (found(cases[i]))
			fail_msg("%s: %s", cases[i], found(cases[i]));
	memset(big, 'a', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_null(found(big));
}

static void
hints(void **state)
{
	char hint[NEAREST_HINT_CAP];
	struct nearest n;

	(void)state;
	nearest_begin(&n, "atach");
	nearest_hint(&n, hint);
	assert_string_equal(hint, "");
	nearest_offer(&n, "attach");
	nearest_hint(&n, hint);
	assert_string_equal(hint, "; did you mean \"attach\"?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips_of_a_finger),
		cmocka_unit_test(other_words),
		cmocka_unit_test(hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
