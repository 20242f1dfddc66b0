/* SPDX-License-Identifier: MIT */
/*
 * pamlimits against the pam_limits.so of this host: both read the same limits.conf, and for each of the module's
 * answers pamlimits must have foretold at how many logins the module refuses.  The module counts in a utmp of ours,
 * and asks the users of user_database.h.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>

#include "hostfile.h"
#include "pamlimits.h"
#include "user_database.h"

#define MODULE_MAX 12 /* as many logins as are tried */
#define NEVER 99

static const gid_t of_root[] = { 0 }, of_alice[] = { 1000, 2000 }, of_carol[] = { 2000 };

static const struct pamlimits_user root = { "root", 0, 0, of_root, 1 };
static const struct pamlimits_user alice = { "alice", 1000, 1000, of_alice, 2 };
static const struct pamlimits_user carol = { "carol", 1500, 2000, of_carol, 1 };

/* Who is logged in, so that one sees whose logins the module counts. */
enum kind { OWN, MEMBER, OTHER, DEAD, KINDS };

struct sessiondir {
	char dir[64], conf[PATH_MAX], utmp[PATH_MAX];
	pid_t dead;
};

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static const char *
beside(const struct sessiondir *p, const char *name)
{
	static char path[PATH_MAX];

	assert_true(snprintf(path, sizeof path, "%s/%s", p->dir, name) < (int)sizeof path);
	return path;
}

