/* SPDX-License-Identifier: MIT */
/* Looking at 64 bytes at once finds what looking at each byte finds, wherever in a block sequences begin and end. */
#include "unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "skip_blocks.h"

#define LEN_MAX 600
#define SLACK 192 /* a block that stops it, the one before, and the longest sequence here */

static uint64_t state_of_random;

static unsigned
some(unsigned n)
{
	state_of_random = state_of_random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state_of_random >> 33) % n;
}

static size_t
add(unsigned char *p, size_t len, const char *text)
{
	size_t n = strlen(text);

	memcpy(p + len, text, n);
	return len + n;
}

/* Lines; one thing in so many as ODD may be none of theirs. */
static size_t
make(unsigned char *p, unsigned odd)
{
	static const char *const things[] = {
		"a", " ", "[", "m", "0", ";", ":", "\r\n", "\n", "\t", "\x7f", "\xc3\xa9", "\xc2\xa9", "\xc2\xbb",
		"\xe4\xb8\xad", "\033[m", "\033[0m", "\033[1m", "\033[31;1m", "\033[38;5;244m", "\033[4:3m", "\033[;m",
		"text of some length",
		"\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27m", "\xc2" "a",
	};
	static const char *const odds[] = {
		"\016", "\017", "\xc2\x85", "\xc2\x9b", "\033", "\033[", "\033[K", "\033[1", "\033[1;", "\033[?1m",
		"\033[1\033[1m", "\033]0;a\a", "\033M", "\xc2", "\033\033[m", "\033[1 m", "\033[>1m", "\033[1\nm",
		"\xc2\x80", "\xc2\x9f",
	};
	size_t len = 0;

	while (len < LEN_MAX && some(200))
		len = add(p, len, some(odd) ? things[some(sizeof things / sizeof *things)]
		                            : odds[some(sizeof odds / sizeof *odds)]);
	return len;
}

/* The length of the thing that P begins with; 0: it is no part of a line, or not all there. */
static size_t
thing_length(const unsigned char *p, size_t len)
{
	size_t n = 2;

	if (p[0] == 0x0e || p[0] == 0x0f)
		return 0;
	if (p[0] == 0xc2)
		return len > 1 && (p[1] < 0x80 || p[1] > 0x9f) ? 1 : 0;
	if (p[0] != 0x1b)
		return 1;
	if (len < 3 || p[1] != '[')
		return 0;
	while (n < len && p[n] && strchr("0123456789:;", p[n]))
		n++;
	return n < len && p[n] == 'm' ? n + 1 : 0;
}

static void
compare(const unsigned char *p, size_t len, uint64_t seed)
{
	size_t found = skip_blocks_lines(p, len), at = 0, n;

	while (at < len && at < found && (n = thing_length(p + at, len - at)))
		at += n;
	if (at != found)
		fail_msg("%llu: %zu of %zu bytes are lines, it says %zu", (unsigned long long)seed, at, len, found);
#ifdef __SSE2__
	while (at < len && (n = thing_length(p + at, len - at)))
		at += n;
	if (at > found + SLACK)
		fail_msg("%llu: %zu of %zu bytes are lines, it finds %zu", (unsigned long long)seed, at, len, found);
#endif
}

static void
test_lines(void **state)
{
	static unsigned char bytes[LEN_MAX + 200];

	(void)state;
	for (uint64_t seed = 0; seed < 200000; seed++) {
		state_of_random = seed;
		compare(bytes, make(bytes, 2 + (unsigned)seed % 300), seed);
	}
}

static void
test_newlines(void **state)
{
	static unsigned char bytes[20000];

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		size_t len = i < 40 ? i : some(sizeof bytes), from = i % 17, n = 0;
		unsigned rare = 1 + some(80);

		from = from < len ? from : 0;
		for (size_t k = 0; k < sizeof bytes; k++)
			bytes[k] = some(rare) ? 'a' : '\n';
		for (size_t k = from; k < len; k++)
			n += bytes[k] == '\n';
		assert_int_equal(skip_blocks_newlines(bytes + from, len - from), n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_newlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
