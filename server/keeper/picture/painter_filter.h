/* SPDX-License-Identifier: MIT */
/*
 * painter_filter: the system calls that a painter may make (seccomp(2)).  painter_filter.c is for the architectures of
 * painter_arch.h; configure takes painter_nofilter.c for all others.
 */
#ifndef HOLDFAST_PAINTER_FILTER_H
#define HOLDFAST_PAINTER_FILTER_H

#include <stdbool.h>

/* Whether painter_filter_install can succeed: there is a filter for this architecture, and the kernel takes filters. */
bool painter_filter_exists(void);
/*
 * From now on this process can read, write, exit, and get and give back memory that is neither a file's nor executable.
 * Any other system call kills it.  0 or a negative errno.
 */
int painter_filter_install(void);

#endif
