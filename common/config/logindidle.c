/* SPDX-License-Identifier: MIT */
#include "logindidle.h"

#include <errno.h>

#include "sdconf.h"
#include "sdtime.h"

#define ACTION_SECONDS 1800 /* IdleActionSec where no file sets it */

/* The time in KEY, OTHERWISE if none is set; a value that logind cannot read does not count there either. */
static int
read_time(const char *key, uint64_t otherwise, uint64_t *seconds)
{
	char value[SDCONF_VALUE_CAP];
	int rc = sdconf_get(sdconf_login_dirs(), "logind.conf", "Login", key, value);

	*seconds = otherwise;
	if (!rc && sdtime_seconds(value, seconds))
		*seconds = otherwise;
	return rc == -EACCES ? rc : 0;
}

int
logindidle_get(uint32_t *seconds)
{
	uint64_t stop, action;
	int rc = read_time("StopIdleSessionSec", SDTIME_INFINITY, &stop);

	if (!rc)
		rc = read_time("IdleActionSec", ACTION_SECONDS, &action);
	if (rc)
		return rc;
	if (action && stop && stop != SDTIME_INFINITY && action < stop)
		stop = action;
	*seconds = !stop || stop >= LOGINDIDLE_NEVER ? LOGINDIDLE_NEVER : (uint32_t)stop;
	return 0;
}
