/* SPDX-License-Identifier: MIT */
/* picker_draw: draws the list of picker.h. */
#ifndef HOLDFAST_PICKER_DRAW_H
#define HOLDFAST_PICKER_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "attach.h"
#include "bounds.h"

#define PICKER_FRAME 4 /* lines besides the list */

struct picker_view {
	const struct attach_status **rows; /* what is offered */
	size_t count, selected, first;     /* FIRST: at the top of the window */
	struct winsize size;
	char preview[TEXT_CAP];            /* of the selected one */
	bool may_start;
};

/* Moves the window so that it shows the selected session. */
void picker_draw_scroll(struct picker_view *v);
void picker_draw_list(int tty, const struct picker_view *v);
/* The question how to enter S: in the last line if SIZE is not NULL, else at the cursor. */
void picker_draw_how(int tty, const struct attach_status *s, bool may_watch, const struct winsize *size);

#endif
