/* SPDX-License-Identifier: MIT */
/*
 * event: one event in the life of sessions, as a list of fields.  holdfast-events(7) has the vocabulary: the log,
 * journald's fields, the store (eventstore.h) and `holdfastctl events --json` share it.
 *
 *   the log     event=drop user=alice uid=1000 … who="publickey SHA256:…" duration=7
 *   journald    that line, and HOLDFAST_EVENT=drop, HOLDFAST_USER=alice … ('-' in a field's name is '_' there)
 *   the store   time_ms=… seq=… event=drop user=alice …   escaped.h; fields without a value are left out
 *
 * A field's name is 1 to 31 of a-z, 0-9, '-' and '_'.  All sizes are bounded: a field for which there is no room is
 * left out whole.
 */
#ifndef HOLDFAST_EVENT_H
#define HOLDFAST_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_FIELDS 32
#define EVENT_TEXT 2048     /* all names and values, each with its NUL */
#define EVENT_KEY_MAX 31
#define EVENT_LINE 4096     /* a line of the log or of the store, with its newline and NUL */
#define EVENT_VERSION 1     /* of the vocabulary: HOLDFAST_EVENTS_VERSION */

struct event {
	uint64_t time_ms;   /* clock_date_ms() */
	uint64_t seq;       /* counts a user's events in the store; 0: it was not there */
	unsigned count;
	size_t used;
	struct event_field {
		uint16_t key, value; /* in TEXT */
		bool quoted;         /* in the log */
	} v[EVENT_FIELDS];
	char text[EVENT_TEXT];
};

/* An event of this moment, with its first field, event=NAME. */
void event_init(struct event *e, const char *name);
/* Adds a field.  A VALUE of NULL or "" is unknown: the log has "-" for it, and the others leave it out. */
void event_add(struct event *e, const char *key, const char *value);
/* The same for a value that the log has in quotes, for it has blanks: key="two words". */
void event_quote(struct event *e, const char *key, const char *value);
void event_addf(struct event *e, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void event_number(struct event *e, const char *key, uint64_t value);
/* Adds the fields in WORDS, as the log has them: key=value key="two words"; passes over what is none. */
void event_words(struct event *e, const char *words);

/* The value of the first field KEY, "" if it is unknown, or NULL: there is none. */
const char *event_get(const struct event *e, const char *key);
/* The same as a number: 0, or -ENOENT for none, or for another value. */
int event_get_number(const struct event *e, const char *key, uint64_t *value);
const char *event_key(const struct event *e, unsigned i);
const char *event_value(const struct event *e, unsigned i);

/* The line of the store, with its newline: its length. */
int event_line(const struct event *e, char out[EVENT_LINE]);
/* The LEN bytes of such a line, without its newline: 0 or -EBADMSG.  Control characters do not get into *E. */
int event_parse(struct event *e, const char *text, size_t len);
/* The line of the log. */
void event_message(const struct event *e, char out[EVENT_LINE]);
/* Writes it to the host's log, with the fields where that is journald's (logfields.h). */
void event_log(int priority, const struct event *e);

#endif
