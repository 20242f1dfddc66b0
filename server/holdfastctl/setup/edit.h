/* SPDX-License-Identifier: MIT */
/*
 * edit: one text file that is changed as a whole or not at all.
 *
 * The new text is written beside the file, with its owner, mode and extended attributes (ACLs, the SELinux label), goes
 * to the disk, and takes the file's place by rename(2).  Symbolic links are followed: what they lead to is changed.
 * The text from before the first change stays in <file>.before-holdfast until setup is undone.
 */
#ifndef HOLDFAST_EDIT_H
#define HOLDFAST_EDIT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "bounds.h"

struct edit {
	char path[PATH_CAP];   /* as the host calls it */
	char real[PATH_CAP];   /* where it is, links followed */
	char backup[PATH_CAP];
	char *before;          /* NULL: there is no file */
	char *after;           /* NULL: there shall be none */
	struct stat st;        /* of what BEFORE was read from */
	bool undo;             /* once it is finished, the backup goes */
	bool made_backup, applied;
};

/* Reads PATH into *e, with AFTER the same as BEFORE: 0, or a negative errno (-ENOENT is none: BEFORE is NULL). */
int edit_open(struct edit *e, const char *path);
void edit_close(struct edit *e);
bool edit_changes(const struct edit *e);
/* The backup's text, or NULL; the caller's to free. */
char *edit_backup_text(const struct edit *e);
/*
 * Does it: 0; -ESTALE: the file is no longer what was read; another negative errno.  The file is then as it was.
 */
int edit_apply(struct edit *e);
/* Takes back what edit_apply has done. */
int edit_revert(struct edit *e);
/* What edit_apply has done is there to stay. */
void edit_finish(struct edit *e);

#endif
