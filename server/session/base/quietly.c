/* SPDX-License-Identifier: MIT */
#include "quietly.h"

#include <stdio.h>

#include "bounds.h"

static const char *const options[] = {
	"BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ControlMaster=no", "ControlPath=none",
	"ClearAllForwardings=yes", "Tunnel=no", "PermitLocalCommand=no", "EscapeChar=none", "LogLevel=ERROR",
	"ConnectTimeout=10", "VerifyHostKeyDNS=no", "NoHostAuthenticationForLocalhost=no",
};

#define OPTIONS (sizeof options / sizeof *options)
_Static_assert(2 * OPTIONS + 2 <= QUIETLY_WORDS, "there is room");

size_t
quietly_put(const char **argv, const char *node)
{
	static char alias[NODE_CAP + sizeof "HostKeyAlias="];

	for (size_t i = 0; i < OPTIONS; i++) {
		argv[2 * i] = "-o";
		argv[2 * i + 1] = options[i];
	}
	snprintf(alias, sizeof alias, "HostKeyAlias=%s", node);
	argv[2 * OPTIONS] = "-o";
	argv[2 * OPTIONS + 1] = alias;
	return 2 * OPTIONS + 2;
}
