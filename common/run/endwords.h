/* SPDX-License-Identifier: MIT */
/* endwords: the end of a session in words: for an attached terminal, the next login, and holdfastctl last. */
#ifndef HOLDFAST_ENDWORDS_H
#define HOLDFAST_ENDWORDS_H

#include <stdbool.h>

#include "endrecord.h"

/* "session 2 (make)": the session's name, or else what ran in front.  Printable. */
void endwords_session(const struct endrecord *r, char out[TEXT_CAP]);
/* What comes after that: "was ended by the OOM killer".  Printable. */
void endwords_how(const struct endrecord *r, char out[TEXT_CAP]);
/* All in one line, with the time of the day, or the date before today, as of NOW_MS. */
void endwords_line(const struct endrecord *r, uint64_t now_ms, char out[TEXT_CAP]);
/* Whether the next login is told: somebody or something else than the user and the shell has ended it. */
bool endwords_matters(const struct endrecord *r);

#endif
