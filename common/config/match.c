/* SPDX-License-Identifier: MIT */
#include "match.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

#define PATTERN_CAP MATCH_PATTERN_CAP
#define WILDCARDS "*?"

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

static bool
bits_are_zero(const struct network *n, unsigned from)
{
	for (unsigned i = from; i < n->max; i++)
		if (n->bytes[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

/* "address/bits", also with bits set behind the first BITS. */
static bool
read_prefix(const char *text, struct network *n)
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
	return true;
}

static bool
match_network(const char *address, const char *pattern)
{
	struct network n, a;
	bool is_network = strchr(pattern, '/');

	/* An address has many forms: 2001:DB8:0::7. */
	if (!is_network && (strpbrk(pattern, WILDCARDS) || !read_address(pattern, &n)))
		return match_pattern(address, pattern);
	if (is_network && (!read_prefix(pattern, &n) || !bits_are_zero(&n, n.bits)))
		return false;
	if (!read_address(address, &a) || a.family != n.family)
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

static const char *
never_wrong(const char *pattern)
{
	(void)pattern;
	return NULL;
}

bool
match_list_ok(const char *patterns)
{
	char found[PATTERN_CAP];

	return !match_list_wrong(patterns, never_wrong, found);
}

const char *
match_list_wrong(const char *patterns, const char *(*wrong)(const char *pattern), char found[MATCH_PATTERN_CAP])
{
	const char *expected;
	bool negated;
	int rc;

	while ((rc = next_pattern(&patterns, found, &negated)) > 0)
		if ((expected = wrong(found)))
			return expected;
	found[0] = '\0';
	return rc == 0 ? NULL : "a list of patterns, with a comma and no blank between two of them";
}

/* "192.0.*.1?": every part between dots can be one of an address. */
static bool
is_ipv4_pattern(const char *pattern)
{
	unsigned parts = 0;

	for (const char *p = pattern; ; p++) {
		size_t len = strcspn(p, ".");

		if (++parts > 4 || len == 0 || strspn(p, "0123456789" WILDCARDS) < len)
			return false;
		if (strcspn(p, WILDCARDS) >= len && (len > 3 || strtoul(p, NULL, 10) > 255))
			return false;
		p += len;
		if (!*p)
			return true;
	}
}

/* "fe80:*", in the lower case that addresses are written in. */
static bool
is_ipv6_pattern(const char *pattern)
{
	return strspn(pattern, "0123456789abcdef:." WILDCARDS) == strlen(pattern) &&
	       (strchr(pattern, ':') || (strpbrk(pattern, "abcdef") && !strchr(pattern, '.')));
}

const char *
match_address_wrong(const char *pattern)
{
	char address[PATTERN_CAP];
	struct network n;

	if (strchr(pattern, '/'))
		return !read_prefix(pattern, &n) ? "a network such as 192.0.2.0/24"
		       : !bits_are_zero(&n, n.bits) ? "a network without bits behind its length, such as 192.0.2.0/24" : NULL;
	/* The zone of a link-local address is text. */
	memcpy(address, pattern, strlen(pattern) + 1);
	if (strchr(address, ':'))
		address[strcspn(address, "%")] = '\0';
	if (strpbrk(address, WILDCARDS) ? is_ipv4_pattern(address) || is_ipv6_pattern(address)
	                                : read_address(address, &n))
		return NULL;
	return "a numeric address, a pattern of one, or a network";
}
