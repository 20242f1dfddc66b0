/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "leadermsg.h"

static struct leadermsg_init
sample_init(void)
{
	struct leadermsg_init m = {
		.user = "alice", .home = "/home/alice", .shell = "/bin/bash", .tty = "/dev/pts/3",
		.address = "192.0.2.7", .who = "password", .identity = {{1}}, .ticket = {{2}},
		.ring_bytes = UINT64_C(1) << 33, .stall_ms = 15000, .detached_s = 7, .idle_shell_s = 8,
		.elevated_s = 9, .take_over = CONFIG_TAKE_ASK, .accept_env = "LANG,LC_*",
		.scrollback = 70000, .banner = 1, .session = 3, .dir = "/run/sessions/7/3",
		.agent_path = "/run/sessions/7/3/agent", .shell_pid = 4711, .size_policy = CONFIG_SIZE_LARGEST,
	};

	assert_int_equal(envlist_set(&m.env, "HOME=/home/alice"), 0);
	assert_int_equal(envlist_set(&m.env, "LANG=C"), 0);
	return m;
}

static void
init_and_back(void **state)
{
	struct leadermsg_init m = sample_init(), got;
	unsigned char buf[1024];
	int len = leadermsg_encode_init(&m, buf, sizeof buf);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(leadermsg_type_of(buf, (size_t)len), LEADERMSG_INIT);
	assert_int_equal(leadermsg_decode_init(&got, buf, (size_t)len), 0);
	assert_string_equal(got.user, m.user);
	assert_string_equal(got.home, m.home);
	assert_string_equal(got.shell, m.shell);
	assert_string_equal(got.tty, m.tty);
	assert_string_equal(got.address, m.address);
	assert_string_equal(got.who, m.who);
	assert_memory_equal(&got.identity, &m.identity, sizeof m.identity);
	assert_memory_equal(&got.ticket, &m.ticket, sizeof m.ticket);
	assert_true(got.ring_bytes == m.ring_bytes);
	assert_int_equal(got.stall_ms, 15000);
	assert_int_equal(got.detached_s, 7);
	assert_int_equal(got.idle_shell_s, 8);
	assert_int_equal(got.elevated_s, 9);
	assert_int_equal(got.take_over, CONFIG_TAKE_ASK);
	assert_string_equal(got.accept_env, "LANG,LC_*");
	assert_int_equal(got.scrollback, 70000);
	assert_int_equal(got.banner, 1);
	assert_int_equal(got.session, 3);
	assert_string_equal(got.dir, m.dir);
	assert_string_equal(got.agent_path, m.agent_path);
	assert_int_equal(got.shell_pid, 4711);
	assert_int_equal(got.size_policy, CONFIG_SIZE_LARGEST);
	assert_int_equal(got.env.count, 2);
	assert_string_equal(envlist_get(&got.env, "LANG"), "C");
	envlist_free(&got.env);
	envlist_free(&m.env);
}

static void
init_every_prefix_and_more(void **state)
{
	struct leadermsg_init m = sample_init(), got;
	unsigned char buf[1024], small[1024];
	int len = leadermsg_encode_init(&m, buf, sizeof buf - 1);

	(void)state;
	assert_true(len > 0);
	for (int cut = 0; cut < len; cut++) {
		unsigned char *copy = exact_copy(buf, (size_t)cut);
		/* An older leader says less. */
		bool older = cut == len - 4 || cut == len - 4 - 8 || cut == len - 4 - 8 - 24;

		assert_int_equal(leadermsg_decode_init(&got, copy, (size_t)cut), older ? 0 : -EBADMSG);
		assert_int_equal(got.env.count, older ? 2 : 0);
		envlist_free(&got.env);
		free(copy);
		assert_int_equal(leadermsg_encode_init(&m, small, (size_t)cut), -EMSGSIZE);
	}
	/* A later one says more. */
	buf[len] = 0;
	assert_int_equal(leadermsg_decode_init(&got, buf, (size_t)len + 1), 0);
	assert_int_equal(got.env.count, 2);
	envlist_free(&got.env);
	buf[0] = LEADERMSG_VOUCHED;
	assert_int_equal(leadermsg_decode_init(&got, buf, (size_t)len), -EBADMSG);
	envlist_free(&m.env);
}

static void
vouched(void **state)
{
	const struct leadermsg_vouched m = {
		.serial = 4, .ok = 1, .identity = {{3}}, .address = "2001:db8::1", .who = "publickey SHA256:y",
		.local_address = "2001:db8::2", .port = 50022, .local_port = 22,
	};
	unsigned char buf[512];
	struct leadermsg_vouched got;
	int len = leadermsg_encode_vouched(&m, buf, sizeof buf - 1);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(leadermsg_decode_vouched(&got, buf, (size_t)len), 0);
	assert_memory_equal(&got, &m, sizeof m);
	for (int cut = 0; cut < len; cut++) {
		unsigned char *copy = exact_copy(buf, (size_t)cut);

		assert_int_equal(leadermsg_decode_vouched(&got, copy, (size_t)cut), -EBADMSG);
		free(copy);
	}
	buf[len] = 0;
	assert_int_equal(leadermsg_decode_vouched(&got, buf, (size_t)len + 1), -EBADMSG);
	buf[0] = LEADERMSG_INIT;
	assert_int_equal(leadermsg_decode_vouched(&got, buf, (size_t)len), -EBADMSG);
}

