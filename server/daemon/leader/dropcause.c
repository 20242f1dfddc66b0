/* SPDX-License-Identifier: MIT */
#include "dropcause.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stddef.h>

#include "attach.h"

static const char *
told(const struct dropcause *d)
{
	if (d->taken)
		return "taken";
	switch (d->kind) {
	case ATTACH_WHY_DETACH:
		return "detach";
	case ATTACH_WHY_TAKEN:
		/* Nobody has asked to take over: the session was resumed because its connection was dead. */
		return "stale";
	case ATTACH_WHY_SWITCH:
		return "switch";
	case ATTACH_WHY_IDLE:
		return "idle";
	default:
		return NULL;
	}
}

/* Data were sent, and again, and no answer came. */
static bool
is_silent(const struct tcpinfo *t)
{
	return t->retransmits || t->backoff || t->probes;
}

bool
dropcause_is_told(const struct dropcause *d)
{
	return told(d) != NULL;
}

const char *
dropcause_word(const struct dropcause *d)
{
	const char *word = told(d);

	if (word)
		return word;
	if (d->found == -ENOENT)
		return "lost";
	if (d->found == 0) {
		switch (d->tcp.state) {
		case TCP_CLOSE_WAIT:
		case TCP_LAST_ACK:
		case TCP_CLOSING:
			return "closed";
		case TCP_FIN_WAIT1:
		case TCP_FIN_WAIT2:
			return is_silent(&d->tcp) ? "timeout" : "sshd";
		}
		if (is_silent(&d->tcp))
			return "timeout";
		if (!d->sshd_lives)
			return "sshd";
	}
	/* The connection is there: the terminal was closed on this side, or only the process beside it has ended. */
	return d->kind == ATTACH_WHY_DEAD ? "hangup" : "process";
}
