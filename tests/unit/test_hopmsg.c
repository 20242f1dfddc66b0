/* SPDX-License-Identifier: MIT */
/*
 * What a login says to the client that carries it to another node (hopmsg.h), and REDIRECT (frame_redirect.h): there and
 * back, what is refused, and no byte too many read of damaged ones.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "frame.h"
#include "frame_redirect.h"
#include "hopmsg.h"

static const struct hopmsg_order order = {
	.how = HOPMSG_RESUME, .flags = HOPMSG_READONLY, .session = 3, .boot = { 1, [15] = 2 }, .pool = "main",
	.from = "login1", .node = "login3", .unique = "00112233445566ff",
};

/* Forms that no session's own id has. */
static const char *const no_ids[] = { "00112233445566f", "00112233445566FF", "00112233445566fg", "../../etc/passwd", "x" };

static void
test_order(void **state)
{
	unsigned char buf[HOPMSG_MAX], *copy;
	struct hopmsg_order got, wrong = order;
	int n = hopmsg_encode_order(&order, buf, sizeof buf);

	(void)state;
	assert_true(n > 0);
	assert_int_equal(hopmsg_decode_order(&got, buf, (size_t)n), 0);
	assert_memory_equal(&got, &order, sizeof got);
	for (int cut = 0; cut < n; cut++) {
		copy = exact_copy(buf, (size_t)cut);
		assert_int_equal(hopmsg_decode_order(&got, copy, (size_t)cut), -EBADMSG);
		free(copy);
	}
	assert_int_equal(hopmsg_decode_order(&got, buf, (size_t)n + 1), -EBADMSG);
	wrong.session = 0;
	n = hopmsg_encode_order(&wrong, buf, sizeof buf);
	assert_int_equal(hopmsg_decode_order(&got, buf, (size_t)n), -EBADMSG);
	wrong = order;
	wrong.how = HOPMSG_JOIN + 1;
	n = hopmsg_encode_order(&wrong, buf, sizeof buf);
	assert_true(n < 0 || hopmsg_decode_order(&got, buf, (size_t)n) == -EBADMSG);
	wrong = order;
	for (size_t i = 0; i < sizeof no_ids / sizeof *no_ids; i++) {
		snprintf(wrong.unique, sizeof wrong.unique, "%s", no_ids[i]);
		n = hopmsg_encode_order(&wrong, buf, sizeof buf);
		assert_true(n > 0);
		assert_int_equal(hopmsg_decode_order(&got, buf, (size_t)n), -EBADMSG);
	}
}

static void
test_reports(void **state)
{
	static const uint8_t types[] = { HOPMSG_ATTACHED, HOPMSG_EXIT, HOPMSG_DETACHED, HOPMSG_SWITCH, HOPMSG_FAILED };
	unsigned char buf[HOPMSG_MAX];
	struct hopmsg_report m, got;
	int n;

	(void)state;
	for (size_t i = 0; i < sizeof types; i++) {
		m = (struct hopmsg_report){ .type = types[i], .signaled = i & 1, .value = 7, .text = "why\033[2Jnot" };
		n = hopmsg_encode_report(&m, buf, sizeof buf);
		assert_true(n > 0);
		assert_int_equal(hopmsg_decode_report(&got, buf, (size_t)n), 0);
		assert_int_equal(got.type, types[i]);
		assert_int_equal(got.value, 7);
		assert_null(strchr(got.text, '\033'));
	}
	buf[0] = HOPMSG_ORDER;
	assert_int_equal(hopmsg_decode_report(&got, buf, (size_t)n), -EBADMSG);
	buf[0] = HOPMSG_FAILED + 1;
	assert_int_equal(hopmsg_decode_report(&got, buf, (size_t)n), -EBADMSG);
	assert_int_equal(hopmsg_decode_report(&got, buf, 0), -EBADMSG);
}

static const struct frame_redirect redirect = {
	.address = "login3.cluster.example", .node = "login3", .boot = { 9 }, .unique = "00112233445566ff", .id = 3,
	.name = "work",
};

static int
redirect_to(const char *address, const char *node, uint32_t id)
{
	struct frame_redirect m = redirect, got;
	unsigned char buf[1024];
	int n;

	snprintf(m.address, sizeof m.address, "%s", address);
	snprintf(m.node, sizeof m.node, "%s", node);
	m.id = id;
	n = frame_put_redirect(&m, buf, sizeof buf);
	assert_true(n > FRAME_HEAD);
	return frame_get_redirect(&got, buf + FRAME_HEAD, (size_t)n - FRAME_HEAD);
}

static void
test_redirect(void **state)
{
	unsigned char buf[1024], *copy;
	struct frame_redirect got;
	int n = frame_put_redirect(&redirect, buf, sizeof buf);

	(void)state;
	assert_true(n > FRAME_HEAD);
	assert_int_equal(frame_get_redirect(&got, buf + FRAME_HEAD, (size_t)n - FRAME_HEAD), 0);
	assert_memory_equal(&got, &redirect, sizeof got);
	for (int cut = 0; cut < n - FRAME_HEAD; cut++) {
		copy = exact_copy(buf + FRAME_HEAD, (size_t)cut);
		assert_int_equal(frame_get_redirect(&got, copy, (size_t)cut), -EBADMSG);
		free(copy);
	}
	assert_int_equal(redirect_to("2001:db8::1", "login3", 3), 0);
	/* ssh would take them for options, for another user, or for two words. */
	assert_int_equal(redirect_to("-oProxyCommand=reboot", "login3", 3), -EBADMSG);
	assert_int_equal(redirect_to("root@login3", "login3", 3), -EBADMSG);
	assert_int_equal(redirect_to("login3 -v", "login3", 3), -EBADMSG);
	assert_int_equal(redirect_to("login3;reboot", "login3", 3), -EBADMSG);
	assert_int_equal(redirect_to("$(reboot)", "login3", 3), -EBADMSG);
	assert_int_equal(redirect_to("", "login3", 3), -EBADMSG);
	assert_int_equal(redirect_to("login3", "", 3), -EBADMSG);
	assert_int_equal(redirect_to("login3", "-x", 3), -EBADMSG);
	assert_int_equal(redirect_to("login3", "login3", 0), -EBADMSG);
	for (size_t i = 0; i < sizeof no_ids / sizeof *no_ids; i++) {
		struct frame_redirect m = redirect;

		snprintf(m.unique, sizeof m.unique, "%s", no_ids[i]);
		n = frame_put_redirect(&m, buf, sizeof buf);
		assert_true(n > 0);
		assert_int_equal(frame_get_redirect(&got, buf + FRAME_HEAD, (size_t)n - FRAME_HEAD), -EBADMSG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_redirect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
