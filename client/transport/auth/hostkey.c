/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "hostkey.h"
#include "knownhosts.h"
#include "list.h"
#include "revoked.h"

#define BLOB_MAX 16384

struct hostkey {
	const struct sshconfig *c;
	struct transport_target *t;
	const struct transport_asking *asking;
	char *name;        /* in the files */
	char *key;         /* base64 */
	const char *type;  /* "ssh-ed25519" */
	const char *kind;  /* for people: "ED25519" */
	char *print;       /* "SHA256:…" */
	const char *address;
	struct known_where where;
};

static void __attribute__((format(printf, 2, 3)))
say(const struct hostkey *h, const char *format, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	h->asking->say(h->asking->object, text);
}

static const char *
kind_of(const char *type)
{
	if (strstr(type, "ed25519"))
		return "ED25519";
	if (strstr(type, "ecdsa"))
		return "ECDSA";
	if (strstr(type, "rsa"))
		return "RSA";
	return type;
}

static int
take_key(struct hostkey *h, ssh_session session)
{
	enum ssh_publickey_hash_type kind = h->c->fingerprint_md5 ? SSH_PUBLICKEY_HASH_MD5 : SSH_PUBLICKEY_HASH_SHA256;
	unsigned char *hash = NULL;
	ssh_key key = NULL;
	size_t len;
	int r = -EACCES;

	if (ssh_get_server_publickey(session, &key) != SSH_OK)
		return r;
	h->type = ssh_key_type_to_char(ssh_key_type(key));
	if (h->type && ssh_pki_export_pubkey_base64(key, &h->key) == SSH_OK &&
	    ssh_get_publickey_hash(key, kind, &hash, &len) == 0 &&
	    (h->print = ssh_get_fingerprint_hash(kind, hash, len))) {
		h->kind = kind_of(h->type);
		r = 0;
	}
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(key);
	return r;
}

static int
take_name(struct hostkey *h)
{
	h->name = h->c->host_key_alias ? strdup(h->c->host_key_alias) : knownhosts_name(h->c->hostname, h->c->port);
	return h->name ? 0 : -ENOMEM;
}

/* Both kinds of files; a host on another port is also known by a line without it. */
static enum known
look_up(struct hostkey *h)
{
	char **files = list_new();
	enum known found = KNOWN_NEW;
	struct known_where plain;

	if (!files || list_add_all(&files, h->c->user_known_hosts) < 0 ||
	    list_add_all(&files, h->c->global_known_hosts) < 0)
		goto out;
	found = knownhosts_check(files, h->name, h->type, h->key, &h->where);
	if (found == KNOWN_NEW && !h->c->host_key_alias && h->c->port != 22) {
		enum known without = knownhosts_check(files, h->c->hostname, h->type, h->key, &plain);

		/* Another key there says nothing about this port; that one is not to be trusted at all does. */
		if (without == KNOWN_SAME || without == KNOWN_REVOKED)
			found = without;
		if (found == KNOWN_REVOKED)
			h->where = plain;
	}
out:
	list_free(files);
	return found;
}

static void
add(struct hostkey *h, bool tell)
{
	const char *file = h->c->user_known_hosts[0];
	int r;

	if (!file || strcmp(file, "/dev/null") == 0)
		return;
	r = knownhosts_add(file, h->name, h->c->hash_known_hosts, h->type, h->key);
	if (r < 0)
		say(h, "The host's key could not be written to %s: %s", file, strerror(-r));
	else if (tell)
		say(h, "Added the %s key of %s to %s.", h->kind, h->name, file);
}

static int
question(struct hostkey *h, bool other, char *why, size_t cap)
{
	char text[1024], answer[256];
	int r;

	snprintf(text, sizeof(text),
	         "The host %s (%s) is not known yet%s.\n"
	         "Its %s key has the fingerprint %s\n"
	         "Connect all the same (yes/no/[fingerprint])? ",
	         h->name, h->address, other ? " by a key of this type, only by others" : "", h->kind, h->print);
	for (;;) {
		r = h->asking->confirm(h->asking->object, text, answer, sizeof(answer));
		if (r < 0)
			break;
		if (strcasecmp(answer, "yes") == 0 || strcmp(answer, h->print) == 0)
			return 0;
		if (strcasecmp(answer, "no") == 0) {
			r = -EACCES;
			break;
		}
		snprintf(text, sizeof(text), "Please type 'yes', 'no' or the fingerprint: ");
	}
	if (r == -ENOTTY)
		snprintf(why, cap, "the %s key %s of %s is not known, and there is no terminal to ask", h->kind, h->print, h->name);
	else
		snprintf(why, cap, "the host key was not accepted");
	return r;
}

