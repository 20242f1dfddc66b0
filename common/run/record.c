/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "holdfast-login 1"

/* Printable ASCII, at least one byte, no blank at either end: then a line returns the value unchanged. */
static bool
value_ok(const char *s)
{
	size_t len = strlen(s);

	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return len > 0 && s[0] != ' ' && s[len - 1] != ' ';
}

/* The output of a record: the rest of the caller's buffer, and the first error. */
struct out {
	char *p;
	size_t left;
	int err;
};

static void __attribute__((format(printf, 2, 3)))
line(struct out *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (o->err)
		return;
	va_start(ap, fmt);
	n = vsnprintf(o->p, o->left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n + 1 > o->left) {
		o->err = -EMSGSIZE;
		return;
	}
	o->p[n] = '\n';
	o->p += n + 1;
	o->left -= (size_t)n + 1;
}

/* A value that may be absent, written as "-"; so "-" alone is not a valid value. */
static void
line_value(struct out *o, const char *key, const char *value, bool may_lack)
{
	bool lacks = may_lack && !*value;

	if (!lacks && (!value_ok(value) || (may_lack && strcmp(value, "-") == 0)))
		o->err = o->err ? o->err : -EINVAL;
	line(o, "%s %s", key, lacks ? "-" : value);
}

static void
line_port(struct out *o, const char *key, uint16_t port)
{
	if (port)
		line(o, "%s %u", key, (unsigned)port);
	else
		line(o, "%s -", key);
}

int
record_format(const struct record *r, char *out, size_t cap)
{
	struct out o = { .p = out, .left = cap < RECORD_MAX ? cap : RECORD_MAX };

	if (r->auth_count > RECORD_AUTH_MAX || r->pid <= 0)
		return -EINVAL;
	line(&o, HEADER);
	if (r->uid_known)
		line(&o, "uid %" PRIu32, (uint32_t)r->uid);
	else
		line(&o, "uid -");
	line_value(&o, "user", r->user, false);
	line(&o, "pid %d", (int)r->pid);
	line(&o, "start %" PRIu64, r->start);
	line_value(&o, "service", r->service, false);
	line_value(&o, "address", r->address, true);
	line_port(&o, "port", r->port);
	line_value(&o, "local-address", r->local_address, true);
	line_port(&o, "local-port", r->local_port);
	line(&o, "xdg-session -");
	for (unsigned i = 0; i < r->auth_count; i++)
		line_value(&o, "auth", r->auth[i], false);
	line(&o, "end");
	return o.err ? o.err : (int)(o.p - out);
}

/* A decimal number without sign, blank or leading zero, at most MAX. */
static int
parse_number(const char *s, uint64_t max, uint64_t *v)
{
	unsigned long long got;
	char *end;

	if (*s < '0' || *s > '9' || (s[0] == '0' && s[1]))
		return -EBADMSG;
	errno = 0;
	got = strtoull(s, &end, 10);
	if (errno || *end || got > max)
		return -EBADMSG;
	*v = got;
	return 0;
}

static int
parse_text(const char *s, char *dst, size_t cap, bool may_lack)
{
	size_t len = strlen(s);

	if (may_lack && strcmp(s, "-") == 0)
		len = 0;
	if (len >= cap)
		return -EBADMSG;
	memcpy(dst, s, len);
	dst[len] = '\0';
	return 0;
}

static int
parse_port(const char *s, uint16_t *port)
{
	uint64_t v = 0;

	if (strcmp(s, "-") != 0 && (parse_number(s, UINT16_MAX, &v) || v == 0))
		return -EBADMSG;
	*port = (uint16_t)v;
	return 0;
}

enum key {
	KEY_UID, KEY_USER, KEY_PID, KEY_START, KEY_SERVICE, KEY_ADDRESS, KEY_PORT, KEY_LOCAL_ADDRESS,
	KEY_LOCAL_PORT, KEY_XDG, KEY_AUTH, KEY_COUNT
};

