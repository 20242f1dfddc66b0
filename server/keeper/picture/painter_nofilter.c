/* SPDX-License-Identifier: MIT */
#include "painter_filter.h"

#include <errno.h>

bool
painter_filter_exists(void)
{
	return false;
}

int
painter_filter_install(void)
{
	return -ENOSYS;
}
