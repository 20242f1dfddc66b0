/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "auth_agent.h"
#include "auth_agent_bind.h"
#include "demands.h"
#include "forward.h"
#include "knownhosts.h"
#include "list.h"
#include "revoked.h"
#include "sshconfig_handed.h"
#include "sshopen.h"

#define AGENT_PATIENCE_MS 1000

bool
demands_shared(const struct sshconfig *c)
{
	struct stat st;

	return c->control_path && stat(c->control_path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool
not_numeric(const char *address)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *found;

	if (getaddrinfo(address, NULL, &hints, &found))
		return true;
	freeaddrinfo(found);
	return false;
}

static bool
authority(const struct sshconfig *c)
{
	char *name = c->host_key_alias ? strdup(c->host_key_alias) : knownhosts_name(c->hostname, c->port);
	bool yes = name && (knownhosts_authority(c->user_known_hosts, name) ||
	                    knownhosts_authority(c->global_known_hosts, name));

	free(name);
	return yes;
}

/* The first two words of PATH.pub. */
static bool
public_words(const char *path, char *type, size_t type_cap, char *key, size_t key_cap)
{
	char name[1024], line[16384], *save = NULL, *a, *b;
	FILE *f;
	bool good = false;

	if ((size_t)snprintf(name, sizeof(name), "%s.pub", path) >= sizeof(name) || !(f = fopen(name, "re")))
		return false;
	if (fgets(line, sizeof(line), f) && (a = strtok_r(line, " \t\r\n", &save)) && (b = strtok_r(NULL, " \t\r\n", &save)))
		good = strlen(a) < type_cap && strlen(b) < key_cap && strcpy(type, a) && strcpy(key, b);
	fclose(f);
	return good;
}

static bool
agent_has(const struct sshconfig *c, const char *key)
{
	char path[256];
	struct agent_keys keys;
	bool found = false;
	int fd;

	if (auth_agent_path(c, path, sizeof(path)) < 0 || (fd = auth_agent_connect(path)) < 0)
		return false;
	if (auth_agent_list(fd, &keys, AGENT_PATIENCE_MS) == 0) {
		for (unsigned i = 0; i < keys.count; i++)
			found = found || strcmp(keys.v[i].text, key) == 0;
		auth_agent_keys_free(&keys);
	}
	close(fd);
	return found;
}

/* A FIDO key file whose key no agent holds. */
static const char *
fido_file(const struct sshconfig *c)
{
	static char key[16384];
	char type[128];

	for (char **path = c->identity_files; c->pubkey && *path; path++)
		if (access(*path, R_OK) == 0 && public_words(*path, type, sizeof(type), key, sizeof(key)) &&
		    strncmp(type, "sk-", 3) == 0 && !agent_has(c, key))
			return *path;
	return NULL;
}

/* A certificate without its key's file: the key is in an agent, where libssh can't join the two. */
static const char *
lone_certificate(const struct sshconfig *c)
{
	char key[1024];
	size_t len;

	for (char **file = c->certificate_files; *file; file++) {
		len = strlen(*file);
		if (access(*file, R_OK) < 0)
			continue;
		if (len > 9 && len < sizeof(key) && strcmp(*file + len - 9, "-cert.pub") == 0) {
			memcpy(key, *file, len - 9);
			key[len - 9] = '\0';
			if (access(key, R_OK) == 0)
				continue;
		}
		for (char **path = c->identity_files; *path; path++)
			if (access(*path, R_OK) == 0)
				return NULL;
		return *file;
	}
	return NULL;
}

static const char *
revocation_list(const struct sshconfig *c)
{
	for (char **file = c->revoked_host_keys; *file; file++)
		if (revoked_for_ssh(*file))
			return *file;
	return NULL;
}

/* ssh puts a key that it has read from a file into the agent, if there is one. */
static const char *
key_for_agent(const struct sshconfig *c)
{
	static char key[16384];
	char type[128], path[256];
	int fd;

	if (!c->add_keys_to_agent || !c->pubkey || auth_agent_path(c, path, sizeof(path)) < 0 ||
	    (fd = auth_agent_connect(path)) < 0)
		return NULL;
	close(fd);
	for (char **file = c->identity_files; *file; file++)
		if (access(*file, R_OK) == 0 &&
		    !(public_words(*file, type, sizeof(type), key, sizeof(key)) && agent_has(c, key)))
			return *file;
	return NULL;
}

/* Keys that `ssh-add -h` has tied to hosts: the agent wants to know from ssh which host this is. */
static bool
agent_restricts(const struct sshconfig *c)
{
	char path[256];

	return c->pubkey && auth_agent_path(c, path, sizeof(path)) == 0 &&
	       auth_agent_restricts(path, AGENT_PATIENCE_MS);
}

/* What libssh's own options refuse. */
static bool
refused(const struct sshconfig *c, char *why, size_t cap)
{
	ssh_session s = ssh_new();
	bool yes = s && sshopen_options(s, c, why, cap) < 0;

	ssh_free(s);
	return yes;
}

static const char *
remote_socket(const struct sshconfig *c)
{
	struct forward f;

	for (char **s = c->remote_forward; *s; s++)
		if (forward_parse(&f, FORWARD_REMOTE, *s) == 0 && f.path[0])
			return *s;
	return NULL;
}

/* A socket with a blank in its name, which ssh -G prints without quotes. */
static const char *
odd_forward(const struct sshconfig *c)
{
	const struct { char **list; enum forward_kind kind; } all[] = {
		{ c->local_forward, FORWARD_LOCAL }, { c->remote_forward, FORWARD_REMOTE },
		{ c->dynamic_forward, FORWARD_DYNAMIC },
	};
	struct forward f;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (char **s = all[i].list; *s; s++)
			if (strchr(*s, '/') && forward_parse(&f, all[i].kind, *s) < 0)
				return *s;
	return NULL;
}

/* What only ssh does, and what fails or is passed over without one; WHY is one line. */
static bool
shared(const struct sshconfig *c, char *why, size_t cap)
{
	return demands_shared(c) && snprintf(why, cap, "ControlPath: an open connection can be shared") > 0;
}

static bool
named_address(const struct sshconfig *c, char *why, size_t cap)
{
	return c->bind_address && not_numeric(c->bind_address) &&
	       snprintf(why, cap, "BindAddress: a name instead of an address") > 0;
}

static bool
certified(const struct sshconfig *c, char *why, size_t cap)
{
	return authority(c) &&
	       snprintf(why, cap, "@cert-authority in known_hosts: libssh cannot check a host's certificate") > 0;
}

static bool
restricted(const struct sshconfig *c, char *why, size_t cap)
{
	return agent_restricts(c) &&
	       snprintf(why, cap, "IdentityAgent: the agent restricts a key to some hosts, and only ssh can tell it "
	                          "the host") > 0;
}

static const struct demand {
	bool (*asks)(const struct sshconfig *c, char *why, size_t cap); /* NULL: NAMES between the two texts */
	const char *(*names)(const struct sshconfig *c);
	const char *before, *behind;
	bool fails; /* without an ssh there is no connection, or no such forward, and the client says so then */
} demands[] = {
	{ shared, NULL, NULL, NULL, false },
	{ named_address, NULL, NULL, NULL, true },
	{ certified, NULL, NULL, NULL, false },
	{ restricted, NULL, NULL, NULL, false },
	{ NULL, revocation_list, "RevokedHostKeys ", ": only ssh reads key revocation lists", true },
	{ NULL, key_for_agent, "AddKeysToAgent: only ssh puts ", " into the agent", false },
	{ NULL, fido_file, "", ": libssh can use a FIDO key only through an agent", false },
	{ NULL, lone_certificate, "CertificateFile ", ": libssh needs its key as a file", false },
	{ NULL, remote_socket, "RemoteForward ", ": libssh cannot ask the host to listen on a unix socket", false },
	{ NULL, odd_forward, "a forward, ", ": only ssh can tell which socket is meant", true },
	{ refused, NULL, NULL, NULL, true },
};
#define DEMANDS (sizeof(demands) / sizeof(demands[0]))

static bool
asks(const struct demand *d, const struct sshconfig *c, char *why, size_t cap)
{
	const char *name;

	if (d->asks)
		return d->asks(c, why, cap);
	if (!(name = d->names(c)))
		return false;
	snprintf(why, cap, "%s%s%s", d->before, name, d->behind);
	return true;
}

bool
demands_more(const struct sshconfig *c, char *why, size_t cap)
{
	why[0] = '\0';
	if (sshconfig_handed(c, false, why, cap))
		return true;
	for (size_t i = 0; i < DEMANDS; i++)
		if (asks(&demands[i], c, why, cap))
			return true;
	return false;
}

bool
demands_ignored(const struct sshconfig *c, char *text, size_t cap)
{
	char **list = list_new(), why[256];
	int r = list ? sshconfig_handed_all(c, &list) : -ENOMEM;
	size_t len = 0;

	for (size_t i = 0; i < DEMANDS && r == 0; i++)
		if (!demands[i].fails && asks(&demands[i], c, why, sizeof(why)))
			r = list_add(&list, why);
	text[0] = '\0';
	for (char **line = list; line && *line && len < cap; line++)
		len += (size_t)snprintf(text + len, cap - len, "%s%s", line == list ? "" : "; ", *line);
	list_free(list);
	return len > 0;
}
