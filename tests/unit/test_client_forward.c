/* SPDX-License-Identifier: MIT */
/* What -L, -R and -D say, and what a program says by SOCKS. */
#include <errno.h>

#include "unit.h"

#include "forward.h"
#include "socks.h"

static void
good_forwards(void **state)
{
	static const struct { enum forward_kind kind; const char *text; struct forward f; } cases[] = {
		{ FORWARD_LOCAL, "8080:web:80", { .port = 8080, .host = "web", .host_port = 80 } },
		{ FORWARD_LOCAL, "8080 [web]:80", { .port = 8080, .host = "web", .host_port = 80 } },
		{ FORWARD_LOCAL, "[::1]:80 [::2]:90", { .bind = "::1", .port = 80, .host = "::2", .host_port = 90 } },
		{ FORWARD_LOCAL, "1.2.3.4:80:h:90", { .bind = "1.2.3.4", .port = 80, .host = "h", .host_port = 90 } },
		{ FORWARD_LOCAL, "*:80:h:90", { .any_address = true, .port = 80, .host = "h", .host_port = 90 } },
		{ FORWARD_LOCAL, "[*]:80 [h]:90", { .any_address = true, .port = 80, .host = "h", .host_port = 90 } },
		{ FORWARD_LOCAL, ":80:h:90", { .any_address = true, .port = 80, .host = "h", .host_port = 90 } },
		{ FORWARD_LOCAL, "/a/b /c", { .path = "/a/b", .host_path = "/c" } },
		{ FORWARD_LOCAL, "80:/c", { .port = 80, .host_path = "/c" } },
		{ FORWARD_LOCAL, "/a:h:90", { .path = "/a", .host = "h", .host_port = 90 } },
		{ FORWARD_REMOTE, "0:h:90", { .port = 0, .host = "h", .host_port = 90 } },
		{ FORWARD_REMOTE, "1080", { .port = 1080, .socks = true } },
		{ FORWARD_REMOTE, "1080 [socks]:0", { .port = 1080, .socks = true } },
		{ FORWARD_DYNAMIC, "1080", { .port = 1080, .socks = true } },
		{ FORWARD_DYNAMIC, "[*]:1080", { .any_address = true, .port = 1080, .socks = true } },
	};
	struct forward f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct forward *want = &cases[i].f;

		assert_int_equal(forward_parse(&f, cases[i].kind, cases[i].text), 0);
		assert_int_equal(f.any_address, want->any_address);
		assert_string_equal(f.bind, want->bind);
		assert_int_equal(f.port, want->port);
		assert_string_equal(f.path, want->path);
		assert_int_equal(f.socks, want->socks);
		assert_string_equal(f.host, want->host);
		assert_int_equal(f.host_port, want->host_port);
		assert_string_equal(f.host_path, want->host_path);
	}
}

static void
bad_forwards(void **state)
{
	static const char *const local[] = { "", "80", "80:", "80:h", "80:h:", "80:h:x", "80:h:0", "80:h:70000", "x:h:1",
	                                     "1:2:3:4:5", "[::1:80:h:90", "[::1]x:80:h:90", "0:h:90", ":", ":::", "/a", "h:1:2" };
	static const char *const dynamic[] = { "", "x", "0", "1080:h:1", "70000" };
	char path[200] = "/";
	struct forward f;

	(void)state;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		assert_int_equal(forward_parse(&f, FORWARD_LOCAL, local[i]), -EINVAL);
	for (size_t i = 0; i < sizeof(dynamic) / sizeof(dynamic[0]); i++)
		assert_int_equal(forward_parse(&f, FORWARD_DYNAMIC, dynamic[i]), -EINVAL);
	memset(path + 1, 'a', sizeof(path) - 2);
	assert_int_equal(forward_parse(&f, FORWARD_DYNAMIC, path), -EINVAL);
}

static enum socks_said
said(struct socks *s, const char *in, size_t len, size_t *used, uint8_t *reply, size_t *reply_len)
{
	unsigned char *copy = exact_copy(in, len);
	enum socks_said r = socks_read(s, copy, len, used, reply, reply_len);

	free(copy);
	return r;
}

#define SAID(s, text) said(s, text, sizeof(text) - 1, &used, reply, &len)

/* Every prefix of a request only wants more. */
static void
prefixes(const char *in, size_t len_in, bool greeted)
{
	uint8_t reply[SOCKS_REPLY_MAX];
	size_t used, len;

	for (size_t i = 0; i < len_in; i++) {
		struct socks s = { .version = greeted ? 5 : 0, .greeted = greeted };

		assert_int_equal(said(&s, in, i, &used, reply, &len), SOCKS_MORE);
		assert_int_equal(used, 0);
	}
}

