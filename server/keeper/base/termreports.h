/* SPDX-License-Identifier: MIT */
/*
 * termreports: takes a terminal's reports out of its input.
 *
 * A query of a program's goes to all terminals that are attached, and each answers.  One answer is wanted: the
 * leading terminal's (oneanswer.h).  So the others' input goes through here.  A report is a sequence that terminals
 * send and no key does:
 *
 *   CSI   DA1 DA2 DSR CPR DECXCPR DECRPM DECREPTPARM DECRPDE DECMSR, kitty's keyboard flags, XTQMODKEYS, XTSMGRAPHICS,
 *         window reports and the size in band
 *   DCS   DA3 XTVERSION DECRPSS DECPSR DECAUPSS XTGETTCAP DECCKSR, of any length
 *   OSC   with a number, or of a title: colours, clipboard, …, of any length
 *   APC   G: kitty's answers about images
 *
 * Keys, mouse and focus reports and pasted text (in brackets) pass.  Shift-F3 and its kin look like the cursor's
 * place in the first row: such a one is a report only when a program has asked.  A sequence that may become a report
 * is held back: ESC alone, and others that are keys of their own, for TERMREPORTS_KEY_MS, the rest for
 * TERMREPORTS_REST_MS; then it is none.
 */
#ifndef HOLDFAST_TERMREPORTS_H
#define HOLDFAST_TERMREPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMREPORTS_HELD 256            /* the most that is held back */
#define TERMREPORTS_KEPT 512            /* of reports that were taken out, the most that is remembered */
#define TERMREPORTS_KEY_MS 20
#define TERMREPORTS_REST_MS 1000
#define TERMREPORTS_STRING_MAX 1048576  /* a longer one is none */

enum termreports_state { TERMREPORTS_KEYS, TERMREPORTS_BEGUN, TERMREPORTS_STRING, TERMREPORTS_STRING_ESC, TERMREPORTS_PASTE };

struct termreports {
	enum termreports_state state;
	unsigned char held[TERMREPORTS_HELD];
	size_t len;        /* of HELD; of a STRING: of its begin */
	size_t string_len;
	size_t paste_at;   /* so much of the end of a paste has been seen */
	bool passed;       /* the bytes in HELD were let pass: they are only watched */
	uint64_t until;    /* then it is no report (clock_now_ms()); 0: nothing is held */
	/* Reports that were taken out lately, one after the other. */
	unsigned char kept[TERMREPORTS_KEPT];
	size_t kept_len;
};

/* Whether a program has asked for the cursor's place and C's terminal has not answered; counts as its answer. */
typedef bool termreports_asked(void *object);

/*
 * Copies LEN bytes at P to OUT, which has room for LEN + TERMREPORTS_HELD, without reports.  Returns how many.  ASKED
 * is called with OBJECT for each cursor's place.
 */
size_t termreports_filter(struct termreports *r, const unsigned char *p, size_t len, uint64_t now, termreports_asked *asked,
                      void *object, unsigned char *out);
/*
 * The same, but all of the input has been let pass.  Returns how many bytes are no report, as far as that is known.
 * A sequence that has begun in it is not held when filtering goes on.
 */
size_t termreports_watch(struct termreports *r, const unsigned char *p, size_t len, termreports_asked *asked, void *object,
                     unsigned char *out);
/* The bytes that are held are no report: copies them to OUT, of TERMREPORTS_HELD bytes.  Returns how many. */
size_t termreports_release(struct termreports *r, unsigned char *out);
/* Whether nothing is held, nor is a string being taken out. */
bool termreports_idle(const struct termreports *r);

#endif
