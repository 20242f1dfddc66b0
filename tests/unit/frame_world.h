/* SPDX-License-Identifier: MIT */
/* frame_world: a reader of frames, and messages that go through it and come back. */
#ifndef HOLDFAST_FRAME_WORLD_H
#define HOLDFAST_FRAME_WORLD_H

#include "unit.h"

#include "frame.h"

static struct frame_reader reader;
static unsigned char out[FRAME_MAX + 64];

static inline void
fill(const void *p, size_t len)
{
	size_t room;
	unsigned char *to = frame_room(&reader, &room);

	assert_true(len <= room);
	memcpy(to, p, len);
	frame_filled(&reader, len);
}

static inline int
empty_reader(void **state)
{
	(void)state;
	memset(&reader, 0, sizeof reader);
	return 0;
}

static inline const struct frame *
back(int len)
{
	static struct frame f;

	assert_true(len > 0);
	empty_reader(NULL);
	fill(out, (size_t)len);
	assert_int_equal(frame_next(&reader, &f), 1);
	return &f;
}

/* Every shorter body, and one that is longer, is refused by DECODE. */
#define MUST_BE_WHOLE(f, decode)                                                                                       \
	do {                                                                                                           \
		for (size_t cut_ = 0; cut_ < (f)->len; cut_++) {                                                       \
			unsigned char *b_ = exact_copy((f)->body, cut_);                                               \
			const unsigned char *body = b_;                                                                \
			size_t len = cut_;                                                                             \
			assert_true((decode) < 0);                                                                     \
			free(b_);                                                                                      \
		}                                                                                                      \
		unsigned char *b_ = calloc(1, (f)->len + 1);                                                           \
		const unsigned char *body = b_;                                                                        \
		size_t len = (f)->len + 1;                                                                             \
		memcpy(b_, (f)->body, (f)->len);                                                                       \
		assert_true((decode) < 0);                                                                             \
		free(b_);                                                                                              \
	} while (0)

#endif
