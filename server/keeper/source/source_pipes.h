/* SPDX-License-Identifier: MIT */
/* source_pipes: a session that is a command on pipes (source.h, command.h): it has no pty, no size and no screen. */
#ifndef HOLDFAST_SOURCE_PIPES_H
#define HOLDFAST_SOURCE_PIPES_H

#include "source.h"

extern const struct source_ops source_pipes;

#endif
