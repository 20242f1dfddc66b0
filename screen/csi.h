/* SPDX-License-Identifier: MIT */
/* csi: control sequences, each a row of a table. */
#ifndef HOLDFAST_SCREEN_CSI_H
#define HOLDFAST_SCREEN_CSI_H

struct screen;

/* Does what the sequence says that is in the parser and ends with FINAL; nothing if it is not known. */
void csi_dispatch(struct screen *s, char final);

#endif
