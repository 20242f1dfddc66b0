/* SPDX-License-Identifier: MIT */
/*
 * rootfork: whether a process has been forked by a process of root's, has become a user's, and has executed nothing
 * since.  Such a one does root's work as that user: an sshd, which connects to a socket because a key that may forward
 * ports and nothing else has asked for that.
 */
#ifndef HOLDFAST_ROOTFORK_H
#define HOLDFAST_ROOTFORK_H

/*
 * Looks at the process that connected to CONN (SO_PEERCRED): 0 when it is none; -EPERM when it is one; -EACCES when its
 * parent may not be looked at; another negative errno when it is gone or has changed meanwhile.  Who may not see which
 * program the parent runs, as only root may of root's, compares their names (comm) in its place.
 */
int rootfork_check_peer(int conn);

#endif
