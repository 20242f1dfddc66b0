/* SPDX-License-Identifier: MIT */
/* demands: what a configuration asks for that libssh can't do: then ssh itself has to carry the bytes. */
#ifndef HOLDFAST_DEMANDS_H
#define HOLDFAST_DEMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

/* True, and WHY (CAP bytes) names the option and the reason in one line. */
bool demands_more(const struct sshconfig *c, char *why, size_t cap);
/* Whether there is a connection of ssh's to share now (ControlPath). */
bool demands_shared(const struct sshconfig *c);

#endif
