/* SPDX-License-Identifier: MIT */
#include "match.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

/* The longest pattern of a list. */
#define PATTERN_CAP 256

static bool
match_pattern(const char *str, const char *pattern)
{
	return pattern_match(pattern, strlen(pattern), str, false);
}

/* An address in binary form, and how many bits of it count. */
struct network {
	int family;
	unsigned bits, max;
	unsigned char bytes[16];
};

static bool
read_address(const char *text, struct network *n)
{
	n->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	n->bits = n->max = n->family == AF_INET6 ? 128 : 32;
	return inet_pton(n->family, text, n->bytes) == 1;
}

/* "address/bits", with no bit set behind the first BITS, as sshd wants it. */
static bool
read_network(const char *text, struct network *n)
{
	char address[PATTERN_CAP], *slash, *end;
	unsigned long bits;

	if (strlen(text) >= sizeof address)
		return false;
	strcpy(address, text);
	slash = strchr(address, '/');
	*slash = '\0';
	if (slash[1] < '0' || slash[1] > '9' || !read_address(address, n))
		return false;
	bits = strtoul(slash + 1, &end, 10);
	if (*end || bits > n->max)
		return false;
	n->bits = (unsigned)bits;
	for (unsigned i = n->bits; i < n->max; i++)
		if (n->bytes[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

static bool
match_network(const char *address, const char *pattern)
{
	struct network n, a;

	if (!strchr(pattern, '/'))
		return match_pattern(address, pattern);
	if (!read_network(pattern, &n) || !read_address(address, &a) || a.family != n.family)
		return false;
	for (unsigned i = 0; i < n.bits; i++)
		if ((n.bytes[i / 8] ^ a.bytes[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/*
 * Copies the next pattern of the list at *P to OUT and says in *negated whether '!' stood before it.
 * 1, 0 at the list's end (*P is NULL), -1 for a pattern that is empty or too long.
 */
static int
next_pattern(const char **p, char out[PATTERN_CAP], bool *negated)
{
	size_t len;

	if (!*p)
		return 0;
	*negated = **p == '!';
	*p += *negated;
	len = strcspn(*p, ",");
	if (len == 0 || len >= PATTERN_CAP)
		return -1;
	memcpy(out, *p, len);
	out[len] = '\0';
	*p = (*p)[len] ? *p + len + 1 : NULL;
	return 1;
}

static int
match_any(const char *str, const char *patterns, bool (*match)(const char *, const char *))
{
	char pattern[PATTERN_CAP];
	bool negated;
	int found = 0;

	while (next_pattern(&patterns, pattern, &negated) > 0) {
		if (!match(str, pattern))
			continue;
		if (negated)
			return -1;
		found = 1;
	}
	return found;
}

int
match_list(const char *str, const char *patterns)
{
	return match_any(str, patterns, match_pattern);
}

int
match_address_list(const char *address, const char *patterns)
{
	return *address ? match_any(address, patterns, match_network) : 0;
}

bool
match_list_ok(const char *patterns)
{
	char pattern[PATTERN_CAP];
	bool negated;
	int rc;

	while ((rc = next_pattern(&patterns, pattern, &negated)) > 0)
		;
	return rc == 0;
}

bool
match_address_list_ok(const char *patterns)
{
	char pattern[PATTERN_CAP];
	struct network n;
	bool negated;
	int rc;

	while ((rc = next_pattern(&patterns, pattern, &negated)) > 0)
		if (strchr(pattern, '/') && !read_network(pattern, &n))
			return false;
	return rc == 0;
}
