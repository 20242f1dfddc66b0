/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "pattern.h"

static bool
same(char a, char b, bool any_case)
{
	return a == b || (any_case && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* Only the last '*' is ever tried again: what stands before it has found its place. */
bool
pattern_match(const char *pattern, size_t len, const char *text, bool any_case)
{
	const char *again = NULL;
	size_t at = 0, star = len;

	while (*text) {
		if (at < len && pattern[at] == '*') {
			star = at++;
			again = text;
		} else if (at < len && (pattern[at] == '?' || same(pattern[at], *text, any_case))) {
			at++;
			text++;
		} else if (again) {
			at = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	while (at < len && pattern[at] == '*')
		at++;
	return at == len;
}

int
pattern_list(const char *list, const char *text, bool any_case)
{
	int found = 0;
	size_t len;

	for (; *list; list += len + (list[len] == ',')) {
		bool negated = *list == '!';

		list += negated;
		len = strcspn(list, ",");
		if (!pattern_match(list, len, text, any_case))
			continue;
		if (negated)
			return -1;
		found = 1;
	}
	return found;
}