static void
sockets_and_peers(void **state)
{
	const struct leadermsg_sockets sockets = { .session = 9, .dir = "/run/9", .agent_path = "/run/9/agent" };
	const struct leadermsg_peer_is peer = { .serial = 77, .ok = 1 };
	struct leadermsg_sockets got_sockets;
	struct leadermsg_peer_is got_peer;
	unsigned char buf[256];
	int len;

	(void)state;
	len = leadermsg_encode_sockets(&sockets, buf, sizeof buf - 1);
	assert_true(len > 0);
	assert_int_equal(leadermsg_decode_sockets(&got_sockets, buf, (size_t)len), 0);
	assert_memory_equal(&got_sockets, &sockets, sizeof sockets);
	for (int cut = 0; cut < len; cut++)
		assert_int_equal(leadermsg_decode_sockets(&got_sockets, buf, (size_t)cut), -EBADMSG);
	assert_int_equal(leadermsg_decode_sockets(&got_sockets, buf, (size_t)len + 1), -EBADMSG);
	assert_int_equal(leadermsg_decode_peer_is(&got_peer, buf, (size_t)len), -EBADMSG);
	len = leadermsg_encode_peer_is(&peer, buf, sizeof buf - 1);
	assert_int_equal(leadermsg_decode_peer_is(&got_peer, buf, (size_t)len), 0);
	assert_memory_equal(&got_peer, &peer, sizeof peer);
	for (int cut = 0; cut < len; cut++)
		assert_int_equal(leadermsg_decode_peer_is(&got_peer, buf, (size_t)cut), -EBADMSG);
	assert_int_equal(leadermsg_decode_peer_is(&got_peer, buf, (size_t)len + 1), -EBADMSG);
}

/* The one string that a keeper says: a good name or none, and nothing behind it. */
static void
names(void **state)
{
	const char *const bad[] = { "a b", "-x", ".", "12", "new", "a\033b" };
	struct leadermsg_report m = { .type = LEADERMSG_NAMED, .name = "build-2" }, got;
	unsigned char buf[LEADERMSG_REPORT_BYTES];

	(void)state;
	leadermsg_encode_report(&m, buf);
	assert_int_equal(leadermsg_decode_report(&got, buf, sizeof buf), 0);
	assert_string_equal(got.name, "build-2");
	buf[LEADERMSG_REPORT_BYTES - 1] = 'x';
	assert_int_equal(leadermsg_decode_report(&got, buf, sizeof buf), -EBADMSG);
	memset(buf + LEADERMSG_REPORT_BYTES - 36, 'x', 36);
	assert_int_equal(leadermsg_decode_report(&got, buf, sizeof buf), -EBADMSG);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memset(m.name, 0, sizeof m.name);
		memcpy(m.name, bad[i], strlen(bad[i]));
		leadermsg_encode_report(&m, buf);
		assert_int_equal(leadermsg_decode_report(&got, buf, sizeof buf), -EBADMSG);
	}
}

static void
reports(void **state)
{
	unsigned char buf[LEADERMSG_REPORT_BYTES + 1] = {0}, again[LEADERMSG_REPORT_BYTES];

	(void)state;
	for (uint32_t type = LEADERMSG_READY - 1; type <= UINT8_MAX + 1; type++) {
		const struct leadermsg_report m = {
			.type = type, .number = 0x01020304, .kind = LEADERMSG_TAKE, .ticket = {{7}}, .pid = 4711,
		};
		int good = (type >= LEADERMSG_READY && type <= LEADERMSG_LAST) ||
		           (type >= LEADERMSG_OPTIONAL && type <= UINT8_MAX);
		struct leadermsg_report got = { .number = 99 };

		leadermsg_encode_report(&m, buf);
		assert_int_equal(leadermsg_decode_report(&got, buf, LEADERMSG_REPORT_BYTES), good ? 0 : -EBADMSG);
		if (good) {
			/* Its bytes, for in the structure there is padding. */
			leadermsg_encode_report(&got, again);
			assert_memory_equal(again, buf, sizeof again);
			assert_int_equal(got.type, type);
			assert_int_equal(got.number, m.number);
			assert_int_equal(got.kind, m.kind);
			assert_int_equal(got.pid, m.pid);
			assert_memory_equal(&got.ticket, &m.ticket, sizeof got.ticket);
		} else {
			assert_int_equal(got.number, 99);
		}
		for (size_t len = 0; len <= sizeof buf; len++) {
			unsigned char *copy = exact_copy(buf, len);

			if (len != LEADERMSG_REPORT_BYTES)
				assert_int_equal(leadermsg_decode_report(&got, copy, len), -EBADMSG);
			free(copy);
		}
	}
}

static void
type_of_nothing(void **state)
{
	(void)state;
	assert_int_equal(leadermsg_type_of("", 0), -EBADMSG);
	assert_int_equal(leadermsg_type_of("\3", 1), LEADERMSG_ABORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_and_back),
		cmocka_unit_test(init_every_prefix_and_more),
		cmocka_unit_test(vouched),
		cmocka_unit_test(sockets_and_peers),
		cmocka_unit_test(names),
		cmocka_unit_test(reports),
		cmocka_unit_test(type_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
