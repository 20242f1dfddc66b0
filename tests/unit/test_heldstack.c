/* SPDX-License-Identifier: MIT */
/* What a held shell's PAM configuration is, made from a service's. */
#include "root.h"

#include <errno.h>

#include "heldstack.h"
#include "heldtext.h"
#include "pamconf.h"

/* Makes the texts of /etc/pam.d/sshd, whose text is TEXT: what heldtext_make returns. */
static int
make(struct heldtext *t, const char *text, const char *skip, bool account)
{
	struct pamconf c;
	int rc;

	root_file("/etc/pam.d/sshd", text);
	rc = pamconf_read(&c, "sshd");
	if (rc)
		fail_msg("%s", c.error);
	rc = heldtext_make(t, &c, skip, account, "/d");
	pamconf_free(&c);
	return rc;
}

static void
expect(const char *text, const char *skip, bool account, const char *want)
{
	struct heldtext t;

	assert_int_equal(make(&t, text, skip, account), 0);
	assert_int_equal(t.count, 1);
	assert_string_equal(t.v[0].text, want);
	heldtext_free(&t);
}

static void
lines_stay_as_they_are(void **state)
{
	(void)state;
	expect("#%PAM-1.0\n"
	       "auth\trequired  pam_env.so # comment\n"
	       "  Auth [success=1 default=ignore] /lib/security/pam_unix.so nullok  [a b] c\n"
	       "-session [success=ok \\\n  # between\n\n ignore=ignore] pam_systemd.so \\\n\tdebug\n"
	       "password required pam_unix.so\n"
	       "account required pam_nologin.so\n"
	       "session required pam_unix.so",
	       "", false,
	       "auth required pam_env.so\n"
	       "auth [success=1 default=ignore] /lib/security/pam_unix.so nullok  [a b] c\n"
	       "-session [success=ok   ignore=ignore] pam_systemd.so debug\n"
	       "session required pam_unix.so\n");
}

static void
account_is_whole_or_absent(void **state)
{
	static const char text[] = "account required pam_exec.so /usr/local/bin/may-come\naccount optional pam_lastlog.so\n"
	                           "session required pam_unix.so\n";

	(void)state;
	expect(text, "", false, "session required pam_unix.so\n");
	expect(text, "pam_*", true,
	       "account required pam_exec.so /usr/local/bin/may-come\naccount optional pam_lastlog.so\n"
	       "session optional pam_permit.so\n");
}

static void
what_logins_had_is_passed_over(void **state)
{
	(void)state;
	expect("session optional pam_holdfast.so begin\n"
	       "session [success=2 default=ignore] pam_succeed_if.so quiet user = alice\n"
	       "session [success=1 default=ignore] pam_exec.so /bin/true\n"
	       "session required pam_motd.so motd=/run/motd.dynamic\n"
	       "-session sufficient /usr/lib/security/pam_lastlog.so\n"
	       "session required pam_lastlog2.so\n"
	       "session optional pam_wtmpdb.so\n"
	       "session requisite pam_mail.so standard\n"
	       "session required pam_tty_audit.so enable=*\n"
	       "session optional pam_holdfast.so\n"
	       "session required pam_execute.so\n",
	       "", false,
	       "session optional pam_permit.so\n"
	       "session [success=2 default=ignore] pam_succeed_if.so quiet user = alice\n"
	       "session optional pam_permit.so\n"
	       "session optional pam_permit.so\n"
	       "session optional pam_permit.so\n"
	       "session optional pam_permit.so\n"
	       "session optional pam_permit.so\n"
	       "session optional pam_permit.so\n"
	       "session required pam_tty_audit.so enable=*\n"
	       "session optional pam_permit.so\n"
	       "session required pam_execute.so\n");
	/* An auth line serves credentials, which no login's modules have run for this process. */
	expect("auth required pam_exec.so x\nauth optional pam_slow.so\nsession optional /x/pam_slow.so y\n"
	       "session optional pam_slow2.so\n", "pam_slow,pam_other.so", false,
	       "auth required pam_exec.so x\nauth optional pam_permit.so\nsession optional pam_permit.so\n"
	       "session optional pam_slow2.so\n");
	expect("session optional pam_slow.so\n", "pam_slow.so", false, "session optional pam_permit.so\n");
	expect("session optional pam_slow.so\n", "pam_slo", false, "session optional pam_slow.so\n");
}

