/* SPDX-License-Identifier: MIT */
/* sshfile_world: a directory with files of ssh_config(5), and what is read of them. */
#ifndef HOLDFAST_SSHFILE_WORLD_H
#define HOLDFAST_SSHFILE_WORLD_H

#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "sshconfig.h"

static char dir[] = "/tmp/hfsshXXXXXX";
static char path[100], other[100];

static inline void
write_to(const char *name, const char *text)
{
	FILE *f = fopen(name, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static inline struct sshconfig *
config(const char *host)
{
	struct sshconfig *c = sshconfig_new();

	assert_non_null(c);
	c->host = strdup(host);
	return c;
}

static inline int
make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/config", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	return 0;
}

static inline int
remove_dir(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return rmdir(dir);
}

#endif
