/* SPDX-License-Identifier: MIT */
/*
 * signals: how a process begins, which signals it lets pass, and how one ends as another process did (signal(7)).
 *
 * No signal of the many that end or stop a process by default shall end one of ours, unless it is a request that this
 * process knows (pkill -USR1 -u alice is no request to end alice's sessions).  A long-lived process therefore calls
 * signals_ignore() or signals_catch(), and what it executes begins with signals_reset().  Left alone are KILL and STOP,
 * which cannot be changed; CHLD and CONT; and the faults ILL, TRAP, ABRT, BUS, FPE, SEGV and SYS: a process with a
 * fault must not go on, and a person who sends one of these wants a core.
 */
#ifndef HOLDFAST_SIGNALS_H
#define HOLDFAST_SIGNALS_H

/* All signals get their default disposition and none is blocked: before an exec, or at the start of a program. */
void signals_reset(void);
/*
 * All signals are ignored but for the ones named above and those in KEPT (ends with 0), which stay as they are.  For a
 * process that calls signals_reset() before each exec.
 */
void signals_ignore(const int *kept);
/*
 * The same by a handler that does nothing, so that a program executed by other code (a PAM module) has the default
 * again.  System calls that a signal interrupts go on, where the kernel restarts them (SA_RESTART).
 */
void signals_catch(const int *kept);
/* alarm(2) of SECONDS that ends this process, where another process's SIGALRM does nothing.  Also unblocks it. */
void signals_alarm(unsigned seconds);
/* Blocks all: what is sent stays pending over an exec, until the new program has chosen what to do with each. */
void signals_block(void);
/*
 * Ignores as signals_ignore(), and besides blocks the same signals: each that is sent waits in the signalfd(2) that is
 * returned (close-on-exec), and, if nobody takes it there, for signals_reset().  Or a negative errno.
 */
int signals_hold(const int *kept);
/*
 * For a daemon: blocks the REQUESTS (ends with 0), which wait in the signalfd(2) that is returned (close-on-exec,
 * non-blocking), and gives all others to OTHERS, which is signals_ignore() or signals_catch().  Or a negative errno.
 */
int signals_requests(const int *requests, void (*others)(const int *kept));
/*
 * Ends this process by the signal NUMBER, without a core dump, so that the parent sees what a held shell died of.
 * A signal that does not end a process returns the status that a shell gives it: 128 + NUMBER.
 */
int signals_end_by(int number);

#endif