static void
socks4(void **state)
{
	static const char plain[] = "\4\1\0\120\1\2\3\4me\0data", named[] = "\4\1\37\220\0\0\0\7me\0a.example\0data";
	uint8_t reply[SOCKS_REPLY_MAX];
	struct socks s = { 0 };
	size_t used, len;

	(void)state;
	assert_int_equal(SAID(&s, plain), SOCKS_CONNECT);
	assert_string_equal(s.host, "1.2.3.4");
	assert_int_equal(s.port, 80);
	assert_int_equal(used, sizeof(plain) - 1 - 4);
	prefixes(plain, used, false);
	s = (struct socks){ 0 };
	assert_int_equal(SAID(&s, named), SOCKS_CONNECT);
	assert_string_equal(s.host, "a.example");
	assert_int_equal(s.port, 8080);
	assert_int_equal(used, sizeof(named) - 1 - 4);
	prefixes(named, used, false);
	assert_int_equal(socks_result(&s, true, reply), 8);
	assert_int_equal(reply[1], 90);
	s = (struct socks){ 0 };
	assert_int_equal(SAID(&s, "\4\2\0\120\1\2\3\4me\0"), SOCKS_BAD);
	s = (struct socks){ 0 };
	assert_int_equal(SAID(&s, "\4\1\0\120\0\0\0\1me\0\0"), SOCKS_BAD);
}

static void
socks5(void **state)
{
	static const char four[] = "\5\1\0\1\1\2\3\4\0\120x", named[] = "\5\1\0\3\1h\0\120x";
	static const char six[] = "\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\120x";
	uint8_t reply[SOCKS_REPLY_MAX];
	struct socks s = { 0 };
	size_t used, len;

	(void)state;
	assert_int_equal(SAID(&s, "\5\2\2\0\5"), SOCKS_ANSWER);
	assert_int_equal(used, 4);
	assert_memory_equal(reply, "\5\0", len = 2);
	assert_int_equal(SAID(&s, four), SOCKS_CONNECT);
	assert_string_equal(s.host, "1.2.3.4");
	assert_int_equal(s.port, 80);
	assert_int_equal(used, sizeof(four) - 2);
	prefixes(four, used, true);
	assert_int_equal(SAID(&s, named), SOCKS_CONNECT);
	assert_string_equal(s.host, "h");
	prefixes(named, used, true);
	assert_int_equal(SAID(&s, six), SOCKS_CONNECT);
	assert_string_equal(s.host, "::1");
	prefixes(six, used, true);
	assert_int_equal(SAID(&s, "\5\2\0\1\1\2\3\4\0\120"), SOCKS_BAD);
	assert_int_equal(reply[1], 7);
	assert_int_equal(SAID(&s, "\5\1\0\2\1\2\3\4\0\120"), SOCKS_BAD);
	assert_int_equal(SAID(&s, "\5\1\0\3\0\0\120"), SOCKS_BAD);
	assert_int_equal(SAID(&s, "\5\1\0\3\2a\n\0\120"), SOCKS_BAD);
	assert_int_equal(socks_result(&s, false, reply), 10);
	assert_int_not_equal(reply[1], 0);
	s = (struct socks){ 0 };
	assert_int_equal(SAID(&s, "\5\1\2"), SOCKS_BAD);
	assert_memory_equal(reply, "\5\377", 2);
}

static void
no_socks(void **state)
{
	char long_name[SOCKS_REQUEST_MAX + 10] = "\4\1\0\120\1\2\3\4";
	uint8_t reply[SOCKS_REPLY_MAX];
	struct socks s = { 0 };
	size_t used, len;

	(void)state;
	assert_int_equal(SAID(&s, "GET / HTTP/1.0\r\n"), SOCKS_BAD);
	s = (struct socks){ 0 };
	memset(long_name + 8, 'a', sizeof(long_name) - 8);
	assert_int_equal(said(&s, long_name, sizeof(long_name), &used, reply, &len), SOCKS_BAD);
}

static void
remote_open(void **state)
{
	static const struct { const char *list[3], *host; unsigned port; bool good; } cases[] = {
		{ { NULL }, "a", 1, true }, { { "any" }, "a", 1, true }, { { "none" }, "a", 1, false },
		{ { "a:1" }, "a", 1, true }, { { "a:1" }, "a", 2, false }, { { "a:1" }, "A", 1, false },
		{ { "a:1" }, "ab", 1, false }, { { "a:*" }, "a", 9, true }, { { "*:1" }, "b", 1, true },
		{ { "*:1" }, "b", 2, false }, { { "*:*" }, "b", 2, true }, { { "b:1", "a:1" }, "a", 1, true },
		{ { "[::1]:80" }, "::1", 80, true }, { { "[::1]:80" }, "::2", 80, false }, { { "a" }, "a", 1, false },
		{ { ":1" }, "", 1, false }, { { "a:" }, "a", 1, false }, { { "a:01" }, "a", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (forward_permits((char *const *)cases[i].list, cases[i].host, cases[i].port) != cases[i].good)
			fail_msg("%s and %s:%u", cases[i].list[0], cases[i].host, cases[i].port);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_forwards), cmocka_unit_test(bad_forwards), cmocka_unit_test(socks4),
		cmocka_unit_test(socks5), cmocka_unit_test(remote_open), cmocka_unit_test(no_socks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
