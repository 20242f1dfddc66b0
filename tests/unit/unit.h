/* SPDX-License-Identifier: MIT */
/* unit: cmocka with the headers that it wants before it, and what several unit tests need. */
#ifndef HOLDFAST_UNIT_H
#define HOLDFAST_UNIT_H

/* cmocka.h does not include what it uses: these come first, in this order or any other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* cmocka 2 has it by this name alone. */
#ifndef assert_uint_in_range
#define assert_uint_in_range assert_in_range
#endif

/*
 * A copy of LEN bytes in an allocation of just that size, so that a sanitizer sees a read behind its end.  The
 * caller frees it.
 */
static inline unsigned char *
exact_copy(const void *data, size_t len)
{
	unsigned char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	return copy;
}

#endif
