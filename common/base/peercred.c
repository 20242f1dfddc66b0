/* SPDX-License-Identifier: MIT */
#include "peercred.h"

#include <errno.h>

int
peercred_get(int conn, struct ucred *cred)
{
	struct ucred got;
	socklen_t len = sizeof got;

	if (getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &got, &len))
		return -errno;
	*cred = got;
	return 0;
}
