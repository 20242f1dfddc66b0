/* SPDX-License-Identifier: MIT */
#include "uniqueid.h"

#include <string.h>

bool
uniqueid_ok(const char *text)
{
	size_t len = strlen(text);

	return len == UNIQUEID_CAP - 1 && strspn(text, "0123456789abcdef") == len;
}

bool
uniqueid_ok_or_none(const char *text)
{
	return !*text || uniqueid_ok(text);
}
