/* SPDX-License-Identifier: MIT */
#include "endwords.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "age.h"
#include "log.h"
#include "signame.h"

void
endwords_session(const struct endrecord *r, char out[TEXT_CAP])
{
	const char *what = r->name[0] ? r->name : r->program;
	char safe[4 * NAME_CAP];

	log_escape(safe, sizeof safe, what);
	snprintf(out, TEXT_CAP, safe[0] ? "session %u (%s)" : "session %u", (unsigned)r->session, safe);
}

/* "SIGTERM". */
static void
put_signal(char out[32], uint32_t number)
{
	const char *name = signame_of((int)number);

	if (name)
		snprintf(out, 32, "SIG%s", name);
	else
		snprintf(out, 32, "signal %u", (unsigned)number);
}

/* "root (holdfastctl, process 123)". */
static void
put_actor(const struct endrecord *r, char out[TEXT_CAP])
{
	const struct end_actor *a = &r->actor;
	char who[32], program[4 * NAME_CAP];

	if (a->uid == r->uid)
		snprintf(who, sizeof who, "a process of this user");
	else if (a->uid == 0)
		snprintf(who, sizeof who, "root");
	else
		snprintf(who, sizeof who, "uid %u", (unsigned)a->uid);
	log_escape(program, sizeof program, a->program);
	snprintf(out, TEXT_CAP, program[0] ? "%s (%s, process %u)" : "%s (%sprocess %u)", who, program, (unsigned)a->pid);
}

static void
say_shell(const struct endrecord *r, char out[TEXT_CAP])
{
	char signal[32];

	if (!r->has_status) {
		snprintf(out, TEXT_CAP, "has ended");
	} else if (WIFSIGNALED((int)r->status)) {
		put_signal(signal, (uint32_t)WTERMSIG((int)r->status));
		snprintf(out, TEXT_CAP, "has ended: its shell got %s", signal);
	} else {
		snprintf(out, TEXT_CAP, "has ended: its shell exited with status %d", WEXITSTATUS((int)r->status));
	}
}

static void
say_actor(const struct endrecord *r, char out[TEXT_CAP])
{
	char who[TEXT_CAP], signal[32];

	put_actor(r, who);
	put_signal(signal, r->actor.signal);
	if (r->actor.said_by_keeper)
		snprintf(out, TEXT_CAP, "was ended by %.300s, which sent %s", who, signal);
	else
		snprintf(out, TEXT_CAP, "was ended by %.300s", who);
}

void
endwords_how(const struct endrecord *r, char out[TEXT_CAP])
{
	static const char *const fixed[END_WHYS] = {
		[END_NOT] = "runs",
		[END_OOM] = "was ended by the OOM killer: there was no memory left",
		[END_DETACHED] = "was ended after its time without a terminal (DetachedTimeout)",
		[END_IDLE_SHELL] = "was ended after its idle shell's time without a terminal (IdleShellTimeout)",
		[END_LOGIND] = "was ended by logind, as loginctl terminate-session does",
		[END_STOPPED] = "was ended by systemd, which stopped its scope",
		[END_SHUTDOWN] = "was ended by the shutdown of the host",
		[END_CRASH] = "was lost: the host went down without a shutdown",
		[END_NO_SHELL] = "has ended: its shell could not be started",
		[END_KEEPER] = "was lost: its keeper has ended",
		[END_RELEASED] = "was let go: its client was terminated, as with ssh",
		[END_KILLED] = "was lost: all its processes were killed",
	};
	char age[AGE_CAP];

	if (r->why == END_KILL && r->by == END_BY_PROCESS) {
		say_actor(r, out);
	} else if (r->why == END_KILL) {
		snprintf(out, TEXT_CAP, "was ended by a request");
	} else if (r->why == END_IDLE_SESSION) {
		age_format(age, r->idle_s);
		snprintf(out, TEXT_CAP, "was ended by logind after %s without input (StopIdleSessionSec)", age);
	} else if (r->why < END_WHYS && fixed[r->why]) {
		snprintf(out, TEXT_CAP, "%s", fixed[r->why]);
	} else {
		say_shell(r, out);
	}
}

/* "14:02", or "Nov 29 14:02" for another day than that of NOW_MS. */
static void
put_time(char out[32], uint64_t ms, uint64_t now_ms)
{
	time_t t = (time_t)(ms / 1000), now = (time_t)(now_ms / 1000);
	struct tm tm, today;

	if (!localtime_r(&t, &tm) || !localtime_r(&now, &today))
		snprintf(out, 32, "?");
	else if (tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year)
		strftime(out, 32, "%H:%M", &tm);
	else
		strftime(out, 32, "%b %e %H:%M", &tm);
}

void
endwords_line(const struct endrecord *r, uint64_t now_ms, char out[TEXT_CAP])
{
	char session[TEXT_CAP], how[TEXT_CAP], since[32], then[32];

	endwords_session(r, session);
	endwords_how(r, how);
	put_time(then, r->time_ms, now_ms);
	put_time(since, r->seen_ms, now_ms);
	if (r->seen_ms)
		snprintf(out, TEXT_CAP, "%.160s %.260s, between %s and %s", session, how, since, then);
	else
		snprintf(out, TEXT_CAP, "%.160s %.260s at %s", session, how, then);
}

bool
endwords_matters(const struct endrecord *r)
{
	switch (r->why) {
	case END_NOT:
	case END_EXIT:
		return false;
	case END_SIGNAL:
		return !r->attached;
	case END_KILL:
		return r->by != END_BY_PROCESS || r->actor.uid != r->uid;
	default:
		return true;
	}
}
