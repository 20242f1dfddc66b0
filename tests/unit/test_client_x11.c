/* SPDX-License-Identifier: MIT */
/* What DISPLAY says, and the cookie in the first message of a program. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

#include "x11.h"

#define REAL "00112233445566778899aabbccddeeff"

static void
displays(void **state)
{
	static const struct { const char *display, *name, *path, *host; unsigned port, screen; } good[] = {
		{ ":0", ":0", "/tmp/.X11-unix/X0", "", 0, 0 },
		{ ":7.2", ":7.2", "/tmp/.X11-unix/X7", "", 0, 2 },
		{ "unix:1", "unix:1", "/tmp/.X11-unix/X1", "", 0, 0 },
		{ "localhost:10.0", "unix:10.0", "", "localhost", 6010, 0 },
		{ "host.example:1", "host.example:1", "", "host.example", 6001, 0 },
	};
	static const char *const bad[] = { "", "0", ":", ":x", ":1x", ":1.", ":-1", "host", "a;b:0", "$(x):0", "-f:0",
	                                   ":99999", ":0.99999", "/no/such/socket:0", "h o:0" };
	struct x11 x;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		memset(&x, 0, sizeof(x));
		assert_int_equal(x11_display(&x, good[i].display), 0);
		assert_string_equal(x.name, good[i].name);
		assert_string_equal(x.display.host_path, good[i].path);
		assert_string_equal(x.display.host, good[i].host);
		assert_int_equal(x.display.host_port, good[i].port);
		assert_int_equal(x.screen, good[i].screen);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&x, 0, sizeof(x));
		assert_int_equal(x11_display(&x, bad[i]), -EINVAL);
	}
}

static void
cookies(void **state)
{
	static const char *const bad[] = { "", "0", "0g", "001", "zz" };
	char long_one[2 * X11_COOKIE_MAX + 3], hex[2 * X11_COOKIE_MAX + 1], again[sizeof(hex)];
	struct x11 x = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(x11_cookie(&x, X11_PROTOCOL, bad[i]), -EINVAL);
	memset(long_one, '0', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_int_equal(x11_cookie(&x, X11_PROTOCOL, long_one), -EINVAL);
	memset(long_one, 'a', 64);
	long_one[64] = '\0';
	assert_int_equal(x11_cookie(&x, long_one, REAL), -EINVAL);
	assert_int_equal(x11_cookie(&x, X11_PROTOCOL, REAL), 0);
	x11_fake_hex(&x, hex);
	assert_int_equal(strlen(hex), strlen(REAL));
	assert_string_not_equal(hex, REAL);
	/* Another cookie of the display: the host knows the false one, which stays. */
	assert_int_equal(x11_cookie(&x, X11_PROTOCOL, "FF112233445566778899aabbccddeeff"), 0);
	x11_fake_hex(&x, again);
	assert_string_equal(hex, again);
}

static size_t
message(unsigned char *m, const struct x11 *x, bool big, const char *protocol, const unsigned char *cookie)
{
	size_t name = strlen(protocol), at = 12;

	memset(m, 0, 512);
	m[0] = big ? 'B' : 'l';
	m[big ? 6 : 7] = (unsigned char)(name >> 8);
	m[big ? 7 : 6] = (unsigned char)name;
	m[big ? 9 : 8] = (unsigned char)x->len;
	memcpy(m + at, protocol, name);
	at += (name + 3) / 4 * 4;
	memcpy(m + at, cookie, x->len);
	return at + (x->len + 3) / 4 * 4;
}

static void
first_messages(void **state)
{
	unsigned char m[512], want[512], wrong[X11_COOKIE_MAX];
	struct x11 x = { 0 };
	size_t len;

	(void)state;
	assert_int_equal(x11_cookie(&x, X11_PROTOCOL, REAL), 0);
	for (int big = 0; big < 2; big++) {
		len = message(want, &x, big, X11_PROTOCOL, x.real);
		assert_int_equal(message(m, &x, big, X11_PROTOCOL, x.fake), len);
		for (size_t n = 0; n < len; n++)
			assert_int_equal(x11_admit(&x, m, n), X11_MORE);
		assert_int_equal(x11_admit(&x, m, len), X11_GOOD);
		assert_memory_equal(m, want, len);
		/* Not with the real one, nor with one that differs in a bit, nor by another protocol or none. */
		assert_int_equal(x11_admit(&x, m, len), X11_BAD);
		for (size_t bit = 0; bit < 8 * x.len; bit++) {
			memcpy(wrong, x.fake, sizeof(wrong));
			wrong[bit / 8] ^= (unsigned char)(1 << bit % 8);
			len = message(m, &x, big, X11_PROTOCOL, wrong);
			assert_int_equal(x11_admit(&x, m, len), X11_BAD);
		}
		len = message(m, &x, big, "MIT-MAGIC-COOKIE-2", x.fake);
		assert_int_equal(x11_admit(&x, m, len), X11_BAD);
		len = message(m, &x, big, "", x.fake);
		assert_int_equal(x11_admit(&x, m, len), X11_BAD);
	}
	m[0] = 'x';
	assert_int_equal(x11_admit(&x, m, 1), X11_BAD);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(displays), cmocka_unit_test(cookies), cmocka_unit_test(first_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
