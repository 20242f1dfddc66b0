/* SPDX-License-Identifier: MIT */
/* events: the files of this process's user with events of the past and to come, from holdfastd (eventstore.h). */
#ifndef HOLDFAST_EVENTS_H
#define HOLDFAST_EVENTS_H

#include "vouch.h"

enum events_file { EVENTS_FILE, EVENTS_SAID, EVENTS_FILES };

/*
 * Opens both, for reading: 0 with the descriptors in FDS (the caller's; -1: there is no such file); errors as those of
 * daemonask().
 */
int events_open(int fds[EVENTS_FILES]);

#endif
