/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <signal.h>

#include "signame.h"

static void
test_there_and_back(void **state)
{
	(void)state;
	for (int n = 1; n < SIGRTMIN; n++) {
		const char *name = signame_of(n);

		if (name)
			assert_int_equal(signame_number(name), n);
	}
	assert_string_equal(signame_of(SIGTERM), "TERM");
	assert_string_equal(signame_of(SIGABRT), "ABRT");
	assert_null(signame_of(0));
	assert_null(signame_of(-1));
	assert_null(signame_of(SIGRTMIN + 3));
}

/* Those of RFC 4254, and what the protocol promises besides. */
static void
test_wire_names(void **state)
{
	static const struct {
		const char *name;
		int number;
	} wire[] = {
		{ "ABRT", SIGABRT }, { "ALRM", SIGALRM }, { "FPE", SIGFPE },   { "HUP", SIGHUP },   { "ILL", SIGILL },
		{ "INT", SIGINT },   { "KILL", SIGKILL }, { "PIPE", SIGPIPE }, { "QUIT", SIGQUIT }, { "SEGV", SIGSEGV },
		{ "TERM", SIGTERM }, { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 }, { "CONT", SIGCONT }, { "TSTP", SIGTSTP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wire / sizeof *wire; i++) {
		assert_int_equal(signame_number(wire[i].name), wire[i].number);
		assert_string_equal(signame_of(wire[i].number), wire[i].name);
	}
	assert_int_equal(signame_number("SIGTERM"), 0);
	assert_int_equal(signame_number("term"), 0);
	assert_int_equal(signame_number("15"), 0);
	assert_int_equal(signame_number(""), 0);
}

static void
test_parse(void **state)
{
	static const char *const wrong[] = { "", "SIG", "TER", "0", "-1", "+15", " 15", "15x", "99999999999999999999" };

	(void)state;
	assert_int_equal(signame_parse("TERM"), SIGTERM);
	assert_int_equal(signame_parse("sigterm"), SIGTERM);
	assert_int_equal(signame_parse("Winch"), SIGWINCH);
	assert_int_equal(signame_parse("15"), 15);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(signame_parse(wrong[i]), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_wire_names), cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
