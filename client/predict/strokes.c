/* SPDX-License-Identifier: MIT */
#include "strokes.h"

#include <string.h>

#include "utf8.h"
#include "width.h"

#define ESC 0x1b
#define BEL 0x07
#define DEL 0x7f
#define PARAMETERS 3

/* A CSI sequence, taken apart. */
struct csi {
	unsigned char final, lead;      /* lead: "?", "<", "=" or ">", or 0 */
	bool between;                   /* it has intermediate bytes */
	unsigned n, parameter[PARAMETERS];
};

/* What C with Ctrl does: of the keys that edit a line, those that emacs, readline, zsh and fish share. */
static enum key_kind
control_kind(unsigned char c)
{
	switch (c) {
	case '\r':
	case '\n':
		return KEY_ENTER;
	case 0x08:
	case DEL:
		return KEY_BACKSPACE;
	case 0x01:
		return KEY_HOME;
	case 0x05:
		return KEY_END;
	case 0x02:
		return KEY_LEFT;
	case 0x06:
		return KEY_RIGHT;
	case '\t':
	case 0x0b: /* ^K */
	case 0x0e: /* ^N */
	case 0x10: /* ^P */
	case 0x15: /* ^U */
	case 0x17: /* ^W */
	case 0x19: /* ^Y */
		return KEY_CHANGE;
	default:
		return KEY_OTHER;
	}
}

static enum key_kind
character_kind(uint32_t code, struct key *key)
{
	unsigned what = width_what(code);
	enum width_class class = (enum width_class)(what >> WIDTH_CLASS_SHIFT);

	key->width = what & WIDTH_COLUMNS;
	if (what & WIDTH_DOUBTFUL)
		return KEY_ODD;
	if (key->width == 0)
		return class == WIDTH_EXTEND && code < 0xfe00 ? KEY_MARK : KEY_ODD;
	/* Flags and the like: what they look like depends on their neighbours. */
	if (class == WIDTH_REGIONAL || class == WIDTH_PREPEND || class == WIDTH_SPACING)
		return KEY_ODD;
	return code < 0xa0 ? KEY_OTHER : KEY_CHARACTER;
}

/* The character of the N bytes that are held, the last of which has just come; false: it is not whole. */
static bool
take_character(struct strokes *k, struct key *key)
{
	unsigned want = utf8_length(k->held[0]), len;

	if (want == 0 || (k->n >= 2 && !utf8_second(k->held[0], k->held[1])) ||
	    (k->n > 2 && (k->held[k->n - 1] & 0xc0) != 0x80)) {
		key->kind = KEY_OTHER;
		return true;
	}
	if (k->n < want)
		return false;
	key->kind = character_kind(utf8_get(k->held, &len), key);
	key->len = (uint8_t)want;
	memcpy(key->text, k->held, want);
	return true;
}

static void
csi_parse(const unsigned char *p, unsigned n, struct csi *csi)
{
	*csi = (struct csi){ .final = p[n - 1], .n = 1 };
	for (unsigned i = 0; i + 1 < n; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			if (csi->parameter[csi->n - 1] < 10000)
				csi->parameter[csi->n - 1] = csi->parameter[csi->n - 1] * 10 + (p[i] - '0');
		} else if (p[i] == ';' && csi->n < PARAMETERS) {
			csi->n++;
		} else if (p[i] >= '<' && p[i] <= '?' && i == 0) {
			csi->lead = p[i];
		} else {
			csi->between = true;
		}
	}
}

/* A key whose sequence ends in LETTER; MODIFIERS as xterm counts them: 1 none, 3 Alt, 5 Ctrl. */
static enum key_kind
letter_kind(unsigned char letter, unsigned modifiers)
{
	bool words = modifiers == 3 || modifiers == 5;

	if (modifiers > 1 && !words)
		return KEY_OTHER;
	switch (letter) {
	case 'A':
	case 'B':
		return words ? KEY_OTHER : KEY_CHANGE;
	case 'C':
		return words ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return words ? KEY_WORD_LEFT : KEY_LEFT;
	case 'F':
		return words ? KEY_OTHER : KEY_END;
	case 'H':
		return words ? KEY_OTHER : KEY_HOME;
	case 'M': /* the keypad's Enter */
		return words ? KEY_OTHER : KEY_ENTER;
	default:
		return KEY_OTHER;
	}
}

static enum key_kind
tilde_kind(struct strokes *k, const struct csi *csi)
{
	switch (csi->parameter[0]) {
	case 1:
	case 7:
		return csi->n == 1 ? KEY_HOME : KEY_OTHER;
	case 3:
		return csi->n == 1 ? KEY_DELETE : KEY_OTHER;
	case 4:
	case 8:
		return csi->n == 1 ? KEY_END : KEY_OTHER;
	case 200:
	case 201:
		k->paste = csi->parameter[0] == 200;
		return KEY_PASTED;
	default:
		return KEY_OTHER;
	}
}

