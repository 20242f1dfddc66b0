/* SPDX-License-Identifier: MIT */
/*
 * owners: the owner of a uid.  A subordinate uid (subuid(5)) counts as the user that it was given to, so that a user
 * with processes of 65536 uids counts once.  Ranges that only a name service has are unknown here: holdfastd asks no
 * name service.
 */
#ifndef HOLDFAST_OWNERS_H
#define HOLDFAST_OWNERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#define OWNERS_MAX 8192      /* ranges; further lines are ignored */
#define OWNERS_BYTES 1048576 /* of the file, the same */

struct owners_range {
	uid_t first, last;
	uint64_t owner;
};

struct owners {
	const char *subuid, *passwd; /* the files */
	struct owners_range *v;      /* in the order of their first uid */
	size_t count;
	struct stat was[2];          /* the files at the last read */
};

/*
 * Reads the files again if they have changed: 0, or -ENOMEM, and then nothing changes.  A file that cannot be read
 * counts as empty, and malformed lines are ignored.
 */
int owners_refresh(struct owners *o);
/* The owner of UID: a user's uid or, for a range of a user who is not in the passwd file, a number over 2^32. */
uint64_t owners_of(const struct owners *o, uid_t uid);
void owners_free(struct owners *o);

#endif
