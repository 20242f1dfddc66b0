/* SPDX-License-Identifier: MIT */
/* root: a directory that stands for / in tests of what reads the host's files (hostfile.h). */
#ifndef HOLDFAST_ROOT_H
#define HOLDFAST_ROOT_H

#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostfile.h"

static char root_dir[] = "/tmp/holdfast-root-XXXXXX";

/* Writes a file below it, and the directories above that. */
static inline void
root_file(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s%s", root_dir, name);
	for (char *p = path + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(path, 0755);
			*p = '/';
		}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static inline void
root_remove(const char *name)
{
	char command[512];

	snprintf(command, sizeof command, "rm -rf %s%s", root_dir, name);
	assert_int_equal(system(command), 0);
}

/* Before and after each test. */
static inline int
root_make(void **state)
{
	(void)state;
	strcpy(root_dir + sizeof root_dir - 7, "XXXXXX");
	if (!mkdtemp(root_dir))
		return -1;
	hostfile_root(root_dir);
	return 0;
}

static inline int
root_unmake(void **state)
{
	(void)state;
	root_remove("");
	hostfile_root("");
	return 0;
}

#define root_test(f) cmocka_unit_test_setup_teardown(f, root_make, root_unmake)

#endif
