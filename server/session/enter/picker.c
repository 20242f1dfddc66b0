/* SPDX-License-Identifier: MIT */
#include "picker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "picker_draw.h"

#define MIN_ROWS 5
#define MIN_COLS 20
#define PREVIEW_MS 200
#define ESCAPE_MS 100 /* what follows an ESC by then belongs to it */

enum key { KEY_OTHER, KEY_UP, KEY_DOWN, KEY_ENTER, KEY_QUIT, KEY_RESIZE };

struct press {
	enum key key;
	char c; /* OTHER */
};

bool
picker_offers(const struct picker *p, const struct attach_status *s)
{
	return s->id != p->own &&
	       (s->state == ATTACH_STATE_ATTACHED || s->state == ATTACH_STATE_DROPPED ||
	        s->state == ATTACH_STATE_CLAIMING);
}

size_t
picker_count(const struct picker *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->list->count; i++)
		n += picker_offers(p, &p->list->v[i]);
	return n;
}

/* Whether a byte comes within MS milliseconds (-1: no limit): 1, 0, or -EINTR: hang-up. */
static int
wait_input(const struct picker *p, int ms)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = p->tty, .events = POLLIN },
			                { .fd = p->waiting->signals, .events = POLLIN } };
		int n = poll(fds, 2, ms);

		if (n < 0 && errno != EINTR)
			return -errno;
		waiting_take(p->waiting);
		if (p->waiting->hangup || p->waiting->skip || (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
			return -EINTR;
		if (n == 0 || p->waiting->resized)
			return 0;
		if (n > 0 && (fds[0].revents & POLLIN))
			return 1;
	}
}

static int
read_byte(const struct picker *p, int ms, unsigned char *c)
{
	int rc = wait_input(p, ms);
	ssize_t n;

	if (rc <= 0)
		return rc;
	n = read(p->tty, c, 1);
	return n == 1 ? 1 : n == 0 ? -EINTR : errno == EAGAIN ? 0 : -EINTR;
}

/* Behind an ESC: an arrow, another sequence, which is skipped, or nothing: the key Escape. */
static int
read_escape(const struct picker *p, struct press *k)
{
	unsigned char c = 0;
	int rc = read_byte(p, ESCAPE_MS, &c);

	k->key = KEY_QUIT;
	if (rc <= 0)
		return rc;
	k->key = KEY_OTHER;
	k->c = '\0';
	if (c != '[' && c != 'O')
		return 0;
	do
		rc = read_byte(p, ESCAPE_MS, &c);
	while (rc > 0 && (c < 0x40 || c > 0x7e));
	if (rc > 0 && c == 'A')
		k->key = KEY_UP;
	else if (rc > 0 && c == 'B')
		k->key = KEY_DOWN;
	return rc < 0 ? rc : 0;
}

/* Waits for a key: 0 or a negative errno. */
static int
read_key(const struct picker *p, struct press *k)
{
	unsigned char c;
	int rc;

	*k = (struct press){ KEY_OTHER, '\0' };
	while ((rc = read_byte(p, -1, &c)) == 0)
		if (p->waiting->resized) {
			p->waiting->resized = false;
			k->key = KEY_RESIZE;
			return 0;
		}
	if (rc < 0)
		return rc;
	switch (c) {
	case 0x1b:
		return read_escape(p, k);
	case '\r': case '\n':
		k->key = KEY_ENTER;
		break;
	case 'k': case 0x10:
		k->key = KEY_UP;
		break;
	case 0x0e:
		k->key = KEY_DOWN;
		break;
	case 'q': case 0x03: case 0x04: case 0x1c:
		k->key = KEY_QUIT;
		break;
	default:
		k->c = (char)c;
	}
	return 0;
}

/* The last line of a session's output; "" when its keeper does not say. */
static void
fetch_preview(const struct attach_status *s, char text[TEXT_CAP])
{
	unsigned char msg[8], reply[1024];
	char got[TEXT_CAP];
	int len = attach_encode_plain(ATTACH_MSG_LAST, msg, sizeof msg), n, fd = session_connect(geteuid(), s->id);

	text[0] = '\0';
	if (fd < 0)
		return;
	n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, PREVIEW_MS);
	close(fd);
	if (n <= 0 || attach_type_of(reply, (size_t)n) != ATTACH_MSG_LAST_IS ||
	    attach_decode_text(got, reply, (size_t)n))
		return;
	/* The keeper has done so; but it is a process of the user's. */
	for (size_t i = 0; (text[i] = got[i]) != '\0'; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
}

static void
choose(struct picker_choice *c, uint32_t id, uint32_t mode, uint32_t flags)
{
	*c = (struct picker_choice){ PICKER_SESSION, id, mode, flags };
}