static int
unknown(struct hostkey *h, bool other, char *why, size_t cap)
{
	int r;

	switch (h->c->strict_host_key) {
	case CHECK_YES:
		snprintf(why, cap, "no %s key of %s is known, and StrictHostKeyChecking demands one", h->kind, h->name);
		return -EACCES;
	case CHECK_ASK:
		if (h->c->batch_mode) {
			snprintf(why, cap, "the %s key %s of %s is not known, and BatchMode forbids asking", h->kind,
			         h->print, h->name);
			return -EACCES;
		}
		r = question(h, other, why, cap);
		if (r < 0)
			return r;
		break;
	case CHECK_ACCEPT_NEW:
	case CHECK_NO:
		break;
	}
	add(h, h->c->log_level >= LOG_LEVEL_INFO);
	return 0;
}

static void
alarm_text(const struct hostkey *h, bool revoked)
{
	char where[700] = "the last connection of this client had another key";

	if (h->where.line)
		snprintf(where, sizeof(where), "the known one is in %s, line %u", h->where.file, h->where.line);
	say(h,
	    "#############################################################\n"
	    "##  WARNING: THE HOST KEY OF THIS HOST %s!  ##\n"
	    "#############################################################\n"
	    "Host: %s (%s)\n"
	    "Its %s key is now %s;\n%s.\n"
	    "Somebody may be intercepting the connection and reading what you type; or the host has been reinstalled.\n"
	    "Ask its administrator. If all is well, remove the old key:\n"
	    "  ssh-keygen -f '%s' -R '%s'",
	    revoked ? "IS REVOKED " : "HAS CHANGED", h->name, h->address, h->kind, h->print, where,
	    h->where.line ? h->where.file : "~/.ssh/known_hosts", h->name);
}

static int
changed(struct hostkey *h, bool revoked, bool *weak, char *why, size_t cap)
{
	alarm_text(h, revoked);
	if (!revoked && h->c->strict_host_key == CHECK_NO) {
		say(h, "StrictHostKeyChecking is off: connecting, without passwords, agent and forwards.");
		*weak = true;
		return 0;
	}
	snprintf(why, cap, "the host key of %s %s", h->name, revoked ? "is revoked" : "has changed");
	return -EACCES;
}

/* What the files do not know, this process may: the key that was accepted a connection ago. */
static int
judge(struct hostkey *h, bool *weak, char *why, size_t cap)
{
	enum known found = look_up(h);
	const char *before = h->t->host_key;
	int r;

	if (found == KNOWN_REVOKED || found == KNOWN_CHANGED)
		return changed(h, found == KNOWN_REVOKED, weak, why, cap);
	if (found != KNOWN_SAME && before[0] && strcmp(before, h->print) != 0) {
		h->where.line = 0;
		return changed(h, false, weak, why, cap);
	}
	if (found != KNOWN_SAME && !before[0]) {
		r = unknown(h, found == KNOWN_OTHER, why, cap);
		if (r < 0)
			return r;
	}
	snprintf(h->t->host_key, sizeof(h->t->host_key), "%s", h->print);
	return 0;
}

/* The bits of an RSA key, whose blob is its type, e and n (RFC 4253, 6.6); 0: another kind of key. */
static unsigned
rsa_bits(const struct hostkey *h)
{
	unsigned char blob[BLOB_MAX];
	long len = strcmp(h->type, "ssh-rsa") == 0 ? base64_decode(h->key, strlen(h->key), blob, sizeof(blob)) : -1;
	size_t at = 0, n = 0;
	unsigned bits;

	for (int field = 0; field < 3; field++) {
		at += n;
		if (len < 4 || at > (size_t)len - 4)
			return 0;
		n = (size_t)blob[at] << 24 | (size_t)blob[at + 1] << 16 | (size_t)blob[at + 2] << 8 | blob[at + 3];
		at += 4;
		if (n > (size_t)len - at)
			return 0;
	}
	for (; n && !blob[at]; n--)
		at++;
	bits = (unsigned)n * 8;
	for (unsigned char top = 0x80; n && top && !(blob[at] & top); top >>= 1)
		bits--;
	return bits;
}

