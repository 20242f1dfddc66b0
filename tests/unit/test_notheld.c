/* SPDX-License-Identifier: MIT */
/* Why a login was not held: names, words, and what is said of a full disk or an exit status. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "nospace.h"
#include "notheld.h"
#include "waitstatus.h"

/* Numbers on the wire never change. */
static void
numbers(void **state)
{
	static const struct {
		uint32_t number;
		const char *name;
	} said[] = {
		{ 1, "no-terminal" }, { 2, "redirected" }, { 3, "term-dumb" }, { 4, "term-unset" }, { 5, "no-size" },
		{ 6, "off-variable" }, { 7, "off-client" }, { 8, "off-file" }, { 9, "forced" }, { 10, "other-program" },
		{ 11, "module" }, { 12, "switched-off" }, { 16, "skipped" }, { 17, "crashed" }, { 18, "no-answer" },
		{ 19, "unreachable" }, { 20, "not-ready" }, { 21, "environment" }, { 22, "entering" }, { 23, "by-name" },
		{ 32, "new-other-key" }, { 33, "new-elevated" }, { 34, "new-silent" }, { 35, "new-late" },
	};
	uint32_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		assert_string_equal(notheld_name(said[i].number), said[i].name);
		assert_true(notheld_may_be_said(said[i].number));
	}
	for (uint32_t i = 0; i < 70000; i++)
		count += notheld_may_be_said(i);
	assert_int_equal(count, sizeof said / sizeof *said);
	assert_false(notheld_may_be_said(NOTHELD_PAM));
	assert_false(notheld_is_new(NOTHELD_PAM));
	assert_true(notheld_is_new(NOTHELD_NEW_LATE));
}

/* Each name is one's own, a word of the log; each cause has words, and fits. */
static void
words(void **state)
{
	char text[TEXT_CAP], long_what[TEXT_CAP];

	(void)state;
	memset(long_what, 'x', sizeof long_what - 1);
	long_what[sizeof long_what - 1] = '\0';
	for (uint32_t i = 0; i < NOTHELD_END; i++) {
		const char *name = notheld_name(i);
		bool there = notheld_may_be_said(i) || i >= NOTHELD_ROOT;

		if (!there) {
			assert_string_equal(name, "unknown");
			continue;
		}
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		assert_int_equal(notheld_find(name), i);
		notheld_words(i, 7, "", text);
		assert_true(strlen(text) > 5);
		notheld_words(i, UINT32_MAX, long_what, text);
		assert_true(strlen(text) < TEXT_CAP - 1);
	}
	assert_int_equal(notheld_find("meteor"), 0);
	assert_int_equal(notheld_find(""), 0);
	notheld_words(NOTHELD_UNREACHABLE, EMFILE, "", text);
	assert_string_equal(text, "the login could not ask holdfastd: Too many open files");
	notheld_words(NOTHELD_NEW_OTHER_KEY, 3, "", text);
	assert_string_equal(text, "the dropped session was started with another key or method (session 3)");
	notheld_words(NOTHELD_PAM, 0, "pam_acct_mgmt: \033[2Jno", text);
	assert_string_equal(text, "PAM refused the session: pam_acct_mgmt: \\033[2Jno");
	notheld_words(4711, 0, "", text);
	assert_non_null(strstr(text, "does not know"));
}

static void
statuses(void **state)
{
	char text[WAITSTATUS_CAP];

	(void)state;
	waitstatus_words(124 << 8, text);
	assert_string_equal(text, "exited with status 124");
	waitstatus_words(SIGKILL, text);
	assert_string_equal(text, "was killed by SIGKILL");
	waitstatus_words(SIGSEGV | 0x80, text);
	assert_string_equal(text, "was killed by SIGSEGV");
	waitstatus_words(SIGRTMIN + 3, text);
	assert_non_null(strstr(text, "was killed by signal "));
}

static void
full_file_systems(void **state)
{
	char text[NOSPACE_CAP];

	(void)state;
	/* It has room, so ENOSPC there would be a quota; and it has no limit of inodes. */
	nospace_words("/proc/self/fdinfo", text);
	assert_non_null(strstr(text, " on /proc"));
	assert_null(strstr(text, "fdinfo"));
	nospace_words("/", text);
	assert_non_null(strstr(text, " on /"));
	nospace_words(".", text);
	assert_non_null(strstr(text, " on ."));
	nospace_words("/nowhere", text);
	assert_string_equal(text, "no space on the file system of /nowhere");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(words),
		cmocka_unit_test(statuses),
		cmocka_unit_test(full_file_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