/* The question, until it is answered. */
static int
ask_how(const struct picker *p, const struct attach_status *s, const struct winsize *size, struct picker_choice *c)
{
	struct press k;
	int rc;

	c->what = PICKER_QUIT;
	for (;;) {
		picker_draw_how(p->tty, s, p->may_watch, size);
		do
			rc = read_key(p, &k);
		while (!rc && k.key != KEY_QUIT && !(k.key == KEY_OTHER && strchr("tjw", k.c) && k.c));
		if (rc || k.key == KEY_QUIT)
			return rc;
		if (k.c == 't')
			choose(c, s->id, ATTACH_MODE_TAKE, ATTACH_FLAG_ASKED);
		else if (k.c == 'j')
			choose(c, s->id, ATTACH_MODE_JOIN, 0);
		else if (p->may_watch)
			choose(c, s->id, ATTACH_MODE_JOIN, ATTACH_FLAG_READONLY);
		if (c->what == PICKER_SESSION)
			return 0;
	}
}

/* A digit: selects the session whose number has been typed so far. */
static void
type_digit(struct picker_view *v, uint32_t *typed, char digit)
{
	uint32_t d = (uint32_t)(digit - '0'), tries[] = { *typed < 100000 ? *typed * 10 + d : d, d };

	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < v->count; i++)
			if (v->rows[i]->id == tries[t]) {
				v->selected = i;
				*typed = tries[t];
				return;
			}
	/* The beginning of a longer one, perhaps. */
	*typed = tries[0];
}

static void
select_row(struct picker_view *v, size_t row)
{
	if (row < v->count)
		v->selected = row;
}

/* One key: 1 when *c is the choice, 0 to go on, or a negative errno. */
static int
on_key(const struct picker *p, struct picker_view *v, const struct press *k, uint32_t *typed, struct picker_choice *c)
{
	const struct attach_status *s = v->rows[v->selected];
	int rc;

	if (k->key == KEY_QUIT)
		return 1;
	if (k->key == KEY_UP || k->key == KEY_DOWN || (k->key == KEY_OTHER && k->c == 'j')) {
		select_row(v, k->key == KEY_UP ? v->selected - 1 : v->selected + 1);
	} else if (k->key == KEY_ENTER && s->state != ATTACH_STATE_ATTACHED) {
		choose(c, s->id, ATTACH_MODE_TAKE, 0);
		return 1;
	} else if (k->key == KEY_ENTER) {
		rc = ask_how(p, s, &v->size, c);
		return rc ? rc : c->what == PICKER_SESSION;
	} else if (k->key == KEY_OTHER && k->c == 'n' && p->may_start) {
		c->what = PICKER_NEW;
		return 1;
	} else if (k->key == KEY_OTHER && k->c >= '0' && k->c <= '9') {
		type_digit(v, typed, k->c);
		return 0;
	}
	*typed = 0;
	return 0;
}

static int
run_list(const struct picker *p, struct picker_view *v, struct picker_choice *c)
{
	size_t previewed = SIZE_MAX;
	uint32_t typed = 0;
	struct press k;
	int rc;

	do {
		if (ioctl(p->tty, TIOCGWINSZ, &v->size) < 0 || v->size.ws_row < MIN_ROWS || v->size.ws_col < MIN_COLS)
			return -ENOTSUP;
		if (previewed != v->selected)
			fetch_preview(v->rows[v->selected], v->preview);
		previewed = v->selected;
		picker_draw_scroll(v);
		picker_draw_list(p->tty, v);
		rc = read_key(p, &k);
		if (!rc)
			rc = on_key(p, v, &k, &typed, c);
	} while (rc == 0);
	return rc > 0 ? 0 : rc;
}

static void
say(int tty, const char *bytes)
{
	if (write(tty, bytes, strlen(bytes)) < 0)
		return;
}

/* Raw mode; earlier input is not an answer. */
static int
begin(const struct picker *p, struct termios *saved)
{
	struct termios raw;

	if (tcgetattr(p->tty, saved) < 0)
		return -errno;
	raw = *saved;
	cfmakeraw(&raw);
	return tcsetattr(p->tty, TCSAFLUSH, &raw) < 0 ? -errno : 0;
}

int
picker_run(const struct picker *p, struct picker_choice *c)
{
	const char *term = getenv("TERM");
	struct picker_view v = { .may_start = p->may_start };
	struct termios saved;
	int rc;

	*c = (struct picker_choice){ .what = PICKER_QUIT };
	if (!term || !*term || strcmp(term, "dumb") == 0 || picker_count(p) == 0)
		return -ENOTSUP;
	v.rows = calloc(p->list->count, sizeof *v.rows);
	if (!v.rows)
		return -ENOMEM;
	for (size_t i = 0; i < p->list->count; i++)
		if (picker_offers(p, &p->list->v[i]))
			v.rows[v.count++] = &p->list->v[i];
	rc = begin(p, &saved);
	if (!rc) {
		say(p->tty, "\033[?1049h\033[?25l");
		rc = run_list(p, &v, c);
		say(p->tty, "\033[?25h\033[?1049l");
		tcsetattr(p->tty, TCSADRAIN, &saved);
	}
	free(v.rows);
	return rc;
}

int
picker_how(const struct picker *p, const struct attach_status *s, struct picker_choice *c)
{
	struct termios saved;
	int rc = begin(p, &saved);

	*c = (struct picker_choice){ .what = PICKER_QUIT };
	if (rc)
		return rc;
	rc = ask_how(p, s, NULL, c);
	say(p->tty, "\r\n");
	tcsetattr(p->tty, TCSADRAIN, &saved);
	return rc;
}
