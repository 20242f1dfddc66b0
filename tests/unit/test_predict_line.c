/* SPDX-License-Identifier: MIT */
/* The kernel's echo: what line.c says of it, against what the kernel writes for the same keys in the same modes. */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "line.h"

#define CASES 3000
#define KEYS 30
#define WAIT_MS 20000

static const struct { uint32_t ours; tcflag_t l, i, o; } table[] = {
	{ FRAME_TTY_ICANON, ICANON, 0, 0 }, { FRAME_TTY_ECHO, ECHO, 0, 0 }, { FRAME_TTY_ECHOE, ECHOE, 0, 0 },
	{ FRAME_TTY_ECHOK, ECHOK, 0, 0 }, { FRAME_TTY_ECHOKE, ECHOKE, 0, 0 }, { FRAME_TTY_ECHOCTL, ECHOCTL, 0, 0 },
	{ FRAME_TTY_ECHOPRT, ECHOPRT, 0, 0 }, { FRAME_TTY_ECHONL, ECHONL, 0, 0 }, { FRAME_TTY_IEXTEN, IEXTEN, 0, 0 },
	{ FRAME_TTY_ISIG, ISIG, 0, 0 }, { FRAME_TTY_ICRNL, 0, ICRNL, 0 }, { FRAME_TTY_INLCR, 0, INLCR, 0 },
	{ FRAME_TTY_IGNCR, 0, IGNCR, 0 }, { FRAME_TTY_IUTF8, 0, IUTF8, 0 }, { FRAME_TTY_OPOST, 0, 0, OPOST },
	{ FRAME_TTY_ONLCR, 0, 0, ONLCR }, { FRAME_TTY_XTABS, 0, 0, XTABS }, { FRAME_TTY_ISTRIP, 0, ISTRIP, 0 },
	{ FRAME_TTY_IUCLC, 0, IUCLC, 0 }, { FRAME_TTY_IXON, 0, IXON, 0 },
};

static const unsigned char characters[FRAME_TTY_CC] = { 3, 28, 127, 21, 4, 5, 6, 23, 22, 18, 26, 17, 19 };
static const unsigned places[FRAME_TTY_CC] = { VINTR, VQUIT, VERASE, VKILL, VEOF, VEOL, VEOL2, VWERASE, VLNEXT,
	VREPRINT, VSUSP, VSTART, VSTOP };

/* Those that a shell's terminal has, those that a part of the cases turn, and those that few turn. */
#define USUAL (FRAME_TTY_ICANON | FRAME_TTY_ECHO | FRAME_TTY_ECHOE | FRAME_TTY_ECHOK | FRAME_TTY_ECHOKE | \
	FRAME_TTY_ECHOCTL | FRAME_TTY_IEXTEN | FRAME_TTY_ISIG | FRAME_TTY_ICRNL | FRAME_TTY_IUTF8 | FRAME_TTY_OPOST | \
	FRAME_TTY_ONLCR)

struct pair { int master, slave; };

static unsigned
random_below(unsigned n)
{
	static uint64_t seed = 20240718;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % n);
}

static uint32_t
random_modes(unsigned which)
{
	uint32_t modes = USUAL;

	for (size_t i = 0; which > 0 && i < sizeof table / sizeof *table; i++)
		if (random_below(which % 3 == 0 ? 3 : 8) == 0)
			modes ^= table[i].ours;
	return modes;
}

static struct pair
pty_with(const struct frame_tty *tty)
{
	struct pair p = { .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) };
	struct termios t = { 0 };

	assert_true(p.master >= 0);
	assert_int_equal(grantpt(p.master), 0);
	assert_int_equal(unlockpt(p.master), 0);
	p.slave = open(ptsname(p.master), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(p.slave >= 0);
	assert_int_equal(tcgetattr(p.slave, &t), 0);
	t.c_lflag = t.c_iflag = t.c_oflag = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (!(tty->modes & table[i].ours))
			continue;
		t.c_lflag |= table[i].l;
		t.c_iflag |= table[i].i;
		t.c_oflag |= table[i].o;
	}
	memset(t.c_cc, 0, sizeof t.c_cc);
	for (unsigned i = 0; i < FRAME_TTY_CC; i++)
		t.c_cc[places[i]] = tty->cc[i];
	if (!(tty->modes & FRAME_TTY_ICANON))
		t.c_cc[VMIN] = 1;
	assert_int_equal(tcsetattr(p.slave, TCSANOW, &t), 0);
	return p;
}

static size_t
random_key(const struct frame_tty *tty, unsigned char *key)
{
	static const char *const text[] = { "\xc3\xa9", "\xd7\x90", "\xe4\xb8\xad", "\xf0\x9f\x99\x82", "e\xcc\x81",
		"\033[D", "\x80", "\xff", "\r", "\n", "\t", " " };
	unsigned what = random_below(20);

	if (what < 7) {
		key[0] = (unsigned char)("abcXYZ019_ .-/"[random_below(14)]);
		return 1;
	}
	if (what < 13) {
		key[0] = tty->cc[random_below(FRAME_TTY_CC)];
		return 1;
	}
	if (what < 18) {
		const char *t = text[random_below(sizeof text / sizeof *text)];
		memcpy(key, t, strlen(t));
		return strlen(t);
	}
	key[0] = (unsigned char)random_below(256);
	return 1;
}

