/* SPDX-License-Identifier: MIT */
/*
 * asksfor: what a prompt asks the person for, in the languages that Linux-PAM and the usual programs speak.  Texts are
 * UTF-8; a word in another encoding, or in another language, is not recognised.
 */
#ifndef HOLDFAST_ASKSFOR_H
#define HOLDFAST_ASKSFOR_H

#include <stdbool.h>
#include <stddef.h>

/* Whether one of the N WORDS, whose letters of ASCII are small ones, begins at P, in small letters or capitals. */
bool asksfor_begins(const char *p, const char *const *words, size_t n);
/* Whether TEXT speaks of a password: "Password: ", "Passwort: ", "Mot de passe : " … */
bool asksfor_password(const char *text);
/* Whether TEXT speaks of one that is good once, or of a new one. */
bool asksfor_other_password(const char *text);

#endif
