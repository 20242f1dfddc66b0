/* SPDX-License-Identifier: MIT */
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth_identity.h"
#include "hopfile.h"
#include "paths.h"
#include "procstat.h"
#include "rundir.h"

int
login_alive(pid_t pid, uint64_t start)
{
	struct procstat s;
	int rc = procstat_read(pid, &s);

	if (rc == -ENOENT)
		return -ESRCH;
	if (rc)
		return rc;
	return s.start == start && s.state != 'Z' && s.state != 'X' ? 0 : -ESRCH;
}

bool
login_is_young(const struct login *l, unsigned seconds)
{
	long ticks = sysconf(_SC_CLK_TCK);
	struct timespec now;

	if (ticks <= 0 || clock_gettime(CLOCK_BOOTTIME, &now))
		return false;
	return (uint64_t)now.tv_sec < l->start / (uint64_t)ticks + seconds;
}

/* The whole of FD, at most RECORD_MAX bytes: its length or a negative errno. */
static ssize_t
read_all(int fd, char *buf)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, buf + len, RECORD_MAX + 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len <= RECORD_MAX) || (n < 0 && errno == EINTR));
	if (n < 0)
		return -errno;
	return len > RECORD_MAX ? -EBADMSG : (ssize_t)len;
}

int
login_read_record(int dir, const char *name, char *buf, struct record *r)
{
	int fd = rundir_open_file(dir, name);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_all(fd, buf);
	close(fd);
	return len < 0 ? (int)len : record_parse(r, buf, (size_t)len);
}

/* The record's uid, or for a user who is not in /etc/passwd, the name service's. */
static int
find_uid(const struct record *r, uid_t *uid)
{
	const struct passwd *pw;

	*uid = r->uid;
	if (r->uid_known)
		return 0;
	errno = 0;
	pw = getpwnam(r->user);
	if (!pw)
		return errno ? -errno : -ENOENT;
	*uid = pw->pw_uid;
	return 0;
}

/* Whether a method of the login may have been PAM's work, so that sshd insists on pam_setcred(3). */
static bool
by_pam(const struct record *r)
{
	for (unsigned i = 0; i < r->auth_count; i++)
		if (strncmp(r->auth[i], "publickey", 9) != 0 && strncmp(r->auth[i], "hostbased", 9) != 0 &&
		    strncmp(r->auth[i], "gssapi", 6) != 0)
			return true;
	return r->auth_count == 0;
}

static int
from_record(const struct record *r, struct login *l)
{
	struct login got;
	int rc;

	memset(&got, 0, sizeof got);
	rc = login_alive(r->pid, r->start);
	if (!rc)
		rc = find_uid(r, &got.uid);
	if (!rc)
		rc = auth_identity(r, &got.identity, &got.former, got.who);
	if (rc)
		return rc;
	auth_keys(r, got.keys);
	memcpy(got.user, r->user, sizeof got.user);
	memcpy(got.service, r->service, sizeof got.service);
	got.by_pam = by_pam(r);
	memcpy(got.address, r->address, sizeof got.address);
	memcpy(got.local_address, r->local_address, sizeof got.local_address);
	got.port = r->port;
	got.local_port = r->local_port;
	got.sshd = r->pid;
	got.start = r->start;
	*l = got;
	return 0;
}

/*
 * From here on the login is what another node has vouched for, for everybody who asks; its rights here (holdfast.conf's
 * Match, PAM) stay those of what it has proved to this host.  A file that can't be believed changes nothing.
 */
static void
take_hop(int dir, const struct ticket *ticket, struct login *l)
{
	struct hopfile h;

	if (hopfile_read(dir, ticket, &h) || h.pid != (uint32_t)l->sshd || h.start != l->start)
		return;
	l->identity = h.identity;
	memset(&l->former, 0, sizeof l->former);
	memcpy(l->who, h.who, sizeof l->who);
	memcpy(l->node, h.node, sizeof l->node);
	memcpy(l->vouched, h.method, sizeof l->vouched);
	memcpy(l->origin, h.address, sizeof l->origin);
}

const char *
login_from(const struct login *l)
{
	return l->node[0] ? l->origin : l->address;
}

void
login_event(const struct login *l, struct event *e)
{
	if (!l->node[0])
		return;
	event_add(e, "node", l->node);
	event_add(e, "vouched", l->vouched);
}

int
login_find(const struct ticket *ticket, struct login *l)
{
	char name[TICKET_TEXT], *buf;
	struct record r;
	int dir, rc;

	if (ticket_is_none(ticket))
		return -ENOENT;
	buf = malloc(RECORD_MAX + 1);
	if (!buf)
		return -ENOMEM;
	ticket_format(ticket, name);
	dir = rundir_open(PATH_LOGINS, 0700);
	rc = dir < 0 ? dir : login_read_record(dir, name, buf, &r);
	if (!rc)
		rc = from_record(&r, l);
	if (!rc)
		take_hop(dir, ticket, l);
	if (dir >= 0)
		close(dir);
	free(buf);
	return rc;
}

int
login_has_asked(const struct ticket *ticket)
{
	const struct timespec asked[2] = { { .tv_sec = RECORD_ASKED }, { .tv_sec = RECORD_ASKED } };
	int dir = rundir_open(PATH_LOGINS, 0700), rc = 0;
	char name[TICKET_TEXT];
	struct stat st;

	if (dir < 0)
		return dir;
	ticket_format(ticket, name);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		rc = -errno;
	else if (st.st_mtime == RECORD_ASKED)
		rc = -EALREADY;
	else if (utimensat(dir, name, asked, AT_SYMLINK_NOFOLLOW))
		rc = -errno;
	close(dir);
	return rc;
}
