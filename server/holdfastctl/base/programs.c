/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <errno.h>
#include <string.h>

#include "askleader.h"
#include "buildid.h"
#include "clock.h"
#include "paths.h"

#define DAEMON HOLDFAST_SBINDIR "/holdfastd"

/* An installed program; its file is read once. */
struct installed {
	const char *path;
	bool known;
	char build[BUILD_CAP]; /* "": it has none, or cannot be read */
};

static enum programs_age
compare(struct installed *f, const char *version, const char *build)
{
	if (!f->known && buildid_of_file(f->path, f->build))
		f->build[0] = '\0';
	f->known = true;
	if (!*version)
		return PROGRAMS_OLD;
	if (*build && *f->build)
		return strcmp(build, f->build) == 0 ? PROGRAMS_CURRENT : PROGRAMS_OLD;
	return strcmp(version, PACKAGE_VERSION) == 0 ? PROGRAMS_CURRENT : PROGRAMS_OLD;
}

enum programs_age
programs_keeper(const struct attach_status *s)
{
	static struct installed keeper = { .path = PATH_KEEPER };

	return attach_state_silent(s->state) ? PROGRAMS_UNKNOWN : compare(&keeper, s->version, s->build);
}

void
programs_of(uid_t uid, const struct attach_status *s, int timeout_ms, struct programs *p)
{
	static struct installed holdfastd = { .path = DAEMON };
	int rc = askleader_version(uid, s->id, timeout_ms, &p->leader_is);

	if (rc)
		memset(&p->leader_is, 0, sizeof p->leader_is);
	p->keeper = programs_keeper(s);
	/* A leader of an older version ends the connection. */
	p->leader = rc && rc != -EPIPE && rc != -EBADMSG
	                    ? PROGRAMS_UNKNOWN : compare(&holdfastd, p->leader_is.version, p->leader_is.build);
}

void
programs_until(uid_t uid, const struct attach_status *s, uint64_t deadline_ms, struct programs *p)
{
	uint64_t now = clock_now_ms();

	programs_of(uid, s, deadline_ms > now ? (int)(deadline_ms - now) : 0, p);
}

void
programs_add(struct programs_count *c, const struct programs *p)
{
	c->sessions++;
	c->keepers += p->keeper == PROGRAMS_OLD;
	c->leaders += p->leader == PROGRAMS_OLD;
}
