/* SPDX-License-Identifier: MIT */
/*
 * An HTML document of a model's rows: one <pre>, with a <span> for each look.  All that a program has printed is
 * escaped; a hyperlink is one only where its address begins with a scheme that does nothing but show something.
 */
#include "export_html.h"

#include <string.h>
#include <strings.h>

#include "colours.h"
#include "model.h"

#define TEXT 0xd8d8d8u       /* of a terminal whose colours nobody has said */
#define BACKGROUND 0x181818u
#define DYNAMIC_TEXT 0
#define DYNAMIC_BACKGROUND 1

static void
put_code(struct out *out, uint32_t code)
{
	switch (code) {
	case '&':
		out_text(out, "&amp;");
		break;
	case '<':
		out_text(out, "&lt;");
		break;
	case '>':
		out_text(out, "&gt;");
		break;
	case '"':
		out_text(out, "&quot;");
		break;
	case '\'':
		out_text(out, "&#39;");
		break;
	default:
		out_code(out, code);
	}
}

/* A colour that the program has set, else one that the person's terminal has said, else OTHER. */
static uint32_t
own_colour(const struct screen *s, unsigned which, uint32_t other)
{
	if (s->colours.dynamic[which])
		return s->colours.dynamic[which] & 0xffffff;
	return s->terminal.colour[which] & SCREEN_COLOUR_KNOWN ? s->terminal.colour[which] & 0xffffff : other;
}

static uint32_t
text_colour(const struct screen *s)
{
	return own_colour(s, DYNAMIC_TEXT, TEXT);
}

static uint32_t
background_colour(const struct screen *s)
{
	return own_colour(s, DYNAMIC_BACKGROUND, BACKGROUND);
}

/* COLOUR of a style as RGB; OTHER if it is the terminal's own. */
static uint32_t
rgb(const struct screen *s, uint32_t colour, uint32_t other)
{
	unsigned i = colour & 0xff;

	switch (colour & COLOUR_KIND) {
	case COLOUR_RGB:
		return colour & 0xffffff;
	case COLOUR_16:
	case COLOUR_256:
		return s->colours.palette && s->colours.palette[i] ? s->colours.palette[i] & 0xffffff
		                                                   : colours_standard(i);
	default:
		return other;
	}
}

static void
put_begin(struct out *out, const struct screen *s)
{
	out_text(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>");
	for (const char *p = s->title[0].text ? s->title[0].text : ""; *p; p++)
		if ((unsigned char)*p >= 0x80)
			out_bytes(out, p, 1);
		else
			put_code(out, (unsigned char)*p);
	out_format(out,
	           "</title></head>\n<body style=\"background:#%06x\"><pre style=\"color:#%06x;background:#%06x\">",
	           background_colour(s), text_colour(s), background_colour(s));
}

static void
put_end(struct out *out)
{
	out_text(out, "</pre></body></html>\n");
}

static bool
is_plain(const struct style *t)
{
	static const struct style plain;

	return style_equal(t, &plain);
}

static void
put_line_style(struct out *out, const struct screen *s, const struct style *t)
{
	static const char *const underlines[] = { "", "solid", "double", "wavy", "dotted", "dashed" };
	unsigned under = (t->attr & STYLE_UNDERLINE) >> STYLE_UNDERLINE_SHIFT;

	if (!(t->attr & (STYLE_UNDERLINE | STYLE_STRIKE | STYLE_OVERLINE)))
		return;
	out_format(out, ";text-decoration:%s%s%s %s", under ? "underline " : "",
	           t->attr & STYLE_STRIKE ? "line-through " : "", t->attr & STYLE_OVERLINE ? "overline" : "",
	           under < 6 ? underlines[under] : "");
	if (t->ul)
		out_format(out, ";text-decoration-color:#%06x", rgb(s, t->ul, text_colour(s)));
}

static void
put_style(struct out *out, const struct screen *s, const struct style *t)
{
	uint32_t fg = rgb(s, t->fg, text_colour(s)), bg = rgb(s, t->bg, background_colour(s));
	bool inverse = t->attr & STYLE_INVERSE;

	if (inverse) {
		uint32_t was = fg;

		fg = bg;
		bg = was;
	}
	out_format(out, "<span style=\"color:#%06x", fg);
	if (t->attr & STYLE_CONCEAL)
		out_text(out, ";color:transparent");
	if (t->bg || inverse)
		out_format(out, ";background:#%06x", bg);
	if (t->attr & STYLE_BOLD)
		out_text(out, ";font-weight:bold");
	if (t->attr & STYLE_DIM)
		out_text(out, ";opacity:.6");
	if (t->attr & STYLE_ITALIC)
		out_text(out, ";font-style:italic");
	put_line_style(out, s, t);
	out_text(out, "\">");
}

/* The address in LINK ("[id=NAME];URI"), if it may become one of a page: *LEN bytes, or NULL. */
static const char *
address(const char *link, size_t link_len, size_t *len)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:", "ftp://" };
	const char *uri = memchr(link, ';', link_len);

	if (!uri)
		return NULL;
	uri++;
	*len = link_len - (size_t)(uri - link);
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (*len > strlen(schemes[i]) && strncasecmp(uri, schemes[i], strlen(schemes[i])) == 0)
			return uri;
	return NULL;
}

/* Ends what is open, so that spans and links never cross. */
static void
close_all(struct out *out)
{
	if (!is_plain(&out->style))
		out_text(out, "</span>");
	if (out->link_len)
		out_text(out, "</a>");
	out->style = (struct style){ .fg = 0 };
	out->link = "";
	out->link_len = 0;
}

static void
put_look(struct out *out, const struct screen *s, const struct export_look *look)
{
	size_t len = 0;
	const char *uri = address(look->link, look->link_len, &len);

	if (!uri)
		len = 0;
	if (style_equal(&out->style, &look->style) && len == out->link_len &&
	    (!len || memcmp(uri, out->link, len) == 0))
		return;
	close_all(out);
	if (len) {
		out_text(out, "<a href=\"");
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)uri[i] >= 0x80)
				out_bytes(out, uri + i, 1);
			else
				put_code(out, (unsigned char)uri[i]);
		out_text(out, "\">");
		out->link = uri;
		out->link_len = len;
	}
	if (!is_plain(&look->style))
		put_style(out, s, &look->style);
	out->style = look->style;
}

const struct export_form export_html = {
	.looks = true,
	.begin = put_begin, .look = put_look, .code = put_code, .plain = close_all, .end = put_end,
};
