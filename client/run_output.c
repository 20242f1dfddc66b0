/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit_status.h"
#include "local.h"
#include "run_end.h"
#include "run_output.h"

void
run_write(struct run *r, unsigned channel, const unsigned char *data, size_t len)
{
	unsigned char held[HOLDBACK_CAP];
	size_t held_len, now = len;
	int rc = 0;

	if (channel == 1 && r->stream.kind == FRAME_COMMAND) {
		rc = local_sink_gather(&r->err, data, len);
	} else {
		if (r->holding) {
			local_holdback_feed(&r->held, data, len, held, &held_len, &now);
			rc = local_sink_gather(&r->out, held, held_len);
		}
		if (rc == 0)
			rc = local_sink_gather(&r->out, data, now);
	}
	/* What can't be kept is not acknowledged either. */
	if (rc < 0)
		run_leave(r, STATUS_FAILED, "out of memory");
}

void
run_release(struct run *r)
{
	local_sink_write(&r->out, r->held.buf, r->held.len);
	r->held.len = 0;
}

void
run_break_off(struct run *r)
{
	bool broken;

	local_holdback_drop(&r->held, &broken);
	if (broken)
		local_sink_write(&r->out, "\030", 1);
}

void
run_say(struct run *r, const char *format, ...)
{
	char text[TEXT_CAP + 128], line[TEXT_CAP + 160];
	va_list ap;

	if (r->config->log_level == LOG_LEVEL_QUIET)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (!local_is_raw()) {
		asking_sayf(r->asking, "%s", text);
		return;
	}
	snprintf(line, sizeof line, "\r\n\033[0mholdfast: %s\r\n", text);
	local_sink_write(&r->out, line, strlen(line));
}
