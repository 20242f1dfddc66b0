/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "local_escape.h"

/* Feeds IN in pieces of PIECE bytes; what comes out is in OUT, the actions as letters in ACTIONS. */
static void
feed(struct local_escape *e, const char *in, size_t piece, char *out, char *actions)
{
	static const char letters[] = " .?zrd";
	unsigned char part[256];
	size_t left = strlen(in), n, out_len;

	while (left) {
		enum escape_action action;

		n = local_escape_feed(e, (const unsigned char *)in, left < piece ? left : piece, part, &out_len, &action);
		memcpy(out, part, out_len);
		out += out_len;
		if (action != ESCAPE_NONE)
			*actions++ = letters[action];
		in += n;
		left -= n;
	}
	*out = *actions = '\0';
}

static void
expect(int character, const char *in, const char *out, const char *actions)
{
	char got[256], acted[32];

	for (size_t piece = 1; piece <= 5; piece++) {
		struct local_escape e;

		local_escape_init(&e, character);
		feed(&e, in, piece, got, acted);
		assert_string_equal(got, out);
		assert_string_equal(acted, actions);
	}
}

static void
test_escapes(void **state)
{
	(void)state;
	expect('~', "~.", "", ".");
	expect('~', "a\r~.b", "a\rb", ".");
	expect('~', "a\n~?~r~d~\032", "a\n", "?rdz");
	expect('~', "a~.", "a~.", "");
	expect('~', "~~.", "~.", "");
	expect('~', "~~\r~.", "~\r", ".");
	expect('~', "~x\r~~", "~x\r~", "");
	expect('~', "~\r~.", "~\r", ".");
	expect(-1, "~.\r~.", "~.\r~.", "");
	expect('%', "%.~.", "~.", ".");
}

static void
test_room(void **state)
{
	unsigned char in[64], out[65];
	struct local_escape e;
	enum escape_action action;
	size_t out_len;

	(void)state;
	local_escape_init(&e, '~');
	assert_int_equal(local_escape_feed(&e, (const unsigned char *)"~", 1, out, &out_len, &action), 1);
	assert_int_equal(out_len, 0);
	memset(in, 'x', sizeof in);
	assert_int_equal(local_escape_feed(&e, in, sizeof in, out, &out_len, &action), sizeof in);
	assert_int_equal(out_len, sizeof in + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
