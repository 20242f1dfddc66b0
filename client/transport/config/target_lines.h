/* SPDX-License-Identifier: MIT */
/* target_lines: the options of the command line as lines of ssh_config(5), for where there is no ssh to take them. */
#ifndef HOLDFAST_TARGET_LINES_H
#define HOLDFAST_TARGET_LINES_H

#include "target_request.h"

/* Adds them to *LINES (list.h), "Keyword=value", in the order in which they hold: 0 or -ENOMEM. */
int target_lines(const struct target_request *q, char ***lines);

#endif
