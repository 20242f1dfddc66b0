/* SPDX-License-Identifier: MIT */
/*
 * pstitle: how ps(1), w(1) and systemd-cgls(1) show a process that holds a session: "holdfast: alice 3 (vim)".
 *
 * The title is written over the program's arguments (/proc/PID/cmdline), and where the program says so over its
 * environment behind them, and is cut to that room.  The name of the process (comm) stays: scripts find it by that.
 * A title is one line of printable ASCII, whatever the session's user has called a program.
 */
#ifndef HOLDFAST_PSTITLE_H
#define HOLDFAST_PSTITLE_H

#include <stdbool.h>
#include <stdint.h>

#define PSTITLE_CAP 128 /* with its NUL; longer titles are cut */

/*
 * First thing in main(): from now on ARGV, and with ENVIRONMENT environ, point to copies, which are never freed.  In a
 * program that has not called this, the functions below do nothing.
 */
void pstitle_begin(int argc, char **argv, bool environment);
/* The process works for session ID (0: it has no number yet) of USER. */
void pstitle_session(const char *user, uint32_t id);
/* It shows "(PROGRAM)" behind that, or nothing for "". */
void pstitle_program(const char *program);
/* It shows "[ROLE]" behind that. */
void pstitle_role(const char *role);
/* PROGRAM as an argument 0 with room for any title: blanks follow. */
void pstitle_room(char name[PSTITLE_CAP], const char *program);

#endif
