/* SPDX-License-Identifier: MIT */
/*
 * fit: the size of a session that several terminals are attached to, by SizePolicy of holdfast.conf: that of the
 * terminal that typed last, or the smallest or the largest of all, rows and columns each for themselves.
 */
#ifndef HOLDFAST_FIT_H
#define HOLDFAST_FIT_H

#include <stdint.h>
#include <sys/ioctl.h>

/* As it has become so far: begins with its policy alone. */
struct fit {
	uint32_t policy;     /* enum config_size_policy; an unknown one counts as the first */
	struct winsize size; /* 0 rows: there was none */
	uint64_t active;     /* of the terminal that typed last */
};

/*
 * One terminal of the size ONE, whose input is numbered ACTIVE (struct peer); an unknown size (0 rows) does not count.
 */
void fit_add(struct fit *f, const struct winsize *one, uint64_t active);

#endif
