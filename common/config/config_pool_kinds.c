/* SPDX-License-Identifier: MIT */
#include "config_pool_kinds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool
is_none(const char *value)
{
	return strcasecmp(value, "none") == 0;
}

/* Copies VALUE, with its NUL, into OUT of CAP bytes: 0 or -EBADMSG. */
static int
copy(char *out, size_t cap, const char *value)
{
	size_t len = strlen(value);

	if (len >= cap)
		return -EBADMSG;
	memcpy(out, value, len + 1);
	return 0;
}

/* A text that is GOOD, or "none", which is the empty text. */
static int
read_text(const struct config_keyword *k, void *at, const char *value, bool (*good)(const char *text))
{
	if (is_none(value))
		return copy(at, k->max, "");
	return good(value) ? copy(at, k->max, value) : -EBADMSG;
}

static int
read_name(const struct config_keyword *k, void *at, const char *value)
{
	return read_text(k, at, value, config_pool_name_ok);
}

static int
read_node(const struct config_keyword *k, void *at, const char *value)
{
	return read_text(k, at, value, config_pool_node_ok);
}

static int
read_host(const struct config_keyword *k, void *at, const char *value)
{
	return read_text(k, at, value, config_pool_host_ok);
}

static void
show_text(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const char *text = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s", text[0] ? text : "none");
}

/* An absolute path, into the empty OUT. */
static int
read_path(char out[CONFIG_POOL_PATH_CAP], const char *value)
{
	if (out[0] || value[0] != '/')
		return -EBADMSG;
	return copy(out, CONFIG_POOL_PATH_CAP, value);
}

/* One URL of LEN bytes: a scheme, a host, perhaps a port; neither a path nor a user. */
static bool
url_ok(const char *url, size_t len)
{
	static const char *const schemes[] = { "http://", "https://" };
	char host[CONFIG_POOL_URLS_CAP];

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t scheme = strlen(schemes[i]);

		if (len <= scheme || strncmp(url, schemes[i], scheme) != 0)
			continue;
		snprintf(host, sizeof host, "%.*s", (int)(len - scheme), url + scheme);
		return strspn(host, LETTERS "._:-[]") == strlen(host) && !strchr("-.:", host[0]);
	}
	return false;
}

static bool
urls_ok(const char *urls)
{
	size_t n = 0;

	for (;; urls++) {
		size_t len = strcspn(urls, ",");

		if (++n > CONFIG_POOL_URLS_MAX || !url_ok(urls, len))
			return false;
		urls += len;
		if (!*urls)
			return true;
	}
}

static int
read_directory(const struct config_keyword *k, void *at, const char *value)
{
	struct config_pool_directory *d = at;

	(void)k;
	if (!d->etcd && is_none(value))
		return 0;
	if (!d->etcd) {
		d->etcd = strcmp(value, "etcd") == 0;
		return d->etcd ? 0 : -EBADMSG;
	}
	return !d->urls[0] && strlen(value) < sizeof d->urls && urls_ok(value) ? copy(d->urls, sizeof d->urls, value)
	                                                                        : -EBADMSG;
}

static void
show_directory(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const struct config_pool_directory *d = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s%s", d->etcd ? "etcd " : "none", d->urls);
}

static void
clear_directory(void *at)
{
	*(struct config_pool_directory *)at = (struct config_pool_directory){ .etcd = false };
}

static bool
whole_directory(const void *at)
{
	const struct config_pool_directory *d = at;

	return !d->etcd || d->urls[0];
}

static int
read_tls(const struct config_keyword *k, void *at, const char *value)
{
	struct config_pool_tls *t = at;

	(void)k;
	if (!t->ca[0])
		return is_none(value) ? 0 : read_path(t->ca, value);
	return read_path(t->cert[0] ? t->key : t->cert, value);
}

static void
show_tls(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const struct config_pool_tls *t = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s%s%s%s%s", t->ca[0] ? t->ca : "none", t->cert[0] ? " " : "", t->cert,
	         t->key[0] ? " " : "", t->key);
}

static void
clear_tls(void *at)
{
	*(struct config_pool_tls *)at = (struct config_pool_tls){ .ca = "" };
}

static bool
whole_tls(const void *at)
{
	const struct config_pool_tls *t = at;

	return !t->cert[0] || t->key[0];
}

static int
read_user(const struct config_keyword *k, void *at, const char *value)
{
	struct config_pool_user *u = at;

	(void)k;
	if (u->name[0])
		return read_path(u->file, value);
	if (is_none(value))
		return 0;
	return value[0] && !strpbrk(value, ":\"") ? copy(u->name, sizeof u->name, value) : -EBADMSG;
}

static void
show_user(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const struct config_pool_user *u = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s%s%s", u->name[0] ? u->name : "none", u->name[0] ? " " : "", u->file);
}

static void
clear_user(void *at)
{
	*(struct config_pool_user *)at = (struct config_pool_user){ .name = "" };
}

static bool
whole_user(const void *at)
{
	const struct config_pool_user *u = at;

	return !u->name[0] || u->file[0];
}

/* By the numbers of enum config_pool_how. */
static const char *const vouch_words[] = { "no", "key", "munge" };

static int
read_vouch(const struct config_keyword *k, void *at, const char *value)
{
	struct config_pool_vouch *v = at;

	(void)k;
	if (v->said)
		return v->how == CONFIG_POOL_VOUCH_KEY ? read_path(v->file, value) : -EBADMSG;
	for (unsigned i = 0; i < sizeof vouch_words / sizeof *vouch_words; i++)
		if (strcasecmp(value, vouch_words[i]) == 0) {
			v->how = (enum config_pool_how)i;
			v->said = true;
			return 0;
		}
	return -EBADMSG;
}

static void
show_vouch(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const struct config_pool_vouch *v = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s%s%s", vouch_words[v->how], v->file[0] ? " " : "", v->file);
}

static void
clear_vouch(void *at)
{
	*(struct config_pool_vouch *)at = (struct config_pool_vouch){ .how = CONFIG_POOL_VOUCH_NO };
}

static bool
whole_vouch(const void *at)
{
	const struct config_pool_vouch *v = at;

	return v->how != CONFIG_POOL_VOUCH_KEY || v->file[0];
}

const struct config_kind config_kind_pool_name = { read_name, show_text, false, true, NULL, NULL };
const struct config_kind config_kind_pool_node = { read_node, show_text, false, true, NULL, NULL };
const struct config_kind config_kind_pool_host = { read_host, show_text, false, true, NULL, NULL };
const struct config_kind config_kind_pool_directory = { read_directory, show_directory, true, true, clear_directory,
	                                                whole_directory };
const struct config_kind config_kind_pool_tls = { read_tls, show_tls, true, true, clear_tls, whole_tls };
const struct config_kind config_kind_pool_user = { read_user, show_user, true, true, clear_user, whole_user };
const struct config_kind config_kind_pool_vouch = { read_vouch, show_vouch, true, true, clear_vouch, whole_vouch };
