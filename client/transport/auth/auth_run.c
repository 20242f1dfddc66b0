/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth_gssapi.h"
#include "auth_key.h"
#include "auth_password.h"
#include "auth_remembered.h"
#include "auth_run.h"
#include "list.h"

#define RSA_BITS_MIN 1024 /* libssh's own */

static const struct method {
	const char *name;
	int bit;
	size_t enabled; /* offset of its switch in the configuration */
	bool by_person; /* it sends what a false host must not get */
	int (*run)(struct auth *a);
} methods[] = {
	{ "gssapi-with-mic", SSH_AUTH_METHOD_GSSAPI_MIC, offsetof(struct sshconfig, gssapi), true, auth_gssapi },
	{ "publickey", SSH_AUTH_METHOD_PUBLICKEY, offsetof(struct sshconfig, pubkey), false, auth_publickey },
	{ "keyboard-interactive", SSH_AUTH_METHOD_INTERACTIVE, offsetof(struct sshconfig, kbdint), true, auth_kbdint },
	{ "password", SSH_AUTH_METHOD_PASSWORD, offsetof(struct sshconfig, password), true, auth_password },
};
#define METHODS (sizeof(methods) / sizeof(methods[0]))

static const char usual_order[] = "gssapi-with-mic,publickey,keyboard-interactive,password";

static bool
listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = list; *s; s += strcspn(s, ","), s += *s == ',')
		if (strncmp(s, name, len) == 0 && (s[len] == ',' || !s[len]))
			return true;
	return false;
}

/* The method that comes next: its index, or -1. */
static int
choose(const struct auth *a, const char *order, int offered, const bool *exhausted)
{
	const struct sshconfig *c = a->target->config;
	size_t len, i;

	for (const char *s = order; *s; s += len + (s[len] == ',')) {
		len = strcspn(s, ",");
		for (i = 0; i < METHODS; i++)
			if (strlen(methods[i].name) == len && strncmp(methods[i].name, s, len) == 0 && !exhausted[i] &&
			    (offered & methods[i].bit) && *(const bool *)((const char *)c + methods[i].enabled) &&
			    !(a->weak && methods[i].by_person))
				return (int)i;
	}
	return -1;
}

static void
refused(struct auth *a, int offered)
{
	char names[128] = "";

	for (size_t i = 0; i < METHODS; i++)
		if (offered & methods[i].bit)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", names[0] ? "," : "",
			         methods[i].name);
	if (offered & SSH_AUTH_METHOD_HOSTBASED && !listed(names, "hostbased"))
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%shostbased", names[0] ? "," : "");
	snprintf(a->why, sizeof(a->why), "%s@%s: permission denied (%s)%s", a->target->config->user,
	         a->target->config->host, names, a->nobody ? "; there is no terminal to ask for a password" : "");
}

/* What an error of libssh's means: sshd says goodbye when it has had too many tries. */
static int
broken(struct auth *a)
{
	const char *text = ssh_get_error(a->session);

	if (strstr(text, "authentication failures") || strstr(text, "Access denied") || strstr(text, "Not allowed")) {
		snprintf(a->why, sizeof(a->why), "%s@%s: %.150s", a->target->config->user, a->target->config->host,
		         strrchr(text, ':') ? strrchr(text, ':') + 1 : text);
		return -EACCES;
	}
	snprintf(a->why, sizeof(a->why), "the connection broke while logging in: %.180s", text);
	return -ECONNRESET;
}

static int
by_ssh(struct auth *a)
{
	snprintf(a->why, sizeof(a->why), "so that a code is asked for once, whatever the host has");
	return -EAGAIN;
}

static int
canceled(struct auth *a)
{
	snprintf(a->why, sizeof(a->why), "canceled at the question for a password");
	return -ECANCELED;
}

/* What the host has offered; before its first answer on this connection: what it offered on the last one. */
static int
methods_offered(const struct auth *a)
{
	int offered = ssh_userauth_list(a->session, NULL);

	return offered ? offered : a->target->login.methods;
}

