/* SPDX-License-Identifier: MIT */
/* plain: a plain ssh in place of this program, for a host without holdfast. */
#ifndef HOLDFAST_PLAIN_H
#define HOLDFAST_PLAIN_H

#include "asking.h"
#include "options.h"

/* Returns only when it fails: the exit status. */
int plain_exec(const struct options *o, struct transport_target *target, struct asking *asking, int errors);

#endif
