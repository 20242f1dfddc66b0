/* SPDX-License-Identifier: MIT */
/*
 * attach_script: the messages on a keeper's socket (attach.h) that are for scripts.  A process that sends them does
 * not become an attachment: the session's state, its size and the idle times of those who are attached stay as they
 * are.
 *
 *   SEND bytes      ─▶ SENT or ERROR      types them.  They come behind all input that waits, and SENT comes when the
 *                                         session's terminal has taken them, or ATTACH_SEND_MS later: how many it has
 *                                         taken by then; the asker sends the others again.  ERROR: it has taken none
 *   PRINT           ─▶ PRINTED or ERROR   the screen, and what is above it, by the session's model of its terminal.
 *                                         PRINTED carries the descriptor of a sealed memfd with it (SCM_RIGHTS)
 *   FOLLOW          ─▶ the output from there on, in packets as the asker's socket takes them, until the session ends:
 *                      SIZED at once and at every other size, FOLLOWED for each piece of output, GAP where the asker
 *                      was slower than the output and has missed some, at last CAUSE (maybe) and EXIT; or ERROR
 *   QUIET           ─▶ QUIET_IS           what the session does in this moment
 *
 * A connection can follow once, and has one SEND and one PRINT open at a time; a further one gets ERROR
 * (ATTACH_REFUSAL_BUSY).  At most ATTACH_FOLLOWERS_MAX connections follow a session.
 *
 * When the keeper dies or becomes another program, the connection ends without EXIT.  The asker connects again and
 * follows by offset.  A SEND that the keeper has not read ends with ECONNRESET, and none of its bytes was taken;
 * after an end of the connection without SENT nobody can say how many were, for the next keeper types the others.
 */
#ifndef HOLDFAST_ATTACH_SCRIPT_H
#define HOLDFAST_ATTACH_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "attach.h"

#define ATTACH_SEND_MAX 4096
#define ATTACH_SEND_MS 2000
#define ATTACH_FOLLOWERS_MAX 8
#define ATTACH_FOLLOWED_MAX 16384 /* bytes of output in one packet */
#define ATTACH_FOLLOWED_HEAD 9

enum attach_print_what {
	ATTACH_PRINT_SCREEN = 1,
	ATTACH_PRINT_ALL = 2, /* the lines above the screen, too: as many as fit into 32 MiB, the latest */
};

enum attach_print_form {
	ATTACH_FORM_TEXT = 1, /* UTF-8, a line for each row of the screen, without blanks at its end */
	ATTACH_FORM_ANSI = 2, /* the same with colours and looks (SGR) and hyperlinks */
	ATTACH_FORM_HTML = 3, /* an HTML document */
	/*
	 * Bytes that make an empty terminal of PRINTED's size show the session, modes, title and cursor included, as
	 * the output from PRINTED's offset on goes on with it.
	 */
	ATTACH_FORM_RENDERING = 4,
};

struct attach_print {
	uint32_t what; /* enum attach_print_what */
	uint32_t form; /* enum attach_print_form */
};

struct attach_printed {
	uint64_t offset;     /* of the session's output: the screen is as it was there */
	uint32_t rows, cols;
	uint64_t length;     /* bytes in the memfd */
};

enum attach_follow_from {
	ATTACH_FOLLOW_OFFSET = 1, /* from struct attach_follow's offset on, or from the oldest byte there is, with a GAP */
	ATTACH_FOLLOW_NOW = 2,
	ATTACH_FOLLOW_OLDEST = 3, /* all that the keeper still has */
};

struct attach_follow {
	uint32_t from;    /* enum attach_follow_from */
	uint32_t channel; /* 0; of a command on pipes 0 is its standard output, and 1 its standard error */
	uint64_t offset;
};

struct attach_followed {
	uint64_t offset;            /* of the first byte */
	const unsigned char *bytes; /* decoded: a view into the message */
	size_t len;                 /* 1 to ATTACH_FOLLOWED_MAX */
};

/*
 * The first one says the size at the offset where the output begins, if the keeper knows that, else the present one.
 */
struct attach_sized {
	uint64_t offset;
	uint32_t rows, cols; /* 0 and 0: it has no terminal */
};

struct attach_gap {
	uint64_t from, to; /* the output between them is not there any more */
};

/* What QUIET_IS says; a shell is "in front" as bash(1) has it: it is what keys go to. */
#define ATTACH_QUIET_SHELL 1u   /* the session's own shell is in front */
#define ATTACH_QUIET_READS 2u   /* … and waits for input, as far as the kernel tells */
#define ATTACH_QUIET_UNREAD 4u  /* there is input that the program in front has not read, or output that waits */
#define ATTACH_QUIET_COMMAND 8u /* the session runs a command in the place of a shell */
#define ATTACH_QUIET_LINES 16u  /* its terminal hands over whole lines (termios(3), ICANON): no line editor reads keys */

struct attach_quiet {
	uint32_t flags;   /* ATTACH_QUIET_* */
	uint32_t fed;     /* counts the writes of input to the program */
	uint64_t offset;  /* bytes of output since the start */
};

/* As those of attach.h. */
int attach_encode_send(const void *bytes, size_t len, unsigned char *out, size_t cap);
/* A view into BUF: 1 to ATTACH_SEND_MAX bytes. */
int attach_decode_send(const unsigned char **bytes, size_t *len, const void *buf, size_t buf_len);
int attach_encode_sent(uint32_t taken, unsigned char *out, size_t cap);
int attach_decode_sent(uint32_t *taken, const void *buf, size_t len);
int attach_encode_print(const struct attach_print *m, unsigned char *out, size_t cap);
int attach_decode_print(struct attach_print *m, const void *buf, size_t len);
int attach_encode_printed(const struct attach_printed *m, unsigned char *out, size_t cap);
int attach_decode_printed(struct attach_printed *m, const void *buf, size_t len);
int attach_encode_follow(const struct attach_follow *m, unsigned char *out, size_t cap);
int attach_decode_follow(struct attach_follow *m, const void *buf, size_t len);
/* The head of FOLLOWED alone, behind which the bytes go: always ATTACH_FOLLOWED_HEAD bytes. */
int attach_encode_followed(uint64_t offset, unsigned char *out, size_t cap);
int attach_decode_followed(struct attach_followed *m, const void *buf, size_t len);
int attach_encode_sized(const struct attach_sized *m, unsigned char *out, size_t cap);
int attach_decode_sized(struct attach_sized *m, const void *buf, size_t len);
int attach_encode_gap(const struct attach_gap *m, unsigned char *out, size_t cap);
int attach_decode_gap(struct attach_gap *m, const void *buf, size_t len);
int attach_encode_quiet(const struct attach_quiet *m, unsigned char *out, size_t cap);
int attach_decode_quiet(struct attach_quiet *m, const void *buf, size_t len);

#endif
