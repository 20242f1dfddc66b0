/* SPDX-License-Identifier: MIT */
#include "parser_open.h"

#include <stdio.h>
#include <string.h>

#include "image.h"

static size_t
open_csi(const struct parser *p, char *buf)
{
	size_t n = (size_t)sprintf(buf, "\033[");

	if (p->private)
		buf[n++] = p->private;
	for (unsigned i = 0; i < p->nparam; i++) {
		if (i)
			buf[n++] = p->sub >> i & 1 ? ':' : ';';
		n += (size_t)sprintf(buf + n, "%u", p->param[i]);
	}
	if (p->toomany)
		buf[n++] = ';';
	memcpy(buf + n, p->intermediate, p->nintermediate);
	return n + p->nintermediate;
}

/* The sequence or string, without the half of a character that may stand in it. */
static size_t
open_sequence(const struct parser *p, unsigned char *buf)
{
	size_t n = 2;

	buf[0] = 0x1b;
	switch (p->state) {
	case PARSER_GROUND:
		return 0;
	case PARSER_ESCAPE:
		memcpy(buf + 1, p->intermediate, p->nintermediate);
		return 1u + p->nintermediate;
	case PARSER_CSI:
		return open_csi(p, (char *)buf);
	case PARSER_CSI_IGNORE:
		memcpy(buf + 1, "[0<", 3);
		return 4;
	case PARSER_STRING:
		if (p->image)
			return 1 + image_open(p, (char *)buf + 1);
		buf[1] = (unsigned char)p->kind;
		/* What began so is not kept either. */
		if (p->overflow && p->control)
			n += (size_t)sprintf((char *)buf + n, PARSER_CONTROL_MODE);
		else if (p->overflow)
			buf[n++] = '!';
		if (p->string_len)
			memcpy(buf + n, p->string, p->string_len);
		return n + p->string_len;
	}
	return 0;
}

size_t
parser_open(const struct parser *p, unsigned char *buf)
{
	size_t n = open_sequence(p, buf);

	memcpy(buf + n, p->utf8, p->utf8_n);
	return n + p->utf8_n;
}

bool
parser_equal(const struct parser *a, const struct parser *b)
{
	unsigned char x[PARSER_OPEN_MAX], y[PARSER_OPEN_MAX];
	size_t n = parser_open(a, x);

	return n == parser_open(b, y) && memcmp(x, y, n) == 0;
}
