/* SPDX-License-Identifier: MIT */
#include "endcause.h"

#include <signal.h>
#include <sys/wait.h>

#define IDLE_SLACK_S 2 /* logind looks at whole seconds, and by a timer */

static void
set(struct endrecord *r, enum end_why why, enum end_by by)
{
	r->why = why;
	r->by = by;
}

static void
set_actor(struct endrecord *r, enum end_why why, const struct end_actor *a)
{
	set(r, why, END_BY_PROCESS);
	r->actor = *a;
}

/* systemd has stopped the session's scope: for whom. */
static void
decide_stopped(const struct endcause *c, struct endrecord *r)
{
	if (c->host_stopping) {
		set(r, END_SHUTDOWN, END_BY_HOST);
	} else if (c->logind_closes && c->idle_s + IDLE_SLACK_S >= c->idle_limit_s) {
		set(r, END_IDLE_SESSION, END_BY_LOGIND);
		r->idle_s = c->idle_limit_s;
	} else if (c->logind_closes) {
		set(r, END_LOGIND, END_BY_LOGIND);
	} else {
		set(r, END_STOPPED, END_BY_SYSTEMD);
	}
}

/* What the keeper says, if it says more than that the shell has ended. */
static bool
decide_by_keeper(const struct endcause *c, struct endrecord *r)
{
	switch (c->keeper_why) {
	case LEADERMSG_WHY_DETACHED:
		set(r, END_DETACHED, END_BY_TIMEOUT);
		return true;
	case LEADERMSG_WHY_IDLE:
		set(r, END_IDLE_SHELL, END_BY_TIMEOUT);
		return true;
	case LEADERMSG_WHY_NO_SHELL:
		set(r, END_NO_SHELL, END_BY_UNKNOWN);
		return true;
	case LEADERMSG_WHY_RELEASED:
		set(r, END_RELEASED, END_BY_CLIENT);
		r->has_status = r->status = 0;
		return true;
	case LEADERMSG_WHY_KILL:
		set(r, END_KILL, END_BY_UNKNOWN);
		if (c->asked)
			set_actor(r, END_KILL, &c->asker);
		return true;
	default:
		return false;
	}
}

void
endcause_decide(const struct endcause *c, struct endrecord *r)
{
	bool killed = c->has_status && WIFSIGNALED(c->status) && WTERMSIG(c->status) == SIGKILL;

	r->actor = (struct end_actor){ 0 };
	r->idle_s = 0;
	r->has_status = c->has_status;
	r->status = c->has_status ? (uint32_t)c->status : 0;
	if (c->slain)
		set_actor(r, END_KILL, &c->slayer);
	else if (c->oom && killed && c->keeper_why == LEADERMSG_WHY_EXIT)
		set(r, END_OOM, END_BY_KERNEL);
	else if (c->scope_stopped)
		decide_stopped(c, r);
	else if (decide_by_keeper(c, r))
		return;
	else if (c->keeper_lost)
		set(r, END_KEEPER, END_BY_UNKNOWN);
	else if (c->has_status && WIFSIGNALED(c->status))
		set(r, END_SIGNAL, END_BY_UNKNOWN);
	else
		set(r, END_EXIT, END_BY_SHELL);
}
