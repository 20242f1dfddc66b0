/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <libssh/libssh.h>

#include "algorithms.h"

#define NAME_MAX_LEN 128 /* RFC 4251, 6: 64; but nobody refuses longer ones */

/* An answer: the name that both have, "": none. */
struct agreed {
	char ssh[NAME_MAX_LEN], libssh[NAME_MAX_LEN];
};

static bool
listed(const char *list, const char *name, size_t len)
{
	for (const char *s = list; *s; s += strcspn(s, ","), s += *s == ',')
		if (strcspn(s, ",") == len && strncmp(s, name, len) == 0)
			return true;
	return false;
}

/* libssh refuses a list of which it knows nothing. */
static bool
known(ssh_session s, enum ssh_options_e what, const char *name)
{
	return ssh_options_set(s, what, name) == SSH_OK;
}

/* RFC 4253, 7.1: the first name of the client's list that is in the host's too. */
static void
agree(ssh_session s, enum ssh_options_e what, const char *ours, const char *theirs, struct agreed *a)
{
	char name[NAME_MAX_LEN];
	size_t len;

	*a = (struct agreed){ "", "" };
	for (const char *p = ours; *p && !a->libssh[0]; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		if (!len || len >= sizeof(name) || !listed(theirs, p, len))
			continue;
		memcpy(name, p, len);
		name[len] = '\0';
		if (!a->ssh[0])
			memcpy(a->ssh, name, len + 1);
		if (known(s, what, name))
			memcpy(a->libssh, name, len + 1);
	}
}

/* The exchanges that OpenSSH has, and those of the same kind (draft-ietf-sshm-mlkem-hybrid-kex). */
static bool
post_quantum(const char *kex)
{
	return strncmp(kex, "sntrup", 6) == 0 || strncmp(kex, "mlkem", 5) == 0;
}

/* Such a cipher has its own. */
static bool
needs_no_mac(const char *cipher)
{
	return strstr(cipher, "-gcm@") || strstr(cipher, "poly1305");
}

static bool
differ(ssh_session s, const struct sshconfig *c, const struct kexinit *k, char *why, size_t cap)
{
	const struct { enum kexinit_list list; enum ssh_options_e what; const char *ours, *name; } rows[] = {
		{ KEX, SSH_OPTIONS_KEY_EXCHANGE, c->kex, "key exchange" },
		{ HOST_KEY, SSH_OPTIONS_HOSTKEYS, c->host_key_algorithms, "host key algorithm" },
		{ CIPHER_C_S, SSH_OPTIONS_CIPHERS_C_S, c->ciphers, "cipher" },
		{ MAC_C_S, SSH_OPTIONS_HMAC_C_S, c->macs, "MAC" },
		{ CIPHER_S_C, SSH_OPTIONS_CIPHERS_S_C, c->ciphers, "cipher" },
		{ MAC_S_C, SSH_OPTIONS_HMAC_S_C, c->macs, "MAC" },
	};
	bool own_mac = false;
	struct agreed a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool mac = rows[i].what == SSH_OPTIONS_HMAC_C_S || rows[i].what == SSH_OPTIONS_HMAC_S_C;

		if (!rows[i].ours || (mac && own_mac))
			continue;
		agree(s, rows[i].what, rows[i].ours, k->lists[rows[i].list], &a);
		own_mac = !mac && needs_no_mac(a.libssh);
		if (a.ssh[0] && (!a.libssh[0] ||
		                 (rows[i].list == KEX && post_quantum(a.ssh) && !post_quantum(a.libssh)))) {
			snprintf(why, cap, "%s %s: libssh does not have it", rows[i].name, a.ssh);
			return true;
		}
	}
	return false;
}

bool
algorithms_need_ssh(const struct sshconfig *c, const struct kexinit *k, char *why, size_t cap)
{
	ssh_session s = ssh_new();
	bool yes = s && differ(s, c, k, why, cap);

	ssh_free(s);
	return yes;
}
