/* SPDX-License-Identifier: MIT */
#include "quietly.h"

static const char *const options[] = {
	"BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ControlMaster=no", "ControlPath=none",
	"ClearAllForwardings=yes", "Tunnel=no", "PermitLocalCommand=no", "EscapeChar=none", "LogLevel=ERROR",
	"ConnectTimeout=10",
};

#define OPTIONS (sizeof options / sizeof *options)
_Static_assert(2 * OPTIONS <= QUIETLY_WORDS, "there is room");

size_t
quietly_put(const char **argv)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		argv[2 * i] = "-o";
		argv[2 * i + 1] = options[i];
	}
	return 2 * OPTIONS;
}
