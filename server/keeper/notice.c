/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "awaited.h"
#include "fd.h"
#include "log.h"

/* As a program's output. */
static int
print(const struct keeper *k, const char *line, size_t len)
{
	int rc = 0, fd;

	/* Anew, for ours would wait when the output is stopped. */
	fd = open(k->init.tty, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fd_write(fd, line, len) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int
notice_message(struct keeper *k, uid_t from, const char text[TEXT_CAP])
{
	char safe[4 * TEXT_CAP], line[sizeof safe + 64];
	int len;

	log_escape(safe, sizeof safe, text);
	len = snprintf(line, sizeof line, "\r\n[holdfast: message from %s] %s\r\n",
	               from == 0 ? "root" : "your own account", safe);
	return print(k, line, (size_t)len);
}

void
notice_stopping(struct keeper *k)
{
	static const char line[] = "\r\n[holdfast: the system ends this session]\r\n";

	if (k->state == KEEPER_RUNNING && k->source->has_terminal && awaited_held(k))
		print(k, line, sizeof line - 1);
}

void
notice_login(struct keeper *k)
{
	if (k->own_root)
		sessiondir_write_login(&k->dir, ++k->login_changes);
}
