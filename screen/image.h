/* SPDX-License-Identifier: MIT */
/*
 * image: images that programs show: sixel (DCS … q), kitty's graphics (APC G), iTerm2's files (OSC 1337 ; File).
 *
 * An image is not kept: SCREEN.md says why.  The model moves the cursor as a terminal with images does, and on the main
 * screen writes "[image]", dim, where it begins.  Sizes in pixels count only if the terminal's cells are known
 * (screen_terminal_is).
 *
 * The parser (image_string.c) keeps the head of an image's string alone: its parameters, and of PNG the size.  In a
 * rendering the open string of an image is "SOS _ G head", "SOS _ S bands ; head" or "OSC _ I head", which terminals
 * ignore: the rest of the image is of no use to a terminal that has not seen its beginning.
 */
#ifndef HOLDFAST_SCREEN_IMAGE_H
#define HOLDFAST_SCREEN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

struct parser;
struct screen;

/* How long a string is, at most, when it is known that it is an image's. */
#define IMAGE_BEGIN_MAX 20
/* The longest head. */
#define IMAGE_HEAD_MAX 512

/* A byte has come, the last one of the string that P keeps: whether the string is an image's (P->image). */
void image_look(struct parser *p);
/* Another byte of an image's string comes: whether it belongs to the head. */
bool image_takes(struct parser *p, unsigned char b);
/* Writes the open string, without its ESC, to BUF; the length. */
size_t image_open(const struct parser *p, char *buf);
/* The string has ended: shows the image. */
void image_show(struct screen *s);

#endif
