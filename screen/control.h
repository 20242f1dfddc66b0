/* SPDX-License-Identifier: MIT */
/* control: C0 controls and escape sequences. */
#ifndef HOLDFAST_SCREEN_CONTROL_H
#define HOLDFAST_SCREEN_CONTROL_H

struct screen;

/* B: a C0 control but ESC, CAN and SUB. */
void control_c0(struct screen *s, unsigned char b);
/* ESC, N intermediates, FINAL. */
void control_escape(struct screen *s, const unsigned char *intermediate, unsigned n, char final);

#endif
