/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "run_end.h"

void
run_end(struct run *r, int status, const char *format, ...)
{
	va_list ap;

	if (r->done)
		return;
	r->done = true;
	r->status = status;
	if (!format)
		return;
	va_start(ap, format);
	vsnprintf(r->last_words, sizeof r->last_words, format, ap);
	va_end(ap);
}

void
run_leave(struct run *r, int status, const char *why)
{
	const char *host = target_name(r->target);

	if (!r->stream.attached || r->hop)
		run_end(r, status, "%s", why);
	else
		run_end(r, status, "%s; session %u on %s goes on: holdfast --session %u %s", why, r->stream.session,
		        host, r->stream.session, host);
}
