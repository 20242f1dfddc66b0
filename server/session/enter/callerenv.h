/* SPDX-License-Identifier: MIT */
/*
 * callerenv: filters the environment of a program that a shell has started (holdfastctl, the subsystem behind `shell
 * -c`) for a new session's shell: variables that describe the first shell itself stay behind.
 */
#ifndef HOLDFAST_CALLERENV_H
#define HOLDFAST_CALLERENV_H

#include <stdbool.h>

/* Whether a new session's shell gets ENTRY ("NAME=value"). */
bool callerenv_may_travel(const char *entry);

#endif
