/* SPDX-License-Identifier: MIT */
/* target: from what the person asked for to what the configuration makes of it. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "forward_listen.h"
#include "list.h"
#include "secrets.h"
#include "sshconfig_expand.h"
#include "sshconfig_file.h"
#include "sshconfig_handed.h"
#include "sshprogram.h"
#include "sshconfig_run.h"
#include "target.h"
#include "target_argv.h"
#include "target_lines.h"
#include "target_state.h"
#include "x11.h"

extern char **environ;

const char *
target_name(const struct transport_target *t)
{
	return t->config->host;
}

bool
target_can_be_plain(const struct transport_target *t)
{
	return t->style != STYLE_OTHER;
}

void
target_account(const struct transport_target *t, char *out, size_t cap)
{
	const struct sshconfig *c = t->config;
	const char *via = c->proxy_jump ? c->proxy_jump : c->proxy_command ? c->proxy_command : "";
	int n = snprintf(out, cap, "%s@%s:%u%s%s", c->user, c->hostname, c->port, *via ? " via " : "", via);

	if (n < 0 || (size_t)n >= cap)
		out[0] = '\0';
}

void
target_bulk(struct transport_target *t)
{
	t->config->bulk = true;
}

const struct sshconfig *
target_config(const struct transport_target *t)
{
	return t->config;
}

char *const *
target_environment(const struct transport_target *t)
{
	return t->environment;
}

/* Whether SendEnv's patterns want NAME; "-pattern" takes back what others want. */
static bool
sent(char *const *patterns, const char *name)
{
	bool wanted = false;

	for (; *patterns; patterns++) {
		if ((*patterns)[0] == '-' && fnmatch(*patterns + 1, name, 0) == 0)
			wanted = false;
		else if (fnmatch(*patterns, name, 0) == 0)
			wanted = true;
	}
	return wanted;
}

static bool
same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* The setting of SetEnv that holds: the first one of a name. */
static bool
has_name(char *const *list, const char *setting)
{
	for (; *list; list++)
		if (same_name(*list, setting))
			return true;
	return false;
}

static int
gather_environment(struct transport_target *t)
{
	char name[256];
	size_t len;
	int r = 0;

	if (!(t->environment = list_new()))
		return -ENOMEM;
	for (char **s = t->config->set_env; *s && r == 0; s++)
		if (strchr(*s, '=') && !has_name(t->environment, *s))
			r = list_add(&t->environment, *s);
	for (char **e = environ; e && *e && r == 0; e++) {
		len = strcspn(*e, "=");
		if (!(*e)[len] || !len || len >= sizeof(name))
			continue;
		memcpy(name, *e, len);
		name[len] = '\0';
		if (sent(t->config->send_env, name) && !has_name(t->environment, *e))
			r = list_add(&t->environment, *e);
	}
	return r;
}

/* The host without ssh://, user, port and brackets; for the name that is shown, and for the files. */
static int
split_destination(struct sshconfig *c, const char *text)
{
	bool uri = strncasecmp(text, "ssh://", 6) == 0;
	const char *at, *host, *end;
	unsigned long port;
	char *rest;

	text += uri ? 6 : 0;
	host = (at = strrchr(text, '@')) ? at + 1 : text;
	if (uri && host[0] == '[' && (end = strchr(host, ']')))
		host++;
	else
		end = uri ? host + strcspn(host, ":/") : host + strlen(host);
	if (end == host || host[0] == '-' || at == text)
		return -EINVAL;
	if (!(c->host = strndup(host, (size_t)(end - host))))
		return -ENOMEM;
	if (at && at > text && !(c->user = strndup(text, (size_t)(at - text))))
		return -ENOMEM;
	end += uri && *end == ']';
	if (uri && *end == ':') {
		port = strtoul(end + 1, &rest, 10);
		if (rest == end + 1 || (*rest && *rest != '/') || port < 1 || port > 65535)
			return -EINVAL;
		c->port = (unsigned)port;
		c->port_given = true;
	}
	return 0;
}

/* What only ssh can do, and what must not be left out. */
static int
possible(const struct sshconfig *c, char *why, size_t cap)
{
	char text[256];

	if (c->proxy_jump && !c->proxy_command)
		snprintf(why, cap, "ProxyJump needs ssh(1), which is not installed");
	else if (sshconfig_handed(c, true, text, sizeof(text)))
		snprintf(why, cap, "%s; ssh(1) is not installed", text);
	else
		return 0;
	return -EINVAL;
}

/* A configuration in which nothing has been read. */
static int
begin_config(struct transport_target *t, const struct target_request *q, char *why, size_t cap)
{
	int r;

	sshconfig_free(t->config);
	t->config = sshconfig_new();
	r = t->config ? split_destination(t->config, q->destination) : -ENOMEM;
	if (r == -EINVAL)
		snprintf(why, cap, "not a host: %s", q->destination);
	return r;
}

