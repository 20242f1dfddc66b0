/* SPDX-License-Identifier: MIT */
/*
 * frame_ahead: INPUT_AHEAD, the input of a command behind the ATTACH_AHEAD that starts it (docs/PROTOCOL.md, section 6,
 * "Input ahead").
 */
#ifndef HOLDFAST_FRAME_AHEAD_H
#define HOLDFAST_FRAME_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_types.h"

#define FRAME_INPUT_AHEAD_HEAD (FRAME_HEAD + FRAME_NONCE + 1 + 8)
#define FRAME_INPUT_AHEAD_MAX (2u << 20) /* bytes of one stream: what sshd takes of a channel at once */

struct frame_input_ahead {
	unsigned char mask[FRAME_NONCE]; /* of frame_mask() */
	uint8_t last;                    /* 1: the input ends behind DATA */
	uint64_t offset;
	const unsigned char *data;       /* masked; decoded: points into the frame */
	size_t len;
};

/* As frame_put_data_head(): only the head, up to the data. */
int frame_put_input_ahead_head(const struct frame_input_ahead *m, unsigned char *out, size_t cap);
/* 0 or -EBADMSG. */
int frame_get_input_ahead(struct frame_input_ahead *m, const unsigned char *body, size_t len);

#endif
