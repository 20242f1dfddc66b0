/* SPDX-License-Identifier: MIT */
/* The strings of images, as they come: what is kept of them (image.h). */
#include <stdio.h>
#include <string.h>

#include "image.h"
#include "parser_state.h"

#define PNG_HEAD 44         /* characters of base64 that have the size */
#define SIXEL_HEAD 64       /* with the raster attributes */
#define BANDS_MAX 9999

static const char iterm[] = "1337;File=";
static const char iterm_parts[] = "1337;MultipartFile=";

static bool
is(const struct parser *p, const char *text)
{
	return p->string_len == strlen(text) && memcmp(p->string, text, p->string_len) == 0;
}

/* The string is one that image_open wrote, and is of KIND. */
static void
reopen(struct parser *p, char kind, char image, const char *begin)
{
	p->kind = kind;
	p->image = image;
	p->string_len = (unsigned)strlen(begin);
	memcpy(p->string, begin, p->string_len);
}

void
image_look(struct parser *p)
{
	const char *last = p->string + p->string_len - 1;

	if (p->kind == '_' && is(p, "G"))
		p->image = 'G';
	else if (p->kind == 'P' && *last == 'q' && strspn(p->string, "0123456789;") == p->string_len - 1)
		p->image = 'S';
	else if (p->kind == ']' && (is(p, iterm) || is(p, iterm_parts)))
		p->image = 'I';
	else if (p->kind == 'X' && is(p, "_G"))
		reopen(p, '_', 'G', "G");
	else if (p->kind == 'X' && is(p, "_S"))
		reopen(p, 'P', 's', "");
	else if (p->kind == ']' && is(p, "_I"))
		reopen(p, ']', 'I', "");
}

/* Up to the character END, and what tells the size of a PNG behind it. */
static bool
within_head(const struct parser *p, char end)
{
	const char *found = p->string_len ? memchr(p->string, end, p->string_len) : NULL;

	return p->string_len < IMAGE_HEAD_MAX && (!found || p->string + p->string_len - found <= PNG_HEAD);
}

/* The bands of a sixel image that began before: a number, ended by a semicolon. */
static void
take_bands(struct parser *p, unsigned char b)
{
	if (b == ';')
		p->image = 'S';
	else if (b >= '0' && b <= '9' && p->bands <= BANDS_MAX)
		p->bands = (uint16_t)(p->bands * 10 + (b - '0'));
	if (p->bands > BANDS_MAX)
		p->bands = BANDS_MAX;
}

bool
image_takes(struct parser *p, unsigned char b)
{
	switch (p->image) {
	case 'G':
		return within_head(p, ';');
	case 'I':
		return within_head(p, ':');
	case 's':
		take_bands(p, b);
		return false;
	default:
		if (p->string_len < SIXEL_HEAD)
			return true;
		if (b == '-' && p->bands < BANDS_MAX)
			p->bands++;
		return false;
	}
}

size_t
image_open(const struct parser *p, char *buf)
{
	size_t n = 0, skip = 0;

	if (p->image == 'I') {
		n = (size_t)sprintf(buf, "]_I");
	} else if (p->image == 'G') {
		n = (size_t)sprintf(buf, "X_G");
		skip = 1;
	} else {
		n = (size_t)sprintf(buf, "X_S");
		if (p->bands)
			n += (size_t)sprintf(buf + n, "%u", p->bands);
		if (p->image == 'S')
			buf[n++] = ';';
	}
	if (p->string_len > skip)
		memcpy(buf + n, p->string + skip, p->string_len - skip);
	return n + p->string_len - skip;
}
