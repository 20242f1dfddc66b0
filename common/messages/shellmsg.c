/* SPDX-License-Identifier: MIT */
#include "shellmsg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"

#define S struct shellmsg
static const struct field start_fields[] = {
	FIELD_TEXT(S, shell),
	FIELD_TEXT(S, home),
	FIELD_TEXT(S, tty),
	FIELD_U32_MAX(S, umask, 07777),
	FIELD_BOOL(S, say_home),
	FIELD_BOOL(S, has_command),
	FIELD_TEXT(S, command),
	FIELD_ENV(S, env),
	FIELDS_END
};
#undef S
static const struct message start = { sizeof(struct shellmsg), { SHELLMSG_START }, start_fields };

static int
put(char *field, size_t cap, const char *text)
{
	return snprintf(field, cap, "%s", text ? text : "") < (int)cap ? 0 : -EMSGSIZE;
}

int
shellmsg_fill(struct shellmsg *m, const struct shell_request *q)
{
	int rc;

	memset(m, 0, sizeof *m);
	m->umask = q->umask & 07777;
	m->say_home = q->say_home;
	m->has_command = q->command != NULL;
	m->env = *q->env;
	rc = put(m->shell, sizeof m->shell, q->shell);
	if (!rc)
		rc = put(m->home, sizeof m->home, q->home);
	if (!rc)
		rc = put(m->tty, sizeof m->tty, q->tty);
	if (!rc)
		rc = put(m->command, sizeof m->command, q->command);
	return rc;
}

int
shellmsg_encode(const struct shellmsg *m, unsigned char *out, size_t cap)
{
	return message_encode(&start, SHELLMSG_START, m, out, cap);
}

int
shellmsg_decode(struct shellmsg *m, const void *buf, size_t len)
{
	return message_decode(&start, m, buf, len);
}
