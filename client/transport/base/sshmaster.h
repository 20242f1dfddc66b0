/* SPDX-License-Identifier: MIT */
/* sshmaster: tells an ssh that shares its connection (ControlMaster) to end; see PROTOCOL.mux of OpenSSH. */
#ifndef HOLDFAST_SSHMASTER_H
#define HOLDFAST_SSHMASTER_H

enum sshmaster_end {
	SSHMASTER_NOW,   /* with all that goes over its connection */
	SSHMASTER_AFTER, /* when the channels that are open have been closed; nobody gets another one */
};

/*
 * The master that listens at PATH.  Waits for its answer, 200 ms at most: 0, or a negative errno (-EACCES: it refuses,
 * -EBADMSG: it is no master of ssh's).
 */
int sshmaster_end(const char *path, enum sshmaster_end when);

#endif
