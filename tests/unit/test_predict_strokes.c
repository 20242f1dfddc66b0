/* SPDX-License-Identifier: MIT */
/* The bytes of a terminal as keys. */
#include "unit.h"

#include "strokes.h"

/* A letter for each kind, in the order of enum key_kind. */
static const char letters[KEY_KINDS + 1] = "-cmobdlrhewW~n?p";

/* Parses the N READS one after the other; the letters of the keys, with the sums of their bytes checked. */
static void
parse(const char *const *reads, size_t n, char *found)
{
	struct strokes k = { 0 };
	size_t given = 0, in_keys = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(reads[i]), at = 0, used;
		unsigned char *bytes = exact_copy(reads[i], len);
		struct key key;

		given += len;
		while (at < len) {
			if (strokes_next(&k, bytes + at, len - at, &key, &used)) {
				assert_uint_in_range(key.kind, 0, KEY_KINDS - 1);
				*found++ = letters[key.kind];
				in_keys += key.bytes;
			}
			assert_true(used > 0 && used <= len - at);
			at += used;
		}
		free(bytes);
	}
	*found = '\0';
	assert_true(in_keys <= given);
	if (k.n == 0 && !k.string)
		assert_int_equal(in_keys, given);
}

static void
keys_are_what_a_terminal_sends(void **state)
{
	static const struct { const char *bytes, *keys; } table[] = {
		{ "ab ~", "cccc" },
		{ "\r\n", "nn" },
		{ "\x7f\x08", "bb" },
		{ "\xc3\xa9\xe4\xb8\xad", "cc" },
		{ "e\xcc\x81", "cm" },
		{ "\xf0\x9f\x98\x80", "o" },
		{ "\xf0\x9f\x87\xa9", "o" },
		{ "\xef\xb8\x8f", "o" },
		{ "\xff" "a", "?c" },
		{ "\xc3" "a", "?" },
		{ "\xc2\x85", "?" },
		{ "\033[A\033[B\033[C\033[D", "~~rl" },
		{ "\033OA\033OB\033OC\033OD", "~~rl" },
		{ "\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~", "hehehehe" },
		{ "\033[3~\033[5~\033[2~", "d??" },
		{ "\033[1;5D\033[1;5C\033[1;3D\033[1;3C\033b\033f", "wWwWwW" },
		{ "\033[1;2D\033[1;5A", "??" },
		{ "\x01\x05\x02\x06", "helr" },
		{ "\t\x0b\x0e\x10\x15\x17\x19", "~~~~~~~" },
		{ "\x03\x04\x12\x1a\x1c", "?????" },
		{ "\033", "?" },
		{ "\033[", "?" },
		{ "\033O", "?" },
		{ "\033P", "?" },
		{ "\033x", "?" },
		{ "\033OP\033[15~", "??" },
		/* Focus, mouse, answers. */
		{ "\033[I\033[O", "--" },
		{ "\033[<0;10;20M\033[<0;10;20m", "--" },
		{ "\033[M !!\033[Ma\033[", "--" },
		{ "\033[32;10;20M", "-" },
		{ "\033[?1;2c\033[>0;1;0c\033[10;20R\033[0n\033[?2004;1$y\033[8;24;80t\033[?1u", "-------" },
		{ "\033]11;rgb:ffff/ffff/ffff\033\\\033]4;1;x\x07\033P1$r0m\033\\x", "---c" },
		{ "\033[200~a\r\033[A\033[201~b", "pppppc" },
	};
	char found[64];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		parse(&table[i].bytes, 1, found);
		assert_string_equal(found, table[i].keys);
	}
}

static void
what_is_not_whole_goes_on_in_the_next_read(void **state)
{
	static const char *const character[] = { "\xe4", "\xb8", "\xad" "a" };
	static const char *const sequence[] = { "\033[1", ";5", "Dx" };
	static const char *const answer[] = { "\033]11;rgb", ":0/0/0", "\033\\x" };
	static const char *const paste[] = { "\033[200~ab", "cd\033[20", "1~e" };
	char found[64];

	(void)state;
	parse(character, 3, found);
	assert_string_equal(found, "cc");
	parse(sequence, 3, found);
	assert_string_equal(found, "wc");
	parse(answer, 3, found);
	assert_string_equal(found, "-c");
	parse(paste, 3, found);
	assert_string_equal(found, "ppppppc");
}

static void
a_sequence_has_an_end(void **state)
{
	char bytes[400] = "\033[", found[512];
	const char *read = bytes;

	(void)state;
	memset(bytes + 2, '1', sizeof bytes - 3);
	parse(&read, 1, found);
	assert_int_equal(found[0], '?');
	/* What a string holds is not kept. */
	memset(bytes + 2, 'x', sizeof bytes - 3);
	bytes[1] = ']';
	bytes[sizeof bytes - 2] = 7;
	parse(&read, 1, found);
	assert_string_equal(found, "-");
	/* Alt and _ in one read with another key: what is typed behind the next Enter is keys again. */
	parse((const char *const[]){ "\033_ls", "x\rab" }, 2, found);
	assert_string_equal(found, "?cc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_what_a_terminal_sends),
		cmocka_unit_test(what_is_not_whole_goes_on_in_the_next_read),
		cmocka_unit_test(a_sequence_has_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
