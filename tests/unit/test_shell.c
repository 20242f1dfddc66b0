/* SPDX-License-Identifier: MIT */
/* A keeper whose shell is its leader's child: the test is the leader, and has the stub. */
#include "keeper_world.h"

#include <sys/wait.h>

#include "becomeshell.h"
#include "shellmsg.h"

static pid_t stub;
static int ours[3]; /* the leader's duplicates of the keeper's ends of the pipes */

/* In the child: as server/daemon/leader/shellstub.c. */
static void __attribute__((noreturn))
be_stub(int sock, const int its[3])
{
	static unsigned char buf[MESSAGE_MAX];
	static struct shellmsg m;
	ssize_t n;

	setsid();
	n = recv(sock, buf, sizeof buf, 0);
	if (n <= 0 || shellmsg_decode(&m, buf, (size_t)n))
		_exit(99);
	becomeshell(&(struct shell_request){
		.shell = m.shell, .command = m.has_command ? m.command : NULL, .home = m.home,
		.tty = m.tty[0] ? m.tty : NULL, .pipes = its, .env = &m.env, .umask = m.umask, .say_home = m.say_home });
}

static void
lead(bool command)
{
	int pair[2], its[3] = { -1, -1, -1 };

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	for (int i = 0; i < 3; i++) {
		int fds[2];

		ours[i] = k.pipes[i] = -1;
		if (!command)
			continue;
		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		its[i] = fds[i != 0];
		ours[i] = fds[i == 0];
		k.pipes[i] = fcntl(ours[i], F_DUPFD_CLOEXEC, 0);
		assert_int_equal(fcntl(ours[i], F_SETFL, O_NONBLOCK), 0);
	}
	stub = fork();
	assert_true(stub >= 0);
	if (stub == 0) {
		close(pair[0]);
		for (int i = 0; i < 3; i++)
			if (ours[i] >= 0) {
				close(ours[i]);
				close(k.pipes[i]);
			}
		be_stub(pair[1], its);
	}
	close(pair[1]);
	for (int i = 0; i < 3; i++)
		if (its[i] >= 0)
			close(its[i]);
	k.init.shell_pid = (uint32_t)stub;
	shell_of_leader(&k.shell, stub, pair[0]);
}

static void
say_ended(int status)
{
	struct leadermsg_shell_ended m = { (uint32_t)status };
	unsigned char buf[16];
	int len = leadermsg_encode_shell_ended(&m, buf, sizeof buf);

	assert_int_equal(send(leader, buf, (size_t)len, 0), len);
}

/* As the leader does: the number stays the shell's own until the keeper has said that it may be another's. */
static int
status_of_stub(void)
{
	siginfo_t si;
	int status;

	assert_int_equal(waitid(P_PID, (id_t)stub, &si, WEXITED | WNOWAIT), 0);
	assert_int_equal(si.si_pid, stub);
	say_ended(si.si_code == CLD_EXITED ? (si.si_status & 0xff) << 8 : si.si_status);
	turn_until(world_report(LEADERMSG_SHELL_FORGET));
	assert_int_equal(waitpid(stub, &status, 0), stub);
	return status;
}

static void
exits_with(struct caller *c, bool signaled, uint32_t value)
{
	struct attach_exit m;
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_EXIT, &len);

	assert_int_equal(attach_decode_exit(&m, msg, len), 0);
	assert_int_equal(m.signaled, signaled);
	assert_int_equal(m.value, value);
}

static bool
shows(struct caller *c, const char *what)
{
	static char all[2 * 131072];
	size_t len = strlen(all);

	if (!what) {
		all[0] = '\0';
		return false;
	}
	snprintf(all + len, sizeof all - len, "%.*s", (int)(sizeof all - len - 1), caller_seen(c));
	return strstr(all, what) != NULL;
}

static void
begin(struct caller *c, const char *command)
{
	world_shell = lead;
	snprintf(world_command, sizeof world_command, "%s", command);
	shows(c, NULL);
	world_open(false, true);
	caller_attach(c, ATTACH_MODE_FIRST, 0);
	assert_int_equal(k.shell.pid, stub);
}

static void
end(struct caller *c)
{
	caller_hang_up(c);
	world_close();
}

static void
ends_with_a_status(void **state)
{
	struct caller c;
	int status;

	(void)state;
	begin(&c, "echo pid $$; exit 7");
	status = status_of_stub();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	turn_until(shows(&c, "pid "));
	exits_with(&c, false, 7);
	assert_int_equal(k.shell.group, 0);
	end(&c);
}

