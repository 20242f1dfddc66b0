/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "list.h"
#include "sshconfig_expand.h"

#define EXPANDED_CAP 8192

static const char *
home(void)
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw && pw->pw_dir[0])
		return pw->pw_dir;
	return getenv("HOME") ? getenv("HOME") : "/";
}

/* What %C stands for here is not known: nothing of ours needs it. */
static const char *
token(const struct sshconfig *c, char name, char *buf, size_t cap)
{
	const struct passwd *pw;

	switch (name) {
	case '%': return "%";
	case 'd': return home();
	case 'h': return c->hostname ? c->hostname : c->host;
	case 'n': return c->host;
	case 'k': return c->host_key_alias ? c->host_key_alias : c->host;
	case 'j': return c->proxy_jump ? c->proxy_jump : "";
	case 'r': return c->user;
	case 'p': snprintf(buf, cap, "%u", c->port); return buf;
	case 'i': snprintf(buf, cap, "%lu", (unsigned long)getuid()); return buf;
	case 'u': return (pw = getpwuid(getuid())) ? pw->pw_name : NULL;
	case 'l':
	case 'L':
		if (gethostname(buf, cap) < 0)
			return NULL;
		buf[cap - 1] = '\0';
		if (name == 'L')
			buf[strcspn(buf, ".")] = '\0';
		return buf;
	default: return NULL;
	}
}

/* ~ and ~user at the beginning; *TEXT is moved behind it. */
static int
tilde(const char **text, char *out, size_t cap)
{
	size_t len = strcspn(*text, "/");
	char name[256];
	const struct passwd *pw;
	int n;

	if (len >= sizeof(name))
		return -1;
	memcpy(name, *text + 1, len - 1);
	name[len - 1] = '\0';
	if (!name[0])
		n = snprintf(out, cap, "%s", home());
	else if ((pw = getpwnam(name)))
		n = snprintf(out, cap, "%s", pw->pw_dir);
	else
		return -1;
	*text += len;
	return n < 0 || (size_t)n >= cap ? -1 : n;
}

static const char *
variable(const char **text, char *buf, size_t cap)
{
	const char *end = strchr(*text, '}');
	size_t len = end ? (size_t)(end - *text) - 2 : 0;

	if (!end || !len || len >= cap)
		return NULL;
	memcpy(buf, *text + 2, len);
	buf[len] = '\0';
	*text = end + 1;
	return getenv(buf);
}

char *
sshconfig_expand_only(const struct sshconfig *c, const char *text, unsigned what)
{
	char out[EXPANDED_CAP], buf[512];
	const char *part;
	size_t len = 0;
	int n;

	if (text[0] == '~' && (what & EXPAND_TILDE)) {
		if ((n = tilde(&text, out, sizeof(out))) < 0)
			return NULL;
		len = (size_t)n;
	}
	while (*text) {
		if (text[0] == '%' && (what & (EXPAND_TOKENS | EXPAND_PROXY))) {
			part = (what & EXPAND_TOKENS) || (text[1] && strchr("%hnpr", text[1])) ?
			           token(c, text[1], buf, sizeof(buf)) : NULL;
			text += text[1] ? 2 : 1;
		} else if (text[0] == '$' && text[1] == '{' && (what & EXPAND_VARIABLES)) {
			part = variable(&text, buf, sizeof(buf));
		} else {
			buf[0] = *text++;
			buf[1] = '\0';
			part = buf;
		}
		if (!part || len + strlen(part) >= sizeof(out))
			return NULL;
		memcpy(out + len, part, strlen(part));
		len += strlen(part);
	}
	out[len] = '\0';
	return strdup(out);
}

char *
sshconfig_expand(const struct sshconfig *c, const char *text)
{
	return sshconfig_expand_only(c, text, EXPAND_TILDE | EXPAND_TOKENS | EXPAND_VARIABLES);
}

/* A URL that somebody else has made may name the host. */
static bool
is_plain(const char *name, const char *bad)
{
	if (!name)
		return true;
	for (const char *s = name; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 127 || strchr(bad, *s))
			return false;
	return name[0] != '-';
}

bool
sshconfig_plain_names(const struct sshconfig *c)
{
	/* A user may be "DOMAIN\\name" */
	return is_plain(c->host, "'`\"$\\;&<>|(){}") && is_plain(c->hostname, "'`\"$\\;&<>|(){}") &&
	       is_plain(c->user, "'`\"$;&<>|(){}");
}