/* RequiredRSASize: libssh checks it for our own keys (auth_run.c). */
static int
check_size(const struct hostkey *h, char *why, size_t cap)
{
	unsigned bits = rsa_bits(h);

	if (!bits || bits >= h->c->required_rsa_size)
		return 0;
	snprintf(why, cap, "the RSA key of %s has %u bits, and RequiredRSASize demands %u", h->name, bits,
	         h->c->required_rsa_size);
	return -EACCES;
}

/* RevokedHostKeys: 0, or -EACCES whatever StrictHostKeyChecking says. */
static int
check_revoked(struct hostkey *h, char *why, size_t cap)
{
	char bad[300];

	for (char **file = h->c->revoked_host_keys; *file; file++)
		switch (revoked_check(*file, h->key, bad, sizeof(bad))) {
		case REVOKED_NO:
			break;
		case REVOKED_YES:
			snprintf(why, cap, "the %s key %s of %s is revoked by %s", h->kind, h->print, h->name, *file);
			return -EACCES;
		case REVOKED_FOR_SSH:
			snprintf(why, cap, "%s (RevokedHostKeys) is a key revocation list, which only ssh(1) can read",
			         *file);
			return -EACCES;
		case REVOKED_BAD:
			snprintf(why, cap, "RevokedHostKeys: %s", bad);
			return -EACCES;
		}
	return 0;
}

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* NoHostAuthenticationForLocalhost.  A host with an alias is another one, by a tunnel of the person's. */
static bool
needs_no_check(const struct sshconfig *c, const char *address)
{
	return c->no_auth_for_localhost && !c->host_key_alias && is_loopback(address);
}

int
hostkey_check(ssh_session session, struct transport_target *t, const char *address,
              const struct transport_asking *asking, bool *weak, char *why, size_t cap)
{
	struct hostkey h = { .c = t->config, .t = t, .asking = asking, .address = address };
	int r;

	*weak = false;
	r = take_key(&h, session);
	if (r == 0)
		r = take_name(&h);
	if (r < 0)
		snprintf(why, cap, "the host has no key that can be checked");
	if (r == 0)
		r = check_size(&h, why, cap);
	if (r == 0)
		r = check_revoked(&h, why, cap);
	if (r == 0 && !needs_no_check(t->config, address))
		r = judge(&h, weak, why, cap);
	free(h.name);
	ssh_string_free_char(h.key);
	ssh_string_free_char(h.print);
	return r;
}

/* Whether an algorithm signs with a key of this type: RSA has several. */
static bool
signs_with(const char *algorithm, size_t len, const char *type)
{
	if (strcmp(type, "ssh-rsa") == 0 && len == 12 && strncmp(algorithm, "rsa-sha2-", 9) == 0)
		return true;
	return strlen(type) == len && strncmp(algorithm, type, len) == 0;
}

static bool
is_known(char *const *types, const char *algorithm, size_t len)
{
	for (; types && *types; types++)
		if (signs_with(algorithm, len, *types))
			return true;
	return false;
}

char *
hostkey_algorithms(const struct sshconfig *c)
{
	char *name = c->host_key_alias ? strdup(c->host_key_alias) : knownhosts_name(c->hostname, c->port);
	char **types = NULL, *out = NULL;
	const char *all = c->host_key_algorithms, *s;
	size_t len, at = 0;

	if (name && all && knownhosts_types(c->user_known_hosts, name, &types) == 0 &&
	    knownhosts_types(c->global_known_hosts, name, &types) == 0 && (out = malloc(strlen(all) + 2))) {
		for (int pass = 0; pass < 2; pass++)
			for (s = all; *s; s += len + (s[len] == ',')) {
				len = strcspn(s, ",");
				if (is_known(types, s, len) == (pass == 0)) {
					memcpy(out + at, s, len);
					at += len;
					out[at++] = ',';
				}
			}
		out[at ? at - 1 : 0] = '\0';
	}
	list_free(types);
	free(name);
	return out;
}
