/* SPDX-License-Identifier: MIT */
/*
 * edit: changes one text file as a whole or not at all.
 *
 * It writes the new text beside the file, with the file's owner, mode and extended attributes (ACLs, the SELinux
 * label), syncs it to the disk, and renames it to the file's name.  It follows symbolic links and changes their
 * target.  The text from before the first change stays in <file>.before-holdfast until setup is undone.
 */
#ifndef HOLDFAST_EDIT_H
#define HOLDFAST_EDIT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "bounds.h"

struct edit {
	char path[PATH_CAP];   /* the host's name for it */
	char real[PATH_CAP];   /* with links followed */
	char backup[PATH_CAP];
	char *before;          /* NULL: no file */
	char *after;           /* NULL: remove the file */
	struct stat st;        /* of the file that BEFORE was read from */
	bool undo;             /* remove the backup at the end */
	bool made_backup, applied;
};

/* Reads PATH into *e, with AFTER the same as BEFORE: 0, or a negative errno (no file is no error: BEFORE is NULL). */
int edit_open(struct edit *e, const char *path);
void edit_close(struct edit *e);
bool edit_changes(const struct edit *e);
/* The backup's text, or NULL; the caller's to free. */
char *edit_backup_text(const struct edit *e);
/*
 * Makes the change: 0; -ESTALE: the file has changed since it was read; another negative errno.  After an error the
 * file is unchanged.
 */
int edit_apply(struct edit *e);
/* Undoes edit_apply. */
int edit_revert(struct edit *e);
/* Makes the change of edit_apply final. */
void edit_finish(struct edit *e);

#endif
