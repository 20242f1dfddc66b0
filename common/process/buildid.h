/* SPDX-License-Identifier: MIT */
/*
 * buildid: which build of a program a process runs, and which one a file holds: the linker's build id (the ELF note
 * NT_GNU_BUILD_ID), in hexadecimal.  A program that was built again from other text has another one, even if its
 * version is the same.  A linker may leave it out.
 */
#ifndef HOLDFAST_BUILDID_H
#define HOLDFAST_BUILDID_H

#include "bounds.h"

/* That of this program; "": it has none. */
void buildid_own(char out[BUILD_CAP]);
/*
 * That of the program in the file PATH.  0; -ENODATA: it has none; -ENOEXEC: it is no program of this host's kind;
 * another negative errno.
 */
int buildid_of_file(const char *path, char out[BUILD_CAP]);

#endif
