/* SPDX-License-Identifier: MIT */
/*
 * callerenv: what does not go from the environment of a program that somebody has started in a shell (holdfastctl, the
 * subsystem behind `shell -c`) into a new session's shell: what a shell keeps there of itself.
 */
#ifndef HOLDFAST_CALLERENV_H
#define HOLDFAST_CALLERENV_H

#include <stdbool.h>

/* Whether ENTRY ("NAME=value") may go on. */
bool callerenv_may_travel(const char *entry);

#endif
