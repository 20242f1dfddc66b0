/* SPDX-License-Identifier: MIT */
/*
 * carry: `carry SOCKET`: copies between a unix socket and its standard input and output, as ssh -e would carry
 * bytes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* False at the end of FROM, or when TO takes nothing more. */
static int
copy(int from, int to)
{
	char buf[65536];
	ssize_t n = read(from, buf, sizeof buf), done = 0, w;

	if (n <= 0)
		return n < 0 && (errno == EINTR || errno == EAGAIN);
	while (done < n) {
		w = write(to, buf + done, (size_t)(n - done));
		if (w > 0) {
			done += w;
		} else if (errno == EAGAIN) {
			struct pollfd p = { .fd = to, .events = POLLOUT };

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return 0;
		}
	}
	return 1;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN }, { .events = POLLIN } };

	signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || strlen(argv[1]) >= sizeof a.sun_path)
		return 2;
	strcpy(a.sun_path, argv[1]);
	p[1].fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(p[1].fd, (struct sockaddr *)&a, sizeof a) != 0)
		return 255;
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents && !copy(p[1].fd, 1))
			return 255;
		/* A host that reads no more may have said something before: that is still carried. */
		if (p[0].revents && !copy(0, p[1].fd))
			p[0].fd = -1;
	}
}
