/* SPDX-License-Identifier: MIT */
#include "subsystem_script.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "fdrange.h"
#include "frame.h"
#include "signals.h"

#define FAILED 1
#define OUTPUT_MAX 16384  /* in one frame */
#define END_MS 2000       /* from SIGTERM to SIGKILL, where the client has gone */
#define LOOK_MS 20

struct script {
	int in, out;       /* the client's */
	pid_t pid;
	int to, from[2];   /* the program's standard input, output and error; -1: closed */
	bool input_ended;  /* nothing follows what is in the queue */
	bool wrong, gone;  /* the client has broken the protocol; is not there any more */
	uint64_t taken;    /* bytes of input that have gone to the program */
	size_t queued;     /* and those that wait for it */
	unsigned char queue[FRAME_SCRIPT_WINDOW];
	unsigned char frame[OUTPUT_MAX + 64];
	struct frame_reader reader;
};

bool
subsystem_script_verb(const char *verb)
{
	static const char *const verbs[] = { "print", "peek", "send", "tail", "wait", "export", "record" };

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i], verb) == 0)
			return true;
	return false;
}

/* Writes LEN bytes to the client, however it takes them. */
static void
say(struct script *s, const unsigned char *p, size_t len)
{
	while (len && !s->gone) {
		ssize_t n = write(s->out, p, len);

		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = s->out, .events = POLLOUT }, 1, -1);
		else if (n < 0 && errno != EINTR)
			s->gone = true;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

static void
say_frame(struct script *s, int len)
{
	if (len > 0)
		say(s, s->frame, (size_t)len);
}

/* The end of the conversation; TEXT says why nothing was done, or is "". */
static void
say_end(struct script *s, int status, const char *text)
{
	struct frame_script_end m = { .status = (uint32_t)status };

	snprintf(m.text, sizeof m.text, "%s", text);
	say_frame(s, frame_put_script_end(&m, s->frame, sizeof s->frame));
}

/* The program. */

static void __attribute__((noreturn))
become(const char *program, char *const *argv, const int ends[3])
{
	signals_reset();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int i = 0; i < 3; i++)
		if (dup2(ends[i], i) < 0)
			_exit(126);
	if (fdrange_close(3, ~0u) < 0)
		_exit(126);
	execv(program, argv);
	_exit(127);
}

static void
close_pair(int pair[2])
{
	fd_close(&pair[0]);
	fd_close(&pair[1]);
}

/* 0 or a negative errno. */
static int
start(struct script *s, const char *program, char *const *argv)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } }, rc = 0;

	for (int i = 0; i < 3 && !rc; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			rc = -errno;
	/* The program's ends are above those that they take the place of. */
	for (int i = 0; i < 3 && !rc; i++) {
		int *end = &pipes[i][i == 0 ? 0 : 1], high = fcntl(*end, F_DUPFD_CLOEXEC, 3);

		if (high < 0)
			rc = -errno;
		else
			close(*end);
		*end = high < 0 ? *end : high;
	}
	s->pid = rc ? -1 : fork();
	if (s->pid == 0)
		become(program, argv, (const int[]){ pipes[0][0], pipes[1][1], pipes[2][1] });
	if (!rc && s->pid < 0)
		rc = -errno;
	if (rc) {
		for (int i = 0; i < 3; i++)
			close_pair(pipes[i]);
		return rc;
	}
	s->to = pipes[0][1];
	s->from[0] = pipes[1][0];
	s->from[1] = pipes[2][0];
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	fcntl(s->to, F_SETFL, O_NONBLOCK);
	return 0;
}

/* N bytes of the queue have gone to the program, or nowhere: the client may send as many. */
static void
took(struct script *s, size_t n)
{
	s->taken += n;
	s->queued -= n;
	memmove(s->queue, s->queue + n, s->queued);
	say_frame(s, frame_put_u64(FRAME_SCRIPT_TAKEN, s->taken, s->frame, sizeof s->frame));
}

/* What the queue holds goes to the program, as far as it takes that. */
static void
feed(struct script *s)
{
	ssize_t n = s->to < 0 || !s->queued ? 0 : write(s->to, s->queue, s->queued);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		fd_close(&s->to);
	if (s->to < 0)
		n = (ssize_t)s->queued;
	if (n > 0)
		took(s, (size_t)n);
	if (s->input_ended && !s->queued)
		fd_close(&s->to);
}

/* Output of the program, as a frame. */
static void
relay(struct script *s, unsigned channel)
{
	struct frame_script_data m = { .channel = (uint8_t)channel };
	unsigned char data[OUTPUT_MAX];
	ssize_t n = read(s->from[channel], data, sizeof data);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		fd_close(&s->from[channel]);
		return;
	}
	m.len = (size_t)n;
	say_frame(s, frame_put_script_head(FRAME_SCRIPT_OUTPUT, &m, s->frame, sizeof s->frame));
	say(s, data, (size_t)n);
}

/* The client. */

static void
on_input(struct script *s, const struct frame *f)
{
	struct frame_script_data m;

	if (frame_get_script_data(FRAME_SCRIPT_INPUT, &m, f->body, f->len) < 0 || (s->input_ended && m.len) ||
	    m.len > sizeof s->queue - s->queued) {
		s->wrong = true;
		return;
	}
	if (!m.len)
		s->input_ended = true;
	if (m.len) {
		memcpy(s->queue + s->queued, m.data, m.len);
		s->queued += m.len;
	}
	feed(s);
}

