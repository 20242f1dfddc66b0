/* SPDX-License-Identifier: MIT */
/* Which modules a PAM service and nsswitch.conf name. */
#include "root.h"

#include "preload.h"

static char names[PRELOAD_MAX][PRELOAD_NAME];

static size_t
pam(const char *service)
{
	char dir[512];

	snprintf(dir, sizeof dir, "%s/pam.d", root_dir);
	return preload_pam_names(dir, service, names, PRELOAD_MAX);
}

static void
a_service_and_what_it_includes(void **state)
{
	static const char *const want[] = { "pam_selinux.so", "pam_unix.so", "/opt/pam_own.so", "pam_deny.so",
		                            "pam_last.so" };

	(void)state;
	root_file("/pam.d/holdfast",
	          "# comment pam_not.so\n"
	          "\n"
	          "session [success=ok ignore=ignore default=bad] pam_selinux.so close\n"
	          "@include common\n"
	          "session\trequired\t/opt/pam_own.so   one two\n"
	          "-session optional pam_unix.so\n"
	          "auth substack sub\n"
	          "account required\n"
	          "session include nowhere\n"
	          "session optional pam_last.so"); /* no newline */
	root_file("/pam.d/common", "session required pam_unix.so\n# x\n");
	root_file("/pam.d/sub", "auth required pam_deny.so\n");
	assert_int_equal(pam("holdfast"), sizeof want / sizeof *want);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_string_equal(names[i], want[i]);
	assert_int_equal(pam("nowhere"), 0);
}

static void
loops_and_crowds(void **state)
{
	char text[8192] = "";

	(void)state;
	root_file("/pam.d/a", "@include b\nsession required pam_a.so\n");
	root_file("/pam.d/b", "@include a\n");
	assert_int_equal(pam("a"), 1);
	for (int i = 0; i < 9; i++) {
		char name[32];

		snprintf(name, sizeof name, "/pam.d/deep%d", i);
		snprintf(text, sizeof text, "@include deep%d\nauth required pam_%d.so\n", i + 1, i);
		root_file(name, text);
	}
	assert_int_equal(pam("deep0"), 7);
	text[0] = '\0';
	for (int i = 0; i < 2 * PRELOAD_MAX; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "auth required pam_%d.so\n", i);
	root_file("/pam.d/many", text);
	assert_int_equal(pam("many"), PRELOAD_MAX);
	memset(text, 'x', 2000);
	strcpy(text + 2000, "\n");
	root_file("/pam.d/long", text);
	assert_int_equal(pam("long"), 0);
	memcpy(text, "auth required /", 15);
	text[600] = '\0';
	root_file("/pam.d/long", text);
	assert_int_equal(pam("long"), 0);
	root_file("/pam.d/open", "session [success=ok pam_x.so\n[\n");
	pam("open");
}

static void
name_services(void **state)
{
	char path[512];

	(void)state;
	snprintf(path, sizeof path, "%s/nsswitch.conf", root_dir);
	assert_int_equal(preload_nss_names(path, names, PRELOAD_MAX), 0);
	root_file("/nsswitch.conf", "passwd: files [NOTFOUND=return] ldap  # sss\nhosts: dns\ngroup: files ../x\n");
	assert_int_equal(preload_nss_names(path, names, PRELOAD_MAX), 2);
	assert_string_equal(names[0], "libnss_files.so.2");
	assert_string_equal(names[1], "libnss_ldap.so.2");
}

static int
make(void **state)
{
	(void)state;
	return mkdtemp(root_dir) ? 0 : -1;
}

static int
clear(void **state)
{
	(void)state;
	root_remove("");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_and_what_it_includes),
		cmocka_unit_test(loops_and_crowds),
		cmocka_unit_test(name_services),
	};

	return cmocka_run_group_tests(tests, make, clear);
}
