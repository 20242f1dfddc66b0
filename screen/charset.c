/* SPDX-License-Identifier: MIT */
#include "charset.h"

#include "model.h"

/* DEC special graphics, from 0x60 on. */
static const uint16_t drawing[] = {
	0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, /* ` to g */
	0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, /* h to o */
	0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c, /* p to w */
	0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,         /* x to ~ */
};

void
charset_reset(struct charsets *c)
{
	*c = (struct charsets){ .g = { 'B', 'B', 'B', 'B' } };
}

void
charset_designate(struct charsets *c, unsigned g, char final)
{
	c->g[g] = final == '0' || final == 'A' ? (unsigned char)final : 'B';
}

bool
charset_maps(const struct screen *s)
{
	return s->charsets.g[s->charsets.gl] != 'B';
}

uint32_t
charset_map(const struct screen *s, uint32_t code)
{
	unsigned char set = s->charsets.g[s->single ? s->single : s->charsets.gl];

	if (set == '0' && code >= 0x60 && code <= 0x7e)
		return drawing[code - 0x60];
	if (set == '0' && code == 0x5f)
		return ' ';
	if (set == 'A' && code == '#')
		return 0xa3;
	return code;
}

uint32_t
charset_drawing_letter(uint32_t code)
{
	for (uint32_t i = 0; i < sizeof drawing / sizeof *drawing; i++)
		if (drawing[i] == code)
			return 0x60 + i;
	return 0;
}

uint32_t
charset_letter(const struct screen *s, uint32_t code)
{
	unsigned char set = s->charsets.g[s->charsets.gl];
	uint32_t letter = set == '0' ? charset_drawing_letter(code) : 0;

	if (set == 'A' && code == 0xa3)
		return '#';
	return letter ? letter : code;
}
