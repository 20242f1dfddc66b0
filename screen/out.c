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
		out_bytes(o, link, len);
	else
		out_text(o, ";");
	out_text(o, "\033\\");
	o->link = link;
	o->link_len = len;
}
