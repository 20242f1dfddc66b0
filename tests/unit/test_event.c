/* SPDX-License-Identifier: MIT */
/* Events as fields: the line of the log, the line of the store and back, what a hostile value can do, many of them. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "event.h"
#include "eventlist.h"

#define EVIL "x\ny=\"1\\ \xc3\xa4"

static void
fill(struct event *e)
{
	event_init(e, "drop");
	e->time_ms = 1764424800123;
	e->seq = 7;
	event_add(e, "user", "alice");
	event_number(e, "uid", 1000);
	event_add(e, "address", NULL);
	event_add(e, "name", EVIL);
	event_quote(e, "who", "publickey SHA256:a=b");
	event_quote(e, "nobody", "");
	event_addf(e, "by-uid", "%d", -3);
}

static void
log_and_store(void **state)
{
	char line[EVENT_LINE], message[EVENT_LINE], again[EVENT_LINE];
	struct event e, got;
	uint64_t number;
	int len;

	(void)state;
	fill(&e);
	event_message(&e, message);
	assert_string_equal(message, "event=drop user=alice uid=1000 address=- name=x\\012y\\075\\0421\\134\\040\\303\\244 "
	                             "who=\"publickey SHA256:a=b\" nobody=\"\" by-uid=-3");
	len = event_line(&e, line);
	assert_string_equal(line, "time_ms=1764424800123 seq=7 event=drop user=alice uid=1000 "
	                          "name=x\\012y\\075\\0421\\134\\040\\303\\244 who=publickey\\040SHA256:a\\075b by-uid=-3\n");
	assert_int_equal(len, strlen(line));
	assert_int_equal(event_parse(&got, line, (size_t)len - 1), 0);
	assert_int_equal(got.time_ms, e.time_ms);
	assert_int_equal(got.seq, 7);
	assert_string_equal(event_get(&got, "event"), "drop");
	assert_string_equal(event_get(&got, "who"), "publickey SHA256:a=b");
	/* A control character does not come back. */
	assert_string_equal(event_get(&got, "name"), "x?y=\"1\\ \xc3\xa4");
	assert_null(event_get(&got, "address"));
	assert_string_equal(event_get(&e, "address"), "");
	assert_int_equal(event_get_number(&got, "uid", &number), 0);
	assert_int_equal(number, 1000);
	assert_int_equal(event_get_number(&got, "by-uid", &number), -ENOENT);
	event_line(&got, again);
	assert_int_equal(event_parse(&got, again, strlen(again) - 1), 0);
}

static void
words(void **state)
{
	char message[EVENT_LINE];
	struct event e;

	(void)state;
	event_init(&e, "refuse");
	event_words(&e, "code=5  why=\"too many\" x none=  Bad=1 last=2");
	event_message(&e, message);
	assert_string_equal(message, "event=refuse code=5 why=\"too many\" none=- last=2");
	event_words(&e, "open=\"never closed");
	assert_string_equal(event_get(&e, "open"), "never closed");
	event_words(&e, "=");
	event_words(&e, "");
}

/* Nothing gets out of the room, whatever there is of it. */
static void
limits(void **state)
{
	char line[EVENT_LINE], message[EVENT_LINE], value[EVENT_TEXT + 10];
	struct event e, got;
	int len;

	(void)state;
	for (size_t n = 0; n < sizeof value; n += 97) {
		memset(value, '\1', n);
		value[n] = '\0';
		event_init(&e, "end");
		for (int i = 0; i < 40; i++)
			event_add(&e, "v", value);
		event_add(&e, "last", "x");
		assert_true(e.count <= EVENT_FIELDS && e.used <= EVENT_TEXT);
		len = event_line(&e, line);
		assert_true(len < EVENT_LINE);
		event_message(&e, message);
		assert_int_equal(event_parse(&got, line, (size_t)len - 1), 0);
	}
	event_init(&e, "end");
	event_add(&e, "", "no name");
	event_add(&e, "a b", "no name");
	event_add(&e, "9", "no name");
	event_add(&e, "a-name-that-is-longer-than-31-by", "no name");
	assert_int_equal(e.count, 1);
}

static void
damaged_lines(void **state)
{
	static const char *const bad[] = {
		"", "x", "event=drop", "time_ms=1", "time_ms=x event=drop", "time_ms=1 seq= event=drop", "time_ms=1 user=a event=drop",
		"time_ms=1 event=a\\9", "time_ms=1 event=a\\000", "time_ms=1 event=a b", "time_ms=1 event=a B=c", "time_ms=0 event=a",
		"time_ms=18446744073709551616 event=a",
	};
	char line[EVENT_LINE];
	struct event e, got;
	int len;

	(void)state;
	fill(&e);
	got = e;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(event_parse(&got, bad[i], strlen(bad[i])), -EBADMSG);
	assert_memory_equal(&got, &e, sizeof e);
	len = event_line(&e, line);
	for (int cut = 0; cut < len; cut++) {
		unsigned char *copy = exact_copy(line, (size_t)cut);

		event_parse(&got, (char *)copy, (size_t)cut);
		free(copy);
	}
}

static void
take(struct eventlist *l, const char *text, uint64_t since)
{
	assert_int_equal(eventlist_take(l, strdup(text), strlen(text), since), 0);
}

static void
lists(void **state)
{
	struct eventlist l = EVENTLIST_INIT;
	struct event e;

	(void)state;
	take(&l, "time_ms=5 seq=1 event=a\ntime_ms=5 seq=2 event=b\nnothing\ntime_ms=9 seq=x event=c\ntime_ms=9 seq=3 e\n", 0);
	take(&l, "time_ms=4 seq=1 event=early\ntime_ms=5 seq=2 event=c\ntime_ms=8 seq=3 event=whole\ntime_ms=8 seq=4 event=cut", 5);
	eventlist_sort(&l);
	assert_int_equal(l.count, 5);
	assert_int_equal(eventlist_get(&l, 0, &e), 0);
	assert_int_equal(e.time_ms, 5);
	assert_int_equal(eventlist_get(&l, 3, &e), 0);
	assert_string_equal(event_get(&e, "event"), "whole");
	assert_int_equal(eventlist_get(&l, 4, &e), -EBADMSG);
	assert_int_equal(eventlist_get(&l, 5, &e), -EBADMSG);
	eventlist_free(&l);
	eventlist_sort(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_and_store), cmocka_unit_test(words), cmocka_unit_test(limits),
		cmocka_unit_test(damaged_lines), cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
