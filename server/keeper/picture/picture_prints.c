/* SPDX-License-Identifier: MIT */
#include "picture_prints.h"

static struct picture_print *
find(struct picture_print *v, uint32_t serial)
{
	for (unsigned i = 0; i < PICTURE_PRINTS; i++)
		if (v[i].serial == serial)
			return &v[i];
	return NULL;
}

struct picture_print *
picture_prints_free(struct picture_print *v)
{
	return find(v, 0);
}

void
picture_prints_forget(struct picture_print *v, const void *object)
{
	for (unsigned i = 0; i < PICTURE_PRINTS; i++)
		if (v[i].object == object)
			v[i] = (struct picture_print){ .serial = 0 };
}

/* The place is free before its owner hears, who may ask again. */
static void
finish(struct picture_print *print, unsigned char *bytes, size_t len)
{
	struct picture_print was = *print;

	*print = (struct picture_print){ .serial = 0 };
	was.done(was.object, bytes, len);
}

bool
picture_prints_take(struct picture_print *v, uint32_t serial, unsigned char *bytes, size_t len)
{
	struct picture_print *print = serial ? find(v, serial) : NULL;

	if (print)
		finish(print, bytes, len);
	return print != NULL;
}

void
picture_prints_lost(struct picture_print *v)
{
	for (unsigned i = 0; i < PICTURE_PRINTS; i++)
		if (v[i].serial)
			finish(&v[i], NULL, 0);
}
