/* SPDX-License-Identifier: MIT */
/*
 * rendering: what a rendering for a terminal may have in it: whole sequences, none of them a question, each of a kind
 * that renderings use and that the terminal takes, and bytes of its character set.
 */
#ifndef HOLDFAST_FUZZ_RENDERING_H
#define HOLDFAST_FUZZ_RENDERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "termcan.h"
#include "utf8.h"

#define ANY TERMCAN_ECMA48

/* A control sequence: private prefix, intermediate and final byte, or 0; then what a terminal must take. */
static const struct {
	char private, intermediate, final;
	uint64_t needs;
} sequences[] = {
	{ 0, 0, 'H', ANY }, { 0, 0, 'J', ANY }, { 0, 0, 'K', ANY }, { 0, 0, 'C', ANY }, { 0, 0, 'm', ANY },
	{ 0, 0, 'X', TERMCAN_ERASES }, { 0, 0, 'G', TERMCAN_XTERM }, { 0, 0, 'P', TERMCAN_XTERM },
	{ 0, 0, 'Z', TERMCAN_XTERM }, { 0, 0, 'g', TERMCAN_TABS }, { 0, 0, 'r', TERMCAN_REGION },
	{ 0, 0, 's', TERMCAN_SIDES }, { 0, 0, 't', TERMCAN_TITLE_STACK }, { 0, 0, 'h', ANY }, { 0, 0, 'l', ANY },
	{ '?', 0, 'h', ANY }, { '?', 0, 'l', ANY }, { '?', 0, 's', TERMCAN_XTERM }, { '?', 0, 'W', TERMCAN_TABS },
	{ '>', 0, 'u', TERMCAN_KITTY_KEYS }, { '<', 0, 'u', TERMCAN_KITTY_KEYS }, { '=', 0, 'u', TERMCAN_KITTY_KEYS },
	{ '>', 0, 'm', TERMCAN_MODIFY_KEYS }, { 0, ' ', 'q', TERMCAN_SHAPE }, { 0, '"', 'q', TERMCAN_PROTECTS },
	{ 0, '!', 'p', TERMCAN_SOFT_RESET }, { 0, '"', 'p', TERMCAN_XTERM }, { 0, '*', 'x', TERMCAN_XTERM },
	{ 0, '#', 'y', TERMCAN_XTERM }, { 0, 0, 'D', ANY }, { 0, 0, 'B', TERMCAN_XTERM },
	{ 0, 0, 'I', TERMCAN_XTERM }, { 0, 0, '@', TERMCAN_XTERM },
	/* Of a model to a model alone. */
	{ '>', '!', 'h', TERMCAN_BIT(63) },
};

static const struct {
	unsigned number;
	uint64_t needs;
} private_modes[] = {
	{ 1, TERMCAN_KEYPAD }, { 5, TERMCAN_REVERSE_SCREEN }, { 6, TERMCAN_ORIGIN }, { 7, TERMCAN_AUTOWRAP },
	{ 25, TERMCAN_HIDES }, { 47, TERMCAN_ALTERNATE_47 }, { 69, TERMCAN_SIDES }, { 9, TERMCAN_MOUSE },
	{ 1000, TERMCAN_MOUSE }, { 1004, TERMCAN_FOCUS }, { 1047, TERMCAN_XTERM }, { 1049, TERMCAN_ALTERNATE },
	{ 2004, TERMCAN_PASTE }, { 2026, TERMCAN_SYNCHRONIZED }, { 2027, TERMCAN_GRAPHEMES },
	{ 2031, TERMCAN_THEME_REPORTS }, { 2048, TERMCAN_SIZE_REPORTS },
};

/* OSC by its number. */
static const struct {
	const char *begin;
	uint64_t needs;
} strings[] = {
	{ "0;", TERMCAN_TITLE }, { "1;", TERMCAN_TITLE }, { "2;", TERMCAN_TITLE }, { "4;", TERMCAN_PALETTE },
	{ "5;", TERMCAN_PALETTE }, { "104", TERMCAN_PALETTE }, { "105", TERMCAN_PALETTE },
	{ "7;", TERMCAN_PLACE }, { "8;", TERMCAN_LINKS }, { "9;4;", TERMCAN_PROGRESS },
	{ "10;", TERMCAN_THEME }, { "11;", TERMCAN_THEME }, { "12;", TERMCAN_THEME }, { "110", TERMCAN_THEME },
	{ "111", TERMCAN_THEME }, { "112", TERMCAN_THEME }, { "133;", TERMCAN_MARKS }, { "633;", TERMCAN_MARKS },
};

static bool
takes(const struct termcan *t, uint64_t needs)
{
	return !termcan_known(t) || (t->can & needs) == needs;
}

static bool
mode_permitted(const struct termcan *t, char private, const unsigned char *p)
{
	unsigned number = (unsigned)strtoul((const char *)p, NULL, 10);

	if (private != '?')
		return takes(t, number == 4 ? TERMCAN_INSERTS : number == 20 ? TERMCAN_NEWLINE : TERMCAN_PRIVATE);
	for (size_t i = 0; i < sizeof private_modes / sizeof *private_modes; i++)
		if (private_modes[i].number == number)
			return takes(t, private_modes[i].needs);
	return takes(t, TERMCAN_PRIVATE);
}

