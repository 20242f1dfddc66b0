/* SPDX-License-Identifier: MIT */
/* list: lists of strings that end with NULL, every string and the list itself from malloc. */
#ifndef HOLDFAST_LIST_H
#define HOLDFAST_LIST_H

#include <stddef.h>

char **list_new(void); /* an empty one; NULL: out of memory */
void list_free(char **list); /* takes NULL */
size_t list_count(char *const *list); /* 0 for NULL */
/* Adds a copy of TEXT at the end (*LIST may be NULL): 0 or -ENOMEM, *LIST then unchanged. */
int list_add(char ***list, const char *text);
/* The same with printf's FORMAT. */
int list_addf(char ***list, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds copies of all of MORE (may be NULL). */
int list_add_all(char ***list, char *const *more);
/* Takes out what stands before in the list too. */
void list_unique(char **list);
void list_empty(char **list);
/* TEXT split at white space; NULL: out of memory. */
char **list_words(const char *text);

#endif
