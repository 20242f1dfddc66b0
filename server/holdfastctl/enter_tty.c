/* SPDX-License-Identifier: MIT */
#include "enter_tty.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl.h"
#include "rootless.h"
#include "ticket.h"
#include "waiting.h"

static int
outcome(const struct enter_result *res)
{
	bool ended = res->outcome == ENTER_EXIT || res->outcome == ENTER_SIGNAL;

	if (ended && *res->text)
		fprintf(stderr, "%s\n", res->text);
	switch (res->outcome) {
	case ENTER_EXIT:
		return res->value;
	case ENTER_SIGNAL:
		return 128 + res->value;
	case ENTER_DETACHED:
		if (*res->text)
			fprintf(stderr, "%s\n", res->text);
		return CTL_OK;
	case ENTER_SKIPPED:
		return CTL_FAILED;
	case ENTER_LOST:
	case ENTER_NOT:
	case ENTER_ELSEWHERE:
		break;
	}
	ctl_error("%s", *res->text ? res->text : "entered no session");
	return CTL_FAILED;
}

int
enter_tty(struct enter_request *q)
{
	struct enter_result res = {0};
	char tty[TTY_CAP];

	if (!isatty(STDOUT_FILENO) || ttyname_r(STDIN_FILENO, tty, sizeof tty)) {
		ctl_error("standard input and output must be a terminal (with ssh: ssh -t host holdfastctl ...)");
		return CTL_FAILED;
	}
	q->tty = tty;
	/* For `new -n NAME` from inside, later on.  An id, which attach gives, never makes a session. */
	q->create_named = true;
	/* Without a ticket a running session can still be joined; a new one needs it, and enter_run says so. */
	q->own = ticket_parse(&q->ticket, getenv("HOLDFAST_TICKET")) < 0 && rootless_is_the_way();
	waiting_only(true);
	enter_run(q, &res);
	return outcome(&res);
}
