/* SPDX-License-Identifier: MIT */
/* The sessions of a host, as `holdfast --list` prints them. */
#include "unit.h"

#include <stdio.h>

#include "frame.h"
#include "listing.h"

static struct frame_session
sample(const char *name, const char *program)
{
	struct frame_session s = { .id = 7, .state = 4, .kind = FRAME_TERMINAL, .rows = 24, .cols = 80,
		                   .created_ms = 1000, .changed_ms = 61000, .activity_ms = 60000,
		                   .away_bytes = 12, .same_identity = true };

	strcpy(s.name, name);
	strcpy(s.program, program);
	strcpy(s.address, "192.0.2.1");
	return s;
}

static void
expect_json(const struct frame_session *s, size_t count, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	listing_json(f, s, count);
	assert_int_equal(fclose(f), 0);
	if (!strstr(text, want))
		fail_msg("%s is not in %s", want, text);
	free(text);
}

static void
test_json(void **state)
{
	struct frame_session two[2] = { sample("build", "make"), sample("b", "c") };

	(void)state;
	expect_json(NULL, 0, "{\"schema\":1,\"sessions\":[]}\n");
	expect_json(two, 1, "{\"schema\":1,\"sessions\":[{\"id\":7,\"name\":\"build\",\"state\":\"dropped\",\"kind\":\"terminal\","
	                    "\"attachments\":0,\"rows\":24,\"cols\":80,\"program\":\"make\","
	                    "\"address\":\"192.0.2.1\",\"created_ms\":1000,\"changed_ms\":61000,"
	                    "\"activity_ms\":60000,\"away_bytes\":12,\"same_identity\":true}]}\n");
	expect_json(two, 2, "\"same_identity\":true},{\"id\":7,\"name\":\"b\"");
}

/* UTF-8 is itself; bytes that are none, and control characters, can do nothing to a terminal or a parser. */
static void
test_json_text(void **state)
{
	struct frame_session s = sample("caf\xc3\xa9", "\x1b[2Ja\"b\\");

	(void)state;
	expect_json(&s, 1, "\"name\":\"caf\xc3\xa9\"");
	expect_json(&s, 1, "\"program\":\"\\u001b[2Ja\\\"b\\\\\"");
	s = sample("caf\xe9", "\xc2\x9b\xff");
	expect_json(&s, 1, "\"name\":\"caf\\ufffd\"");
	expect_json(&s, 1, "\"program\":\"\\u009b\\ufffd\"");
}

static void
test_table(void **state)
{
	struct frame_session s = sample("x\ny", "make");
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_non_null(f);
	s.attachments = 2;
	listing_table(f, &s, 1, 61000 + 3600 * 1000 * 50);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "ID  NAME    STATE       SINCE  KIND      PROGRAM  SIZE   FROM\n"
	                          "7   x\\012y  dropped(2)  2d 2h  terminal  make     80x24  192.0.2.1\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json), cmocka_unit_test(test_json_text), cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
