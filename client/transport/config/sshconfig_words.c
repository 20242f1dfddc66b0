/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "sshconfig_words.h"

/* One word from *TEXT to BUF, which is as long as the text: 1, 0: there is none, or -EINVAL. */
static int
next_word(const char **text, char *buf)
{
	const char *s = *text + strspn(*text, " \t\f");
	char quote = '\0';

	if (!*s || *s == '#')
		return 0;
	for (; *s && (quote || !strchr(" \t\f", *s)); s++) {
		if (*s == '\\' && s[1] && (strchr("'\"\\", s[1]) || (!quote && s[1] == ' ')))
			*buf++ = *++s;
		else if (!quote && (*s == '\'' || *s == '"'))
			quote = *s;
		else if (quote && *s == quote)
			quote = '\0';
		else
			*buf++ = *s;
	}
	*buf = '\0';
	*text = s;
	return quote ? -EINVAL : 1;
}

int
sshconfig_words(const char *text, char ***words)
{
	char *buf = malloc(strlen(text) + 1);
	int r = buf ? 0 : -ENOMEM;

	while (r == 0 && (r = next_word(&text, buf)) == 1)
		r = list_add(words, buf);
	free(buf);
	return r;
}

char *
sshconfig_joined(char *const *words)
{
	size_t len = 1;
	char *text;

	for (char *const *w = words; *w; w++)
		len += strlen(*w) + 1;
	if (!(text = calloc(1, len)))
		return NULL;
	for (char *const *w = words; *w; w++) {
		if (w != words)
			strcat(text, " ");
		strcat(text, *w);
	}
	return text;
}
