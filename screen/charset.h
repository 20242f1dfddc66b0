/* SPDX-License-Identifier: MIT */
/* charset: what ASCII bytes stand for after designations (ESC ( 0) and shifts: line drawing and the British set. */
#ifndef HOLDFAST_SCREEN_CHARSET_H
#define HOLDFAST_SCREEN_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

struct screen;
struct charsets;

void charset_reset(struct charsets *c);
/* FINAL designates a set to G0-3; one that is not known is ASCII. */
void charset_designate(struct charsets *c, unsigned g, char final);
/* Whether charset_map changes anything. */
bool charset_maps(const struct screen *s);
/* CODE, an ASCII character, as the next character. */
uint32_t charset_map(const struct screen *s, uint32_t code);
/* The letter that stands for CODE in DEC special graphics (ESC ( 0), or 0. */
uint32_t charset_drawing_letter(uint32_t code);
/* The ASCII character that stands for CODE in the set that is shifted in, or CODE if none does. */
uint32_t charset_letter(const struct screen *s, uint32_t code);

#endif
