/* SPDX-License-Identifier: MIT */
#include "logfields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

static struct journal_field
text(const char *name, const char *value)
{
	return (struct journal_field){ name, value, strlen(value) };
}

/* The fields that journald makes of a line of syslog(3), and those at V. */
static int
send_entry(int priority, const char *line, const struct journal_field *v, size_t count)
{
	struct journal_field all[JOURNAL_FIELDS];
	char level[8], facility[8], pid[24];
	size_t n = 0;

	if (count > LOGFIELDS_MAX)
		return -E2BIG;
	snprintf(level, sizeof level, "%d", priority & LOG_PRIMASK);
	snprintf(facility, sizeof facility, "%d", LOG_AUTHPRIV >> 3);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	all[n++] = text("MESSAGE", line);
	all[n++] = text("PRIORITY", level);
	all[n++] = text("SYSLOG_FACILITY", facility);
	all[n++] = text("SYSLOG_IDENTIFIER", log_program_name());
	all[n++] = text("SYSLOG_PID", pid);
	memcpy(all + n, v, count * sizeof *v);
	return journal_send(&journal_host, all, n + count);
}

void
logfields(int priority, const char *line, const struct journal_field *v, size_t count)
{
	int saved = errno, rc = send_entry(priority, line, v, count);

	/* For -EAGAIN syslog(3) would wait for the same journald, without a limit. */
	if (rc && rc != -EAGAIN)
		log_text(priority, line);
	else
		log_echo(line);
	errno = saved;
}
