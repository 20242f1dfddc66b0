/* SPDX-License-Identifier: MIT */
#include "root.h"

#include <errno.h>

#include "doctor/doctor.h"
#include "doctor/reinstall.h"
#include "pamconf.h"
#include "sshdconf.h"

static void
test_pam(void **state)
{
	const struct pamconf_line *l;
	struct pamconf c;

	(void)state;
	assert_int_equal(pamconf_read(&c, "sshd"), -ENOENT);
	pamconf_free(&c);
	root_file("/etc/pam.d/sshd", "#%PAM-1.0\nauth\tsubstack\tpassword-auth\n-session optional pam_x.so # why\n"
	          "session [success=ok \\\n ignore=ignore] /lib/security/pam_y.so a b\n@include common\n"
	          "session include password-auth\n");
	root_file("/etc/pam.d/common", "session optional pam_systemd.so\n");
	root_file("/usr/lib/pam.d/password-auth", "auth required pam_unix.so\nsession required pam_limits.so\n");
	assert_int_equal(pamconf_read(&c, "sshd"), 0);
	l = pamconf_session(&c, "pam_y.so");
	assert_non_null(l);
	assert_int_equal(l->number, 5);
	assert_string_equal(l->module, "/lib/security/pam_y.so");
	assert_non_null(pamconf_session(&c, "pam_x.so"));
	l = pamconf_session(&c, "pam_systemd.so");
	assert_string_equal(l->file, "/etc/pam.d/common");
	assert_non_null(pamconf_session(&c, "pam_limits.so"));
	/* That one is for auth only. */
	assert_null(pamconf_session(&c, "pam_unix.so"));
	/* With the head of the substack. */
	assert_int_equal(c.count, 6);
	pamconf_free(&c);
}

static void
expect_broken(const char *text)
{
	struct pamconf c;

	root_file("/etc/pam.d/sshd", text);
	assert_int_equal(pamconf_read(&c, "sshd"), -EBADMSG);
	assert_non_null(strstr(c.error, "/etc/pam.d/sshd"));
	pamconf_free(&c);
}

static void
test_pam_broken(void **state)
{
	(void)state;
	expect_broken("sesion optional pam_x.so\n");
	expect_broken("session optionl pam_x.so\n");
	expect_broken("session optional\n");
	expect_broken("session\n");
	expect_broken("session [success=ok pam_x.so\n");
	expect_broken("@include\n");
	expect_broken("@include nothing\n");
	expect_broken("session include nothing\n");
	expect_broken("@include sshd\n");
	expect_broken("session include sshd\n");
}

static void
test_sshd(void **state)
{
	const struct sshdconf_line *l;
	const char *command;
	struct sshdconf c;

	(void)state;
	assert_int_equal(sshdconf_read(&c), -ENOENT);
	root_file("/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\nusepam=yes\nUsePAM no\nMatch User bob\n"
	          "AcceptEnv LC_HOLDFAST\nSubsystem resume /for/bob\nMatch all\nX11Forwarding \"yes\" # why\n");
	root_file("/etc/ssh/sshd_config.d/a.conf", "ClientAliveInterval = 5m\nMatch User carol\nPort 1\n");
	root_file("/etc/ssh/sshd_config.d/b.conf", "Port 2\nAcceptEnv LANG LC_H*\n");
	root_file("/etc/ssh/sshd_config.d/c.txt", "Port 3\n");
	assert_int_equal(sshdconf_read(&c), 0);
	assert_string_equal(sshdconf_get(&c, "usepam"), "yes");
	assert_string_equal(sshdconf_get(&c, "clientaliveinterval"), "5m");
	/* A Match of an included file ends with that. */
	assert_string_equal(sshdconf_get(&c, "port"), "2");
	assert_string_equal(sshdconf_get(&c, "x11forwarding"), "\"yes\"");
	assert_true(sshdconf_accepts(&c, "LC_HOLDFAST"));
	assert_false(sshdconf_accepts(&c, "TERM"));
	l = sshdconf_subsystem(&c, "resume", &command);
	assert_non_null(l);
	assert_true(l->in_match);
	assert_string_equal(command, "/for/bob");
	assert_null(sshdconf_subsystem(&c, "res", &command));
	assert_true(sshdconf_includes(&c, "/etc/ssh/sshd_config.d/holdfast.conf"));
	assert_false(sshdconf_includes(&c, "/etc/ssh/sshd_config.d/holdfast.txt"));
	assert_true(c.matches);
	sshdconf_free(&c);
	root_file("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config\n");
	assert_int_equal(sshdconf_read(&c), -ELOOP);
}

static void
expect_forced(const char *text, const char *want)
{
	static const char *const groups[] = { "alice", "staff", NULL };
	const struct config_subject who = { .user = "alice", .groups = groups, .address = "192.0.2.7" };
	const char *found;
	struct sshdconf c;

	root_file("/etc/ssh/sshd_config", text);
	assert_int_equal(sshdconf_read(&c), 0);
	found = sshdconf_for(&c, "forcecommand", &who);
	if (want ? !found || strcmp(found, want) != 0 : found != NULL)
		fail_msg("%s: %s", text, found ? found : "none");
	sshdconf_free(&c);
}

