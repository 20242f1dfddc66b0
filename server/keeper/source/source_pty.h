/* SPDX-License-Identifier: MIT */
/* source_pty: a session on a pty (source.h): its output, its settings, and its screen. */
#ifndef HOLDFAST_SOURCE_PTY_H
#define HOLDFAST_SOURCE_PTY_H

#include "source.h"

extern const struct source_ops source_pty;

#endif
