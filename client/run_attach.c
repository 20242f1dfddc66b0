/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "local.h"
#include "run_ahead.h"
#include "run_attach.h"
#include "run_fallback.h"
#include "run_redirect.h"
#include "secretmem.h"

#define REQUEST_ATTACH_CAP (FRAME_COMMAND_MAX + FRAME_ENV_BYTES + 8192)

static bool
has_env(const struct frame_attach *m, const char *variable, size_t name_len)
{
	for (uint32_t i = 0; i < m->env_count; i++)
		if (m->env[i].len >= name_len && !memcmp(m->env[i].data, variable, name_len))
			return true;
	return false;
}

static void
put_variable(struct frame_attach *m, const char *variable, size_t *bytes)
{
	const char *equals = strchr(variable, '=');
	size_t len = strlen(variable);

	/* LC_HOLDFAST configures holdfast itself, and is not for the session. */
	if (!equals || equals == variable || !strncmp(variable, "LC_HOLDFAST=", 12) ||
	    has_env(m, variable, (size_t)(equals - variable) + 1) || m->env_count == FRAME_ENV_COUNT ||
	    *bytes + len > FRAME_ENV_BYTES)
		return;
	*bytes += len;
	m->env[m->env_count++] = (struct wire_bytes){ (const unsigned char *)variable, len };
}

/*
 * The variables that the configuration sends, and the locale: programs at the other end must write what this terminal
 * can show.
 */
static void
put_env(struct frame_attach *m, char *const *list)
{
	size_t bytes = 0;

	for (; list && *list; list++)
		put_variable(m, *list, &bytes);
	for (char **e = environ; *e; e++)
		if (!strncmp(*e, "LANG=", 5) || !strncmp(*e, "LC_", 3) || !strncmp(*e, "COLORTERM=", 10))
			put_variable(m, *e, &bytes);
}

static void
put_text(char *out, size_t cap, const char *text)
{
	/* A part of a name would be the name of something else. */
	if (!text || strlen(text) >= cap)
		text = "";
	memcpy(out, text, strlen(text) + 1);
}

/* ATTACH of a command that is to be started becomes ATTACH_AHEAD, which only holdfast reads. */
static void
mask(unsigned char *frame, int n, const unsigned char nonce[FRAME_NONCE])
{
	frame[FRAME_HEAD - 1] = FRAME_ATTACH_AHEAD;
	frame_mask(frame + FRAME_HEAD, (size_t)n - FRAME_HEAD, nonce);
}

static bool
is_too_long(const struct run *r)
{
	return r->o->command && strlen(r->o->command) > FRAME_COMMAND_MAX;
}

/* ATTACH: its length, or a negative errno. */
static int
make(const struct run *r, unsigned char *out, size_t cap)
{
	static struct frame_attach m; /* large, and there is one thread */
	struct frame_size size;

	memset(&m, 0, sizeof m);
	m.mode = r->mode;
	m.flags = r->flags;
	put_text(m.want, sizeof m.want, r->want);
	if (!r->stream.attached) {
		put_text(m.command, sizeof m.command, r->o->command);
		put_env(&m, target_environment(r->target));
	}
	put_text(m.term, sizeof m.term, r->terminal ? getenv("TERM") : "");
	local_size(&size);
	if (r->terminal && (!size.rows || !size.cols))
		size = (struct frame_size){ .rows = 24, .cols = 80 };
	m.rows = size.rows;
	m.cols = size.cols;
	m.xpixel = size.xpixel;
	m.ypixel = size.ypixel;
	if (r->stream.attached)
		snprintf(m.want, sizeof m.want, "%u", r->stream.session);
	link_stream_ask(&r->stream, &m);
	run_redirect_ask(r, &m);
	return frame_put_attach(&m, out, cap);
}

const struct link_first *
run_attach_first(struct run *r)
{
	static unsigned char frame[FRAME_ATTACH_VARIABLE_MAX];
	static struct link_first first;
	int n = -1;

	if (r->o->command && !r->stream.attached && r->mode == FRAME_NEW && !is_too_long(r) && run_ahead_known(r) &&
	    secretmem_random(first.nonce, sizeof first.nonce) == 0)
		n = make(r, frame, sizeof frame);
	if (n < 0)
		return NULL;
	mask(frame, n, first.nonce);
	first.attach = frame;
	first.len = (size_t)n;
	return &first;
}

void
run_attach(struct run *r, struct link *l)
{
	static unsigned char frame[REQUEST_ATTACH_CAP];
	char why[64];
	int n;

	if (is_too_long(r)) {
		snprintf(why, sizeof why, "the command is longer than %u bytes", FRAME_COMMAND_MAX);
		run_refused(r, why);
		return;
	}
	n = make(r, frame, sizeof frame);
	l->ahead = l->phase < LINK_READY && r->o->command && !r->stream.attached && n > 0;
	if (l->ahead)
		mask(frame, n, l->preamble + sizeof frame_magic);
	run_redirect_put(r, l);
	link_put(l, frame, n);
	l->asked_attach = true;
	link_expect(l, clock_now_ms());
	l->starting = !r->stream.attached;
	run_ahead_begin(r, l);
	link_flush(l);
}
