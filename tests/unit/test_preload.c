/* SPDX-License-Identifier: MIT */
/* Which libraries nsswitch.conf names. */
#include "root.h"

#include "preload.h"

static char names[PRELOAD_MAX][PRELOAD_NAME];

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
		cmocka_unit_test(name_services),
	};

	return cmocka_run_group_tests(tests, make, clear);
}
