/* SPDX-License-Identifier: MIT */
/* castfile: the file of a recording, and what the header says of the session; for record and export. */
#ifndef HOLDFAST_CASTFILE_H
#define HOLDFAST_CASTFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "asciicast.h"
#include "attach.h"

enum castfile_how {
	CASTFILE_NEW,       /* the file must not exist */
	CASTFILE_OVERWRITE, /* what is in it goes */
	CASTFILE_APPEND,    /* the recording in it goes on */
};

struct castfile {
	const char *path;   /* "-": standard output */
	int fd;
	bool created;       /* by castfile_open */
	bool begun;         /* there is a header */
	bool goes_on;       /* CAST goes on behind events that were there */
	uint64_t begin_ms;  /* that of its last event */
	struct asciicast cast;
};

/*
 * Opens PATH, which only its owner may read: a recording shows what the screen has shown.  CTL_OK, or an exit status
 * after a message.  A new recording has no header yet.
 */
int castfile_open(struct castfile *f, const char *path, enum castfile_how how);
/* The header, for a recording that does not go on: 0 or a negative errno. */
int castfile_head(struct castfile *f, const struct attach_status *s, uint32_t rows, uint32_t cols, uint64_t date_ms);
/* Says that writing failed with RC: an exit status. */
int castfile_failed(const struct castfile *f, int rc);
/* Closes it, and removes a file that was made for it where nothing was written.  0 or a negative errno. */
int castfile_close(struct castfile *f);

#endif
