/* SPDX-License-Identifier: MIT */
/* What pam_holdfast does when something is in the way: it steps aside and leaves nothing behind. */
#include "pam_world.h"

static void
absent_directories(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	assert_int_equal(rmdir("run/logins"), 0);
	check_stepped_aside(&h, NULL, 1);
	assert_non_null(strstr(h.logged, "run/logins: No such file"));
	assert_int_equal(rmdir("run"), 0);
	h = sample();
	check_stepped_aside(&h, NULL, 1);
}

static void
unsafe_directories(void **state)
{
	static const mode_t modes[] = { 0701, 0710, 0755, 0777, 01700, 0600, 0500 };
	pam_handle_t h;

	(void)state;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		h = sample();
		assert_int_equal(chmod("run/logins", modes[i]), 0);
		assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
		assert_int_equal(h.log_lines, 1);
		assert_string_equal(h.ticket, "");
	}
	assert_int_equal(chmod("run/logins", 0700), 0);
	logins_owner = geteuid() + 1;
	h = sample();
	check_stepped_aside(&h, NULL, 1);
	logins_owner = geteuid();
	assert_int_equal(rename("run/logins", "run/elsewhere"), 0);
	assert_int_equal(symlink("elsewhere", "run/logins"), 0);
	h = sample();
	check_stepped_aside(&h, NULL, 1);
	assert_int_equal(unlink("run/logins"), 0);
	write_text("run/logins", "");
	h = sample();
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_int_equal(h.log_lines, 1);
}

static void
failing_writes(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	fail_write = ENOSPC;
	check_stepped_aside(&h, NULL, 1);
	assert_non_null(strstr(h.logged, "No space left"));
	h = sample();
	short_writes = 1;
	check_stepped_aside(&h, NULL, 1);
	fail_write = 0;
	fail_rename = EIO;
	h = sample();
	short_writes = 1;
	check_stepped_aside(&h, NULL, 1);
}

static void
short_writes_are_gone_on_with(void **state)
{
	char text[RECORD_MAX + 1];
	pam_handle_t h = sample();
	struct record r;

	(void)state;
	short_writes = 1;
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	read_record(&h, &r, text);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
}

/* The signal of a write over the limit would end sshd: in a child, because the limit stays. */
static void
limited_file_size(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit limit = { 20, 20 };
		pam_handle_t h = sample();

		signal(SIGXFSZ, SIG_DFL);
		if (setrlimit(RLIMIT_FSIZE, &limit))
			_exit(2);
		_exit(open_with(&h, NULL) == PAM_IGNORE && h.log_lines == 1 && !h.ticket[0] ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
no_descriptors(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit limit = { 3, 3 };
		pam_handle_t h = sample();

		if (setrlimit(RLIMIT_NOFILE, &limit))
			_exit(2);
		for (int fd = 3; fd < 256; fd++)
			close(fd);
		_exit(open_with(&h, NULL) == PAM_IGNORE && h.log_lines == 1 && !h.ticket[0] ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
trouble_with_the_handle(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	fail_putenv = 1;
	check_stepped_aside(&h, NULL, 1);
	fail_putenv = 0;
	fail_set_data = 1;
	h = sample();
	check_stepped_aside(&h, NULL, 2); /* a line for each of the two */
	fail_set_data = 0;
	h = sample();
	h.user = NULL;
	check_stepped_aside(&h, NULL, 1);
}

static void
unprintable_values(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	h.user = "ali\nuid 0";
	check_stepped_aside(&h, NULL, 1);
	h = sample();
	h.auth = "publickey \xff\n";
	check_stepped_aside(&h, NULL, 1);
	h = sample();
	h.auth = "publickey a\n\npassword\n";
	check_stepped_aside(&h, NULL, 1);
}

static void
oversize_values(void **state)
{
	char *big = malloc(RECORD_MAX + 1), many[RECORD_AUTH_MAX * 10 + 20] = "";
	pam_handle_t h = sample();

	(void)state;
	assert_non_null(big);
	memset(big, 'a', RECORD_MAX);
	big[RECORD_MAX] = '\0';
	h.auth = big;
	check_stepped_aside(&h, NULL, 1);
	/* It fits by itself and not with the rest. */
	big[RECORD_MAX - 1] = '\0';
	h = sample();
	h.auth = big;
	check_stepped_aside(&h, NULL, 1);
	big[USER_CAP] = '\0';
	h = sample();
	h.user = big;
	check_stepped_aside(&h, NULL, 1);
	for (int i = 0; i <= RECORD_AUTH_MAX; i++)
		strcat(many, "password\n");
	h = sample();
	h.auth = many;
	check_stepped_aside(&h, NULL, 1);
	free(big);
}

/* The user's ~/.pam_environment may have set one: it goes when the module has none, and when it is switched off. */
static void
no_foreign_trouble_is_left(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	strcpy(h.trouble, "something of the user's");
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	assert_string_equal(h.trouble, "");
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	end_handle(&h);
	write_text("conf/disabled", "");
	h = sample();
	strcpy(h.trouble, "something of the user's");
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_string_equal(h.trouble, "");
}

static void
the_mode_is_named(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	assert_int_equal(chmod("run/logins", 0755), 0);
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_string_equal(h.trouble, "run/logins must belong to root and have mode 0700: Operation not permitted");
}

/* One that is there already, from whomever, goes when there is no record of ours. */
static void
no_foreign_ticket_is_left(void **state)
{
	pam_handle_t h = sample();

	(void)state;
	strcpy(h.ticket, "00112233445566778899aabbccddeeff");
	fail_write = ENOSPC;
	check_stepped_aside(&h, NULL, 1);
}

static void
closing_in_trouble(void **state)
{
	pam_handle_t h = sample();
	char path[400];

	(void)state;
	/* Swept by holdfastd meanwhile: nothing to say. */
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	snprintf(path, sizeof path, "run/logins/%s", h.ticket);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	assert_int_equal(h.log_lines, 0);
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	snprintf(path, sizeof path, "run/logins/%s", h.ticket);
	assert_int_equal(unlink(path), 0);
	/* The directory removed with it, as by rm -r: nothing either. */
	assert_int_equal(rmdir("run/logins"), 0);
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
	assert_int_equal(h.log_lines, 0);
	assert_null(ticket_of(&h));
	/* Something else in its place: that is said. */
	assert_int_equal(mkdir("run/logins", 0700), 0);
	assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
	assert_int_equal(rename("run/logins", "run/elsewhere"), 0);
	write_text("run/logins", "");
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_IGNORE);
	assert_int_equal(h.log_lines, 1);
	assert_null(ticket_of(&h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(absent_directories),
		test(unsafe_directories),
		test(failing_writes),
		test(short_writes_are_gone_on_with),
		test(limited_file_size),
		test(no_descriptors),
		test(trouble_with_the_handle),
		test(unprintable_values),
		test(oversize_values),
		test(no_foreign_ticket_is_left),
		test(no_foreign_trouble_is_left),
		test(the_mode_is_named),
		test(closing_in_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
