/* SPDX-License-Identifier: MIT */
/* The small parts of holdfastd that keep count: slots, ratelimit, attachments, leaders. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "attachments.h"
#include "leaders.h"
#include "ratelimit.h"
#include "slots.h"

static void
slots_are_counted_for_each_uid(void **state)
{
	static struct slots s;
	struct pollfd p[SLOTS_MAX];
	int pipes[SLOTS_PER_UID][2];

	(void)state;
	for (int i = 0; i < SLOTS_PER_UID; i++) {
		assert_true(slots_have_room(&s, 1000));
		assert_int_equal(pipe(pipes[i]), 0);
		slots_add(&s, 1000, pipes[i][0]);
	}
	assert_false(slots_have_room(&s, 1000));
	assert_true(slots_have_room(&s, 0));
	close(pipes[0][1]);
	close(pipes[5][1]);
	close(pipes[SLOTS_PER_UID - 1][1]);
	assert_int_equal(slots_poll(&s, p), SLOTS_PER_UID);
	assert_int_equal(poll(p, SLOTS_PER_UID, 0), 3);
	assert_int_equal(slots_reap(&s, p, SLOTS_PER_UID), 3);
	assert_int_equal(s.count, SLOTS_PER_UID - 3);
	assert_true(slots_have_room(&s, 1000));
	slots_poll(&s, p);
	assert_int_equal(poll(p, s.count, 0), 0);
	for (int i = 0; i < SLOTS_PER_UID; i++)
		if (i != 0 && i != 5 && i != SLOTS_PER_UID - 1)
			close(pipes[i][1]);
	slots_poll(&s, p);
	poll(p, s.count, 0);
	slots_reap(&s, p, s.count);
	assert_int_equal(s.count, 0);
}

static void
slots_are_counted_in_all(void **state)
{
	static struct slots s;

	(void)state;
	for (unsigned i = 0; i < SLOTS_MAX; i++) {
		assert_true(slots_have_room(&s, i));
		slots_add(&s, i, -1);
	}
	assert_false(slots_have_room(&s, 5000));
}

static void
a_rate_is_kept(void **state)
{
	struct ratelimit r = { .burst = 3, .every_ms = 100 };
	unsigned allowed = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		allowed += ratelimit_take(&r, 5000);
	assert_int_equal(allowed, 3);
	assert_int_equal(r.suppressed, 7);
	assert_false(ratelimit_take(&r, 5099));
	assert_true(ratelimit_take(&r, 5100));
	assert_false(ratelimit_take(&r, 5100));
	assert_true(ratelimit_take(&r, 5250));
	assert_false(ratelimit_take(&r, 5299));
	assert_true(ratelimit_take(&r, 5300));
	assert_false(ratelimit_take(&r, 1)); /* a clock that goes back gives nothing */
	for (int i = 0; i < 3; i++)
		assert_true(ratelimit_take(&r, 100000));
	assert_false(ratelimit_take(&r, 100000));
}

static void
attachments_are_remembered(void **state)
{
	struct attachments a = { { NULL } };

	(void)state;
	assert_null(attachments_find(&a, 1));
	attachments_add(&a, 1, LEAD_CREATE, "192.0.2.7", "password");
	attachments_add(&a, 2, LEAD_RESUME, "192.0.2.8", "password");
	attachments_add(&a, 1, LEAD_JOIN, "192.0.2.9", "publickey");
	assert_string_equal(attachments_find(&a, 1)->address, "192.0.2.9");
	assert_int_equal(attachments_find(&a, 1)->kind, LEAD_JOIN);
	assert_string_equal(attachments_find(&a, 2)->address, "192.0.2.8");
	attachments_remove(&a, 2);
	attachments_remove(&a, 3);
	assert_null(attachments_find(&a, 2));
	assert_non_null(attachments_find(&a, 1));
	for (uint32_t i = 10; i < 10 + 3 * ATTACHMENTS_MAX; i++)
		attachments_add(&a, i, LEAD_JOIN, "", "");
	assert_null(attachments_find(&a, 1));
	assert_null(attachments_find(&a, 9 + 2 * ATTACHMENTS_MAX));
	assert_non_null(attachments_find(&a, 10 + 2 * ATTACHMENTS_MAX));
	assert_non_null(attachments_find(&a, 9 + 3 * ATTACHMENTS_MAX));
	while (a.v[0])
		attachments_remove(&a, a.v[0]->serial);
}

/* Claims that came to nothing do not make those who are attached unknown. */
static void
attached_ones_are_kept(void **state)
{
	struct attachments a = { { NULL } };

	(void)state;
	assert_int_equal(attachments_attached(&a), 0);
	attachments_add(&a, 1, LEAD_CREATE, "192.0.2.7", "password")->attached = true;
	attachments_add(&a, 2, LEAD_JOIN, "192.0.2.8", "password")->attached = true;
	for (uint32_t i = 10; i < 10 + 3 * ATTACHMENTS_MAX; i++)
		attachments_add(&a, i, LEAD_JOIN, "", "");
	assert_non_null(attachments_find(&a, 1));
	assert_non_null(attachments_find(&a, 2));
	assert_int_equal(attachments_attached(&a), 2);
	attachments_find(&a, 2)->attached = false;
	assert_int_equal(attachments_attached(&a), 1);
	for (unsigned i = 0; i < ATTACHMENTS_MAX; i++)
		a.v[i]->attached = true;
	attachments_add(&a, 5000, LEAD_JOIN, "", "");
	assert_non_null(attachments_find(&a, 5000));
	assert_null(attachments_find(&a, 1));
	while (a.v[0])
		attachments_remove(&a, a.v[0]->serial);
}

static void
leaders_names_are_read(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "1-2", "1-2-", "-1-2-3", "1-2-3-4", "1-0-3", "01-2-3", "1-2-03", "1-2-3 ", " 1-2-3",
		"1-+2-3",
		"4294967296-1-1", "1-2147483648-1", "1-1-18446744073709551616", "a-b-c",
	};
	uint64_t start;
	uid_t uid;
	pid_t pid;

	(void)state;
	assert_int_equal(leaders_parse("1000-4711-18446744073709551615", &uid, &pid, &start), 0);
	assert_int_equal(uid, 1000);
	assert_int_equal(pid, 4711);
	assert_true(start == UINT64_MAX);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(leaders_parse(bad[i], &uid, &pid, &start), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_counted_for_each_uid),
		cmocka_unit_test(slots_are_counted_in_all),
		cmocka_unit_test(a_rate_is_kept),
		cmocka_unit_test(attachments_are_remembered),
		cmocka_unit_test(attached_ones_are_kept),
		cmocka_unit_test(leaders_names_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