/* Match blocks that are about the login's user, groups and address. */
static void
test_sshd_match(void **state)
{
	(void)state;
	expect_forced("UsePAM yes\n", NULL);
	expect_forced("ForceCommand a b\n", "a b");
	expect_forced("Match User bob\nForceCommand a\n", NULL);
	expect_forced("Match User bob\nForceCommand a\nMatch User al*\nForceCommand b\n", "b");
	expect_forced("Match Group=staff Address 192.0.2.0/24\nForceCommand a\n", "a");
	expect_forced("Match Group staff Address 198.51.100.0/24\nForceCommand a\n", NULL);
	expect_forced("Match User *,!alice\nForceCommand a\n", NULL);
	expect_forced("Match LocalPort 22 User alice\nForceCommand a\n", NULL);
	expect_forced("Match Group\nForceCommand a\n", NULL);
	expect_forced("Match User alice\nForceCommand none\nMatch all\nForceCommand a\n", "none");
	expect_forced("Match User bob\nX11Forwarding no\nMatch all\nForceCommand a\n", "a");
}

/* sshd takes lines of any length. */
static void
test_sshd_long_lines(void **state)
{
	static char text[40000];
	struct sshdconf c;
	size_t n;

	(void)state;
	n = (size_t)sprintf(text, "UsePAM yes\nAcceptEnv");
	for (int i = 0; i < 1000; i++)
		n += (size_t)sprintf(text + n, " VARIABLE_%d", i);
	n += (size_t)sprintf(text + n, " LC_HOLDFAST\nSetEnv");
	for (int i = 0; i < 1000; i++)
		n += (size_t)sprintf(text + n, " V%d=1", i);
	n += (size_t)sprintf(text + n, " LAST=1\nInclude");
	for (int i = 0; i < 100; i++)
		n += (size_t)sprintf(text + n, " absent.d/%d/*.conf", i);
	sprintf(text + n, " sshd_config.d/*.conf\n");
	root_file("/etc/ssh/sshd_config", text);
	assert_int_equal(sshdconf_read(&c), 0);
	assert_true(sshdconf_accepts(&c, "LC_HOLDFAST"));
	assert_false(sshdconf_accepts(&c, "LC_HOLDFASTER"));
	assert_true(sshdconf_sets(&c, "LAST"));
	assert_true(sshdconf_includes(&c, "/etc/ssh/sshd_config.d/holdfast.conf"));
	sshdconf_free(&c);
}

static void
test_sshd_told(void **state)
{
	char text[] = "port 22\nusepam yes\nacceptenv LANG\nacceptenv LC_*\nsubsystem resume /usr/x\n",
		no[] = "usage: x\n";
	const char *command;
	struct sshdconf c;

	(void)state;
	assert_int_equal(sshdconf_parse_told(&c, text), 0);
	assert_true(c.told);
	assert_true(sshdconf_accepts(&c, "LC_HOLDFAST"));
	assert_non_null(sshdconf_subsystem(&c, "resume", &command));
	assert_string_equal(command, "/usr/x");
	sshdconf_free(&c);
	assert_int_equal(sshdconf_parse_told(&c, no), -EBADMSG);
}

/* What doctor says of limits.conf with TEXT in it, to alice with uid 1000: LEVEL, and a sentence with WORDS in it. */
static void
expect_limit(const char *text, enum doctor_level level, const char *words)
{
	struct doctor *d = calloc(1, sizeof *d);
	const struct doctor_finding *f = NULL;

	assert_non_null(d);
	strcpy(d->user, "alice");
	d->uid = d->gid = 1000;
	root_file("/etc/security/limits.conf", text);
	doctor_check_limits(d);
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->v[i].id, "limits.maxlogins") == 0)
			f = &d->v[i];
	assert_non_null(f);
	if (f->level != level || !strstr(f->text, words))
		fail_msg("%s: %s: %s", text, doctor_level_word(f->level), f->text);
	doctor_free(d);
	free(d);
}

static void
test_limits(void **state)
{
	(void)state;
	root_file("/etc/pam.d/sshd", "session required pam_limits.so\n");
	expect_limit("", DOCTOR_OK, "does not limit");
	expect_limit("# alice hard maxlogins 1\n", DOCTOR_OK, "does not limit");
	expect_limit("alice hard maxlogins 2\n", DOCTOR_WARN, "lets alice have 2 logins");
	expect_limit("alice hard maxlogins 10\n* hard maxlogins 2\n", DOCTOR_OK, "lets alice have 10 logins");
	expect_limit("1000:2000 hard maxlogins 2\n", DOCTOR_WARN, "lets alice have 2 logins");
	expect_limit("* hard maxlogins 2\nalice -\n", DOCTOR_OK, "does not limit");
	expect_limit("* hard MaxLogins 2\n", DOCTOR_WARN, "lets alice have 2 logins");
	expect_limit("% - maxlogins 3\n", DOCTOR_WARN, "lets all users together have 3 logins");
	root_remove("/etc/pam.d/sshd");
	root_file("/etc/pam.d/sshd", "session required pam_unix.so\n");
	expect_limit("alice hard maxlogins 2\n", DOCTOR_WARN, "sshd does not use pam_limits, but holdfastd keeps to");
}

