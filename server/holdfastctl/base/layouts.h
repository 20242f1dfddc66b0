/* SPDX-License-Identifier: MIT */
/* layouts: in which way this host's distribution reads start-up files, and which of PAM's files a program writes. */
#ifndef HOLDFAST_LAYOUTS_H
#define HOLDFAST_LAYOUTS_H

#include <stdbool.h>

/* Whether /etc/profile reads the files of /etc/profile.d. */
bool layouts_profile_reads_directory(void);
/*
 * Whether busybox' ash at the path SHELL, too, reads the hook there: that of busybox-static has a run-parts of its own,
 * without the options that Debian 13's /etc/profile gives; but /etc/profile may name the hook by itself.
 */
bool layouts_ash_reads_hook(const char *shell);
/* Whether it reads those alone that are executable (Slackware). */
bool layouts_profile_wants_executable(void);
/* Whether zsh's login shells read /etc/profile, and so the hook for sh (Fedora, Arch, Gentoo, Alpine). */
bool layouts_zsh_reads_profile(void);
/* Whether csh reads the *.csh of /etc/profile.d (Fedora, RHEL, openSUSE, Slackware). */
bool layouts_csh_reads_profile_d(void);
/*
 * The program that writes PAM's file FILE anew, and with that drops lines of others; NULL: none, or it keeps the line of
 * MODULE, which the site's authselect profile has.
 */
const char *layouts_pam_generator(const char *file, const char *module);

#endif
