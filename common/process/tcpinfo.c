// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tcpinfo.h"

/* States of <netinet/tcp.h>, which conflicts with <linux/tcp.h>. */
enum { STATE_TIME_WAIT = 6, STATE_CLOSE = 7, STATE_LISTEN = 10 };

#define ANSWER_MAX 4096
#define TRIES 8 /* answers to earlier questions that were not fetched */

/* An address and, after a %, its interface; 0 or -EINVAL.  IPv4 in IPv6 becomes IPv4. */
static int
parse_address(const char *text, int *family, unsigned char out[16], uint32_t *interface)
{
	char bare[INET6_ADDRSTRLEN];
	const char *percent = strchr(text, '%');
	size_t len = percent ? (size_t)(percent - text) : strlen(text);
	struct in6_addr six;

	if (len >= sizeof bare)
		return -EINVAL;
	memcpy(bare, text, len);
	bare[len] = '\0';
	memset(out, 0, 16);
	if (percent) {
		*interface = if_nametoindex(percent + 1);
		if (!*interface)
			return -EINVAL;
	}
	if (inet_pton(AF_INET, bare, out) == 1) {
		*family = AF_INET;
		return 0;
	}
	if (inet_pton(AF_INET6, bare, &six) != 1)
		return -EINVAL;
	if (IN6_IS_ADDR_V4MAPPED(&six)) {
		*family = AF_INET;
		memcpy(out, six.s6_addr + 12, 4);
	} else {
		*family = AF_INET6;
		memcpy(out, six.s6_addr, 16);
	}
	return 0;
}

int
tcp_tuple_parse(struct tcp_tuple *t, const char *peer, uint16_t peer_port, const char *local, uint16_t local_port)
{
	struct tcp_tuple made = {.peer_port = peer_port, .local_port = local_port};
	int family;

	if (!peer_port || !local_port || parse_address(peer, &made.family, made.peer, &made.interface) < 0 ||
	    parse_address(local, &family, made.local, &made.interface) < 0 || family != made.family)
		return -EINVAL;
	*t = made;
	return 0;
}

int
tcpinfo_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);

	return fd < 0 ? -errno : fd;
}

static int
ask(int fd, const struct tcp_tuple *t, uint32_t serial)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} q = {.head = {.nlmsg_len = sizeof q, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST,
		        .nlmsg_seq = serial},
	       .body = {.sdiag_family = (uint8_t)t->family, .sdiag_protocol = IPPROTO_TCP,
		        .idiag_ext = 1 << (INET_DIAG_INFO - 1), .idiag_states = ~0U}};

	q.body.id.idiag_sport = htons(t->local_port);
	q.body.id.idiag_dport = htons(t->peer_port);
	memcpy(q.body.id.idiag_src, t->local, 16);
	memcpy(q.body.id.idiag_dst, t->peer, 16);
	q.body.id.idiag_if = t->interface;
	q.body.id.idiag_cookie[0] = q.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return sendto(fd, &q, sizeof q, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0 ? -errno : 0;
}

static void
take_info(struct tcpinfo *out, const void *data, size_t len)
{
	struct tcp_info i;

	memset(&i, 0, sizeof i); /* an older kernel's is shorter */
	memcpy(&i, data, len < sizeof i ? len : sizeof i);
	out->not_sent = i.tcpi_notsent_bytes;
	out->unacked = i.tcpi_unacked;
	out->lost = i.tcpi_lost;
	out->retransmitted = i.tcpi_retrans;
	out->backoff = i.tcpi_backoff;
	out->retransmits = i.tcpi_retransmits;
	out->probes = i.tcpi_probes;
	out->rto_us = i.tcpi_rto;
	out->rtt_us = i.tcpi_rtt;
	out->rttvar_us = i.tcpi_rttvar;
	out->min_rtt_us = i.tcpi_min_rtt;
	out->segment = i.tcpi_snd_mss;
	out->window_segments = i.tcpi_snd_cwnd;
	out->last_ack_ms = i.tcpi_last_ack_recv;
	out->last_sent_ms = i.tcpi_last_data_sent;
	out->bytes_acked = i.tcpi_bytes_acked;
	out->bytes_sent = i.tcpi_bytes_sent;
	out->bytes_retransmitted = i.tcpi_bytes_retrans;
	out->delivery_rate = i.tcpi_delivery_rate;
	out->rate_app_limited = i.tcpi_delivery_rate_app_limited;
}

