/* SPDX-License-Identifier: MIT */
/*
 * frame: the frames of docs/PROTOCOL.md, as both ends read and write them.  Nothing here does I/O.
 *
 * A frame is a uint32 length, a type byte and the type's fields.  frame_next() finds the next whole one in a stream
 * that arrives in pieces; frame_decode_*() take what is behind the type byte.
 */
#ifndef HOLDFAST_FRAME_H
#define HOLDFAST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "wire.h"

#define FRAME_VERSION 1u            /* lowest and highest that this program speaks */
#define FRAME_MAX 65536u            /* what the length field may say */
#define FRAME_HEAD 5                /* length and type */
#define FRAME_PREAMBLE 24           /* magic and nonce */
#define FRAME_NONCE 16
#define FRAME_KEY 16                /* stream, session key, boot */
#define FRAME_GARBAGE_MAX 65536u    /* before the server's preamble */
#define FRAME_INPUT_WINDOW 65536u   /* unacknowledged input at most */
#define FRAME_STREAMS 16            /* remembered by a session */
#define FRAME_COMMAND_MAX 16384
#define FRAME_ENV_COUNT 64
#define FRAME_ENV_BYTES 8192
#define FRAME_LIST_MAX 200
#define FRAME_FEATURES_CAP 1100     /* a name-list with its NUL */
#define FRAME_DATA_HEAD 14          /* OUTPUT: head, channel, offset */

extern const unsigned char frame_magic[8];

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_LIST = 2,
	FRAME_ATTACH = 3,
	FRAME_INPUT = 4,
	FRAME_INPUT_END = 5,
	FRAME_ACK = 6,
	FRAME_SIZE = 7,
	FRAME_SIGNAL = 8,
	FRAME_REDRAW = 9,
	FRAME_NAME = 10,
	FRAME_DETACH = 11,
	FRAME_EXIT_ACK = 12,
	FRAME_PING = 13,
	FRAME_PONG = 14,

	FRAME_SERVER_HELLO = 65,
	FRAME_LIST_IS = 66,
	FRAME_ATTACHED = 67,
	FRAME_OUTPUT = 68,
	FRAME_INPUT_ACK = 69,
	FRAME_GAP = 70,
	FRAME_RENDERING = 71,
	FRAME_SIZE_IS = 72,
	FRAME_EXIT = 73,
	FRAME_DETACHED = 74,
	FRAME_ERROR = 75,
	FRAME_SERVER_PING = 76,
	FRAME_SERVER_PONG = 77,
	FRAME_NOTICE = 78,

	FRAME_EXTENSION = 128, /* from here on: passed over by who does not know it */
};

enum frame_mode { FRAME_AUTO = 1, FRAME_NEW = 2, FRAME_TAKE = 3, FRAME_JOIN = 4, FRAME_STREAM = 5 };
enum frame_attach_flag { FRAME_READONLY = 1, FRAME_PIPES = 2, FRAME_QUIET = 4, FRAME_MUST_EXIST = 8 };
enum frame_kind { FRAME_TERMINAL = 1, FRAME_COMMAND = 2 };
enum frame_redraw { FRAME_REDRAW_SCREEN = 1, FRAME_REDRAW_ALL = 2 };
enum frame_rendering { FRAME_LAST = 1, FRAME_SCREEN_ONLY = 2, FRAME_LOSSY = 4 };

enum frame_error_code {
	FRAME_E_PROTOCOL = 1,
	FRAME_E_UNSUPPORTED = 2,
	FRAME_E_NO_SESSION = 3,
	FRAME_E_REFUSED = 4,
	FRAME_E_BUSY = 5,
	FRAME_E_TROUBLE = 6,
	FRAME_E_DISABLED = 7,
};

enum frame_detached_reason { FRAME_D_ASKED = 1, FRAME_D_TAKEN = 2, FRAME_D_SWITCH = 3, FRAME_D_STALLED = 4 };

