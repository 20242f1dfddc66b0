/* SPDX-License-Identifier: MIT */
/*
 * transport-cat: drives a transport for the tests: copies standard input to it and what comes to standard output.
 *
 *   transport-cat [options of ssh] [-X command] [-E text] [-n times] [-q] host
 *
 * -X runs a command instead of the subsystem; -E sends a line and waits for it to come back, -n times over, each
 * on a connection of its own; -Q asks nobody.  The last line on standard error is "end: KIND: reason"; the status is KIND, or 0
 * after -E.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "factory.h"
#include "list.h"
#include "target.h"

static bool nobody;

static int
ask_tty(const char *text, bool echo, char *answer, size_t cap)
{
	struct termios before, t;
	int fd = nobody ? -1 : open("/dev/tty", O_RDWR | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || tcgetattr(fd, &before) < 0)
		return -ENOTTY;
	t = before;
	if (!echo)
		t.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &t);
	(void)!write(fd, text, strlen(text));
	n = read(fd, answer, cap - 1);
	tcsetattr(fd, TCSADRAIN, &before);
	(void)!write(fd, "\r\n", 2);
	close(fd);
	if (n <= 0)
		return -ECANCELED;
	answer[n] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	return 0;
}

static int
secret(void *object, const char *prompt, bool echo, char *answer, size_t cap)
{
	(void)object;
	return ask_tty(prompt, echo, answer, cap);
}

static int
confirm(void *object, const char *question, char *answer, size_t cap)
{
	(void)object;
	return ask_tty(question, true, answer, cap);
}

static void
say(void *object, const char *text)
{
	(void)object;
	fprintf(stderr, "say: %s\n", text);
}

struct copying {
	struct transport *t;
	const char *echo;  /* what to send and wait for; NULL: standard input */
	char in[65536], out[65536];
	size_t in_at, in_len, echoed;
	bool in_eof;
};

static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
write_out(const char *buf, size_t len)
{
	ssize_t n;

	for (; len; buf += n, len -= (size_t)n)
		if ((n = write(1, buf, len)) < 0)
			exit(9);
}

/* Whether the echo is complete. */
static bool
drain(struct copying *c)
{
	size_t n;

	while ((n = c->t->ops->read(c->t, c->out, sizeof(c->out)))) {
		if (!c->echo) {
			write_out(c->out, n);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			if (c->out[i] == c->echo[c->echoed])
				c->echoed++;
			if (!c->echo[c->echoed])
				return true;
		}
	}
	return false;
}

static void
feed(struct copying *c, bool readable)
{
	ssize_t n;
	size_t took;

	if (readable && !c->in_len && (n = read(0, c->in, sizeof(c->in))) >= 0) {
		c->in_len = (size_t)n;
		c->in_eof = n == 0;
	}
	while (c->in_len && c->t->state == TRANSPORT_OPEN && (took = c->t->ops->write(c->t, c->in + c->in_at, c->in_len))) {
		c->in_at += took;
		c->in_len -= took;
	}
	if (!c->in_len)
		c->in_at = 0;
}

/* True: the echo came; false: it is closed, or the input has ended. */
static bool
run(struct copying *c)
{
	struct pollfd fds[TRANSPORT_FDS + 1];
	uint64_t deadline;
	unsigned n;
	int wait;

	/* later only after a step: a transport has to wake us when it can take more */
	feed(c, false);
	while (c->t->state != TRANSPORT_CLOSED) {
		deadline = UINT64_MAX;
		n = c->t->ops->poll(c->t, fds, &deadline);
		fds[n] = (struct pollfd){ .fd = c->echo || c->in_eof || c->in_len ? -1 : 0, .events = POLLIN };
		wait = deadline == UINT64_MAX ? -1 : deadline <= now() ? 0 : (int)(deadline - now());
		if (poll(fds, n + 1, wait) < 0 && errno != EINTR)
			exit(9);
		c->t->ops->step(c->t, fds, n);
		feed(c, fds[n].revents != 0);
		if (c->t->state != TRANSPORT_CONNECTING && drain(c))
			return true;
		if (c->in_eof && !c->in_len && getenv("TRANSPORT_CAT_END"))
			return false;
	}
	(void)drain(c);
	return false;
}

static int
once(struct transport_target *target, const char *command, const char *echo)
{
	static const struct transport_asking asking = { NULL, secret, confirm, say };
	static const char *const ends[] = { "none", "eof", "lost", "refused", "needs-ssh", "takes-ssh",
	                                    "no-subsystem" };
	struct copying *c = calloc(1, sizeof(*c));
	int r, kind;

	c->t = transport_new(target, &asking);
	c->echo = echo;
	if (echo)
		c->in_len = (size_t)snprintf(c->in, sizeof(c->in), "%s", echo);
	fprintf(stderr, "transport: %s\n", c->t->ops->name);
	r = c->t->ops->start(c->t, command ? TRANSPORT_EXEC : TRANSPORT_SUBSYSTEM, command);
	if (r < 0) {
		fprintf(stderr, "start: %s\n", strerror(-r));
		kind = 8;
	} else if (run(c)) {
		fprintf(stderr, "echoed\n");
		kind = 0;
	} else {
		kind = c->t->state == TRANSPORT_CLOSED ? (int)c->t->end : 0;
		fprintf(stderr, "end: %s: %s (status %d)\n", ends[kind], c->t->reason, c->t->exit_status);
	}
	transport_free(c->t);
	free(c);
	return kind;
}

int
main(int argc, char **argv)
{
	struct target_request q = { .family = 0 };
	char **identities = list_new(), **options = list_new(), **local = list_new(), **remote = list_new();
	char **dynamic = list_new(), **words = list_new(), why[300];
	const char *command = NULL, *echo = NULL;
	struct transport_target *t;
	int times = 1, kind = 0, o;

	while ((o = getopt(argc, argv, "46ACvp:l:F:J:i:o:L:R:D:e:X:E:n:Q")) != -1) {
		if (strchr("46ACvplFJioLRD", o) && list_addf(&words, "-%c", o) == 0 && optarg)
			list_add(&words, optarg);
		switch (o) {
		case '4': q.family = 4; break;
		case '6': q.family = 6; break;
		case 'A': q.agent = CHOICE_YES; break;
		case 'C': q.compress = true; break;
		case 'v': q.verbose++; break;
		case 'p': q.port = optarg; break;
		case 'l': q.login = optarg; break;
		case 'F': q.config = optarg; break;
		case 'J': q.jump = optarg; break;
		case 'i': list_add(&identities, optarg); break;
		case 'o': list_add(&options, optarg); break;
		case 'L': list_add(&local, optarg); break;
		case 'R': list_add(&remote, optarg); break;
		case 'D': list_add(&dynamic, optarg); break;
		case 'e': q.command = optarg; break;
		case 'X': command = optarg; break;
		case 'E': echo = optarg; break;
		case 'n': times = atoi(optarg); break;
		case 'Q': nobody = true; break;
		default: return 9;
		}
	}
	q.words = words;
	q.identities = identities;
	q.options = options;
	q.local = local;
	q.remote = remote;
	q.dynamic = dynamic;
	q.destination = argv[optind];
	if (!q.destination)
		return 9;
	if (!(t = target_new(&q, why, sizeof(why)))) {
		fprintf(stderr, "target: %s\n", why);
		return 7;
	}
	for (; times > 0 && kind == 0; times--)
		kind = once(t, command, echo);
	target_free(t);
	list_free(identities);
	list_free(options);
	list_free(local);
	list_free(remote);
	list_free(dynamic);
	list_free(words);
	return kind;
}
