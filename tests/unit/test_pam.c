/* SPDX-License-Identifier: MIT */
/* What pam_holdfast does.  (tests/sshd has it in a real sshd.) */
#include "pam_world.h"

static void
opens_and_closes(void **state)
{
	int before = count_descriptors();
	pam_handle_t h = sample();
	char text[RECORD_MAX + 1], name[300];
	struct procstat self;
	struct record r;

	(void)state;
	umask(0777); /* whatever it is */
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	umask(022);
	assert_int_equal(count_descriptors(), before);
	read_record(&h, &r, text);
	assert_true(r.uid_known);
	assert_int_equal(r.uid, 1000);
	assert_string_equal(r.user, "alice");
	assert_int_equal(r.pid, getpid());
	assert_int_equal(procstat_read(getpid(), &self), 0);
	assert_true(r.start == self.start);
	assert_string_equal(r.service, "sshd");
	assert_string_equal(r.address, "192.0.2.7");
	assert_int_equal(r.port, 50022);
	assert_string_equal(r.local_address, "192.0.2.1");
	assert_int_equal(r.local_port, 22);
	assert_string_equal(r.xdg_session, "12");
	assert_int_equal(r.auth_count, 2);
	assert_string_equal(r.auth[0], "publickey ssh-ed25519 AAAA");
	assert_string_equal(r.auth[1], "password");
	assert_int_equal(h.log_lines, 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	assert_int_equal(count_files(name), 0);
	assert_null(h.data);
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

static void
services(void **state)
{
	static const struct { const char *service, *argument; int wanted, lines; } cases[] = {
		{ "sshd", NULL, PAM_SUCCESS, 0 },
		{ "cron", NULL, PAM_IGNORE, 0 },
		{ "sshd2", NULL, PAM_IGNORE, 0 },
		{ "sshd-test", "service=sshd-test", PAM_SUCCESS, 0 },
		{ "sshd", "service=sshd-test", PAM_IGNORE, 0 },
		{ "sshd", "servce=sshd", PAM_IGNORE, 1 },
		{ "sshd", "service=", PAM_IGNORE, 1 },
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
	h = sample();
	check_stepped_aside(&h, NULL, 0);
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
		test(services),
		test(several_services),
		test(kill_switch),
		test(passwd_oddities),
		test(ending_a_copy_keeps_the_record),
		test(second_open_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
