/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "secretmem.h"
#include "x11_auth.h"

#define XAUTH_MS 10000 /* it asks the display: that may be gone */
#define SLACK_S 60u    /* a cookie outlives our will to use it: an unknown one might let everybody in */
#define COOKIE_LEN 16
#define LINE_CAP 1024

struct asked {
	const char *xauth;
	int cancel;
};

/* Runs ARGV, and OUT (CAP bytes) gets the first of what it prints: 0 if it ends well, or -EIO, -ETIMEDOUT. */
static int
run(const struct asked *q, char *const *argv, char *out, size_t cap)
{
	uint64_t until = clock_now_ms() + XAUTH_MS, now;
	struct child c;
	size_t len = 0;
	ssize_t n = 1;
	char rest[256];
	int r = child_start(&c, argv, NULL);

	if (r < 0)
		return r;
	(void)shutdown(c.fd, SHUT_WR);
	while (n != 0 && (now = clock_now_ms()) < until) {
		struct pollfd p[2] = { { .fd = c.fd, .events = POLLIN }, { .fd = q->cancel, .events = POLLIN } };

		if (poll(p, 2, (int)(until - now)) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			break;
		n = len + 1 < cap ? read(c.fd, out + len, cap - 1 - len) : read(c.fd, rest, sizeof(rest));
		if (n > 0 && len + 1 < cap)
			len += (size_t)n;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
	}
	out[len] = '\0';
	r = n != 0 ? -ETIMEDOUT : 0;
	while (r == 0 && !child_ended(&c) && clock_now_ms() < until)
		(void)poll(NULL, 0, 5);
	if (r == 0)
		r = c.pid || c.status ? -EIO : 0;
	child_stop(&c);
	return r;
}

/* The line that `xauth list` prints: name, protocol, cookie. */
static int
list(struct x11 *x, const struct asked *q, const char *file)
{
	char *argv[6], line[LINE_CAP] = "", *save, *protocol, *cookie;
	unsigned n = 0;
	int r;

	argv[n++] = (char *)(uintptr_t)q->xauth;
	if (file) {
		argv[n++] = (char *)(uintptr_t)"-f";
		argv[n++] = (char *)(uintptr_t)file;
	}
	argv[n++] = (char *)(uintptr_t)"list";
	argv[n++] = x->name;
	argv[n] = NULL;
	r = run(q, argv, line, sizeof(line));
	if (r == 0 && !(strtok_r(line, " \t\n", &save) && (protocol = strtok_r(NULL, " \t\n", &save)) &&
	                (cookie = strtok_r(NULL, " \t\n", &save))))
		r = -ENOENT;
	if (r == 0)
		r = x11_cookie(x, protocol, cookie);
	secretmem_wipe(line, sizeof(line));
	return r;
}

/* A cookie of less rights, which the display makes for us. */
static int
generate(struct x11 *x, const struct asked *q, unsigned timeout)
{
	const char *tmp = getenv("TMPDIR");
	char dir[512], file[540], seconds[16], out[LINE_CAP];
	char *argv[] = { (char *)(uintptr_t)q->xauth, (char *)(uintptr_t)"-f", file, (char *)(uintptr_t)"generate",
	                 x->name, (char *)(uintptr_t)X11_PROTOCOL, (char *)(uintptr_t)"untrusted", NULL, NULL, NULL };
	int r;

	if (snprintf(dir, sizeof(dir), "%s/holdfast-XXXXXX", tmp && *tmp ? tmp : "/tmp") >= (int)sizeof(dir) ||
	    !mkdtemp(dir))
		return -ENOENT;
	snprintf(file, sizeof(file), "%s/xauthfile", dir);
	snprintf(seconds, sizeof(seconds), "%u", timeout + SLACK_S);
	if (timeout) {
		argv[7] = (char *)(uintptr_t)"timeout";
		argv[8] = seconds;
	}
	r = run(q, argv, out, sizeof(out));
	if (r == 0)
		r = list(x, q, file);
	(void)unlink(file);
	(void)rmdir(dir);
	return r;
}

/* Without a cookie any will do: a display may let programs in by their host. */
static int
invent(struct x11 *x)
{
	unsigned char random[COOKIE_LEN];
	char hex[2 * COOKIE_LEN + 1];

	if (secretmem_random(random, sizeof(random)) < 0)
		return -EIO;
	for (unsigned i = 0; i < COOKIE_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", random[i]);
	return x11_cookie(x, X11_PROTOCOL, hex);
}

static void
say(const struct transport_target *t, const struct transport_asking *asking, const char *text)
{
	if (t->config->log_level >= LOG_LEVEL_ERROR)
		asking->say(asking->object, text);
}

/* The first connection's: whether there is a display to forward at all. */
static struct x11 *
first(const struct transport_target *t, const struct transport_asking *asking, const struct asked *q)
{
	const struct sshconfig *c = t->config;
	const char *display = getenv("DISPLAY");
	struct x11 *x = display && *display ? calloc(1, sizeof(*x)) : NULL;
	int r = 0;

	if (!x)
		return NULL;
	x->refuse_from = UINT64_MAX;
	if (x11_display(x, display) < 0) {
		say(t, asking, "X11 is not forwarded: DISPLAY is not valid.");
		x11_free(x);
		return NULL;
	}
	if (c->x11 == X11_YES) {
		if (c->x11_timeout)
			x->refuse_from = clock_now_ms() + c->x11_timeout * UINT64_C(1000);
		r = generate(x, q, c->x11_timeout);
		if (r < 0) {
			say(t, asking,
			    "X11 is not forwarded: xauth could not make a cookie without trust (-Y trusts the host).");
			x11_free(x);
			return NULL;
		}
	} else if (list(x, q, NULL) < 0) {
		say(t, asking, "xauth knows no cookie of the X display: trying without one.");
		r = invent(x);
	}
	if (r == 0)
		return x;
	x11_free(x);
	return NULL;
}

void
x11_prepare(struct transport_target *t, const struct transport_asking *asking, int cancel)
{
	const struct sshconfig *c = t->config;
	const struct asked q = { c->xauth ? c->xauth : "xauth", cancel };

	if (c->x11 == X11_NO)
		return;
	if (!t->x11_asked)
		t->x11 = first(t, asking, &q);
	else if (t->x11 && c->x11 == X11_TRUSTED)
		(void)list(t->x11, &q, NULL); /* the display may have been started anew, with another cookie */
	t->x11_asked = true;
}
