/* SPDX-License-Identifier: MIT */
#include "out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "reduce.h"
#include "sgr.h"
#include "utf8.h"

void
out_begin(struct out *o, const struct termcan *target, screen_put *put, void *to)
{
	static const struct termcan all = { .can = ~(TERMCAN_ALONE | TERMCAN_OWN_BYTES), .colours = TERMCAN_DIRECT };

	o->target = target && termcan_known(target) ? target : &all;
	o->reduces = reduce_needed(o->target);
	o->drawing = false;
	o->everything = o->target == &all;
	o->put = put;
	o->to = to;
	o->style = (struct style){ .fg = 0 };
	o->link = "";
	o->link_len = 0;
	o->shifted = false;
	o->stays = false;
	o->moved = false;
	o->underlaid = false;
	o->open = false;
	o->n = 0;
}

void
out_flush(struct out *o)
{
	if (o->n)
		o->put(o->to, o->buf, o->n);
	o->n = 0;
}

static void
add(struct out *o, const void *bytes, size_t len)
{
	if (len > sizeof o->buf - o->n) {
		out_flush(o);
		if (len > sizeof o->buf) {
			o->put(o->to, bytes, len);
			return;
		}
	}
	memcpy(o->buf + o->n, bytes, len);
	o->n += len;
}

void
out_bytes(struct out *o, const void *bytes, size_t len)
{
	/* NUL does nothing anywhere. */
	if (o->open && len && (*(const unsigned char *)bytes & 0xc0) == 0x80)
		add(o, "", 1);
	o->open &= len == 0;
	add(o, bytes, len);
}

void
out_text(struct out *o, const char *text)
{
	out_bytes(o, text, strlen(text));
}

void
out_format(struct out *o, const char *format, ...)
{
	char buf[256];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof buf, format, ap);
	va_end(ap);
	if (n > 0)
		out_bytes(o, buf, (size_t)n < sizeof buf ? (size_t)n : sizeof buf - 1);
}

void
out_code(struct out *o, uint32_t code)
{
	unsigned char buf[UTF8_MAX];
	unsigned n;

	if (code < UTF8_RAW) {
		out_bytes(o, buf, utf8_put(buf, code));
	} else {
		n = utf8_raw_bytes(buf, code);
		out_bytes(o, buf, n);
		o->open = utf8_length(buf[0]) > n;
	}
}

/* Whether bytes from 0x80 on are right for the terminal also where they are not looked at one by one. */
static bool
takes_bytes(const struct out *o)
{
	return (o->target->can & (TERMCAN_UTF8 | TERMCAN_OWN_BYTES)) != 0;
}

/* The code point that TEXT, not empty, begins with, UTF8_REPLACEMENT if that is no character; LEN: its bytes. */
static uint32_t
first_code(const char *text, unsigned *len)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned n = *p < 0x80 ? 1 : utf8_length(*p), i = 1;

	while (i < n && (i == 1 ? utf8_second(p[0], p[1]) : (p[i] & 0xc0) == 0x80))
		i++;
	*len = i;
	return i == n ? utf8_get(p, len) : UTF8_REPLACEMENT;
}

void
out_title(struct out *o, const char *text)
{
	unsigned len;

	if (takes_bytes(o)) {
		out_text(o, text);
		return;
	}
	for (; *text; text += len) {
		struct reduced r = reduce_character(o->target, first_code(text, &len), 1);
		char byte = r.as == REDUCE_BYTE && r.value < 0x80 ? (char)r.value : '?';

		out_bytes(o, &byte, 1);
	}
}

void
out_uri(struct out *o, const char *text, size_t len)
{
	if (takes_bytes(o)) {
		out_bytes(o, text, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x80)
			out_bytes(o, text + i, 1);
		else
			out_format(o, "%%%02X", (unsigned char)text[i]);
}

void
out_drawing(struct out *o, bool on)
{
	if (o->drawing != on)
		out_text(o, on ? "\033(0" : "\033(B");
	o->drawing = on;
}

unsigned
out_character(struct out *o, uint32_t code, unsigned columns)
{
	struct reduced r = reduce_character(o->target, code, columns);
	unsigned char byte = (unsigned char)r.value;

	out_drawing(o, r.as == REDUCE_DRAWING);
	if (r.as == REDUCE_UTF8)
		out_code(o, r.value);
	else
		out_bytes(o, &byte, 1);
	return r.columns;
}

void
out_style(struct out *o, const struct style *style)
{
	char buf[SGR_MAX];
	struct style reduced;

	if (o->reduces) {
		reduced = reduce_style(o->target, style);
		style = &reduced;
	}
	if (style_equal(&o->style, style))
		return;
	out_bytes(o, buf, sgr_write(&o->style, style, buf));
	o->style = *style;
}

void
out_plain(struct out *o)
{
	static const struct style plain;

	out_style(o, &plain);
}

void
out_link(struct out *o, const char *link, size_t len)
{
	if ((len == o->link_len && (link == o->link || memcmp(link, o->link, len) == 0)) || !out_can(o, TERMCAN_LINKS))
		return;
	out_text(o, "\033]8;");
	if (len)
		out_uri(o, link, len);
	else
		out_text(o, ";");
	out_text(o, "\033\\");
	o->link = link;
	o->link_len = len;
}
