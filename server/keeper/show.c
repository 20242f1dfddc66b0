/* SPDX-License-Identifier: MIT */
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "age.h"
#include "attached.h"
#include "clock.h"
#include "framed.h"
#include "keeper.h"
#include "screen.h"
#include "tail.h"

#define NUDGE_MS 50 /* how long a program sees a screen one row smaller when it is made to redraw */
#define DOT "\302\267"
#define TRIES 2     /* of painters, for one rendering */

/*
 * The kernel sends SIGWINCH only when the size changes, and many programs do nothing unless it has: so it changes,
 * and changes back.
 */
void
show_redraw(struct keeper *k)
{
	if (k->size.ws_row < 2)
		return;
	keeper_set_rows(k, (unsigned short)(k->size.ws_row - 1));
	k->nudge_until = clock_now_ms() + NUDGE_MS;
}

/* Something other than the shell is in front and reads keys one by one: it draws its own screen. */
void
show_redraw_if_full_screen(struct keeper *k)
{
	pid_t front = tcgetpgrp(k->master);
	struct termios modes;

	if (front > 0 && front != k->shell && tcgetattr(k->slave, &modes) == 0 && !(modes.c_lflag & ICANON))
		show_redraw(k);
}

static void
format_bytes(char *text, size_t cap, uint64_t bytes)
{
	if (bytes < 10000)
		snprintf(text, cap, "%u bytes", (unsigned)bytes);
	else if (bytes < 10000000)
		snprintf(text, cap, "%llu KB", (unsigned long long)bytes / 1000);
	else
		snprintf(text, cap, "%llu MB", (unsigned long long)bytes / 1000000);
}

/* A middle dot would be two other characters in a terminal that is not one of UTF-8. */
static void
make_ascii(char *text)
{
	char *dot;

	while ((dot = strstr(text, DOT))) {
		*dot = '-';
		memmove(dot + 1, dot + strlen(DOT), strlen(dot + strlen(DOT)) + 1);
	}
}

/* What is said above C's screen: a resume, a gap, and that the screen may not be what it was. */
static void
format_line(const struct client *c, char *text, size_t cap)
{
	const struct keeper *k = c->keeper;
	const char *space = k->name[0] ? " " : "", *lost = "", *groups = "";
	char amount[AGE_CAP];

	if (k->painting.lost)
		lost = " " DOT " screen rebuilt from recent output";
	if (c->more_groups)
		groups = " " DOT " without the groups added since";
	if (c->show_why == SHOW_AGAIN) {
		format_bytes(amount, sizeof amount, k->ring.head - c->shown);
		snprintf(text, cap, "session %u%s%s " DOT " %s not shown while this terminal stood still%s",
		         k->place.id, space, k->name, amount, lost);
	} else if (attached_count(k) > 1 || !k->dropped_at) {
		snprintf(text, cap, "attached session %u%s%s%s%s", k->place.id, space, k->name, groups, lost);
	} else {
		age_format(amount, (clock_now_ms() - k->dropped_at) / 1000);
		snprintf(text, cap, "resumed session %u%s%s " DOT " away %s%s%s", k->place.id, space, k->name,
		         amount, groups, lost);
	}
	if (c->eight_bit)
		make_ascii(text);
}

/* Now that it has been said, or a redraw makes up for it. */
static void
make_up_for_loss(struct keeper *k)
{
	if (!k->painting.lost)
		return;
	k->painting.lost = false;
	show_redraw_if_full_screen(k);
}

static bool
wants_line(const struct client *c)
{
	return !c->quiet && (c->show_why == SHOW_RESUMED || c->show_why == SHOW_AGAIN);
}

/* There is no painter to be had. */
static void
show_tail(struct client *c)
{
	struct keeper *k = c->keeper;
	uint64_t oldest = ring_oldest(&k->ring);
	struct tail tail = { .bytes = NULL };
	char line[PAINT_LINE_CAP];

	k->painting.lost = true;
	format_line(c, line, sizeof line);
	k->painting.lost = false;
	c->wish = 0;
	if (!c->framed)
		c->t.flow = TERMINAL_FLOWING;
	if (tail_render(&tail, ring_at(&k->ring, oldest), (size_t)(k->ring.head - oldest), oldest == 0,
	                c->t.size.ws_row, c->t.size.ws_col, wants_line(c) ? line : NULL) < 0)
		tail.bytes = NULL;
	if (c->framed) {
		framed_expect(c);
		framed_rendered(c, tail.bytes, tail.len, true);
	} else {
		terminal_paint(&c->t, tail.bytes, tail.len, k->ring.head);
		terminal_push(&c->t, &k->ring);
	}
	if (tail.alternate || !tail.bytes)
		show_redraw(k);
	else
		show_redraw_if_full_screen(k);
}

