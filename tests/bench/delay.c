/* SPDX-License-Identifier: MIT */
/*
 * delay LISTEN TO MS: a long line.  Connections to port LISTEN of 127.0.0.1 are passed on to port TO, and every byte
 * comes MS milliseconds later, each way.  As much is on the way as the two ends let be (DELAY_MAX at most), so it is
 * their windows that are measured.  Prints a line when it listens.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DELAY_MAX (64u << 20) /* bytes on the way, each way */
#define PIECES 65536u         /* that they came in */
#define PIECE 65536u

/* One way of a connection: a circle of bytes, and when each piece of them is due. */
struct way {
	int from, to;
	unsigned char *bytes;
	uint64_t put, given;
	struct { uint64_t end, due; } piece[PIECES];
	unsigned first, count;
	int ended;
};

static uint64_t delay_ns;

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
take(struct way *w)
{
	size_t at = (size_t)(w->put % DELAY_MAX), room = DELAY_MAX - (size_t)(w->put - w->given);
	ssize_t n;

	if (room > DELAY_MAX - at)
		room = DELAY_MAX - at;
	n = recv(w->from, w->bytes + at, room < PIECE ? room : PIECE, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		w->ended = 1;
	else
		w->put += (uint64_t)n;
	w->piece[(w->first + w->count) % PIECES].end = w->put;
	w->piece[(w->first + w->count++) % PIECES].due = now_ns() + delay_ns;
}

/* How far the bytes are due. */
static uint64_t
due_until(const struct way *w, uint64_t now)
{
	uint64_t end = w->given;

	for (unsigned i = 0; i < w->count && w->piece[(w->first + i) % PIECES].due <= now; i++)
		end = w->piece[(w->first + i) % PIECES].end;
	return end;
}

/* Whether this way is over. */
static int
give(struct way *w, uint64_t now)
{
	uint64_t end = due_until(w, now);

	while (w->given < end) {
		size_t at = (size_t)(w->given % DELAY_MAX), n = (size_t)(end - w->given);
		ssize_t sent;

		if (n > DELAY_MAX - at)
			n = DELAY_MAX - at;
		sent = send(w->to, w->bytes + at, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return 1;
		if (sent <= 0)
			break;
		w->given += (uint64_t)sent;
	}
	while (w->count && w->piece[w->first].end <= w->given && w->piece[w->first].due <= now) {
		w->first = (w->first + 1) % PIECES;
		w->count--;
	}
	return w->ended && !w->count;
}

static int
takes(const struct way *w)
{
	return !w->ended && w->count < PIECES - 1 && w->put - w->given < DELAY_MAX;
}

/* One connection, until one end has gone. */
static void
carry(struct way *w)
{
	for (;;) {
		struct pollfd p[4];
		uint64_t now = now_ns(), next = now + 1000000000u;
		struct timespec ts;

		for (unsigned i = 0; i < 2; i++) {
			int waits = due_until(&w[i], now) > w[i].given;

			p[2 * i] = (struct pollfd){ .fd = takes(&w[i]) ? w[i].from : -1, .events = POLLIN };
			p[2 * i + 1] = (struct pollfd){ .fd = waits ? w[i].to : -1, .events = POLLOUT };
			if (!waits && w[i].count && w[i].piece[w[i].first].due < next)
				next = w[i].piece[w[i].first].due;
		}
		now = now_ns();
		next = next > now ? next - now : 0;
		ts = (struct timespec){ .tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u) };
		ppoll(p, 4, &ts, NULL);
		for (unsigned i = 0; i < 2; i++) {
			if (p[2 * i].revents)
				take(&w[i]);
			if (give(&w[i], now_ns()))
				return;
		}
	}
}

static void
serve(int near, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
	                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct way *w = calloc(2, sizeof *w);

	if (!w || far < 0 || connect(far, (struct sockaddr *)&to, sizeof to) < 0)
		_exit(1);
	for (unsigned i = 0; i < 2; i++) {
		w[i].from = i ? far : near;
		w[i].to = i ? near : far;
		w[i].bytes = malloc(DELAY_MAX);
		setsockopt(w[i].from, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (!w[i].bytes)
			_exit(1);
	}
	carry(w);
	_exit(0);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: delay LISTEN TO MS\n");
		return 2;
	}
	signal(SIGCHLD, SIG_IGN);
	at.sin_port = htons((uint16_t)atoi(argv[1]));
	delay_ns = (uint64_t)(atof(argv[3]) * 1e6);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 16) < 0) {
		perror("delay");
		return 1;
	}
	printf("ok\n");
	fflush(stdout);
	for (;;) {
		int near = accept(listener, NULL, NULL);

		if (near < 0)
			continue;
		if (fork() == 0)
			serve(near, (uint16_t)atoi(argv[2]));
		close(near);
	}
}
