/* SPDX-License-Identifier: MIT */
/* exit_status: exit statuses of holdfast that are not those of the session. */
#ifndef HOLDFAST_EXIT_STATUS_H
#define HOLDFAST_EXIT_STATUS_H

#define STATUS_FAILED 255     /* our own errors, as ssh has them */
#define STATUS_NO_HOLDFAST 69 /* --require, and the host has no holdfast: EX_UNAVAILABLE of sysexits(3) */
#define STATUS_TIMEOUT 4      /* --wait, and --timeout is over before the host is reached again: as of holdfastctl(1) */

#endif
