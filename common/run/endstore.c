/* SPDX-License-Identifier: MIT */
#include "endstore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "endwords.h"
#include "fd.h"
#include "userfile.h"

#define DAY_MS UINT64_C(86400000)

/* Parses TEXT into at most MAX records at V: how many.  Damaged lines are left out, and one without its newline. */
static size_t
parse_all(const char *text, size_t len, struct endrecord *v, size_t max)
{
	const char *p = text, *end = text + len, *newline;
	size_t count = 0;

	for (; p < end && count < max && (newline = memchr(p, '\n', (size_t)(end - p))); p = newline + 1)
		count += endrecord_parse(&v[count], p, (size_t)(newline - p)) == 0;
	return count;
}

int
endstore_parse(const char *text, size_t len, struct endrecord **v, size_t *count)
{
	/* One more: there is room for another. */
	struct endrecord *got = calloc(ENDSTORE_MAX + 1, sizeof *got);

	if (!got)
		return -ENOMEM;
	*count = parse_all(text, len, got, ENDSTORE_MAX);
	*v = got;
	return 0;
}

int
endstore_read(int dir, const char *name, struct endrecord **v, size_t *count)
{
	char *text = malloc(ENDSTORE_BYTES);
	ssize_t n = text ? userfile_read(dir, name, text, ENDSTORE_BYTES) : -ENOMEM;
	int rc = n < 0 && n != -ENOENT ? (int)n : endstore_parse(text, n > 0 ? (size_t)n : 0, v, count);

	free(text);
	return rc;
}

/* Writes the latest ENDSTORE_MAX of the COUNT records at V that are not too old. */
static int
write_all(int dir, const char *name, const struct endrecord *v, size_t count)
{
	char *text = malloc(ENDSTORE_BYTES + 1);
	uint64_t now = clock_date_ms();
	size_t len = 0;
	int rc;

	if (!text)
		return -ENOMEM;
	for (size_t i = count > ENDSTORE_MAX ? count - ENDSTORE_MAX : 0; i < count; i++)
		if (v[i].time_ms + ENDSTORE_DAYS * DAY_MS >= now)
			len += (size_t)endrecord_text(&v[i], text + len);
	rc = userfile_replace(dir, name, 0600, text, len);
	free(text);
	return rc;
}

int
endstore_add(int dir, const struct endrecord *r)
{
	struct endrecord *v = NULL;
	size_t count = 0;
	char name[USERFILE_NAME];
	int lock = userfile_lock(dir, r->uid, ENDSTORE_LOCK_MS), rc;

	if (lock < 0)
		return lock;
	userfile_name(r->uid, name);
	rc = endstore_read(dir, name, &v, &count);
	if (!rc) {
		v[count] = *r;
		rc = write_all(dir, name, v, count + 1);
	}
	free(v);
	close(lock);
	return rc;
}

int
endstore_tell(int dir, uid_t uid, bool (*awaited)(int fd), int fd, struct endrecord *r, size_t *count)
{
	struct endrecord *v = NULL;
	size_t all = 0, found = 0;
	char name[USERFILE_NAME];
	int lock, rc;

	userfile_name(uid, name);
	/* Most logins have nothing to be told. */
	if (faccessat(dir, name, F_OK, 0))
		return -errno;
	lock = userfile_lock(dir, uid, ENDSTORE_LOCK_MS);
	if (lock < 0)
		return lock;
	rc = endstore_read(dir, name, &v, &all);
	for (size_t i = 0; !rc && i < all; i++)
		if (!v[i].told && endwords_matters(&v[i])) {
			v[i].told = true;
			*r = v[i];
			found++;
		}
	if (!rc && found)
		rc = awaited(fd) ? write_all(dir, name, v, all) : -ECANCELED;
	free(v);
	close(lock);
	*count = found;
	return rc ? rc : found ? 0 : -ENOENT;
}

int
endstore_put(int dir, const char *name, const struct endrecord *r)
{
	char text[ENDRECORD_TEXT];

	return userfile_replace(dir, name, 0600, text, (size_t)endrecord_text(r, text));
}

int
endstore_get(int dir, const char *name, struct endrecord *r)
{
	char text[ENDRECORD_TEXT];
	ssize_t n = userfile_read(dir, name, text, sizeof text);
	const char *newline = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

	if (n < 0)
		return (int)n;
	return newline ? endrecord_parse(r, text, (size_t)(newline - text)) : -EBADMSG;
}

void
endstore_boot(char boot[ENDRECORD_BOOT])
{
	char text[64];
	size_t len = 0;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, text, sizeof text);

	for (ssize_t i = 0; i < n && len + 1 < ENDRECORD_BOOT; i++)
		if (text[i] != '-' && text[i] > ' ')
			boot[len++] = text[i];
	boot[len] = '\0';
	if (fd >= 0)
		close(fd);
}
