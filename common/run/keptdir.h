/* SPDX-License-Identifier: MIT */
/* keptdir: where the last screens of a user's sessions are (server/keeper/keeptext.h). */
#ifndef HOLDFAST_KEPTDIR_H
#define HOLDFAST_KEPTDIR_H

#include <stdbool.h>

#define KEPTDIR ".local/state/holdfast/text" /* below the home directory; 0700 */

/* Opens it below HOME, and with MAKE makes what is missing: a descriptor or a negative errno (-EPERM: another's). */
int keptdir_open(const char *home, bool make);

#endif
