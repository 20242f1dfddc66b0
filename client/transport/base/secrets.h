/* SPDX-License-Identifier: MIT */
/*
 * secrets: what the person has typed in to log in, kept in memory that is not swapped and not dumped, so that a new
 * connection does not ask again.
 *
 * NAME says what a secret is for: "password", "passphrase /home/me/.ssh/id_ed25519".  All functions may be called
 * from
 * any thread.
 */
#ifndef HOLDFAST_SECRETS_H
#define HOLDFAST_SECRETS_H

#include <stddef.h>

#define SECRET_CAP 1024 /* of one secret with its NUL */
#define SECRET_NAME_CAP 512
#define SECRETS_MAX 16 /* more are not kept: they will be asked for again */

struct secrets;

struct secrets *secrets_new(void); /* NULL: out of memory, or no memory can be locked at all */
void secrets_free(struct secrets *s); /* wipes; takes NULL */
/* Copies a secret to VALUE: 0, or -ENOENT.  The caller wipes it.  S may be NULL in all of these. */
int secrets_get(struct secrets *s, const char *name, char *value, size_t cap);
void secrets_put(struct secrets *s, const char *name, const char *value);
void secrets_forget(struct secrets *s, const char *name);

#endif
