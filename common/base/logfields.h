/* SPDX-License-Identifier: MIT */
/* logfields: a line in the host's log, and where journald reads that, fields beside the same line. */
#ifndef HOLDFAST_LOGFIELDS_H
#define HOLDFAST_LOGFIELDS_H

#include <stddef.h>

#include "journal.h"

#define LOGFIELDS_MAX (JOURNAL_FIELDS - 5)

/*
 * Writes LINE (printable; log.h) with the COUNT fields at V, as one entry: to journald with the fields, or elsewhere by
 * syslog(3) without them.  Waits at most JOURNAL_WAIT_MS for a journald that does not read, and leaves LINE out then.
 */
void logfields(int priority, const char *line, const struct journal_field *v, size_t count);

#endif
