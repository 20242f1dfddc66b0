/* SPDX-License-Identifier: MIT */
#include "keeptext.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "awaited.h"
#include "clock.h"
#include "config.h"
#include "fd.h"
#include "fdrange.h"
#include "keptdir.h"
#include "picture.h"
#include "picture_replies.h"

void
keeptext_rule(struct keeper *k, const struct leadermsg_keep *m)
{
	k->keep = m->unique[0] ? m->keep : CONFIG_KEEP_NONE;
	memcpy(k->unique, m->unique, sizeof k->unique);
}

static bool
wants(const struct keeper *k)
{
	return k->keep != CONFIG_KEEP_NONE && k->picture && k->unique[0];
}

/* Whether there is output that is not in the file, and nobody sees it. */
static bool
is_unsaved(const struct keeper *k)
{
	return wants(k) && k->state == KEEPER_RUNNING && k->dropped_at && !awaited_held(k) && k->ring.head != k->kept_at;
}

void
keeptext_watch(const struct keeper *k, struct loop *l)
{
	if (k->keep_due)
		loop_until(l, k->keep_due);
}

/* Removes the oldest file in DIR if there are more than KEEPTEXT_FILES: whether it has. */
static bool
remove_oldest(int dir)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	char oldest[NAME_MAX + 1] = "";
	struct timespec when = { 0 };
	const struct dirent *e;
	unsigned count = 0;
	struct stat st;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' || fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		count++;
		if (oldest[0] && (st.st_mtim.tv_sec > when.tv_sec ||
		                  (st.st_mtim.tv_sec == when.tv_sec && st.st_mtim.tv_nsec >= when.tv_nsec)))
			continue;
		snprintf(oldest, sizeof oldest, "%s", e->d_name);
		when = st.st_mtim;
	}
	if (d)
		closedir(d);
	else if (again >= 0)
		close(again);
	return count > KEEPTEXT_FILES && unlinkat(dir, oldest, 0) == 0;
}

/* In a process of its own. */
static void
write_file(const char *home, const char *unique, const unsigned char *text, size_t len)
{
	char unfinished[48];
	int dir = keptdir_open(home, true), fd;

	if (dir < 0)
		return;
	snprintf(unfinished, sizeof unfinished, ".%s", unique);
	unlinkat(dir, unfinished, 0);
	fd = openat(dir, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (fd_write_all(fd, text, len) || renameat(dir, unfinished, dir, unique))
		unlinkat(dir, unfinished, 0);
	for (int i = 0; i < KEEPTEXT_FILES && remove_oldest(dir); i++)
		;
}

/*
 * A child's child, which no one waits for: the kernel adds what a child that is waited for has written to the keeper's
 * own sums, by which the next keeper knows what this one had done (vital.h).
 */
static void
start_writer(const struct keeper *k, const unsigned char *text, size_t len)
{
	pid_t pid = fork();

	if (pid > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	if (pid)
		return;
	if (fdrange_close(3, ~0u) < 0 || fork())
		_exit(0);
	/* The keeper's are in memory that it does not share with a child. */
	fd_sum_into(NULL);
	write_file(k->init.home, k->unique, text, len);
	_exit(0);
}

static void
save(struct keeper *k)
{
	unsigned char *text;
	size_t len;

	k->kept_at = k->ring.head;
	if (picture_text(k, k->keep == CONFIG_KEEP_SCROLLBACK, &text, &len) < 0)
		return;
	start_writer(k, text, len);
	free(text);
}

void
keeptext_turn(struct keeper *k)
{
	uint64_t now;

	if (!k->keep_due && !is_unsaved(k))
		return;
	now = clock_now_ms();
	if (!is_unsaved(k)) {
		k->keep_due = 0;
	} else if (!k->keep_due) {
		k->keep_due = now + (k->kept_at ? KEEPTEXT_MS : KEEPTEXT_FIRST_MS);
	} else if (now >= k->keep_due) {
		k->keep_due = 0;
		save(k);
	}
}

void
keeptext_end(struct keeper *k)
{
	if (wants(k))
		save(k);
}
