/* SPDX-License-Identifier: MIT */
#include "leader_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "confinement.h"
#include "leader_talk.h"
#include "log.h"
#include "paths.h"
#include "procstat.h"
#include "rootfork.h"
#include "rundir.h"

#define RENEW_MS 250      /* from the first removal: "rm -r" takes its time */
#define AGAIN_MS 5000     /* after a failure */
#define SIGNALS (DN_DELETE | DN_MULTISHOT)

/* Without it nothing is made anew; a kernel can be built so. */
static void
watch(const struct leader *l)
{
	fcntl(l->dir.dir, F_NOTIFY, SIGNALS);
	fcntl(l->dir.nest, F_NOTIFY, SIGNALS);
}

int
leader_dir_make(struct leader *l)
{
	int rc = sessiondir_make(&l->dir, SESSIONDIR_OF_ROOT, PATH_SESSIONS, l->audit.uid, 1);

	/* As after rm -r while no daemon ran. */
	if (rc == -ENOENT && rundir_make() == 0)
		rc = sessiondir_make(&l->dir, SESSIONDIR_OF_ROOT, PATH_SESSIONS, l->audit.uid, 1);
	if (!rc)
		watch(l);
	return rc;
}

void
leader_dir_touched(struct leader *l)
{
	if (!l->renew_ms && !sessiondir_is_whole(&l->dir))
		l->renew_ms = clock_now_ms() + RENEW_MS;
}

/* Passes the listening sockets to the keeper: 0 or a negative errno. */
static int
pass_sockets(struct leader *l)
{
	const int fds[2] = { l->dir.sock, l->dir.agent };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fds)];
	} control = { .room = { 0 } };
	unsigned char buf[sizeof(struct leadermsg_sockets) + 64];
	struct leadermsg_sockets m = { .session = l->dir.id };
	struct iovec iov = { .iov_base = buf };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);
	int len;

	memcpy(m.dir, l->dir.path, sizeof m.dir);
	memcpy(m.agent_path, l->dir.agent_path, sizeof m.agent_path);
	len = leadermsg_encode_sockets(&m, buf, sizeof buf);
	if (len < 0)
		return len;
	if (l->keeper < 0)
		return 0;
	iov.iov_len = (size_t)len;
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(cm), fds, sizeof fds);
	return sendmsg(l->keeper, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) == len ? 0 : -errno;
}

void
leader_dir_renew(struct leader *l)
{
	int rc;

	l->renew_ms = 0;
	if (!l->dir.id)
		return;
	rc = rundir_make();
	if (!rc)
		rc = sessiondir_renew(&l->dir);
	if (rc > 0) {
		watch(l);
		l->audit.session = l->dir.id;
		if (l->logins)
			sessiondir_write_login(&l->dir, l->logins);
		l->unsent = true;
		l->entry->what.id = l->dir.id;
		register_note(l->entry);
		log_line(LOG_NOTICE, "files of session %u of uid %u were removed from %s; restored",
		         (unsigned)l->dir.id, (unsigned)l->audit.uid, PATH_SESSIONS);
	}
	if (rc >= 0 && l->unsent) {
		rc = pass_sockets(l);
		l->unsent = rc < 0;
	}
	if (rc >= 0)
		return;
	log_errno(LOG_WARNING, rc, "cannot restore the files of session %u of uid %u", (unsigned)l->audit.session,
	          (unsigned)l->audit.uid);
	l->renew_ms = clock_now_ms() + AGAIN_MS;
}

void
leader_dir_login(struct leader *l)
{
	sessiondir_write_login(&l->dir, ++l->logins);
}

static bool
is_unconfined(const struct leader *l, int conn)
{
	int keeper = l->pid && conn >= 0 ? procstat_open(l->pid) : -1;
	bool ok = keeper >= 0 && confinement_check_peer(conn, l->audit.uid, keeper) == 0;

	if (keeper >= 0)
		close(keeper);
	return ok;
}

void
leader_dir_peer(struct leader *l, const struct leadermsg_report *m, int conn)
{
	struct leadermsg_peer_is answer = { m->number, is_unconfined(l, conn) };
	unsigned char buf[64];

	if (m->kind && answer.ok)
		answer.ok = rootfork_check_peer(conn) == 0;
	leader_send(l, buf, leadermsg_encode_peer_is(&answer, buf, sizeof buf));
}
