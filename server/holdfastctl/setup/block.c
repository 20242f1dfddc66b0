/* SPDX-License-Identifier: MIT */
#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an old block only the beginnings are looked at. */
#define BEGIN "# >>> holdfast"
#define END "# <<< holdfast"
#define BEGIN_LINE BEGIN " >>> written by holdfastctl setup, taken out by holdfastctl setup --undo\n"
#define END_LINE END " <<<\n"

struct span {
	const char *begin, *end; /* of the block with its markers; END is behind the last one's newline */
};

static const char *
next_line(const char *p)
{
	const char *newline = strchr(p, '\n');

	return newline ? newline + 1 : p + strlen(p);
}

static enum block_state
find(const char *text, struct span *s)
{
	enum block_state state = BLOCK_NONE;

	s->begin = s->end = NULL;
	for (const char *p = text; *p; p = next_line(p)) {
		if (strncmp(p, BEGIN, sizeof BEGIN - 1) == 0) {
			if (s->begin)
				return BLOCK_BROKEN;
			s->begin = p;
			state = BLOCK_BROKEN;
		} else if (strncmp(p, END, sizeof END - 1) == 0) {
			if (!s->begin || s->end)
				return BLOCK_BROKEN;
			s->end = next_line(p);
			state = BLOCK_THERE;
		}
	}
	return state;
}

enum block_state
block_state(const char *text)
{
	struct span s;

	return find(text, &s);
}

/* BEFORE (LEN bytes), a newline if that lacks one, a block if BODY is not NULL, AFTER. */
static char *
join(const char *before, size_t len, const char *body, const char *after)
{
	const char *newline = body && len && before[len - 1] != '\n' ? "\n" : "";
	char *out;

	if (asprintf(&out, "%.*s%s%s%s%s%s", (int)len, before, newline, body ? BEGIN_LINE : "", body ? body : "",
	             body ? END_LINE : "", after) < 0)
		return NULL;
	return out;
}

char *
block_put(const char *text, const char *body, enum block_where where)
{
	struct span s;

	if (find(text, &s) == BLOCK_THERE)
		return join(text, (size_t)(s.begin - text), body, s.end);
	return where == BLOCK_FIRST ? join("", 0, body, text) : join(text, strlen(text), body, "");
}

char *
block_take(const char *text)
{
	struct span s;

	if (find(text, &s) != BLOCK_THERE)
		return strdup(text);
	return join(text, (size_t)(s.begin - text), NULL, s.end);
}
