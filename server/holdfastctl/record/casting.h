/* SPDX-License-Identifier: MIT */
/* casting: what record and export have in common: their options, the session that they take, and its picture. */
#ifndef HOLDFAST_CASTING_H
#define HOLDFAST_CASTING_H

#include <stdbool.h>
#include <stdint.h>

#include "asciicast.h"
#include "attach_script.h"
#include "castfile.h"
#include "ctl.h"

/*
 * Takes the options and counts the words behind them, a session and a file.  *HOW the file is opened, as CASTFILE_APPEND
 * only if the command APPENDS: CTL_OK or an exit status.
 */
int casting_options(const struct ctl_command *self, int argc, char **argv, bool appends, enum castfile_how *how);
/* The session that WORD means, which must have a terminal: CTL_OK or an exit status. */
int casting_target(const struct ctl_command *self, const char *word, struct attach_status *s);
/*
 * The screen of session ID, and with ALL the lines above it, as the bytes that draw it on an empty terminal: CTL_OK,
 * and *BYTES is the caller's to free; or an exit status after a message.
 */
int casting_picture(uint32_t id, bool all, struct attach_printed *m, unsigned char **bytes);
/* Draws the picture at AT_MS, over whatever was there if the terminal is not EMPTY: 0 or a negative errno. */
int casting_draw(struct asciicast *a, uint64_t at_ms, const struct attach_printed *m, const unsigned char *bytes,
                 bool empty);

#endif
