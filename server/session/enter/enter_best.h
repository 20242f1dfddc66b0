/* SPDX-License-Identifier: MIT */
/* enter_best: resumes the best session, of this node or of another one of the pool (choose.h). */
#ifndef HOLDFAST_ENTER_BEST_H
#define HOLDFAST_ENTER_BEST_H

#include "enter_private.h"

/* 0: it is claimed, or with E->hopped the login is in it over a hop; -ENOENT: there is none; -EINTR; an errno. */
int enter_best(struct enter *e);

#endif
