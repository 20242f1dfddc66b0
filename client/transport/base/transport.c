/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "transport.h"

void
transport_close(struct transport *t, enum transport_end end, const char *format, ...)
{
	va_list ap;

	t->state = TRANSPORT_CLOSED;
	t->end = end;
	va_start(ap, format);
	vsnprintf(t->reason, sizeof(t->reason), format, ap);
	va_end(ap);
}

bool
transport_reaches(const struct transport *t)
{
	return t->logged_in || (t->state == TRANSPORT_OPEN && t->ops->reaches && t->ops->reaches(t));
}

void
transport_free(struct transport *t)
{
	if (t)
		t->ops->free(t);
}
