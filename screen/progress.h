/* SPDX-License-Identifier: MIT */
/*
 * progress: how far a job has come, as terminals show it in their tab or in the taskbar: OSC 9 ; 4 ; STATE ; PERCENT,
 * of ConEmu, and of Windows Terminal, ghostty, iTerm2, WezTerm and others.  STATE is 0 for none, 1, 2 for an error,
 * 3 for unknown, 4 for paused.  Where PERCENT is left out, the last one stays.
 *
 * A rendering says the progress only if a program of the session has said one: some terminals show any other OSC 9 as
 * a notification.  Then it says "none" too, for a terminal that still shows the progress of before the cut.
 */
#ifndef HOLDFAST_SCREEN_PROGRESS_H
#define HOLDFAST_SCREEN_PROGRESS_H

#include <stddef.h>

struct out;
struct progress;

/* TEXT of LEN bytes came in OSC 9: progress, or a notification, which is not kept. */
void progress_osc(struct progress *p, const char *text, size_t len);
/* There is none any more: RIS. */
void progress_reset(struct progress *p);
void progress_write(struct out *out, const struct progress *p);
/* Writes that there is none, if P has one. */
void progress_leave(struct out *out, const struct progress *p);

#endif
