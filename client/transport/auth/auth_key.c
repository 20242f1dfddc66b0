/* SPDX-License-Identifier: MIT */
/*
 * auth_key: public keys: those of the agent first (the ones that the configuration names before all others), then key
 * files, each with its certificates before the bare key.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth_key.h"
#include "base64.h"
#include "list.h"
#include "secretmem.h"
#include "secrets.h"

#define AGENT_PATIENCE_MS 5000 /* for the list of its keys; a signature may take as long as the person does */
#define BLOB_MAX 16384

static ssh_key
load_public(const char *path)
{
	char name[1024];
	ssh_key key = NULL;

	snprintf(name, sizeof(name), "%s.pub", path);
	if (ssh_pki_import_pubkey_file(name, &key) == SSH_OK)
		return key;
	/* an OpenSSH key file has it in clear */
	if (access(path, R_OK) == 0 && ssh_pki_import_pubkey_file(path, &key) == SSH_OK)
		return key;
	return NULL;
}

static char *
key_text(ssh_key key)
{
	char *text = NULL;

	return key && ssh_pki_export_pubkey_base64(key, &text) == SSH_OK ? text : NULL;
}

/*
 * Whether the certificate is one for this key: what follows the type in a key's blob is a part of its
 * certificate's.
 */
static bool
certifies(ssh_key certificate, ssh_key key)
{
	char *a = key_text(certificate), *b = key_text(key);
	unsigned char *ca = malloc(BLOB_MAX), *kb = malloc(BLOB_MAX);
	long na = a && ca ? base64_decode(a, strlen(a), ca, BLOB_MAX) : -1;
	long nb = b && kb ? base64_decode(b, strlen(b), kb, BLOB_MAX) : -1;
	size_t skip = nb > 4 ? 4 + ((size_t)kb[2] << 8 | kb[3]) : 0;
	bool yes = na > 0 && skip && skip < (size_t)nb && memmem(ca, (size_t)na, kb + skip, (size_t)nb - skip);

	ssh_string_free_char(a);
	ssh_string_free_char(b);
	free(ca);
	free(kb);
	return yes;
}

/* Remembers a key that the host took: the next connection begins with it (auth_key_again). */
static void
remember(struct auth *a, const char *key, const char *file, const char *certificate)
{
	struct target_login *l = &a->target->login;

	target_login_forget(l);
	l->key = key ? strdup(key) : NULL;
	l->file = file ? strdup(file) : NULL;
	l->certificate = certificate ? strdup(certificate) : NULL;
}

