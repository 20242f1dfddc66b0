/* SPDX-License-Identifier: MIT */
/* listing: `holdfast --list host`: the sessions on a host, as a table or as JSON (RFC 8259). */
#ifndef HOLDFAST_LISTING_H
#define HOLDFAST_LISTING_H

#include <stdio.h>

#include "asking.h"
#include "frame_session.h"
#include "options.h"

/* The exit status. */
int listing_run(const struct options *o, struct transport_target *target, struct asking *asking);

/* The parts of it that tests want.  NOW_MS: milliseconds since 1970. */
void listing_table(FILE *f, const struct frame_session *v, size_t count, uint64_t now_ms);
void listing_json(FILE *f, const struct frame_session *v, size_t count);

#endif