struct frame_hello {
	uint32_t lowest, highest; /* the server's: both are the version that it chose */
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

struct frame_data { /* INPUT (channel 0), OUTPUT, and RENDERING with its flags in CHANNEL */
	uint8_t channel;
	uint64_t offset;
	const unsigned char *data; /* points into the frame */
	size_t len;
};

struct frame_gap { uint8_t channel; uint64_t from, to; };
struct frame_size { uint32_t rows, cols, xpixel, ypixel; };
struct frame_input_ack { uint64_t offset; uint32_t window; };
struct frame_exit { bool signaled; uint32_t value; char signal[32]; };
struct frame_text { uint32_t code; char text[TEXT_CAP]; }; /* ERROR and DETACHED: code; NOTICE, NAME, SIGNAL: 0 */

/* A stream's bytes as they come in: at most one frame is waited for.  All zero is an empty one. */
struct frame_reader {
	unsigned char buf[FRAME_MAX + 4];
	size_t at, len; /* what is in it and not yet taken */
};

/* A whole frame; BODY is what is behind the type byte and is good until the next frame_room() or frame_next(). */
struct frame {
	uint8_t type;
	const unsigned char *body;
	size_t len;
};

/* Where the next bytes may be read to, and how many at least one; then frame_filled(). */
unsigned char *frame_room(struct frame_reader *r, size_t *room);
void frame_filled(struct frame_reader *r, size_t n);
/* 1: *f is the next frame; 0: it is not whole yet; -EBADMSG: a length of 0 or over FRAME_MAX. */
int frame_next(struct frame_reader *r, struct frame *f);
/* Whether bytes are waiting in it. */
bool frame_pending(const struct frame_reader *r);

/*
 * Looks for PREAMBLE (24 bytes) in the bytes that come before the first frame.  1: found, and what is behind it stays
 * in the reader; 0: more is needed; -EBADMSG: FRAME_GARBAGE_MAX bytes without it.  *SEEN counts; LINE (CAP bytes,
 * all zero at first) keeps the last line of what was thrown away, for the person, control characters taken out.
 */
int frame_find_preamble(struct frame_reader *r, const unsigned char preamble[FRAME_PREAMBLE], size_t *seen,
                        char *line, size_t cap);

/*
 * Encoders: the whole frame with its head to OUT: the number of bytes, or -EMSGSIZE (also when a field is over its
 * limit).  Decoders take the body: 0 or -EBADMSG; the output is then undefined.
 * Text for people has its control characters taken out by both.
 */
int frame_put_plain(uint8_t type, unsigned char *out, size_t cap); /* LIST, DETACH, EXIT_ACK */
int frame_put_hello(uint8_t type, const struct frame_hello *m, unsigned char *out, size_t cap);
int frame_get_hello(uint8_t type, struct frame_hello *m, const unsigned char *body, size_t len);
int frame_put_attach(const struct frame_attach *m, unsigned char *out, size_t cap);
int frame_get_attach(struct frame_attach *m, const unsigned char *body, size_t len);
int frame_put_attached(const struct frame_attached *m, unsigned char *out, size_t cap);
int frame_get_attached(struct frame_attached *m, const unsigned char *body, size_t len);
int frame_put_list(const struct frame_session *v, size_t count, unsigned char *out, size_t cap);
/* At most MAX entries to V; their number, or -EBADMSG. */
int frame_get_list(struct frame_session *v, size_t max, const unsigned char *body, size_t len);
/* Only the head, up to the data: writev(2) sends the data behind it without a copy.  LEN is the data's. */
int frame_put_data_head(uint8_t type, const struct frame_data *m, unsigned char *out, size_t cap);
int frame_get_data(uint8_t type, struct frame_data *m, const unsigned char *body, size_t len);
/* INPUT_END, PING, PONG, SERVER_PING, SERVER_PONG: one uint64. */
int frame_put_u64(uint8_t type, uint64_t v, unsigned char *out, size_t cap);
int frame_get_u64(uint64_t *v, const unsigned char *body, size_t len);
int frame_put_ack(uint8_t channel, uint64_t offset, unsigned char *out, size_t cap);
int frame_get_ack(uint8_t *channel, uint64_t *offset, const unsigned char *body, size_t len);
/* Of SIZE_IS: rows and cols alone. */
int frame_put_size(uint8_t type, const struct frame_size *m, unsigned char *out, size_t cap);
int frame_get_size(uint8_t type, struct frame_size *m, const unsigned char *body, size_t len);
int frame_put_redraw(uint8_t what, unsigned char *out, size_t cap);
int frame_get_redraw(uint8_t *what, const unsigned char *body, size_t len);
int frame_put_gap(const struct frame_gap *m, unsigned char *out, size_t cap);
int frame_get_gap(struct frame_gap *m, const unsigned char *body, size_t len);
int frame_put_input_ack(const struct frame_input_ack *m, unsigned char *out, size_t cap);
int frame_get_input_ack(struct frame_input_ack *m, const unsigned char *body, size_t len);
int frame_put_exit(const struct frame_exit *m, unsigned char *out, size_t cap);
int frame_get_exit(struct frame_exit *m, const unsigned char *body, size_t len);
/* SIGNAL, NAME, NOTICE: one string; DETACHED, ERROR: code and string. */
int frame_put_text(uint8_t type, const struct frame_text *m, unsigned char *out, size_t cap);
int frame_get_text(uint8_t type, struct frame_text *m, const unsigned char *body, size_t len);

#endif
