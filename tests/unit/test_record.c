/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "record.h"

static const char sample_text[] =
	"holdfast-login 1\n"
	"uid 1000\n"
	"user alice\n"
	"pid 4711\n"
	"start 123456\n"
	"service sshd\n"
	"address 192.0.2.7\n"
	"port 50022\n"
	"local-address 192.0.2.1\n"
	"local-port 22\n"
	"xdg-session -\n"
	"auth publickey ssh-ed25519 AAAA\n"
	"auth password\n"
	"end\n";

static const struct record sample = {
	.uid_known = true, .uid = 1000, .user = "alice", .pid = 4711, .start = 123456, .service = "sshd",
	.address = "192.0.2.7", .local_address = "192.0.2.1", .port = 50022, .local_port = 22,
	.auth_count = 2, .auth = { "publickey ssh-ed25519 AAAA", "password" },
};

/* Parses a copy of LEN bytes that has room for one more; the copy is the caller's to free. */
static int
parse(struct record *r, const char *text, size_t len, char **copy)
{
	*copy = malloc(len + 1);
	assert_non_null(*copy);
	memcpy(*copy, text, len);
	return record_parse(r, *copy, len);
}

static int
parse_only(const char *text)
{
	struct record r;
	char *copy;
	int rc = parse(&r, text, strlen(text), &copy);

	free(copy);
	return rc;
}

static void
format(void **state)
{
	char out[512];
	int len = record_format(&sample, out, sizeof out);

	(void)state;
	assert_int_equal(len, sizeof sample_text - 1);
	assert_memory_equal(out, sample_text, sizeof sample_text - 1);
	for (int cap = 0; cap < len; cap++) {
		char *small = malloc((size_t)cap ? (size_t)cap : 1);

		assert_non_null(small);
		assert_int_equal(record_format(&sample, small, (size_t)cap), -EMSGSIZE);
		free(small);
	}
	memset(out, 'x', sizeof out);
	assert_int_equal(record_format(&sample, out, (size_t)len), len);
	assert_int_equal(out[len], 'x');
}

static void
parse_sample(void **state)
{
	struct record r;
	char *copy;

	(void)state;
	assert_int_equal(parse(&r, sample_text, sizeof sample_text - 1, &copy), 0);
	assert_true(r.uid_known);
	assert_int_equal(r.uid, 1000);
	assert_string_equal(r.user, "alice");
	assert_int_equal(r.pid, 4711);
	assert_int_equal(r.start, 123456);
	assert_string_equal(r.service, "sshd");
	assert_string_equal(r.address, "192.0.2.7");
	assert_string_equal(r.local_address, "192.0.2.1");
	assert_int_equal(r.port, 50022);
	assert_int_equal(r.local_port, 22);
	assert_int_equal(r.auth_count, 2);
	assert_string_equal(r.auth[0], "publickey ssh-ed25519 AAAA");
	assert_string_equal(r.auth[1], "password");
	free(copy);
}

static void
unknown_is_a_dash(void **state)
{
	struct record r = { .user = "bob", .pid = 1, .service = "x" }, got;
	char out[512], *copy;
	int len = record_format(&r, out, sizeof out - 1);

	(void)state;
	assert_true(len > 0);
	out[len] = '\0';
	assert_non_null(strstr(out, "\nuid -\n"));
	assert_non_null(strstr(out, "\naddress -\nport -\nlocal-address -\nlocal-port -\nxdg-session -\nend\n"));
	assert_int_equal(parse(&got, out, (size_t)len, &copy), 0);
	assert_false(got.uid_known);
	assert_int_equal(got.port, 0);
	assert_string_equal(got.address, "");
	assert_int_equal(got.auth_count, 0);
	free(copy);
}

static void
every_prefix_fails(void **state)
{
	struct record r = { .pid = 5 };

	(void)state;
	for (size_t cut = 0; cut < sizeof sample_text - 1; cut++) {
		char *copy;

		assert_int_equal(parse(&r, sample_text, cut, &copy), -EBADMSG);
		assert_int_equal(r.pid, 5);
		free(copy);
	}
}

/* The sample with the line that begins with KEY replaced by LINE ("": taken out; NULL: doubled). */
static int
parse_with(const char *key, const char *line)
{
	const char *at = strstr(sample_text, key), *rest;
	char *text;
	int rc;

	assert_non_null(at);
	rest = strchr(at, '\n') + 1;
	if (line)
		assert_true(asprintf(&text, "%.*s%s%s", (int)(at - sample_text), sample_text, line, rest) > 0);
	else
		assert_true(asprintf(&text, "%.*s%s", (int)(rest - sample_text), sample_text, at) > 0);
	rc = parse_only(text);
	free(text);
	return rc;
}

static void
each_key_once(void **state)
{
	static const char *const keys[] = {
		"holdfast-login", "uid", "user", "pid", "start", "service", "address", "port", "local-address",
		"local-port", "xdg-session", "end",
	};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		char start[32];

		snprintf(start, sizeof start, "%s%s", i ? "\n" : "", keys[i]);
		/* Cut at the key itself, not at the newline before it. */
		assert_int_equal(parse_with(strstr(sample_text, start) + (i ? 1 : 0), ""), -EBADMSG);
		assert_int_equal(parse_with(strstr(sample_text, start) + (i ? 1 : 0), NULL), -EBADMSG);
	}
	assert_int_equal(parse_with("auth pub", ""), 0);
	assert_int_equal(parse_with("auth pub", NULL), 0);
}

