/* SPDX-License-Identifier: MIT */
#include "store_state.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "log.h"

#define LONGER_MAX 3 /* a lease is that often doubled */

void
store_cancel(struct store *s, enum store_task_id id)
{
	struct store_call *c = &s->calls[id];

	if (!c->http)
		return;
	http_cancel(s->o.http, c->http);
	c->http = NULL;
	pieces_free(&c->pieces);
	json_decref(c->answer);
	c->answer = NULL;
	if (id == STORE_WRITE)
		c->task->end(s, ETCD_AWAY, NULL, clock_now_ms());
}

bool
store_may_ask(const struct store *s)
{
	return !*s->o.user || *s->auth.token || s->auth.unneeded;
}

void
store_trouble(struct store *s, const struct store_task *task, const char *text)
{
	snprintf(s->text, sizeof s->text, "%s: %s%s%s", endpoints_url(&s->o.endpoints), task ? task->name : "",
	         task ? ": " : "", text);
	s->wrong = task;
}

bool
store_leave(struct store *s, uint64_t now, const char *text)
{
	if (!s->troubled)
		log_line(LOG_WARNING, "%s", text);
	s->troubled = true;
	if (endpoints_in(&s->o.endpoints, now) < 2)
		return false;
	for (int i = 0; i < STORE_TASKS; i++)
		store_cancel(s, i);
	endpoints_failed(&s->o.endpoints, now);
	for (int i = 0; i < STORE_TASKS; i++)
		if (s->calls[i].away) {
			s->calls[i].away = false;
			s->calls[i].again_ms = 0;
		}
	return true;
}

uint64_t
store_lease_ms(const struct store *s)
{
	return s->o.times.lease_s * UINT64_C(1000) << s->lease.longer;
}

void
store_longer_lease(struct store *s)
{
	if (s->lease.longer < LONGER_MAX)
		s->lease.longer++;
}

void
store_lost_all(struct store *s, uint64_t now)
{
	store_cancel(s, STORE_WRITE);
	s->write.echo_ms = 0;
	s->lease.id = 0;
	s->lease.renewed_ms = now;
	own_lost(s->o.own);
	s->write.node = true;
	s->write.written_ms = 0;
}

void
store_read_again(struct store *s)
{
	store_cancel(s, STORE_MIRROR);
	s->mirror.phase = MIRROR_READ;
	s->mirror.more = false;
	s->mirror.proven_ms = 0;
}