/* The look-up falls back to a listening socket of that port, so the result must be compared. */
static int
take_socket(struct tcpinfo *out, const struct tcp_tuple *t, const unsigned char *body, size_t len)
{
	struct inet_diag_msg m;
	struct tcpinfo made = {0};
	struct rtattr attr;
	bool found = false;

	if (len < sizeof m)
		return -EPROTO;
	memcpy(&m, body, sizeof m);
	if (m.idiag_state == STATE_LISTEN || m.idiag_state == STATE_TIME_WAIT || m.idiag_state == STATE_CLOSE ||
	    m.id.idiag_sport != htons(t->local_port) || m.id.idiag_dport != htons(t->peer_port))
		return -ENOENT;
	made.uid = m.idiag_uid;
	made.inode = m.idiag_inode;
	made.state = m.idiag_state;
	made.receive_queue = m.idiag_rqueue;
	made.send_queue = m.idiag_wqueue;
	for (size_t at = NLMSG_ALIGN(sizeof m); at + sizeof attr <= len; at += RTA_ALIGN(attr.rta_len)) {
		memcpy(&attr, body + at, sizeof attr);
		if (attr.rta_len < sizeof attr || attr.rta_len > len - at)
			return -EPROTO;
		if (attr.rta_type != INET_DIAG_INFO)
			continue;
		take_info(&made, body + at + RTA_LENGTH(0), attr.rta_len - RTA_LENGTH(0));
		found = true;
	}
	if (!found)
		return -EPROTO;
	*out = made;
	return 0;
}

static int
take_answer(struct tcpinfo *out, const struct tcp_tuple *t, const unsigned char *buf, size_t len)
{
	struct nlmsghdr head;
	struct nlmsgerr error;

	memcpy(&head, buf, sizeof head);
	if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > len)
		return -EPROTO;
	if (head.nlmsg_type == SOCK_DIAG_BY_FAMILY)
		return take_socket(out, t, buf + NLMSG_HDRLEN, head.nlmsg_len - NLMSG_HDRLEN);
	if (head.nlmsg_type != NLMSG_ERROR || head.nlmsg_len < NLMSG_HDRLEN + sizeof error)
		return -EPROTO;
	memcpy(&error, buf + NLMSG_HDRLEN, sizeof error);
	return error.error < 0 ? error.error : -EPROTO;
}

int
tcpinfo_read(int fd, const struct tcp_tuple *t, struct tcpinfo *out)
{
	static uint32_t serial;
	unsigned char buf[ANSWER_MAX];
	struct nlmsghdr head;
	int rc;

	if (t->family != AF_INET && t->family != AF_INET6)
		return -EINVAL;
	rc = ask(fd, t, ++serial);
	for (int i = 0; rc == 0 && i < TRIES; i++) {
		struct sockaddr_nl from = {0};
		socklen_t fromlen = sizeof from;
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &fromlen);

		if (n < 0)
			return -errno;
		if (from.nl_pid != 0 || (size_t)n < sizeof head)
			continue;
		memcpy(&head, buf, sizeof head);
		if (head.nlmsg_seq == serial)
			return take_answer(out, t, buf, (size_t)n);
	}
	return rc < 0 ? rc : -EPROTO;
}

int
tcpinfo_get(const struct tcp_tuple *t, struct tcpinfo *out)
{
	int fd = tcpinfo_open();
	int rc = fd < 0 ? fd : tcpinfo_read(fd, t, out);

	if (fd >= 0)
		close(fd);
	return rc;
}
