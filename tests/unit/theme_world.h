/* SPDX-License-Identifier: MIT */
/* theme_world: a keeper whose program writes what it reads, and terminals that are asked for their colours. */
#ifndef HOLDFAST_THEME_WORLD_H
#define HOLDFAST_THEME_WORLD_H

#include "keeper_world.h"

#define QUESTION "\033]10;?\033\\\033]11;?\033\\\033]12;?\033\\"

/* A terminal with a size, unless it has none. */
static inline void
claims(struct caller *c, struct attach_claim *m, unsigned short rows)
{
	struct winsize ws = { .ws_row = rows, .ws_col = 80 };

	caller_connect(c);
	caller_claim(c, m);
	if (rows)
		assert_int_equal(ioctl(c->screen, TIOCSWINSZ, &ws), 0);
}

/* A session whose program writes what it reads, unchanged, and the first terminal, which can do CAN. */
static inline void
open_session(struct caller *c, uint64_t can)
{
	struct attach_claim m;
	struct termios t;
	size_t len;

	world_command[0] = '\0';
	world_open(false, false);
	snprintf(k.init.shell, sizeof k.init.shell, "/bin/cat");
	m = claim_of(ATTACH_MODE_FIRST, 0);
	m.target.can = can;
	claims(c, &m, 24);
	caller_expect(c, ATTACH_MSG_CLAIMED, &len);
	caller_say(c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) == 1);
	assert_int_equal(tcgetattr(k.slave, &t), 0);
	cfmakeraw(&t);
	assert_int_equal(tcsetattr(k.slave, TCSANOW, &t), 0);
	/* Until it prints something, the keeper holds input back. */
	assert_int_equal(write(k.slave, "ready", 5), 5);
	turn_until(k.ring.head >= 5);
}

static inline void
join(struct caller *c, uint64_t can, uint32_t flags, unsigned short rows)
{
	struct attach_claim m = claim_of(ATTACH_MODE_JOIN, flags);
	unsigned before = peers_attached(&k);
	size_t len;

	m.target.can = can;
	claims(c, &m, rows);
	caller_expect(c, ATTACH_MSG_CLAIMED, &len);
	caller_say(c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) > before);
}

static inline void
types(struct caller *c, const char *keys)
{
	assert_int_equal(write(c->screen, keys, strlen(keys)), strlen(keys));
}

static char all[65536]; /* what a terminal has got */

static inline void
see(struct caller *c)
{
	const char *more = caller_seen(c);
	size_t at = strlen(all), len = strlen(more);

	assert_true(at + len < sizeof all);
	memcpy(all + at, more, len + 1);
}

/* C's terminal gets exactly TEXT now. */
static inline void
sees(struct caller *c, const char *text)
{
	all[0] = '\0';
	turn_until((see(c), strlen(all) >= strlen(text)));
	turn();
	see(c);
	assert_string_equal(all, text);
}

#define THEMED (TERMCAN_KNOWN | TERMCAN_THEME)

/* A session that a terminal which can do that comes back to; it has been asked, and shows the screen. */
static inline void
open_asked(struct caller *c)
{
	open_session(c, THEMED);
	sees(c, "ready");
	caller_hang_up(c);
	turn_until(peers_attached(&k) == 0);
	join(c, THEMED, 0, 24);
	all[0] = '\0';
	turn_until((see(c), strstr(all, "ready") && !k.peers.v[0]->t.paint));
	turn();
	see(c);
	assert_memory_equal(all, QUESTION, strlen(QUESTION));
	assert_null(strstr(all + 1, QUESTION));
}

static inline void
prints(const char *text)
{
	uint64_t to = k.ring.head + strlen(text);

	assert_int_equal(write(k.slave, text, strlen(text)), strlen(text));
	turn_until(k.ring.head >= to);
}

#endif
