/* SPDX-License-Identifier: MIT */
/* Keys by their names, and output as lines of text: what scripts give and get (server/session/script/). */
#include "unit.h"

#include <errno.h>

#include "keynames.h"
#include "plaintext.h"
#include "sieve.h"

static void
keys(void **state)
{
	static const struct { const char *name; bool cursor; const char *bytes; } table[] = {
		{ "Enter", false, "\r" }, { "enter", false, "\r" }, { "CR", false, "\r" }, { "Escape", false, "\033" },
		{ "Tab", false, "\t" }, { "S-Tab", false, "\033[Z" }, { "BTab", false, "\033[Z" },
		{ "BSpace", false, "\177" }, { "Backspace", false, "\177" }, { "Space", false, " " },
		{ "Up", false, "\033[A" }, { "Up", true, "\033OA" }, { "C-Up", true, "\033[1;5A" },
		{ "M-S-Left", false, "\033[1;4D" }, { "Home", false, "\033[H" }, { "End", true, "\033OF" },
		{ "IC", false, "\033[2~" }, { "Delete", false, "\033[3~" }, { "PgUp", false, "\033[5~" },
		{ "C-NPage", false, "\033[6;5~" }, { "F1", false, "\033OP" }, { "S-F1", false, "\033[1;2P" },
		{ "F5", false, "\033[15~" }, { "F12", false, "\033[24~" }, { "C-M-S-F12", false, "\033[24;8~" },
		{ "a", false, "a" }, { "A", false, "A" }, { "-", false, "-" }, { "^", false, "^" }, { "\303\251", false, "\303\251" },
		{ "C-c", false, "\003" }, { "c-C", false, "\003" }, { "^c", false, "\003" }, { "C-[", false, "\033" },
		{ "C-?", false, "\177" }, { "M-x", false, "\033x" }, { "M--", false, "\033-" }, { "M-C-x", false, "\033\030" },
		{ "M-Enter", false, "\033\r" }, { "M-\303\251", false, "\033\303\251" },
	};
	static const char *const none[] = { "", "Entre", "ab", "F13", "F0", "C-", "\303", "\303\251x", "X-a", "M-ab" };
	static const char *const impossible[] = { "C-\303\251", "C-1", "S-a", "C-Enter", "S-Escape" };
	char out[KEYNAMES_MAX];
	const char *name;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(keynames_bytes(table[i].name, table[i].cursor, out), strlen(table[i].bytes));
		assert_memory_equal(out, table[i].bytes, strlen(table[i].bytes));
	}
	assert_int_equal(keynames_bytes("C-Space", false, out), 1);
	assert_int_equal(out[0], 0);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(keynames_bytes(none[i], false, out), -ENOENT);
	for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
		assert_int_equal(keynames_bytes(impossible[i], false, out), -EINVAL);
	for (size_t i = 0; (name = keynames_name(i)); i++)
		assert_true(keynames_bytes(name, false, out) > 0);
	assert_true(keynames_depend("Up") && keynames_depend("End") && !keynames_depend("C-Up") && !keynames_depend("x"));
}

static char lines[65536];
static bool whole;

static void
on_line(void *object, const char *text, size_t len)
{
	(void)object;
	assert_int_equal(strlen(text), len);
	assert_true(strlen(lines) + len + 2 < sizeof lines);
	strcat(lines, text);
	strcat(lines, "|");
}

/* The lines of BYTES, each with a bar behind it, and what there is of one more; at every cut the same. */
static void
check(const char *bytes, const char *want)
{
	static struct plaintext t;
	static char rest[PLAINTEXT_BYTES];
	size_t len = strlen(bytes);

	for (size_t cut = 0; cut <= len; cut++) {
		lines[0] = '\0';
		plaintext_begin(&t, on_line, NULL);
		t.whole = whole;
		plaintext_feed(&t, bytes, cut);
		plaintext_feed(&t, bytes + cut, len - cut);
		plaintext_rest(&t, rest);
		strcat(lines, rest);
		assert_string_equal(lines, want);
	}
}

static void
text(void **state)
{
	(void)state;
	check("one\r\ntwo\nthree", "one|two|three");
	check("a \033[1;31mred\033[0m b\033]0;title\atoo\033]8;;http://x\033\\!\r\n", "a red btoo!|");
	/* What a bar of progress and a line editor write over. */
	check("10%\r100%\r\n", "100%|");
	check("abc\b\033[Kd\r\n", "abd|");
	check("abcdef\r\033[2Cxx\033[K\r\n", "abxx|");
	check("abcdef\033[6D\033[2P\r\n", "cdef|");
	check("cdef\033[4D\033[2@ab\r\n", "abcdef|");
	check("abc\033[5Gx\033[1Gy\r\n", "ybc x|");
	check("abc\033[2X\r\033[1X\r\n", " bc|");
	check("\033[2Kold\r\033[Jnew\r\n", "new|");
	/* Another row ends the line; the other screen is left out. */
	check("above\033[5;1Hbelow\033[Ax", "above|below|x");
	check("$ vim\r\n\033[?1049h~\r\n~\033[3;3Hjunk\033[?1049l$ ", "$ vim|$");
	whole = true;
	check("$ vim\r\n\033[?1049h~\r\n~\033[3;3Hjunk\033[?1049l$ ", "$ vim|~|~|junk|$");
	whole = false;
	/* UTF-8, bytes that are none, strings, other sequences. */
	check("\303\251\342\202\254\360\237\230\200\r\n", "\303\251\342\202\254\360\237\230\200|");
	check("a\377b\303c\r\n", "a\357\277\275b\357\277\275c|");
	check("a\033Pq#0\033\\b\033_x\033\\c\033(Bd\033[>1;2me\r\n", "abcde|");
	check("a\tb\007\r\n", "a\tb|");
	check("a\033]0;no end\033[1mb\r\n", "ab|");
	check("a\033[999999999999Cb", "ab");
}

