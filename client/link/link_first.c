/* SPDX-License-Identifier: MIT */
#include "link_first.h"

#include <stdio.h>
#include <string.h>

#include "frame_session.h"

static const char *features = FRAME_CLIENT_FEATURES;

void
link_first_features(const char *list)
{
	features = list;
}

int
link_first_hello(unsigned char *out, size_t cap)
{
	struct frame_hello hello = { .lowest = FRAME_VERSION, .highest = FRAME_VERSION };

	snprintf(hello.features, sizeof hello.features, "%s", features);
	snprintf(hello.software, sizeof hello.software, "holdfast %s", PACKAGE_VERSION);
	return frame_put_hello(FRAME_HELLO, &hello, out, cap);
}

void
link_first_variable(const unsigned char preamble[FRAME_PREAMBLE], const struct link_first *first, char *out)
{
	unsigned char all[FRAME_ATTACH_VARIABLE_MAX];
	int n = link_first_hello(all + FRAME_PREAMBLE, sizeof all - FRAME_PREAMBLE);
	size_t len = FRAME_PREAMBLE + (n > 0 ? (size_t)n : 0);

	out[0] = '\0';
	if (n < 0 || first->len > sizeof all - len)
		return;
	memcpy(all, preamble, FRAME_PREAMBLE);
	memcpy(all + len, first->attach, first->len);
	memcpy(out, FRAME_ATTACH_VARIABLE "=", sizeof FRAME_ATTACH_VARIABLE);
	base64_encode(all, len + first->len, out + sizeof FRAME_ATTACH_VARIABLE);
}
