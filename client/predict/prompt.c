/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "look.h"

#define PROMPT_BYTES 512
#define HASH_BEGIN 2166136261u
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
asks_for_secret(const char *text)
{
	static const char *const words[] = { "passw", "passp", "passcode", "pin", "secret", "token", "otp", "one-time",
		"verification", "credential", "private", "read>" };

	for (const char *p = text; *p; p++)
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (strncasecmp(p, words[i], strlen(words[i])) == 0)
				return true;
	return false;
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
