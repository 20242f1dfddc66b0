/* SPDX-License-Identifier: MIT */
#include "leader_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admission.h"
#include "cause.h"
#include "claim.h"
#include "clock.h"
#include "ending.h"
#include "facts.h"
#include "idle.h"
#include "keeptext.h"
#include "report.h"

#define TELL_MS 1000 /* from the end of the shell: then the leader hangs */
#define LOOK_MS 1000 /* between two looks at a shell whose leader is lost, where the kernel has no pidfd */

/* Takes up to two descriptors out of MH: how many. */
static unsigned
take_two(struct msghdr *mh, int fds[2])
{
	struct cmsghdr *cm = CMSG_FIRSTHDR(mh);
	unsigned count;

	if (!cm || cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (unsigned)((cm->cmsg_len - CMSG_LEN(0)) / sizeof(int));
	count = count > 2 ? 2 : count;
	memcpy(fds, CMSG_DATA(cm), count * sizeof(int));
	return count;
}

/* The session's directory was removed, and the leader has made it anew, with these listening sockets. */
static void
take_sockets(struct keeper *k, const unsigned char *buf, size_t len, int fds[2], unsigned count)
{
	struct leadermsg_sockets m;

	if (count != 2 || leadermsg_decode_sockets(&m, buf, len) < 0 || k->own_root) {
		for (unsigned i = 0; i < count; i++)
			close(fds[i]);
		return;
	}
	close(k->dir.sock);
	close(k->dir.agent);
	k->dir.sock = fds[0];
	k->dir.agent = fds[1];
	k->dir.id = m.session;
	memcpy(k->dir.path, m.dir, sizeof k->dir.path);
	memcpy(k->dir.agent_path, m.agent_path, sizeof k->dir.agent_path);
}

static void
take_message(struct keeper *k, const unsigned char *buf, size_t len, int fds[2], unsigned count)
{
	struct leadermsg_shell_ended end;
	struct leadermsg_cause cause;
	struct leadermsg_keep keep;
	struct leadermsg_peer_is peer;
	struct leadermsg_vouched m;
	struct leadermsg_idle idle;
	struct leadermsg_tell tell;

	k->leader_hangs = false;
	switch (leadermsg_type_of(buf, len)) {
	case LEADERMSG_SOCKETS:
		take_sockets(k, buf, len, fds, count);
		return;
	case LEADERMSG_VOUCHED:
		if (leadermsg_decode_vouched(&m, buf, len) == 0)
			claim_vouched(k, &m);
		break;
	case LEADERMSG_PEER_IS:
		if (leadermsg_decode_peer_is(&peer, buf, len) == 0)
			admission_answer(k, &peer);
		break;
	case LEADERMSG_IDLE:
		if (leadermsg_decode_idle(&idle, buf, len) == 0)
			idle_rule(k, &idle);
		break;
	case LEADERMSG_SHELL_ENDED:
		if (leadermsg_decode_shell_ended(&end, buf, len) == 0 && shell_told(&k->shell, (int)end.status))
			ending_begin(k);
		break;
	case LEADERMSG_KEEP:
		if (leadermsg_decode_keep(&keep, buf, len) == 0)
			keeptext_rule(k, &keep);
		break;
	case LEADERMSG_TELL:
		if (leadermsg_decode_tell(&tell, buf, len) == 0)
			facts_wanted(k, &tell);
		break;
	case LEADERMSG_CAUSE:
		if (leadermsg_decode_cause(&cause, buf, len) == 0)
			cause_take(k, &cause);
		break;
	case LEADERMSG_ABORT:
		if (k->state == KEEPER_NEW)
			k->state = KEEPER_OVER;
		break;
	}
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
}

static void
on_leader(void *object, short revents)
{
	struct keeper *k = object;
	unsigned char buf[sizeof(struct leadermsg_sockets) + 64];
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	int fds[2];
	ssize_t n;

	(void)revents;
	if (k->leader < 0)
		return;
	n = recvmsg(k->leader, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		report_leader_lost(k);
	else
		take_message(k, buf, (size_t)n, fds, take_two(&mh, fds));
}

/* The leader tells how, within a moment. */
static void
on_shell(void *object, short revents)
{
	struct keeper *k = object;

	(void)revents;
	k->told_by = k->leader < 0 ? 0 : clock_now_ms() + TELL_MS;
	leader_link_look(k);
}

void
leader_link_look(struct keeper *k)
{
	bool waits = k->leader >= 0 && k->told_by && clock_now_ms() < k->told_by;

	if (k->state != KEEPER_RUNNING || waits || (k->leader >= 0 && !k->told_by) || !shell_gone(&k->shell))
		return;
	if (k->leader < 0)
		shell_leader_lost(&k->shell);
	ending_begin(k);
}

void
leader_link_watch(struct keeper *k, struct loop *l)
{
	loop_add(l, k->leader, POLLIN, on_leader, k);
	if (!k->shell.parent || !k->shell.pid)
		return;
	if (k->told_by && k->leader >= 0)
		loop_until(l, k->told_by);
	else if (k->shell.pidfd >= 0)
		loop_add(l, k->shell.pidfd, POLLIN, on_shell, k);
	else if (k->leader < 0)
		loop_until(l, clock_now_ms() + LOOK_MS);
}

void
leader_link_turn(struct keeper *k)
{
	if (!k->leader_lost)
		return;
	k->leader_lost = false;
	shell_leader_lost(&k->shell);
	if (k->state == KEEPER_NEW)
		k->state = KEEPER_OVER;
	claim_leader_gone(k);
	admission_leader_gone(k);
}
