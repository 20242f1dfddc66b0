/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "doctor.h"
#include "paths.h"
#include "programs.h"
#include "sessions.h"

#define LOOK_MS 3000 /* for all sessions together */

static int
left_until(uint64_t deadline)
{
	uint64_t now = clock_now_ms();

	return deadline > now ? (int)(deadline - now) : 0;
}

static void
count_user(uid_t uid, uint64_t deadline, struct programs_count *c)
{
	struct session_list list = SESSION_LIST_NONE;

	if (session_list_get(uid, left_until(deadline), &list))
		return;
	for (size_t i = 0; i < list.count; i++) {
		struct programs p;

		programs_of(uid, &list.v[i], left_until(deadline), &p);
		programs_add(c, &p);
	}
	session_list_free(&list);
}

/* Those of all users. */
static void
count_all(uint64_t deadline, struct programs_count *c)
{
	DIR *dir = opendir(PATH_SESSIONS);
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char *end;
		unsigned long uid = strtoul(e->d_name, &end, 10);

		if (end != e->d_name && !*end)
			count_user((uid_t)uid, deadline, c);
	}
	if (dir)
		closedir(dir);
}

void
doctor_check_versions(struct doctor *d)
{
	bool all = d->self && geteuid() == 0;
	uint64_t deadline = clock_now_ms() + LOOK_MS;
	struct programs_count c = { 0, 0, 0 };
	char fix[TEXT_CAP];

	if (all)
		count_all(deadline, &c);
	else
		count_user(d->uid, deadline, &c);
	snprintf(fix, sizeof fix, all || d->self ? "holdfastctl upgrade -a" : "holdfastctl upgrade -a -u %s", d->user);
	if (c.keepers)
		doctor_add(d, "versions", DOCTOR_WARN, fix,
		           "%zu of %zu held sessions %s an older holdfast-keeper than the installed one", c.keepers, c.sessions,
		           c.keepers == 1 ? "runs" : "run");
	else if (c.sessions)
		doctor_add(d, "versions", DOCTOR_OK, NULL, "all held sessions run the installed holdfast-keeper (%zu)",
		           c.sessions);
	if (c.leaders)
		doctor_add(d, "versions.leaders", DOCTOR_WARN, NULL, "%zu %s on an older holdfastd until %s", c.leaders,
		           c.leaders == 1 ? "session's leader stays" : "sessions' leaders stay",
		           c.leaders == 1 ? "that session ends" : "those sessions end");
}
