/* SPDX-License-Identifier: MIT */
/*
 * taken: by what a keeper tells that input was taken, and where in the output that ends which came of it
 * (docs/PROTOCOL.md, section 10).  Nothing here does I/O.
 *
 * In canonical mode the kernel itself echoes, as soon as it has looked at the input; to ask the pty whether there is
 * input for the program (poll(2)) makes the kernel look.  What is in the pty's output then is all of the echo, unless
 * the kernel keeps an echo back, because the pty was full of output, or Ctrl-S had stopped it.  That is certain.
 *
 * Else a program has to read, and then to write.  It has written all, presumably, when it has read all, nothing has
 * happened for TAKEN_QUIET_MS since, and the program in front sleeps; for one that does not sleep there is that time
 * once more, and no longer.  Where output came soon behind such a moment, the host is slower than that: the next
 * TAKEN_SLOW_TIMES have TAKEN_QUIET_MS more, and where that happens again, once more.  That is less than the 80 ms in
 * which many programs turn a wheel: their output must not put that moment off for ever.  One deadline tells it, which
 * each event moves.  When it comes and input is unread, there is none any more until the program reads, or writes, or
 * input comes; and none while the keeper leaves output unread, because a terminal is behind.
 */
#ifndef HOLDFAST_TAKEN_H
#define HOLDFAST_TAKEN_H

#include <stdbool.h>
#include <stdint.h>

#define TAKEN_QUIET_MS 25
#define TAKEN_SLOWER 2      /* so often it becomes longer by that */
#define TAKEN_SLOW_TIMES 32 /* so many of them without output soon behind, and the host is quicker again */
#define TAKEN_SOON_MS 100
#define TAKEN_PTY_HOLDS 131072u /* more than a pty can hold on its way to us */

struct taken {
	bool waits;        /* input has not been taken yet */
	bool fresh;        /* nobody has looked since it came */
	bool canonical;    /* at each look since */
	bool echoed;       /* the kernel has echoed it: that is in the output before ECHO_END */
	uint64_t echo_end;
	bool extended;     /* the program did not sleep when it was due */
	uint64_t due;      /* clock_now_ms(); CLOCK_NEVER */
	unsigned slower;   /* so often TAKEN_QUIET_MS more are waited … */
	unsigned slow;     /* … for so many times more, and then once less */
	uint64_t assumed;  /* when it was last assumed that input was taken; CLOCK_NEVER: there was input or output since */
};

/* What there is to see of the pty, in this order. */
struct taken_look {
	bool canonical;    /* as at the look before this, and now */
	bool readable;     /* there is input that the program can read */
	bool unread;       /* there is input that it has not read */
	bool busy;         /* the program in front does not sleep */
	bool output_waits; /* there is output that the keeper has not read, … */
	bool left;         /* … and leaves there at present */
	bool crowded;      /* an echo may have found no room there, or was stopped (Ctrl-S) */
	uint64_t head;     /* the end of the output that it has read */
};

enum taken_verdict { TAKEN_NOT, TAKEN_ASSUMED, TAKEN_CERTAIN };

/* Nothing is waited for. */
void taken_begin(struct taken *t);
/* Input was written to the pty. */
void taken_fed(struct taken *t, uint64_t now);
/* Input that was written earlier is waited for again, which has shown whatever echo it has. */
void taken_again(struct taken *t, uint64_t now);
/* The program has read, or written; or the keeper reads output again. */
void taken_stirred(struct taken *t, uint64_t now);
/* Whether a look is of use now. */
bool taken_wants_look(const struct taken *t, uint64_t now);
/* Whether the input was taken; if so, nothing is waited for any more. */
enum taken_verdict taken_judge(struct taken *t, const struct taken_look *look, uint64_t now);

#endif
