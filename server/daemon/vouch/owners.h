/* SPDX-License-Identifier: MIT */
/*
 * owners: whose a uid is.  A subordinate uid (subuid(5)) counts as the user it was given to, so that who can make
 * processes of 65536 uids is one person still.  Ranges that are not in /etc/subuid but in a name service are not known
 * here: holdfastd asks none.
 */
#ifndef HOLDFAST_OWNERS_H
#define HOLDFAST_OWNERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#define OWNERS_MAX 8192      /* ranges; what follows in the file is passed over */
#define OWNERS_BYTES 1048576 /* of the file, the same */

struct owners_range {
	uid_t first, last;
	uint64_t owner;
};

struct owners {
	const char *subuid, *passwd; /* the files */
	struct owners_range *v;      /* in the order of their first uid */
	size_t count;
	struct stat was[2];          /* the files, as they were read */
};

/*
 * Reads the files again if they have changed: 0, or -ENOMEM, and then all is as it was.  A file that can't be read
 * has nothing in it, and a line that is wrong is passed over.
 */
int owners_refresh(struct owners *o);
/* Whom UID counts for: the uid of a user or, for a range of a user who isn't in the passwd file, a number over 2^32. */
uint64_t owners_of(const struct owners *o, uid_t uid);
void owners_free(struct owners *o);

#endif
