/* SPDX-License-Identifier: MIT */
/* csi: control sequences, each a row of a table. */
#ifndef HOLDFAST_SCREEN_CSI_H
#define HOLDFAST_SCREEN_CSI_H

struct screen;

/* Executes the sequence in the parser that ends with FINAL; ignores an unknown one. */
void csi_dispatch(struct screen *s, char final);

#endif
