/* SPDX-License-Identifier: MIT */
/* signals: how a process begins, and how one ends as another process did (signal(7)). */
#ifndef HOLDFAST_SIGNALS_H
#define HOLDFAST_SIGNALS_H

/* All signals get their default disposition and none is blocked: before an exec, or at the start of a program. */
void signals_reset(void);
/*
 * Ends this process by the signal NUMBER, without a core dump, so that the parent sees what a held shell died of.
 * A signal that does not end a process returns the status that a shell gives it: 128 + NUMBER.
 */
int signals_end_by(int number);

#endif
