/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit_status.h"
#include "local.h"
#include "run_end.h"
#include "run_output.h"
#include "run_predict.h"

/* Bytes of the host's, of whole sequences and characters. */
static int
show(struct run *r, const unsigned char *data, size_t len)
{
	int rc;

	run_predict_before(r, data, len);
	rc = local_sink_gather(&r->out, data, len);
	run_predict_fed(r, data, len);
	return rc;
}

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
			rc = show(r, held, held_len);
		}
		if (rc == 0)
			rc = show(r, data, now);
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
		show(r, (const unsigned char *)"\030", 1);
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
	run_predict_unclean(r);
	snprintf(line, sizeof line, "\r\n\033[0mholdfast: %s\r\n", text);
	local_sink_write(&r->out, line, strlen(line));
}
