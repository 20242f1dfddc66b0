/* SPDX-License-Identifier: MIT */
#include "maxlogins.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utmpx.h>

#include "register.h"
#include "policy.h"

#define LIMITS_CONF "/etc/security/limits.conf"
#define LIMITS_DIR "/etc/security/limits.d"
#define LOGIND_SESSIONS "/run/systemd/sessions"
#define FIELD 128 /* a line with a longer field is none of ours */

/* Whom a line is for, the more exact first; a later line beats an earlier one that is not more exact. */
enum exactness { FOR_USER, FOR_GROUP, FOR_ALL_OF_GROUP, FOR_DEFAULT, FOR_NOBODY };

struct reading {
	const struct maxlogins_subject *s;
	struct maxlogins *m;
	enum exactness own, everybody; /* of the lines that count so far */
	bool off;                      /* "user -": no limits at all */
	bool any;                      /* there is such a limit, for whomever */
};

/* Logins of one user and of all. */
struct logins {
	uint32_t own, all;
};

static bool
has_gid(const struct maxlogins_subject *s, gid_t gid)
{
	for (int i = 0; i < s->gid_count; i++)
		if (s->gids[i] == gid)
			return true;
	return false;
}

static bool
in_group(const struct maxlogins_subject *s, const char *name)
{
	const struct group *gr = *name ? getgrnam(name) : NULL;

	return gr && has_gid(s, gr->gr_gid);
}

/* Whether TEXT is "min:max", "min:", ":max" or ":one" with numbers as pam_limits takes them; they in *MIN, *MAX. */
static bool
parse_range(const char *text, unsigned long *min, unsigned long *max)
{
	const char *colon = strchr(text, ':');
	char *end;

	if (!colon || strspn(text, "0123456789:") != strlen(text) || strchr(colon + 1, ':') || !text[1])
		return false;
	*min = strtoul(text, &end, 10);
	*max = colon[1] ? strtoul(colon + 1, &end, 10) : UINT32_MAX;
	if (colon == text)
		*min = *max;
	return true;
}

static bool
gid_in_range(const struct maxlogins_subject *s, unsigned long min, unsigned long max)
{
	for (int i = 0; i < s->gid_count; i++)
		if (s->gids[i] >= min && s->gids[i] <= max)
			return true;
	return false;
}

/* How exactly DOMAIN means the subject.  Groups and "*" don't mean root. */
static enum exactness
domain_for(const struct maxlogins_subject *s, const char *domain)
{
	bool root = s->uid == 0;
	unsigned long min, max;

	if (strcmp(domain, s->user) == 0)
		return FOR_USER;
	if (domain[0] == '@' || domain[0] == '%') {
		bool means = parse_range(domain + 1, &min, &max) ? gid_in_range(s, min, max)
		             : (domain[0] == '%' && !domain[1]) || in_group(s, domain + 1);

		if (root || !means)
			return FOR_NOBODY;
		return domain[0] == '@' ? FOR_GROUP : FOR_ALL_OF_GROUP;
	}
	if (parse_range(domain, &min, &max))
		return s->uid >= min && s->uid <= max ? FOR_USER : FOR_NOBODY;
	return strcmp(domain, "*") == 0 && !root ? FOR_DEFAULT : FOR_NOBODY;
}

/* A limit's value; false when it is none. */
static bool
parse_value(const char *text, long *value)
{
	char *end;

	if (strcasecmp(text, "unlimited") == 0 || strcasecmp(text, "infinity") == 0) {
		*value = MAXLOGINS_NONE;
		return true;
	}
	*value = strtol(text, &end, 10);
	if (end == text || *end)
		return false;
	if (*value < 0)
		*value = MAXLOGINS_NONE;
	return true;
}

static void
take_limit(struct reading *r, enum exactness exact, bool all, long value)
{
	enum exactness *so_far = all ? &r->everybody : &r->own;

	if (exact > *so_far)
		return;
	*so_far = exact;
	*(all ? &r->m->everybody : &r->m->own) = value;
}

static void
take_line(struct reading *r, char *line)
{
	char domain[FIELD], type[FIELD], item[FIELD], value[FIELD];
	enum exactness exact;
	bool all = false;
	long number;
	int n;

	line[strcspn(line, "#\n")] = '\0';
	_Static_assert(FIELD == 128, "the scan below has the width in it");
	n = sscanf(line, "%127s%127s%127s%127s", domain, type, item, value);
	if (n == 4) {
		all = strcasecmp(item, "maxsyslogins") == 0;
		if (!all && strcasecmp(item, "maxlogins") != 0)
			return;
		r->any = true;
	} else if (n != 2 || strcmp(type, "-") != 0)
		return;
	exact = domain_for(r->s, domain);
	if (exact == FOR_NOBODY)
		return;
	if (n == 2)
		r->off |= exact != FOR_DEFAULT;
	else if (parse_value(value, &number))
		take_limit(r, exact, all || exact == FOR_ALL_OF_GROUP, number);
}