static const char *const key_names[KEY_COUNT] = {
	[KEY_UID] = "uid", [KEY_USER] = "user", [KEY_PID] = "pid", [KEY_START] = "start", [KEY_SERVICE] = "service",
	[KEY_ADDRESS] = "address", [KEY_PORT] = "port", [KEY_LOCAL_ADDRESS] = "local-address",
	[KEY_LOCAL_PORT] = "local-port", [KEY_XDG] = "xdg-session", [KEY_AUTH] = "auth",
};

static int
parse_uid(struct record *r, const char *value)
{
	uint64_t v = 0;

	r->uid_known = strcmp(value, "-") != 0;
	/* The highest uid, (uid_t)-1, is not a user. */
	if (r->uid_known && parse_number(value, UINT32_MAX - 1, &v))
		return -EBADMSG;
	r->uid = (uid_t)v;
	return 0;
}

static int
parse_pid(struct record *r, const char *value)
{
	uint64_t v;

	if (parse_number(value, INT32_MAX, &v) || v == 0)
		return -EBADMSG;
	r->pid = (pid_t)v;
	return 0;
}

static int
parse_auth(struct record *r, const char *value)
{
	if (r->auth_count == RECORD_AUTH_MAX)
		return -EBADMSG;
	r->auth[r->auth_count++] = value;
	return 0;
}

static int
parse_value(struct record *r, enum key key, const char *value)
{
	switch (key) {
	case KEY_UID:
		return parse_uid(r, value);
	case KEY_USER:
		return parse_text(value, r->user, sizeof r->user, false);
	case KEY_PID:
		return parse_pid(r, value);
	case KEY_START:
		return parse_number(value, UINT64_MAX, &r->start);
	case KEY_SERVICE:
		return parse_text(value, r->service, sizeof r->service, false);
	case KEY_ADDRESS:
		return parse_text(value, r->address, sizeof r->address, true);
	case KEY_PORT:
		return parse_port(value, &r->port);
	case KEY_LOCAL_ADDRESS:
		return parse_text(value, r->local_address, sizeof r->local_address, true);
	case KEY_LOCAL_PORT:
		return parse_port(value, &r->local_port);
	case KEY_XDG:
		return 0; /* the session's number does not come from here */
	case KEY_AUTH:
		return parse_auth(r, value);
	default:
		return -EBADMSG;
	}
}

/* One line "key value"; SEEN has a bit for each key that was there. */
static int
parse_line(struct record *r, char *text, unsigned *seen)
{
	char *value = strchr(text, ' ');

	if (!value)
		return -EBADMSG;
	*value++ = '\0';
	for (unsigned key = 0; key < KEY_COUNT; key++) {
		if (strcmp(text, key_names[key]) != 0)
			continue;
		if ((*seen & 1u << key && key != KEY_AUTH) || !value_ok(value))
			return -EBADMSG;
		*seen |= 1u << key;
		return parse_value(r, key, value);
	}
	return -EBADMSG;
}

int
record_parse(struct record *r, char *text, size_t len)
{
	const unsigned all = (1u << KEY_COUNT) - 1;
	char *p = text, *end = text + len;
	struct record got = {0};
	unsigned seen = 0;
	bool first = true;

	if (len > RECORD_MAX || memchr(text, '\0', len))
		return -EBADMSG;
	while (p < end) {
		char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline)
			return -EBADMSG;
		*newline = '\0';
		if (first ? strcmp(p, HEADER) != 0 : strcmp(p, "end") != 0 && parse_line(&got, p, &seen) != 0)
			return -EBADMSG;
		if (!first && strcmp(p, "end") == 0) {
			if (newline + 1 != end || (seen | 1u << KEY_AUTH) != all)
				return -EBADMSG;
			*r = got;
			return 0;
		}
		first = false;
		p = newline + 1;
	}
	return -EBADMSG;
}
