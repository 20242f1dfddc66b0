/* SPDX-License-Identifier: MIT */
/* store_auth: a token for the name and password of PoolUser.  Made anew when the store does not take the old one. */
#include "store_state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#define PASSWORD_CAP 1024

static uint64_t
auth_due(const struct store *s, uint64_t now)
{
	(void)now;
	return store_may_ask(s) ? CLOCK_NEVER : 0;
}

/* Whether the open file is one that not everybody can read. */
static bool
is_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP));
}

/* The first line of the file PATH: whether it is good. */
static bool
read_password(const char *path, char out[PASSWORD_CAP])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd >= 0 && is_private(fd) ? read(fd, out, PASSWORD_CAP - 1) : -1;

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return *out != '\0';
}

static char *
auth_begin(struct store *s, uint64_t now, const char **path)
{
	char password[PASSWORD_CAP], *body = NULL;

	(void)now;
	*path = "/v3/auth/authenticate";
	if (read_password(s->o.password_file, password)) {
		body = etcd_authenticate(s->o.user, password);
	} else {
		snprintf(s->text, sizeof s->text,
		         "%s: PoolUser: expected a file with a password, which this daemon can read and others can't",
		         s->o.password_file);
		s->wrong = &store_auth;
		if (!s->auth.refused)
			log_line(LOG_ERR, "%s", s->text);
		s->auth.refused = true;
	}
	explicit_bzero(password, sizeof password);
	return body;
}

static void
auth_end(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now)
{
	const char *token = json_string_value(json_object_get(answer, "token"));

	(void)now;
	if (outcome == ETCD_NO_AUTH) {
		s->auth.unneeded = true;
		*s->text = '\0';
	} else if (outcome == ETCD_OK && token && strlen(token) < sizeof s->auth.token && !strpbrk(token, "\r\n")) {
		snprintf(s->auth.token, sizeof s->auth.token, "%s", token);
		s->auth.refused = false;
	} else if (outcome != ETCD_AWAY && !s->auth.refused) {
		log_line(LOG_ERR, "%s", *s->text ? s->text : "the store gave no token that can be used");
		s->auth.refused = true;
	}
}

const struct store_task store_auth = { "asking for a token", auth_due, auth_begin, NULL, NULL, auth_end };
