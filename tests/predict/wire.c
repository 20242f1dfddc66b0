/* SPDX-License-Identifier: MIT */
/*
 * wire DEVICE MS LOSS SEED PID: a long line between two network namespaces, for kernels without netem.  A device
 * DEVICE (tun) is made in this namespace and one in that of process PID.  A packet that goes into one comes out of the
 * other MS milliseconds later; LOSS of 1000 are lost, chosen by SEED.  Prints a line when both devices are there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PACKETS 4096 /* on the way, each way; more are lost, as on a real line */
#define PACKET 2048

/* One way: a circle of packets. */
struct way {
	int from, to;
	struct packet {
		uint64_t due;
		size_t len;
		unsigned char bytes[PACKET];
	} *packet;
	unsigned first, count;
};

static uint64_t delay_ns, seed;
static unsigned loss;

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* xorshift64: the same losses for the same seed. */
static int
is_lost(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % 1000 < loss;
}

static void
take(struct way *w)
{
	unsigned char bytes[PACKET];
	ssize_t n;

	while ((n = read(w->from, bytes, sizeof bytes)) > 0) {
		struct packet *p = &w->packet[(w->first + w->count) % PACKETS];

		if (w->count == PACKETS || is_lost())
			continue;
		memcpy(p->bytes, bytes, (size_t)n);
		p->len = (size_t)n;
		p->due = now_ns() + delay_ns;
		w->count++;
	}
}

static void
give(struct way *w, uint64_t now)
{
	while (w->count && w->packet[w->first].due <= now) {
		struct packet *p = &w->packet[w->first];

		/* a device that is down takes none: lost as well */
		(void)!write(w->to, p->bytes, p->len);
		w->first = (w->first + 1) % PACKETS;
		w->count--;
	}
}

static int
device(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0) {
		perror("wire: tun");
		exit(1);
	}
	return fd;
}

static void
enter_network_of(const char *pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%s/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static void
carry(struct way *w)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = w[0].from, .events = POLLIN }, { .fd = w[1].from, .events = POLLIN } };
		uint64_t now = now_ns(), next = UINT64_MAX;
		struct timespec ts;

		for (unsigned i = 0; i < 2; i++)
			if (w[i].count && w[i].packet[w[i].first].due < next)
				next = w[i].packet[w[i].first].due;
		next = next == UINT64_MAX ? 1000000000u : next > now ? next - now : 0;
		ts = (struct timespec){ .tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u) };
		if (ppoll(p, 2, &ts, NULL) < 0 && errno != EINTR)
			exit(1);
		for (unsigned i = 0; i < 2; i++) {
			take(&w[i]);
			give(&w[i], now_ns());
		}
	}
}

int
main(int argc, char **argv)
{
	struct way w[2] = { { .from = -1 }, { .from = -1 } };

	if (argc != 6) {
		fprintf(stderr, "usage: wire DEVICE MS LOSS SEED PID\n");
		return 2;
	}
	delay_ns = (uint64_t)(atof(argv[2]) * 1e6);
	loss = (unsigned)atoi(argv[3]);
	seed = (uint64_t)atoll(argv[4]) * 2654435761u + 88172645463325252u;
	w[0].from = w[1].to = device(argv[1]);
	enter_network_of(argv[5]);
	w[1].from = w[0].to = device(argv[1]);
	for (unsigned i = 0; i < 2; i++)
		if (!(w[i].packet = calloc(PACKETS, sizeof *w[i].packet)))
			return 1;
	printf("ok\n");
	fflush(stdout);
	carry(w);
}
