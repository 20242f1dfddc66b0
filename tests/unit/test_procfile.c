/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "procfile.h"
#include "procstat.h"

static const char sample[] =
	"Name:\ta\\nUid:\t0\t0\t0\t0\n"
	"Umask:\t0022\n"
	"Uid:\t1000\t1001\t1002\t1003\n"
	"Gid:\t7\t7\t7\t7\n"
	"Groups:\t1 2 3 \n"
	"CapBnd:\t000001fffeffffff\n"
	"NoNewPrivs:\t1\n"
	"Seccomp:\t2\n"
	"Seccomp_filters:\t3\n";

static int
parse(struct procfile_status *s, const char *text)
{
	size_t len = strlen(text);
	char *copy = (char *)exact_copy(text, len);
	int rc = procfile_parse_status(s, copy, len);

	free(copy);
	return rc;
}

static void
status_is_read(void **state)
{
	struct procfile_status s;

	(void)state;
	assert_int_equal(parse(&s, sample), 0);
	assert_int_equal(s.uid[0], 1000);
	assert_int_equal(s.uid[1], 1001);
	assert_int_equal(s.uid[2], 1002);
	assert_int_equal(s.uid[3], 1003);
	assert_int_equal(s.umask, 022);
	assert_int_equal(s.no_new_privs, 1);
	assert_int_equal(s.seccomp, 2);
	assert_int_equal(s.seccomp_filters, 3);
	assert_true(s.cap_bounding == 0x1fffeffffff);
}

static void
an_old_kernel_says_less(void **state)
{
	struct procfile_status s;

	(void)state;
	assert_int_equal(parse(&s, "Uid:\t1\t1\t1\t4294967295\n"), 0);
	assert_int_equal(s.uid[3], (uid_t)-1);
	assert_int_equal(s.umask, -1);
	assert_int_equal(s.no_new_privs, -1);
	assert_int_equal(s.seccomp, -1);
	assert_int_equal(s.seccomp_filters, -1);
}

static void
bad_status_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "Name:\tx\n", "Uid:\t1\t1\t1\t1", "Uid:\t1\t1\t1\n", "Uid:\t1\t1\t1\t\n",
		"Uid:\t1\t1\t1\t1\t1\n",
		"Uid:\t1\t1\t1\t-1\n", "Uid:\t1 1 1 1\n", "Uid:\t1\t1\t1\t4294967296\n", "Uid:\t1\t1\t1\t1 \n",
		"Uid:\t1\t1\t1\t1\nUid:\t1\t1\t1\t1\n", "Uid:\t1\t1\t1\t1\nSeccomp:\t\n",
		"Uid:\t1\t1\t1\t1\nSeccomp:\t0\nSeccomp:\t0\n", "Uid:\t1\t1\t1\t1\nNoNewPrivs:\t0x\n",
		"Uid:\t1\t1\t1\t1\nSeccomp_filters:\t99999999999\n",
		"Uid:\t1\t1\t1\t1\nCapBnd:\t1\n", "Uid:\t1\t1\t1\t1\nCapBnd:\t000000000000000g\n",
	};
	struct procfile_status s;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(parse(&s, bad[i]), -EBADMSG);
}

static void
restrictions_are_compared(void **state)
{
	struct procfile_status a, b;

	(void)state;
	assert_int_equal(parse(&a, sample), 0);
	b = a;
	assert_true(procfile_same_restrictions(&a, &b));
	b.no_new_privs = 0;
	assert_false(procfile_same_restrictions(&a, &b));
	b = a;
	b.seccomp = 0;
	assert_false(procfile_same_restrictions(&a, &b));
	b = a;
	b.seccomp_filters++;
	assert_false(procfile_same_restrictions(&a, &b));
	b = a;
	b.cap_bounding |= 1u << 24;
	assert_false(procfile_same_restrictions(&a, &b));
}

static void
labels_are_told_apart(void **state)
{
	(void)state;
	assert_true(procfile_is_selinux("system_u:system_r:sshd_t:s0-s0:c0.c1023"));
	assert_true(procfile_is_selinux("user_u:user_r:user_t"));
	assert_false(procfile_is_selinux(""));
	assert_false(procfile_is_selinux("unconfined"));
	assert_false(procfile_is_selinux("/usr/sbin/sshd (enforce)"));
	assert_false(procfile_is_selinux(":ns://sshd (complain)"));
	assert_false(procfile_is_selinux("a:b"));
	assert_false(procfile_is_selinux("a::b"));
	assert_false(procfile_is_selinux("a:b:"));
}

static void
our_own_is_read(void **state)
{
	struct procfile_id root, mnt;
	char label[PROCFILE_LABEL_CAP];
	struct procfile_status s;
	int dir = procstat_open(getpid());

	(void)state;
	assert_true(dir >= 0);
	assert_int_equal(procfile_status(dir, &s), 0);
	assert_int_equal(s.uid[1], geteuid());
	assert_int_equal(procfile_id(dir, "root", &root), 0);
	assert_int_equal(procfile_id(dir, "ns/mnt", &mnt), 0);
	assert_false(procfile_same_id(&root, &mnt));
	assert_int_equal(procfile_label(dir, label), 0);
	assert_int_equal(procfile_id(dir, "ns/nothing", &mnt), -ENOENT);
	close(dir);
}

static void
put(const char *place, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", place, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
two_are_compared(void **state)
{
	static const char *const keys[] = { "Gid:", "Groups:", NULL };
	static const struct {
		const char *text;
		int same;
	} all[] = {
		{ "Gid:\t7\nGroups:\t1 2 3 \n", 1 }, { "X:\t1\nGroups:\t1 2 3 \nGid:\t7", 1 },
		{ "Gid:\t7\nGroups:\t1 2 3 4 \n", 0 }, { "Gid:\t7\nGroups:\t1 2 \n", 0 }, { "Gid:\t7\n", 0 },
		{ "Gid:\t8\nGroups:\t1 2 3 \n", 0 }, { "", 0 },
	};
	char a[] = "/tmp/holdfast-proc-XXXXXX", b[] = "/tmp/holdfast-proc-XXXXXX", command[128];
	int da, db;

	(void)state;
	assert_non_null(mkdtemp(a));
	assert_non_null(mkdtemp(b));
	da = open(a, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	db = open(b, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put(a, "status", all[0].text);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		put(b, "status", all[i].text);
		assert_int_equal(procfile_same_lines(da, db, keys), all[i].same);
	}
	/* A file that the kernel does not have is none on both sides. */
	assert_int_equal(procfile_same_text(da, db, "cgroup"), 1);
	put(a, "cgroup", "0::/a\n");
	assert_int_equal(procfile_same_text(da, db, "cgroup"), 0);
	put(b, "cgroup", "0::/a\n");
	assert_int_equal(procfile_same_text(da, db, "cgroup"), 1);
	put(b, "cgroup", "0::/b\n");
	assert_int_equal(procfile_same_text(da, db, "cgroup"), 0);
	close(da);
	close(db);
	snprintf(command, sizeof command, "rm -rf %s %s", a, b);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_is_read),
		cmocka_unit_test(an_old_kernel_says_less),
		cmocka_unit_test(bad_status_is_refused),
		cmocka_unit_test(restrictions_are_compared),
		cmocka_unit_test(labels_are_told_apart),
		cmocka_unit_test(our_own_is_read),
		cmocka_unit_test(two_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
