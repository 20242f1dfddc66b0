/* SPDX-License-Identifier: MIT */
/* keyblob: the fingerprints of a public key or certificate as sshd writes it in SSH_AUTH_INFO_0 (base64). */
#ifndef HOLDFAST_KEYBLOB_H
#define HOLDFAST_KEYBLOB_H

#include <stdbool.h>
#include <stddef.h>

#define KEYBLOB_PRINT 44 /* a SHA-256 in base64 without padding, with its NUL */
#define KEYBLOB_TEXT 128

struct keyblob {
	char key[KEYBLOB_PRINT]; /* as ssh-keygen -l prints it behind "SHA256:"; also for the key in a certificate */
	bool is_cert;
	char ca[KEYBLOB_PRINT];     /* of the CA's key */
	char key_id[KEYBLOB_PRINT]; /* the SHA-256 of the key id, or "" when that is empty */
	char key_id_text[KEYBLOB_TEXT]; /* the key id, or "" when it is empty, too long or not printable ASCII */
};

/*
 * Reads LEN bytes of base64 at TEXT.  A certificate of an unknown type (PROTOCOL.certkeys) counts as a
 * plain key.  0; -EBADMSG: not base64, or a certificate that ends too early; -ENOMEM.
 */
int keyblob_read(struct keyblob *k, const char *text, size_t len);

#endif
