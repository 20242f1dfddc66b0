/* SPDX-License-Identifier: MIT */
/* picture_prints: what others than attachments want of the painter: the screen as text and the like. */
#ifndef HOLDFAST_PICTURE_PRINTS_H
#define HOLDFAST_PICTURE_PRINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The LEN bytes at BYTES have come, which are OBJECT's to free; NULL: the painter is lost, and another one may do. */
typedef void picture_printed_to(void *object, unsigned char *bytes, size_t len);

/* The one that the painter works on. */
struct picture_print {
	uint32_t serial; /* 0: none */
	bool is_long;    /* with the scrollback */
	picture_printed_to *done;
	void *object;
};

/* OBJECT waits no more. */
void picture_print_forgotten(struct picture_print *print, const void *object);
/* The bytes of SERIAL have come: whether somebody has waited for them, and has taken them over. */
bool picture_print_take(struct picture_print *print, uint32_t serial, unsigned char *bytes, size_t len);
/* The painter has ended, with all that was asked of it. */
void picture_print_lost(struct picture_print *print);

#endif
