/* SPDX-License-Identifier: MIT */
/* plain: a plain ssh in place of a session that the host does not hold. */
#ifndef HOLDFAST_PLAIN_H
#define HOLDFAST_PLAIN_H

#include "asking.h"
#include "fallback.h"
#include "options.h"
#include "target.h"

/* Says why in one line, and becomes ssh.  Returns only when that fails: the exit status. */
int plain_run(const struct options *o, struct transport_target *target, const struct fallback *f,
              struct asking *asking, int errors);

#endif
