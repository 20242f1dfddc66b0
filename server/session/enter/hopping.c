/* SPDX-License-Identifier: MIT */
#include "hopping.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "envlist.h"
#include "fd.h"
#include "fdrange.h"
#include "paths.h"
#include "quietly.h"
#include "signals.h"

#define CLIENT_FD 3     /* the client's end of the socket */
#define GO_MS 300       /* a client that has been told to end does so, */
#define LEAVE_MS 1000   /* or one that has said its last word */
#define LOOK_MS 5

#define WORDS (QUIETLY_WORDS + 16)

static const char *
variable(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=' && (*env)[len + 1])
			return *env + len + 1;
	return NULL;
}

static void
spell(const struct hopping_to *to, const char *argv[WORDS])
{
	bool agent = variable(to->env, "SSH_AUTH_SOCK") != NULL;
	size_t n = 0;

	argv[n++] = "holdfast";
	argv[n++] = "--hop";
	argv[n++] = "3";
	argv[n++] = agent ? "-A" : "-a";
	/* The login's display has been cut down by the person's own ssh, if it was to be. */
	argv[n++] = variable(to->env, "DISPLAY") ? "-Y" : "-x";
	argv[n++] = "-o";
	argv[n++] = agent ? "IdentityAgent=SSH_AUTH_SOCK" : "IdentityAgent=none";
	n += quietly_put(argv + n, to->order.node);
	argv[n++] = "-l";
	argv[n++] = to->user;
	argv[n++] = "--";
	argv[n++] = to->address;
	argv[n] = NULL;
}

/* Variables that are for holdfast on this host, and not for the client or the other one. */
static bool
is_ours(const char *entry)
{
	static const char *const names[] = { "HOLDFAST_TICKET=", "HOLDFAST_SESSION=", "LC_HOLDFAST=", "LC_HOLDFAST_ATTACH=" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* 0, -ENOMEM or -E2BIG; the caller frees *OUT. */
static int
environment(const struct hopping_to *to, struct envlist *out)
{
	char text[TICKET_TEXT];
	int rc = 0;

	for (char *const *v = to->env; rc >= 0 && v && *v; v++)
		if (!is_ours(*v))
			rc = envlist_set(out, *v) == -ENOMEM ? -ENOMEM : 0;
	ticket_format(&to->ticket, text);
	if (!rc && !ticket_is_none(&to->ticket))
		rc = envlist_set_value(out, "HOLDFAST_TICKET", text);
	return rc;
}

/* The terminal anew, or the pipes, as descriptors 0 to 2; the socket FD as CLIENT_FD; no others. */
static int
place(const struct hopping_to *to, int fd)
{
	int tty = to->tty ? open(to->tty, O_RDWR | O_NOCTTY) : -1, from[3], high;

	if (to->tty && tty < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		from[i] = fcntl(to->tty ? tty : i == 0 ? to->in : i == 1 ? to->out : 2, F_DUPFD, CLIENT_FD + 1);
		if (from[i] < 0)
			return -errno;
	}
	high = fcntl(fd, F_DUPFD, CLIENT_FD + 1);
	for (int i = 0; i < 3; i++)
		if (dup2(from[i], i) < 0)
			return -errno;
	if (high < 0 || dup2(high, CLIENT_FD) < 0)
		return -errno;
	return fdrange_close(CLIENT_FD + 1, ~0u);
}

static void __attribute__((noreturn))
become(const struct hopping_to *to, int fd, const char *const *argv, char *const *env)
{
	signals_reset();
	if (place(to, fd) == 0)
		execve(PATH_CLIENT, (char *const *)argv, env);
	_exit(127);
}

static int
run_client(struct hopping *h, const struct hopping_to *to)
{
	const char *argv[WORDS];
	struct envlist env = ENVLIST_INIT;
	int pair[2], rc = environment(to, &env);

	if (!rc && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		rc = -errno;
	if (rc) {
		envlist_free(&env);
		return rc;
	}
	spell(to, argv);
	h->pid = fork();
	if (h->pid == 0)
		become(to, pair[1], argv, env.v);
	rc = h->pid < 0 ? -errno : 0;
	close(pair[1]);
	envlist_free(&env);
	h->fd = pair[0];
	if (rc)
		fd_close(&h->fd);
	return rc;
}

/* The order, and what goes with it; both fit into an empty socket. */
static int
tell(const struct hopping *h, const struct hopping_to *to)
{
	unsigned char buf[HOPMSG_MAX];
	int n = hopmsg_encode_order(&to->order, buf, sizeof buf);

	if (n < 0)
		return n;
	if (send(h->fd, buf, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) != n)
		return -EPIPE;
	if (to->frames_len && send(h->fd, to->frames, to->frames_len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}

/* Whether the client has ended within MS. */
static bool
has_gone(struct hopping *h, unsigned ms)
{
	uint64_t until = clock_now_ms() + ms;
	pid_t got;

	while ((got = waitpid(h->pid, NULL, WNOHANG)) == 0 && clock_now_ms() < until)
		poll(NULL, 0, LOOK_MS);
	return got != 0;
}

/*
 * Ends the client, which has said its last word, or not.  One that can't be killed, because the home directory's server
 * hangs, is left behind.
 */
static void
end_client(struct hopping *h, bool last)
{
	fd_close(&h->fd);
	if (!last)
		kill(h->pid, SIGTERM);
	if (!has_gone(h, last ? LEAVE_MS : GO_MS)) {
		kill(h->pid, SIGKILL);
		has_gone(h, GO_MS);
	}
	h->pid = 0;
}

/* The next word: 0, -ETIMEDOUT, -EINTR, -EPIPE or -EBADMSG.  A negative TIMEOUT_MS: however long it takes. */
static int
next_word(struct hopping *h, struct waiting *w, int64_t timeout_ms, struct hopmsg_report *said)
{
	unsigned char buf[HOPMSG_MAX];
	int n;

	do
		n = waiting_message(w, h->fd, buf, sizeof buf, timeout_ms < 0 ? 1 << 30 : (int)timeout_ms);
	while (n == -ETIMEDOUT && timeout_ms < 0);
	if (n < 0)
		return n == -ECONNRESET ? -EPIPE : n;
	return hopmsg_decode_report(said, buf, (size_t)n);
}

int
hopping_start(struct hopping *h, const struct hopping_to *to, unsigned patience_ms, struct waiting *w,
              struct hopmsg_report *said)
{
	int rc = access(PATH_CLIENT, X_OK) < 0 ? -ENOEXEC : 0;

	*h = (struct hopping){ .fd = -1 };
	if (!rc)
		rc = run_client(h, to);
	if (rc)
		return rc;
	rc = tell(h, to);
	if (!rc)
		rc = next_word(h, w, patience_ms, said);
	if (!rc && said->type == HOPMSG_ATTACHED)
		return 0;
	end_client(h, !rc);
	return rc ? rc : -ECONNREFUSED;
}

int
hopping_wait(struct hopping *h, struct waiting *w, struct hopmsg_report *said)
{
	int rc;

	/* What is typed goes to the session, and is no signal here; the client has the terminal. */
	do {
		w->skip = false;
		rc = next_word(h, w, -1, said);
	} while (rc == -EINTR && !w->hangup);
	end_client(h, !rc);
	return rc;
}
