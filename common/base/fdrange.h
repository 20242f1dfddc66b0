/* SPDX-License-Identifier: MIT */
/* fdrange: closes many file descriptors at once (close_range(2)). */
#ifndef HOLDFAST_FDRANGE_H
#define HOLDFAST_FDRANGE_H

/*
 * Closes the descriptors FIRST to LAST (UINT_MAX: all from FIRST on): 0 or a negative errno.  Before Linux 5.9 there is
 * no such system call: then one after the other, up to 65536.
 */
int fdrange_close(unsigned first, unsigned last);

#endif