/* The length of the control sequence at P, behind its ESC [; 0: not permitted. */
static size_t
control_sequence(const struct termcan *t, const unsigned char *p, size_t len)
{
	size_t i = 0, params;
	char private = 0, intermediate = 0;

	if (len && *p >= 0x3c && *p <= 0x3f)
		private = (char)p[i++];
	params = i;
	for (; i < len && p[i] >= '0' && p[i] <= ';'; i++)
		if (p[i] == ':' && !takes(t, TERMCAN_COLONS))
			return 0;
	if (i < len && p[i] >= 0x20 && p[i] < 0x30)
		intermediate = (char)p[i++];
	if (i == len)
		return 0;
	if ((p[i] == 'h' || p[i] == 'l') && !mode_permitted(t, private, p + params))
		return 0;
	/* Only the stack of titles: others are questions, or move the window. */
	if (p[i] == 't' && strncmp((const char *)p, "22;", 3) != 0)
		return 0;
	for (size_t n = 0; n < sizeof sequences / sizeof *sequences; n++)
		if (sequences[n].private == private && sequences[n].intermediate == intermediate &&
		    sequences[n].final == (char)p[i])
			return takes(t, sequences[n].needs) ? i + 1 : 0;
	return 0;
}

/* The length of the OSC at P, behind its ESC ], with its end; 0: not permitted. */
static size_t
system_command(const struct termcan *t, const unsigned char *p, size_t len)
{
	bool coloured;
	size_t i = 0;

	while (i < len && p[i] >= 0x20)
		i++;
	if (i + 2 > len || p[i] != 0x1b || p[i + 1] != '\\')
		return 0;
	coloured = (*p == '4' || *p == '5') ? p[1] == ';' : *p == '1' && p[1] != ';' && p[2] == ';';
	/* Colours are said, and not asked for. */
	if (coloured && !memmem(p, i, ";rgb:", 5))
		return 0;
	for (size_t n = 0; n < sizeof strings / sizeof *strings; n++)
		if (strncmp((const char *)p, strings[n].begin, strlen(strings[n].begin)) == 0)
			return takes(t, strings[n].needs) ? i + 2 : 0;
	return 0;
}

/* The length of the escape sequence at P, behind its ESC; 0: not permitted. */
static size_t
escape_sequence(const struct termcan *t, const unsigned char *p, size_t len)
{
	size_t n;

	switch (len ? *p : 0) {
	case '[':
		n = control_sequence(t, p + 1, len - 1);
		return n ? n + 1 : 0;
	case ']':
		n = takes(t, TERMCAN_XTERM) || takes(t, TERMCAN_TITLE) ? system_command(t, p + 1, len - 1) : 0;
		return n ? n + 1 : 0;
	case '(':
	case ')':
		return len > 1 && takes(t, TERMCAN_DRAWING) && strchr("B0A", p[1]) ? 2 : 0;
	case '*':
	case '+':
		return len > 1 && takes(t, TERMCAN_DRAWING | TERMCAN_XTERM) && strchr("B0A", p[1]) ? 2 : 0;
	case '7':
	case '8':
		return takes(t, TERMCAN_SAVES);
	case 'H':
		return takes(t, TERMCAN_TABS);
	case '=':
	case '>':
		return takes(t, TERMCAN_KEYPAD);
	case 'n':
	case 'o':
	case 'N':
	case 'O':
	case 'V':
	case 'W':
	case '\\':
		return takes(t, TERMCAN_XTERM);
	}
	return 0;
}

/* Whether a character begins at P, of LEN bytes. */
static bool
is_utf8(const unsigned char *p, size_t len)
{
	unsigned n = utf8_length(*p);

	if (n < 2 || n > len || !utf8_second(p[0], p[1]))
		return false;
	for (unsigned i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Bytes that are no character of UTF-8 return as they are, if they are no controls anywhere. */
static bool
text_permitted(const struct termcan *t, const unsigned char *p, size_t len)
{
	if (*p < 0x80)
		return *p >= 0x20 || memchr("\r\n\b\016\017", *p, 6) || (*p == '\t' && takes(t, TERMCAN_XTERM));
	return takes(t, TERMCAN_UTF8) || t->can & TERMCAN_OWN_BYTES || t->upper[*p - 0x80] ||
	       (*p >= 0xa0 && !is_utf8(p, len));
}

/* Aborts if a rendering (P, LEN bytes and a NUL) for T has in it what it may not have. */
static void
check_rendering(const struct termcan *t, const unsigned char *p, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = p[i] == 0x1b ? escape_sequence(t, p + i + 1, len - i - 1) : 0;
		for (size_t k = i + 1; k <= i + n && !takes(t, TERMCAN_UTF8); k++)
			n = p[k] < 0x80 ? n : 0;
		if (p[i] == 0x1b ? n == 0 : !text_permitted(t, p + i, len - i)) {
			fprintf(stderr, "not for a terminal that takes %llx: byte %zu of %zu, %02x, then \"%.40s\"\n",
			        (unsigned long long)t->can, i, len, p[i], (const char *)p + i + 1);
			abort();
		}
		i += 1 + n;
	}
}

#undef ANY
#endif
