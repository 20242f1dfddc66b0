/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
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
sshconfig_expand(const struct sshconfig *c, const char *text)
{
	char out[EXPANDED_CAP], buf[512];
	const char *part;
	size_t len = 0;
	int n;

	if (text[0] == '~') {
		if ((n = tilde(&text, out, sizeof(out))) < 0)
			return NULL;
		len = (size_t)n;
	}
	while (*text) {
		if (text[0] == '%') {
			part = token(c, text[1], buf, sizeof(buf));
			text += text[1] ? 2 : 1;
		} else if (text[0] == '$' && text[1] == '{') {
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

/* Replaces each entry of a list by its expansion; what can't be expanded goes, or with KEEP stays as it is. */
static int
expand_list(const struct sshconfig *c, char ***list, bool keep)
{
	char **expanded = list_new(), *text;
	int r = expanded ? 0 : -ENOMEM;

	for (char **s = *list; *s && r == 0; s++) {
		text = sshconfig_expand(c, *s);
		if (text || keep)
			r = list_add(&expanded, text ? text : *s);
		free(text);
	}
	if (r < 0) {
		list_free(expanded);
		return r;
	}
	list_free(*list);
	*list = expanded;
	return 0;
}

static void
expand_text(const struct sshconfig *c, char **text)
{
	char *expanded;

	if (*text && (*text)[0] != '$' && (expanded = sshconfig_expand(c, *text))) {
		free(*text);
		*text = expanded;
	}
}

int
sshconfig_finish(struct sshconfig *c)
{
	int r = 0;

	if (!c->user) {
		const struct passwd *pw = getpwuid(getuid());

		if (!(c->user = strdup(pw ? pw->pw_name : "")))
			return -ENOMEM;
	}
	if (!c->hostname && !(c->hostname = strdup(c->host)))
		return -ENOMEM;
	r = expand_list(c, &c->identity_files, false);
	if (r == 0)
		r = expand_list(c, &c->certificate_files, false);
	if (r == 0)
		r = expand_list(c, &c->user_known_hosts, false);
	if (r == 0)
		r = expand_list(c, &c->global_known_hosts, false);
	if (r == 0)
		r = expand_list(c, &c->revoked_host_keys, true);
	expand_text(c, &c->identity_agent);
	expand_text(c, &c->forward_agent);
	return r;
}