static void
write_all(const struct pair *p, const void *bytes, size_t len)
{
	assert_int_equal(write(p->master, bytes, len), len);
}

/* Reads what the kernel has written until it is LEN bytes. */
static void
read_echo(const struct pair *p, unsigned char *echo, size_t len)
{
	size_t n = 0;

	while (n < len) {
		struct pollfd f = { .fd = p->master, .events = POLLIN };
		ssize_t got;

		assert_int_equal(poll(&f, 1, WAIT_MS), 1);
		got = read(p->master, echo + n, len - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
}

/* Nothing more comes: a last byte has been echoed at once behind all the others, in raw mode. */
static void
no_more_echo(const struct pair *p)
{
	struct termios t;
	unsigned char c = 0;

	assert_int_equal(tcgetattr(p->slave, &t), 0);
	t.c_lflag = ECHO;
	t.c_iflag = t.c_oflag = 0;
	assert_int_equal(tcsetattr(p->slave, TCSANOW, &t), 0);
	write_all(p, "Q", 1);
	read_echo(p, &c, 1);
	assert_int_equal(c, 'Q');
}

static void
fail_key(unsigned which, const struct frame_tty *tty, unsigned char c, const struct line_echo *want,
    const unsigned char *got)
{
	fprintf(stderr, "case %u, modes %x: byte %02x:", which, tty->modes, c);
	for (unsigned i = 0; i < want->n; i++)
		fprintf(stderr, " %02x%s%02x", want->bytes[i], want->bytes[i] == got[i] ? "=" : "!", got[i]);
	fprintf(stderr, "\n");
	fail();
}

/* Types C; false: the case ends here, because output is stopped. */
static bool
type(unsigned which, const struct frame_tty *tty, const struct pair *p, struct line *l, unsigned char c)
{
	static struct line_echo echo;
	static unsigned char got[LINE_ECHO];

	line_key(l, c, &echo);
	if (!echo.known)
		assert_true(echo.end == LINE_STOPS || l->stopped);
	if (echo.end == LINE_STOPS)
		return false;
	write_all(p, &c, 1);
	read_echo(p, got, echo.n);
	if (memcmp(got, echo.bytes, echo.n) != 0)
		fail_key(which, tty, c, &echo, got);
	return true;
}

static void
drain(const struct pair *p)
{
	char buf[4096];

	while (read(p->slave, buf, sizeof buf) > 0)
		;
}

static void
the_kernel_echoes_the_same(void **state)
{
	(void)state;
	for (unsigned which = 0; which < CASES; which++) {
		struct frame_tty tty = { .modes = random_modes(which) };
		struct line l;
		struct pair p;
		bool goes_on = true;

		memcpy(tty.cc, characters, sizeof tty.cc);
		if (which % 5 == 4)
			tty.cc[random_below(FRAME_TTY_CC)] = 0;
		p = pty_with(&tty);
		line_begin(&l, &tty, 0);
		for (unsigned k = 0; goes_on && k < KEYS; k++) {
			unsigned char key[8];
			size_t n = random_key(&tty, key);

			for (size_t i = 0; goes_on && i < n; i++)
				goes_on = type(which, &tty, &p, &l, key[i]);
			drain(&p);
		}
		/* A literal byte that is awaited would be the one that is typed last. */
		if (goes_on && !l.next)
			no_more_echo(&p);
		close(p.slave);
		close(p.master);
	}
}

static void
a_tab_whose_column_is_unknown_is_not_erased(void **state)
{
	static struct line_echo echo;
	struct frame_tty tty = { .modes = USUAL };
	struct line l;

	(void)state;
	memcpy(tty.cc, characters, sizeof tty.cc);
	line_begin(&l, &tty, -1);
	line_key(&l, '\t', &echo);
	assert_true(echo.known);
	line_key(&l, '\t', &echo);
	line_key(&l, 0x7f, &echo);
	assert_true(echo.known);
	assert_int_equal(echo.n, 8);
	line_key(&l, 0x7f, &echo);
	assert_false(echo.known);
}

static void
a_line_too_long_is_lost_until_it_ends(void **state)
{
	static struct line_echo echo;
	struct frame_tty tty = { .modes = USUAL };
	struct line l;

	(void)state;
	memcpy(tty.cc, characters, sizeof tty.cc);
	line_begin(&l, &tty, -1);
	for (unsigned i = 0; i < LINE_MAX_BYTES; i++) {
		line_key(&l, 'a', &echo);
		assert_true(echo.known);
	}
	line_key(&l, 'a', &echo);
	assert_false(echo.known);
	line_key(&l, 0x7f, &echo);
	assert_false(echo.known);
	line_key(&l, '\r', &echo);
	line_key(&l, 'b', &echo);
	assert_true(echo.known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_echoes_the_same),
		cmocka_unit_test(a_tab_whose_column_is_unknown_is_not_erased),
		cmocka_unit_test(a_line_too_long_is_lost_until_it_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
