/* SPDX-License-Identifier: MIT */
#include "unasked.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "counters.h"
#include "fd.h"
#include "login.h"
#include "loginshell.h"
#include "notheld.h"
#include "procstat.h"
#include "ticket.h"

#define PATIENCE_S 20   /* the start-up files before the hook, and the hook, need less … */
#define PATIENCE_BEFORE_S 5 /* … and where nobody answered, most have gone on by then */
#define LOOKING_S 600   /* a connection without a shell by then has other work */
#define FRESH_S 60      /* holdfastd has just been started: older logins are looked at too */
#define DEPTH 2         /* sshd, its child that is the user's, the shell */
#define CHILDREN_CAP 4096

/* Whether the shell of the login TICKET is among the children of PID, or theirs. */
static bool
has_shell(pid_t pid, const char *ticket, int depth)
{
	const struct loginshell want = { .shell = NULL, .ticket = ticket };
	char path[64], text[CHILDREN_CAP], *p = text, *end;
	bool found = false;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : fd_read(fd, text, sizeof text - 1);
	fd_close(&fd);
	text[n > 0 ? n : 0] = '\0';
	for (long child; !found && (child = strtol(p, &end, 10)) > 0 && end != p; p = end) {
		int dir = procstat_open((pid_t)child);
		const char *why;

		if (dir < 0)
			continue;
		found = loginshell_check(dir, &want, &why) == 0 || (depth > 1 && has_shell((pid_t)child, ticket, depth - 1));
		close(dir);
	}
	return found;
}

static void
write_line(const struct login *l, uint32_t cause, const char *what)
{
	struct audit a;
	struct event e;

	audit_init(&a, l->user, l->uid);
	audit_begin(&a, &e, "aside", l->address, l->who);
	event_add(&e, "why", notheld_name(cause));
	if (what[0])
		event_quote(&e, "detail", what);
	counters_event("aside", notheld_name(cause));
	audit_write(&a, &e);
}

void
unasked_look(int dir, const char *name, const struct record *r, uint64_t stopped)
{
	uint64_t age = procstat_age_s(r->start);
	struct procstat daemon;
	struct ticket ticket;
	struct login l;
	struct stat st;
	bool before;

	if (r->start < stopped || age < PATIENCE_BEFORE_S || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    st.st_mtime == RECORD_ASKED || procstat_read(getppid(), &daemon))
		return;
	before = r->start < daemon.start;
	if ((age < PATIENCE_S && !before) || (age > LOOKING_S && !(before && procstat_age_s(daemon.start) < FRESH_S)) ||
	    ticket_parse(&ticket, name) || !has_shell(r->pid, name, DEPTH) || login_find(&ticket, &l) || login_has_asked(&ticket))
		return;
	if (before)
		write_line(&l, NOTHELD_AWAY, stopped ? "it had been stopped" : "");
	else
		write_line(&l, NOTHELD_NO_HOOK, "");
}
