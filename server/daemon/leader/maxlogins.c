/* SPDX-License-Identifier: MIT */
#include "maxlogins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmpx.h>

#include "bounds.h"
#include "grouplist.h"
#include "pamlimits.h"
#include "register.h"

#define LOGIND_SESSIONS "/run/systemd/sessions"
#define MODULE HOLDFAST_PAMDIR "/pam_limits.so"
#define NAME_SIZE (sizeof(((struct utmpx *)0)->ut_user))

/* Whose logins are counted, and the sessions that are held, by their leaders. */
struct counting {
	const struct pamlimits *limit;
	const char *user;
	uid_t uid;
	struct leaderreg *held;
	size_t held_count;
	/* The last user whose groups were looked up: the same one has many logins. */
	char asked[USER_CAP];
	bool member;
};

static bool
is_member(struct counting *c, const char *name)
{
	if (strcmp(c->asked, name) != 0) {
		snprintf(c->asked, sizeof c->asked, "%s", name);
		c->member = grouplist_has(c->asked, c->limit->group); /* NAME may lie in the buffer of getpwuid */
	}
	return c->member;
}

/* Whether the logins of the user NAME, as utmp has it, count against the limit. */
static bool
counts_name(struct counting *c, const char *name)
{
	if (c->limit->counted == PAMLIMITS_OWN)
		return strncmp(c->user, name, NAME_SIZE) == 0;
	return c->limit->counted != PAMLIMITS_GROUP || is_member(c, name);
}

static bool
counts_uid(struct counting *c, uid_t uid)
{
	const struct passwd *pw;

	if (c->limit->counted == PAMLIMITS_OWN)
		return uid == c->uid;
	if (c->limit->counted != PAMLIMITS_GROUP)
		return true;
	pw = getpwuid(uid);
	return pw && is_member(c, pw->pw_name);
}

static uint32_t
count_utmp(struct counting *c)
{
	const struct utmpx *u;
	uint32_t n = 0;

	setutxent();
	while ((u = getutxent())) {
		char name[NAME_SIZE + 1];
		bool dead;

		if (u->ut_type != USER_PROCESS || !u->ut_user[0])
			continue;
		snprintf(name, sizeof name, "%.*s", (int)NAME_SIZE, u->ut_user);
		dead = c->limit->counted != PAMLIMITS_SYSTEM && kill(u->ut_pid, 0) && errno == ESRCH;
		n += !dead && counts_name(c, name);
	}
	endutxent();
	return n;
}

/* Whether PID leads a held session: logind's file of that session looks like that of a login. */
static bool
is_leader(const struct counting *c, unsigned long pid)
{
	for (size_t i = 0; i < c->held_count; i++)
		if ((unsigned long)c->held[i].pid == pid)
			return true;
	return false;
}

/* Reads what logind says of a session: whether somebody logged in with it and we do not hold it. */
static bool
read_session(const char *name, const struct counting *c, uid_t *uid)
{
	char path[sizeof LOGIND_SESSIONS + NAME_MAX + 1], line[256];
	bool user = false, ours = false, have_uid = false;
	unsigned long v;
	FILE *f;

	snprintf(path, sizeof path, LOGIND_SESSIONS "/%s", name);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof line, f)) {
		user |= strncmp(line, "CLASS=user", 10) == 0;
		if (sscanf(line, "LEADER=%lu", &v) == 1)
			ours |= is_leader(c, v);
		if (sscanf(line, "UID=%lu", &v) == 1) {
			*uid = (uid_t)v;
			have_uid = true;
		}
	}
	fclose(f);
	return user && !ours && have_uid;
}

static uint32_t
count_logind(struct counting *c)
{
	DIR *dir = opendir(LOGIND_SESSIONS);
	const struct dirent *d;
	uint32_t n = 0;

	while (dir && (d = readdir(dir))) {
		uid_t uid = (uid_t)-1;

		/* Beside the file of a session is a fifo NAME.ref, which must not be opened. */
		if (!strchr(d->d_name, '.') && read_session(d->d_name, c, &uid))
			n += counts_uid(c, uid);
	}
	if (dir)
		closedir(dir);
	return n;
}

/* The sessions that are held, the new one too: its leader is in the register already. */
static uint32_t
count_held(struct counting *c)
{
	uint32_t n = 0;

	for (size_t i = 0; i < c->held_count; i++)
		n += counts_uid(c, c->held[i].uid);
	return n;
}

/*
 * Whether pam_limits counts the sessions of logind, and not the entries of utmp: Linux-PAM decides that when it is
 * built.
 */
static bool
module_asks_logind(void)
{
	static const char call[] = "sd_get_sessions";
	struct stat st;
	void *text = MAP_FAILED;
	bool yes = false;
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text != MAP_FAILED) {
		yes = memmem(text, (size_t)st.st_size, call, sizeof call) != NULL;
		munmap(text, (size_t)st.st_size);
	}
	close(fd);
	return yes;
}

/* The logins that pam_limits would count against a new one, without the held sessions. */
static uint64_t
count_logins(struct counting *c)
{
	uint32_t logind = count_logind(c), utmp;

	/* It begins at one, for a login that logind does not know yet; sshd's does. */
	if (module_asks_logind())
		return (uint64_t)logind + 1;
	utmp = count_utmp(c);
	return utmp > logind ? utmp : logind;
}

static int
read_limit(const char *user, uid_t uid, gid_t gid, struct pamlimits *l)
{
	struct pamlimits_user u = { .name = user, .uid = uid, .gid = gid };
	gid_t *gids;
	int rc = pamlimits_read(PAMLIMITS_CONF, PAMLIMITS_DIR, &u, l, NULL, 0);

	/* The name service is asked for groups only where they matter. */
	if (rc || !l->mentioned)
		return rc;
	u.group_count = grouplist_ids(user, gid, &gids);
	u.groups = gids;
	rc = u.group_count < 0 ? u.group_count
	     : pamlimits_read(PAMLIMITS_CONF, PAMLIMITS_DIR, &u, l, NULL, 0);
	free(gids);
	return rc;
}

int
maxlogins_check(const char *user, uid_t uid, gid_t gid)
{
	struct pamlimits limit;
	struct counting c = { .limit = &limit, .user = user, .uid = uid };
	uint64_t logins;
	int rc = read_limit(user, uid, gid, &limit);

	if (rc || limit.logins == PAMLIMITS_NONE)
		return rc;
	rc = register_living(&c.held, &c.held_count);
	if (rc)
		return rc;
	logins = count_logins(&c) + count_held(&c);
	free(c.held);
	return logins + 1 <= (uint64_t)limit.logins ? 0 : -EDQUOT;
}
