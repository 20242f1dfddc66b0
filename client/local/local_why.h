/* SPDX-License-Identifier: MIT */
/* local_why: why a host is away, in so few words that a row of 80 columns has room for them. */
#ifndef HOLDFAST_LOCAL_WHY_H
#define HOLDFAST_LOCAL_WHY_H

#define LOCAL_WHY_MAX 22 /* columns of the longest */

/*
 * Words for REASON, which is a whole sentence of ours, of libssh or of ssh: "" where there is nothing to say but that
 * no answer comes; NULL: none, take the sentence.
 */
const char *local_why(const char *reason);

#endif
