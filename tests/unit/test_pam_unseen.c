/* SPDX-License-Identifier: MIT */
/* What pam_holdfast leaves of logins that holdfastd does not see (unseen.h). */
#include "pam_world.h"

#include <string.h>

/* The file that is left of a login, KIND of the user "alice": the record in it. */
static void
read_left(enum unseen kind, struct record *r, char text[RECORD_MAX + 1])
{
	char name[300], path[400];
	size_t n;
	FILE *f;

	assert_int_equal(count_files(name), 1);
	assert_int_equal(unseen_kind(name), kind);
	snprintf(path, sizeof path, "run/logins/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, RECORD_MAX, f);
	fclose(f);
	assert_int_equal(record_parse(r, text, n), 0);
	assert_string_equal(r->user, "alice");
}

/* Switched off: one line in the log, one file for holdfastd; nothing in the environment, and no wait. */
static void
word_of_the_switch(void **state)
{
	static char longest[USER_CAP + 1];
	char text[RECORD_MAX + 1], name[300];
	pam_handle_t h = sample();
	struct record r;

	(void)state;
	write_text("conf/disabled", "");
	h.host = "192.0.2.7";
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_string_equal(h.logged, "event=aside user=alice address=192.0.2.7 from=module why=disabled");
	assert_int_equal(h.log_lines, 1);
	assert_string_equal(h.ticket, "");
	assert_string_equal(h.trouble, "");
	read_left(UNSEEN_OFF, &r, text);
	assert_int_equal(r.pid, getpid());
	assert_string_equal(r.address, "192.0.2.7");
	assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_IGNORE);
	/* However many there are, there are a few files for each user. */
	for (unsigned i = 0; i < 3 * UNSEEN_EACH; i++)
		assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_int_equal(count_files(name), UNSEEN_EACH);
	assert_int_equal(system("rm -f run/logins/.off.*"), 0);
	/* No text of anybody's makes another line, or another field; a name is no address. */
	h = sample();
	h.user = "a b=c\"\n";
	h.host = "host.example";
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_string_equal(h.logged, "event=aside user=a\\040b\\075c\\042\\012 address=host.example from=module why=disabled");
	memset(longest, 'x', sizeof longest - 1);
	h.user = longest;
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	h.user = h.host = NULL;
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_string_equal(h.logged, "event=aside user=- address=- from=module why=disabled");
	assert_int_equal(count_files(name), 0);
	/* Whatever is wrong with the directory, or the disk: nothing more is said. */
	h = sample();
	fail_write = ENOSPC;
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	fail_write = 0;
	fail_rename = EIO;
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	fail_rename = 0;
	assert_int_equal(count_files(name), 0);
	assert_int_equal(chmod("run/logins", 0755), 0);
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_int_equal(chmod("run/logins", 0700), 0);
	assert_int_equal(count_files(name), 0);
	assert_int_equal(h.log_lines, 3);
	assert_string_equal(h.trouble, "");
	/* A login of another service is none of ours. */
	h.service = "cron";
	assert_int_equal(open_with(&h, NULL), PAM_IGNORE);
	assert_int_equal(h.log_lines, 3);
}

/* The file of counters says that holdfastd is the process PID, begun at START. */
static void
write_daemon(uint64_t pid, uint64_t start)
{
	struct counters c;
	FILE *f = fopen("run/counters", "w");

	memset(&c, 0, sizeof c);
	c.pid = pid;
	c.start = start;
	assert_non_null(f);
	assert_int_equal(fwrite(&c, sizeof c, 1, f), 1);
	fclose(f);
}

/* A login that has never asked leaves its record where holdfastd is away, and nowhere else. */
static void
word_of_a_login_that_is_over(void **state)
{
	static const struct timespec asked[2] = { { .tv_sec = RECORD_ASKED }, { .tv_sec = RECORD_ASKED } };
	char text[RECORD_MAX + 1], name[300], path[400];
	struct procstat self;
	struct record r;
	pam_handle_t h;

	(void)state;
	assert_int_equal(procstat_read(getpid(), &self), 0);
	for (int i = 0; i < 5; i++) {
		bool away = i == 2 || i == 3;

		if (i == 1)
			write_daemon((uint64_t)getpid(), self.start);
		else if (i == 2)
			write_daemon((uint64_t)getpid(), self.start + 1);
		else if (i == 3)
			write_daemon(4194305, 1); /* there are no more */
		h = sample();
		assert_int_equal(open_with(&h, NULL), PAM_SUCCESS);
		assert_int_equal(count_files(name), 1);
		snprintf(path, sizeof path, "run/logins/%s", name);
		if (i == 4)
			assert_int_equal(utimensat(AT_FDCWD, path, asked, 0), 0);
		assert_int_equal(pam_sm_close_session(&h, 0, 0, NULL), PAM_SUCCESS);
		assert_int_equal(count_files(name), away);
		if (!away)
			continue;
		read_left(UNSEEN_AWAY, &r, text);
		assert_int_equal(r.uid, 1000);
		assert_int_equal(r.auth_count, 2);
		snprintf(path, sizeof path, "run/logins/%s", name);
		assert_int_equal(unlink(path), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(word_of_the_switch),
		test(word_of_a_login_that_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
