/* SPDX-License-Identifier: MIT */
#include "local_escape.h"

#define CONTROL_Z 0x1a

void
local_escape_init(struct local_escape *e, int character)
{
	*e = (struct local_escape){ .character = character, .state = ESCAPE_LINE_START };
}

static enum escape_action
action_of(unsigned char c)
{
	switch (c) {
	case '.':
		return ESCAPE_QUIT;
	case '?':
		return ESCAPE_HELP;
	case CONTROL_Z:
		return ESCAPE_SUSPEND;
	case 'r':
	case 'R':
		return ESCAPE_RECONNECT;
	case 'd':
		return ESCAPE_DETACH;
	default:
		return ESCAPE_NONE;
	}
}

size_t
local_escape_feed(struct local_escape *e, const unsigned char *in, size_t len, unsigned char *out, size_t *out_len,
                  enum escape_action *action)
{
	size_t n = 0;

	*action = ESCAPE_NONE;
	*out_len = 0;
	while (n < len) {
		unsigned char c = in[n++];

		if (e->state == ESCAPE_SEEN) {
			*action = action_of(c);
			e->state = ESCAPE_LINE_START;
			if (*action != ESCAPE_NONE)
				return n;
			if (c != e->character)
				out[(*out_len)++] = (unsigned char)e->character;
		} else if (e->state == ESCAPE_LINE_START && e->character == c) {
			e->state = ESCAPE_SEEN;
			continue;
		}
		out[(*out_len)++] = c;
		e->state = c == '\r' || c == '\n' ? ESCAPE_LINE_START : ESCAPE_IN_LINE;
	}
	return n;
}
