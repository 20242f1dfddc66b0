/* SPDX-License-Identifier: MIT */
/*
 * bench-relay: the least that a process between sshd and a shell can be: a measure of what anybody who holds a pty
 * costs, whatever else he does.
 *
 *   bench-relay COMMAND [ARGUMENT…]
 *
 * COMMAND runs in a pty, and bytes are passed on, in the way that was measured to be the fastest: a read of what the pty gives
 * (4 KB), again while it gives that much, and a write of all of it.  It keeps nothing, knows no sizes, and ends with COMMAND.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

#define PIECE 4096
#define PIECES 4

static int
put(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			(void)poll(&room, 1, -1);
		} else if (n <= 0) {
			return -1;
		} else {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* All that FROM has now, up to PIECES reads. */
static int
pass(int from, int to)
{
	static char buf[PIECE * PIECES];
	size_t len = 0;
	ssize_t n;

	do {
		n = read(from, buf + len, PIECE);
		if (n > 0)
			len += (size_t)n;
	} while (n > PIECE / 4 && len + PIECE <= sizeof buf);
	if (!len)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	return put(to, buf, len);
}

int
main(int argc, char **argv)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct termios raw;
	int master;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = forkpty(&master, NULL, NULL, &size);
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0 || fcntl(0, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return 1;
	if (tcgetattr(0, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(0, TCSANOW, &raw);
	}
	for (;;) {
		struct pollfd p[2] = { { .fd = 0, .events = POLLIN }, { .fd = master, .events = POLLIN } };

		if (poll(p, 2, -1) < 0)
			return 1;
		if ((p[0].revents && pass(0, master) < 0) || (p[1].revents && pass(master, 1) < 0))
			return 0;
	}
}
