/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "ends.h"
#include "endstore.h"
#include "lastprint.h"
#include "owndir.h"
#include "paths.h"
#include "userfile.h"

/* The records that are to be shown. */
struct all {
	struct endrecord *v; /* owned */
	size_t count;
};

/* Appends the COUNT records at V, which it frees: 0 or -ENOMEM. */
static int
append(struct all *a, struct endrecord *v, size_t count)
{
	struct endrecord *more = reallocarray(a->v, a->count + count + 1, sizeof *more);

	if (more) {
		a->v = more;
		memcpy(a->v + a->count, v, count * sizeof *v);
		a->count += count;
	}
	free(v);
	return more ? 0 : -ENOMEM;
}

static int
read_file(int dir, const char *name, struct all *a)
{
	struct endrecord *v;
	size_t count;
	int rc = endstore_read(dir, name, &v, &count);

	return rc ? rc : append(a, v, count);
}

/* Root: of the user UID, or with EVERYBODY of all. */
static int
read_as_root(uid_t uid, bool everybody, struct all *a)
{
	int dir = owndir_open(AT_FDCWD, PATH_ENDS, 0, 077), rc = 0;
	const struct dirent *e;
	char name[USERFILE_NAME];
	DIR *d;

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	d = fdopendir(dir);
	if (!d) {
		close(dir);
		return -ENOMEM;
	}
	userfile_name(uid, name);
	while (!rc && everybody && (e = readdir(d)))
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
			rc = read_file(dir, e->d_name, a);
	if (!everybody)
		rc = read_file(dir, name, a);
	closedir(d);
	return rc;
}

static int
read_own(struct all *a)
{
	struct endrecord *v;
	size_t count;
	int rc = ends_mine(&v, &count);

	return rc ? rc : append(a, v, count);
}

/* The latest one first. */
static int
later_first(const void *x, const void *y)
{
	const struct endrecord *a = x, *b = y;

	return a->time_ms < b->time_ms ? 1 : a->time_ms > b->time_ms ? -1 : 0;
}

/* Leaves the records of the session WORD alone, a number or a unique id. */
static void
leave_one(struct all *a, const char *word)
{
	size_t left = 0;
	char number[16];

	for (size_t i = 0; i < a->count; i++) {
		snprintf(number, sizeof number, "%u", (unsigned)a->v[i].session);
		if (strcmp(number, word) == 0 || strcmp(a->v[i].unique, word) == 0)
			a->v[left++] = a->v[i];
	}
	a->count = left;
}

static int
say_error(int rc)
{
	if (rc == -ENOENT || rc == -ECONNREFUSED)
		ctl_error("holdfastd is not running, and only root can read the records of ends without it");
	else if (rc == -EPROTO)
		ctl_error("holdfastd is of an older version; systemctl restart holdfastd");
	else
		ctl_error("cannot read the records of ends: %s", strerror(-rc));
	return CTL_FAILED;
}

static int
show(const struct all *a, const char *word, bool json, bool everybody)
{
	if (json) {
		lastprint_json(a->v, a->count);
	} else if (a->count && word) {
		lastprint_one(&a->v[0]);
	} else if (a->count) {
		lastprint_table(a->v, a->count, everybody);
	} else if (word) {
		ctl_error("no record of a session %s that has ended; holdfastctl last lists them", word);
		return CTL_NO_SESSION;
	} else {
		fputs("no session has ended\n", stderr);
	}
	return CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "all", no_argument, NULL, 'a' },
		{ "user", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	bool json = false, everybody = false;
	struct all a = { NULL, 0 };
	const char *word;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":au:", options)) != -1) {
		if (opt == 'j')
			json = true;
		else if (opt == 'a')
			everybody = true;
		else if (opt != 'u')
			return ctl_bad_option(self, opt, argv);
		else if ((rc = ctl_user(optarg)))
			return rc;
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	if (everybody && ctl_user_said())
		return ctl_usage(self, "--all and --user exclude each other");
	word = argv[optind];
	if (everybody && geteuid() != 0 && ctl_root_only("last --all"))
		return CTL_FAILED;
	rc = geteuid() == 0 ? read_as_root(ctl_uid(), everybody, &a) : read_own(&a);
	if (rc) {
		free(a.v);
		return say_error(rc);
	}
	if (a.count)
		qsort(a.v, a.count, sizeof *a.v, later_first);
	if (word)
		leave_one(&a, word);
	rc = show(&a, word, json, everybody);
	free(a.v);
	return rc;
}

const struct ctl_command cmd_last = {
	.name = "last",
	.args = "[-a|-u USER] [--json] [ID]",
	.summary = "Say how sessions have ended",
	.help = "The latest one first, for 90 days and at most 64 sessions of a user.  With ID, all that is known\n"
	        "of the latest session of that number; holdfast-events(7) explains the reasons.\n"
	        "  -a, --all        sessions of all users (root)\n"
	        "  -u, --user USER  sessions of USER, a name or a number (root)\n"
	        "  --json           print one JSON object instead\n",
	.run = run,
};
