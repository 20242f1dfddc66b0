/* SPDX-License-Identifier: MIT */
#include "local.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "newfd.h"

#ifndef IUCLC /* not of POSIX */
#define IUCLC 0
#endif

static int terminal = -1;
static int keys = -1; /* the same terminal, opened once more: what is typed, read without blocking */
static struct termios before; /* as the person had it */
static struct termios ours;   /* raw */
static volatile sig_atomic_t raw;
static bool lent;

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS };

/* tcsetattr(3) is async-signal-safe; SA_RESETHAND lets the signal do its work. */
static void
crashed(int sig)
{
	if (raw)
		tcsetattr(terminal, TCSANOW, &before);
	raw = 0;
	raise(sig);
}

int
local_open(int fd)
{
	struct sigaction sa = { .sa_handler = crashed, .sa_flags = SA_RESETHAND };

	if (tcgetattr(fd, &before) != 0)
		return -ENOTTY;
	terminal = fd;
	keys = newfd_again(fd, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	atexit(local_cooked);
	for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
		sigaction(crashes[i], &sa, NULL);
	return 0;
}

bool
local_is_terminal(void)
{
	return terminal >= 0;
}

ssize_t
local_read(void *buf, size_t cap)
{
	struct pollfd p = { .fd = terminal, .events = POLLIN };

	if (keys >= 0)
		return read(keys, buf, cap);
	/* It could not be opened again, as after su(1): the moment between the two calls is left. */
	if (poll(&p, 1, 0) == 1)
		return read(terminal, buf, cap);
	errno = EAGAIN;
	return -1;
}

bool
local_is_raw(void)
{
	return raw;
}

int
local_raw(void)
{
	struct termios t = before;

	if (terminal < 0)
		return -ENOTTY;
	if (raw && !lent)
		return 0;
	t.c_iflag |= IGNPAR;
	t.c_iflag &= ~(tcflag_t)(ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXANY | IXOFF | IUCLC);
	t.c_lflag &= ~(tcflag_t)(ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
	t.c_oflag &= ~(tcflag_t)OPOST;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (tcsetattr(terminal, TCSADRAIN, &t) != 0)
		return -errno;
	ours = t;
	raw = 1;
	lent = false;
	return 0;
}

/* Our raw settings, with any echo: a child that read them before the terminal was lent to it has put them back. */
static bool
raw_again(void)
{
	struct termios now;

	return tcgetattr(terminal, &now) == 0 && now.c_iflag == ours.c_iflag && now.c_oflag == ours.c_oflag &&
	       ((now.c_lflag ^ ours.c_lflag) & ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL)) == 0;
}

/* Without echo, since a password may be typed; a child that wants an echo turns it on. */
bool
local_lend(bool lend)
{
	struct termios t = before;

	if (!raw || (lend == lent && !(lent && raw_again())))
		return false;
	if (lend) {
		t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
		lent = tcsetattr(terminal, TCSADRAIN, &t) == 0;
	} else {
		local_raw();
	}
	return true;
}

void
local_cooked(void)
{
	if (!raw)
		return;
	/* The settings may have been changed by a program of the person's while we were stopped; ours are the last. */
	tcsetattr(terminal, TCSADRAIN, &before);
	raw = 0;
	lent = false;
}

void
local_size(struct frame_size *size)
{
	struct winsize w;

	memset(size, 0, sizeof *size);
	if (terminal < 0 || ioctl(terminal, TIOCGWINSZ, &w) != 0)
		return;
	*size = (struct frame_size){ .rows = w.ws_row, .cols = w.ws_col, .xpixel = w.ws_xpixel, .ypixel = w.ws_ypixel };
}

void
local_suspend(void)
{
	bool was_raw = raw;
	const struct sigaction stops = { .sa_handler = SIG_DFL };
	struct sigaction was;
	sigset_t stop, old;

	local_cooked();
	sigaction(SIGTSTP, &stops, &was);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(0, SIGTSTP);
	/* Where sigwatch blocks SIGTSTP: unblocked, it stops us here. */
	sigprocmask(SIG_UNBLOCK, &stop, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGTSTP, &was, NULL);
	/* The shell that continued us may have changed the settings: these are the ones to put back at the end. */
	if (terminal >= 0)
		tcgetattr(terminal, &before);
	if (was_raw)
		local_raw();
}

/*
 * Mouse, focus, paste, cursor and keypad keys, kitty keyboard, modifyOtherKeys, origin, insert and synchronized
 * mode, margins, charset, pen, cursor.  Margins move the cursor, so it is kept over them.
 */
#define MODES \
	"\033[?2026l\033[?1000l\033[?1002l\033[?1003l\033[?1004l\033[?1005l\033[?1006l\033[?1015l\033[?2004l\033[?1l" \
	"\033>\033[<99u\033[>4m\033[4l\033[?7h"
#define PEN "\0337\033[?6l\033[r\0338\033(B\017\033[0m\033[?25h\033[0 q"

const char *
local_reset(bool alternate)
{
	return alternate ? MODES "\033[?1049l" PEN : MODES PEN;
}

bool
local_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
