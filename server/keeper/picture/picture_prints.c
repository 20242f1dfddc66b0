/* SPDX-License-Identifier: MIT */
#include "picture_prints.h"

void
picture_print_forgotten(struct picture_print *print, const void *object)
{
	if (print->object == object)
		*print = (struct picture_print){ .serial = 0 };
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
picture_print_take(struct picture_print *print, uint32_t serial, unsigned char *bytes, size_t len)
{
	if (!serial || print->serial != serial)
		return false;
	finish(print, bytes, len);
	return true;
}

void
picture_print_lost(struct picture_print *print)
{
	if (print->serial)
		finish(print, NULL, 0);
}
