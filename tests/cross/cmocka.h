/* SPDX-License-Identifier: MIT */
/*
 * cmocka: what our unit tests use of cmocka 1.1.5, for ./check cross: Debian's library is for one machine and one libc.
 * Each test is run as there: a failed assertion leaves it by longjmp.
 */
#ifndef HOLDFAST_CROSS_CMOCKA_H
#define HOLDFAST_CROSS_CMOCKA_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*setup)(void **state);
	int (*teardown)(void **state);
};

#define cmocka_unit_test(f) { #f, f, NULL, NULL }
#define cmocka_unit_test_setup(f, setup) { #f, f, setup, NULL }
#define cmocka_unit_test_setup_teardown(f, setup, teardown) { #f, f, setup, teardown }
#define cmocka_run_group_tests(tests, setup, teardown) \
	standin_run(tests, sizeof (tests) / sizeof *(tests), setup, teardown)

/* The number of tests that failed. */
int standin_run(const struct CMUnitTest *tests, size_t count, int (*setup)(void **), int (*teardown)(void **));
void standin_skip(void) __attribute__((noreturn));
void standin_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
void standin_number(const char *file, int line, const char *what, uintmax_t a, uintmax_t b, int equal);
void standin_range(const char *file, int line, const char *what, uintmax_t n, uintmax_t least, uintmax_t most);
void standin_string(const char *file, int line, const char *a, const char *b, int equal);
void standin_memory(const char *file, int line, const void *a, const void *b, size_t len, int equal);
void standin_true(const char *file, int line, const char *what, int holds);

#define standin_pointer(p) ((uintmax_t)(uintptr_t)(p))
#define print_error printf
#define skip() standin_skip()
#define fail_msg(...) standin_fail(__FILE__, __LINE__, __VA_ARGS__)
#define assert_true(x) standin_true(__FILE__, __LINE__, #x, !!(x))
#define assert_false(x) standin_true(__FILE__, __LINE__, "!(" #x ")", !(x))
#define assert_null(p) standin_number(__FILE__, __LINE__, #p, standin_pointer(p), 0, 1)
#define assert_non_null(p) standin_number(__FILE__, __LINE__, #p, standin_pointer(p), 0, 0)
#define assert_ptr_equal(a, b) standin_number(__FILE__, __LINE__, #a, standin_pointer(a), standin_pointer(b), 1)
#define assert_ptr_not_equal(a, b) standin_number(__FILE__, __LINE__, #a, standin_pointer(a), standin_pointer(b), 0)
#define assert_int_equal(a, b) standin_number(__FILE__, __LINE__, #a, (uintmax_t)(a), (uintmax_t)(b), 1)
#define assert_int_not_equal(a, b) standin_number(__FILE__, __LINE__, #a, (uintmax_t)(a), (uintmax_t)(b), 0)
#define assert_in_range(n, least, most) \
	standin_range(__FILE__, __LINE__, #n, (uintmax_t)(n), (uintmax_t)(least), (uintmax_t)(most))
#define assert_string_equal(a, b) standin_string(__FILE__, __LINE__, a, b, 1)
#define assert_string_not_equal(a, b) standin_string(__FILE__, __LINE__, a, b, 0)
#define assert_memory_equal(a, b, len) standin_memory(__FILE__, __LINE__, a, b, len, 1)
#define assert_memory_not_equal(a, b, len) standin_memory(__FILE__, __LINE__, a, b, len, 0)

#endif
