/* SPDX-License-Identifier: MIT */
#include "procfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

/* The Groups line of a user with 65,536 groups fits. */
#define STATUS_MAX (1 << 20)

ssize_t
procfile_read(int dir, const char *name, char *buf, size_t cap)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = fd_read(fd, buf + len, cap - len);
		if (n < 0)
			n = errno == EINTR ? 1 : -errno;
		else
			len += (size_t)n;
	} while (n > 0 && len < cap);
	close(fd);
	if (n < 0)
		return n;
	return len == cap ? -E2BIG : (ssize_t)len;
}

/* A decimal number between START and END, all of it: 0 or -EBADMSG. */
static int
parse_number(const char *start, const char *end, uint64_t max, uint64_t *v)
{
	uint64_t got = 0;

	if (start == end || end - start > 10)
		return -EBADMSG;
	for (; start < end; start++) {
		if (*start < '0' || *start > '9')
			return -EBADMSG;
		got = got * 10 + (uint64_t)(*start - '0');
	}
	if (got > max)
		return -EBADMSG;
	*v = got;
	return 0;
}

/* "real<TAB>effective<TAB>saved<TAB>fs" */
static int
parse_uids(uid_t uid[4], const char *start, const char *end)
{
	for (int i = 0; i < 4; i++) {
		const char *stop = i < 3 ? memchr(start, '\t', (size_t)(end - start)) : end;
		uint64_t v;

		if (!stop || parse_number(start, stop, UINT32_MAX, &v))
			return -EBADMSG;
		uid[i] = (uid_t)v;
		start = stop + 1;
	}
	return 0;
}

/* 16 hexadecimal digits; a set that is said twice, unless it is empty, is refused. */
static int
parse_capabilities(uint64_t *set, const char *start, const char *end)
{
	uint64_t got = 0;

	if (*set || end - start != 16)
		return -EBADMSG;
	for (; start < end; start++) {
		if (*start >= '0' && *start <= '9')
			got = got << 4 | (uint64_t)(*start - '0');
		else if (*start >= 'a' && *start <= 'f')
			got = got << 4 | (uint64_t)(*start - 'a' + 10);
		else
			return -EBADMSG;
	}
	*set = got;
	return 0;
}

/* Four octal digits. */
static int
parse_umask(long *v, const char *start, const char *end)
{
	long got = 0;

	if (*v != -1 || end - start != 4)
		return -EBADMSG;
	for (; start < end; start++) {
		if (*start < '0' || *start > '7')
			return -EBADMSG;
		got = got << 3 | (*start - '0');
	}
	*v = got;
	return 0;
}

/* Parses one line: 0 or -EBADMSG.  Ignores other keys. */
static int
parse_line(struct procfile_status *s, bool *have_uid, const char *line, const char *end)
{
	struct {
		const char *key;
		long *value;
	} numbers[] = {
		{ "NoNewPrivs:\t", &s->no_new_privs },
		{ "Seccomp:\t", &s->seccomp },
		{ "Seccomp_filters:\t", &s->seccomp_filters },
	};
	size_t len = (size_t)(end - line);

	if (len >= 5 && memcmp(line, "Uid:\t", 5) == 0) {
		int rc = *have_uid ? -EBADMSG : parse_uids(s->uid, line + 5, end);

		*have_uid = true;
		return rc;
	}
	if (len >= 8 && memcmp(line, "CapBnd:\t", 8) == 0)
		return parse_capabilities(&s->cap_bounding, line + 8, end);
	if (len >= 7 && memcmp(line, "Umask:\t", 7) == 0)
		return parse_umask(&s->umask, line + 7, end);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		size_t key = strlen(numbers[i].key);
		uint64_t v;

		if (len < key || memcmp(line, numbers[i].key, key) != 0)
			continue;
		if (*numbers[i].value != -1 || parse_number(line + key, end, INT32_MAX, &v))
			return -EBADMSG;
		*numbers[i].value = (long)v;
	}
	return 0;
}

int
procfile_parse_status(struct procfile_status *s, const char *text, size_t len)
{
	struct procfile_status got = { .umask = -1, .no_new_privs = -1, .seccomp = -1, .seccomp_filters = -1 };
	const char *end = text + len;
	bool have_uid = false;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop || parse_line(&got, &have_uid, text, stop))
			return -EBADMSG;
		text = stop + 1;
	}
	if (!have_uid)
		return -EBADMSG;
	*s = got;
	return 0;
}

