/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#include <stddef.h>
#include <string.h>

#include "asksfor.h"
#include "look.h"
#include "utf8.h"

#define PROMPT_BYTES 512
#define HASH_BEGIN 2166136261u
#define MASKS "*#.+_=xX"
#define NANO_ROWS 3 /* its last rows: where it asks, and its help */

struct text {
	unsigned n;
	char bytes[PROMPT_BYTES + 1];
};

/* The text of ROW up to the column TO; false: there is no room for it. */
static bool
row_text(const struct screen *base, unsigned row, unsigned to, struct text *t)
{
	t->n = 0;
	for (unsigned i = 0; i < to; i++) {
		struct look_cell c;

		look_cell(base, row, i, &c);
		if (c.width == 0)
			continue;
		if (c.len == 0) {
			c.len = 1;
			c.text[0] = ' ';
		}
		if (t->n + c.len > PROMPT_BYTES)
			return false;
		memcpy(t->bytes + t->n, c.text, c.len);
		t->n += c.len;
	}
	t->bytes[t->n] = '\0';
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "pin" within a word, as in "alpine" and "typing", asks for nothing. */
static bool
is_within_word(const char *text, const char *p, size_t len)
{
	return p > text && is_letter(p[-1]) && is_letter(p[len]);
}

static bool
asks_for_secret(const char *text)
{
	static const char *const words[] = { "passp", "passcode", "secret", "token", "one-time", "verification",
		"credential", "private", "read>" }, *const alone[] = { "pin", "otp" };

	for (const char *p = text; *p; p++)
		if (asksfor_begins(p, words, sizeof words / sizeof *words) ||
		    (asksfor_begins(p, alone, sizeof alone / sizeof *alone) && !is_within_word(text, p, 3)))
			return true;
	return asksfor_password(text);
}

static bool
is_of_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '~' ||
	    c == '.' || c == '_' || c == '-';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static uint32_t
hash_add(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 16777619u; /* FNV-1a */
}

/* How many bytes at P are one part, and what stands for it in *AS. */
static unsigned
part(const char *p, char *as)
{
	unsigned n = 0;
	bool path = false;

	while (is_of_path(p[n])) {
		path = path || p[n] == '/' || p[n] == '~';
		n++;
	}
	*as = '/';
	if (path)
		return n;
	n = 0;
	while (is_digit(p[n]))
		n++;
	*as = n ? '0' : p[0];
	return n ? n : 1;
}

uint32_t
prompt_hash(const struct screen *base, unsigned row, unsigned col)
{
	uint32_t hash = HASH_BEGIN;
	bool any = false;
	struct text t;
	char as;

	if (screen_alternate(base) || row >= screen_rows(base) || col >= screen_cols(base) ||
	    look_goes_on(base, row) || look_doubtful(base, row))
		return 0;
	if (!row_text(base, row, col, &t) || asks_for_secret(t.bytes))
		return 0;
	for (unsigned i = 0; i < t.n;) {
		any = any || t.bytes[i] != ' ';
		i += part(t.bytes + i, &as);
		hash = hash_add(hash, as);
	}
	return !any ? 0 : hash ? hash : 1;
}

/* A shell's prompt, which may stand behind a question that has been answered without a line's end. */
static bool
is_shell(const struct text *t)
{
	unsigned n = t->n;

	while (n > 0 && t->bytes[n - 1] == ' ')
		n--;
	return n > 0 && n < t->n && strchr("$#%", t->bytes[n - 1]);
}

bool
prompt_asks(const struct screen *base, unsigned row, unsigned col)
{
	struct text t;

	if (row_text(base, row, col, &t) && is_shell(&t))
		return false;
	while (row_text(base, row, col, &t) && !asks_for_secret(t.bytes)) {
		if (row == 0 || !look_goes_on(base, row))
			return false;
		row--;
		col = screen_cols(base);
	}
	return true;
}

bool
prompt_masks(const char *text, unsigned len)
{
	/* Signs of Latin-1, punctuation and symbols, those of CJK and their wide and small forms, emoji. */
	static const struct { uint32_t from, to; } signs[] = { { 0x80, 0xbf }, { 0xd7, 0xd7 }, { 0x2000, 0x2bff },
		{ 0x3000, 0x303f }, { 0x30fb, 0x30fb }, { 0xfe50, 0xfe6f }, { 0xff00, 0xff0f }, { 0x1f000, 0x1ffff } };
	unsigned used;
	uint32_t code;

	if (len == 0 || (unsigned char)text[0] < 0x80)
		return len == 0 || strchr(MASKS, text[0]);
	code = utf8_get((const unsigned char *)text, &used);
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (code >= signs[i].from && code <= signs[i].to)
			return true;
	return false;
}

/* The length of "-- INSERT --" at the beginning of TEXT; 0: it says none, or that keys are not text there. */
static size_t
mode_length(const char *text)
{
	const char *end;

	if (strncmp(text, "-- ", 3) != 0)
		return 0;
	end = strstr(text + 3, " --");
	return end && end > text + 3 && !strstr(text, "TERMINAL") && !strstr(text, "VISUAL") ? (size_t)(end - text) : 0;
}

static bool
is_vi(const char *program)
{
	return strncmp(program, "vim", 3) == 0 || strcmp(program, "nvim") == 0 || strcmp(program, "vi") == 0;
}

uint32_t
prompt_screen(const struct screen *base, const char *program)
{
	uint32_t hash = HASH_BEGIN;
	struct look_cursor cursor;
	struct text t;
	size_t n;

	if (!screen_alternate(base))
		return PROMPT_LINES;
	if (!is_vi(program) || !row_text(base, screen_rows(base) - 1, screen_cols(base) / 2, &t))
		return PROMPT_FULL;
	look_cursor(base, &cursor);
	if (cursor.row == screen_rows(base) - 1)
		return t.n && strchr(":/?", t.bytes[0]) && !asks_for_secret(t.bytes) ? PROMPT_COMMAND : PROMPT_FULL;
	n = mode_length(t.bytes);
	for (size_t i = 0; i < n; i++)
		hash = hash_add(hash, t.bytes[i]);
	return n == 0 ? PROMPT_FULL : hash < PROMPT_MODE ? PROMPT_MODE : hash;
}

bool
prompt_is_text(const struct screen *base, const char *program)
{
	unsigned rows = screen_rows(base);
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	if (!screen_alternate(base) || rows < NANO_ROWS + 2)
		return false;
	if (strcmp(program, "nano") == 0)
		return cursor.row > 0 && cursor.row < rows - NANO_ROWS;
	return prompt_screen(base, program) >= PROMPT_COMMAND;
}
