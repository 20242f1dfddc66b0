/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "auth_child.h"
#include "auth_password.h"
#include "secretmem.h"
#include "secrets.h"

/* Copies what stands between BEFORE and AFTER in TEXT. */
static bool
between(const char *text, const char *before, const char *after, char *out, size_t cap)
{
	size_t first = strlen(before), last = strlen(after), len = strlen(text);

	if (len < first + last || strncmp(text, before, first) != 0 || strcmp(text + len - last, after) != 0)
		return false;
	return (size_t)snprintf(out, cap, "%.*s", (int)(len - first - last), text + first) < cap;
}

/*
 * Which secret ssh asks for, by the name that libssh's methods give it (auth_password.c, auth_key.c); "": none that may
 * be kept.  The words are those of OpenSSH's sshconnect2.c.  A password for another host, such as one on the way, has
 * its whole question as its name.
 */
static void
name_of(const struct transport_target *t, const char *text, char *name, size_t cap)
{
	const struct sshconfig *c = t->config;
	const char *host = c->host_key_alias ? c->host_key_alias : c->host;
	char ours[512], path[SECRET_NAME_CAP - 16];
	size_t len;

	name[0] = '\0';
	snprintf(ours, sizeof(ours), "%.30s@%.128s's password: ", c->user, host);
	if (strcmp(text, ours) == 0) {
		snprintf(name, cap, "password");
		return;
	}
	len = (size_t)snprintf(ours, sizeof(ours), "(%.200s@%.200s) ", c->user, host);
	if (strncmp(text, ours, len) == 0 && auth_password_keepable(text + len, false))
		snprintf(name, cap, "keyboard-interactive %.400s", text + len);
	else if (between(text, "Enter passphrase for key '", "': ", path, sizeof(path)))
		snprintf(name, cap, "passphrase %s", path);
	else if (strstr(text, "'s password: ") && strlen(text) + 5 < cap)
		snprintf(name, cap, "ssh %s", text);
}

/* Whether this ssh has asked for NAME before. */
static bool
again(struct auth_child *c, const char *name)
{
	unsigned long hash = 5381;

	for (const char *s = name; *s; s++)
		hash = hash * 33 + (unsigned char)*s;
	for (unsigned i = 0; i < c->count; i++)
		if (c->asked[i] == hash)
			return true;
	if (c->count < AUTH_CHILD_ASKED)
		c->asked[c->count++] = hash;
	return false;
}

static int
secret(struct auth_child *c, struct transport_target *t, const struct transport_asking *asking, const char *text,
       char *value, size_t cap)
{
	char name[SECRET_NAME_CAP];
	int r;

	name_of(t, text, name, sizeof(name));
	if (name[0] && again(c, name))
		secrets_forget(t->secrets, name);
	if (name[0] && secrets_get(t->secrets, name, value, cap) == 0)
		return 0;
	r = asking->secret(asking->object, text, false, value, cap);
	if (r == 0 && name[0])
		secrets_put(t->secrets, name, value);
	return r;
}

/* ssh takes a line for yes or no, and for a host's key its fingerprint. */
static bool
is_confirmation(const struct askpass_question *q)
{
	return q->hint == ASKPASS_CONFIRM || strstr(q->text, "(yes/no") || strstr(q->text, "Please type 'yes'");
}

int
auth_child_serve(struct auth_child *c, const struct askpass *a, struct transport_target *t,
                 const struct transport_asking *asking)
{
	char value[SECRET_CAP] = "";
	struct askpass_question q;
	int r = askpass_take(a, &q);

	if (r < 0)
		return 0;
	if (q.hint == ASKPASS_LOGGED_IN) {
		askpass_answer(&q, NULL);
		return 1;
	}
	if (q.hint == ASKPASS_NOTE)
		asking->say(asking->object, q.text);
	else if (is_confirmation(&q))
		r = asking->confirm(asking->object, q.text, value, sizeof(value));
	else
		r = secret(c, t, asking, q.text, value, sizeof(value));
	if (r == 0 && q.hint == ASKPASS_CONFIRM && strncmp(value, "yes", 3) != 0 && value[0] != 'y')
		askpass_answer(&q, NULL);
	else
		askpass_answer(&q, r == 0 ? value : NULL);
	secretmem_wipe(value, sizeof(value));
	return r == -ECANCELED ? r : 0;
}