static void
includes_are_in_their_places(void **state)
{
	(void)state;
	root_file("/etc/pam.d/common", "auth required pam_a.so\nsession required pam_b.so\n@INCLUDE more\n");
	root_file("/etc/pam.d/more", "session optional pam_c.so\nauth optional pam_d.so\n");
	root_file("/usr/lib/pam.d/vendor", "session optional pam_v.so\nauth optional pam_w.so\nsession include more\n");
	root_file("/elsewhere/abs", "session optional pam_abs.so\n");
	expect("@include common\nsession [default=1] pam_permit.so\nsession include vendor\nauth Include vendor\n"
	       "session include /elsewhere/abs\n", "", false,
	       "auth required pam_a.so\nsession required pam_b.so\nsession optional pam_c.so\nauth optional pam_d.so\n"
	       "session [default=1] pam_permit.so\n"
	       "session optional pam_v.so\nsession optional pam_c.so\n"
	       "auth optional pam_w.so\n"
	       "session optional pam_abs.so\n");
}

/* Their borders count, so they stay; and side by side they stay apart. */
static void
substacks_stay(void **state)
{
	static const char *const want[] = {
		("session [default=1] pam_x.so\nsession substack /d/+1\nsession substack /d/+3\nsession required pam_end.so\n"
		 "auth substack /d/+4\n"),
		"session sufficient pam_s.so\nsession substack /d/+2\nsession optional pam_permit.so\n",
		"session required pam_deep.so\n",
		"session required pam_deep.so\n",
		"auth required pam_t.so\n",
	};
	struct heldtext t;

	(void)state;
	root_file("/etc/pam.d/sub", "auth required pam_t.so\nsession sufficient pam_s.so\naccount required pam_u.so\n"
	          "session substack deep\nsession optional pam_mail.so\n");
	root_file("/etc/pam.d/deep", "session required pam_deep.so\n");
	assert_int_equal(make(&t, "session [default=1] pam_x.so\nsession substack sub\naccount substack sub\n"
	                      "session SubStack deep\nsession required pam_end.so\nauth substack sub\n", "", false), 0);
	assert_int_equal(t.count, sizeof want / sizeof *want);
	for (unsigned i = 0; i < t.count; i++)
		assert_string_equal(t.v[i].text, want[i]);
	heldtext_free(&t);
}

static void
limits(void **state)
{
	char text[8192] = "";
	struct heldtext t;
	struct pamconf c;

	(void)state;
	root_file("/etc/pam.d/deep", "session required pam_deep.so\n");
	for (int i = 0; i < HELDTEXT_FILES_MAX; i++)
		strcat(text, "session substack deep\n");
	assert_int_equal(make(&t, text, "", false), -E2BIG);
	heldtext_free(&t);
	/* Two includes in each of sixteen files are 65536 of them. */
	for (int i = 0; i < 16; i++) {
		char name[32];

		snprintf(name, sizeof name, "/etc/pam.d/a%d", i);
		snprintf(text, sizeof text, "@include a%d\n@include a%d\n", i + 1, i + 1);
		root_file(name, text);
	}
	root_file("/etc/pam.d/a16", "");
	assert_int_equal(pamconf_read(&c, "a0"), -EBADMSG);
	pamconf_free(&c);
	root_file("/etc/pam.d/round", "session substack round\n");
	assert_int_equal(pamconf_read(&c, "round"), -EBADMSG);
	pamconf_free(&c);
}

