/* SPDX-License-Identifier: MIT */
#include "endrecord.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "escaped.h"

static const char *const whys[END_WHYS] = {
	[END_NOT] = "", [END_EXIT] = "exit", [END_SIGNAL] = "signal", [END_OOM] = "oom", [END_KILL] = "kill",
	[END_DETACHED] = "DetachedTimeout", [END_IDLE_SHELL] = "IdleShellTimeout",
	[END_IDLE_SESSION] = "StopIdleSessionSec", [END_LOGIND] = "logind", [END_STOPPED] = "stopped",
	[END_SHUTDOWN] = "shutdown", [END_CRASH] = "crash",
	[END_NO_SHELL] = "no-shell", [END_KEEPER] = "keeper", [END_KILLED] = "killed",
	[END_RELEASED] = "released",
};

static const char *const bys[END_BYS] = {
	[END_BY_UNKNOWN] = "unknown", [END_BY_SHELL] = "shell", [END_BY_PROCESS] = "process", [END_BY_LOGIND] = "logind",
	[END_BY_SYSTEMD] = "systemd", [END_BY_KERNEL] = "kernel", [END_BY_TIMEOUT] = "timeout", [END_BY_HOST] = "host",
	[END_BY_CLIENT] = "client",
};

const char *
endrecord_why(uint32_t why)
{
	return why < END_WHYS ? whys[why] : "unknown";
}

const char *
endrecord_by(uint32_t by)
{
	return by < END_BYS ? bys[by] : "unknown";
}

void
endrecord_status(uint32_t status, char out[16])
{
	if (WIFSIGNALED((int)status))
		snprintf(out, 16, "signal:%d", WTERMSIG((int)status));
	else
		snprintf(out, 16, "%d", WEXITSTATUS((int)status));
}

/* The fields of a line.  A zero, and an empty text, are left out. */
enum kind { TEXT, U32, U64, FLAG, WHY, BY, STATUS };

#define AT(member) offsetof(struct endrecord, member)
#define ROOM(member) sizeof(((struct endrecord *)0)->member)

static const struct {
	const char *key;
	enum kind kind;
	size_t at, room;
} fields[] = {
	{ "time_ms", U64, AT(time_ms), 0 },
	{ "seen_ms", U64, AT(seen_ms), 0 },
	{ "created_ms", U64, AT(created_ms), 0 },
	{ "session", U32, AT(session), 0 },
	{ "unique", TEXT, AT(unique), ROOM(unique) },
	{ "boot", TEXT, AT(boot), ROOM(boot) },
	{ "user", TEXT, AT(user), ROOM(user) },
	{ "uid", U32, AT(uid), 0 },
	{ "why", WHY, AT(why), 0 },
	{ "by", BY, AT(by), 0 },
	{ "by-uid", U32, AT(actor.uid), 0 },
	{ "by-pid", U32, AT(actor.pid), 0 },
	{ "by-program", TEXT, AT(actor.program), ROOM(actor.program) },
	{ "signal", U32, AT(actor.signal), 0 },
	{ "said-by-keeper", FLAG, AT(actor.said_by_keeper), 0 },
	{ "status", STATUS, AT(status), 0 },
	{ "idle_s", U32, AT(idle_s), 0 },
	{ "attached", FLAG, AT(attached), 0 },
	{ "told", FLAG, AT(told), 0 },
	{ "name", TEXT, AT(name), ROOM(name) },
	{ "program", TEXT, AT(program), ROOM(program) },
	{ "line", TEXT, AT(line), ROOM(line) }, /* the last: the one that is left out when there is no room */
};

#define FIELDS (sizeof fields / sizeof *fields)

struct line {
	char *text;
	size_t len;
	bool full;
};

static void
put(struct line *l, const char *s, size_t len)
{
	/* Room for the newline and a NUL. */
	if (l->full || len > ENDRECORD_TEXT - 2 - l->len) {
		l->full = true;
		return;
	}
	memcpy(l->text + l->len, s, len);
	l->len += len;
}

static void
put_text(struct line *l, const char *s, size_t room)
{
	char byte[4];

	for (size_t i = 0; i < room && s[i]; i++)
		put(l, byte, escaped_byte((unsigned char)s[i], byte));
}

