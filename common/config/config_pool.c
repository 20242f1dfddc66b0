/* SPDX-License-Identifier: MIT */
#include "config_pool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Whether TEXT consists of LETTERS, less than CAP of them, does not begin with one of FIRST_NOT, and is not "none". */
static bool
made_of(const char *text, const char *letters, const char *first_not, size_t cap)
{
	size_t len = strlen(text);

	return len && len < cap && strspn(text, letters) == len && !strchr(first_not, text[0]) &&
	       strcasecmp(text, "none") != 0;
}

bool
config_pool_name_ok(const char *text)
{
	return made_of(text, LOWER DIGITS "-", "-", POOL_CAP);
}

bool
config_pool_node_ok(const char *text)
{
	return made_of(text, UPPER LOWER DIGITS "._-", "-.", NODE_CAP);
}

bool
config_pool_host_ok(const char *text)
{
	return made_of(text, UPPER LOWER DIGITS "._:-", "-.", HOST_CAP);
}

/* Copies VALUE, with its NUL, into OUT of CAP bytes: 0 or -EINVAL. */
static int
copy(char *out, size_t cap, const char *value)
{
	size_t len = strlen(value);

	if (len >= cap)
		return -EINVAL;
	memcpy(out, value, len + 1);
	return 0;
}

void
config_pool_defaults(struct config_pool *p)
{
	*p = (struct config_pool){ .trust = "*", .resume = true, .timeout_ms = POOL_TIMEOUT_MS };
}

bool
config_pool_on(const struct config_pool *p)
{
	return p->name[0] != '\0';
}

/* The host's name, up to its first dot if SHORT_ONE is set, if it is GOOD: 0 or -EINVAL. */
static int
from_hostname(char *out, size_t cap, bool short_one, bool (*good)(const char *text))
{
	char host[HOST_CAP] = "";

	if (gethostname(host, sizeof host - 1))
		return -EINVAL;
	if (short_one)
		host[strcspn(host, ".")] = '\0';
	return good(host) && copy(out, cap, host) == 0 ? 0 : -EINVAL;
}

int
config_pool_node(const struct config_pool *p, char out[NODE_CAP])
{
	out[0] = '\0';
	return p->node[0] ? copy(out, NODE_CAP, p->node) : from_hostname(out, NODE_CAP, true, config_pool_node_ok);
}

int
config_pool_address(const struct config_pool *p, char out[HOST_CAP])
{
	out[0] = '\0';
	return p->address[0] ? copy(out, HOST_CAP, p->address) : from_hostname(out, HOST_CAP, false, config_pool_host_ok);
}

bool
config_pool_url(const struct config_pool *p, size_t i, char out[CONFIG_POOL_URLS_CAP])
{
	const char *url = p->directory.urls;

	for (; *url && i; i--) {
		url += strcspn(url, ",");
		url += *url == ',';
	}
	snprintf(out, CONFIG_POOL_URLS_CAP, "%.*s", (int)strcspn(url, ","), url);
	return out[0] != '\0';
}
