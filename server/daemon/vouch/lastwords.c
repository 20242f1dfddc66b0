/* SPDX-License-Identifier: MIT */
#include "lastwords.h"

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "counters.h"
#include "notheld.h"
#include "vouch.h"
#include "waitstatus.h"

void
lastwords_init(struct lastwords *w)
{
	memset(w, 0, sizeof *w);
	w->table = progress_table(SLOTS_MAX);
}

struct progress *
lastwords_of(const struct lastwords *w, unsigned place)
{
	return w->table ? &w->table[place] : NULL;
}

/* One that is quiet is counted all the same. */
static void
write_line(const struct slots_helper *h, const struct progress *was, uint32_t code, uint32_t cause, const char *what)
{
	struct audit a;
	struct event e;

	counters_event("refuse", notheld_name(cause));
	if (h->quiet)
		return;
	audit_init(&a, was->user[0] ? was->user : "-", h->uid);
	audit_begin(&a, &e, "refuse", was->address, was->who);
	event_number(&e, "code", code);
	event_add(&e, "from", vouch_from_word(was->from));
	event_add(&e, "why", notheld_name(cause));
	event_quote(&e, "detail", what);
	audit_write(&a, &e);
}

static void
say_died(const struct slots_helper *h, const struct progress *was, const char *how)
{
	char what[192];

	snprintf(what, sizeof what, "it %s, at %s", how, progress_words(was->step));
	write_line(h, was, VOUCH_TROUBLE, NOTHELD_HELPER_DIED, what);
}

/* What the helper has left; its strings end, whatever has written over them. */
static struct progress
copy_of(const struct lastwords *w, unsigned place)
{
	struct progress p = { .step = PROGRESS_BEGINS };

	if (w->table)
		p = w->table[place];
	p.user[sizeof p.user - 1] = p.address[sizeof p.address - 1] = p.who[sizeof p.who - 1] = '\0';
	return p;
}

void
lastwords_slot(struct lastwords *w, const struct slots_freed *f)
{
	struct progress was = copy_of(w, f->helper.place);
	char how[WAITSTATUS_CAP];

	if (!f->over) {
		write_line(&f->helper, &was, VOUCH_LATE, NOTHELD_LOGIN_TIMEOUT, progress_words(was.step));
	} else if (!f->done && !f->refused && f->ended) {
		waitstatus_words(f->status, how);
		say_died(&f->helper, &was, how);
	} else if (!f->done && !f->refused && w->count == LASTWORDS_DEAD) {
		say_died(&f->helper, &was, "was killed");
	} else if (!f->done && !f->refused) {
		w->dead[w->count++] = (struct lastwords_dead){ f->helper, was };
	}
}

void
lastwords_status(struct lastwords *w, pid_t pid, int status)
{
	char how[WAITSTATUS_CAP];

	for (size_t i = 0; i < w->count; i++) {
		if (w->dead[i].helper.pid != pid)
			continue;
		waitstatus_words(status, how);
		say_died(&w->dead[i].helper, &w->dead[i].was, how);
		w->dead[i] = w->dead[--w->count];
		return;
	}
}
