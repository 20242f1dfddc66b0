/* SPDX-License-Identifier: MIT */
#include "eventlist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escaped.h"
#include "userfile.h"

static size_t
count_lines(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	size_t count = 0;

	for (; p < end; count++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline ? newline + 1 : end;
	}
	return count;
}

/* "KEY=number" and a blank, at *P: moves behind that; 0 or -EBADMSG. */
static int
take_head(const char **p, const char *end, const char *key, uint64_t *v)
{
	size_t len = strlen(key);
	const char *blank;

	if ((size_t)(end - *p) < len || memcmp(*p, key, len) != 0)
		return -EBADMSG;
	blank = memchr(*p + len, ' ', (size_t)(end - *p) - len);
	if (!blank || escaped_number(*p + len, blank, UINT64_MAX, v))
		return -EBADMSG;
	*p = blank + 1;
	return 0;
}

/* What stands behind the last newline is a part of a line, whose writer was interrupted. */
static void
add_lines(struct eventlist *l, const char *text, size_t len, uint64_t since_ms)
{
	const char *p = text, *end = text + len, *stop;

	for (; p < end && (stop = memchr(p, '\n', (size_t)(end - p))); p = stop + 1) {
		const char *at = p;
		struct eventlist_one one = { .line = p, .len = (size_t)(stop - p) };

		if (take_head(&at, stop, "time_ms=", &one.time_ms) == 0 && take_head(&at, stop, "seq=", &one.seq) == 0 &&
		    one.time_ms >= since_ms)
			l->v[l->count++] = one;
	}
}

int
eventlist_take(struct eventlist *l, char *text, size_t len, uint64_t since_ms)
{
	size_t lines = count_lines(text, len);
	struct eventlist_one *v = reallocarray(l->v, l->count + lines + 1, sizeof *v);
	char **texts = reallocarray(l->texts, l->text_count + 1, sizeof *texts);

	if (v)
		l->v = v;
	if (texts)
		l->texts = texts;
	if (!v || !texts) {
		free(text);
		return -ENOMEM;
	}
	l->texts[l->text_count++] = text;
	add_lines(l, text, len, since_ms);
	return 0;
}

/* Lines of one text stand at rising addresses, in their order. */
static int
earlier_first(const void *x, const void *y)
{
	const struct eventlist_one *a = x, *b = y;

	if (a->time_ms != b->time_ms)
		return a->time_ms < b->time_ms ? -1 : 1;
	return (uintptr_t)a->line < (uintptr_t)b->line ? -1 : (uintptr_t)a->line > (uintptr_t)b->line;
}

/* Adds the N bytes at TEXT, or frees that; N: a negative errno where nothing could be read. */
static int
take_read(struct eventlist *l, char *text, ssize_t n, uint64_t since_ms)
{
	if (n >= 0)
		return eventlist_take(l, text, (size_t)n, since_ms);
	free(text);
	return (int)n;
}

int
eventlist_read(struct eventlist *l, int dir, const char *name, size_t cap, uint64_t since_ms)
{
	/* A byte more than there may be, so that malloc(3) need not give zero bytes. */
	char *text = malloc(cap + 1);
	int rc = take_read(l, text, text ? userfile_read(dir, name, text, cap) : -ENOMEM, since_ms);

	return rc == -ENOENT ? 0 : rc;
}

int
eventlist_read_fd(struct eventlist *l, int fd, size_t cap, uint64_t since_ms)
{
	char *text = malloc(cap + 1);

	return take_read(l, text, text ? userfile_read_fd(fd, text, cap) : -ENOMEM, since_ms);
}

void
eventlist_sort(struct eventlist *l)
{
	if (l->count)
		qsort(l->v, l->count, sizeof *l->v, earlier_first);
}

int
eventlist_get(const struct eventlist *l, size_t i, struct event *e)
{
	return i < l->count ? event_parse(e, l->v[i].line, l->v[i].len) : -EBADMSG;
}

void
eventlist_free(struct eventlist *l)
{
	for (size_t i = 0; i < l->text_count; i++)
		free(l->texts[i]);
	free(l->texts);
	free(l->v);
	*l = (struct eventlist)EVENTLIST_INIT;
}
