/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>

#include "config_file.h"
#include "log.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The kernel's boot id, "6d8b…-…": 0 or a negative errno. */
static int
read_boot(unsigned char boot[POOL_BOOT])
{
	char text[64];
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	int rc = fd < 0 || n < 0 ? -errno : 0;
	unsigned done = 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (const char *p = text; !rc && *p && *p != '\n' && done < POOL_BOOT; p += *p == '-' ? 1 : 2) {
		unsigned byte;

		if (*p == '-')
			continue;
		if (sscanf(p, "%2x", &byte) != 1)
			return -EBADMSG;
		boot[done++] = (unsigned char)byte;
	}
	return rc ? rc : done == POOL_BOOT ? 0 : -EBADMSG;
}

static int
read_self(struct setup *s, const char *version)
{
	struct pool_member *self = &s->store.self;
	int rc = config_pool_node(&s->config, self->node);

	if (rc) {
		log_line(LOG_ERR, "the host's name can't be that of a node: expected a line PoolNode");
		return rc;
	}
	rc = config_pool_address(&s->config, self->address);
	if (rc) {
		log_line(LOG_ERR, "the host's name is no address: expected a line PoolAddress");
		return rc;
	}
	snprintf(self->version, sizeof self->version, "%s", version);
	rc = read_boot(self->boot);
	if (rc)
		log_errno(LOG_ERR, rc, "%s", BOOT_ID);
	return rc;
}

static int
read_directory(struct setup *s)
{
	char url[CONFIG_POOL_URLS_CAP];
	uint64_t seed = 0;
	int rc = 0;

	if (getrandom(&seed, sizeof seed, 0) != sizeof seed ||
	    getrandom(&s->store.instance, sizeof s->store.instance, 0) != sizeof s->store.instance)
		return -EIO;
	endpoints_init(&s->store.endpoints, seed);
	for (size_t i = 0; !rc && config_pool_url(&s->config, i, url); i++)
		rc = endpoints_add(&s->store.endpoints, url);
	if (rc)
		log_line(LOG_ERR, "PoolDirectory: expected up to %d URLs of up to %d characters", ENDPOINTS_MAX,
		         ENDPOINTS_URL_CAP - 1);
	else if (!s->store.endpoints.count)
		log_line(LOG_ERR, "Pool %s: expected a line PoolDirectory, too", s->config.name);
	return rc ? rc : s->store.endpoints.count ? 0 : -EINVAL;
}

int
setup_read(struct setup *s, const char *path, const char *version)
{
	struct config_policy *policy = calloc(1, sizeof *policy);
	struct config_error error;
	int rc = policy ? config_load(path, NULL, policy, &error) : -ENOMEM;

	if (rc) {
		log_line(LOG_ERR, "%s", policy ? error.text : "no memory");
		free(policy);
		return rc == -ENOENT ? -EIO : rc;
	}
	s->config = policy->pool;
	free(policy);
	if (!config_pool_on(&s->config)) {
		log_line(LOG_NOTICE, "%s has no Pool line: there is nothing to do", path);
		return -ENOENT;
	}
	s->store.pool = s->config.name;
	s->store.user = s->config.user.name;
	s->store.password_file = s->config.user.file;
	rc = read_directory(s);
	return rc ? rc : read_self(s, version);
}
