/* SPDX-License-Identifier: MIT */
/* What users' processes say of logins that were not held: kept for each user, bounded, and limited. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "saidstore.h"
#include "userfile.h"

static char where[] = "/tmp/holdfast-said-XXXXXX";
static int dir = -1;

static int
begin(void **state)
{
	(void)state;
	strcpy(where + sizeof where - 7, "XXXXXX");
	if (!mkdtemp(where))
		return -1;
	dir = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int
end(void **state)
{
	char command[64];

	(void)state;
	close(dir);
	snprintf(command, sizeof command, "rm -rf %s", where);
	return system(command);
}

static int
say(uid_t uid, uint64_t time_ms, const char *why, const char *what)
{
	struct event e;

	event_init(&e, "aside");
	e.time_ms = time_ms;
	event_add(&e, "user", "alice");
	event_number(&e, "uid", uid);
	event_add(&e, "why", why);
	if (what)
		event_quote(&e, "what", what);
	return saidstore_add(dir, uid, &e);
}

static size_t
count_of(uid_t uid, uint64_t since_ms, struct event *last)
{
	struct eventlist l = EVENTLIST_INIT;
	char name[USERFILE_NAME];
	size_t count;

	userfile_name(uid, name);
	assert_int_equal(saidstore_read(dir, name, since_ms, &l), 0);
	count = l.count;
	if (count && last)
		assert_int_equal(eventlist_get(&l, count - 1, last), 0);
	eventlist_free(&l);
	return count;
}

#define NOW UINT64_C(1764424800000)

static void
what_is_said_is_kept(void **state)
{
	struct event e;
	struct stat st;

	(void)state;
	assert_int_equal(count_of(1000, 0, NULL), 0);
	assert_int_equal(say(1000, NOW, "term-dumb", NULL), 0);
	assert_int_equal(say(1000, NOW + 1, "off-file", "a b=\"c\"\n"), 0);
	assert_int_equal(count_of(1000, 0, &e), 2);
	assert_string_equal(event_get(&e, "why"), "off-file");
	assert_int_equal(e.seq, 2);
	assert_true(e.time_ms == NOW + 1);
	assert_int_equal(count_of(1000, NOW + 1, NULL), 1);
	assert_int_equal(fstatat(dir, "1000", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(count_of(1001, 0, NULL), 0);
}

/* The latest 64 lines stay, however long they are, and one user's words do not touch another's. */
static void
a_user_has_so_many_lines(void **state)
{
	static char what[1500];
	struct event e;
	struct stat st;

	(void)state;
	memset(what, 'x', sizeof what - 1);
	assert_int_equal(say(7, NOW, "no-terminal", NULL), 0);
	for (unsigned i = 0; i < 300; i++)
		assert_int_equal(say(1000, NOW + i * SAIDSTORE_BURST_MS, "no-terminal", NULL), 0);
	assert_int_equal(count_of(1000, 0, &e), SAIDSTORE_LINES);
	assert_int_equal(e.seq, 300);
	for (unsigned i = 300; i < 400; i++)
		assert_int_equal(say(1000, NOW + i * SAIDSTORE_BURST_MS, "no-terminal", what), 0);
	assert_int_equal(fstatat(dir, "1000", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true((size_t)st.st_size <= SAIDSTORE_BYTES);
	assert_true(count_of(1000, 0, &e) > 10);
	assert_int_equal(e.seq, 400);
	assert_int_equal(count_of(7, 0, NULL), 1);
}

static void
who_says_too_much_is_not_heard(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SAIDSTORE_BURST; i++)
		assert_int_equal(say(1000, NOW + i, "skipped", NULL), 0);
	assert_int_equal(say(1000, NOW + 100, "skipped", NULL), -EBUSY);
	assert_int_equal(say(1000, NOW + SAIDSTORE_BURST_MS - 1, "skipped", NULL), -EBUSY);
	assert_int_equal(say(1001, NOW + 100, "skipped", NULL), 0);
	assert_int_equal(say(1000, NOW + SAIDSTORE_BURST_MS, "skipped", NULL), 0);
	/* a clock that was set back */
	assert_int_equal(say(1000, NOW - 5000000, "skipped", NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_said_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(a_user_has_so_many_lines, begin, end),
		cmocka_unit_test_setup_teardown(who_says_too_much_is_not_heard, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
