/* SPDX-License-Identifier: MIT */
/* Whose a uid is: /etc/subuid, read without trust. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "owners.h"

#define UNKNOWN (UINT64_C(1) << 32)

static char dir[] = "/tmp/test_owners.XXXXXX", subuid[64], passwd[64];
static struct owners o;

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
begin(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(subuid, sizeof subuid, "%s/subuid", dir);
	snprintf(passwd, sizeof passwd, "%s/passwd", dir);
	o = (struct owners){ .subuid = subuid, .passwd = passwd };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(subuid);
	unlink(passwd);
	owners_free(&o);
	return rmdir(dir);
}

static void
without_files_everybody_is_himself(void **state)
{
	(void)state;
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(owners_of(&o, 0), 0);
	assert_int_equal(owners_of(&o, 100000), 100000);
	assert_int_equal(owners_of(&o, UINT32_MAX), UINT32_MAX);
}

static void
a_range_is_its_users(void **state)
{
	(void)state;
	put(passwd, "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n2000:x:1005:1005::/:/bin/sh\n");
	put(subuid, "alice:100000:65536\n"
	            "1001:165536:65536\n"      /* by number */
	            "2000:300000:10\n"         /* a user with such a name */
	            "ldap:400000:10\nldap:500000:10\nother:600000:10\n"
	            "alice:4294967295:1\n"
	            "# a comment:700000:10\n");
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(owners_of(&o, 99999), 99999);
	assert_int_equal(owners_of(&o, 100000), 1000);
	assert_int_equal(owners_of(&o, 165535), 1000);
	assert_int_equal(owners_of(&o, 165536), 1001);
	assert_int_equal(owners_of(&o, 231072), 231072);
	assert_int_equal(owners_of(&o, 300009), 1005);
	assert_true(owners_of(&o, 400000) >= UNKNOWN);
	assert_true(owners_of(&o, 400000) == owners_of(&o, 500009));
	assert_true(owners_of(&o, 600000) >= UNKNOWN && owners_of(&o, 600000) != owners_of(&o, 400000));
	assert_int_equal(owners_of(&o, UINT32_MAX), 1000);
	assert_int_equal(owners_of(&o, 700000), 700000);
	assert_int_equal(owners_of(&o, 1000), 1000);
}

static void
it_is_read_again_when_it_has_changed(void **state)
{
	(void)state;
	put(passwd, "alice:x:1000:1000::/:/bin/sh\n");
	put(subuid, "alice:100000:10\n");
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(owners_of(&o, 100005), 1000);
	put(subuid, "alice:200000:10\nalice:300000:10\n");
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(owners_of(&o, 100005), 100005);
	assert_int_equal(owners_of(&o, 200005), 1000);
	put(passwd, "alice:x:1010:1000::/:/bin/sh\n\n");
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(owners_of(&o, 200005), 1010);
	unlink(subuid);
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(owners_of(&o, 200005), 200005);
}

static void
what_is_wrong_is_passed_over(void **state)
{
	static const char *const lines[] = {
		"", ":", "::", "alice", "alice:", "alice:5000", "alice:5000:", ":5000:10", "alice:5000:0", "alice:5000:-1",
		"alice:-5000:10", "alice:5000:1x", "alice: 5000:10", "alice:5000:10:1", "alice:0:100000",
		"alice:4294967295:2", "alice:4294967296:10", "alice:5000:99999999999999999999999",
	};
	char text[9000];

	(void)state;
	put(passwd, "alice:x:1000:1000::/:/bin/sh\n");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		snprintf(text, sizeof text, "%s\nalice:9000:1\n", lines[i]);
		put(subuid, text);
		assert_int_equal(owners_refresh(&o), 0);
		assert_int_equal(owners_of(&o, 5000), 5000);
		assert_int_equal(owners_of(&o, 9000), 1000);
		assert_int_equal(o.count, 1);
	}
	/* a line that is too long is no line, and neither is its end */
	memset(text, 'a', sizeof text);
	snprintf(text + 8000, 100, "alice:5000:10\nalice:9000:1\n");
	put(subuid, text);
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(o.count, 1);
}

static void
it_is_bounded(void **state)
{
	FILE *f;

	(void)state;
	put(passwd, "alice:x:1000:1000::/:/bin/sh\n");
	f = fopen(subuid, "we");
	assert_non_null(f);
	for (unsigned i = 0; i < 2 * OWNERS_MAX; i++)
		fprintf(f, "u%u:%u:10\n", i, 100000 + 10 * i);
	fclose(f);
	assert_int_equal(owners_refresh(&o), 0);
	assert_int_equal(o.count, OWNERS_MAX);
	assert_true(owners_of(&o, 100005) >= UNKNOWN);
	assert_true(owners_of(&o, 100015) != owners_of(&o, 100005));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_files_everybody_is_himself),
		cmocka_unit_test(a_range_is_its_users),
		cmocka_unit_test(it_is_read_again_when_it_has_changed),
		cmocka_unit_test(what_is_wrong_is_passed_over),
		cmocka_unit_test(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
