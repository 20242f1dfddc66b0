/* SPDX-License-Identifier: MIT */
/*
 * frame_script: the frames by which a script works a session without being attached to it: SCRIPT, SCRIPT_INPUT,
 * SCRIPT_OUTPUT and SCRIPT_END of docs/PROTOCOL.md (section 11); SCRIPT_TAKEN is frame_put_u64()'s.  A client sends the
 * first two only where HELLO has named FRAME_SCRIPT_FEATURE.
 */
#ifndef HOLDFAST_FRAME_SCRIPT_H
#define HOLDFAST_FRAME_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"
#include "wire.h"

#define FRAME_SCRIPT_WORDS 64     /* of SCRIPT, the verb among them */
#define FRAME_SCRIPT_BYTES 16384  /* all of them together, each with its NUL */
#define FRAME_SCRIPT_WINDOW 65536 /* bytes of SCRIPT_INPUT behind those of which SCRIPT_TAKEN has told */

/* What is to be done, as holdfastctl(1) takes it. */
struct frame_script {
	uint32_t count;                             /* at least one, the verb */
	struct wire_bytes word[FRAME_SCRIPT_WORDS]; /* without NULs; decoded: point into the frame */
};

struct frame_script_data { /* SCRIPT_INPUT (CHANNEL is 0), SCRIPT_OUTPUT */
	uint8_t channel;           /* 0: what was asked for, 1: messages for people */
	const unsigned char *data; /* points into the frame; of SCRIPT_INPUT, no bytes: its end */
	size_t len;
};

struct frame_script_end {
	uint32_t status;     /* of holdfastctl(1) */
	char text[TEXT_CAP]; /* why nothing was done, or "" */
};

/* Encoders and decoders as in frame.h.  TYPE is FRAME_SCRIPT_INPUT or FRAME_SCRIPT_OUTPUT. */
int frame_put_script(const struct frame_script *m, unsigned char *out, size_t cap);
int frame_get_script(struct frame_script *m, const unsigned char *body, size_t len);
/* Only the head; the data follows. */
int frame_put_script_head(uint8_t type, const struct frame_script_data *m, unsigned char *out, size_t cap);
int frame_get_script_data(uint8_t type, struct frame_script_data *m, const unsigned char *body, size_t len);
int frame_put_script_end(const struct frame_script_end *m, unsigned char *out, size_t cap);
int frame_get_script_end(struct frame_script_end *m, const unsigned char *body, size_t len);

#endif
