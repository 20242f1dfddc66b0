/* SPDX-License-Identifier: MIT */
/*
 * sshconfig_words: the words of a line of ssh_config(5): '…', "…", \ before a quote, a blank or itself, and # outside.
 */
#ifndef HOLDFAST_SSHCONFIG_WORDS_H
#define HOLDFAST_SSHCONFIG_WORDS_H

/* Adds the words of TEXT to *WORDS (list.h; NULL is an empty one): 0, -ENOMEM, -EINVAL: a quote is open. */
int sshconfig_words(const char *text, char ***words);
/* The words with blanks between them; NULL: out of memory. */
char *sshconfig_joined(char *const *words);

#endif
