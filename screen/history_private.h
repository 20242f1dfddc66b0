/* SPDX-License-Identifier: MIT */
/* history_private: what a line of the scrollback has between its characters; for history.c and history_read.c. */
#ifndef HOLDFAST_SCREEN_HISTORY_PRIVATE_H
#define HOLDFAST_SCREEN_HISTORY_PRIVATE_H

/* A change of style or link for what follows. */
#define HISTORY_STYLE 0x01 /* a byte that says which fields follow, the fields */
#define HISTORY_LINK 0x02  /* 2 bytes of length, high first, the text; 0: no link */
/* 0x03 is HISTORY_MARK. */

/* Before a character: its column in the row, high byte first, where a program has said it behind doubtful ones. */
#define HISTORY_COLUMN 0x04
/* Before a cluster of ?2027: how many code points, and HISTORY_GROUP_WIDE if it takes two columns. */
#define HISTORY_GROUP 0x05
#define HISTORY_GROUP_WIDE 0x80u

#endif
