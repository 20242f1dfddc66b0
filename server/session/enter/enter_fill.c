/* SPDX-License-Identifier: MIT */
#include "enter_fill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "callerenv.h"
#include "envlist.h"
#include "hookshell.h"
#include "termask.h"

#define PIPE_ROWS 24
#define PIPE_COLS 80

extern char **environ;

int
enter_open_terminal(struct enter *e)
{
	const struct enter_request *q = e->q;
	struct winsize ws = { .ws_row = PIPE_ROWS, .ws_col = PIPE_COLS };

	if (!q->tty) {
		e->fds[0] = q->in;
		e->fds[1] = q->out;
		e->fd_count = 2;
		e->claim.flags |= ATTACH_FLAG_PIPES;
	} else {
		e->fds[0] = open(q->tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
		if (e->fds[0] < 0 || tcgetattr(e->fds[0], &e->saved) < 0 || ioctl(e->fds[0], TIOCGWINSZ, &ws) < 0)
			return -errno;
		e->have_saved = true;
		e->fd_count = 1;
	}
	e->claim.rows = ws.ws_row;
	e->claim.cols = ws.ws_col;
	e->claim.xpixel = ws.ws_xpixel;
	e->claim.ypixel = ws.ws_ypixel;
	return 0;
}

/* A variable that a client may set in its session: what sshd_config of most hosts takes as well. */
static bool
acceptable(const struct wire_bytes *v)
{
	static const char *const names[] = { "LANG=", "COLORTERM=", "LC_" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (v->len > strlen(names[i]) && memcmp(v->data, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static int
take_environment(struct enter *e, const struct frame_attach *m)
{
	char text[FRAME_ENV_BYTES + 1];
	int rc = 0;

	for (uint32_t i = 0; i < m->env_count && rc != -ENOMEM; i++) {
		if (!acceptable(&m->env[i]))
			continue;
		memcpy(text, m->env[i].data, m->env[i].len);
		text[m->env[i].len] = '\0';
		rc = envlist_set(&e->claim.env, text);
	}
	/* Without a terminal ssh says none either. */
	if (rc != -ENOMEM && m->term[0] && !(m->flags & FRAME_PIPES))
		rc = envlist_set_value(&e->claim.env, "TERM", m->term);
	return rc == -ENOMEM ? rc : 0;
}

/* The data of a framed client. */
static int
fill_framed(struct enter *e)
{
	const struct enter_request *q = e->q;
	const struct frame_attach *m = q->framed;
	struct attach_framed *f = &e->claim.framed;

	e->claim.flags |= ATTACH_FLAG_FRAMED;
	e->claim.rows = (uint16_t)m->rows;
	e->claim.cols = (uint16_t)m->cols;
	e->claim.xpixel = (uint16_t)m->xpixel;
	e->claim.ypixel = (uint16_t)m->ypixel;
	*f = (struct attach_framed){ .lowest = q->lowest, .highest = q->highest,
		                     .input = m->mode == FRAME_STREAM ? m->input : q->ahead,
		                     .output = m->output, .errors = m->errors };
	snprintf(f->features, sizeof f->features, "%s", q->features ? q->features : "");
	memcpy(f->stream, m->stream, sizeof f->stream);
	memcpy(f->key, m->key, sizeof f->key);
	memcpy(e->claim.term, m->term, sizeof e->claim.term);
	return take_environment(e, m);
}

static void
fill_typed(struct enter *e)
{
	e->claim.flags |= ATTACH_FLAG_TYPED;
	e->claim.typed_len = e->q->typed_len < sizeof e->claim.typed ? e->q->typed_len : sizeof e->claim.typed;
	memcpy(e->claim.typed, e->q->typed, e->claim.typed_len);
}

/*
 * A hook runs when start-up files have done some of their work: a held shell begins where they did, so it gets what
 * sshd gave to the shell.  Otherwise our own, as much of it as fits.
 */
static int
fill_environment(struct enter *e)
{
	if (e->q->hook)
		return hookshell_environment(&e->claim.env);
	for (char **v = environ; *v; v++)
		if (callerenv_may_travel(*v) && envlist_set(&e->claim.env, *v) == -ENOMEM)
			return -ENOMEM;
	return 0;
}

/* TEXT, or nothing: a shortened name would be another one. */
static void
take_whole(char *out, size_t cap, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len && len < cap)
		memcpy(out, text, len + 1);
	else
		out[0] = '\0';
}

int
enter_fill_claim(struct enter *e)
{
	int rc = fill_environment(e);
	const char *term = envlist_get(&e->claim.env, "TERM");

	if (rc)
		return rc;
	e->claim.flags |= e->q->flags | ATTACH_FLAG_RETURNS;
	e->claim.ticket = e->q->ticket;
	take_whole(e->claim.term, sizeof e->claim.term, term);
	take_whole(e->claim.name, sizeof e->claim.name, e->q->name);
	if (e->q->typed_len)
		fill_typed(e);
	return e->q->framed ? fill_framed(e) : 0;
}

void
enter_fill_target(struct enter *e)
{
	bool terminal = e->q->tty || (e->q->framed && !(e->q->framed->flags & FRAME_PIPES));

	if (terminal && !e->described)
		termask(&e->claim.target, &e->claim.env);
	e->described = true;
}
