/* SPDX-License-Identifier: MIT */
/* telling: writes a line onto the screens of sessions (ATTACH_MSG_MESSAGE). */
#ifndef HOLDFAST_TELLING_H
#define HOLDFAST_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sessionlist.h"

struct telling {
	uint32_t only;       /* the id of the one session that is told; 0: all are … */
	bool attached;       /* … that somebody is attached to */
	size_t told, failed; /* what has become of it */
};

/* Waits two seconds for each 200 sessions at most. */
void telling_run(struct telling *t, const struct sessionlist *a, const char *text);

#endif
