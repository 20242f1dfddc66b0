/* SPDX-License-Identifier: MIT */
#include "outpace.h"

void
outpace_begin(int fd)
{
	(void)fd;
}

size_t
outpace_allow(size_t len)
{
	return len;
}

void
outpace_wrote(size_t len)
{
	(void)len;
}

uint64_t
outpace_until(void)
{
	return 0;
}