static void
expect_refused(const char *service, bool account, const char *why)
{
	struct config_policy p;
	struct heldstack h;
	char text[TEXT_CAP] = "";

	config_defaults(&p);
	assert_int_equal(heldstack_find(service, &p, account, &h, text), -EACCES);
	if (!strstr(text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, text);
	if (!service[0])
		return;
	/* The same for a service of the site's own. */
	snprintf(p.pam_service, sizeof p.pam_service, "%s", service);
	assert_int_equal(heldstack_find("sshd", &p, account, &h, text), -EACCES);
}

/* PAM's "other" is nobody's rule for ssh logins. */
static void
what_is_refused(void **state)
{
	(void)state;
	root_file("/etc/pam.d/other", "auth required pam_permit.so\nsession required pam_permit.so\n");
	root_file("/etc/pam.d/sshd", "auth required pam_permit.so\naccount required pam_permit.so\n"
	          "session required pam_permit.so\n");
	expect_refused("missing", false, "no PAM service \"missing\"");
	expect_refused("other", false, "not a valid name");
	expect_refused("../pam.d/sshd", false, "not a valid name");
	expect_refused("", false, "not a valid name");
	expect_refused("SSHD", false, "not a valid name");
	root_file("/etc/pam.d/noauth", "session required pam_permit.so\n");
	expect_refused("noauth", false, "no auth line");
	root_file("/etc/pam.d/nosession", "auth required pam_permit.so\nsession substack empty\n");
	root_file("/etc/pam.d/empty", "");
	expect_refused("nosession", false, "no session line");
	root_file("/etc/pam.d/noaccount", "auth required pam_permit.so\nsession required pam_permit.so\n");
	expect_refused("noaccount", true, "no account line");
	root_file("/etc/pam.d/broken", "auth required pam_permit.so\nsesion required pam_permit.so\n");
	expect_refused("broken", false, "/etc/pam.d/broken:2");
	root_file("/etc/pam.d/open", "auth required pam_permit.so\nsession required pam_permit.so \\\n");
	expect_refused("open", false, "middle of a line");
}

static void
a_service_of_the_sites_own(void **state)
{
	struct config_policy p;
	struct heldstack h;
	char text[TEXT_CAP];

	(void)state;
	root_file("/etc/pam.d/held", "auth required pam_permit.so\nsession required pam_motd.so\n");
	config_defaults(&p);
	strcpy(p.pam_service, "held");
	assert_int_equal(heldstack_find("sshd", &p, false, &h, text), 0);
	assert_string_equal(h.service, "held");
	assert_string_equal(h.dir, "");
}

static void
which_modules(void **state)
{
	static const char *const want[] = { "pam_a.so", "/opt/pam_b.so", "pam_s.so" };
	char names[3][32];
	struct config_policy p;

	(void)state;
	config_defaults(&p);
	strcpy(p.pam_skip, "pam_slow");
	assert_int_equal(heldstack_modules("sshd", &p, names[0], sizeof names[0], 3), 0);
	root_file("/etc/pam.d/sub", "session required pam_s.so\n");
	root_file("/etc/pam.d/sshd", "auth required pam_a.so\naccount required pam_x.so\nsession optional pam_slow.so\n"
	          "session required pam_a.so\nsession optional /opt/pam_b.so\nsession required pam_motd.so\n"
	          "session optional /a/name/that/is/longer/than/there/is/room.so\nsession substack sub\nsession required pam_4.so\n");
	assert_int_equal(heldstack_modules("sshd", &p, names[0], sizeof names[0], 3), 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(names[i], want[i]);
	strcpy(p.pam_service, "sub");
	assert_int_equal(heldstack_modules("sshd", &p, names[0], sizeof names[0], 3), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(lines_stay_as_they_are), root_test(account_is_whole_or_absent),
		root_test(what_logins_had_is_passed_over), root_test(includes_are_in_their_places),
		root_test(substacks_stay), root_test(limits), root_test(what_is_refused),
		root_test(a_service_of_the_sites_own), root_test(which_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
