/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth_child.h"
#include "auth_password.h"
#include "secretmem.h"
#include "secrets.h"
#include "sshprogram.h"

#define NAMED_PROMPTS 805 /* from this version on a host's prompts have "(user@host) " in front */

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
 * Whether ssh's words tell who asks.  Before 8.5 it passes on a host's prompts of keyboard-interactive as they are, and
 * they may read like a question for a passphrase.
 */
static bool
words_are_ssh_s(struct transport_target *t)
{
	if (!t->ssh_version && !(t->ssh_version = (int)sshprogram_version(t->command[0])))
		t->ssh_version = -1;
	return t->ssh_version >= NAMED_PROMPTS;
}

/* Whether a hop of ProxyJump, LEN bytes of "user@host:port" or a URL, is called NAME. */
static bool
is_hop(const char *hop, size_t len, const char *name)
{
	const char *end = hop + len, *at;

	for (at = hop; at < end; at++)
		if (*at == '@' || (*at == '/' && at > hop && at[-1] == '/'))
			hop = at + 1;
	if (hop < end && *hop == '[' && (at = memchr(hop, ']', (size_t)(end - hop)))) {
		hop++;
		end = at;
	} else if ((at = memchr(hop, ':', (size_t)(end - hop)))) {
		end = at;
	}
	return name && strlen(name) == (size_t)(end - hop) && strncasecmp(name, hop, (size_t)(end - hop)) == 0;
}

/* Whether a host on the way may be called as ours is; of the command of ProxyCommand nobody knows. */
static bool
shares_its_name(const struct sshconfig *c)
{
	size_t len;

	if (c->proxy_command && !c->proxy_jump)
		return true;
	for (const char *hop = c->proxy_jump ? c->proxy_jump : ""; *hop; hop += len + (hop[len] == ',')) {
		len = strcspn(hop, ",");
		if (is_hop(hop, len, c->host) || is_hop(hop, len, c->hostname) || is_hop(hop, len, c->host_key_alias))
			return true;
	}
	return false;
}

static bool
is_identity(const struct sshconfig *c, const char *path)
{
	for (char **file = c->identity_files; *file; file++)
		if (strcmp(*file, path) == 0)
			return true;
	return false;
}

/* A password or an answer of keyboard-interactive.  One for a host on the way has its whole question as its name. */
static void
name_of_password(const struct sshconfig *c, const char *text, char *name, size_t cap)
{
	const char *host = c->host_key_alias ? c->host_key_alias : c->host;
	char ours[512];
	size_t len;

	snprintf(ours, sizeof(ours), "%.30s@%.128s's password: ", c->user, host);
	if (strcmp(text, ours) == 0) {
		snprintf(name, cap, "password");
		return;
	}
	len = (size_t)snprintf(ours, sizeof(ours), "(%.200s@%.200s) ", c->user, host);
	if (strncmp(text, ours, len) == 0 && auth_password_keepable(text + len, false))
		snprintf(name, cap, "keyboard-interactive %.400s", text + len);
	else if (text[0] != '(' && strstr(text, "'s password: ") && strlen(text) + 5 < cap)
		snprintf(name, cap, "ssh %s", text);
}

/*
 * Which secret ssh asks for, by the name that libssh's methods give it (auth_password.c, auth_key.c); "": none that may
 * be kept.  The words are those of OpenSSH's sshconnect2.c.
 */
static void
name_of(struct transport_target *t, const char *text, char *name, size_t cap)
{
	char path[SECRET_NAME_CAP - 16];

	name[0] = '\0';
	if (!words_are_ssh_s(t))
		return;
	if (between(text, "Enter passphrase for key '", "': ", path, sizeof(path))) {
		if (is_identity(t->config, path))
			snprintf(name, cap, "passphrase %s", path);
	} else if (!shares_its_name(t->config)) {
		name_of_password(t->config, text, name, cap);
	}
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
