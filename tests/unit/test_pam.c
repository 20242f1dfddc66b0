/* SPDX-License-Identifier: MIT */
/* What pam_holdfast does.  (tests/sshd has it in a real sshd.) */
#include "pam_world.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* A connection to this process, from a child. */
struct served {
	int fd;
	pid_t client;
	uint16_t port, peer_port;
};

static uint16_t
port_of(int fd, int peer)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof a;

	assert_int_equal(peer ? getpeername(fd, (struct sockaddr *)&a, &len) : getsockname(fd, (struct sockaddr *)&a, &len),
	                 0);
	return ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port : ((struct sockaddr_in6 *)&a)->sin6_port);
}

/* The client connects over IPv4, to a socket of IPv6 where SIX says so. */
static void
serve(struct served *c, bool six)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0), no = 0;

	assert_true(listener >= 0);
	if (six)
		assert_int_equal(setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no), 0);
	assert_int_equal(six ? bind(listener, (struct sockaddr *)&any, sizeof any) :
	                 bind(listener, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(listen(listener, 1), 0);
	to.sin_port = htons(port_of(listener, 0));
	c->client = fork();
	assert_true(c->client >= 0);
	if (c->client == 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		close(listener);
		if (connect(fd, (struct sockaddr *)&to, sizeof to))
			_exit(1);
		for (;;)
			pause();
	}
	c->fd = accept(listener, NULL, NULL);
	assert_true(c->fd >= 0);
	close(listener);
	c->port = port_of(c->fd, 0);
	c->peer_port = port_of(c->fd, 1);
}

static void
served_no_more(struct served *c)
{
	close(c->fd);
	kill(c->client, SIGKILL);
	assert_int_equal(waitpid(c->client, NULL, 0), c->client);
}

static void
opens_and_closes(void **state)
{
	int before = count_descriptors();
	pam_handle_t h = sample();
	struct served c;
	char text[RECORD_MAX + 1], name[300];
	struct procstat self;
	struct record r;

	(void)state;
	serve(&c, false);
	umask(0777); /* whatever it is */
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	umask(022);
	served_no_more(&c);
	assert_int_equal(count_descriptors(), before);
	read_record(&h, &r, text);
	assert_true(r.uid_known);
	assert_int_equal(r.uid, 1000);
	assert_string_equal(r.user, "alice");
	assert_int_equal(r.pid, getpid());
	assert_int_equal(procstat_read(getpid(), &self), 0);
	assert_true(r.start == self.start);
	assert_string_equal(r.service, "sshd");
	assert_string_equal(r.address, "127.0.0.1");
	assert_string_equal(r.local_address, "127.0.0.1");
	assert_int_equal(r.port, c.peer_port);
	assert_int_equal(r.local_port, c.port);
	assert_int_equal(r.auth_count, 2);
	assert_string_equal(r.auth[0], "publickey ssh-ed25519 AAAA");
	assert_string_equal(r.auth[1], "password");
	assert_int_equal(h.log_lines, 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	assert_int_equal(count_files(name), 0);
	assert_null(ticket_of(&h));
	end_handle(&h);
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_IGNORE);
	assert_int_equal(h.log_lines, 0);
}

static void
knows_little(void **state)
{
	pam_handle_t h = { .user = "stranger", .service = "sshd" };
	char text[RECORD_MAX + 1];
	struct record r;

	(void)state;
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_false(r.uid_known);
	assert_string_equal(r.address, "");
	assert_int_equal(r.auth_count, 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
}

/* What the environment says at the last line is anybody's word. */
static void
last_line_alone(void **state)
{
	char text[RECORD_MAX + 1];
	pam_handle_t h = sample();
	struct record r;

	(void)state;
	assert_int_equal(end_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_int_equal(r.auth_count, 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
}

/* The first line alone: nothing to be held, and nothing to be closed. */
static void
first_line_alone(void **state)
{
	const char *argv[] = { "begin" };
	pam_handle_t h = sample();
	char name[300];

	(void)state;
	assert_int_equal(begin_with(&h, NULL), PAM_IGNORE);
	assert_int_equal(count_files(name), 0);
	assert_string_equal(h.ticket, "");
	assert_int_equal(pam_sm_close_session(&h, 0, 1, argv), PAM_IGNORE);
	assert_int_equal(h.log_lines, 0);
	end_handle(&h);
}

/* A session that is opened anew has nothing of the one before; close of the first line leaves the record alone. */
static void
lines_of_two_sessions(void **state)
{
	const char *argv[] = { "begin" };
	char text[RECORD_MAX + 1], name[300];
	pam_handle_t h = sample();
	struct record r;

	(void)state;
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	assert_int_equal(pam_sm_close_session(&h, 0, 1, argv), PAM_IGNORE);
	assert_int_equal(count_files(name), 1);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	h.auth = NULL;
	assert_int_equal(begin_with(&h, NULL), PAM_IGNORE);
	h.auth = "publickey of-an-intruder\n";
	assert_int_equal(end_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_int_equal(r.auth_count, 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	end_handle(&h);
}

static void
expect_connection(const struct served *c)
{
	struct connection found;

	assert_int_equal(connection_find(&found), 0);
	assert_string_equal(found.address, c ? "127.0.0.1" : "");
	assert_string_equal(found.local_address, c ? "127.0.0.1" : "");
	assert_int_equal(found.port, c ? c->peer_port : 0);
	assert_int_equal(found.local_port, c ? c->port : 0);
}

/* One socket, whatever else there is: duplicates, listeners, datagrams, sockets of other kinds. */
static void
which_connection(void **state)
{
	int before = count_descriptors(), more[5], pair[2];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9) };
	struct served one, six;

	(void)state;
	expect_connection(NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	more[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(listen(more[0], 1), 0);
	more[1] = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(more[1], (struct sockaddr *)&to, sizeof to), 0);
	expect_connection(NULL);
	serve(&one, false);
	more[2] = dup(one.fd);
	more[3] = dup(one.fd);
	expect_connection(&one);
	serve(&six, true);
	expect_connection(NULL);
	served_no_more(&one);
	close(more[2]);
	close(more[3]);
	/* IPv4 over a socket of IPv6 looks as sshd shows it. */
	expect_connection(&six);
	served_no_more(&six);
	close(more[0]);
	close(more[1]);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(count_descriptors(), before);
}

static void
services(void **state)
{
	static const struct { const char *service, *argument; int wanted, lines; } cases[] = {
		{ "sshd", NULL, PAM_SUCCESS, 0 },
		{ "cron", NULL, PAM_IGNORE, 0 },
		{ "sshd2", NULL, PAM_IGNORE, 0 },
		{ "sshd-test", "service=sshd-test", PAM_SUCCESS, 0 },
		{ "sshd", "service=sshd-test", PAM_IGNORE, 0 },
		{ "sshd", "servce=sshd", PAM_IGNORE, 2 }, /* from each of the two lines */
		{ "sshd", "service=", PAM_IGNORE, 2 },
		{ "sshd", "Begin", PAM_IGNORE, 2 },
		{ NULL, NULL, PAM_IGNORE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		pam_handle_t h = sample();

		h.service = cases[i].service;
		if (cases[i].wanted == PAM_IGNORE) {
			check_stepped_aside(&h, cases[i].argument, cases[i].lines);
			continue;
		}
		assert_int_equal(open_with(&h, cases[i].argument), PAM_SUCCESS);
		assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	}
}

static void
several_services(void **state)
{
	const char *argv[] = { "service=a", "service=sshd" };
	pam_handle_t h = sample();

	(void)state;
	assert_int_equal(pam_sm_open_session(&h, 0, 2, argv), PAM_SUCCESS);
	assert_int_equal(pam_sm_close_session(&h, 0, 2, argv), PAM_SUCCESS);
}

static void
kill_switch(void **state)
{
	pam_handle_t h = sample();
	char name[300];

	(void)state;
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	write_text("conf/disabled", "");
	/* A login from before still removes its record. */
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	assert_int_equal(count_files(name), 0);
}

static void
passwd_oddities(void **state)
{
	char line[6000], text[RECORD_MAX + 1];
	pam_handle_t h = sample();
	struct record r;

	(void)state;
	assert_int_equal(unlink("passwd"), 0);
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_false(r.uid_known);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);

	/* A line that is too long ends the search; it must not go on for ever. */
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	memcpy(line, "bob:x:5:5:", 10);
	strcpy(line + sizeof line - 60, ":/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n");
	write_text("passwd", line);
	h = sample();
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_false(r.uid_known);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);

	/* Lines that are none are passed over; the last one needs no newline. */
	write_text("passwd", "\n# alice\nalice\nalice:x\nalice:x:\nalice:x:7\nalice:x:-7:5:::\n"
	                     "alice:x:4294967296:5:::\nalice:x:7a:5:::\nalice:x:99999999999999999999:5:::\nalic:x:8:5:::\nalicea:x:9:5:::\nalice:x:1007:5::/:/bin/sh");
	h = sample();
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_true(r.uid_known);
	assert_int_equal(r.uid, 1007);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);

	write_text("passwd", "alice:x:4294967295:5::/:/bin/sh\n");
	h = sample();
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_false(r.uid_known);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
}

/* A child of sshd ends its copy of the handle; the login goes on. */
static void
ending_a_copy_keeps_the_record(void **state)
{
	pam_handle_t h = sample();
	char name[300];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		end_handle(&h);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(count_files(name), 1);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	assert_int_equal(count_files(name), 0);
}

static void
second_open_replaces(void **state)
{
	pam_handle_t h = sample();
	char first[128], name[300];

	(void)state;
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	strcpy(first, h.ticket);
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	assert_string_not_equal(first, h.ticket);
	assert_int_equal(count_files(name), 1);
	assert_string_equal(name, h.ticket);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(opens_and_closes),
		test(knows_little),
		test(last_line_alone),
		test(first_line_alone),
		test(lines_of_two_sessions),
		test(which_connection),
		test(services),
		test(several_services),
		test(kill_switch),
		test(passwd_oddities),
		test(ending_a_copy_keeps_the_record),
		test(second_open_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
