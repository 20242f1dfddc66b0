/* SPDX-License-Identifier: MIT */
/* script_print: the screen for a script, made by the painter (PRINT of attach_script.h). */
#ifndef HOLDFAST_SCRIPT_PRINT_H
#define HOLDFAST_SCRIPT_PRINT_H

#include "peers.h"

/* PEER sends the message MSG. */
void script_print(struct peer *peer, const unsigned char *msg, size_t len);
/* Asks the painter for what PEER waits for, if that has not been done, or another painter. */
void script_print_turn(struct peer *peer);

#endif
