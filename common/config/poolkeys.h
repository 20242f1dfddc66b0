/* SPDX-License-Identifier: MIT */
/*
 * poolkeys: the file of "PoolVouch key FILE" in holdfast.conf: the secrets that the nodes of a pool share.
 *
 *   # comment
 *   2026-11 5d41402abc4b2a76b9719d911017c592…
 *
 * A line is "ID HEX".  ID has 1 to 32 of A-Z a-z 0-9 . _ - without '.' or '-' in front, and is not "munge"; HEX stands for
 * 32 to 128 bytes.  The first key signs, and each of them verifies: so a new key is put behind the old one on all nodes,
 * then before it, and then the old one is removed.
 *
 * The file must be root's and have the mode 0600, and no symbolic link.
 */
#ifndef HOLDFAST_POOLKEYS_H
#define HOLDFAST_POOLKEYS_H

#include <stddef.h>

#include "bounds.h"

#define POOLKEYS_MAX 16
#define POOLKEYS_ID_CAP 33
#define POOLKEYS_SECRET_MIN 32
#define POOLKEYS_SECRET_MAX 128
#define POOLKEYS_FILE_MAX 8192
#define POOLKEYS_MUNGE "munge" /* stands for no key (frame_hop.h) */

struct poolkey {
	char id[POOLKEYS_ID_CAP];
	unsigned char secret[POOLKEYS_SECRET_MAX];
	size_t len; /* of the secret */
};

struct poolkeys {
	struct poolkey v[POOLKEYS_MAX];
	size_t count; /* at least 1 once it was read */
};

/*
 * Reads the file PATH: 0; or a negative errno and in ERROR what is wrong, with the file, the line, and what is expected,
 * and without a byte of the file: -EPERM: its owner, mode or type; -EBADMSG: its text.  The caller wipes *K in any case.
 */
int poolkeys_read(const char *path, struct poolkeys *k, char error[TEXT_CAP]);
/* The same for its text, LEN bytes, which is changed; it needs room for one byte more.  NAME stands for it in errors. */
int poolkeys_parse(const char *name, char *text, size_t len, struct poolkeys *k, char error[TEXT_CAP]);
/* The key ID, or NULL. */
const struct poolkey *poolkeys_find(const struct poolkeys *k, const char *id);
/* Leaves nothing of the secrets in *K. */
void poolkeys_wipe(struct poolkeys *k);

#endif
