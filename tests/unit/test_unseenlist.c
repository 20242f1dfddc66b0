/* SPDX-License-Identifier: MIT */
/* The files of logins that holdfastd has not seen: who asks for one user's has no other one looked up. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "unseenlist.h"

struct passwd *__wrap_getpwnam(const char *name);

#define USERS 300

static char base[] = "/tmp/holdfast-unseen.XXXXXX";
static int dir = -1;
static unsigned lookups, read_ones, errors;
static int last_error;
static const struct unseen_user *of;

/* "user17" has the uid 1017; there is no other user. */
struct passwd *
__wrap_getpwnam(const char *name)
{
	static struct passwd pw;

	lookups++;
	if (strncmp(name, "user", 4) != 0)
		return NULL;
	pw.pw_uid = (uid_t)(1000 + atoi(name + 4));
	return &pw;
}

static int
begin(void **state)
{
	(void)state;
	strcpy(base + sizeof base - 7, "XXXXXX");
	if (!mkdtemp(base))
		return -1;
	dir = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lookups = read_ones = errors = 0;
	last_error = 0;
	return dir < 0 ? -1 : 0;
}

static void
remove_one(void *object, int where, const char *name)
{
	(void)object;
	unlinkat(where, name, 0);
}

static int
end(void **state)
{
	(void)state;
	unseenlist_each(dir, NULL, remove_one, NULL);
	fd_close(&dir);
	return rmdir(base);
}

/* Leaves the file NAME, of a login of USER's, as pam_holdfast does. */
static void
leave(const char *name, const char *user, uid_t uid)
{
	struct record r = { .pid = 77, .start = 1, .uid_known = uid != 0, .uid = uid, .service = "sshd" };
	char text[1024];
	int fd, len;

	snprintf(r.user, sizeof r.user, "%s", user);
	len = record_format(&r, text, sizeof text);
	assert_true(len > 0);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, (size_t)len), 0);
	fd_close(&fd);
}

static void
leave_of(enum unseen kind, unsigned user, unsigned place)
{
	char name[UNSEEN_NAME], text[32];

	snprintf(text, sizeof text, "user%u", user);
	unseen_name(kind, text, place, name);
	leave(name, text, 0);
}

static void
take(void *object, int where, const char *name)
{
	struct unseen_login l;
	int rc = unseenlist_read(where, name, of, &l);
	uint64_t uid;

	(void)object;
	if (rc == -ENOENT)
		return;
	if (rc) {
		errors++;
		last_error = rc;
		return;
	}
	read_ones++;
	assert_int_equal(event_get_number(&l.event, "uid", &uid), 0);
	if (of) {
		assert_int_equal(uid, of->uid);
		assert_string_equal(event_get(&l.event, "user"), of->name);
	}
}

/* Of many that have left files. */
static void
one_is_asked_for(void **state)
{
	const struct unseen_user user = { .name = "user17", .uid = 1017 };

	(void)state;
	for (unsigned i = 0; i < USERS; i++)
		leave_of(UNSEEN_OFF, i, i % UNSEEN_EACH);
	leave_of(UNSEEN_OFF, 17, 0);
	leave_of(UNSEEN_AWAY, 17, UNSEEN_EACH - 1);
	of = &user;
	unseenlist_each(dir, of, take, NULL);
	assert_int_equal(read_ones, 3);
	assert_int_equal(lookups, 0);
	of = NULL;
	read_ones = 0;
	unseenlist_each(dir, of, take, NULL);
	/* Some have the same number, and the same place. */
	assert_true(read_ones > USERS / 2 && lookups == read_ones);
}

/* Two users whose names fall on the same number; and a name that has been given to another account since. */
static void
others_are_not_this_ones(void **state)
{
	struct unseen_user user = { .name = "user17", .uid = 1017 };
	char name[UNSEEN_NAME];

	(void)state;
	of = &user;
	unseen_name(UNSEEN_OFF, user.name, 3, name);
	leave(name, "user18", 0);
	unseenlist_each(dir, of, take, NULL);
	assert_int_equal(read_ones, 0);
	assert_int_equal(errors, 1);
	assert_int_equal(last_error, -ESRCH);
	leave(name, "user17", 4711);
	unseenlist_each(dir, of, take, NULL);
	assert_int_equal(errors, 2);
	leave(name, "user17", 1017);
	unseenlist_each(dir, of, take, NULL);
	assert_int_equal(read_ones, 1);
	assert_int_equal(lookups, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_is_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(others_are_not_this_ones, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
