/* SPDX-License-Identifier: MIT */
/*
 * idle: what follows when nobody types (leadermsg.h, IDLE).
 *
 * A terminal without input for IdleDetach is put out; the session stays.  logind (logindidle.h) ends a session when the
 * atime of its terminal is too old, whatever runs in it.  So a terminal is also put out a little before that time: the
 * atime is then that of the person's last input.  Nobody can type into a dropped session, so the keeper sets its atime
 * far ahead, and gives it back when a terminal is attached.
 *
 * The next read of input sets the atime to the present (a program reads what was typed ahead, or an answer that the
 * keeper has typed for a terminal).  While the session is dropped an inotify watch tells of such reads, and nothing
 * wakes the keeper up otherwise.  Where there is no watch, and after the keeper has typed something (a program may read
 * that through /dev/tty, which the watch does not see), the atime is looked at again after a third of logind's time.
 *
 * All of this follows from the keeper's state at the end of each turn, also in a keeper that goes on for another one.
 */
#ifndef HOLDFAST_IDLE_H
#define HOLDFAST_IDLE_H

#include "attach.h"
#include "state.h"

void idle_open(struct keeper *k);
void idle_close(struct keeper *k);
/* The leader has said what applies from now on. */
void idle_rule(struct keeper *k, const struct leadermsg_idle *m);
void idle_watch(struct keeper *k, struct loop *l);
/* Once a turn: puts out those who are due. */
void idle_turn(struct keeper *k);
/* Fills in when the next terminal is put out. */
void idle_tell(const struct keeper *k, struct attach_status *s);
/* At the end of each turn, when all who go have gone: the terminal's atime. */
void idle_finish_turn(struct keeper *k);

#endif