static int
setup(void **state)
{
	struct sessiondir *p = calloc(1, sizeof *p);

	assert_non_null(p);
	strcpy(p->dir, "/tmp/test_pamlimits.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	strcpy(p->utmp, beside(p, "utmp"));
	strcpy(p->conf, beside(p, "limits.conf"));
	assert_int_equal(mkdir(beside(p, "limits.d"), 0700), 0);
	p->dead = fork();
	if (p->dead == 0)
		_exit(0);
	assert_true(waitpid(p->dead, NULL, 0) == p->dead);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct sessiondir *p = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

/* COUNT logins of a KIND are there. */
static void
log_in(const struct sessiondir *p, const char *user, enum kind kind, int count)
{
	struct utmpx u = { .ut_type = USER_PROCESS, .ut_pid = kind == DEAD ? p->dead : getpid() };
	const char *name = kind == OWN ? user : kind == MEMBER ? (strcmp(user, "carol") ? "carol" : "alice") : "bob";
	FILE *f = fopen(p->utmp, "w");

	assert_non_null(f);
	memcpy(u.ut_user, name, strlen(name));
	for (int i = 0; i < count; i++)
		assert_int_equal(fwrite(&u, sizeof u, 1, f), 1);
	assert_int_equal(fclose(f), 0);
	utmpname(p->utmp);
}

static int
say_nothing(int count, const struct pam_message **msg, struct pam_response **answers, void *data)
{
	(void)msg;
	(void)data;
	*answers = calloc((size_t)count, sizeof **answers);
	return *answers ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* What the module says to one more login of USER. */
static int
module_says(const struct sessiondir *p, const char *user)
{
	const struct pam_conv conv = { say_nothing, NULL };
	pam_handle_t *h;
	int rc;

#ifdef HAVE_PAM_START_CONFDIR
	rc = pam_start_confdir("limits", user, &conv, p->dir, &h);
#else
	(void)p;
	rc = pam_start("limits", user, &conv, &h);
#endif
	assert_int_equal(rc, PAM_SUCCESS);
	rc = pam_open_session(h, PAM_SILENT);
	pam_end(h, rc);
	return rc;
}

/* With how many logins of KIND the module refuses one more, NEVER: it does not. */
static int
module_refuses_at(const struct sessiondir *p, const char *user, enum kind kind)
{
	for (int n = 0; n <= MODULE_MAX; n++) {
		int rc;

		log_in(p, user, kind, n);
		rc = module_says(p, user);
		if (rc == PAM_PERM_DENIED)
			return n;
		assert_int_equal(rc, PAM_SUCCESS);
	}
	return NEVER;
}

/* The same number, computed from the limit that pamlimits read. */
static int
foretold(const struct pamlimits *l, enum kind kind)
{
	bool counts = kind == OWN || (kind == MEMBER && l->counted != PAMLIMITS_OWN) ||
	              (kind == OTHER && l->counted > PAMLIMITS_GROUP) ||
	              (kind == DEAD && l->counted == PAMLIMITS_SYSTEM);

	if (l->logins == PAMLIMITS_NONE || l->logins > MODULE_MAX)
		return NEVER;
	return counts || l->logins == 0 ? l->logins : NEVER;
}

/* Whether there is a module to ask, which counts in our utmp: Debian's counts logind's sessions from 1.7 on. */
static bool
have_module(struct sessiondir *p)
{
	static int have = -1;

	if (have < 0) {
		put(p->conf, "alice - maxlogins 2\n");
		log_in(p, "alice", OWN, 3);
		have = module_says(p, "alice") == PAM_PERM_DENIED;
		log_in(p, "alice", OWN, 0);
		have = have && module_says(p, "alice") == PAM_SUCCESS;
	}
	return have;
}

static void
service(const struct sessiondir *p, const char *conf)
{
	char text[PATH_MAX + 64];

	snprintf(text, sizeof text, "session required pam_limits.so noaudit%s%s\n", conf ? " conf=" : "",
	         conf ? conf : "");
	put(beside(p, "limits"), text);
}

static const char *const kinds[KINDS] = { "own", "members'", "others'", "dead ones" };

static void
compare(struct sessiondir *p, const struct pamlimits_user *user, const struct pamlimits *l, const char *text)
{
	for (enum kind kind = OWN; kind < KINDS; kind++) {
		int real = module_refuses_at(p, user->name, kind), ours = foretold(l, kind);

		if (real != ours)
			fail_msg("%s with\n%spam_limits refuses at %d logins (%s), we say %d", user->name, text,
			         real, kinds[kind], ours);
	}
}

static const struct {
	const struct pamlimits_user *user;
	const char *text;
	int logins;
	enum pamlimits_counted counted;
} cases[] = {
	/* nothing */
	{ &alice, "", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "# alice - maxlogins 1\nbob - maxlogins 2\nalice hard nofile 100\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	/* the more exact line counts, wherever it stands */
	{ &alice, "alice hard maxlogins 10\n* hard maxlogins 2\n", 10, PAMLIMITS_OWN },
	{ &alice, "* hard maxlogins 2\nalice hard maxlogins 10\n", 10, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 9\n@staff - maxlogins 8\n", 8, PAMLIMITS_OWN },
	{ &alice, "@staff - maxlogins 8\n%staff - maxlogins 7\n% - maxlogins 6\n* - maxlogins 5\n", 8, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 5\n% - maxlogins 6\n", 6, PAMLIMITS_EVERYBODY },
	{ &alice, "% - maxlogins 6\n%staff - maxlogins 7\n% - maxlogins 5\n", 7, PAMLIMITS_GROUP },
	{ &alice, "999:1001 - maxlogins 4\n@staff - maxlogins 2\n", 4, PAMLIMITS_OWN },
	/* of two that are as exact the later one counts, whatever their types are */
	{ &alice, "alice hard maxlogins 3\nalice soft maxlogins 5\n", 5, PAMLIMITS_OWN },
	{ &alice, "alice soft maxlogins 5\nalice hard maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 3\n1000: - maxlogins 4\n", 4, PAMLIMITS_OWN },
	{ &alice, "alice firm maxlogins 3\n", 3, PAMLIMITS_OWN },
	/* upper and lower case */
	{ &alice, "alice hard MaxLogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice HARD MAXLOGINS 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 3\nalice - maxlogins UNLIMITED\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "Alice - maxlogins 3\n@Staff - maxlogins 3\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	/* ranges of uids */
	{ &alice, "1000:2000 hard maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "1000: - maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, ":1000 - maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "1001: - maxlogins 3\n500:999 - maxlogins 3\n:999 - maxlogins 3\n:1001 - maxlogins 3\n",
	  PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, ": - maxlogins 3\n@: - maxlogins 3\n%: - maxlogins 3\n1:2:3000 - maxlogins 3\n",
	  PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "1000 - maxlogins 3\nx:2000 - maxlogins 3\n1:x - maxlogins 3\n1:2000x - maxlogins 3\n",
	  PAMLIMITS_NONE, PAMLIMITS_OWN },
	/* groups: a range means the primary group alone, one gid any group */
	{ &alice, "@staff - maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "@bob - maxlogins 3\n@nosuch - maxlogins 3\n@ - maxlogins 3\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "@:2000 - maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "@2000: - maxlogins 3\n@2000:2000 - maxlogins 3\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &carol, "@2000: - maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "@500:1000 - maxlogins 3\n", 3, PAMLIMITS_OWN },
	{ &alice, "%staff - maxlogins 3\n", 3, PAMLIMITS_GROUP },
	{ &alice, "%:2000 - maxlogins 3\n", 3, PAMLIMITS_GROUP },
	{ &alice, "%1000:2000 - maxlogins 3\n%1000: - maxlogins 3\n%bob - maxlogins 3\n",
	  PAMLIMITS_NONE, PAMLIMITS_OWN },
	/* maxsyslogins counts all; the last line that means the user says which of the two the limit is */
	{ &alice, "* - maxsyslogins 7\n", 7, PAMLIMITS_SYSTEM },
	{ &alice, "% - maxsyslogins 7\n%staff - maxsyslogins 7\n", PAMLIMITS_NONE, PAMLIMITS_SYSTEM },
	{ &alice, "* - maxsyslogins 9\n* - maxlogins 2\n", 2, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\n* - maxsyslogins 9\n", 9, PAMLIMITS_SYSTEM },
	{ &alice, "alice - maxlogins 2\n* - maxsyslogins 9\n", 2, PAMLIMITS_SYSTEM },
	{ &alice, "alice - maxsyslogins 3\n* - maxlogins 9\nbob - maxsyslogins 1\n", 3, PAMLIMITS_OWN },
	/* "user -": no limits, whatever stands before and behind */
	{ &alice, "* hard maxlogins 2\nalice -\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "alice -\nalice - maxlogins 1\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\n@staff -\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\n@:2000 -\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\n500:1000 -\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\n%:1000 -\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\nalice -more\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\n* -\n% -\n%staff -\n%:2000 -\n@2000: -\nbob -\n", 2, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\nalice hard\nalice - maxlogins\nalice\n", 2, PAMLIMITS_OWN },
	/* values */
	{ &alice, "* - maxlogins 2\nalice - maxlogins -\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\nalice - maxlogins -1\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\nalice - maxlogins -7\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\nalice - maxlogins infinity\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "* - maxlogins 2\nalice - maxlogins few\n", 2, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 3x\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 3 4\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 0\n", 0, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 99999999999999999999\n", INT_MAX, PAMLIMITS_OWN },
	/* blanks, comments, a last line without an end */
	{ &alice, " \t alice\t-\t maxlogins  3 # few\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 3# few\n", 3, PAMLIMITS_OWN },
	{ &alice, "alice - # maxlogins 3\n* - maxlogins 2\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &alice, "\n\n  \nalice - maxlogins 6", 6, PAMLIMITS_OWN },
	{ &alice, "alice - maxlogins 3\r\n", 3, PAMLIMITS_OWN },
	{ &alice, "alic - maxlogins 3\nalices - maxlogins 3\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	/* root */
	{ &root, "root - maxlogins 1\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
	{ &root, "root - maxlogins 0\n* - maxlogins 0\n@root - maxlogins 0\n", PAMLIMITS_NONE, PAMLIMITS_OWN },
};

static void
test_reads(void **state)
{
	const struct sessiondir *p = *state;
	struct pamlimits l;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put(p->conf, cases[i].text);
		assert_int_equal(pamlimits_read(p->conf, "/nonexistent", cases[i].user, &l, NULL, 0), 0);
		if (l.logins != cases[i].logins ||
		    (l.logins != PAMLIMITS_NONE && l.counted != cases[i].counted))
			fail_msg("%s with\n%sread as %d, %d", cases[i].user->name, cases[i].text, l.logins,
			         (int)l.counted);
		if (l.logins != PAMLIMITS_NONE && l.counted == PAMLIMITS_GROUP)
			assert_int_equal(l.group, 2000);
	}
}

static void
test_real_module(void **state)
{
	struct sessiondir *p = *state;
	struct pamlimits l;

	service(p, p->conf);
	if (!have_module(p))
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put(p->conf, cases[i].text);
		pamlimits_read(p->conf, "/nonexistent", cases[i].user, &l, NULL, 0);
		compare(p, cases[i].user, &l, cases[i].text);
	}
}

/* p->dir is /etc/security from here on, for this process alone. */
static bool
mount_security(const struct sessiondir *p)
{
	if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	return !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount(p->dir, "/etc/security", NULL, MS_BIND, NULL);
}

/* The files of limits.d: in the order of their bytes, after limits.conf, until one frees the user. */
static void
test_directory(void **state)
{
	static const char limits_d[] = "limits.d/10-a.conf";
	struct sessiondir *p = *state;
	struct pamlimits l;

	put(p->conf, "alice - maxlogins 9\n* - maxsyslogins 1\nalice - maxlogins 8\n");
	put(beside(p, "limits.d/20-b.conf"), "alice - maxlogins 5\n");
	put(beside(p, "limits.d/b.conf"), "alice - maxlogins 7\n");
	put(beside(p, "limits.d/B.conf"), "alice - maxlogins 6\n");
	put(beside(p, "limits.d/.z.conf"), "alice - maxlogins 3\n");
	put(beside(p, "limits.d/z.txt"), "alice - maxlogins 2\n");
	put(beside(p, limits_d), "alice - maxlogins 4\n");
	if (!mount_security(p))
		skip();
	service(p, NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pamlimits_read(PAMLIMITS_CONF, PAMLIMITS_DIR, &alice, &l, NULL, 0), 0);
		assert_int_equal(l.logins, i == 0 ? 7 : i == 1 ? 5 : PAMLIMITS_NONE);
		if (have_module(p))
			compare(p, &alice, &l, "limits.d\n");
		if (i == 0) {
			unlink(beside(p, "limits.d/b.conf"));
			unlink(beside(p, "limits.d/B.conf"));
		}
		put(beside(p, limits_d), "alice -\n");
		if (i == 0)
			put(beside(p, limits_d), "* -\n");
	}
}

/* Files that cannot be read are named, and the others count. */
static void
test_hidden(void **state)
{
	const struct sessiondir *p = *state;
	struct pamlimits l;
	char hidden[PATH_MAX];

	put(p->conf, "alice - maxlogins 3\n");
	assert_int_equal(mkdir(beside(p, "limits.d/a.conf"), 0700), 0);
	assert_int_equal(mkfifo(beside(p, "limits.d/b.conf"), 0700), 0);
	put(beside(p, "limits.d/c.conf"), "@staff - maxlogins 1\nbob - maxlogins 1\n");
	hostfile_root(p->dir);
	pamlimits_read("/limits.conf", "/limits.d", &alice, &l, hidden, sizeof hidden);
	hostfile_root("");
	assert_int_equal(l.logins, 3);
	assert_string_equal(hidden, "/limits.d/a.conf");
	pamlimits_read("/nonexistent/limits.conf", "/nonexistent", &alice, &l, hidden, sizeof hidden);
	assert_string_equal(hidden, "");
	assert_int_equal(l.logins, PAMLIMITS_NONE);
}

/* Without the user's groups: whether it is worth while to ask for them. */
static void
test_mentioned(void **state)
{
	static const struct pamlimits_user alone = { .name = "alice", .uid = 1000, .gid = 1000 };
	static const struct {
		const char *text;
		bool mentioned;
	} lines[] = {
		{ "alice - nofile 3\n", false }, { "# * - maxlogins 3\n", false }, { "@staff - maxlogins 3\n", true },
		{ "bob - maxsyslogins 3\n", true },
	};
	const struct sessiondir *p = *state;
	struct pamlimits l;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		put(p->conf, lines[i].text);
		pamlimits_read(p->conf, "/nonexistent", &alone, &l, NULL, 0);
		assert_int_equal(l.mentioned, lines[i].mentioned);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mentioned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_real_module, setup, teardown),
		/* the last one: it changes what this process sees of /etc */
		cmocka_unit_test_setup_teardown(test_directory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
