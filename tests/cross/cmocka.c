/* SPDX-License-Identifier: MIT */
#include "cmocka.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome { PASSED, FAILED, SKIPPED };

#define TESTS_MAX 256

static jmp_buf out_of_test;

void
standin_skip(void)
{
	longjmp(out_of_test, SKIPPED + 1);
}

void
standin_fail(const char *file, int line, const char *format, ...)
{
	va_list ap;

	printf("%s:%d: error: ", file, line);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	longjmp(out_of_test, FAILED + 1);
}

void
standin_number(const char *file, int line, const char *what, uintmax_t a, uintmax_t b, int equal)
{
	if ((a == b) != equal)
		standin_fail(file, line, "%s: %#" PRIxMAX " %s %#" PRIxMAX, what, a, equal ? "!=" : "==", b);
}

void
standin_range(const char *file, int line, const char *what, uintmax_t n, uintmax_t least, uintmax_t most)
{
	if (n < least || n > most)
		standin_fail(file, line, "%s: %" PRIuMAX " is not within %" PRIuMAX " and %" PRIuMAX, what, n, least, most);
}

void
standin_string(const char *file, int line, const char *a, const char *b, int equal)
{
	if ((strcmp(a, b) == 0) != equal)
		standin_fail(file, line, "\"%s\" %s \"%s\"", a, equal ? "!=" : "==", b);
}

void
standin_memory(const char *file, int line, const void *a, const void *b, size_t len, int equal)
{
	if ((memcmp(a, b, len) == 0) != equal)
		standin_fail(file, line, "%zu bytes %s", len, equal ? "differ" : "are the same");
}

void
standin_true(const char *file, int line, const char *what, int holds)
{
	if (!holds)
		standin_fail(file, line, "%s", what);
}

/* HOLDFAST_LEAVE_OUT: names of tests that cannot pass where they run, as words. */
static int
is_left_out(const char *name)
{
	const char *words = getenv("HOLDFAST_LEAVE_OUT");
	size_t len = strlen(name);

	for (const char *p = words; p && (p = strstr(p, name)); p += len)
		if ((p == words || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return 1;
	return 0;
}

static enum outcome
run_one(const struct CMUnitTest *t)
{
	void *state = NULL;
	/* The values that change between setjmp and longjmp. */
	volatile enum outcome outcome = FAILED;
	int left;

	printf("[ RUN      ] %s\n", t->name);
	fflush(stdout);
	left = setjmp(out_of_test);
	if (left) {
		outcome = (enum outcome)(left - 1);
	} else if (t->setup && t->setup(&state)) {
		printf("its setup failed\n");
		return FAILED;
	} else {
		t->test(&state);
		outcome = PASSED;
	}
	if (t->teardown && setjmp(out_of_test) == 0 && t->teardown(&state))
		outcome = FAILED;
	return outcome;
}

static void
sum_up(const char *word, enum outcome of, const struct CMUnitTest *tests, const enum outcome *outcomes, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += outcomes[i] == of;
	if (!n)
		return;
	printf("[  %-8s] %zu test(s)%s\n", word, n, of == PASSED ? "." : ", listed below:");
	for (size_t i = 0; i < count; i++)
		if (outcomes[i] == of && of != PASSED)
			printf("[  %-8s] %s\n", word, tests[i].name);
}

int
standin_run(const struct CMUnitTest *tests, size_t count, int (*setup)(void **), int (*teardown)(void **))
{
	enum outcome outcomes[TESTS_MAX];
	void *state = NULL;
	int failed = 0;

	if (count > TESTS_MAX || (setup && setup(&state))) {
		printf("the group's setup failed\n[  FAILED  ] %zu test(s)\n", count);
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		outcomes[i] = is_left_out(tests[i].name) ? SKIPPED : run_one(&tests[i]);
		failed += outcomes[i] == FAILED;
	}
	if (teardown && teardown(&state))
		failed++;
	sum_up("PASSED", PASSED, tests, outcomes, count);
	sum_up("SKIPPED", SKIPPED, tests, outcomes, count);
	sum_up("FAILED", FAILED, tests, outcomes, count);
	return failed;
}
