/* SPDX-License-Identifier: MIT */
/* picture_prints: what others than attachments want of the painter: the screen as text and the like. */
#ifndef HOLDFAST_PICTURE_PRINTS_H
#define HOLDFAST_PICTURE_PRINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PICTURE_PRINTS 8 /* that are waited for at a time */

/* The LEN bytes at BYTES have come, which are OBJECT's to free; NULL: the painter is lost, and another one may do. */
typedef void picture_printed_to(void *object, unsigned char *bytes, size_t len);

struct picture_print {
	uint32_t serial; /* 0: free */
	picture_printed_to *done;
	void *object;
};

/* A free one of the prints at V, of which there are PICTURE_PRINTS; NULL: there is none. */
struct picture_print *picture_prints_free(struct picture_print *v);
/* OBJECT waits no more. */
void picture_prints_forget(struct picture_print *v, const void *object);
/* The bytes of SERIAL have come: whether somebody has waited for them, and has taken them over. */
bool picture_prints_take(struct picture_print *v, uint32_t serial, unsigned char *bytes, size_t len);
/* The painter has ended, with all that was asked of it. */
void picture_prints_lost(struct picture_print *v);

#endif
