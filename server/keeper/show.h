/* SPDX-License-Identifier: MIT */
/*
 * show: what a terminal is given of the session so far: the painter's rendering and the line above it; when there
 * is no painter, the ring's tail (tail.h).
 */
#ifndef HOLDFAST_SHOW_H
#define HOLDFAST_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"

enum show_why {
	SHOW_RESUMED, /* it comes to a session that is there */
	SHOW_AGAIN,   /* it was set aside, and moves again; a framed one has a gap */
	SHOW_SCREEN,  /* a framed one has asked for the visible screen */
	SHOW_ALL,     /* … for all of it */
};

/* C's terminal gets the screen as it is now, and live output from here on.  QUIET: no line above it. */
void show_screen(struct client *c, enum show_why why, bool quiet);
/* Makes a full-screen program draw itself. */
void show_redraw(struct keeper *k);
/* The same, if the program in front looks like one. */
void show_redraw_if_full_screen(struct keeper *k);

/* For painting.c: the rendering that was asked for by SERIAL, taken over. */
void show_rendered(struct keeper *k, uint32_t serial, unsigned char *bytes, size_t len);
/* For controlmode.c: who waits for it waits no more. */
void show_held(struct keeper *k);
/* The painter is lost, with all that was asked of it. */
void show_lost(struct keeper *k);

#endif