/* The value of field I as text, or with TEXT "". */
static void
value_of(const struct endrecord *r, size_t i, char out[32])
{
	const char *at = (const char *)r + fields[i].at;
	uint64_t v = 0;
	uint32_t n = 0;
	bool flag = false;

	out[0] = '\0';
	if (fields[i].kind == U64)
		memcpy(&v, at, sizeof v);
	else if (fields[i].kind == FLAG)
		memcpy(&flag, at, sizeof flag);
	else if (fields[i].kind != TEXT)
		memcpy(&n, at, sizeof n);
	if (fields[i].kind == WHY || fields[i].kind == BY)
		snprintf(out, 32, "%s", !r->why ? "" : fields[i].kind == WHY ? endrecord_why(n) : endrecord_by(n));
	else if (fields[i].kind == STATUS && r->has_status)
		endrecord_status(n, out);
	else if (fields[i].kind == FLAG && flag)
		snprintf(out, 32, "yes");
	else if (fields[i].kind != STATUS && fields[i].kind != FLAG && (v || n))
		snprintf(out, 32, "%" PRIu64, v ? v : n);
}

int
endrecord_text(const struct endrecord *r, char text[ENDRECORD_TEXT])
{
	struct line l = { .text = text };

	for (size_t i = 0; i < FIELDS; i++) {
		size_t before = l.len;
		char value[32];

		value_of(r, i, value);
		if (!value[0] && (fields[i].kind != TEXT || !((const char *)r)[fields[i].at]))
			continue;
		if (before)
			put(&l, " ", 1);
		put(&l, fields[i].key, strlen(fields[i].key));
		put(&l, "=", 1);
		put(&l, value, strlen(value));
		if (fields[i].kind == TEXT)
			put_text(&l, (const char *)r + fields[i].at, fields[i].room);
		if (l.full) {
			l.len = before;
			break;
		}
	}
	text[l.len++] = '\n';
	text[l.len] = '\0';
	return (int)l.len;
}

/* A word of another version's counts as the last one of COUNT words would: unknown. */
static uint32_t
take_word(const char *const *words, uint32_t count, const char *p, const char *end)
{
	for (uint32_t i = 0; i < count; i++)
		if (strlen(words[i]) == (size_t)(end - p) && memcmp(words[i], p, (size_t)(end - p)) == 0)
			return i;
	return count;
}

static int
take_status(struct endrecord *r, const char *p, const char *end)
{
	static const char head[] = "signal:";
	bool signaled = (size_t)(end - p) > sizeof head - 1 && memcmp(p, head, sizeof head - 1) == 0;
	uint64_t v;

	if (signaled)
		p += sizeof head - 1;
	if (escaped_number(p, end, signaled ? 126 : 255, &v))
		return -EBADMSG;
	r->has_status = 1;
	r->status = (uint32_t)(signaled ? v : v << 8);
	return 0;
}

static int
take_field(struct endrecord *r, size_t i, const char *p, const char *end)
{
	char *at = (char *)r + fields[i].at;
	uint64_t v = 0;
	uint32_t n;
	int rc = 0;

	switch (fields[i].kind) {
	case TEXT:
		return escaped_take(at, fields[i].room, p, end);
	case STATUS:
		return take_status(r, p, end);
	case FLAG:
		*(bool *)at = end - p == 3 && memcmp(p, "yes", 3) == 0;
		return 0;
	case U64:
		rc = escaped_number(p, end, UINT64_MAX, &v);
		memcpy(at, &v, sizeof v);
		return rc;
	case WHY:
		v = take_word(whys, END_WHYS, p, end);
		break;
	case BY:
		v = take_word(bys, END_BYS, p, end);
		break;
	default:
		rc = escaped_number(p, end, UINT32_MAX, &v);
	}
	n = (uint32_t)v;
	memcpy(at, &n, sizeof n);
	return rc;
}

static int
take_word_of_line(struct endrecord *r, const char *p, const char *end)
{
	const char *equals = memchr(p, '=', (size_t)(end - p));

	if (!equals)
		return -EBADMSG;
	for (size_t i = 0; i < FIELDS; i++)
		if (strlen(fields[i].key) == (size_t)(equals - p) &&
		    memcmp(fields[i].key, p, (size_t)(equals - p)) == 0)
			return take_field(r, i, equals + 1, end);
	return 0;
}

int
endrecord_parse(struct endrecord *r, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	struct endrecord got;
	int rc = 0;

	memset(&got, 0, sizeof got);
	while (!rc && p < end) {
		const char *blank = memchr(p, ' ', (size_t)(end - p)), *stop = blank ? blank : end;

		rc = take_word_of_line(&got, p, stop);
		p = blank ? blank + 1 : end;
	}
	if (rc || !got.session || !got.time_ms)
		return -EBADMSG;
	*r = got;
	return 0;
}
