/* SPDX-License-Identifier: MIT */
#include "whylist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endrecord.h"
#include "endwords.h"
#include "log.h"
#include "notheld.h"

static void
copy(char *out, size_t cap, const char *value)
{
	snprintf(out, cap, "%s", value ? value : "");
}

static uint32_t
number_of(const struct event *e, const char *key)
{
	uint64_t v;

	return key && event_get_number(e, key, &v) == 0 && v <= UINT32_MAX ? (uint32_t)v : 0;
}

/* What the login got. */
static void
put_got(struct why *w, const struct event *e, uint32_t cause)
{
	const char *from = event_get(e, "from");

	if (notheld_is_new(cause))
		snprintf(w->got, sizeof w->got, "a new session");
	/* Without "from" a login's shell is meant. */
	else if (from ? strcmp(from, "hook") == 0 : strcmp(w->event, "aside") == 0)
		snprintf(w->got, sizeof w->got, "a plain shell");
	else if (w->session)
		snprintf(w->got, sizeof w->got, "not session %u", (unsigned)w->session);
	else
		snprintf(w->got, sizeof w->got, "no session");
}

/* refuse, aside. */
static bool
take_login(struct why *w, const struct event *e, const char *line, size_t len)
{
	uint32_t cause = notheld_find(w->word), left_out = number_of(e, "left_out");
	const char *what = event_get(e, "detail");

	(void)line;
	(void)len;
	w->of_login = true;
	put_got(w, e, cause);
	if (left_out) {
		snprintf(w->text, sizeof w->text, "%u more were refused, and not written down one by one",
		         (unsigned)left_out);
		return true;
	}
	if (cause)
		notheld_words(cause, number_of(e, notheld_number(cause)), what ? what : "", w->text);
	else
		log_escape(w->text, sizeof w->text, w->word[0] ? w->word : "no reason was written down");
	w->mend = notheld_mend(cause);
	return true;
}

/* end, lost: the line is one of endrecord.h's too. */
static bool
take_end(struct why *w, const struct event *e, const char *line, size_t len)
{
	char session[TEXT_CAP], how[TEXT_CAP];
	struct endrecord r;

	(void)e;
	if (endrecord_parse(&r, line, len))
		return false;
	endwords_session(&r, session);
	endwords_how(&r, how);
	snprintf(w->text, sizeof w->text, "%.200s %.280s", session, how);
	return true;
}

/* The reasons of drop and leave. */
static const struct {
	const char *word, *text;
} drops[] = {
	{ "closed", "the connection was closed by the client's side" },
	{ "lost", "the connection was lost" },
	{ "timeout", "nothing came back over the connection" },
	{ "sshd", "its sshd has ended" },
	{ "hangup", "the terminal was hung up" },
	{ "process", "the login's own process was killed" },
	{ "detach", "it was detached on request" },
	{ "taken", "another login has taken its place" },
	{ "switch", "the terminal has gone over to another session" },
	{ "idle", "nobody had typed for IdleDetach" },
	{ "stale", "the connection was dead, and another login has taken the session" },
};

static bool
take_drop(struct why *w, const struct event *e, const char *line, size_t len)
{
	const char *text = w->word[0] ? w->word : "its connection has ended", *name = event_get(e, "name");
	char safe[4 * NAME_CAP];

	(void)line;
	(void)len;
	for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
		if (strcmp(drops[i].word, w->word) == 0)
			text = drops[i].text;
	log_escape(safe, sizeof safe, name ? name : "");
	snprintf(w->text, sizeof w->text, "session %u%s%.132s%s lost its last terminal: ", (unsigned)w->session,
	         safe[0] ? " (" : "", safe, safe[0] ? ")" : "");
	log_escape(w->text + strlen(w->text), sizeof w->text - strlen(w->text), text);
	return true;
}

static bool
take_parked(struct why *w, const struct event *e, const char *line, size_t len)
{
	(void)e;
	(void)line;
	(void)len;
	snprintf(w->text, sizeof w->text, "session %u is parked: its keepers died one after the other; its shell runs on",
	         (unsigned)w->session);
	w->mend = "the next login to it tries again; the log has more: journalctl -t holdfastd";
	return true;
}

static const struct {
	const char *event;
	/* Fills in text, mend and what is the event's own; false: it is damaged. */
	bool (*take)(struct why *w, const struct event *e, const char *line, size_t len);
} kinds[] = {
	{ "refuse", take_login }, { "aside", take_login }, { "end", take_end }, { "lost", take_end },
	{ "drop", take_drop }, { "parked", take_parked },
};

static bool
take(struct why *w, const struct event *e, const char *line, size_t len)
{
	const char *said = event_get(e, "said-by-user");
	size_t i = 0;

	memset(w, 0, sizeof *w);
	copy(w->event, sizeof w->event, e->count ? event_value(e, 0) : "");
	while (i < sizeof kinds / sizeof *kinds && strcmp(kinds[i].event, w->event) != 0)
		i++;
	if (i == sizeof kinds / sizeof *kinds)
		return false;
	w->time_ms = w->first_ms = e->time_ms;
	w->times = 1;
	w->uid = number_of(e, "uid");
	w->session = number_of(e, "session");
	w->said = said && strcmp(said, "yes") == 0;
	w->mend = "";
	copy(w->user, sizeof w->user, event_get(e, "user"));
	copy(w->address, sizeof w->address, event_get(e, "address"));
	copy(w->word, sizeof w->word, event_get(e, "why"));
	return kinds[i].take(w, e, line, len);
}

/* Whether B says of another login of the same user what A says. */
static bool
is_same(const struct why *a, const struct why *b)
{
	return a->of_login && b->of_login && a->uid == b->uid && a->said == b->said && !strcmp(a->event, b->event) &&
	       !strcmp(a->address, b->address) && !strcmp(a->text, b->text) && !strcmp(a->got, b->got);
}

int
whylist_make(const struct eventlist *l, struct why **v, size_t *count)
{
	struct why *got = calloc(l->count + 1, sizeof *got);
	size_t n = 0;

	if (!got)
		return -ENOMEM;
	for (size_t i = 0; i < l->count; i++) {
		struct event e;

		if (eventlist_get(l, i, &e) || !take(&got[n], &e, l->v[i].line, l->v[i].len))
			continue;
		if (n && is_same(&got[n - 1], &got[n])) {
			got[n - 1].time_ms = got[n].time_ms;
			got[n - 1].times++;
		} else {
			n++;
		}
	}
	*v = got;
	*count = n;
	return 0;
}
