/* SPDX-License-Identifier: MIT */
/* colours: the palette and the terminal's own colours, as far as programs have changed them (OSC 4, 10-12). */
#ifndef HOLDFAST_SCREEN_COLOURS_H
#define HOLDFAST_SCREEN_COLOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen;
struct colours;

/* Colour I of 256, as xterm has it at first: RGB. */
uint32_t colours_standard(unsigned i);
void colours_reset(struct colours *c);
/* The commands: NUMBER, and the text behind its semicolon, ended by NUL. */
void colours_osc(struct screen *s, unsigned number, const char *text);

/* Whether the background is a light colour: 1 or 0, or -1 when nobody has said which one it is. */
int colours_light(const struct screen *s);

#endif
