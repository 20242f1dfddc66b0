/* SPDX-License-Identifier: MIT */
/* What a leader tells holdfast-pool, and how often: whatever its user's keeper says, and while the queue is full. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "clock.h"
#include "leader_pool.h"
#include "leadermsg.h"
#include "login.h"
#include "poolsocket.h"

uint64_t __wrap_clock_now_ms(void);
int __wrap_poolsocket_tell(const void *msg, size_t len);

static uint64_t now;
static int result;             /* of a message */
static unsigned tried, told;   /* messages, and those that have got through */
static uint8_t type;           /* of the last one */
static struct pool_entry last; /* if it is TELL */

uint64_t
__wrap_clock_now_ms(void)
{
	return now;
}

int
__wrap_poolsocket_tell(const void *msg, size_t len)
{
	tried++;
	if (result)
		return result;
	told++;
	type = (uint8_t)pool_type_of(msg, len);
	if (type == POOL_TELL)
		assert_int_equal(pool_decode_entry(&last, msg, len), 0);
	return 0;
}

static struct login login;
static struct leader leader;

static int
begin(void **state)
{
	static struct config_pool p; /* large */

	(void)state;
	config_pool_defaults(&p);
	snprintf(p.name, sizeof p.name, "main");
	snprintf(p.node, sizeof p.node, "login1");
	snprintf(p.address, sizeof p.address, "login1.example");
	leader = (struct leader){ .slot = -1, .keeper = -1, .sigfd = -1, .memory = -1, .login = &login, .dir.id = 3 };
	snprintf(leader.end.record.unique, sizeof leader.end.record.unique, "00112233445566ff");
	snprintf(leader.audit.user, sizeof leader.audit.user, "alice");
	leader_pool_init(&leader, &p);
	now = 1000000;
	result = 0;
	tried = told = type = 0;
	return leader.pool.on ? 0 : -1;
}

/* The keeper says that the session was used last at USED. */
static void
say(uint64_t used)
{
	const struct leadermsg_facts m = { .state = ATTACH_STATE_ATTACHED, .kind = ATTACH_KIND_TERMINAL, .rows = 24,
		                           .cols = 80, .created_ms = 1, .changed_ms = 1, .activity_ms = used };

	leader_pool_facts(&leader, &m);
}

/* The leader's loop, which waits for nothing else, up to the moment END. */
static void
loop_until(uint64_t end)
{
	uint64_t due;

	while ((due = leader_pool_due(&leader)) && due <= end) {
		assert_true(due > now);
		now = due;
		leader_pool_turn(&leader);
	}
	now = end;
}

static void
each_is_told_as_a_rule(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= LEADER_POOL_BURST; i++) {
		say(i);
		assert_int_equal(told, i);
		assert_int_equal(last.activity_ms, i);
	}
	assert_int_equal(leader_pool_due(&leader), 0);
}

/* A keeper that says something each millisecond, for a minute: the newest is told in the end. */
static void
a_flood_is_told_slowly(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 60000; i++) {
		say(i);
		now++;
		leader_pool_turn(&leader);
	}
	assert_true(tried <= LEADER_POOL_BURST + 60000 / LEADER_POOL_EVERY_MS + 1);
	loop_until(now + LEADER_POOL_EVERY_MS);
	assert_int_equal(last.activity_ms, 60000);
	assert_int_equal(leader_pool_due(&leader), 0);
}

/* Nobody reads: tried less and less often, whatever happens meanwhile; and told once there is room. */
static void
a_full_queue_is_tried_again(void **state)
{
	(void)state;
	result = -EAGAIN;
	say(1);
	loop_until(now + 600000);
	assert_in_range(tried, 15, 35);
	say(2);
	leader_pool_turn(&leader);
	assert_in_range(tried, 15, 35);
	result = 0;
	loop_until(now + 60000);
	assert_int_equal(told, 1);
	assert_int_equal(last.activity_ms, 2);
	assert_int_equal(leader_pool_due(&leader), 0);
	/* Forgotten: the next time it begins with little patience. */
	result = -EAGAIN;
	say(3);
	assert_true(leader_pool_due(&leader) - now <= 250);
}

static void
no_daemon_is_not_waited_for(void **state)
{
	(void)state;
	result = -ENOENT;
	say(1);
	assert_int_equal(tried, 1);
	assert_int_equal(leader_pool_due(&leader), 0);
}

/* The end does not wait behind what was put off, and nothing comes after it. */
static void
the_end_is_told_at_once(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= LEADER_POOL_BURST + 1; i++)
		say(i);
	assert_true(leader_pool_due(&leader) > now);
	leader_pool_gone(&leader);
	assert_int_equal(type, POOL_GONE);
	assert_int_equal(leader_pool_due(&leader), 0);
	leader_pool_turn(&leader);
	assert_int_equal(type, POOL_GONE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_is_told_as_a_rule, begin), cmocka_unit_test_setup(a_flood_is_told_slowly, begin),
		cmocka_unit_test_setup(a_full_queue_is_tried_again, begin),
		cmocka_unit_test_setup(no_daemon_is_not_waited_for, begin),
		cmocka_unit_test_setup(the_end_is_told_at_once, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
