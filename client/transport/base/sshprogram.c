/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "sshprogram.h"

#define VIA "HOLDFAST_VIA"
#define VERSION_MS 3000 /* -V reads no file and asks nobody */
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

		if ((size_t)snprintf(chosen, sizeof(chosen), "%.*s/ssh", len ? len : 1, len ? path : ".") <
		        sizeof(chosen) &&
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
sshprogram_is_there(const char *path)
{
	return strchr(path, '/') && is_program(path);
}

bool
sshprogram_loops(void)
{
	look_above();
	return depth >= DEPTH_MAX;
}

unsigned
sshprogram_version(const char *program)
{
	static char option[] = "-V";
	char *argv[] = { (char *)program, option, NULL }, text[512], *found;
	uint64_t now = clock_now_ms(), until = now + VERSION_MS;
	unsigned major = 0, minor = 0;
	struct child c;
	bool more = true;

	if (child_start(&c, argv, NULL) < 0)
		return 0;
	for (; more && !major && now < until; now = clock_now_ms()) {
		struct pollfd p = { .fd = c.err, .events = POLLIN };

		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		more = child_listen(&c, text, sizeof(text));
		found = strstr(text, "OpenSSH_");
		if (found && sscanf(found + strcspn(found, "0123456789\n"), "%3u.%2u", &major, &minor) != 2)
			major = minor = 0;
	}
	child_stop(&c);
	return major * 100 + minor;
}