static int
methods_in_turn(struct auth *a)
{
	const char *order = a->target->config->preferred_authentications;
	bool exhausted[METHODS] = { false };
	int offered, i, r;

	for (;;) {
		offered = methods_offered(a);
		i = choose(a, order ? order : usual_order, offered, exhausted);
		if (i < 0) {
			refused(a, offered);
			return -EACCES;
		}
		r = methods[i].run(a);
		switch (r) {
		case SSH_AUTH_SUCCESS:
			return 0;
		case SSH_AUTH_PARTIAL: /* one factor is done: what is offered now is for the next */
			memset(exhausted, 0, sizeof(exhausted));
			memset(a->prompts, 0, sizeof(a->prompts));
			break;
		case SSH_AUTH_AGAIN:
			break;
		case SSH_AUTH_DENIED:
			exhausted[i] = true;
			break;
		case AUTH_CANCELED:
			return canceled(a);
		case AUTH_BY_SSH:
			return by_ssh(a);
		default:
			return broken(a);
		}
	}
}

static void
show_banner(struct auth *a)
{
	char *text = ssh_get_issue_banner(a->session);

	if (text && a->target->connections == 0 && a->target->config->log_level >= LOG_LEVEL_INFO)
		a->asking->say(a->asking->object, text);
	ssh_string_free_char(text);
}

/* The usual beginning: a question for the methods, which a host may answer by letting everybody in. */
static int
begin(struct auth *a)
{
	int r = AUTH_DECIDED(a, ssh_userauth_none(a->session, NULL));

	if (r != SSH_AUTH_ERROR && r != SSH_AUTH_SUCCESS)
		a->target->login.methods = ssh_userauth_list(a->session, NULL);
	return r;
}

/* As the last connection did it. */
static int
begin_again(struct auth *a)
{
	const struct target_login *l = &a->target->login;

	return l->file || l->key ? auth_key_again(a) : SSH_AUTH_DENIED;
}

/* RequiredRSASize, which as for ssh can only be raised: libssh offers no smaller key of ours. */
static void
require_size(const struct auth *a)
{
	const int bits = (int)a->target->config->required_rsa_size;

	if (bits > RSA_BITS_MIN)
		(void)ssh_options_set(a->session, SSH_OPTIONS_RSA_MIN_SIZE, &bits);
}

/* Whether keys would be the first thing to be tried, if the host offers what it did last time. */
static bool
keys_come_first(const struct auth *a)
{
	const char *preferred = a->target->config->preferred_authentications;
	const char *order = preferred ? preferred : usual_order;
	bool passed_over[METHODS] = { false };
	int first = choose(a, order, a->target->login.methods, passed_over);

	/* Only there: to look for a ticket takes a millisecond. */
	if (first >= 0 && methods[first].run == auth_gssapi && auth_gssapi_without_ticket(a)) {
		passed_over[first] = true;
		first = choose(a, order, a->target->login.methods, passed_over);
	}
	return first >= 0 && methods[first].run == auth_publickey;
}

/* Whether a login before this one shows how to begin. */
static bool
knows_how(struct auth *a)
{
	if (a->target->connections)
		return a->target->login.methods;
	return auth_remembered_get(a) && keys_come_first(a);
}

int
auth_run(struct auth *a)
{
	bool again = knows_how(a);
	int r;

	require_size(a);
	r = again ? begin_again(a) : begin(a);

	if (r == SSH_AUTH_ERROR || r == AUTH_CANCELED) {
		r = r == AUTH_CANCELED ? canceled(a) : broken(a);
	} else {
		show_banner(a);
		r = r == SSH_AUTH_SUCCESS ? 0 : methods_in_turn(a);
		if (r == 0 && !a->target->connections)
			auth_remembered_put(a);
	}
	list_free(a->used);
	a->used = NULL;
	return r;
}
