/* SPDX-License-Identifier: MIT */
#include "key.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config_pool.h"
#include "uniqueid.h"

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static const char *const kinds[] = { [KEY_NODE] = "nodes", [KEY_SESSION] = "sessions", [KEY_PROOF] = "proofs" };

void
key_prefix(const char *pool, char out[KEY_CAP])
{
	snprintf(out, KEY_CAP, "/holdfast/%s/", pool);
}

void
key_prefix_of(const char *pool, enum key_kind kind, char out[KEY_CAP])
{
	snprintf(out, KEY_CAP, "/holdfast/%s/%s/", pool, kinds[kind]);
}

void
key_range_end(const char *prefix, char out[KEY_CAP])
{
	size_t len = strlen(prefix);

	if (out != prefix)
		memcpy(out, prefix, len + 1);
	out[len - 1]++; /* '0' comes behind '/' */
}

/* Writes USER as a part of a key: at most 3 times as long, and a NUL. */
static void
put_user(const char *user, char *out)
{
	for (const char *p = user; *p; p++)
		if (strchr(PLAIN, *p) && !(p == user && *p == '.'))
			*out++ = *p;
		else
			out += sprintf(out, "%%%02X", (unsigned)(unsigned char)*p);
	*out = '\0';
}

void
key_put(const char *pool, const struct key *k, char out[KEY_CAP])
{
	char user[3 * USER_CAP];

	if (k->kind == KEY_SESSION) {
		put_user(k->user, user);
		snprintf(out, KEY_CAP, "/holdfast/%s/sessions/%s/%s/%s", pool, k->node, user, k->unique);
	} else {
		snprintf(out, KEY_CAP, "/holdfast/%s/%s/%s", pool, kinds[k->kind], k->node);
	}
}

/* The part of a key at *P, up to a slash or END, in OUT (CAP bytes): whether it fits; *P stands behind the slash. */
static bool
take_part(const char **p, const char *end, char *out, size_t cap)
{
	const char *slash = memchr(*p, '/', (size_t)(end - *p));
	size_t len = (size_t)((slash ? slash : end) - *p);

	if (len >= cap)
		return false;
	memcpy(out, *p, len);
	out[len] = '\0';
	*p += len + (slash ? 1 : 0);
	return true;
}

static int
digit(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decodes %XX: 0 or -EBADMSG. */
static int
get_user(const char *text, char out[USER_CAP])
{
	size_t len = 0;

	for (; *text; text++) {
		int high, low;

		if (len == USER_CAP - 1)
			return -EBADMSG;
		if (*text != '%') {
			out[len++] = *text;
			continue;
		}
		high = digit(text[1]);
		low = high < 0 ? -1 : digit(text[2]);
		if (low < 0)
			return -EBADMSG;
		out[len++] = (char)(high * 16 + low);
		text += 2;
	}
	out[len] = '\0';
	return 0;
}

/* Reads the parts behind the kind: 0 or -EBADMSG. */
static int
get_parts(const char *p, const char *end, struct key *k)
{
	char user[3 * USER_CAP];

	if (!take_part(&p, end, k->node, sizeof k->node) || !config_pool_node_ok(k->node))
		return -EBADMSG;
	if (k->kind != KEY_SESSION)
		return 0;
	if (!take_part(&p, end, user, sizeof user) || get_user(user, k->user) || !pool_user_ok(k->user))
		return -EBADMSG;
	return take_part(&p, end, k->unique, sizeof k->unique) && uniqueid_ok(k->unique) ? 0 : -EBADMSG;
}

int
key_get(const char *pool, const char *text, size_t len, struct key *k)
{
	char canonical[KEY_CAP];

	for (int kind = KEY_NODE; kind <= KEY_PROOF; kind++) {
		char prefix[KEY_CAP];
		size_t n;

		key_prefix_of(pool, kind, prefix);
		n = strlen(prefix);
		if (len <= n || memcmp(text, prefix, n) != 0)
			continue;
		*k = (struct key){ .kind = kind };
		if (get_parts(text + n, text + len, k))
			return -EBADMSG;
		/* One form for each, and nothing behind it. */
		key_put(pool, k, canonical);
		return strlen(canonical) == len && memcmp(canonical, text, len) == 0 ? 0 : -EBADMSG;
	}
	return -EBADMSG;
}