int
procfile_status(int dir, struct procfile_status *s)
{
	char *buf = malloc(STATUS_MAX);
	ssize_t len;
	int rc;

	if (!buf)
		return -ENOMEM;
	len = procfile_read(dir, "status", buf, STATUS_MAX);
	rc = len < 0 ? (int)len : procfile_parse_status(s, buf, (size_t)len);
	free(buf);
	return rc;
}

int
procfile_id(int dir, const char *name, struct procfile_id *id)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0))
		return -errno;
	id->dev = st.st_dev;
	id->ino = st.st_ino;
	return 0;
}

bool
procfile_same_id(const struct procfile_id *a, const struct procfile_id *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

int
procfile_label(int dir, char label[PROCFILE_LABEL_CAP])
{
	ssize_t len = procfile_read(dir, "attr/current", label, PROCFILE_LABEL_CAP - 1);

	/* No LSM that labels processes: the kernel says EINVAL, or has no such file at all. */
	if (len == -EINVAL || len == -ENOENT)
		len = 0;
	if (len < 0)
		return (int)len;
	while (len > 0 && (label[len - 1] == '\n' || label[len - 1] == '\0'))
		len--;
	label[len] = '\0';
	return strlen(label) == (size_t)len ? 0 : -EBADMSG;
}

bool
procfile_is_selinux(const char *label)
{
	int colons = 0;
	size_t field = 0;

	/*
	 * AppArmor's labels have colons only in pairs (":ns:profile", "a//&b"), so an empty field is not SELinux's.
	 */
	for (const char *p = label; *p; p++) {
		if (*p != ':') {
			field++;
			continue;
		}
		if (!field)
			return false;
		colons++;
		field = 0;
	}
	return colons >= 2 && field > 0 && !strpbrk(label, " ()");
}

bool
procfile_same_restrictions(const struct procfile_status *a, const struct procfile_status *b)
{
	return a->no_new_privs == b->no_new_privs && a->seccomp == b->seccomp &&
	       a->seccomp_filters == b->seccomp_filters && a->cap_bounding == b->cap_bounding;
}

/* The text of DIR's NAME, ended by a NUL, for the caller to free; "" for a file that the kernel does not have. */
static int
read_text(int dir, const char *name, char **text)
{
	char *buf = malloc(STATUS_MAX + 1);
	ssize_t len = buf ? procfile_read(dir, name, buf, STATUS_MAX) : -ENOMEM;

	if (len == -ENOENT)
		len = 0;
	if (len < 0) {
		free(buf);
		return (int)len;
	}
	buf[len] = '\0';
	*text = buf;
	return 0;
}

/* Both texts: 0 or a negative errno; the caller frees them in any case. */
static int
read_two(int a, int b, const char *name, char *text[2])
{
	int rc = read_text(a, name, &text[0]);

	return rc ? rc : read_text(b, name, &text[1]);
}

static void
free_two(char *text[2])
{
	free(text[0]);
	free(text[1]);
}

int
procfile_same_text(int a, int b, const char *name)
{
	char *text[2] = { NULL, NULL };
	int rc = read_two(a, b, name, text);

	if (!rc)
		rc = strcmp(text[0], text[1]) == 0;
	free_two(text);
	return rc;
}

/* The line of TEXT that begins with KEY, with its length; NULL: there is none. */
static const char *
find_line(const char *text, const char *key, size_t *len)
{
	while (*text) {
		*len = strcspn(text, "\n");
		if (strncmp(text, key, strlen(key)) == 0)
			return text;
		text += *len + (text[*len] == '\n');
	}
	*len = 0;
	return NULL;
}

static bool
same_line(char *const text[2], const char *key)
{
	size_t len[2];
	const char *a = find_line(text[0], key, &len[0]), *b = find_line(text[1], key, &len[1]);

	return (!a && !b) || (a && b && len[0] == len[1] && memcmp(a, b, len[0]) == 0);
}

int
procfile_same_lines(int a, int b, const char *const *keys)
{
	char *text[2] = { NULL, NULL };
	int rc = read_two(a, b, "status", text);

	if (!rc)
		for (rc = 1; rc && *keys; keys++)
			rc = same_line(text, *keys);
	free_two(text);
	return rc;
}
