/* SPDX-License-Identifier: MIT */
#include "leader_idle.h"

#include <unistd.h>

#include "leader_talk.h"
#include "logindidle.h"

#define LOGIND "/run/systemd/sessions" /* is there while logind runs */

void
leader_idle_tell(struct leader *l)
{
	struct leadermsg_idle m = { .detach_s = l->idle_detach_s, .logind_s = LOGINDIDLE_NEVER };
	unsigned char buf[16];

	/* What is pending has to go first, and is rare; the keeper then goes by what it was told before. */
	if (l->keeper < 0 || l->pending_len)
		return;
	if (l->logind_has_tty && access(LOGIND, F_OK) == 0 && logindidle_get(&m.logind_s))
		m.logind_s = LOGINDIDLE_NEVER;
	leader_send(l, buf, leadermsg_encode_idle(&m, buf, sizeof buf));
}