static void
values_out_of_range(void **state)
{
	static const struct { const char *key, *line; int wanted; } cases[] = {
		{ "uid", "uid 0\n", 0 },
		{ "uid", "uid 4294967294\n", 0 },
		{ "uid", "uid 4294967295\n", -EBADMSG },
		{ "uid", "uid 99999999999999999999999\n", -EBADMSG },
		{ "uid", "uid -1\n", -EBADMSG },
		{ "uid", "uid +1\n", -EBADMSG },
		{ "uid", "uid 01\n", -EBADMSG },
		{ "uid", "uid 1x\n", -EBADMSG },
		{ "uid", "uid 0x10\n", -EBADMSG },
		{ "uid", "uid\n", -EBADMSG },
		{ "uid", "uid \n", -EBADMSG },
		{ "uid", "uid  1000\n", -EBADMSG },
		{ "uid", "uid 1000 \n", -EBADMSG },
		{ "uid", "UID 1000\n", -EBADMSG },
		{ "user", "user al\tice\n", -EBADMSG },
		{ "user", "user al\x7fice\n", -EBADMSG },
		{ "user", "user \xc3\xa9\n", -EBADMSG },
		{ "pid", "pid 0\n", -EBADMSG },
		{ "pid", "pid 2147483647\n", 0 },
		{ "pid", "pid 2147483648\n", -EBADMSG },
		{ "start", "start 18446744073709551615\n", 0 },
		{ "start", "start 18446744073709551616\n", -EBADMSG },
		{ "port", "port 65535\n", 0 },
		{ "port", "port 65536\n", -EBADMSG },
		{ "port", "port 0\n", -EBADMSG },
		{ "port", "port -\n", 0 },
		{ "service", "service \n", -EBADMSG },
		{ "xdg", "unknown 1\nxdg-session 1\n", -EBADMSG },
		{ "end", "end\nend\n", -EBADMSG },
		{ "end", "end\nx", -EBADMSG },
		{ "end", "end \n", -EBADMSG },
		{ "holdfast-login", "holdfast-login 2\n", -EBADMSG },
		{ "holdfast-login", "\nholdfast-login 1\n", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (parse_with(cases[i].key, cases[i].line) != cases[i].wanted)
			fail_msg("%s", cases[i].line);
}

static void
fields_are_bounded(void **state)
{
	char line[USER_CAP + 16];

	(void)state;
	strcpy(line, "user ");
	memset(line + 5, 'u', USER_CAP);
	strcpy(line + 5 + USER_CAP, "\n");
	assert_int_equal(parse_with("user", line), -EBADMSG);
	strcpy(line + 5 + USER_CAP - 1, "\n");
	assert_int_equal(parse_with("user", line), 0);
}

static void
methods_are_bounded(void **state)
{
	char lines[256] = "";
	struct record r = sample;

	(void)state;
	for (int i = 0; i < RECORD_AUTH_MAX - 1; i++)
		strcat(lines, "auth x\n");
	assert_int_equal(parse_with("auth pub", lines), 0);
	strcat(lines, "auth x\n");
	assert_int_equal(parse_with("auth pub", lines), -EBADMSG);
	r.auth_count = RECORD_AUTH_MAX + 1;
	assert_int_equal(record_format(&r, lines, sizeof lines), -EINVAL);
}

static void
nul_bytes_are_refused(void **state)
{
	struct record r;

	(void)state;
	for (size_t i = 0; i < sizeof sample_text - 1; i++) {
		char changed[sizeof sample_text], *copy;

		memcpy(changed, sample_text, sizeof changed);
		changed[i] = '\0';
		assert_int_equal(parse(&r, changed, sizeof sample_text - 1, &copy), -EBADMSG);
		free(copy);
	}
}

static void
format_refuses_what_parse_would(void **state)
{
	static const char *const values[] = {
		"a\nuid 0", "a\n", "\n", "\x1b[2J", "a\x7f", "\xc3\xa9", " a", "a ", "",
	};
	struct record r;
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		r = sample;
		strcpy(r.user, values[i]);
		assert_int_equal(record_format(&r, out, sizeof out), -EINVAL);
		r = sample;
		r.auth[1] = values[i];
		assert_int_equal(record_format(&r, out, sizeof out), -EINVAL);
	}
	r = sample;
	strcpy(r.address, "-");
	assert_int_equal(record_format(&r, out, sizeof out), -EINVAL);
	r = sample;
	r.pid = 0;
	assert_int_equal(record_format(&r, out, sizeof out), -EINVAL);
}

/* At most RECORD_MAX bytes, for writer and reader. */
static void
length_is_bounded(void **state)
{
	char *big = malloc(RECORD_MAX + 1), *out = malloc(2 * RECORD_MAX), *copy;
	struct record r = sample, got;
	int len;

	(void)state;
	assert_non_null(big);
	assert_non_null(out);
	memset(big, 'k', RECORD_MAX);
	big[RECORD_MAX] = '\0';
	r.auth[1] = big;
	assert_int_equal(record_format(&r, out, 2 * RECORD_MAX), -EMSGSIZE);
	/* "password" made so long that the whole has the size that is allowed. */
	big[RECORD_MAX - (sizeof sample_text - 1) + strlen("password")] = '\0';
	len = record_format(&r, out, 2 * RECORD_MAX);
	assert_int_equal(len, RECORD_MAX);
	assert_int_equal(parse(&got, out, (size_t)len, &copy), 0);
	free(copy);
	big[strlen(big)] = 'k';
	assert_int_equal(record_format(&r, out, 2 * RECORD_MAX), -EMSGSIZE);
	free(out);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format),
		cmocka_unit_test(parse_sample),
		cmocka_unit_test(unknown_is_a_dash),
		cmocka_unit_test(every_prefix_fails),
		cmocka_unit_test(each_key_once),
		cmocka_unit_test(values_out_of_range),
		cmocka_unit_test(fields_are_bounded),
		cmocka_unit_test(methods_are_bounded),
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(format_refuses_what_parse_would),
		cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
