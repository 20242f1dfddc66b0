/* SPDX-License-Identifier: MIT */
#include "ends.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "daemonask.h"
#include "endstore.h"
#include "endwords.h"
#include "fd.h"
#include "userfile.h"
#include "vouch.h"

#define TRIES 3 /* of records that are replaced meanwhile */

/* The records in FD, which holdfastd has opened. */
static int
read_records(int fd, struct endrecord **v, size_t *count)
{
	char *text = malloc(ENDSTORE_BYTES);
	ssize_t n = text ? userfile_read_fd(fd, text, ENDSTORE_BYTES) : -ENOMEM;
	int rc = n < 0 ? (int)n : endstore_parse(text, (size_t)n, v, count);

	free(text);
	return rc;
}

static int
ask(struct endrecord **v, size_t *count)
{
	struct vouch_reply reply;
	int fds[VOUCH_FILES], rc = daemonask(VOUCH_OP_ENDS, VOUCH_ENDS_ARE, &reply, fds);

	if (rc < 0)
		return rc;
	rc = fds[0] < 0 ? endstore_parse("", 0, v, count) : read_records(fds[0], v, count);
	fd_close(&fds[0]);
	fd_close(&fds[1]);
	return rc;
}

int
ends_mine(struct endrecord **v, size_t *count)
{
	int rc = -EAGAIN;

	for (int i = 0; rc == -EAGAIN && i < TRIES; i++)
		rc = ask(v, count);
	return rc;
}

int
ends_line(uint32_t id, uint64_t recent_ms, char text[TEXT_CAP])
{
	uint64_t now = clock_date_ms();
	struct endrecord *v;
	size_t count;
	int rc = ends_mine(&v, &count);

	if (rc)
		return rc;
	rc = -ENOENT;
	while (rc && count--)
		if (v[count].session == id && v[count].time_ms + recent_ms > now) {
			endwords_line(&v[count], now, text);
			rc = 0;
		}
	free(v);
	return rc;
}
