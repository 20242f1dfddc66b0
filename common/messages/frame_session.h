/* SPDX-License-Identifier: MIT */
/* frame_session: the frames that tell of sessions: HELLO, ATTACH, ATTACHED and LIST_IS of docs/PROTOCOL.md. */
#ifndef HOLDFAST_FRAME_SESSION_H
#define HOLDFAST_FRAME_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"
#include "wire.h"

struct frame_hello {
	uint32_t lowest, highest; /* from the server: both are the version that the server chose */
	char software[TEXT_CAP];
	char features[FRAME_FEATURES_CAP];
	unsigned char boot[FRAME_KEY]; /* the server's only */
};

struct frame_attach {
	uint32_t mode;  /* enum frame_mode */
	uint32_t flags; /* enum frame_attach_flag */
	char want[NAME_CAP];
	char name[NAME_CAP];
	char command[FRAME_COMMAND_MAX + 1];
	char term[TERM_CAP];
	uint32_t rows, cols, xpixel, ypixel;
	uint32_t env_count;
	struct wire_bytes env[FRAME_ENV_COUNT]; /* decoded: point into the frame */
	unsigned char stream[FRAME_KEY];
	unsigned char key[FRAME_KEY];
	uint64_t input, output, errors;
};

struct frame_attached {
	uint32_t version;
	char features[FRAME_FEATURES_CAP];
	uint32_t id;
	char name[NAME_CAP];
	unsigned char key[FRAME_KEY];
	uint32_t kind; /* enum frame_kind */
	bool is_new, known;
	uint64_t input;
	uint32_t window;
	uint64_t output, errors;
	uint32_t rows, cols;
};

struct frame_session { /* an entry of LIST_IS */
	uint32_t id;
	char name[NAME_CAP];
	uint32_t state, kind, attachments, rows, cols;
	uint64_t created_ms, changed_ms, activity_ms, away_bytes;
	bool same_identity;
	char program[NAME_CAP];
	char address[ADDRESS_CAP];
};

/*
 * ATTACH_AHEAD: turns the body of an ATTACH, LEN bytes, into its own or back.  NONCE is the client's.  No program that
 * is not holdfast's can read anything into it.
 */
void frame_mask(unsigned char *body, size_t len, const unsigned char nonce[FRAME_NONCE]);
/* Whether the name-list FEATURES has NAME. */
bool frame_has_feature(const char *features, const char *name);

/* Encoders and decoders as in frame.h.  TYPE is FRAME_HELLO or FRAME_SERVER_HELLO. */
int frame_put_hello(uint8_t type, const struct frame_hello *m, unsigned char *out, size_t cap);
int frame_get_hello(uint8_t type, struct frame_hello *m, const unsigned char *body, size_t len);
int frame_put_attach(const struct frame_attach *m, unsigned char *out, size_t cap);
int frame_get_attach(struct frame_attach *m, const unsigned char *body, size_t len);
int frame_put_attached(const struct frame_attached *m, unsigned char *out, size_t cap);
int frame_get_attached(struct frame_attached *m, const unsigned char *body, size_t len);
int frame_put_list(const struct frame_session *v, size_t count, unsigned char *out, size_t cap);
/* At most MAX entries to V; their number, or -EBADMSG. */
int frame_get_list(struct frame_session *v, size_t max, const unsigned char *body, size_t len);

#endif
