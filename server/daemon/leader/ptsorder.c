/* SPDX-License-Identifier: MIT */
#include "ptsorder.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The unit test has its own. */
#ifndef GUESSED_MS
#define GUESSED_MS 4500 /* who(1) looks at 5 s, and the login began a little before its terminal was there */
#endif
#define TRIES 5
#define TRY_MS 4 /* the clock of files may move no more often */

/* A descriptor of the terminal TTY, for fstat and fchown alone, or -1; its times in *ST. */
static int
open_terminal(const char *tty, uid_t owner, struct stat *st)
{
	int fd = tty[0] ? open(tty, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (fd >= 0 && (fstat(fd, st) || !S_ISCHR(st->st_mode) || st->st_uid != owner)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static bool
is_recent(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)(now.tv_sec - t->tv_sec) * 1000 + (now.tv_nsec - t->tv_nsec) / 1000000 <= GUESSED_MS;
}

/* Sets st_ctime and nothing else. */
static void
change(int fd, struct stat *st)
{
	if (!fchownat(fd, "", (uid_t)-1, (gid_t)-1, AT_EMPTY_PATH))
		fstat(fd, st);
}

static void
put_behind(int fd, struct stat *st, const struct timespec *first)
{
	static const struct timespec pause = { .tv_nsec = TRY_MS * 1000000L };

	change(fd, st);
	for (int i = 0; i < TRIES && !is_later(&st->st_ctim, first); i++) {
		nanosleep(&pause, NULL);
		change(fd, st);
	}
}

void
ptsorder_first(const char *tty, const char *other, uid_t owner)
{
	struct stat st = { .st_mode = 0 }, other_st = { .st_mode = 0 };
	int fd = open_terminal(tty, owner, &st), other_fd = other ? open_terminal(other, owner, &other_st) : -1;

	if (fd >= 0 && !other) {
		change(fd, &st);
	} else if (fd >= 0 && other_fd >= 0 && st.st_rdev != other_st.st_rdev && is_recent(&other_st.st_ctim)) {
		if (!is_later(&st.st_ctim, &other_st.st_ctim))
			change(fd, &st);
		put_behind(other_fd, &other_st, &st.st_ctim);
	}
	if (fd >= 0)
		close(fd);
	if (other_fd >= 0)
		close(other_fd);
}

void
ptsorder_last(const char *tty, uid_t owner)
{
	struct stat st;
	int fd = open_terminal(tty, owner, &st);

	if (fd < 0)
		return;
	change(fd, &st);
	close(fd);
}
