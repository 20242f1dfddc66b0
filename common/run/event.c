/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "escaped.h"
#include "logfields.h"

#define PREFIX "HOLDFAST_"
#define VERSION_FIELD PREFIX "EVENTS_VERSION"
#define STRING(x) #x
#define AS_TEXT(x) STRING(x)
#define NAME_CAP_OF_FIELD (sizeof PREFIX + EVENT_KEY_MAX)

_Static_assert(EVENT_FIELDS + 1 <= LOGFIELDS_MAX, "journald takes all fields");
_Static_assert(EVENT_TEXT <= UINT16_MAX, "places in the text");

static bool
key_ok(const char *key, size_t len)
{
	if (!len || len > EVENT_KEY_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((key[i] < 'a' || key[i] > 'z') && (key[i] < '0' || key[i] > '9') && key[i] != '-' && key[i] != '_')
			return false;
	return key[0] >= 'a' && key[0] <= 'z';
}

/* Room for a key of KEY_LEN characters, which it copies, and a value of VALUE_LEN: where the value goes, or NULL. */
static char *
new_field(struct event *e, const char *key, size_t key_len, size_t value_len, bool quoted)
{
	struct event_field *f = &e->v[e->count];
	char *at = e->text + e->used;

	if (e->count == EVENT_FIELDS || !key_ok(key, key_len) || key_len + value_len + 2 > EVENT_TEXT - e->used)
		return NULL;
	memcpy(at, key, key_len);
	at[key_len] = '\0';
	*f = (struct event_field){ (uint16_t)e->used, (uint16_t)(e->used + key_len + 1), quoted };
	e->used += key_len + value_len + 2;
	e->count++;
	return at + key_len + 1;
}

static void
add(struct event *e, const char *key, const char *value, bool quoted)
{
	size_t len = value ? strlen(value) : 0;
	char *at = new_field(e, key, strlen(key), len, quoted);

	if (at) {
		memcpy(at, value ? value : "", len);
		at[len] = '\0';
	}
}

void
event_init(struct event *e, const char *name)
{
	memset(e, 0, sizeof *e);
	e->time_ms = clock_date_ms();
	add(e, "event", name, false);
}

void
event_add(struct event *e, const char *key, const char *value)
{
	add(e, key, value, false);
}

void
event_quote(struct event *e, const char *key, const char *value)
{
	add(e, key, value, true);
}

void
event_addf(struct event *e, const char *key, const char *fmt, ...)
{
	char value[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	add(e, key, value, false);
}

void
event_number(struct event *e, const char *key, uint64_t value)
{
	event_addf(e, key, "%" PRIu64, value);
}

void
event_words(struct event *e, const char *words)
{
	while (*words) {
		const char *equals = words + strcspn(words, "= "), *value = equals + 1;
		bool quoted = *equals == '=' && *value == '"';
		size_t len;
		char *at;

		if (*equals != '=') {
			words = equals + (*equals == ' ');
			continue;
		}
		value += quoted;
		len = strcspn(value, quoted ? "\"" : " ");
		at = new_field(e, words, (size_t)(equals - words), len, quoted);
		if (at) {
			memcpy(at, value, len);
			at[len] = '\0';
		}
		words = value + len;
		words += *words == '"';
		words += *words == ' ';
	}
}

const char *
event_key(const struct event *e, unsigned i)
{
	return e->text + e->v[i].key;
}

const char *
event_value(const struct event *e, unsigned i)
{
	return e->text + e->v[i].value;
}

const char *
event_get(const struct event *e, const char *key)
{
	for (unsigned i = 0; i < e->count; i++)
		if (strcmp(event_key(e, i), key) == 0)
			return event_value(e, i);
	return NULL;
}

int
event_get_number(const struct event *e, const char *key, uint64_t *value)
{
	const char *text = event_get(e, key);

	return text && escaped_number(text, text + strlen(text), UINT64_MAX, value) == 0 ? 0 : -ENOENT;
}

struct line {
	char *text;
	size_t len;
};

static void
put(struct line *l, const char *s, size_t len)
{
	/* Room for the newline and a NUL. */
	if (len <= EVENT_LINE - 2 - l->len) {
		memcpy(l->text + l->len, s, len);
		l->len += len;
	}
}

/* VALUE with what would end it escaped; in quotes, blanks and '=' stand for themselves. */
static void
put_value(struct line *l, const char *value, bool quoted)
{
	char byte[4];

	for (const char *p = value; *p; p++)
		if (quoted && (*p == ' ' || *p == '='))
			put(l, p, 1);
		else
			put(l, byte, escaped_byte((unsigned char)*p, byte));
}

/* " key=value", whole or not at all. */
static void
put_field(struct line *l, const char *key, const char *value, bool quoted)
{
	size_t room = EVENT_LINE - 2 - l->len, need = strlen(key) + 4;
	char byte[4];

	for (const char *p = value; *p; p++)
		need += escaped_byte((unsigned char)*p, byte);
	if (need > room)
		return;
	if (l->len)
		put(l, " ", 1);
	put(l, key, strlen(key));
	put(l, "=", 1);
	if (quoted)
		put(l, "\"", 1);
	put_value(l, value, quoted);
	if (quoted)
		put(l, "\"", 1);
}

int
event_line(const struct event *e, char out[EVENT_LINE])
{
	struct line l = { .text = out };
	char number[24];

	snprintf(number, sizeof number, "%" PRIu64, e->time_ms);
	put_field(&l, "time_ms", number, false);
	snprintf(number, sizeof number, "%" PRIu64, e->seq);
	put_field(&l, "seq", number, false);
	for (unsigned i = 0; i < e->count; i++)
		if (*event_value(e, i))
			put_field(&l, event_key(e, i), event_value(e, i), false);
	out[l.len++] = '\n';
	out[l.len] = '\0';
	return (int)l.len;
}

void
event_message(const struct event *e, char out[EVENT_LINE])
{
	struct line l = { .text = out };

	for (unsigned i = 0; i < e->count; i++) {
		const char *value = event_value(e, i);

		put_field(&l, event_key(e, i), *value || e->v[i].quoted ? value : "-", e->v[i].quoted);
	}
	out[l.len] = '\0';
}

/* One word of a line of the store. */
static int
take_word(struct event *e, const char *p, const char *end)
{
	const char *equals = memchr(p, '=', (size_t)(end - p)), *value = equals + 1;
	size_t key_len, room;
	char *at;

	if (!equals)
		return -EBADMSG;
	key_len = (size_t)(equals - p);
	if (key_len == 7 && memcmp(p, "time_ms", 7) == 0)
		return escaped_number(value, end, UINT64_MAX, &e->time_ms);
	if (key_len == 3 && memcmp(p, "seq", 3) == 0)
		return escaped_number(value, end, UINT64_MAX, &e->seq);
	room = (size_t)(end - value);
	at = new_field(e, p, key_len, room, false);
	if (!at)
		return key_ok(p, key_len) ? 0 : -EBADMSG;
	if (escaped_take(at, room + 1, value, end))
		return -EBADMSG;
	/* Without its escapes it is shorter. */
	e->used -= room - strlen(at);
	return 0;
}

int
event_parse(struct event *e, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	struct event got;
	int rc = 0;

	memset(&got, 0, offsetof(struct event, text));
	while (!rc && p < end) {
		const char *blank = memchr(p, ' ', (size_t)(end - p)), *stop = blank ? blank : end;

		rc = take_word(&got, p, stop);
		p = blank ? blank + 1 : end;
	}
	if (rc || !got.time_ms || !got.count || strcmp(event_key(&got, 0), "event") != 0)
		return -EBADMSG;
	memcpy(e, &got, offsetof(struct event, text));
	memcpy(e->text, got.text, got.used);
	return 0;
}

/* "HOLDFAST_BY_UID" for "by-uid". */
static void
put_name(char out[NAME_CAP_OF_FIELD], const char *key)
{
	char *to = out + sizeof PREFIX - 1;

	memcpy(out, PREFIX, sizeof PREFIX);
	for (; *key; key++)
		*to++ = *key == '-' ? '_' : *key >= 'a' && *key <= 'z' ? (char)(*key - 'a' + 'A') : *key;
	*to = '\0';
}

void
event_log(int priority, const struct event *e)
{
	struct journal_field v[EVENT_FIELDS + 1] = {
		{ VERSION_FIELD, AS_TEXT(EVENT_VERSION), sizeof AS_TEXT(EVENT_VERSION) - 1 },
	};
	char names[EVENT_FIELDS][NAME_CAP_OF_FIELD], line[EVENT_LINE];
	size_t count = 1;

	for (unsigned i = 0; i < e->count; i++) {
		const char *value = event_value(e, i);

		if (!*value)
			continue;
		put_name(names[i], event_key(e, i));
		v[count++] = (struct journal_field){ names[i], value, strlen(value) };
	}
	event_message(e, line);
	logfields(priority, line, v, count);
}