static bool
in_list(char *const *list, const char *text)
{
	for (; list && *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* Marks the agent's keys that the configuration names, and those that are wanted at all. */
static void
select_keys(struct auth *a, struct agent_keys *keys)
{
	const struct sshconfig *c = a->target->config;

	for (unsigned i = 0; i < keys->count; i++)
		keys->v[i].wanted = !c->identities_only && !in_list(a->used, keys->v[i].text);
	for (char **path = c->identity_files; *path; path++) {
		ssh_key key = load_public(*path);
		char *text = key_text(key);

		for (unsigned i = 0; text && i < keys->count; i++)
			if (strcmp(keys->v[i].text, text) == 0) {
				keys->v[i].named = true;
				keys->v[i].wanted = !in_list(a->used, text);
			}
		ssh_string_free_char(text);
		ssh_key_free(key);
	}
}

/* Remembers what the agent has offered: its files need not be tried too. */
static void
remember_offered(struct auth *a, const struct agent_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++)
		if (keys->v[i].wanted)
			(void)list_add(&a->used, keys->v[i].text);
}

/* Only the key that the host took last time, if the agent still has it. */
static void
select_remembered(struct agent_keys *keys, const char *key)
{
	for (unsigned i = 0; i < keys->count; i++)
		keys->v[i].wanted = strcmp(keys->v[i].text, key) == 0;
}

/* ONLY (may be NULL) is the one key to try. */
static int
by_agent(struct auth *a, const char *only)
{
	char path[256];
	struct agent_keys keys;
	struct agent_filter *filter;
	int fd, end, r = SSH_AUTH_DENIED;

	if (auth_agent_path(a->target->config, path, sizeof(path)) < 0 || (fd = auth_agent_connect(path)) < 0)
		return r;
	if (auth_agent_list(fd, &keys, AGENT_PATIENCE_MS) < 0) {
		close(fd);
		return r;
	}
	if (only)
		select_remembered(&keys, only);
	else
		select_keys(a, &keys);
	filter = auth_agent_filter_new(fd, &keys, &end);
	if (filter) {
		a->waiting(a->object, filter);
		ssh_set_agent_socket(a->session, end);
		r = AUTH_DECIDED(a, ssh_userauth_agent(a->session, NULL));
		a->waiting(a->object, NULL);
		if (r == SSH_AUTH_SUCCESS || r == SSH_AUTH_PARTIAL)
			remember(a, auth_agent_filter_signed(filter), NULL, NULL);
		auth_agent_filter_free(filter);
		/* an agent that refuses or is gone is no reason to give up the connection */
		if (r == SSH_AUTH_ERROR && ssh_is_connected(a->session))
			r = SSH_AUTH_DENIED;
	}
	if (r == SSH_AUTH_DENIED)
		remember_offered(a, &keys);
	auth_agent_keys_free(&keys);
	return r;
}

struct unlocking {
	struct auth *a;
	const char *path;
	bool silent; /* the person is not asked */
	bool asked, canceled;
	char name[SECRET_NAME_CAP];
	char value[SECRET_CAP]; /* the one that was given last */
};

/* libssh asks for the passphrase; BUF is for it. */
static int
give_passphrase(const char *prompt, char *buf, size_t len, int echo, int verify, void *object)
{
	struct unlocking *u = object;
	char text[700];
	int r;

	(void)prompt, (void)echo, (void)verify;
	snprintf(text, sizeof(text), "Passphrase for key '%.500s': ", u->path);
	u->asked = true;
	r = u->silent ? secrets_get(u->a->target->secrets, u->name, u->value, sizeof(u->value))
	              : auth_secret(u->a, u->name, text, false, NULL, u->value, sizeof(u->value));
	u->canceled = r == -ECANCELED;
	if (r < 0 || !u->value[0] || strlen(u->value) >= len)
		return -1;
	memcpy(buf, u->value, strlen(u->value) + 1);
	return 0;
}

/* The private key of a file: 0, -EACCES: it can't be had (SILENT: not without a question); -ECANCELED. */
static int
unlock(struct auth *a, const char *path, bool silent, ssh_key *key)
{
	struct unlocking u = { .a = a, .path = path, .silent = silent };
	int r = -EACCES;

	if ((size_t)snprintf(u.name, sizeof(u.name), "passphrase %s", path) >= sizeof(u.name))
		u.name[0] = '\0';
	for (unsigned i = 0; i < a->target->config->password_prompts || i == 0; i++) {
		u.asked = false;
		u.value[0] = '\0';
		if (ssh_pki_import_privkey_file(path, NULL, give_passphrase, &u, key) == SSH_OK) {
			if (u.value[0])
				secrets_put(a->target->secrets, u.name, u.value);
			r = 0;
			break;
		}
		secrets_forget(a->target->secrets, u.name);
		r = u.canceled ? -ECANCELED : -EACCES;
		if (!u.asked || !u.value[0] || r == -ECANCELED || a->nobody)
			break; /* no key, or "go on without this one" */
	}
	secretmem_wipe(u.value, sizeof(u.value));
	return r;
}

/* Signs with the key of a file, whether the host would have it or not.  SSH_AUTH_AGAIN: there is no such key. */
static int
sign(struct auth *a, ssh_key certificate, const char *path, bool silent)
{
	ssh_key private = NULL;
	int r = unlock(a, path, silent, &private);

	if (r < 0)
		return r == -ECANCELED ? AUTH_CANCELED : SSH_AUTH_AGAIN;
	if (certificate && ssh_pki_copy_cert_to_privkey(certificate, private) != SSH_OK)
		r = SSH_AUTH_DENIED;
	else
		r = AUTH_DECIDED(a, ssh_userauth_publickey(a->session, NULL, private));
	ssh_key_free(private);
	return r;
}

/* Offers PUBLIC (may be NULL: not known), and signs with the file's key if the host would have it. */
static int
try_key(struct auth *a, ssh_key public, ssh_key certificate, const char *path)
{
	int r = SSH_AUTH_SUCCESS;

	if (public || certificate)
		r = AUTH_DECIDED(a, ssh_userauth_try_publickey(a->session, NULL, certificate ? certificate : public));
	if (r == SSH_AUTH_SUCCESS)
		r = sign(a, certificate, path, false);
	return r == SSH_AUTH_AGAIN ? SSH_AUTH_DENIED : r;
}

/* A method's answer that says there is nothing more to do with keys now. */
static bool
decided(struct auth *a, int r)
{
	return r == SSH_AUTH_SUCCESS || r == SSH_AUTH_PARTIAL || r == AUTH_CANCELED || !ssh_is_connected(a->session);
}

static bool
accepted(int r)
{
	return r == SSH_AUTH_SUCCESS || r == SSH_AUTH_PARTIAL;
}

static int
try_certificate(struct auth *a, ssh_key public, const char *path, const char *file)
{
	ssh_key certificate = NULL;
	int r = SSH_AUTH_DENIED;

	if (access(file, R_OK) == 0 && ssh_pki_import_cert_file(file, &certificate) == SSH_OK &&
	    (!public || certifies(certificate, public)))
		r = try_key(a, public, certificate, path);
	if (accepted(r))
		remember(a, NULL, path, file);
	ssh_key_free(certificate);
	return r;
}

static int
by_file(struct auth *a, const char *path)
{
	ssh_key public = load_public(path);
	char *text = key_text(public), own[1024];
	int r = SSH_AUTH_DENIED;

	if (access(path, R_OK) < 0)
		goto out; /* no such file: the key may be in the agent */
	for (char **file = a->target->config->certificate_files; *file && !decided(a, r); file++)
		r = try_certificate(a, public, path, *file);
	snprintf(own, sizeof(own), "%s-cert.pub", path);
	if (!decided(a, r) && !in_list(a->target->config->certificate_files, own))
		r = try_certificate(a, public, path, own);
	if (!decided(a, r) && !(text && in_list(a->used, text))) {
		r = try_key(a, public, NULL, path);
		if (text)
			(void)list_add(&a->used, text);
		if (accepted(r))
			remember(a, text, path, NULL);
	}
out:
	ssh_string_free_char(text);
	ssh_key_free(public);
	return r;
}

static bool
has_certificate(const struct sshconfig *c)
{
	char own[1024];

	for (char **file = c->certificate_files; *file; file++)
		if (access(*file, R_OK) == 0)
			return true;
	for (char **path = c->identity_files; *path; path++)
		if ((size_t)snprintf(own, sizeof(own), "%s-cert.pub", *path) >= sizeof(own) || access(own, R_OK) == 0)
			return true;
	return false;
}

/* The agent's key that is offered first: 1, 0: none is, or a negative errno. */
static int
first_of_agent(struct auth *a, char **text)
{
	const struct agent_key *first = NULL;
	struct agent_keys keys;
	char path[256];
	int fd, r;

	if (auth_agent_path(a->target->config, path, sizeof(path)) < 0 || (fd = auth_agent_connect(path)) < 0)
		return 0;
	r = auth_agent_list(fd, &keys, AGENT_PATIENCE_MS);
	close(fd);
	if (r < 0)
		return r;
	select_keys(a, &keys);
	for (unsigned i = 0; i < keys.count; i++)
		if (keys.v[i].wanted && (!first || (keys.v[i].named && !first->named)))
			first = &keys.v[i];
	if (first)
		r = (*text = strdup(first->text)) ? 1 : -ENOMEM;
	auth_agent_keys_free(&keys);
	return r;
}

int
auth_key_first(struct auth *a, char **text, const char **file)
{
	char **path = a->target->config->identity_files;
	ssh_key key;
	int r;

	*file = NULL;
	if (has_certificate(a->target->config))
		return -ENOENT;
	r = first_of_agent(a, text);
	if (r)
		return r < 0 ? r : 0;
	while (*path && access(*path, R_OK) < 0)
		path++;
	key = *path ? load_public(*path) : NULL;
	*text = key_text(key);
	ssh_key_free(key);
	*file = *path;
	return *text ? 0 : -ENOENT;
}

int
auth_key_again(struct auth *a)
{
	struct target_login *l = &a->target->login;
	ssh_key certificate = NULL;
	int r = SSH_AUTH_DENIED;

	if (!l->file)
		r = l->key ? by_agent(a, l->key) : r;
	else if (!l->certificate || ssh_pki_import_cert_file(l->certificate, &certificate) == SSH_OK)
		r = sign(a, certificate, l->file, true);
	ssh_key_free(certificate);
	/* without a question there is no such key: it has its turn among the others */
	if (l->file && l->key && r != SSH_AUTH_AGAIN)
		(void)list_add(&a->used, l->key);
	if (r == SSH_AUTH_AGAIN)
		r = SSH_AUTH_DENIED;
	if (r == SSH_AUTH_DENIED)
		target_login_forget(l);
	return r;
}

int
auth_publickey(struct auth *a)
{
	int r = by_agent(a, NULL);

	for (char **path = a->target->config->identity_files; *path && !decided(a, r); path++)
		r = by_file(a, *path);
	return decided(a, r) && r != SSH_AUTH_DENIED ? r : ssh_is_connected(a->session) ? SSH_AUTH_DENIED : SSH_AUTH_ERROR;
}
