/* SPDX-License-Identifier: MIT */
#include "plain.h"

#include <stdlib.h>

#include "become.h"

static void
say_why(const struct fallback *f, struct transport_target *target, struct asking *asking)
{
	asking_sayf(asking, f->none ? "%s %s; starting a plain ssh, which does not survive its connection"
	                            : "%s: %s; starting a plain ssh, which does not survive its connection",
	            target_name(target), f->why);
}

/*
 * The host's holdfast has been asked, perhaps for as long as its LoginTimeout: the hook of the plain shell is told not
 * to ask it again, if sshd_config accepts that (AcceptEnv).
 */
static const char *
no_second_time(const struct fallback *f)
{
	return f->asked && setenv("LC_HOLDFAST", "off", 1) == 0 ? "-oSendEnv=LC_HOLDFAST" : NULL;
}

int
plain_run(const struct options *o, struct transport_target *target, const struct fallback *f,
          struct asking *asking, int errors)
{
	say_why(f, target, asking);
	/* -f: ssh goes to the background by itself, and its end is ours */
	return become_ssh(o, no_second_time(f), errors);
}
