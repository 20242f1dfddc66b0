/* SPDX-License-Identifier: MIT */
#include "redraw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "age.h"
#include "clock.h"
#include "controlmode.h"
#include "fallback.h"
#include "picture.h"
#include "picture_private.h"
#include "screen.h"
#include "session.h"

#define DOT "\302\267"
#define TRIES 2     /* of painters, for one rendering */

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

/* The line above PEER's screen: a resume, a gap, and that the screen may differ. */
static void
format_line(const struct peer *peer, bool lossy, char *text, size_t cap)
{
	const struct keeper *k = peer->keeper;
	const char *space = k->name[0] ? " " : "", *lost = "", *groups = "";
	char amount[AGE_CAP];

	if (lossy)
		lost = " " DOT " screen rebuilt from recent output";
	if (peer->more_groups)
		groups = " " DOT " without the groups added since";
	if (peer->why == REDRAW_AGAIN) {
		format_bytes(amount, sizeof amount, k->ring.head - peer->shown);
		snprintf(text, cap, "session %u%s%s " DOT " %s not shown while this terminal stood still%s",
		         k->dir.id, space, k->name, amount, lost);
	} else if (peers_attached(k) > 1 || !k->dropped_at) {
		snprintf(text, cap, "attached session %u%s%s%s%s", k->dir.id, space, k->name, groups, lost);
	} else {
		age_format(amount, (clock_now_ms() - k->dropped_at) / 1000);
		snprintf(text, cap, "resumed session %u%s%s " DOT " away %s%s%s", k->dir.id, space, k->name,
		         amount, groups, lost);
	}
	/* Of a session that the user has lost. */
	if (peer->told[0] && peer->quiet)
		snprintf(text, cap, "%s", peer->told);
	else if (peer->told[0])
		snprintf(text + strlen(text), cap - strlen(text), " " DOT " %s", peer->told);
	if (peer->eight_bit || (termcan_known(&peer->target) && !(peer->target.can & TERMCAN_UTF8)))
		make_ascii(text);
}

/* The line has told of a lost model: makes a full-screen program redraw. */
static void
make_up_for_loss(struct keeper *k)
{
	if (!picture_is_lossy(k))
		return;
	picture_forget_loss(k);
	session_nudge_if_full_screen(k);
}

static bool
wants_line(const struct peer *peer)
{
	return (!peer->quiet || peer->told[0]) && (peer->why == REDRAW_RESUMED || peer->why == REDRAW_AGAIN);
}

/* There is no painter to be had. */
static void
show_fallback(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	uint64_t oldest = ring_oldest(&k->ring);
	struct fallback f = { .bytes = NULL };
	char line[PAINT_LINE_CAP];

	format_line(peer, true, line, sizeof line);
	peer->wish = 0;
	if (fallback_render(&f, ring_at(&k->ring, oldest), (size_t)(k->ring.head - oldest), oldest == 0,
	                    peer->t.size.ws_row, peer->t.size.ws_col, wants_line(peer) ? line : NULL,
	                    &peer->target) < 0)
		f.bytes = NULL;
	peer->ops->expect(peer);
	peer->ops->rendered(peer, f.bytes, f.len, true);
	picture_forget_loss(k);
	if (f.alternate || !f.bytes)
		session_nudge(k);
	else
		session_nudge_if_full_screen(k);
}

/* Whether no program of the shell's has the terminal. */
static bool
shell_in_front(const struct keeper *k)
{
	return tcgetpgrp(k->master) == k->shell.pid;
}

static unsigned
flags_for(const struct peer *peer)
{
	bool whole = peer->why == REDRAW_RESUMED || peer->why == REDRAW_ALL;
	unsigned flags = whole ? 0 : PAINT_NO_SCROLLBACK;

	/* The screen that its client shows now becomes the end of the scrollback before the gap. */
	if (peer->ops->keeps_scrollback && peer->why == REDRAW_AGAIN)
		flags |= PAINT_PUSH_UP;
	if (shell_in_front(peer->keeper))
		flags |= PAINT_SHELL;
	return flags;
}

static void
ask(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	char line[PAINT_LINE_CAP];

	peer->wish = 0;
	peer->tries++;
	format_line(peer, picture_is_lossy(k), line, sizeof line);
	peer->ops->expect(peer);
	peer->wish = picture_request(k, peer->t.size.ws_row, peer->t.size.ws_col, flags_for(peer),
	                             wants_line(peer) ? line : NULL, &peer->target);
	/* The painter was found dead only now: another one can make the same model. */
	if (!peer->wish && peer->tries < TRIES)
		ask(peer);
	else if (!peer->wish)
		show_fallback(peer);
}

void
redraw_screen(struct peer *peer, enum redraw_why why, bool quiet)
{
	peer->why = why;
	peer->quiet = quiet;
	peer->tries = 0;
	peer->asked = false;
	ask(peer);
	/* From here on this terminal answers queries. */
	picture_attend(peer->keeper);
}

/* If the rendering ends inside of tmux's control mode, asks tmux to leave first.  Whether PEER waits for that. */
static bool
wait_for_control_mode(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	if (picture_string(k) != SCREEN_CONTROL_MODE || (peer->why != REDRAW_RESUMED && peer->why != REDRAW_BACK) ||
	    peer->asked || peer->t.readonly)
		return false;
	peer->asked = peer->held = true;
	controlmode_leave(k);
	return true;
}

void
redraw_held(struct keeper *k)
{
	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (!peer->held)
			continue;
		peer->held = false;
		if (peer->phase == PEER_ATTACHED)
			ask(peer);
	}
}

/* The program that began a string has gone, and a shell is in front: ends the string. */
static void
end_string(struct keeper *k, unsigned char **bytes, size_t *len)
{
	unsigned char *more;

	if (picture_string(k) == SCREEN_NO_STRING || !shell_in_front(k) ||
	    !(more = realloc(*bytes, *len + 2)))
		return;
	memcpy(more + *len, "\033\\", 2);
	*bytes = more;
	*len += 2;
}

/* The attachment that waits for the rendering SERIAL, or NULL. */
static struct peer *
find_waiting(const struct keeper *k, uint32_t serial)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->wish && peer->wish == serial)
			return peer;
	return NULL;
}

/* The rendering that was asked for by SERIAL, taken over. */
static void
on_rendered(struct keeper *k, uint32_t serial, unsigned char *bytes, size_t len)
{
	struct peer *peer = find_waiting(k, serial);

	if (peer)
		peer->wish = 0;
	if (!peer || wait_for_control_mode(peer)) {
		free(bytes);
		return;
	}
	end_string(k, &bytes, &len);
	peer->ops->rendered(peer, bytes, len, picture_is_lossy(k));
	make_up_for_loss(k);
}

/* The painter is lost, with all requests to it: asks another one, or shows the fallback. */
static void
on_lost(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (!peer->wish)
			continue;
		if (peer->tries < TRIES)
			ask(peer);
		else
			show_fallback(peer);
	}
}

int
redraw_open(struct keeper *k)
{
	static const struct picture_events events = { .rendered = on_rendered, .lost = on_lost };

	return picture_open(k, &events);
}
