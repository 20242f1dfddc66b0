/* SPDX-License-Identifier: MIT */
/* What is written down of logins that get no session: once for each, within limits, and after its answer. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"
#include "leader.h"
#include "leader_messages.h"
#include "leader_order.h"
#include "leader_phase.h"
#include "leader_refuse.h"
#include "leadermsg.h"
#include "notheld.h"
#include "progress.h"
#include "said.h"
#include "statedir.h"
#include "vouch.h"

int __wrap_statedir_open(enum statedir which);
void __wrap_event_log(int priority, const struct event *e);
void __wrap_counters_event(const char *event, const char *why);
void __wrap_audit_write(struct audit *a, struct event *e);
void __wrap_audit_limited(struct audit *a, const char *name, const char *address, const char *who, const char *extra);

static unsigned written, counted;
static const char *cause; /* the latest, as it is counted */
static int asker; /* a keeper that waits for its answer, or -1 */

int
__wrap_statedir_open(enum statedir which)
{
	(void)which;
	return -EROFS;
}

void
__wrap_event_log(int priority, const struct event *e)
{
	(void)priority;
	(void)e;
	written++;
}

void
__wrap_counters_event(const char *event, const char *why)
{
	(void)event;
	cause = why;
	counted++;
}

void
__wrap_audit_write(struct audit *a, struct event *e)
{
	(void)a;
	(void)e;
	written++;
}

void
__wrap_audit_limited(struct audit *a, const char *name, const char *address, const char *who, const char *extra)
{
	struct pollfd p = { .fd = asker, .events = POLLIN };

	(void)a;
	(void)address;
	(void)who;
	assert_string_equal(name, "refuse");
	assert_string_equal(extra, "why=ticket");
	assert_int_equal(poll(&p, 1, 0), 1);
	written++;
}

static struct leader_order order;
static struct leader leader;
static int conn[2];

static int
begin(void **state)
{
	(void)state;
	written = counted = 0;
	memset(&leader, 0, sizeof leader);
	leader = (struct leader){ .slot = -1, .keeper = -1, .sigfd = -1, .memory = -1, .login = &order.login,
	                          .order = &order, .dir = SESSIONDIR_INIT, .ctl = LEADER_CTL_INIT };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, conn))
		return -1;
	leader.conn = conn[1];
	return 0;
}

static int
end(void **state)
{
	(void)state;
	close(conn[0]);
	if (leader.conn >= 0)
		close(leader.conn);
	return 0;
}

/* The answer on CONN is a refusal, and there is no other one. */
static void
assert_one_answer(void)
{
	unsigned char buf[VOUCH_REPLY_MAX];
	struct vouch_reply reply;
	ssize_t n = recv(conn[0], buf, sizeof buf, MSG_DONTWAIT);

	assert_true(n > 0);
	assert_int_equal(vouch_decode_reply(&reply, buf, (size_t)n), 0);
	assert_int_equal(reply.type, VOUCH_REFUSED);
	assert_int_equal(recv(conn[0], buf, sizeof buf, MSG_DONTWAIT), 0);
}

/* The session cannot be made, and then its keeper ends too. */
static void
a_login_is_refused_once(void **state)
{
	(void)state;
	leader_refuse_error(&leader, -EIO);
	leader_refuse_keeper(&leader, 1 << 8);
	leader_phase_undo(&leader);
	assert_one_answer();
	assert_int_equal(written, 1);
	assert_int_equal(counted, 1);
}

/* What the system has no more of, the event says by its cause. */
static void
a_lack_has_its_cause(void **state)
{
	(void)state;
	leader_refuse_error(&leader, -ENOMEM);
	assert_string_equal(cause, "memory");
	assert_one_answer();
	assert_int_equal(written, 1);
}

/* The time limit has answered, and holdfastd counts that; PAM refuses later. */
static void
one_that_was_late_is_not_refused_again(void **state)
{
	int slot[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(slot), 0);
	pid = fork();
	if (pid == 0) {
		progress_arm(leader.conn, slot[1], 1);
		while (!progress_has_told())
			poll(NULL, 0, 1);
		leader_refuse(&leader, VOUCH_ACCOUNT, NOTHELD_PAM, "", "PAM refused the session");
		leader_phase_undo(&leader);
		_exit((int)(written + counted));
	}
	close(leader.conn);
	leader.conn = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_one_answer();
	close(slot[0]);
	close(slot[1]);
}

static void
a_claim_is_answered_before_its_event_is_written(void **state)
{
	const struct leadermsg_report claim = { .type = LEADERMSG_TICKET, .number = 1, .kind = LEADERMSG_RESUME };
	unsigned char buf[LEADERMSG_REPORT_BYTES];
	int keeper[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, keeper), 0);
	leader.keeper = keeper[1];
	leader.state = LEADER_RUNNING;
	asker = keeper[0];
	leadermsg_encode_report(&claim, buf);
	assert_int_equal(send(keeper[0], buf, sizeof buf, 0), sizeof buf);
	assert_true(leader_messages_read(&leader));
	assert_int_equal(written, 1);
	close(keeper[0]);
	close(keeper[1]);
}

/* The store has the limit, and where it can't be written holdfastd has one. */
static void
a_broken_store_lets_nobody_say_more(void **state)
{
	const struct vouch_request q = { .op = VOUCH_OP_SAY, .from = VOUCH_FROM_HOOK, .cause = NOTHELD_TERM_DUMB };

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(said_take(0, &q, true));
	assert_int_equal(written, 0);
	assert_int_equal(counted, 0);
	assert_true(said_take(0, &q, false));
	assert_int_equal(written, 1);
	assert_int_equal(counted, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_login_is_refused_once, begin, end),
		cmocka_unit_test_setup_teardown(a_lack_has_its_cause, begin, end),
		cmocka_unit_test_setup_teardown(one_that_was_late_is_not_refused_again, begin, end),
		cmocka_unit_test_setup_teardown(a_claim_is_answered_before_its_event_is_written, begin, end),
		cmocka_unit_test_setup_teardown(a_broken_store_lets_nobody_say_more, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
