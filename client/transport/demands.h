/* SPDX-License-Identifier: MIT */
/*
 * demands: what a configuration asks for that libssh can't do: then ssh itself has to carry the bytes.
 *
 * That is measured by the oldest libssh that the client is built with, 0.10 (Debian 12), so that the client does the same
 * with each.  libssh 0.11 (Debian 13) has options for ProxyJump, CertificateFile and IdentitiesOnly, and 0.12 for
 * AddressFamily.  Algorithms are compared with what the host offers, and with what the libssh in use has: algorithms.h.
 */
#ifndef HOLDFAST_DEMANDS_H
#define HOLDFAST_DEMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

/* True, and WHY (CAP bytes) names the option and the reason in one line. */
bool demands_more(const struct sshconfig *c, char *why, size_t cap);
/*
 * Where there is no ssh: all that is passed over, "Keyword: reason; Keyword: reason" in TEXT (CAP bytes).  What makes
 * the connection fail is not among that.  False: nothing is.
 */
bool demands_ignored(const struct sshconfig *c, char *text, size_t cap);
/* Whether there is a connection of ssh's to share now (ControlPath). */
bool demands_shared(const struct sshconfig *c);

#endif
