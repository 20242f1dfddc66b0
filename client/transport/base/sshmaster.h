/* SPDX-License-Identifier: MIT */
/* sshmaster: talks to an ssh that shares its connection (ControlMaster); see PROTOCOL.mux of OpenSSH. */
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
/*
 * Whether a master listens at PATH.  It has logged in: ssh listens there only then.  0, or as above (-ECONNREFUSED: the
 * one that did has gone).
 */
int sshmaster_lives(const char *path);

#endif
