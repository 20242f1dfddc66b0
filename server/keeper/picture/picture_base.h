/* SPDX-License-Identifier: MIT */
/* picture_base: a new model is made from a base: a rendering at an offset of the output, and the sizes since. */
#ifndef HOLDFAST_PICTURE_BASE_H
#define HOLDFAST_PICTURE_BASE_H

#include <stddef.h>
#include <stdint.h>

#define PICTURE_ROWS 24 /* of a terminal that says no size */
#define PICTURE_COLS 80

struct keeper;
struct picture_size;
struct vital_facts;

/* From OFFSET on it is this rendering, which this takes over, of the size that there is now. */
void picture_base_set(struct keeper *k, uint64_t offset, unsigned char *bytes, size_t len);
/* The painter is gone with its model: is the base good enough to start with again? */
void picture_base_after_loss(struct keeper *k);
/* Before a painter is started: a base that is in the ring; without one, some of its tail. */
void picture_base_choose(struct keeper *k);
/* Remembers the size that there is now; as it was remembered. */
struct picture_size *picture_base_size(struct keeper *k);
/* The rendering that the base is, for a moment: of saved_len bytes, or NULL; then picture_base_close(). */
const unsigned char *picture_base_open(struct keeper *k);
void picture_base_close(struct keeper *k, const unsigned char *saved);
/* Writes the base into *F; those facts count now; takes it out of the facts of the keeper before. */
void picture_base_save(const struct keeper *k, struct vital_facts *f);
void picture_base_saved(struct keeper *k);
void picture_base_restore(struct keeper *k, const struct vital_facts *f);

#endif
