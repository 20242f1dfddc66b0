/* SPDX-License-Identifier: MIT */
#include "poolkeys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "hostfile.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define BLANKS " \t\r"

/* The value of a hexadecimal digit, or -1. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* NULL, or what is expected of the secret. */
static const char *
take_secret(struct poolkey *key, const char *hex, size_t digits)
{
	if (digits % 2 || digits / 2 < POOLKEYS_SECRET_MIN || digits / 2 > POOLKEYS_SECRET_MAX)
		return "expected 64 to 256 hexadecimal digits, two for each byte, behind the id";
	for (size_t i = 0; i < digits; i += 2) {
		int high = digit(hex[i]), low = digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return "expected hexadecimal digits alone behind the id";
		key->secret[i / 2] = (unsigned char)(high << 4 | low);
	}
	key->len = digits / 2;
	return NULL;
}

static const char *
take_id(const struct poolkeys *k, struct poolkey *key, const char *id, size_t len)
{
	if (len >= sizeof key->id || !strspn(id, ALNUM "_") || strspn(id, ALNUM "._-") < len)
		return "expected an id of 1 to 32 letters, digits, '.', '_' and '-', without '.' or '-' in front";
	memcpy(key->id, id, len);
	key->id[len] = '\0';
	if (strcmp(key->id, POOLKEYS_MUNGE) == 0)
		return "expected another id than \"" POOLKEYS_MUNGE "\"";
	return poolkeys_find(k, key->id) ? "expected an id that no line above has" : NULL;
}

/* A line that is neither empty nor a comment: NULL, or what is expected. */
static const char *
take_line(struct poolkeys *k, const char *line)
{
	size_t id = strcspn(line, BLANKS), gap = strspn(line + id, BLANKS), hex = strcspn(line + id + gap, BLANKS);
	struct poolkey *key = &k->v[k->count];
	const char *wrong;

	if (!gap || !hex || line[id + gap + hex])
		return "expected \"ID HEX\", two words";
	if (k->count == POOLKEYS_MAX)
		return "expected 16 keys at most";
	wrong = take_id(k, key, line, id);
	if (!wrong)
		wrong = take_secret(key, line + id + gap, hex);
	if (!wrong)
		k->count++;
	return wrong;
}

int
poolkeys_parse(const char *name, char *text, size_t len, struct poolkeys *k, char error[TEXT_CAP])
{
	const char *wrong = memchr(text, '\0', len) ? "expected text" : NULL;
	unsigned number = 0;
	char *line;

	memset(k, 0, sizeof *k);
	text[len] = '\0';
	while (!wrong && (line = hostfile_line(&text))) {
		number++;
		if (line[0] && line[0] != '#')
			wrong = take_line(k, line);
	}
	if (wrong)
		snprintf(error, TEXT_CAP, "%.200s:%u: %s", name, number, wrong);
	else if (!k->count)
		snprintf(error, TEXT_CAP, "%.200s: expected a key, \"ID HEX\"", name);
	return wrong || !k->count ? -EBADMSG : 0;
}

/* Whether the file may hold secrets: 0 or a negative errno. */
static int
check(const char *path, int fd, char error[TEXT_CAP])
{
	struct stat st;

	if (fstat(fd, &st)) {
		snprintf(error, TEXT_CAP, "%.200s: %s", path, strerror(errno));
		return -EPERM;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 07777) != 0600) {
		snprintf(error, TEXT_CAP, "%.200s: expected a file of root's with mode 0600, found %s of uid %u with mode %04o",
		         path, S_ISREG(st.st_mode) ? "one" : "no regular file, but one", (unsigned)st.st_uid,
		         (unsigned)(st.st_mode & 07777));
		return -EPERM;
	}
	if (st.st_size > POOLKEYS_FILE_MAX) {
		snprintf(error, TEXT_CAP, "%.200s: expected %d bytes at most", path, POOLKEYS_FILE_MAX);
		return -EBADMSG;
	}
	return 0;
}

/* The whole of FD: its length, or a negative errno; -EBADMSG: it has grown too long. */
static ssize_t
read_all(int fd, char buf[POOLKEYS_FILE_MAX + 1])
{
	size_t len = 0;
	ssize_t n;

	do {
		n = fd_read(fd, buf + len, POOLKEYS_FILE_MAX + 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len <= POOLKEYS_FILE_MAX) || (n < 0 && errno == EINTR));
	if (n < 0)
		return -errno;
	return len > POOLKEYS_FILE_MAX ? -EBADMSG : (ssize_t)len;
}

int
poolkeys_read(const char *path, struct poolkeys *k, char error[TEXT_CAP])
{
	/* It does not wait for a writer where the file is a FIFO. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;
	char text[POOLKEYS_FILE_MAX + 1];
	ssize_t len = 0;

	memset(k, 0, sizeof *k);
	if (fd < 0) {
		rc = -errno;
		snprintf(error, TEXT_CAP, "%.200s: %s", path, rc == -ELOOP ? "a symbolic link" : strerror(errno));
		return rc == -ELOOP ? -EPERM : rc;
	}
	rc = check(path, fd, error);
	if (!rc) {
		len = read_all(fd, text);
		if (len < 0) {
			rc = (int)len;
			snprintf(error, TEXT_CAP, "%.200s: cannot be read: %s", path, strerror(-rc));
		}
	}
	close(fd);
	if (!rc)
		rc = poolkeys_parse(path, text, (size_t)len, k, error);
	explicit_bzero(text, sizeof text);
	if (rc)
		poolkeys_wipe(k);
	return rc;
}

const struct poolkey *
poolkeys_find(const struct poolkeys *k, const char *id)
{
	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->v[i].id, id) == 0)
			return &k->v[i];
	return NULL;
}

void
poolkeys_wipe(struct poolkeys *k)
{
	explicit_bzero(k, sizeof *k);
}
