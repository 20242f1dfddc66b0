/* SPDX-License-Identifier: MIT */
/*
 * attachments: what the leader vouched for, by the keeper's serial numbers, so that audit lines can say who it was.
 */
#ifndef HOLDFAST_ATTACHMENTS_H
#define HOLDFAST_ATTACHMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lead.h"

#define ATTACHMENTS_MAX 64

struct attachment {
	uint32_t serial;
	uint32_t kind; /* enum lead_kind; 0: nobody has vouched for it */
	bool attached; /* it was confirmed */
	bool pipes;    /* without a terminal, so sshd has not written it into utmp */
	bool other;    /* of another identity than the session */
	bool taken;    /* somebody takes the session over from it */
	bool has_pts;  /* its terminal is /dev/pts/PTS, so it says */
	uint32_t pts;
	pid_t sshd;    /* its login's; 0: unknown */
	uint64_t since_ms; /* attached since, on clock_now_ms */
	char address[ADDRESS_CAP];
	char who[WHO_CAP];
};

struct attachments {
	struct attachment *v[ATTACHMENTS_MAX]; /* owned; the oldest first, NULL behind the last */
};

/*
 * Remembers an attachment, instead of one of the same serial; when there are too many the oldest that was never
 * attached is forgotten, else the oldest.  It, owned by *a, or NULL without memory.
 */
struct attachment *attachments_add(struct attachments *a, uint32_t serial, uint32_t kind, const char *address,
                                   const char *who);
/* The one with SERIAL, owned by *a, or NULL. */
struct attachment *attachments_find(const struct attachments *a, uint32_t serial);
/* How many are attached. */
unsigned attachments_attached(const struct attachments *a);
/* Forgets SERIAL if it is known. */
void attachments_remove(struct attachments *a, uint32_t serial);

#endif
