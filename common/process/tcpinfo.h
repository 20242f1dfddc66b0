/* SPDX-License-Identifier: MIT */
/*
 * tcpinfo: the kernel's figures of a TCP connection of another process, found by its four-tuple.
 *
 * NETLINK_SOCK_DIAG answers any user about any socket of the caller's own network namespace (sock_diag(7)); the
 * query is one hash look-up and costs a few microseconds.  The kernel answers within the call, without a wait.
 *
 * -ENOENT means "not in this network namespace".  It means that the connection is gone only if
 * the caller is in the namespace of the connection's sshd.
 */
#ifndef HOLDFAST_TCPINFO_H
#define HOLDFAST_TCPINFO_H

#include <stdbool.h>
#include <stdint.h>

struct tcp_tuple {
	int family;                /* AF_INET, AF_INET6; 0: unknown */
	uint16_t peer_port, local_port;
	uint32_t interface;        /* of a link-local address, else 0 */
	unsigned char peer[16], local[16]; /* network byte order; IPv4: the first four */
};

/* Fields that this kernel does not have are 0. */
struct tcpinfo {
	uint32_t uid;              /* of the socket's user */
	uint32_t inode;            /* as in the link of a descriptor, "socket:[inode]"; 0: no process has it open */
	unsigned state;            /* 1 ESTABLISHED, 4 FIN_WAIT1, 8 CLOSE_WAIT …: enum of <netinet/tcp.h> */
	uint32_t receive_queue;    /* bytes that the process has not read */
	uint32_t send_queue;       /* bytes written and not acknowledged: in flight and not sent yet */
	uint32_t not_sent;         /* those of them that were not sent yet */
	uint32_t unacked;          /* segments in flight */
	uint32_t lost, retransmitted; /* of these segments; `retransmitted` counts present ones, not all of the past */
	unsigned backoff;          /* doublings of the retransmission timer since the last acknowledgement */
	unsigned retransmits;      /* timeouts since then; probes of a closed window count in `probes` */
	unsigned probes;
	uint32_t rto_us, rtt_us, rttvar_us, min_rtt_us;
	uint32_t segment;          /* bytes */
	uint32_t window_segments;  /* congestion window */
	uint32_t last_ack_ms;      /* since an acknowledgement came, of any kind */
	uint32_t last_sent_ms;     /* since data were sent */
	uint64_t bytes_acked, bytes_sent, bytes_retransmitted;
	uint64_t delivery_rate;    /* bytes a second, the latest measurement */
	bool rate_app_limited;     /* true: there was not enough data to send, so the link may be faster */
};

/*
 * From numeric addresses as SSH_CONNECTION has them: IPv4, IPv6, link-local with %interface, IPv4 mapped into IPv6
 * (taken as IPv4, under which the kernel finds both).  0; -EINVAL for anything else, or a port that is 0.
 */
int tcp_tuple_parse(struct tcp_tuple *t, const char *peer, uint16_t peer_port, const char *local,
                    uint16_t local_port);

/* A descriptor (CLOEXEC) to ask through, closed with close(2); or -errno. */
int tcpinfo_open(void);
/*
 * 0 and *out; -ENOENT: there is no such connection (listening and TIME_WAIT are none); -EINVAL for an unknown
 * tuple; or another -errno (-EPROTO: a malformed answer), after which the caller should go on
 * without it.
 */
int tcpinfo_read(int fd, const struct tcp_tuple *t, struct tcpinfo *out);
/* The same with a descriptor of its own, for a single query. */
int tcpinfo_get(const struct tcp_tuple *t, struct tcpinfo *out);

#endif
