/* SPDX-License-Identifier: MIT */
/*
 * counters: how often what has happened on this host since its boot, in the file PATH_COUNTERS (root's, 0600).
 *
 * holdfastd maps the file once; helpers and leaders inherit the mapping and add to it, with one instruction each: no
 * system call, no lock, no wait.  `holdfastctl metrics` reads the file.  It outlives restarts of holdfastd and is gone
 * with /run.  Leaders outlive updates, so the layout grows at its end alone (SPARE, then behind ASKED), and programs of
 * several versions share one file: each maps what it knows.  A change that an older program would misunderstand takes
 * another version, with which the counts begin anew.
 *
 * The counts are for people.  Nothing is decided by them, and a file that is missing, damaged, removed or cut costs the
 * counts alone: without a mapping nothing is counted, and an access behind the end of a file that was cut (SIGBUS) gets
 * memory of the process's own in its place.  Leaders that run when the file is removed go on counting in the old one.
 *
 * What is counted of refusals and asides is each login that was told so (reply.h) or that the keeper refused
 * (leader_audit.h), also where the log left the line out.
 */
#ifndef HOLDFAST_COUNTERS_H
#define HOLDFAST_COUNTERS_H

#include <stdint.h>
#include <sys/types.h>

#include "counterwords.h"
#include "ticket.h"

#define COUNTERS_VERSION 1
#define COUNTERS_BUCKETS 24 /* of the histogram: room for more limits than there are */
#define COUNTERS_ASKED 96

struct counters {
	char magic[8];
	uint32_t version;
	uint32_t size;          /* bytes of the file that its writers know */
	uint64_t since_ms;      /* clock_date_ms(): the counts began */
	uint64_t counts[COUNTER_LISTS][COUNTER_WORDS_MAX];
	uint64_t resumes[COUNTERS_BUCKETS]; /* by the time they took: not more than counters_limit_ms() of that place */
	uint64_t resumes_ms;    /* the sum of these times */
	/* Of holdfastd; not counts. */
	uint64_t waiting, serving; /* logins that wait for a helper, and that have one */
	uint64_t pid, start;    /* the process, as in /proc/PID/stat */
	uint64_t spare[6];
	/*
	 * When a login has asked, on clock_now_ms(): at the place that its ticket says, until another one takes that.
	 */
	struct {
		uint64_t key, ms;
	} asked[COUNTERS_ASKED];
};

/*
 * Maps the file PATH below AT (AT_FDCWD), in a directory that the caller trusts, for this process and its children;
 * makes it anew if it is missing or no such file, and an older one as long as it has to be.  0 or a negative errno:
 * then nothing new is mapped.
 */
int counters_open(int at, const char *path);
/* The same if PATH does not lead to what is mapped any more: a new file goes on with the counts of the old one. */
int counters_again(int at, const char *path);
/* For a child that has reset its signals (signals.h): see SIGBUS above. */
void counters_guard(void);
/* Stops counting: for a child that becomes a user. */
void counters_close(void);

/* EVENT has happened; WHY: the reason, for those that have a list of them, else NULL or "". */
void counters_event(const char *event, const char *why);
/* Of holdfastd: how many logins wait, and have a helper. */
void counters_logins(uint64_t waiting, uint64_t serving);
/* This process is holdfastd, and began at START. */
void counters_daemon(pid_t pid, uint64_t start);
/* The login of T asks at NOW_MS. */
void counters_asked(const struct ticket *t, uint64_t now_ms);
/* When that was, once: it is forgotten.  0: unknown. */
uint64_t counters_asked_ms(const struct ticket *t);
/* A login has resumed a session, TOOK_MS after it had asked. */
void counters_resumed(uint64_t took_ms);

/* The limit of a place of the histogram; UINT64_MAX: there is none; 0: no such place. */
uint64_t counters_limit_ms(size_t place);
/*
 * Reads the file PATH: what an older one does not have is 0.  0; -ENOENT; -EBADMSG: it is no such file; -EPERM: not of
 * this process's user, or others may read it; another negative errno.
 */
int counters_read(const char *path, struct counters *out);

#endif
