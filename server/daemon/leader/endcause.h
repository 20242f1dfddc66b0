/* SPDX-License-Identifier: MIT */
/* endcause: why a session has ended, and by whom, from facts (leader_end.h gathers them). */
#ifndef HOLDFAST_ENDCAUSE_H
#define HOLDFAST_ENDCAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "endrecord.h"
#include "leadermsg.h"

struct endcause {
	uint32_t keeper_why;     /* enum leadermsg_why: what the keeper says */
	bool keeper_lost;        /* it has ended without a word, and no other one takes its place */
	bool has_status;
	int status;              /* of the shell; with KEEPER_LOST and no status of a shell, of the keeper */
	bool slain;              /* root has told the leader to kill it: by SLAYER */
	struct end_actor slayer;
	bool asked;              /* the keeper was told to end it: by ASKER */
	struct end_actor asker;
	bool scope_stopped;      /* systemd has sent SIGTERM to this process, as to all in the scope */
	bool host_stopping;      /* these three only with SCOPE_STOPPED: hoststate.h */
	bool logind_closes;
	uint32_t idle_limit_s;   /* of logind: UINT32_MAX: none */
	uint64_t idle_s;         /* how long nobody had typed */
	bool oom;                /* the OOM killer has killed here just now */
};

/* Sets R's why, by, actor, status and idle_s. */
void endcause_decide(const struct endcause *c, struct endrecord *r);

#endif
