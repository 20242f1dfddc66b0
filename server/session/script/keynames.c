/* SPDX-License-Identifier: MIT */
#include "keynames.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SHIFT = 1, META = 2, CONTROL = 4 };

/* How modifiers come into the bytes: not at all; as xterm says them, CSI 1 ; N LETTER, or CSI NUMBER ; N ~. */
enum form { BYTES, CURSOR, LETTER, NUMBER };

static const struct key {
	const char *name, *alias;
	enum form form;
	const char *bytes; /* BYTES */
	int what;          /* the letter, or the number */
} keys[] = {
	{ "Enter", "CR", BYTES, "\r", 0 },
	{ "Escape", "Esc", BYTES, "\033", 0 },
	{ "Tab", NULL, BYTES, "\t", 0 },
	{ "BTab", NULL, BYTES, "\033[Z", 0 },
	{ "BSpace", "Backspace", BYTES, "\177", 0 },
	{ "Space", NULL, BYTES, " ", 0 },
	{ "Up", NULL, CURSOR, NULL, 'A' },
	{ "Down", NULL, CURSOR, NULL, 'B' },
	{ "Right", NULL, CURSOR, NULL, 'C' },
	{ "Left", NULL, CURSOR, NULL, 'D' },
	{ "Home", NULL, CURSOR, NULL, 'H' },
	{ "End", NULL, CURSOR, NULL, 'F' },
	{ "IC", "Insert", NUMBER, NULL, 2 },
	{ "DC", "Delete", NUMBER, NULL, 3 },
	{ "PPage", "PageUp", NUMBER, NULL, 5 },
	{ "NPage", "PageDown", NUMBER, NULL, 6 },
	{ "PgUp", NULL, NUMBER, NULL, 5 },
	{ "PgDn", NULL, NUMBER, NULL, 6 },
	{ "F1", NULL, LETTER, NULL, 'P' },
	{ "F2", NULL, LETTER, NULL, 'Q' },
	{ "F3", NULL, LETTER, NULL, 'R' },
	{ "F4", NULL, LETTER, NULL, 'S' },
	{ "F5", NULL, NUMBER, NULL, 15 },
	{ "F6", NULL, NUMBER, NULL, 17 },
	{ "F7", NULL, NUMBER, NULL, 18 },
	{ "F8", NULL, NUMBER, NULL, 19 },
	{ "F9", NULL, NUMBER, NULL, 20 },
	{ "F10", NULL, NUMBER, NULL, 21 },
	{ "F11", NULL, NUMBER, NULL, 23 },
	{ "F12", NULL, NUMBER, NULL, 24 },
};

#define KEYS (sizeof keys / sizeof *keys)

/* Takes the modifiers off, "C-M-" or "^": what is left; *MODIFIERS: which. */
static const char *
take_modifiers(const char *name, unsigned *modifiers)
{
	static const struct {
		char letter;
		unsigned bit;
	} known[] = { { 'C', CONTROL }, { 'M', META }, { 'S', SHIFT } };
	bool more = true;

	*modifiers = 0;
	while (more && name[0] && name[1] == '-' && name[2]) {
		more = false;
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if ((name[0] & ~0x20) == known[i].letter) {
				*modifiers |= known[i].bit;
				more = true;
			}
		if (more)
			name += 2;
	}
	if (name[0] == '^' && name[1]) {
		*modifiers |= CONTROL;
		name++;
	}
	return name;
}

static const struct key *
find(const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strcasecmp(keys[i].name, name) == 0 || (keys[i].alias && strcasecmp(keys[i].alias, name) == 0))
			return &keys[i];
	return NULL;
}

/* The control character of C: 0 to 31, 127; -EINVAL. */
static int
control_of(unsigned char c)
{
	if ((c >= '@' && c <= '_') || (c >= 'a' && c <= 'z'))
		return c & 0x1f;
	if (c == ' ')
		return 0;
	return c == '?' ? 127 : -EINVAL;
}

/* TEXT, one character or the bytes of a key, with ESC before it for META. */
static int
with_meta(const char *text, size_t len, unsigned modifiers, char out[KEYNAMES_MAX])
{
	size_t n = 0;

	if (modifiers & META)
		out[n++] = '\033';
	memcpy(out + n, text, len);
	return (int)(n + len);
}

/* How many bytes the character at TEXT has if it is UTF-8, and nothing is behind it; else 0. */
static size_t
one_character(const char *text)
{
	unsigned char c = (unsigned char)*text;
	size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return len && c && !text[len] ? len : 0;
}

static int
character(const char *text, unsigned modifiers, char out[KEYNAMES_MAX])
{
	size_t len = one_character(text);
	int control;
	char c;

	if (!len)
		return -ENOENT;
	if (modifiers & SHIFT)
		return -EINVAL;
	if (!(modifiers & CONTROL))
		return with_meta(text, len, modifiers, out);
	control = control_of((unsigned char)*text);
	if (control < 0)
		return control;
	c = (char)control;
	return with_meta(&c, 1, modifiers, out);
}

/* Enter and the like: with META alone, but for Shift-Tab, and Control-Space. */
static int
plain(const struct key *k, unsigned modifiers, char out[KEYNAMES_MAX])
{
	if (*k->bytes == '\t' && modifiers & SHIFT)
		return with_meta("\033[Z", 3, modifiers, out);
	if (*k->bytes == ' ' && modifiers & CONTROL)
		return with_meta("", 1, modifiers, out);
	return modifiers & (SHIFT | CONTROL) ? -EINVAL : with_meta(k->bytes, strlen(k->bytes), modifiers, out);
}

int
keynames_bytes(const char *name, bool cursor, char out[KEYNAMES_MAX])
{
	unsigned modifiers;
	const char *rest = take_modifiers(name, &modifiers);
	const struct key *k = find(rest);

	if (!k)
		return character(rest, modifiers, out);
	if (k->form == BYTES)
		return plain(k, modifiers, out);
	if (k->form == NUMBER && modifiers)
		return snprintf(out, KEYNAMES_MAX, "\033[%d;%u~", k->what, modifiers + 1);
	if (k->form == NUMBER)
		return snprintf(out, KEYNAMES_MAX, "\033[%d~", k->what);
	if (modifiers)
		return snprintf(out, KEYNAMES_MAX, "\033[1;%u%c", modifiers + 1, k->what);
	return snprintf(out, KEYNAMES_MAX, "\033%c%c", k->form == LETTER || cursor ? 'O' : '[', k->what);
}

bool
keynames_depend(const char *name)
{
	unsigned modifiers;
	const struct key *k = find(take_modifiers(name, &modifiers));

	return k && k->form == CURSOR && !modifiers;
}

const char *
keynames_name(size_t i)
{
	return i < KEYS ? keys[i].name : NULL;
}
