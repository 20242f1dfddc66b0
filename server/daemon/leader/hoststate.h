/* SPDX-License-Identifier: MIT */
/* hoststate: what systemd and logind are doing at this moment, from what they tell everybody. */
#ifndef HOLDFAST_HOSTSTATE_H
#define HOLDFAST_HOSTSTATE_H

#include <stdbool.h>

/* Whether the host is being shut down: `systemctl is-system-running` says "stopping", in a second at most. */
bool hoststate_stopping(void);
/* Whether logind is ending this process's session: its file has STATE=closing (sd_session_get_state(3)). */
bool hoststate_logind_closes(void);
/* The same for the LEN bytes of that file. */
bool hoststate_is_closing(const char *text);

#endif
