/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
report_leader_lost(struct keeper *k)
{
	close(k->leader);
	k->leader = -1;
	k->leader_lost = true;
}

void
report_message(struct keeper *k, const void *buf, int len)
{
	if (k->leader >= 0 && len > 0 && send(k->leader, buf, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) != len)
		report_leader_lost(k);
}

void
report(struct keeper *k, const struct leadermsg_report *m)
{
	unsigned char buf[LEADERMSG_REPORT_BYTES];

	leadermsg_encode_report(m, buf);
	report_message(k, buf, sizeof buf);
}

void
report_with(struct keeper *k, const struct leadermsg_report *m, int fd)
{
	unsigned char buf[LEADERMSG_REPORT_BYTES];
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fd)];
	} control = { .room = { 0 } };
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	if (k->leader < 0)
		return;
	leadermsg_encode_report(m, buf);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(cm), &fd, sizeof fd);
	if (sendmsg(k->leader, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof buf)
		report_leader_lost(k);
}

void
report_name(struct keeper *k)
{
	struct leadermsg_report m = { .type = LEADERMSG_NAMED };

	memcpy(m.name, k->name, sizeof m.name);
	report(k, &m);
}
