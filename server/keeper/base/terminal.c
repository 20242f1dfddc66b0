/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fd.h"
#include "settings.h"

#define PTS_MAJOR 136 /* Documentation/admin-guide/devices.txt: UNIX98 pty slaves */

static int
make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return flags & O_ACCMODE;
}

static int
check_tty(int fd)
{
	int mode = make_nonblocking(fd);

	if (mode < 0)
		return mode;
	if (!isatty(fd))
		return -ENOTTY;
	return mode == O_RDWR ? 0 : -EINVAL;
}

static int
check_pipes(int in, int out)
{
	int in_mode = make_nonblocking(in), out_mode = make_nonblocking(out);

	if (in_mode < 0 || out_mode < 0)
		return in_mode < 0 ? in_mode : out_mode;
	return in_mode != O_WRONLY && out_mode != O_RDONLY ? 0 : -EINVAL;
}

int
terminal_open(struct terminal *t, const int *fds, unsigned count)
{
	int rc = count == 1 ? check_tty(fds[0]) : count == 2 ? check_pipes(fds[0], fds[1]) : -EINVAL;

	if (rc)
		return rc;
	memset(t, 0, sizeof *t);
	t->pipes = count == 2;
	t->in = fds[0];
	t->out = t->pipes ? fds[1] : fds[0];
	return 0;
}

int
terminal_start(struct terminal *t)
{
	struct termios raw;

	if (t->pipes)
		return 0;
	if (tcgetattr(t->in, &raw) < 0)
		return -errno;
	if (!t->known)
		t->saved = raw;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(t->in, TCSANOW, &raw) < 0)
		return -errno;
	/* A stop from before that would stay unnoticed. */
	settings_let_go_on(t->in);
	/* The terminal may have changed them: terminal_close() compares these. */
	t->raw = tcgetattr(t->in, &t->set) == 0;
	return 0;
}

/*
 * Whether the settings are still ours.  Where holdfast-login was killed, the login's shell may have its own on already
 * when we hear of it.
 */
static bool
settings_are_ours(const struct terminal *t)
{
	struct termios now;

	return tcgetattr(t->in, &now) == 0 && now.c_iflag == t->set.c_iflag && now.c_oflag == t->set.c_oflag &&
	       now.c_lflag == t->set.c_lflag && now.c_cflag == t->set.c_cflag;
}

uint32_t
terminal_pts(const struct terminal *t)
{
	struct stat st;

	return !t->pipes && fstat(t->in, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) == PTS_MAJOR
	               ? (uint32_t)minor(st.st_rdev) + 1
	               : 0;
}

bool
terminal_update_size(struct terminal *t)
{
	struct winsize now;

	if (t->pipes || ioctl(t->in, TIOCGWINSZ, &now) < 0 || memcmp(&now, &t->size, sizeof now) == 0)
		return false;
	t->size = now;
	return true;
}

/* The terminal has got ALL output up to t->offset; else it is in the middle of something. */
static void
note_shown(struct terminal *t, bool all)
{
	if (t->shown)
		__atomic_store_n(t->shown, all ? t->offset + 1 : 0, __ATOMIC_RELEASE);
}

void
terminal_stands(struct terminal *t)
{
	note_shown(t, true);
}

void
terminal_paint(struct terminal *t, unsigned char *bytes, size_t len, uint64_t offset)
{
	note_shown(t, false);
	free(t->paint);
	t->paint = bytes;
	t->paint_len = bytes ? len : 0;
	t->paint_at = 0;
	t->offset = offset;
}

/*
 * Writes as much of LEN bytes as it takes: how many, or -1 when the terminal is gone.  One that took less than all is
 * full: asking again costs a call and brings nothing.
 */
static ssize_t
write_some(int fd, const unsigned char *p, size_t len)
{
	ssize_t n;

	do
		n = fd_write(fd, p, len);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return n > 0 ? n : -1;
}

/* The same with output of the ring from t->offset on, which it counts. */
static ssize_t
write_ring(struct terminal *t, const unsigned char *p, size_t len)
{
	ssize_t n;

	if (t->shown)
		vital_intend(t->vital, VITAL_SHOWN, t->place, t->offset);
	n = write_some(t->out, p, len);
	if (n > 0)
		t->offset += (uint64_t)n;
	if (t->shown) {
		note_shown(t, true);
		vital_done(t->vital);
	}
	return n;
}

/* The same, but no more than the connection is to be given now. */
static ssize_t
write_paced(struct terminal *t, const unsigned char *p, size_t len)
{
	size_t done = 0, may = 1, put = 1;

	while (done < len && put == may && (may = pacing_allow(&t->pace, len - done))) {
		ssize_t n = t->paint ? write_some(t->out, p + done, may) : write_ring(t, p + done, may);

		if (n < 0)
			return -1;
		put = (size_t)n;
		pacing_wrote(&t->pace, put);
		done += put;
	}
	return (ssize_t)done;
}

bool
terminal_behind(const struct terminal *t, const struct ring *r)
{
	return t->flow == TERMINAL_WAITING || t->paint_at < t->paint_len || t->offset < r->head;
}

/* Sets the flow, after a write of N bytes. */
static void
note_progress(struct terminal *t, const struct ring *r, ssize_t n)
{
	if (!terminal_behind(t, r)) {
		t->flow = TERMINAL_FLOWING;
	} else if (n > 0 || t->flow == TERMINAL_FLOWING) {
		t->flow = TERMINAL_BLOCKED;
		t->since = 0;
	}
}

void
terminal_push(struct terminal *t, const struct ring *r)
{
	ssize_t n = 0, m;

	if (t->dead || t->flow == TERMINAL_ASIDE || t->flow == TERMINAL_WAITING || !terminal_behind(t, r))
		return;
	if (t->paint_at < t->paint_len) {
		n = write_paced(t, t->paint + t->paint_at, t->paint_len - t->paint_at);
		if (n > 0)
			t->paint_at += (size_t)n;
		if (t->paint_at == t->paint_len) {
			free(t->paint);
			t->paint = NULL;
			t->paint_len = t->paint_at = 0;
			note_shown(t, true);
		}
	}
	if (n >= 0 && !t->paint && t->offset < r->head) {
		m = write_paced(t, ring_at(r, t->offset), (size_t)(r->head - t->offset));
		n = m < 0 ? -1 : n + m;
	}
	if (n < 0)
		t->dead = true;
	else
		note_progress(t, r, n);
}

size_t
terminal_read(struct terminal *t)
{
	ssize_t n = keys_read(&t->keys, t->in, t->input, TERMINAL_INPUT);

	t->input_at = t->input_len = 0;
	if (n < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			t->dead = true;
		return 0;
	}
	if (n == 0) {
		if (t->pipes)
			t->input_ended = true;
		else
			t->dead = true;
		return 0;
	}
	if (t->readonly) {
		keys_set(&t->keys, t->input, 0, 0);
		return 0;
	}
	t->input_len = (size_t)n;
	return t->input_len;
}

void
terminal_close(struct terminal *t)
{
	if (t->in < 0)
		return;
	if (t->raw && settings_are_ours(t))
		tcsetattr(t->in, TCSANOW, &t->saved);
	free(t->paint);
	keys_close(&t->keys);
	close(t->in);
	if (t->out != t->in)
		close(t->out);
	memset(t, 0, sizeof *t);
	t->in = t->out = -1;
}