static void
on_frame(struct script *s, const struct frame *f)
{
	uint64_t token;

	switch (f->type) {
	case FRAME_SCRIPT_INPUT:
		on_input(s, f);
		break;
	case FRAME_PING:
		if (frame_get_u64(&token, f->body, f->len) < 0)
			s->wrong = true;
		else
			say_frame(s, frame_put_u64(FRAME_SERVER_PONG, token, s->frame, sizeof s->frame));
		break;
	case FRAME_PONG:
		break;
	default:
		s->wrong = s->wrong || f->type < FRAME_EXTENSION || f->type == FRAME_SCRIPT;
	}
}

/* The frames that are whole. */
static void
take_frames(struct script *s)
{
	struct frame f;
	int rc = 1;

	while (!s->wrong && !s->gone && (rc = frame_next(&s->reader, &f)) > 0)
		on_frame(s, &f);
	if (rc < 0)
		s->wrong = true;
}

static void
hear(struct script *s)
{
	size_t room;
	unsigned char *p = frame_room(&s->reader, &room);
	ssize_t n = room ? read(s->in, p, room) : 1;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		s->gone = true;
	if (n > 0 && room)
		frame_filled(&s->reader, (size_t)n);
	take_frames(s);
}

static void
turn(struct script *s)
{
	struct pollfd p[] = {
		{ .fd = s->in, .events = POLLIN },
		{ .fd = s->out },
		{ .fd = s->queued ? s->to : -1, .events = POLLOUT },
		{ .fd = s->from[0], .events = POLLIN },
		{ .fd = s->from[1], .events = POLLIN },
	};

	if (poll(p, sizeof p / sizeof *p, -1) < 0)
		return;
	if (p[1].revents & (POLLERR | POLLHUP | POLLNVAL))
		s->gone = true;
	if (p[2].revents)
		feed(s);
	if (p[0].revents)
		hear(s);
	for (unsigned i = 0; i < 2; i++)
		if (p[3 + i].revents)
			relay(s, i);
}

/* The status of the program, which ends soon or is made to. */
static int
reap(struct script *s)
{
	uint64_t end = clock_now_ms() + END_MS;
	int status = 0;
	pid_t got;

	if (s->gone || s->wrong)
		kill(s->pid, SIGTERM);
	while ((got = waitpid(s->pid, &status, s->gone || s->wrong ? WNOHANG : 0)) != s->pid) {
		if (got < 0 && errno != EINTR)
			return FAILED;
		if (got == 0 && clock_now_ms() >= end)
			kill(s->pid, SIGKILL);
		if (got == 0)
			poll(NULL, 0, LOOK_MS);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
converse(struct script *s)
{
	char text[TEXT_CAP] = "";
	int status;

	while ((s->from[0] >= 0 || s->from[1] >= 0) && !s->gone && !s->wrong)
		turn(s);
	fd_close(&s->to);
	fd_close(&s->from[0]);
	fd_close(&s->from[1]);
	status = reap(s);
	if (status == 126 || status == 127)
		snprintf(text, sizeof text, "cannot run holdfastctl on the host");
	if (s->wrong) {
		struct frame_text m = { .code = FRAME_E_PROTOCOL, .text = "malformed or unexpected frame" };

		say_frame(s, frame_put_text(FRAME_ERROR, &m, s->frame, sizeof s->frame));
	} else {
		say_end(s, text[0] ? FAILED : status, text);
	}
}

/* The words as strings, in TEXT; ARGV begins with the program's name and ends with NULL. */
static void
spell(const struct frame_script *m, char text[FRAME_SCRIPT_BYTES], char *argv[FRAME_SCRIPT_WORDS + 2])
{
	static char name[] = "holdfastctl";

	argv[0] = name;
	for (uint32_t i = 0; i < m->count; i++) {
		argv[i + 1] = text;
		if (m->word[i].len)
			memcpy(text, m->word[i].data, m->word[i].len);
		text[m->word[i].len] = '\0';
		text += m->word[i].len + 1;
	}
	argv[m->count + 1] = NULL;
}

int
subsystem_script_run(const char *program, const struct frame_script *m, int in, int out)
{
	char text[FRAME_SCRIPT_BYTES], why[TEXT_CAP], *argv[FRAME_SCRIPT_WORDS + 2];
	struct script *s = calloc(1, sizeof *s);
	int rc, status;

	if (!s)
		return FAILED;
	s->in = in;
	s->out = out;
	s->to = s->from[0] = s->from[1] = -1;
	/* A client that has gone is seen by EPIPE, and so is a program that reads no further. */
	signal(SIGPIPE, SIG_IGN);
	spell(m, text, argv);
	if (!subsystem_script_verb(argv[1])) {
		say_end(s, 2, "no such verb of a script on this host");
	} else if ((rc = start(s, program, argv)) < 0) {
		snprintf(why, sizeof why, "cannot run holdfastctl on the host: %s", strerror(-rc));
		say_end(s, FAILED, why);
	} else {
		converse(s);
	}
	status = s->gone || s->wrong ? FAILED : 0;
	free(s);
	return status;
}