static void
ends_by_a_signal(void **state)
{
	struct caller c;

	(void)state;
	begin(&c, "echo ready; exec sleep 1000");
	turn_until(shows(&c, "ready"));
	assert_int_equal(shell_signal(&k.shell, SIGTERM), 0);
	assert_true(WIFSIGNALED(status_of_stub()));
	exits_with(&c, true, SIGTERM);
	end(&c);
}

/* Nobody can know how; the user is told so, behind the last output. */
static void
ends_without_a_leader(void **state)
{
	struct caller c;

	(void)state;
	/* What waits for orphans waits for it at once. */
	signal(SIGCHLD, SIG_IGN);
	begin(&c, "echo ready; read x; echo last words; exit 3");
	turn_until(shows(&c, "ready"));
	close(leader);
	leader = -1;
	turn_until(k.leader < 0);
	turn();
	assert_int_equal(k.state, KEEPER_RUNNING);
	assert_int_equal(write(c.screen, "\r", 1), 1);
	exits_with(&c, false, 255);
	signal(SIGCHLD, SIG_DFL);
	assert_true(shows(&c, "last words\r\nholdfast: the exit status is not known"));
	end(&c);
}

/* The leader hangs: the kernel has the status for as long as nobody has waited for the shell. */
static void
ends_with_a_silent_leader(void **state)
{
	struct caller c;
	siginfo_t si;
	int status;

	(void)state;
	begin(&c, "echo ready; read x; exit 3");
	turn_until(shows(&c, "ready"));
	assert_int_equal(write(c.screen, "\r", 1), 1);
	exits_with(&c, false, 3);
	assert_int_equal(waitid(P_PID, (id_t)stub, &si, WEXITED | WNOWAIT), 0);
	say_ended(3 << 8); /* late */
	turn();
	assert_int_equal(waitpid(stub, &status, 0), stub);
	end(&c);
}

static void
ends_before_its_start(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, 0);
	struct caller c;
	size_t len;
	int status;

	(void)state;
	world_shell = lead;
	world_open(false, true);
	kill(stub, SIGKILL);
	assert_int_equal(waitpid(stub, &status, 0), stub);
	say_ended(SIGKILL);
	turn_until(!k.shell.child);
	assert_int_equal(k.state, KEEPER_NEW);
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	caller_expect(&c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	turn_until(k.state == KEEPER_OVER);
	end(&c);
}

/* The keeper is gone, and has sent no START: the stub goes. */
static void
goes_with_its_keeper(void **state)
{
	int status;

	(void)state;
	world_shell = lead;
	world_open(false, true);
	world_close();
	assert_int_equal(waitpid(stub, &status, 0), stub);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 99);
}

/* The leader hears of each end that the keeper has closed, so that the command sees it. */
static void
pipes_are_closed_together(void **state)
{
	char text[64];
	ssize_t n;
	int status;

	(void)state;
	world_shell = lead;
	world_open(true, true);
	assert_int_equal(k.source->start(&k, &(struct shell_request){
		.shell = "/bin/sh", .command = "exec 2>&-; cat; echo end; exit 5", .home = "/",
		.env = &(struct envlist)ENVLIST_INIT, .umask = 022 }, NULL), 0);
	k.state = KEEPER_RUNNING;
	turn_until(world_report(LEADERMSG_PIPE_CLOSED));
	assert_int_equal(latest.number, 2);
	assert_int_equal(k.source->feed(&k, (const unsigned char *)"some input\n", 11), 11);
	k.source->end_input(&k);
	turn_until(world_report(LEADERMSG_PIPE_CLOSED));
	assert_int_equal(latest.number, 0);
	/* With the leader's duplicate open cat waits for more. */
	turn();
	assert_int_equal(waitpid(stub, &status, WNOHANG), 0);
	close(ours[0]);
	turn_until(world_report(LEADERMSG_PIPE_CLOSED));
	assert_int_equal(latest.number, 1);
	n = (ssize_t)k.ring.head;
	assert_true(n < (ssize_t)sizeof text);
	memcpy(text, ring_at(&k.ring, 0), (size_t)n);
	text[n] = '\0';
	assert_string_equal(text, "some input\nend\n");
	say_ended(5 << 8);
	turn_until(k.state > KEEPER_RUNNING);
	assert_int_equal(waitpid(stub, &status, 0), stub);
	assert_int_equal(WEXITSTATUS(status), 5);
	close(ours[1]);
	close(ours[2]);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_with_a_status),
		cmocka_unit_test(ends_by_a_signal),
		cmocka_unit_test(ends_without_a_leader),
		cmocka_unit_test(ends_with_a_silent_leader),
		cmocka_unit_test(ends_before_its_start),
		cmocka_unit_test(goes_with_its_keeper),
		cmocka_unit_test(pipes_are_closed_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