static void
take_file(struct reading *r, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;

	if (!f)
		return;
	while (getline(&line, &cap, f) >= 0)
		take_line(r, line);
	free(line);
	fclose(f);
}

bool
maxlogins_read(const char *conf, const char *dir, const struct maxlogins_subject *s, struct maxlogins *m)
{
	struct reading r = { .s = s, .m = m, .own = FOR_NOBODY, .everybody = FOR_NOBODY };
	char pattern[256];
	glob_t found;

	*m = (struct maxlogins){ MAXLOGINS_NONE, MAXLOGINS_NONE };
	take_file(&r, conf);
	snprintf(pattern, sizeof pattern, "%s/*.conf", dir);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			take_file(&r, found.gl_pathv[i]);
		globfree(&found);
	}
	if (r.off)
		*m = (struct maxlogins){ MAXLOGINS_NONE, MAXLOGINS_NONE };
	return r.any;
}

static struct logins
count_utmp(const char *user)
{
	struct logins n = { 0, 0 };
	const struct utmpx *u;

	setutxent();
	while ((u = getutxent())) {
		if (u->ut_type != USER_PROCESS || !u->ut_user[0] || (kill(u->ut_pid, 0) && errno == ESRCH))
			continue;
		n.all++;
		n.own += strncmp(u->ut_user, user, sizeof u->ut_user) == 0;
	}
	endutxent();
	return n;
}

/* The sessions that are held, by their leaders: what logind has of them says nothing else that no login has. */
struct held {
	struct leadreg *v;
	size_t count;
};

static bool
is_leader(const struct held *h, unsigned long pid)
{
	for (size_t i = 0; i < h->count; i++)
		if ((unsigned long)h->v[i].pid == pid)
			return true;
	return false;
}

/* Reads what logind says of a session: whether it is somebody's login and not one that we hold. */
static bool
read_session(const char *name, const struct held *held, uid_t *uid)
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
			ours |= is_leader(held, v);
		if (sscanf(line, "UID=%lu", &v) == 1) {
			*uid = (uid_t)v;
			have_uid = true;
		}
	}
	fclose(f);
	return user && !ours && have_uid;
}

static struct logins
count_logind(uid_t uid, const struct held *held)
{
	struct logins n = { 0, 0 };
	DIR *dir = opendir(LOGIND_SESSIONS);
	const struct dirent *d;

	while (dir && (d = readdir(dir))) {
		uid_t whose = (uid_t)-1;

		/* Beside the file of a session is a fifo NAME.ref, which is not to be opened. */
		if (strchr(d->d_name, '.') || !read_session(d->d_name, held, &whose))
			continue;
		n.all++;
		n.own += whose == uid;
	}
	if (dir)
		closedir(dir);
	return n;
}

static uint32_t
larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Whether one more login than COUNT would be let in. */
static bool
has_room(long limit, uint32_t count)
{
	return limit == MAXLOGINS_NONE || (long)count + 1 <= limit;
}

int
maxlogins_check(const char *user, uid_t uid, gid_t gid, uint32_t held, uint32_t held_by_all)
{
	struct maxlogins_subject s = { .user = user, .uid = uid };
	struct held all_held;
	struct logins utmp, logind;
	struct maxlogins m;
	gid_t *gids;
	int rc;

	/* The name service is asked for groups only where it matters. */
	if (!maxlogins_read(LIMITS_CONF, LIMITS_DIR, &s, &m))
		return 0;
	s.gid_count = policy_group_ids(user, gid, &gids);
	if (s.gid_count < 0) {
		free(gids);
		return s.gid_count;
	}
	s.gids = gids;
	maxlogins_read(LIMITS_CONF, LIMITS_DIR, &s, &m);
	free(gids);
	if (m.own == MAXLOGINS_NONE && m.everybody == MAXLOGINS_NONE)
		return 0;
	rc = register_living(&all_held.v, &all_held.count);
	if (rc)
		return rc;
	utmp = count_utmp(user);
	logind = count_logind(uid, &all_held);
	free(all_held.v);
	return has_room(m.own, larger(utmp.own, logind.own) + held) &&
	       has_room(m.everybody, larger(utmp.all, logind.all) + held_by_all) ? 0 : -EDQUOT;
}
