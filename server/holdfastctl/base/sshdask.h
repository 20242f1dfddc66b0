/* SPDX-License-Identifier: MIT */
/* sshdask: asks the program sshd about its configuration. */
#ifndef HOLDFAST_SSHDASK_H
#define HOLDFAST_SSHDASK_H

#include "sshdconf.h"

/* The configuration in force for USER (sshd -G, sshd -T): 0, or a negative errno (-EBADMSG: sshd refused). */
int sshdask_for(struct sshdconf *c, const char *user);
/*
 * Runs sshd -t: 0: sshd accepts its configuration; -EBADMSG with sshd's message in TEXT; another negative errno.  sshd
 * -t needs /run/sshd, which exists only while sshd runs.  PREPARE makes it; without PREPARE, -EAGAIN means that it is
 * missing.
 */
int sshdask_test(bool prepare, char text[TEXT_CAP]);

#endif