static int
read_files(struct transport_target *t, const struct target_request *q, char *why, size_t cap)
{
	char **lines = list_new();
	int r = lines ? target_lines(q, &lines) : -ENOMEM;

	if (r == 0)
		r = sshconfig_file(t->config, q->config, lines, why, cap);
	if (r == 0)
		r = sshconfig_finish(t->config, false, why, cap);
	list_free(lines);
	return r;
}

static int
evaluate_by_files(struct transport_target *t, const struct target_request *q, char *why, size_t cap)
{
	int r = read_files(t, q, why, cap);

	return r == 0 ? possible(t->config, why, cap) : r;
}

/*
 * From node to node an ssh carries the bytes, and acts on its configuration itself.  The little that this program wants to
 * know is in the same files, without another ssh (-G) that reads them first.  Whether that was enough.
 */
static bool
evaluate_for_hop(struct transport_target *t, const struct target_request *q)
{
	char why[512];

	if (!q->hop || t->asked_command || !sshprogram_is_there(t->ssh) || read_files(t, q, why, sizeof(why)) < 0)
		return false;
	t->have_ssh = true;
	t->carrier = CARRIER_COMMAND;
	return true;
}

static int
evaluate_by_ssh(struct transport_target *t, const struct target_request *q, char *why, size_t cap)
{
	char *const *command = t->style == STYLE_SSH ? t->command : (char *const[]){ t->ssh, NULL };
	char **argv = list_new();
	int r = argv ? list_add_all(&argv, command) : -ENOMEM;

	/*
	 * Its complaints come to us, and not into a log.  The subsystem's name may stand in the file, as RemoteCommand.
	 */
	if (r == 0)
		r = target_ssh_line(&argv, q, q->run && q->run[0] ? "Ey" : "Eys", "-G");
	if (r == 0) {
		r = sshconfig_evaluate(t->config, command, argv, why, cap);
		t->have_ssh = r == 0;
		t->warnings = r == 0 && why[0] ? strdup(why) : NULL;
		why[0] = r == 0 ? '\0' : why[0];
		if (r == -ENOENT)
			r = evaluate_by_files(t, q, why, cap);
	}
	list_free(argv);
	return r;
}

static int
evaluate(struct transport_target *t, const struct target_request *q, char *why, size_t cap)
{
	int r = begin_config(t, q, why, cap);

	if (r < 0 || evaluate_for_hop(t, q))
		return r;
	/* What could not be read has left a part of it there. */
	r = q->hop ? begin_config(t, q, why, cap) : 0;
	return r == 0 ? evaluate_by_ssh(t, q, why, cap) : r;
}

static int
fill(struct transport_target *t, const struct target_request *q, char *why, size_t cap)
{
	int r = (t->ssh = strdup(sshprogram())) ? 0 : -ENOMEM;

	if (r == 0)
		r = q->command ? target_split(q->command, &t->command) : list_add(&t->command, t->ssh);
	if (r < 0) {
		if (r == -EINVAL)
			snprintf(why, cap, "--transport: not a command: %s", q->command);
		return r;
	}
	t->style = q->command ? target_style_of(t->command) : STYLE_SSH;
	t->asked_command = q->command != NULL;
	t->hop = q->hop;
	if (!(t->destination = strdup(q->destination)))
		return -ENOMEM;
	t->terminated = q->terminated;
	r = target_options(q, t->style, &t->options, &t->options_after);
	if (r == 0)
		r = evaluate(t, q, why, cap);
	if (r == 0)
		r = gather_environment(t);
	return r;
}

struct transport_target *
target_new(const struct target_request *request, char *why, size_t cap)
{
	struct transport_target *t = calloc(1, sizeof(*t));
	int r = t ? 0 : -ENOMEM;

	why[0] = '\0';
	if (r == 0)
		r = fill(t, request, why, cap);
	if (r < 0) {
		if (!why[0])
			snprintf(why, cap, "%s", strerror(-r));
		target_free(t);
		return NULL;
	}
	t->secrets = secrets_new();
	return t;
}

void
target_login_forget(struct target_login *l)
{
	free(l->key);
	free(l->file);
	free(l->certificate);
	l->key = l->file = l->certificate = NULL;
}

void
target_free(struct transport_target *t)
{
	if (!t)
		return;
	if (t->forwards)
		forwards_close(t->forwards);
	free(t->forwards);
	secrets_free(t->secrets);
	sshconfig_free(t->config);
	askpass_close(&t->askpass);
	list_free(t->command);
	list_free(t->options);
	list_free(t->options_after);
	list_free(t->environment);
	free(t->destination);
	target_login_forget(&t->login);
	free(t->ssh);
	free(t->warnings);
	x11_free(t->x11);
	free(t);
}
