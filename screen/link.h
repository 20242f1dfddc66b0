/* SPDX-License-Identifier: MIT */
/*
 * link: the hyperlinks (OSC 8) in use, each with a number.  A link is kept as the text between "OSC 8 ;" and the
 * terminator: "[id=NAME];URI".  At most LINKS_MAX of them, LINKS_BYTES_MAX in all; more are shown as plain text.
 */
#ifndef HOLDFAST_SCREEN_LINK_H
#define HOLDFAST_SCREEN_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINKS_MAX 4096
#define LINKS_BYTES_MAX (512 * 1024)

struct links {
	char **text;    /* text[0] is not used: 0 is no link; NULL: a free number */
	uint32_t *hash; /* of each text */
	uint32_t count; /* numbers ever given, 0 included */
	uint32_t cap;
	uint32_t live;  /* of them, not free */
	uint32_t last;  /* the one looked up last: programs say the same link again and again */
	size_t bytes;
};

void links_free(struct links *l);
/* The number of the link TEXT of LEN bytes, made if it is new; 0: no room or no memory. */
uint32_t links_number(struct links *l, const char *text, size_t len);
bool links_full(const struct links *l, size_t more);
/* Frees those with no mark: MARKS has a byte a number. */
void links_sweep(struct links *l, const unsigned char *marks);
size_t links_memory(const struct links *l);

static inline const char *
links_get(const struct links *l, uint32_t number)
{
	return number ? l->text[number] : "";
}

#endif
