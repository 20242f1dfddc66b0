/* SPDX-License-Identifier: MIT */
/* uniqueid: the form of a session's own id, which no other session ever has, on any node (endrecord.h). */
#ifndef HOLDFAST_UNIQUEID_H
#define HOLDFAST_UNIQUEID_H

#include <stdbool.h>

#define UNIQUEID_CAP 17 /* 16 hexadecimal digits, in lower case, and a NUL */

bool uniqueid_ok(const char *text);
/* The same, or "": it is not known. */
bool uniqueid_ok_or_none(const char *text);

#endif
