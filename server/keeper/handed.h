/* SPDX-License-Identifier: MIT */
/*
 * handed: what a keeper hands over to the program that it becomes, beside the session's memory (saved.h): its
 * connections and attachments, and the numbers of all its descriptors, as records (base/records.h) in the part
 * VITAL_HANDOVER of that memory.
 *
 * Reading does nothing with descriptors.  So the new program can be asked first whether it can take over.
 */
#ifndef HOLDFAST_HANDED_H
#define HOLDFAST_HANDED_H

#include <stddef.h>

#include "agent.h"
#include "state.h"

/* The session as it stands in its record; descriptors as record_fd() has them. */
struct handed_session {
	uint32_t leader, master, slave, sock, agent, parent, dir, pipes[3];
	uint32_t umask, leader_hangs, slowed;
	uint32_t shell_pid, shell_group, by_leader; /* BY_LEADER: it is the leader's child (shell.h) */
	uint32_t idle_detach, idle_logind;          /* idle.h */
	uint32_t keep;                              /* keeptext.h */
	uint64_t kept_at, keep_due;
	char unique[LEADERMSG_UNIQUE];
	uint32_t kind, id;        /* of the directory */
	uint64_t clock, before_until, front_looked_ms;
	uint32_t before;          /* which peer, from 1 on; 0: none */
	char root[PATH_CAP], name[32], secret[SESSIONDIR_SECRET], path[PATH_CAP], agent_path[PATH_CAP];
	char front_program[NAME_CAP];
	char version[VERSION_CAP], build[BUILD_CAP]; /* of the program that has written it */
	uint32_t size_policy;     /* of INIT, whose record is as an older program reads it, too */
};

struct handed {
	struct handed_session s;
	struct leadermsg_init init;
	struct peer *peers[PEERS_MAX];
	unsigned count;
	struct agent_relay *relays[AGENT_RELAYS];
	unsigned relay_count;
};

#define HANDED_FDS (16 + 3 * PEERS_MAX + 2 * AGENT_RELAYS)

/* Why K can't be handed over in this moment, for people; NULL: it can. */
const char *handed_objection(const struct keeper *k);
/* Writes it: the number of bytes, or -EMSGSIZE. */
int handed_put(const struct keeper *k, unsigned char *out, size_t cap);
/* Reads it.  0; -EPROTO: not to be understood, or not to be believed; -EBADMSG, -E2BIG or -ENOMEM. */
int handed_get(struct handed *h, const void *buf, size_t len);
/* Frees it; the descriptors stay. */
void handed_free(struct handed *h);
/* All descriptors that are handed over: how many.  0: one is there twice. */
unsigned handed_fds(const struct handed *h, int fds[HANDED_FDS]);

/* Before K is opened: fills in what comes from H, which must outlive K. */
void handed_begin(struct keeper *k, struct handed *h);
/* K is open, with its state from the memory: takes over the rest.  0 or a negative errno. */
int handed_finish(struct keeper *k, struct handed *h);

#endif
