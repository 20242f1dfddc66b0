/* SPDX-License-Identifier: MIT */
/*
 * overlay_scan: output of the host that can come while predictions are drawn.
 *
 * Such bytes only print, erase, and move the cursor to where the model says, within rows: they do not scroll, insert,
 * delete, wrap, join or repeat characters, and they end between two sequences.  Then what is drawn stays right where
 * they do not write, and is the base's where they do.
 */
#ifndef HOLDFAST_PREDICT_OVERLAY_SCAN_H
#define HOLDFAST_PREDICT_OVERLAY_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

#define OVERLAY_SCAN_MAX 4096 /* of more bytes none are looked at */

/* The bytes write to the columns FROM to END, not included, of ROW. */
typedef void overlay_scanned(void *to, unsigned row, unsigned from, unsigned end);

/*
 * Whether the LEN BYTES, fed to BASE next, are such, and with ONE_ROW do not lead to another row, nor say their own:
 * the terminal may have the cursor in another one than BASE.  TOUCHED is told of what they write, also where they are
 * not.
 */
bool overlay_scan(const struct screen *base, const unsigned char *bytes, size_t len, bool one_row,
                  overlay_scanned *touched, void *to);

#endif
