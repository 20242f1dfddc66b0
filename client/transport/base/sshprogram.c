/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshprogram.h"

#define VIA "HOLDFAST_VIA"
#define DEPTH_MAX 8u /* a ssh whose ProxyCommand is holdfast, whose ssh … */

static char chosen[PATH_MAX];
static unsigned depth;     /* how many of us are above */
static struct stat script; /* that has started us; st_ino 0: none */

static bool
same_file(const char *path, const struct stat *want)
{
	struct stat st;

	return want->st_ino && stat(path, &st) == 0 && st.st_dev == want->st_dev && st.st_ino == want->st_ino;
}

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool
is_script(const char *path)
{
	FILE *f = fopen(path, "re");
	bool yes = f && getc(f) == '#' && getc(f) == '!';

	if (f)
		fclose(f);
	return yes;
}

/* The first ssh on PATH that is neither of the files A and B. */
static bool
find(const struct stat *a, const struct stat *b)
{
	const char *path = getenv("PATH");

	if (!path || !*path)
		path = "/usr/local/bin:/usr/bin:/bin";
	for (; path; path = strchr(path, ':') ? strchr(path, ':') + 1 : NULL) {
		int len = (int)strcspn(path, ":");

		if ((size_t)snprintf(chosen, sizeof(chosen), "%.*s/ssh", len ? len : 1, len ? path : ".") < sizeof(chosen) &&
		    is_program(chosen) && !same_file(chosen, a) && !same_file(chosen, b))
			return true;
	}
	return false;
}

/* What an environment tells that another of us has made; it is ours from then on. */
static void
look_above(void)
{
	static bool looked;
	const char *via = getenv(VIA);
	char *rest;

	if (looked)
		return;
	looked = true;
	if (!via)
		return;
	depth = (unsigned)strtoul(via, &rest, 10);
	/* a program that is no script is either ours, and knows itself, or the ssh that we look for */
	if (*rest != ':' || !is_script(rest + 1) || stat(rest + 1, &script) < 0)
		script.st_ino = 0;
}

const char *
sshprogram(void)
{
	const char *own = getenv("HOLDFAST_SSH");
	struct stat self = { .st_ino = 0 }, none = { .st_ino = 0 };
	char text[PATH_MAX + 16];

	look_above();
	if (stat("/proc/self/exe", &self) < 0)
		self.st_ino = 0;
	if (own && *own && strlen(own) < sizeof(chosen))
		snprintf(chosen, sizeof(chosen), "%s", own);
	else if (!find(&self, &script) && !find(&self, &none))
		snprintf(chosen, sizeof(chosen), "ssh");
	snprintf(text, sizeof(text), "%u:%s", depth + 1, chosen);
	setenv(VIA, text, 1);
	return chosen;
}

bool
sshprogram_loops(void)
{
	look_above();
	return depth >= DEPTH_MAX;
}
