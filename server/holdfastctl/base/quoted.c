/* SPDX-License-Identifier: MIT */
#include "quoted.h"

#include <string.h>

/* PIECE goes to *AT of LINE, and *AT behind it. */
static bool
add(char *line, size_t cap, size_t *at, const char *piece)
{
	size_t len = strlen(piece);

	if (len >= cap - *at)
		return false;
	memcpy(line + *at, piece, len + 1);
	*at += len;
	return true;
}

bool
quoted_add(char *line, size_t cap, const char *word)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
	size_t at = strlen(line);
	bool plain = *word && strspn(word, safe) == strlen(word);
	bool fits = (!at || add(line, cap, &at, " ")) && (plain || add(line, cap, &at, "'"));

	for (; fits && *word; word++)
		fits = add(line, cap, &at, *word == '\'' ? "'\\''" : (char[]){ *word, '\0' });
	return fits && (plain || add(line, cap, &at, "'"));
}
