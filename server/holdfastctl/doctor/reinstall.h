/* SPDX-License-Identifier: MIT */
/* reinstall: the command that puts a lost file of holdfast back, for the way in which it came to this host. */
#ifndef HOLDFAST_REINSTALL_H
#define HOLDFAST_REINSTALL_H

#include "bounds.h"

/*
 * Writes that command for the installed file PATH to LINE: apt's, dnf's, zypper's, apk's or pacman's if its package
 * database has PATH or the package, else "make install".
 */
void reinstall_line(const char *path, char line[TEXT_CAP]);

#endif
