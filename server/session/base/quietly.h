/* SPDX-License-Identifier: MIT */
/*
 * quietly: the options of ssh for a connection to another node of the pool that nobody watches: it asks nothing, believes
 * no new host key, uses and makes no shared connection, runs no command of the person's here, and forwards no port.
 */
#ifndef HOLDFAST_QUIETLY_H
#define HOLDFAST_QUIETLY_H

#include <stddef.h>

#define QUIETLY_WORDS 22

/* Puts them into ARGV; how many, QUIETLY_WORDS at most. */
size_t quietly_put(const char **argv);

#endif
