/* SPDX-License-Identifier: MIT */
#include "hopfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "rundir.h"
#include "fields.h"

#define MAGIC 0x686f6c64686f7031 /* "holdhop1" */

#define H struct hopfile
static const struct field fields[] = {
	FIELD_CONST(8, MAGIC),
	FIELD_U32(H, pid),
	FIELD_U64(H, start),
	FIELD_TEXT(H, pool),
	FIELD_TEXT(H, node),
	FIELD_TEXT(H, method),
	FIELD_RAW(H, identity, IDENTITY_BYTES),
	FIELD_TEXT(H, address),
	FIELD_TEXT(H, who),
	FIELDS_END
};
#undef H
_Static_assert(sizeof(struct hopfile) + 8 + 5 * 4 < HOPFILE_MAX, "a file has room");

void
hopfile_name(const struct ticket *ticket, char out[HOPFILE_NAME])
{
	ticket_format(ticket, out);
	memcpy(out + TICKET_TEXT - 1, HOPFILE_SUFFIX, sizeof HOPFILE_SUFFIX);
}

int
hopfile_write(int dir, const struct ticket *ticket, const struct hopfile *h)
{
	char name[HOPFILE_NAME], made[HOPFILE_NAME + 32];
	unsigned char buf[HOPFILE_MAX];
	int len = fields_encode(fields, h, buf, sizeof buf), fd, rc;

	if (len < 0)
		return len;
	hopfile_name(ticket, name);
	/* A process that is killed here leaves a name that the sweeper knows (sweep.c). */
	snprintf(made, sizeof made, ".tmp.%s.%d", name, (int)getpid());
	fd = openat(dir, made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = fd_write_all(fd, buf, (size_t)len);
	if (!rc && fchmod(fd, 0600))
		rc = -errno;
	close(fd);
	if (!rc && renameat(dir, made, dir, name))
		rc = -errno;
	if (rc)
		unlinkat(dir, made, 0);
	return rc;
}

int
hopfile_read(int dir, const struct ticket *ticket, struct hopfile *h)
{
	unsigned char buf[HOPFILE_MAX + 1];
	char name[HOPFILE_NAME];
	ssize_t n;
	int fd, rc = 0;

	hopfile_name(ticket, name);
	fd = rundir_open_file(dir, name);
	if (fd < 0)
		return fd;
	/* A file is written at once, and never changed. */
	n = fd_read(fd, buf, sizeof buf);
	if (n < 0)
		rc = -errno;
	close(fd);
	return rc ? rc : fields_decode(fields, h, sizeof *h, buf, (size_t)n);
}
