/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* The longest line, before its control characters are escaped. */
#define LINE_CAP 1024
_Static_assert(4 * LINE_CAP == LOG_TEXT_MAX + 1, "an escaped line fits");

static const char *log_program = "holdfast";
static bool log_stderr;

void
log_open(const char *program, bool stderr_too)
{
	log_program = program;
	log_stderr = stderr_too;
	openlog(program, LOG_PID, LOG_AUTHPRIV);
}

void
log_escape(char *dst, unsigned long cap, const char *str)
{
	unsigned long at = 0;

	if (!cap)
		return;
	for (const unsigned char *p = (const unsigned char *)str; *p; p++) {
		bool plain = *p >= ' ' && *p <= '~';
		unsigned long need = plain ? 1 : 4;

		/* A number that does not fit whole is left out. */
		if (at + need >= cap)
			break;
		if (plain)
			dst[at] = (char)*p;
		else
			snprintf(dst + at, cap - at, "\\%03o", *p);
		at += need;
	}
	dst[at] = '\0';
}

const char *
log_program_name(void)
{
	return log_program;
}

void
log_echo(const char *line)
{
	if (log_stderr)
		dprintf(STDERR_FILENO, "%s: %s\n", log_program, line);
}

/* LINE goes out; it is escaped here and nowhere else. */
void
log_text(int priority, const char *line)
{
	char safe[LOG_TEXT_MAX + 1];
	int saved = errno;

	log_escape(safe, sizeof safe, line);
	syslog(LOG_AUTHPRIV | (priority & LOG_PRIMASK), "%s", safe);
	log_echo(safe);
	errno = saved;
}

void
log_line(int priority, const char *fmt, ...)
{
	char line[LINE_CAP];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	log_text(priority, line);
}

void
log_errno_at(int priority, const char *function, int err, const char *fmt, ...)
{
	char text[LINE_CAP], line[LINE_CAP];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* What went wrong must not be cut off by a long text. */
	snprintf(line, sizeof line, "%s: %.768s: %s", function, text,
	         strerror(err < 0 ? -err : err));
	log_text(priority, line);
}
