/* SPDX-License-Identifier: MIT */
#include "unread.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

long
unread(int fd)
{
	int waits;

	return ioctl(fd, SIOCOUTQ, &waits) < 0 ? -1 : waits;
}
