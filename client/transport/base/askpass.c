/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "askpass.h"
#include "fd.h"
#include "list.h"
#include "newfd.h"
#include "secretmem.h"
#include "secrets.h"

#define PATIENCE_S 2 /* for a question that has begun to come */

extern char **environ;

static int
address_of(struct sockaddr_un *sa, const char *dir)
{
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((size_t)snprintf(sa->sun_path, sizeof(sa->sun_path), "%s/ask", dir) >= sizeof(sa->sun_path))
		return -ENAMETOOLONG;
	return 0;
}

static int
make_link(const char *dir)
{
	char self[PATH_MAX], path[128];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return -ENOSYS;
	self[n] = '\0';
	snprintf(path, sizeof(path), "%s/" ASKPASS_NAME, dir);
	return symlink(self, path) < 0 ? -errno : 0;
}

/* Open for writing too: so a shell never waits for its reader, and it never ends. */
static int
make_fifo(struct askpass *a)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/" ASKPASS_OUT, a->dir);
	if (mkfifo(path, 0600) < 0 || (a->out = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return -errno;
	return 0;
}

int
askpass_open(struct askpass *a)
{
	struct sockaddr_un sa;
	int r;

	*a = (struct askpass){ .listener = -1, .out = -1 };
	r = a->lock = askpass_dir_make(a->dir, sizeof(a->dir));
	if (r < 0)
		return r;
	r = make_link(a->dir);
	if (r == 0)
		r = make_fifo(a);
	if (r == 0)
		r = address_of(&sa, a->dir);
	if (r == 0 && ((a->listener = newfd_socket(AF_UNIX, SOCK_STREAM, true)) < 0 ||
	               bind(a->listener, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(a->listener, 5) < 0))
		r = -errno;
	if (r < 0)
		askpass_close(a);
	return r;
}

void
askpass_deaf(struct askpass *a)
{
	struct sockaddr_un sa;

	if (!a->dir[0])
		return;
	fd_close(&a->listener);
	if (address_of(&sa, a->dir) == 0)
		unlink(sa.sun_path);
}

void
askpass_close(struct askpass *a)
{
	char path[128];

	if (!a->dir[0])
		return;
	askpass_deaf(a);
	snprintf(path, sizeof(path), "%s/" ASKPASS_NAME, a->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/" ASKPASS_OUT, a->dir);
	unlink(path);
	/* An ssh that has been told to end removes its socket a moment later. */
	snprintf(path, sizeof(path), "%s/" ASKPASS_SHARED, a->dir);
	unlink(path);
	fd_close(&a->out);
	rmdir(a->dir);
	fd_close(&a->lock);
	a->dir[0] = '\0';
}

/* LAST in the directory, if its name means nothing but itself to shells and ssh. */
static bool
plain_path(const struct askpass *a, const char *last, char *out, size_t cap)
{
	for (const char *s = a->dir; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("/._-", *s))
			return false;
	return a->dir[0] && (size_t)snprintf(out, cap, "%s/%s", a->dir, last) < cap;
}

bool
askpass_sign(const struct askpass *a, char *out, size_t cap)
{
	return plain_path(a, ASKPASS_NAME " logged in", out, cap);
}

bool
askpass_out(const struct askpass *a, char *out, size_t cap)
{
	return a->out >= 0 && plain_path(a, ASKPASS_OUT, out, cap);
}

char **
askpass_environment(const struct askpass *a)
{
	char **list = NULL;
	int r = list_addf(&list, "SSH_ASKPASS=%s/" ASKPASS_NAME, a->dir);

	if (r == 0)
		r = list_add(&list, "SSH_ASKPASS_REQUIRE=force");
	for (char **e = environ; *e && r == 0; e++)
		if (strncmp(*e, "SSH_ASKPASS=", 12) != 0 && strncmp(*e, "SSH_ASKPASS_REQUIRE=", 20) != 0)
			r = list_add(&list, *e);
	if (r == 0)
		return list;
	list_free(list);
	return NULL;
}

/* Up to the end of what the other side sends: its length, or a negative errno. */
static ssize_t
read_all(int fd, char *buf, size_t cap)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len + 1 < cap) {
		n = read(fd, buf + len, cap - 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return -errno;
		else
			len += (size_t)n;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

int
askpass_take(const struct askpass *a, struct askpass_question *q)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char buf[ASKPASS_TEXT_CAP + 1];
	int fd = accept(a->listener, NULL, NULL);
	ssize_t n;

	if (fd < 0)
		return -errno;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, 0); /* some systems pass O_NONBLOCK on from the listener */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	n = read_all(fd, buf, sizeof(buf));
	if (n < 1) {
		close(fd);
		return n < 0 ? (int)n : -EBADMSG;
	}
	q->fd = fd;
	q->hint = buf[0] == 'c' ? ASKPASS_CONFIRM : buf[0] == 'n' ? ASKPASS_NOTE : buf[0] == 'l' ? ASKPASS_LOGGED_IN
	                                                                                        : ASKPASS_SECRET;
	snprintf(q->text, sizeof(q->text), "%s", buf + 1);
	return 0;
}

void
askpass_answer(struct askpass_question *q, const char *answer)
{
	char text[SECRET_CAP + 1];
	int n = snprintf(text, sizeof(text), "%s%s", answer ? "y" : "n", answer ? answer : "");

	if (n > 0 && send(q->fd, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1, MSG_NOSIGNAL) < 0)
		n = -1; /* ssh has given up */
	secretmem_wipe(text, sizeof(text));
	fd_close(&q->fd);
}

static int
ask(const struct sockaddr_un *sa, char hint, const char *text, char *answer, size_t cap)
{
	int fd = newfd_socket(AF_UNIX, SOCK_STREAM, false);
	ssize_t n = -1;

	if (fd >= 0 && connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 &&
	    send(fd, &hint, 1, MSG_NOSIGNAL) == 1 && send(fd, text, strlen(text), MSG_NOSIGNAL) >= 0 &&
	    shutdown(fd, SHUT_WR) == 0)
		n = read_all(fd, answer, cap);
	if (fd >= 0)
		close(fd);
	return n > 0 && answer[0] == 'y' ? 0 : -1;
}

int
askpass_main(const char *program, const char *text, bool logged_in)
{
	const char *hint = logged_in ? "logged in" : getenv("SSH_ASKPASS_PROMPT"), *slash = strrchr(program, '/');
	char dir[sizeof(((struct askpass *)0)->dir)], answer[SECRET_CAP + 1];
	struct sockaddr_un sa;
	int r;

	if (!slash || (size_t)(slash - program) >= sizeof(dir))
		return 1;
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - program), program);
	if (address_of(&sa, dir) < 0)
		return 1;
	r = ask(&sa, hint && (logged_in || strcmp(hint, "confirm") == 0 || strcmp(hint, "none") == 0) ? hint[0] : 's',
	        text, answer, sizeof(answer));
	if (logged_in)
		return 0;
	if (r == 0)
		printf("%s\n", answer + 1);
	secretmem_wipe(answer, sizeof(answer));
	/* a note stays for as long as ssh lets this process live */
	if (r == 0 && hint && strcmp(hint, "none") == 0) {
		fflush(stdout);
		pause();
	}
	return r == 0 && fflush(stdout) == 0 ? 0 : 1;
}
