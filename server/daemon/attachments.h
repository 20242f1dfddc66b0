/* SPDX-License-Identifier: MIT */
/*
 * attachments: what the leader vouched for, by the keeper's serial numbers, so that audit lines can say who it was.
 */
#ifndef HOLDFAST_ATTACHMENTS_H
#define HOLDFAST_ATTACHMENTS_H

#include <stdint.h>

#include "lead.h"

#define ATTACHMENTS_MAX 64

struct attachment {
	uint32_t serial;
	uint32_t kind; /* enum lead_kind */
	char address[ADDRESS_CAP];
	char who[WHO_CAP];
};

struct attachments {
	struct attachment *v[ATTACHMENTS_MAX]; /* owned; the oldest first, NULL behind the last */
};

/*
 * Remembers an attachment, instead of one of the same serial; the oldest is forgotten when there are too many.
 * Without memory it isn't remembered.
 */
void attachments_add(struct attachments *a, uint32_t serial, uint32_t kind, const char *address, const char *who);
/* The one with SERIAL, owned by *a, or NULL. */
const struct attachment *attachments_find(const struct attachments *a, uint32_t serial);
/* Forgets SERIAL if it is known. */
void attachments_remove(struct attachments *a, uint32_t serial);

#endif