static void
expect_tmout(const char *text, long want)
{
	char *copy = strdup(text);

	assert_int_equal(doctor_tmout(copy), want);
	free(copy);
}

static void
test_tmout(void **state)
{
	(void)state;
	expect_tmout("", 0);
	expect_tmout("# TMOUT=5\necho TMOUT=5\nMYTMOUT=5\n", 0);
	expect_tmout("TMOUT=600; export TMOUT\n", 600);
	expect_tmout("  readonly TMOUT=\"900\"\n", 900);
	expect_tmout("export TMOUT=$x\n", 0);
	expect_tmout("TMOUT=600\nTMOUT=0\n", 0);
}

static void
expect_line(const char *path, const char *want)
{
	char line[TEXT_CAP];

	reinstall_line(path, line);
	assert_string_equal(line, want);
}

/* As dpkg has installed the package, or holds it still after its removal. */
static void
test_reinstall_dpkg(void **state)
{
	(void)state;
	if (access("/usr/bin/dpkg-query", X_OK))
		skip();
	expect_line("/usr/sbin/holdfastd", "make install");
	root_file("/var/lib/dpkg/status", "Package: holdfast\nStatus: install ok installed\nVersion: 0.2\n"
	          "Architecture: all\nMaintainer: nobody <nobody@localhost>\nDescription: a test\n\n");
	root_file("/var/lib/dpkg/info/format", "1\n");
	root_file("/var/lib/dpkg/info/holdfast.list", "/.\n/usr\n/usr/sbin\n/usr/sbin/holdfastd\n/lib/security/pam_x.so\n"
	          "/etc/profile.d/00-holdfast.sh\n");
	expect_line("/usr/sbin/holdfastd", "apt install --reinstall holdfast");
	expect_line("/usr/lib/security/pam_x.so", "apt install --reinstall holdfast");
	expect_line("/etc/profile.d/00-holdfast.sh", "apt install --reinstall -o Dpkg::Options::=--force-confmiss holdfast");
	/* What that package does not have came otherwise, or the package has been removed. */
	expect_line("/usr/local/sbin/holdfastd", "make install");
	root_remove("/var/lib/dpkg");
}

/* The command for a lost file is that of the way in which the file came. */
static void
test_reinstall(void **state)
{
	(void)state;
	expect_line("/usr/sbin/holdfastd", "make install");
	root_file("/lib/apk/db/installed", "P:zlib\nV:1\n\nP:holdfast-doc\n");
	expect_line("/usr/sbin/holdfastd", "make install");
	root_file("/lib/apk/db/installed", "P:zlib\nV:1\n\nP:holdfast\nV:0.2\n");
	expect_line("/usr/sbin/holdfastd", "apk fix --reinstall holdfast");
	root_remove("/lib/apk");
	root_file("/var/lib/pacman/local/holdfast-client-1/desc", "");
	expect_line("/usr/sbin/holdfastd", "make install");
	root_file("/var/lib/pacman/local/holdfast-0.2.0-1/desc", "");
	expect_line("/usr/sbin/holdfastd", "pacman -S holdfast");
}

/* An empty root: nothing is known, and nothing breaks. */
static void
test_nothing(void **state)
{
	struct doctor *d = calloc(1, sizeof *d);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_non_null(d);
	d->sshd_rc = -ENOENT;
	d->has_system = true;
	d->groups = calloc(1, sizeof *d->groups);
	strcpy(d->user, "alice");
	strcpy(d->shell, "/bin/bash");
	doctor_check_parts(d);
	doctor_check_files(d);
	doctor_check_run(d);
	doctor_check_pam(d);
	doctor_check_sshd(d);
	doctor_check_hook(d);
	doctor_check_host(d);
	doctor_check_limits(d);
	root_file("/run/systemd/system/x", "");
	doctor_check_host(d);
	assert_true(doctor_count(d, DOCTOR_PROBLEM) > 3);
	doctor_print(d, f);
	doctor_print_json(d, f);
	assert_int_equal(fclose(f), 0);
	assert_non_null(strstr(text, "\"well\":false"));
	for (int i = 0; i < 2 * DOCTOR_FINDINGS_MAX; i++)
		doctor_add(d, "many", DOCTOR_OK, "fix", "%s", "text");
	assert_int_equal(d->count, DOCTOR_FINDINGS_MAX);
	doctor_free(d);
	free(text);
	free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_pam), root_test(test_pam_broken), root_test(test_sshd), root_test(test_sshd_match), root_test(test_sshd_told),
		root_test(test_sshd_long_lines),
		root_test(test_limits), root_test(test_tmout), root_test(test_reinstall_dpkg),
		root_test(test_reinstall), root_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
