/* SPDX-License-Identifier: MIT */
/*
 * x11: the person's X display, for programs at the other end (ssh's -X and -Y).
 *
 * The host never learns the display's cookie: it gets a false one, and a program that shows the false one has the
 * real one put into its first message (X Window System Protocol, appendix B, "Connection Setup").  One struct x11 is
 * kept for all connections of a client, so that the false cookie stays over reconnects.
 */
#ifndef HOLDFAST_X11_H
#define HOLDFAST_X11_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forward.h"

#define X11_COOKIE_MAX 256
#define X11_PROTOCOL "MIT-MAGIC-COOKIE-1"

struct x11 {
	struct forward display;      /* where it listens: host_path, or host and host_port */
	unsigned screen;
	char name[256];              /* as xauth(1) knows it */
	char protocol[64];           /* of authentication */
	size_t len;                  /* of the cookies; 0: there are none yet */
	unsigned char real[X11_COOKIE_MAX], fake[X11_COOKIE_MAX];
	uint64_t refuse_from;        /* ForwardX11Timeout, by clock_now_ms(); UINT64_MAX: never */
};

enum x11_verdict { X11_MORE, X11_GOOD, X11_BAD };

/* Reads what DISPLAY says: 0, or -EINVAL. */
int x11_display(struct x11 *x, const char *display);
/* A cookie in hexadecimal: 0, or -EINVAL.  The false one is made anew if the length has changed. */
int x11_cookie(struct x11 *x, const char *protocol, const char *hex);
/* The false cookie in hexadecimal, as the host is told. */
void x11_fake_hex(const struct x11 *x, char out[2 * X11_COOKIE_MAX + 1]);
/*
 * Looks at the first message of a program at the other end, LEN bytes so far.  GOOD: its cookie is the real one now.
 * BAD: it did not show the false one, or is no such message.
 */
enum x11_verdict x11_admit(const struct x11 *x, unsigned char *message, size_t len);
/* Wipes and frees; takes NULL. */
void x11_free(struct x11 *x);

#endif
