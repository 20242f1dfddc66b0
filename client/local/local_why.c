/* SPDX-License-Identifier: MIT */
#include "local_why.h"

#include <stddef.h>
#include <string.h>

/* The first that fits counts: what an answer says goes before how the connection ended. */
static const struct { const char *part, *words; } table[] = {
	{ "web server", "HTTP: captive portal?" },
	{ "MaxStartups", "sshd busy: MaxStartups" },
	{ "Not allowed at this time", "sshd bars this address" },
	{ "HAS CHANGED", "host key has changed" },
	{ "IDENTIFICATION HAS CHANGED", "host key has changed" },
	{ "host key of", "host key has changed" },
	{ "Host key verification failed", "host key has changed" },
	{ "host key was not accepted", "host key is not known" },
	{ "permission denied", "login refused" },
	{ "Permission denied", "login refused" },
	{ "authentication failures", "login refused" },
	{ "Name or service not known", "no such name in DNS" },
	{ "No address associated", "no such name in DNS" },
	{ "nodename nor servname", "no such name in DNS" },
	{ "name resolution", "DNS fails" },
	{ "Could not resolve", "DNS fails" },
	{ "Connection refused", "connection refused" },
	{ "Network is unreachable", "no network" },
	{ "Network is down", "no network" },
	{ "Cannot assign requested address", "no network" },
	{ "No route to host", "no route to it" },
	{ "Host is down", "no route to it" },
	{ "reset by peer", "connection reset" },
	{ "Broken pipe", "connection reset" },
	{ "address has changed", "address changed" },
	{ "before it said a word of ssh", "closed before login" },
	{ "closed by remote host", "connection closed" },
	{ "connection broke", "" },
	{ "timed out", "" },
	{ "does not answer", "" },
	{ "no connection within", "" },
	{ "no answer", "" },
};

const char *
local_why(const char *reason)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strstr(reason, table[i].part))
			return table[i].words;
	return NULL;
}
