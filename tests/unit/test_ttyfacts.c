/* SPDX-License-Identifier: MIT */
/* What a keeper says of a pty's modes, and of the program in front (ttyfacts.h). */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ttyfacts.h"

/* The numbers of docs/PROTOCOL.md, section 10. */
static void
modes_have_numbers(void **state)
{
	static const struct { char word; tcflag_t flag; uint32_t number; } v[] = {
		{ 'l', ICANON, 1 }, { 'l', ECHO, 2 }, { 'l', ECHOE, 4 }, { 'l', ECHOK, 8 }, { 'l', ECHOKE, 16 },
		{ 'l', ECHOCTL, 32 }, { 'l', ECHOPRT, 64 }, { 'l', ECHONL, 128 }, { 'l', IEXTEN, 256 },
		{ 'l', ISIG, 512 }, { 'i', ICRNL, 1024 }, { 'i', INLCR, 2048 }, { 'i', IGNCR, 4096 },
		{ 'i', IUTF8, 8192 }, { 'o', OPOST, 16384 }, { 'o', ONLCR, 32768 }, { 'i', IXON, 65536 },
		{ 'o', TAB3, 131072 }, { 'i', ISTRIP, 262144 }, { 'i', IUCLC, 524288 },
	};
	struct frame_tty m;

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct termios t = { .c_iflag = v[i].word == 'i' ? v[i].flag : 0,
			             .c_oflag = v[i].word == 'o' ? v[i].flag : 0,
			             .c_lflag = v[i].word == 'l' ? v[i].flag : 0 };

		ttyfacts_modes(&m, &t);
		assert_int_equal(m.modes, v[i].number);
	}
}

static void
control_characters_have_places(void **state)
{
	static const int order[] = { VINTR, VQUIT, VERASE, VKILL, VEOF, VEOL, VEOL2, VWERASE, VLNEXT, VREPRINT, VSUSP,
		                     VSTART, VSTOP };
	struct termios t = { 0 };
	struct frame_tty m;

	(void)state;
	for (unsigned i = 0; i < FRAME_TTY_CC; i++)
		t.c_cc[order[i]] = (cc_t)(i + 1);
	ttyfacts_modes(&m, &t);
	for (unsigned i = 0; i < FRAME_TTY_CC; i++)
		assert_int_equal(m.cc[i], i + 1);
}

/* A line editor elsewhere: the kernel edits nothing and echoes nothing. */
static void
external_processing_is_no_canonical_mode(void **state)
{
	struct termios t = { .c_lflag = ICANON | ECHO | ISIG | EXTPROC };
	struct frame_tty m;

	(void)state;
	ttyfacts_modes(&m, &t);
	assert_int_equal(m.modes, FRAME_TTY_ISIG);
}

/* A process in front of a pty of its own, which changes its name when it is written to. */
struct front {
	int master, go;
	pid_t pid;
};

static void
run_front(int slave, int go)
{
	char c;

	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	prctl(PR_SET_NAME, "a\033[2Jb");
	if (write(go, "+", 1) == 1 && read(go, &c, 1) == 1) {
		prctl(PR_SET_NAME, "other");
		if (write(go, "+", 1) == 1)
			pause();
	}
	_exit(0);
}

static void
wait_front(struct front *f)
{
	char c;

	assert_int_equal(read(f->go, &c, 1), 1);
}

static struct front
begin_front(void)
{
	struct front f = { .master = posix_openpt(O_RDWR | O_NOCTTY) };
	int pair[2], slave;

	assert_true(f.master >= 0 && grantpt(f.master) == 0 && unlockpt(f.master) == 0);
	slave = open(ptsname(f.master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	f.go = pair[0];
	f.pid = fork();
	assert_true(f.pid >= 0);
	if (!f.pid)
		run_front(slave, pair[1]);
	close(pair[1]);
	close(slave);
	wait_front(&f);
	return f;
}

static void
end_front(struct front *f)
{
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
	close(f->go);
	close(f->master);
}

static void
the_program_in_front(void **state)
{
	struct front f = begin_front();
	struct ttyfacts facts = { .named_at = 0 };
	uint64_t now = 1000000;

	(void)state;
	assert_true(ttyfacts_look(&facts, f.master, 77, now, TTYFACTS_NAME_MS));
	assert_int_equal(facts.tty.front, f.pid);
	assert_true(facts.tty.output == 77);
	/* Nothing of it is a sequence. */
	assert_string_equal(facts.tty.program, "a[2Jb");
	assert_int_equal(facts.tty.modes & (FRAME_TTY_ICANON | FRAME_TTY_ECHO), FRAME_TTY_ICANON | FRAME_TTY_ECHO);
	assert_int_equal(facts.tty.cc[FRAME_TTY_VERASE], 127);
	assert_false(ttyfacts_look(&facts, f.master, 78, now, 0));
	assert_true(facts.tty.output == 77);
	/* It becomes another program in the same process. */
	assert_int_equal(write(f.go, "+", 1), 1);
	wait_front(&f);
	assert_false(ttyfacts_look(&facts, f.master, 79, now + TTYFACTS_NAME_MS - 1, TTYFACTS_NAME_MS));
	assert_true(ttyfacts_look(&facts, f.master, 79, now + TTYFACTS_NAME_MS, TTYFACTS_NAME_MS));
	assert_string_equal(facts.tty.program, "other");
	end_front(&f);
}

static void
the_name_is_read_with_each_change(void **state)
{
	struct front f = begin_front();
	struct ttyfacts facts = { .named_at = 0 };
	struct termios t;

	(void)state;
	assert_true(ttyfacts_look(&facts, f.master, 1, 5, TTYFACTS_NAME_MS));
	assert_int_equal(write(f.go, "+", 1), 1);
	wait_front(&f);
	assert_int_equal(tcgetattr(f.master, &t), 0);
	t.c_lflag &= ~(tcflag_t)ECHO;
	assert_int_equal(tcsetattr(f.master, TCSANOW, &t), 0);
	assert_true(ttyfacts_look(&facts, f.master, 9, 5, TTYFACTS_NAME_MS));
	assert_int_equal(facts.tty.modes & (FRAME_TTY_ICANON | FRAME_TTY_ECHO), FRAME_TTY_ICANON);
	assert_string_equal(facts.tty.program, "other");
	assert_true(facts.tty.output == 9);
	end_front(&f);
}

/* A pty without a session: TTY says so, and reads no program's name. */
static void
nobody_in_front(void **state)
{
	struct ttyfacts facts = { .named_at = 0 };
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	(void)state;
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	assert_true(ttyfacts_look(&facts, master, 0, 5, 0));
	assert_int_equal(facts.tty.front, 0);
	assert_string_equal(facts.tty.program, "");
	assert_int_equal(facts.state, 0);
	close(master);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_have_numbers),
		cmocka_unit_test(control_characters_have_places),
		cmocka_unit_test(external_processing_is_no_canonical_mode),
		cmocka_unit_test(the_program_in_front),
		cmocka_unit_test(the_name_is_read_with_each_change),
		cmocka_unit_test(nobody_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
