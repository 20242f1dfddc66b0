/* SPDX-License-Identifier: MIT */
/*
 * kexinit: the algorithms that a host offers: its SSH_MSG_KEXINIT (RFC 4253, 7.1), found in the bytes that come first
 * on a connection.  libssh does not tell what it was offered, only what was agreed on; so the bytes are looked at
 * before libssh reads them (kexinit_look).
 */
#ifndef HOLDFAST_KEXINIT_H
#define HOLDFAST_KEXINIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEXINIT_CAP 49152 /* the lines before, of which RFC 4253 sets no number, and the longest packet, 35,000 bytes */

enum kexinit_list { KEX, HOST_KEY, CIPHER_C_S, CIPHER_S_C, MAC_C_S, MAC_S_C, KEXINIT_LISTS };

struct kexinit {
	char *lists[KEXINIT_LISTS]; /* names with commas between them */
};

/*
 * Finds it in the first LEN bytes of a host: 1, 0: not all of it has come, -EBADMSG: it is no ssh, or another message
 * comes first, -ENOMEM.
 */
int kexinit_parse(const unsigned char *bytes, size_t len, struct kexinit *k);
/* Takes one that is all zero. */
void kexinit_free(struct kexinit *k);

/* What has been seen of a connection while it is read by libssh. */
struct kexinit_watch {
	unsigned char *bytes; /* from the first on, LEN of them */
	size_t len;
};

/*
 * Looks at what has come on FD and has not been read yet, without reading it; TAKEN bytes have been read before.
 * As kexinit_parse; -ESTALE: bytes have been read that were not seen here.
 */
int kexinit_look(struct kexinit_watch *w, int fd, uint64_t taken, struct kexinit *k);
void kexinit_watch_end(struct kexinit_watch *w);

#endif