#define ALL (EXPAND_TILDE | EXPAND_TOKENS | EXPAND_VARIABLES)
#define AT(field) offsetof(struct sshconfig, field)

/*
 * How ssh expands a value, and what is left of that in what ssh -G prints: a "%h" there came from "%%h".  A command for
 * a proxy stays as it is until it runs.
 */
static const struct expansion {
	const char *keyword;
	size_t offset;
	bool list, paths; /* PATHS: only where one stands in it */
	unsigned own, printed;
} expansions[] = {
	{ "IdentityFile", AT(identity_files), true, false, ALL, ALL },
	{ "CertificateFile", AT(certificate_files), true, false, ALL, ALL },
	{ "UserKnownHostsFile", AT(user_known_hosts), true, false, ALL, EXPAND_TILDE },
	{ "GlobalKnownHostsFile", AT(global_known_hosts), true, false, EXPAND_TILDE, EXPAND_TILDE },
	{ "RevokedHostKeys", AT(revoked_host_keys), true, false, ALL, EXPAND_TILDE },
	{ "IdentityAgent", AT(identity_agent), false, false, ALL, EXPAND_TILDE },
	{ "ForwardAgent", AT(forward_agent), false, false, ALL, EXPAND_TILDE },
	{ "RemoteCommand", AT(remote_command), false, false, EXPAND_TOKENS, 0 },
	{ "SetEnv", AT(set_env), true, false, EXPAND_TOKENS | EXPAND_VARIABLES, 0 },
	{ "LocalForward", AT(local_forward), true, true, EXPAND_TOKENS | EXPAND_VARIABLES, 0 },
	{ "RemoteForward", AT(remote_forward), true, true, EXPAND_TOKENS | EXPAND_VARIABLES, 0 },
};

/* What cannot be expanded stays as it is, and is ssh's if there is one: 0, -ENOMEM, or -EINVAL and WHY says so. */
static int
failed(struct sshconfig *c, const char *keyword, const char *text, bool printed, char *why, size_t cap)
{
	if (printed)
		return list_addf(&c->handed, "%s %s", keyword, text);
	snprintf(why, cap, "%s %s cannot be expanded", keyword, text);
	return -EINVAL;
}

static int
expand_text(struct sshconfig *c, const struct expansion *e, char **text, bool printed, char *why, size_t cap)
{
	unsigned what = printed ? e->printed : e->own;
	char *expanded;

	if (!*text || !what || (e->paths && !strchr(*text, '/')))
		return 0;
	if (!(expanded = sshconfig_expand_only(c, *text, what)))
		return failed(c, e->keyword, *text, printed, why, cap);
	free(*text);
	*text = expanded;
	return 0;
}

static int
expand(struct sshconfig *c, const struct expansion *e, bool printed, char *why, size_t cap)
{
	char **text = (char **)((char *)c + e->offset);
	int r = 0;

	if (!e->list)
		return expand_text(c, e, text, printed, why, cap);
	for (text = *(char ***)text; *text && r == 0; text++)
		r = expand_text(c, e, text, printed, why, cap);
	return r;
}

static int
try_proxy(struct sshconfig *c, bool printed, char *why, size_t cap)
{
	char *expanded = c->proxy_command ? sshconfig_expand_only(c, c->proxy_command, EXPAND_PROXY) : NULL;
	int r = c->proxy_command && !expanded ? failed(c, "ProxyCommand", c->proxy_command, printed, why, cap) : 0;

	free(expanded);
	return r;
}

int
sshconfig_finish(struct sshconfig *c, bool printed, char *why, size_t cap)
{
	int r;

	if (!c->user) {
		const struct passwd *pw = getpwuid(getuid());

		if (!(c->user = strdup(pw ? pw->pw_name : "")))
			return -ENOMEM;
	}
	if (!c->hostname && !(c->hostname = strdup(c->host)))
		return -ENOMEM;
	r = try_proxy(c, printed, why, cap);
	for (size_t i = 0; i < sizeof(expansions) / sizeof(expansions[0]) && r == 0; i++)
		r = expand(c, &expansions[i], printed, why, cap);
	return r;
}
