/* SPDX-License-Identifier: MIT */
#include "oomwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"
#include "clock.h"
#include "fd.h"

#define CGROUPS_MAX 8192
#define EVENTS_MAX 512
#define RECORDS_MAX 65536       /* of the kernel's log */
#define RECORD_MAX 8192
#define FIRST_PID_NS 0xEFFFFFFCu /* the inode of the namespace that the kernel's log means (PROC_PID_INIT_INO) */

uint64_t
oomwatch_parse(const char *text)
{
	static const char key[] = "oom_kill ";

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, sizeof key - 1) == 0)
			return strtoull(line + sizeof key - 1, NULL, 10);
	}
	return 0;
}

/* Whether LIST, controllers with commas between, has CONTROLLER; v2 has the empty list. */
static bool
has_controller(const char *list, size_t len, const char *controller)
{
	size_t want = strlen(controller);

	if (!want)
		return !len;
	for (size_t at = 0; at < len;) {
		const char *comma = memchr(list + at, ',', len - at);
		size_t end = comma ? (size_t)(comma - list) : len;

		if (end - at == want && memcmp(list + at, controller, want) == 0)
			return true;
		at = end + 1;
	}
	return false;
}

int
oomwatch_path(const char *cgroups, const char *controller, char *path, size_t cap)
{
	for (const char *line = cgroups; line && *line;) {
		const char *newline = strchr(line, '\n');
		size_t len = newline ? (size_t)(newline - line) : strlen(line);
		const char *first = memchr(line, ':', len);
		const char *second = first ? memchr(first + 1, ':', len - (size_t)(first + 1 - line)) : NULL;

		if (second && has_controller(first + 1, (size_t)(second - first - 1), controller)) {
			size_t left = len - (size_t)(second + 1 - line);

			if (left < 1 || left >= cap)
				return -ENOENT;
			memcpy(path, second + 1, left);
			path[left] = '\0';
			return 0;
		}
		line = newline ? newline + 1 : NULL;
	}
	return -ENOENT;
}

static int
open_counter(const char *root, const char *below, const char *path, const char *name)
{
	char file[2 * PATH_CAP];

	if (snprintf(file, sizeof file, "%s%s%s/%s", root, below, path, name) >= (int)sizeof file)
		return -1;
	return open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

void
oomwatch_open(struct oomwatch *w, const char *root)
{
	char text[CGROUPS_MAX], path[PATH_CAP];
	int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, text, sizeof text - 1);

	*w = (struct oomwatch)OOMWATCH_INIT;
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	if (oomwatch_path(text, "", path, sizeof path) == 0) {
		w->fd = open_counter(root, "", path, "memory.events");
		w->polls = w->fd >= 0;
	}
	if (w->fd < 0 && oomwatch_path(text, "memory", path, sizeof path) == 0)
		w->fd = open_counter(root, "/memory", path, "memory.oom_control");
	oomwatch_look(w);
	w->at_ms = 0;
}

void
oomwatch_look(struct oomwatch *w)
{
	char text[EVENTS_MAX];
	uint64_t kills;
	ssize_t n = w->fd < 0 ? -1 : pread(w->fd, text, sizeof text - 1, 0);

	/* A cgroup that has been removed would be reported for ever. */
	if (n <= 0) {
		oomwatch_close(w);
		return;
	}
	text[n] = '\0';
	kills = oomwatch_parse(text);
	if (kills > w->kills)
		w->at_ms = clock_now_ms();
	w->kills = kills;
}

bool
oomwatch_recent(struct oomwatch *w)
{
	oomwatch_look(w);
	return w->at_ms && clock_now_ms() - w->at_ms <= OOMWATCH_RECENT_MS;
}

void
oomwatch_close(struct oomwatch *w)
{
	fd_close(&w->fd);
	w->polls = false;
}

bool
oomwatch_is_kill_of(const char *record, pid_t pid)
{
	/* "Out of memory: Killed process 12 (x) ..." and "Memory cgroup out of memory: Killed process 12 (x) ..." */
	static const char words[] = "ut of memory: Killed process ";
	const char *at = strstr(record, words);

	/* Only as the text of the record itself: what a program writes there stands behind another facility or name. */
	return at && strtol(at + sizeof words - 1, NULL, 10) == (long)pid;
}

/* "6,1234,5678901,-;text": whether the kernel itself has written it, at *US. */
static bool
take_head(const char *record, uint64_t *us, const char **text)
{
	unsigned prefix;
	uint64_t number;
	const char *semicolon = strchr(record, ';');

	if (!semicolon || sscanf(record, "%u,%" SCNu64 ",%" SCNu64 ",", &prefix, &number, us) != 3)
		return false;
	*text = semicolon + 1;
	return prefix >> 3 == 0;
}

bool
oomwatch_logged(pid_t pid, uint64_t since_us)
{
	char record[RECORD_MAX];
	const char *text;
	struct stat ns;
	bool found = false;
	uint64_t us;
	ssize_t n;
	int fd;

	/* In another namespace the numbers are others. */
	if (pid <= 0 || stat("/proc/self/ns/pid", &ns) || ns.st_ino != FIRST_PID_NS)
		return false;
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	for (int i = 0; fd >= 0 && !found && i < RECORDS_MAX; i++) {
		n = read(fd, record, sizeof record - 1);
		if (n < 0 && errno == EPIPE)
			continue; /* overwritten: the next one is read */
		if (n <= 0)
			break;
		record[n] = '\0';
		found = take_head(record, &us, &text) && us >= since_us && oomwatch_is_kill_of(text, pid);
	}
	if (fd >= 0)
		close(fd);
	return found;
}
