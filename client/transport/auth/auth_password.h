/* SPDX-License-Identifier: MIT */
/* auth_password: passwords, and the questions of keyboard-interactive (RFC 4256). */
#ifndef HOLDFAST_AUTH_PASSWORD_H
#define HOLDFAST_AUTH_PASSWORD_H

#include "auth.h"

/* Methods, see auth.h. */
int auth_kbdint(struct auth *a);
int auth_password(struct auth *a);
/* Whether the answer to that question of keyboard-interactive is the same the next time. */
bool auth_password_keepable(const char *prompt, bool echo);

#endif
