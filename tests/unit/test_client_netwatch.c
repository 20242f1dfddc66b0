/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "netwatch.h"

static union {
	struct nlmsghdr h;
	unsigned char bytes[512];
} m;

static bool
matters(uint16_t type, const void *body, size_t len, size_t given)
{
	memset(&m, 0, sizeof m);
	m.h.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	m.h.nlmsg_type = type;
	memcpy(NLMSG_DATA(&m.h), body, len);
	return netwatch_matters(&m, given);
}

static void
test_what_matters(void **state)
{
	struct rtmsg route = { .rtm_type = RTN_UNICAST }, local = { .rtm_type = RTN_LOCAL };
	struct rtmsg cloned = { .rtm_type = RTN_UNICAST, .rtm_flags = RTM_F_CLONED };
	struct ifinfomsg up = { .ifi_change = 1 }, nothing = { 0 };
	struct ifaddrmsg address = { 0 };

	(void)state;
	assert_true(matters(RTM_NEWROUTE, &route, sizeof route, sizeof m));
	assert_true(matters(RTM_DELROUTE, &route, sizeof route, sizeof m));
	assert_false(matters(RTM_NEWROUTE, &local, sizeof local, sizeof m));
	assert_false(matters(RTM_NEWROUTE, &cloned, sizeof cloned, sizeof m));
	assert_true(matters(RTM_NEWADDR, &address, sizeof address, sizeof m));
	assert_true(matters(RTM_NEWLINK, &up, sizeof up, sizeof m));
	assert_false(matters(RTM_NEWLINK, &nothing, sizeof nothing, sizeof m));
	assert_false(matters(RTM_NEWNEIGH, &address, sizeof address, sizeof m));
}

static void
test_cut_short(void **state)
{
	struct rtmsg route = { .rtm_type = RTN_UNICAST };

	(void)state;
	for (size_t n = 0; n < NLMSG_LENGTH(sizeof route); n++)
		assert_false(matters(RTM_NEWROUTE, &route, sizeof route, n));
	m.h.nlmsg_len = NLMSG_LENGTH(2);
	assert_false(netwatch_matters(&m, sizeof m));
	m.h.nlmsg_len = 0;
	assert_false(netwatch_matters(&m, sizeof m));
}

static void
test_slept(void **state)
{
	struct netwatch w = { .asleep = 5000 };

	(void)state;
	assert_false(netwatch_slept(&w, 5000));
	assert_false(netwatch_slept(&w, 5400));
	assert_true(netwatch_slept(&w, 65400));
	assert_false(netwatch_slept(&w, 65400));
}

static void
test_opens(void **state)
{
	struct pollfd fds[NETWATCH_FDS];
	struct netwatch w;

	(void)state;
	netwatch_open(&w);
	assert_uint_in_range(netwatch_poll(&w, fds), 0, NETWATCH_FDS);
	netwatch_close(&w);
	assert_int_equal(netwatch_poll(&w, fds), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_matters),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_slept),
		cmocka_unit_test(test_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