static void
ask(struct client *c)
{
	struct keeper *k = c->keeper;
	unsigned flags = c->show_why == SHOW_AGAIN || c->show_why == SHOW_SCREEN ? PAINT_NO_SCROLLBACK : 0;
	char line[PAINT_LINE_CAP];

	c->wish = 0;
	c->tries++;
	format_line(c, line, sizeof line);
	if (c->framed) {
		framed_expect(c);
		/* Its scrollback is its own: what it shows is the last that it has before the gap. */
		flags |= c->show_why == SHOW_AGAIN ? PAINT_PUSH_UP : 0;
	} else {
		c->t.flow = TERMINAL_WAITING;
		terminal_paint(&c->t, NULL, 0, k->ring.head);
	}
	c->wish = painting_request(k, c->t.size.ws_row, c->t.size.ws_col, flags, wants_line(c) ? line : NULL);
	/* It was found dead only now: another one can have all that it had. */
	if (!c->wish && c->tries < TRIES)
		ask(c);
	else if (!c->wish)
		show_tail(c);
}

void
show_screen(struct client *c, enum show_why why, bool quiet)
{
	c->show_why = why;
	c->quiet = quiet;
	c->tries = 0;
	c->asked = false;
	ask(c);
	/* From here on it is this terminal that is asked. */
	painting_attend(c->keeper);
}

/* All clients that wait for a rendering, one after the other, as next_attached in attached.c. */
static struct client *
next_waiting(const struct keeper *k, unsigned *i)
{
	while (*i < k->clients.count) {
		struct client *c = k->clients.v[(*i)++];

		if (c->phase == CLIENT_ATTACHED && c->wish && (c->framed || c->t.flow == TERMINAL_WAITING))
			return c;
	}
	return NULL;
}

/* A rendering ends inside of tmux's control mode: that is to be left first.  Whether C waits for it. */
static bool
wait_for_control_mode(struct client *c)
{
	struct keeper *k = c->keeper;

	if (k->painting.string != SCREEN_CONTROL_MODE || c->show_why != SHOW_RESUMED || c->asked || c->t.readonly)
		return false;
	c->asked = c->held = true;
	controlmode_leave(k);
	return true;
}

void
show_held(struct keeper *k)
{
	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (!c->held)
			continue;
		c->held = false;
		if (c->phase == CLIENT_ATTACHED)
			ask(c);
	}
}

/* Who began a string has gone, and a shell is in front: nobody will end it. */
static void
end_string(struct keeper *k, unsigned char **bytes, size_t *len)
{
	unsigned char *more;

	if (k->painting.string == SCREEN_NO_STRING || tcgetpgrp(k->master) != k->shell ||
	    !(more = realloc(*bytes, *len + 2)))
		return;
	memcpy(more + *len, "\033\\", 2);
	*bytes = more;
	*len += 2;
}

void
show_rendered(struct keeper *k, uint32_t serial, unsigned char *bytes, size_t len)
{
	struct client *c;

	for (unsigned i = 0; (c = next_waiting(k, &i));) {
		if (c->wish != serial)
			continue;
		c->wish = 0;
		if (wait_for_control_mode(c))
			break;
		end_string(k, &bytes, &len);
		if (c->framed) {
			framed_rendered(c, bytes, len, k->painting.lost);
		} else {
			c->t.flow = TERMINAL_FLOWING;
			terminal_paint(&c->t, bytes, len, c->t.offset);
			terminal_push(&c->t, &k->ring);
		}
		make_up_for_loss(k);
		return;
	}
	free(bytes);
}

void
show_lost(struct keeper *k)
{
	struct client *c;

	for (unsigned i = 0; (c = next_waiting(k, &i));) {
		if (c->tries < TRIES)
			ask(c);
		else
			show_tail(c);
	}
}
