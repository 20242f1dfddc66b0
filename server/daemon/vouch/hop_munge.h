/* SPDX-License-Identifier: MIT */
/*
 * hop_munge: munge's credentials as the code of a claim: "the root of some host that has the key of this munge realm has
 * said these bytes".  When it was said counts for nothing, because the claim has the nonce of this very conversation: so
 * a credential that munge calls expired, or made in the future, is as good as another one.
 *
 * libmunge is loaded when it is first used, so that holdfastd starts without it.
 */
#ifndef HOLDFAST_HOP_MUNGE_H
#define HOLDFAST_HOP_MUNGE_H

#include <stddef.h>

#include "bounds.h"

/*
 * The credential of the LEN bytes at CLAIM, without a NUL, in OUT: its length; or a negative errno and in ERROR why:
 * -ENOSYS: its library is not installed; -EMSGSIZE; -EIO: munge says no.
 */
int hop_munge_make(const void *claim, size_t len, unsigned char *out, size_t cap, char error[TEXT_CAP]);
/*
 * 0: the CRED_LEN bytes at CRED are a credential of root's with these bytes; -EKEYREJECTED: they are not; -ENOSYS,
 * -ENOMEM, -EIO: it could not be asked.  ERROR says why.
 */
int hop_munge_check(const void *claim, size_t len, const void *cred, size_t cred_len, char error[TEXT_CAP]);

#endif
