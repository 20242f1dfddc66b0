/* SPDX-License-Identifier: MIT */
/* auth_password: what the person types: passwords, and whatever keyboard-interactive asks (RFC 4256). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "asksfor.h"
#include "auth_password.h"
#include "remembered.h"
#include "secretmem.h"
#include "secrets.h"
#include "target.h"

enum { KBDINT, PASSWORD };

static int
outcome(int r)
{
	return r == -ENOTTY ? SSH_AUTH_DENIED : AUTH_CANCELED;
}

int
auth_password(struct auth *a)
{
	const struct sshconfig *c = a->target->config;
	char prompt[512], value[SECRET_CAP];
	bool stored;
	int r;

	if (a->prompts[PASSWORD] >= c->password_prompts)
		return SSH_AUTH_DENIED;
	snprintf(prompt, sizeof(prompt), "%.200s@%.200s's password: ", c->user, c->host);
	r = auth_secret(a, "password", prompt, false, &stored, value, sizeof(value));
	if (r < 0)
		return outcome(r);
	if (!stored)
		a->prompts[PASSWORD]++;
	r = AUTH_DECIDED(a, ssh_userauth_password(a->session, NULL, value));
	if (r == SSH_AUTH_SUCCESS || r == SSH_AUTH_PARTIAL)
		secrets_put(a->target->secrets, "password", value);
	else if (r == SSH_AUTH_DENIED) {
		secrets_forget(a->target->secrets, "password");
		if (!stored && a->prompts[PASSWORD] < c->password_prompts)
			a->asking->say(a->asking->object, "Permission denied, please try again.");
		r = SSH_AUTH_AGAIN;
	}
	secretmem_wipe(value, sizeof(value));
	return r;
}

/* The line or two that come before the prompts. */
static void
introduce(struct auth *a)
{
	const char *name = ssh_userauth_kbdint_getname(a->session);
	const char *text = ssh_userauth_kbdint_getinstruction(a->session);

	if (name && name[0])
		a->asking->say(a->asking->object, name);
	if (text && text[0])
		a->asking->say(a->asking->object, text);
}

/* A password is the same the next time; a code of a second factor is not. */
bool
auth_password_keepable(const char *prompt, bool echo)
{
	return !echo && asksfor_password(prompt) && !asksfor_other_password(prompt);
}

/*
 * A code is good for one login, and a plain ssh that takes over would need another.  The ssh command's connection can
 * be shared with that, so it logs in where nobody knows that the host has holdfast.
 */
static bool
is_for_ssh(const struct auth *a)
{
	const struct transport_target *t = a->target;
	char account[REMEMBERED_HOST_CAP];

	if (!t->have_ssh || t->asked_command || t->connections || a->weak)
		return false;
	target_account(t, account, sizeof(account));
	return !account[0] || remembered_for(REMEMBERED_HAS, account) < 0;
}

struct kbdint {
	bool from_store; /* an answer was not typed */
	bool typed;
	char name[SECRET_NAME_CAP]; /* of the answer that may be kept */
	char value[SECRET_CAP];
};

static int
answer_one(struct auth *a, struct kbdint *k, unsigned i)
{
	char echo = 0, value[SECRET_CAP], shown[600];
	const char *prompt = ssh_userauth_kbdint_getprompt(a->session, i, &echo);
	bool keep = prompt && auth_password_keepable(prompt, echo), stored = false;
	char name[SECRET_NAME_CAP];
	int r;

	if (!prompt)
		return -EACCES;
	if (!keep && is_for_ssh(a))
		return -EAGAIN;
	snprintf(name, sizeof(name), "keyboard-interactive %.400s", prompt);
	snprintf(shown, sizeof(shown), "(%.100s@%.100s) %.300s", a->target->config->user, a->target->config->host, prompt);
	r = auth_secret(a, keep ? name : NULL, shown, echo, &stored, value, sizeof(value));
	if (r < 0)
		return r;
	k->from_store |= stored;
	k->typed |= !stored;
	if (keep) {
		memcpy(k->name, name, sizeof(name));
		memcpy(k->value, value, sizeof(value));
	}
	if (ssh_userauth_kbdint_setanswer(a->session, i, value) < 0)
		r = -EACCES;
	secretmem_wipe(value, sizeof(value));
	return r;
}

static int
answer_all(struct auth *a, struct kbdint *k)
{
	int n = ssh_userauth_kbdint_getnprompts(a->session), r = 0;

	introduce(a);
	for (int i = 0; i < n && r == 0; i++)
		r = answer_one(a, k, (unsigned)i);
	return r;
}

int
auth_kbdint(struct auth *a)
{
	struct kbdint k = { .from_store = false };
	int r, e = 0;

	if (a->prompts[KBDINT] >= a->target->config->password_prompts)
		return SSH_AUTH_DENIED;
	while ((r = AUTH_DECIDED(a, ssh_userauth_kbdint(a->session, NULL, NULL))) == SSH_AUTH_INFO)
		if ((e = answer_all(a, &k)) < 0)
			break;
	if (e == -EAGAIN) {
		/* ssh asks for the password, too, and gets it from here */
		secrets_put(a->target->secrets, k.name, k.value);
		r = AUTH_BY_SSH;
	} else if (e < 0) {
		r = e == -EACCES ? SSH_AUTH_ERROR : outcome(e);
	} else if (r == SSH_AUTH_SUCCESS || r == SSH_AUTH_PARTIAL) {
		secrets_put(a->target->secrets, k.name, k.value);
	} else if (r == SSH_AUTH_DENIED && (k.typed || k.from_store)) {
		secrets_forget(a->target->secrets, k.name);
		/* what came from the store does not count: the person has not been asked yet */
		a->prompts[KBDINT] += k.typed || !k.from_store;
		r = SSH_AUTH_AGAIN;
	}
	secretmem_wipe(&k, sizeof(k));
	return r;
}
