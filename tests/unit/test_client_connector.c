/* SPDX-License-Identifier: MIT */
/* connector: from nothing to an open channel, against an ssh server in a child: the line, the channel, giving up. */
#include "connector_world.h"

static void
tells_what_the_host_lacks(void **state)
{
	struct connector_result result;

	(void)state;
	host.subsystem = false;
	once(&result);
	has_failed(&result, TRANSPORT_END_NO_SUBSYSTEM, "subsystem \"resume\"");
	host_start(&host, listener, true);
	finish(begin(TRANSPORT_EXEC, "run this", NULL), &result);
	has_greeted(&result);
	host_start(&host, listener, true);
	finish(begin(TRANSPORT_EXEC, "run that", NULL), &result);
	has_failed(&result, TRANSPORT_END_NO_SUBSYSTEM, "127.0.0.1");
}

/* The descriptor of a proxy is taken over, and is no TCP connection of ours. */
static void
goes_through_a_proxy(void **state)
{
	struct connector_result result;
	struct child proxy = CHILD_NONE;
	struct connector *c;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	host_start(&host, pair[1], false);
	close(pair[1]);
	proxy.fd = pair[0];
	c = begin(TRANSPORT_SUBSYSTEM, NULL, &proxy);
	assert_int_equal(proxy.fd, -1);
	finish(c, &result);
	assert_int_equal(line_at_end, -1);
	has_greeted(&result);
}

/* BYTES come N times before what the host says, on a connection with an ssh program there. */
static void
with_before(const void *bytes, size_t len, unsigned n, struct connector_result *result)
{
	struct child proxy = CHILD_NONE;
	char *all = malloc(n * len);
	int pair[2];

	assert_non_null(all);
	for (unsigned i = 0; i < n; i++)
		memcpy(all + i * len, bytes, len);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(write(pair[1], all, n * len), n * len);
	free(all);
	host_start(&host, pair[1], false);
	close(pair[1]);
	proxy.fd = pair[0];
	target.have_ssh = true;
	finish(begin(TRANSPORT_SUBSYSTEM, NULL, &proxy), result);
}

/* Who stands between us and the host cannot keep its algorithms from being compared. */
static void
leaves_to_ssh_what_it_has_not_seen(void **state)
{
	static const char line[] = "123456789 123456789 123456789 123456789 123456789 123456789\r\n";
	static const char ignore[] = "SSH-2.0-between\r\n\0\0\0\x0c\x05\x02\0\0\0\x01x12345";
	struct connector_result result;

	(void)state;
	with_before(line, sizeof line - 1, 5, &result);
	has_greeted(&result);
	with_before(line, sizeof line - 1, 1000, &result);
	has_failed(&result, TRANSPORT_END_TAKES_SSH, "could not be read");
	with_before(ignore, sizeof ignore - 1, 1, &result);
	has_failed(&result, TRANSPORT_END_TAKES_SSH, "could not be read");
}

/* Gives it up at once. */
static void
give_up(struct connector *c)
{
	struct connector_result result;
	uint64_t begun = clock_now_ms();

	connector_finish(c, &result);
	assert_null(result.session);
	assert_null(result.channel);
	assert_true(clock_now_ms() < begun + TIME_LIMIT_S * 500);
}

/* The queue of a listener takes connections, and nobody says anything. */
static void
gives_up_a_silent_host(void **state)
{
	struct connector *c;
	struct pollfd p;
	char doing[256];
	uint64_t begun = clock_now_ms();

	(void)state;
	target.config->connect_timeout = 7;
	c = begin(TRANSPORT_SUBSYSTEM, NULL, NULL);
	p = (struct pollfd){ .fd = connector_fd(c), .events = POLLIN };
	do {
		assert_int_equal(poll(&p, 1, TIME_LIMIT_S * 1000), 1);
		assert_false(connector_step(c, doing, sizeof doing));
	} while (connector_line(c) < 0);
	assert_string_equal(doing, "connecting to 127.0.0.1");
	/* ConnectTimeout is for all of it, from the start */
	assert_uint_in_range(connector_deadline(c), begun + 7000, clock_now_ms() + 7000);
	give_up(c);
}

/* The thread waits for an answer that nobody gives. */
static void
gives_up_a_question(void **state)
{
	struct connector *c;
	struct pollfd p;
	char doing[256];

	(void)state;
	host_start(&host, listener, true);
	c = begin(TRANSPORT_SUBSYSTEM, NULL, NULL);
	p = (struct pollfd){ .fd = connector_fd(c), .events = POLLIN };
	while (connector_deadline(c) != UINT64_MAX || person.said[0] == '\0') {
		assert_int_equal(poll(&p, 1, TIME_LIMIT_S * 1000), 1);
		/* what is said is taken, the question is left */
		if (connector_deadline(c) != UINT64_MAX || person.said[0] == '\0')
			assert_false(connector_step(c, doing, sizeof doing));
	}
	assert_int_equal(person.secrets, 0);
	give_up(c);
	host_stop(&host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(leaves_to_ssh_what_it_has_not_seen), CASE(tells_what_the_host_lacks), CASE(goes_through_a_proxy),
		CASE(gives_up_a_silent_host), CASE(gives_up_a_question),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
