/* SPDX-License-Identifier: MIT */
/*
 * zshhook: whether zsh reads the hook by the compiled file that holdfast-zsh makes (server/hooks/holdfast-zsh.in), for
 * an /etc/zsh without a directory for drop-ins.
 */
#ifndef HOLDFAST_ZSHHOOK_H
#define HOLDFAST_ZSHHOOK_H

#define ZSHHOOK_LINK "/etc/zsh/zprofile.zwc"
#define ZSHHOOK_FILE "/var/lib/holdfast/zsh/zprofile.zwc"

enum zshhook {
	ZSHHOOK_NONE,    /* there is no such file, or another one in its place */
	ZSHHOOK_READ,    /* login shells of zsh read it */
	ZSHHOOK_UNREAD,  /* zsh reads zprofile itself: that is newer, or zsh cannot use the file (another version) */
};

/* Asks the host's zsh; without a zsh it is unread. */
enum zshhook zshhook_look(void);

#endif