/* What the N bytes at P behind "ESC [" are. */
static enum key_kind
csi_kind(struct strokes *k, const unsigned char *p, unsigned n)
{
	struct csi csi;

	csi_parse(p, n, &csi);
	if (csi.lead || csi.between)
		return KEY_NONE; /* the mouse in SGR, answers to DA, DECRQM, kitty's ?u */
	switch (csi.final) {
	case '~':
		return tilde_kind(k, &csi);
	case 'I':
	case 'O':
	case 'c':
	case 'n':
	case 't':
		return KEY_NONE;
	case 'R': /* where the cursor is; with Shift it may be F3, which is nothing to us either */
	case 'M': /* the mouse of 1015 */
		return csi.n >= 2 ? KEY_NONE : KEY_OTHER;
	default:
		return csi.n == 1 ? letter_kind(csi.final, 1) : letter_kind(csi.final, csi.parameter[1]);
	}
}

static enum key_kind
escape_kind(unsigned char second)
{
	switch (second) {
	case 'b':
		return KEY_WORD_LEFT;
	case 'f':
		return KEY_WORD_RIGHT;
	default:
		return KEY_OTHER;
	}
}

/* LAST: the read ends here.  False: the sequence goes on. */
static bool
take_csi(struct strokes *k, struct key *key)
{
	const unsigned char *p = k->held;
	unsigned char c = p[k->n - 1];

	/* The mouse as X10 had it: three more bytes, of any kind. */
	if (k->n >= 3 && p[2] == 'M') {
		key->kind = KEY_NONE;
		return k->n == 6;
	}
	if (k->n == STROKES_SEQUENCE || c < 0x20) {
		key->kind = KEY_OTHER;
		return true;
	}
	if (k->n < 3 || c < 0x40 || c > 0x7e)
		return false;
	key->kind = csi_kind(k, p + 2, k->n - 2);
	return true;
}

/* The sequence of ESC that is held, the last byte of which has just come. */
static bool
take_escape(struct strokes *k, bool last, struct key *key)
{
	key->kind = KEY_OTHER;
	if (k->n == 1)
		return last;
	switch (k->held[1]) {
	case '[':
		if (k->n == 2)
			return last;
		return take_csi(k, key);
	case 'O':
		if (k->n == 2)
			return last;
		key->kind = letter_kind(k->held[2], 1);
		return true;
	case 'P':
	case ']':
	case '_':
	case '^':
	case 'X':
		if (last)
			return true;
		k->string = k->held[1];
		k->escape = false;
		k->n = 0;
		return false;
	default:
		key->kind = escape_kind(k->held[1]);
		return true;
	}
}

/* C is in a string: true when it ends there. */
static bool
take_string(struct strokes *k, unsigned char c, struct key *key)
{
	bool ends = (k->escape && c == '\\') || (c == BEL && k->string == ']');
	/* No report has these: it was a key with Alt, and others behind it. */
	bool none = c == '\r' || c == '\n';

	k->escape = c == ESC;
	if (!ends && !none)
		return false;
	k->string = 0;
	key->kind = none ? KEY_OTHER : KEY_NONE;
	return true;
}

/* C comes next: true when a key ends with it. */
static bool
take_byte(struct strokes *k, unsigned char c, bool last, struct key *key)
{
	k->held_bytes++;
	if (k->string)
		return take_string(k, c, key);
	k->held[k->n++] = c;
	if (k->held[0] == ESC)
		return take_escape(k, last, key);
	if (k->paste) {
		key->kind = KEY_PASTED;
		return true;
	}
	if (k->n > 1 || c >= 0x80)
		return take_character(k, key);
	if (c < 0x20 || c == DEL) {
		key->kind = control_kind(c);
	} else {
		key->kind = KEY_CHARACTER;
		key->width = key->len = 1;
		key->text[0] = (char)c;
	}
	return true;
}

bool
strokes_next(struct strokes *k, const unsigned char *bytes, size_t len, struct key *key, size_t *used)
{
	for (size_t i = 0; i < len; i++) {
		*key = (struct key){ .kind = KEY_OTHER };
		if (!take_byte(k, bytes[i], i + 1 == len, key))
			continue;
		/* Within a paste, what looks like a key is none. */
		if (k->paste)
			key->kind = KEY_PASTED;
		key->bytes = k->held_bytes;
		k->n = 0;
		k->held_bytes = 0;
		*used = i + 1;
		return true;
	}
	*used = len;
	return false;
}
