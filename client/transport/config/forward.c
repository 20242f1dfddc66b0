/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "forward.h"
#include "list.h"

#define FIELDS 4

struct field {
	char text[FORWARD_HOST_CAP];
	bool bracketed;
};

/* Cuts TEXT at colons and blanks that are not in brackets: the number of fields, or -EINVAL. */
static int
cut(const char *text, struct field v[FIELDS])
{
	const char *end;
	size_t len;
	int n = 0;

	for (;; text = end + 1) {
		if (n == FIELDS)
			return -EINVAL;
		v[n].bracketed = *text == '[';
		if (v[n].bracketed) {
			end = strchr(++text, ']');
			len = end ? (size_t)(end - text) : 0;
			if (!end)
				return -EINVAL;
			end++;
		} else {
			len = strcspn(text, ": \t");
			end = text + len;
		}
		if (len >= sizeof(v[n].text) || (*end && !strchr(": \t", *end)))
			return -EINVAL;
		memcpy(v[n].text, text, len);
		v[n++].text[len] = '\0';
		while (*end && strchr(" \t", *end) && end[1] && strchr(" \t", end[1]))
			end++;
		if (!*end)
			return n;
	}
}

static int
number(const struct field *f, unsigned *port)
{
	char *end;
	unsigned long v = strtoul(f->text, &end, 10);

	if (f->bracketed || f->text[0] < '0' || f->text[0] > '9' || *end || v > 65535)
		return -EINVAL;
	*port = (unsigned)v;
	return 0;
}

static int
take_path(const struct field *f, char path[FORWARD_PATH_CAP])
{
	if (strlen(f->text) >= FORWARD_PATH_CAP)
		return -EINVAL;
	strcpy(path, f->text);
	return 0;
}

static bool
is_path(const struct field *f)
{
	return !f->bracketed && f->text[0] == '/';
}

/* Where to listen: the number of fields that say so. */
static int
listening_end(struct forward *f, const struct field *v, int n)
{
	if (is_path(&v[0]))
		return take_path(&v[0], f->path) < 0 ? -EINVAL : 1;
	/* "8080:…": but "8080:80:…" can only be a port, too, for no address is a bare number */
	if (number(&v[0], &f->port) == 0)
		return 1;
	if (n < 2 || number(&v[1], &f->port) < 0)
		return -EINVAL;
	f->any_address = !v[0].text[0] || strcmp(v[0].text, "*") == 0;
	if (!f->any_address)
		strcpy(f->bind, v[0].text);
	return 2;
}

static int
destination(struct forward *f, const struct field *v, int n)
{
	if (n == 1 && is_path(&v[0]))
		return take_path(&v[0], f->host_path);
	/* no host has a slash in its name: "/a 80" is a socket with a blank */
	if (n != 2 || !v[0].text[0] || is_path(&v[0]) || number(&v[1], &f->host_port) < 0)
		return -EINVAL;
	/* how ssh -G prints -R without a destination */
	if (f->kind == FORWARD_REMOTE && strcmp(v[0].text, "socks") == 0 && !f->host_port) {
		f->socks = true;
		return 0;
	}
	if (!f->host_port)
		return -EINVAL;
	strcpy(f->host, v[0].text);
	return 0;
}

int
forward_parse(struct forward *f, enum forward_kind kind, const char *text)
{
	struct field v[FIELDS];
	int n = cut(text, v), used;

	*f = (struct forward){ .kind = kind };
	if (n < 0)
		return n;
	used = listening_end(f, v, n);
	if (used < 0)
		return used;
	if (kind != FORWARD_REMOTE && !f->path[0] && !f->port)
		return -EINVAL;
	if (used == n && kind != FORWARD_LOCAL) {
		f->socks = true;
		return 0;
	}
	return kind == FORWARD_DYNAMIC ? -EINVAL : destination(f, v + used, n - used);
}

/* "host:port" or "[host]:port" */
static bool
permits(const char *text, const char *host, unsigned port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char number_text[16];

	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	snprintf(number_text, sizeof(number_text), "%u", port);
	return len && (strcmp(colon + 1, "*") == 0 || strcmp(colon + 1, number_text) == 0) &&
	       ((len == 1 && *text == '*') || (strlen(host) == len && strncmp(text, host, len) == 0));
}

bool
forward_permits(char *const *list, const char *host, unsigned port)
{
	if (!list[0] || strcasecmp(list[0], "any") == 0)
		return true;
	for (; *list; list++)
		if (permits(*list, host, port))
			return true;
	return false;
}

static int
read_list(struct forwards *fs, enum forward_kind kind, char *const *list, char *why, size_t cap)
{
	static const char *const names[] = { "LocalForward", "RemoteForward", "DynamicForward" };

	for (; *list; list++) {
		if (fs->count == FORWARDS_MAX) {
			snprintf(why, cap, "more than %d forwards", FORWARDS_MAX);
			return -EINVAL;
		}
		if (forward_parse(&fs->v[fs->count], kind, *list) < 0) {
			snprintf(why, cap, "%s: bad forwarding specification: %s", names[kind], *list);
			return -EINVAL;
		}
		fs->count++;
	}
	return 0;
}

int
forwards_read(struct forwards *fs, const struct sshconfig *c, char *why, size_t cap)
{
	int r = read_list(fs, FORWARD_LOCAL, c->local_forward, why, cap);

	if (r == 0)
		r = read_list(fs, FORWARD_REMOTE, c->remote_forward, why, cap);
	/* ssh -G of some versions prints a LocalForward to a unix socket as a DynamicForward too: no port, no use */
	for (char **s = c->dynamic_forward; *s && r == 0; s++)
		if ((*s)[0] != '/')
			r = read_list(fs, FORWARD_DYNAMIC, (char *[]){ *s, NULL }, why, cap);
	return r;
}
