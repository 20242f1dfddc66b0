/* SPDX-License-Identifier: MIT */
/* printing: the screen of a session (PRINT of common/messages/attach_script.h). */
#ifndef HOLDFAST_PRINTING_H
#define HOLDFAST_PRINTING_H

#include <stdint.h>
#include <sys/types.h>

#include "attach_script.h"

#define PRINTING_MS 10000 /* a painter that is far behind catches up, or is replaced */

/*
 * Asks the keeper of UID's session ID: *M, and *BYTES of m->length, which the caller frees.  0; -EACCES: *REFUSED
 * says why not; -EPROTO: its keeper is of a version that knows no PRINT, or sends something else than sealed memory of
 * that length; -ENOENT, -ECONNREFUSED, -ETIMEDOUT or another negative errno.  The bytes are a process's of UID: they go
 * to no terminal as they are (sieve.h).
 */
int printing_get(uid_t uid, uint32_t id, const struct attach_print *ask, struct attach_printed *m, unsigned char **bytes,
                 struct attach_refused *refused);

#endif