static void
marks(void **state)
{
	static const struct { const char *bytes; char mark; } table[] = {
		{ "x", 0 }, { "\033]133;A\a", 'A' }, { "\033]133;A;k=s\033\\$ \033]133;B\a", 'B' },
		{ "\033]133;A\a\033]133;C\033\\", 'C' }, { "\033]133;D;0\a", 'D' }, { "\033]633;B\a", 'B' },
		{ "\033]133;A\a\033]133;Z\a\033]13;C\a\033]133;Cx\a", 'A' },
	};
	static struct plaintext t;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		plaintext_begin(&t, on_line, NULL);
		plaintext_feed(&t, table[i].bytes, strlen(table[i].bytes));
		assert_int_equal(t.mark, table[i].mark);
	}
}

/* Lines without an end, and bytes at random, stay within their bounds. */
static void
bounds(void **state)
{
	static struct plaintext t;
	static char rest[PLAINTEXT_BYTES];
	unsigned seed = 1;

	(void)state;
	lines[0] = '\0';
	plaintext_begin(&t, on_line, NULL);
	for (int i = 0; i < PLAINTEXT_CELLS + 10; i++)
		plaintext_feed(&t, "\360\237\230\200", 4);
	assert_int_equal(strlen(lines), 4 * PLAINTEXT_CELLS + 1);
	assert_int_equal(plaintext_rest(&t, rest), 40);
	for (int i = 0; i < 1000000; i++) {
		static const char often[] = "\033[]0123;CDGKP@XJHh?\r\b";
		char c = (char)(rand_r(&seed) % 3 ? often[rand_r(&seed) % (sizeof often - 1)] : rand_r(&seed));

		lines[0] = '\0';
		plaintext_feed(&t, &c, 1);
		assert_true(t.len <= PLAINTEXT_CELLS && t.x <= PLAINTEXT_CELLS);
	}
}

/* What passes of BYTES, at every cut the same. */
static void
passes(bool looks, const char *bytes, const char *want)
{
	static unsigned char out[SIEVE_HELD + 1024];
	static struct sieve s;
	size_t len = strlen(bytes), n;

	for (size_t cut = 0; cut <= len; cut++) {
		memset(&s, 0, sizeof s);
		s.looks = looks;
		n = sieve_pass(&s, bytes, cut, out);
		n += sieve_pass(&s, bytes + cut, len - cut, out + n);
		out[n] = '\0';
		assert_string_equal(out, want);
	}
}

static void
only_text_passes_the_sieve(void **state)
{
	(void)state;
	passes(false, "a\tb\n\303\244\342\202\254\360\237\230\200\n", "a\tb\n\303\244\342\202\254\360\237\230\200\n");
	passes(false, "a\rb\bc\ad\177e\016f", "abcdef");
	passes(false, "\033[31mred\033]0;owned\a\033]52;c;eA==\033\\\033P+q\033\\", "[31mred]0;owned]52;c;eA==\\P+q\\");
	/* C1, as a character and as a byte. */
	passes(false, "a\302\233m\233mb", "ammb");
	/* Overlong, a surrogate, too high, cut short. */
	passes(false, "\300\233|\340\202\233|\355\240\200|\364\220\200\200|\365\200|\342\202|\342\202", "||||||");
	passes(false, "\342\033[31m\202\254", "[31m");
}

static void
looks_and_links_pass_where_asked_for(void **state)
{
	static char longer[SIEVE_HELD + 64], want[SIEVE_HELD + 64];
	static const char *const kept[] = {
		"\033[0;1;38:2::1:2:3mx\033[m\n", "\033]8;;https://example.org/a?b=c;d\033\\x\033]8;;\033\\",
		"\033]8;id=1;mailto:a@b\033\\x\033]8;;\a",
		"\033]8;;file:///tmp/\303\244\033\\", "\033]8;;HTTP://x\033\\",
	};

	(void)state;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		passes(true, kept[i], kept[i]);
	passes(true, "a\033[2Jb\033[>4;1mc\033[?25hd\033[6n\033cz\033(0", "a[2Jb[>4;1mc[?25hd[6ncz(0");
	passes(true, "a\033]0;owned\ab\033]52;c;eA==\033\\c", "a]0;ownedb]52;c;eA==\\c");
	passes(true, "a\033]8;;javascript:x\033\\b\033]8;;ssh://x\ac\033]8;x\033\\d", "abcd");
	/* A string terminator of 8 bits, as a character, and bytes that are none. */
	passes(true, "a\033]8;;http://x\302\234y\033\\b\033]8;;http://x\234y\033\\c", "abc");
	/* Another sequence in one that has begun. */
	passes(true, "\033]8;;http://x\033[31my", "]8;;http://x\033[31my");
	passes(true, "\033[3\033[31my\033", "[3\033[31my");
	/* One without an end. */
	memset(longer, 'x', sizeof longer - 1);
	memcpy(longer, "\033]8;;http://", 12);
	memcpy(want, longer + 1, sizeof longer - 1);
	{
		static unsigned char out[2 * SIEVE_HELD + 64];
		static struct sieve s = { .looks = true };
		size_t n = sieve_pass(&s, longer, sizeof longer - 1, out);

		assert_int_equal(n, strlen(want));
		assert_memory_equal(out, want, n);
		assert_int_equal(s.len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(text),
		cmocka_unit_test(marks),
		cmocka_unit_test(only_text_passes_the_sieve),
		cmocka_unit_test(looks_and_links_pass_where_asked_for),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
