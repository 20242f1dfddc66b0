/* SPDX-License-Identifier: MIT */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* What stty(1) calls sane, with UTF-8. */
static int
make_sane(int slave)
{
	static const cc_t chars[NCCS] = {
		[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1, [VSTART] = 17,
		[VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
	};
	struct termios t;

	if (tcgetattr(slave, &t))
		return -errno;
	t.c_iflag = BRKINT | ICRNL | IMAXBEL | IXON | IUTF8;
	t.c_oflag = OPOST | ONLCR;
	t.c_cflag = CS8 | CREAD;
	t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
	memcpy(t.c_cc, chars, sizeof chars);
	cfsetispeed(&t, B38400);
	cfsetospeed(&t, B38400);
	return tcsetattr(slave, TCSANOW, &t) ? -errno : 0;
}

/* Opens the slave through the master, so that no path can lead to another file. */
static int
open_slave(struct pty *p)
{
	int rc;

	if (unlockpt(p->master))
		return -errno;
	rc = ptsname_r(p->master, p->name, sizeof p->name);
	if (rc)
		return -rc;
	p->slave = ioctl(p->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return p->slave < 0 ? -errno : 0;
}

int
pty_open(struct pty *p, uint16_t rows, uint16_t cols, uint16_t xpixel, uint16_t ypixel)
{
	struct winsize size = {
		.ws_row = rows ? rows : 24, .ws_col = cols ? cols : 80, .ws_xpixel = xpixel, .ws_ypixel = ypixel,
	};
	struct pty got = PTY_NONE;
	int rc;

	got.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (got.master < 0)
		return -errno;
	rc = open_slave(&got);
	if (!rc)
		rc = make_sane(got.slave);
	if (!rc && ioctl(got.master, TIOCSWINSZ, &size))
		rc = -errno;
	if (rc)
		pty_close(&got);
	else
		*p = got;
	return rc;
}

int
pty_give(const struct pty *p, uid_t uid)
{
	const struct group *tty = getgrnam("tty");
	struct stat st;

	if (fstat(p->slave, &st))
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	if (fchown(p->slave, uid, tty ? tty->gr_gid : 0) || fchmod(p->slave, tty ? 0620 : 0600))
		return -errno;
	return 0;
}

void
pty_close(struct pty *p)
{
	if (p->slave >= 0)
		close(p->slave);
	if (p->master >= 0)
		close(p->master);
	p->slave = p->master = -1;
}
