/* SPDX-License-Identifier: MIT */
/* A helper that is late or dies: what it leaves for holdfastd to see, and what its login is told. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "progress.h"
#include "refusal.h"
#include "slots.h"
#include "vouch.h"

/* In the child: hangs at STEP, as a PAM module may, with a time limit of 20 ms, and is interrupted by nothing. */
static void __attribute__((noreturn))
hang(struct progress *p, int conn, int slot, enum progress_step step)
{
	progress_begin(p);
	progress_login("alice", "192.0.2.7", "password", VOUCH_FROM_HOOK);
	progress_arm(conn, slot, 20);
	progress_step(PROGRESS_ACCOUNT);
	progress_step(step);
	for (;;)
		pause();
}

static void
one_that_hangs_says_so(void **state)
{
	static struct slots slots;
	static struct slots_freed freed[SLOTS_MAX];
	struct slots_connection c;
	struct progress *p = progress_table(2);
	struct slots_helper h = { .place = 1 };
	struct pollfd polled[SLOTS_MAX];
	unsigned char buf[VOUCH_REPLY_MAX];
	struct vouch_reply reply;
	int conn[2], slot[2], status;
	ssize_t n;

	(void)state;
	assert_non_null(p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, conn), 0);
	assert_int_equal(pipe2(slot, O_CLOEXEC), 0);
	assert_int_equal(fcntl(slot[0], F_SETFL, O_NONBLOCK), 0);
	h.pid = fork();
	if (h.pid == 0)
		hang(&p[1], conn[1], slot[1], PROGRESS_PAM_SESSION);
	close(conn[1]);
	close(slot[1]);
	n = recv(conn[0], buf, sizeof buf, 0);
	assert_true(n > 0);
	assert_int_equal(vouch_decode_reply(&reply, buf, (size_t)n), 0);
	assert_int_equal(reply.type, VOUCH_REFUSED);
	assert_int_equal(reply.refusal, VOUCH_LATE);
	assert_non_null(strstr(reply.text, "pam_open_session"));
	/* holdfastd hears of it, and the slot stays taken */
	assert_true(slots_wait(&slots, -1, 1000, 1000, 1));
	assert_true(slots_next(&slots, &c));
	slots_serve(&slots, &c, slot[0], &h);
	assert_int_not_equal(slots_place(&slots), 1);
	assert_int_equal(slots_poll(&slots, polled), 1);
	assert_int_equal(poll(polled, 1, 10000), 1);
	assert_int_equal(slots_reap(&slots, polled, 1, freed), 1);
	assert_true(freed[0].late && freed[0].refused && !freed[0].over && !freed[0].done);
	assert_int_equal(slots.count, 1);
	assert_int_equal(p[1].step, PROGRESS_PAM_SESSION);
	assert_string_equal(p[1].user, "alice");
	assert_string_equal(p[1].address, "192.0.2.7");
	/* said once, and then its end */
	kill(h.pid, SIGKILL);
	assert_int_equal(waitpid(h.pid, &status, 0), h.pid);
	assert_true(slots_ended(&slots, h.pid, status));
	assert_false(slots_ended(&slots, h.pid + 1, status));
	assert_int_equal(slots_poll(&slots, polled), 1);
	assert_int_equal(poll(polled, 1, 10000), 1);
	assert_int_equal(slots_reap(&slots, polled, 1, freed), 1);
	assert_true(freed[0].over && freed[0].ended && !freed[0].done);
	assert_int_equal(freed[0].status, SIGKILL);
	assert_int_equal(slots.count, 0);
	assert_int_equal(slots_place(&slots), 0);
	close(conn[0]);
}

/* Another process that sends the timer's signal, and a timer that was disarmed, say nothing. */
static void
one_in_time_says_nothing(void **state)
{
	int conn[2], slot[2];
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, conn), 0);
	assert_int_equal(pipe2(slot, O_CLOEXEC | O_NONBLOCK), 0);
	progress_arm(conn[1], slot[1], 60000);
	raise(SIGVTALRM);
	progress_disarm();
	progress_arm(conn[1], slot[1], 1);
	progress_disarm();
	poll(NULL, 0, 20);
	assert_int_equal(recv(conn[0], &byte, 1, 0), -1);
	assert_int_equal(read(slot[0], &byte, 1), -1);
	refusal_done(slot[1]);
	assert_int_equal(read(slot[0], &byte, 1), 1);
	assert_int_equal(byte, REFUSAL_DONE);
	for (int i = 0; i < 2; i++) {
		close(conn[i]);
		close(slot[i]);
	}
}

static void
each_step_has_words(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PROGRESS_STEPS; i++)
		assert_true(strlen(progress_words(i)) > 3);
	assert_string_equal(progress_words(PROGRESS_STEPS), "an unknown step");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_hangs_says_so),
		cmocka_unit_test(one_in_time_says_nothing),
		cmocka_unit_test(each_step_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
