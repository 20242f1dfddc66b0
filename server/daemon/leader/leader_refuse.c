/* SPDX-License-Identifier: MIT */
#include "leader_refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "keeperproc.h"
#include "leader_audit.h"
#include "leader_order.h"
#include "nospace.h"
#include "notheld.h"
#include "paths.h"
#include "progress.h"
#include "reply.h"
#include "vouch.h"
#include "waitstatus.h"

#define WHAT_CAP 192

void
leader_refuse(struct leader *l, uint32_t code, uint32_t cause, const char *what, const char *fmt, ...)
{
	const struct login *login = l->login;
	char text[TEXT_CAP];
	struct event e;
	va_list ap;

	/* A login is refused once: PAM may still answer one that has been told that it is late (progress.h). */
	if (l->refused || progress_has_told()) {
		fd_close(&l->conn);
		return;
	}
	l->refused = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (l->conn >= 0)
		reply_refuse_as(l->conn, code, notheld_name(cause), "%s", text);
	/* It has its answer. */
	fd_close(&l->conn);
	if (!leader_audit_may_say(l))
		return;
	audit_begin(&l->audit, &e, "refuse", login_from(login), login->who);
	event_number(&e, "code", code);
	event_add(&e, "from", vouch_from_word(l->order->from));
	event_add(&e, "why", notheld_name(cause));
	if (what[0])
		event_quote(&e, "detail", what);
	login_event(login, &e);
	audit_write(&l->audit, &e);
}

/* The number in the file at PATH, 0: unknown. */
static unsigned long
number_in(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32] = "";

	if (fd >= 0 && fd_read(fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	fd_close(&fd);
	return strtoul(text, NULL, 10);
}

/* Linux keeps a reserve for the host's own /dev/pts; a mount of it can have a smaller limit besides. */
static void
put_ptys(char what[WHAT_CAP])
{
	unsigned long max = number_in("/proc/sys/kernel/pty/max");

	if (number_in("/proc/sys/kernel/pty/nr") + number_in("/proc/sys/kernel/pty/reserve") + 1 >= max)
		snprintf(what, WHAT_CAP, "kernel.pty.max is %lu", max);
	else
		snprintf(what, WHAT_CAP, "the mount /dev/pts has a limit of its own (max=)");
}

static void
put_files(char what[WHAT_CAP])
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		snprintf(what, WHAT_CAP, "the limit (ulimit -n) is unknown");
	else
		snprintf(what, WHAT_CAP, "the limit (ulimit -n) is %llu", (unsigned long long)limit.rlim_cur);
}

/* The cause of RC, an errno at STEP, and what there is to say of it. */
static uint32_t
cause_of(int rc, uint32_t step, char what[WHAT_CAP])
{
	char words[NOSPACE_CAP];

	if (rc == -ENOSPC && step == PROGRESS_TERMINAL) {
		put_ptys(what);
		return NOTHELD_PTYS;
	}
	if (rc == -ENOSPC) {
		nospace_words(HOLDFAST_RUNDIR, words);
		snprintf(what, WHAT_CAP, "%s", words);
		return NOTHELD_SPACE;
	}
	if (rc == -EMFILE) {
		put_files(what);
		return NOTHELD_FILES;
	}
	snprintf(what, WHAT_CAP, "%s: %s", progress_words(step), strerror(-rc));
	return rc == -ENOMEM ? NOTHELD_MEMORY : NOTHELD_TROUBLE;
}

void
leader_refuse_error(struct leader *l, int rc)
{
	char what[WHAT_CAP], words[TEXT_CAP];
	uint32_t cause = cause_of(rc, progress_now(), what);

	if (cause == NOTHELD_TROUBLE)
		snprintf(words, sizeof words, "%s", what);
	else
		notheld_words(cause, 0, what, words);
	leader_refuse(l, VOUCH_TROUBLE, cause, what, "cannot make the session: %.400s", words);
}

void
leader_refuse_keeper(struct leader *l, int status)
{
	char what[WHAT_CAP], how[WAITSTATUS_CAP];
	uint32_t cause = NOTHELD_KEEPER;

	waitstatus_words(status, how);
	switch (WIFEXITED(status) ? WEXITSTATUS(status) : 0) {
	case KEEPERPROC_DESCRIPTORS:
		cause = NOTHELD_FILES;
		snprintf(what, sizeof what, "the limit (ulimit -n) is %llu",
		         (unsigned long long)l->keepers.inherits.files.rlim_cur);
		break;
	case KEEPERPROC_DROP:
		snprintf(what, sizeof what, "it could not become the user");
		break;
	case KEEPERPROC_DIRECTORY:
		snprintf(what, sizeof what, "it could not enter /");
		break;
	case KEEPERPROC_EXEC:
		snprintf(what, sizeof what, "%s could not be executed", PATH_KEEPER);
		break;
	default:
		snprintf(what, sizeof what, "it %s", how);
	}
	leader_refuse(l, VOUCH_TROUBLE, cause, what, "cannot start the session's keeper: %s%s",
	              cause == NOTHELD_FILES ? "the limit on open files is too small: " : "", what);
}
