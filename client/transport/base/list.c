/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

char **
list_new(void)
{
	return calloc(1, sizeof(char *));
}

void
list_free(char **list)
{
	for (char **s = list; s && *s; s++)
		free(*s);
	free(list);
}

size_t
list_count(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static int
take(char ***list, char *text)
{
	size_t n = list_count(*list);
	char **grown = text ? realloc(*list, (n + 2) * sizeof(*grown)) : NULL;

	if (!grown) {
		free(text);
		return -ENOMEM;
	}
	grown[n] = text;
	grown[n + 1] = NULL;
	*list = grown;
	return 0;
}

int
list_add(char ***list, const char *text)
{
	return take(list, strdup(text));
}

int
list_addf(char ***list, const char *format, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	return take(list, n < 0 ? NULL : text);
}

int
list_add_all(char ***list, char *const *more)
{
	int r = 0;

	for (; more && *more && r == 0; more++)
		r = list_add(list, *more);
	return r;
}

static bool
stands_before(char *const *list, char *const *entry)
{
	for (; list < entry; list++)
		if (strcmp(*list, *entry) == 0)
			return true;
	return false;
}

void
list_unique(char **list)
{
	char **to = list;

	for (char **s = list; *s; s++) {
		char *text = *s;

		*to = text;
		if (stands_before(list, to))
			free(text);
		else
			to++;
	}
	*to = NULL;
}

void
list_empty(char **list)
{
	for (char **s = list; *s; s++)
		free(*s);
	*list = NULL;
}

char **
list_words(const char *text)
{
	char **list = list_new();
	size_t n;

	for (text += strspn(text, " \t"); list && *text; text += n, text += strspn(text, " \t")) {
		n = strcspn(text, " \t");
		if (take(&list, strndup(text, n)) < 0) {
			list_free(list);
			return NULL;
		}
	}
	return list;
}
