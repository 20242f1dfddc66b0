/* SPDX-License-Identifier: MIT */
#include "asciicast.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "json.h"

#define EVENT_MAX 8192    /* bytes of output in one event */
#define HEADER_MAX 65536  /* a longer first line is none of ours or asciinema's */
#define TAIL_MAX 262144   /* so far from the end the last event begins */

static bool
is_rest(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* How many bytes the character that begins with C has; 1 also where C begins none. */
static size_t
length_by_first(unsigned char c)
{
	return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

/* How many bytes at the end of P are the begin of a character whose other bytes have not come. */
static size_t
open_bytes(const unsigned char *p, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char c = p[len - back];

		if (!is_rest(c))
			return length_by_first(c) > back ? back : 0;
	}
	return 0;
}

/* The line in MEMORY, with its newline, in one write. */
static int
write_line(struct asciicast *a, FILE *f, char **memory, const size_t *len)
{
	int rc;

	putc('\n', f);
	rc = fclose(f) == 0 ? fd_write_all(a->fd, *memory, *len) : -ENOMEM;
	free(*memory);
	/* A pipe has no length, and a file keeps the part of a line if that fails too. */
	if (rc && ftruncate(a->fd, (off_t)a->whole) < 0)
		return rc;
	a->whole += rc ? 0 : *len;
	return rc;
}

/* [12.345678, "o", TEXT] */
static int
write_event(struct asciicast *a, uint64_t at_ms, const char *kind, const char *text)
{
	char *memory = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&memory, &len);
	struct json j;
	int rc;

	if (!f)
		return -ENOMEM;
	if (at_ms < a->last_ms)
		at_ms = a->last_ms;
	fprintf(f, "[%llu.%03u, ", (unsigned long long)(at_ms / 1000), (unsigned)(at_ms % 1000));
	json_init(&j, f);
	json_string(&j, NULL, kind);
	fputs(", ", f);
	json_init(&j, f);
	json_string(&j, NULL, text);
	putc(']', f);
	rc = write_line(a, f, &memory, &len);
	if (rc)
		return rc;
	a->last_ms = at_ms;
	a->events++;
	return 0;
}

static void
put_env(struct json *j, const struct asciicast_head *head)
{
	json_open(j, "env", '{');
	if (head->term && head->term[0])
		json_string(j, "TERM", head->term);
	if (head->shell && head->shell[0])
		json_string(j, "SHELL", head->shell);
	json_close(j, '}');
}

int
asciicast_begin(struct asciicast *a, int fd, const struct asciicast_head *head)
{
	char *memory = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&memory, &len);
	struct stat st;
	struct json j;

	if (!f)
		return -ENOMEM;
	*a = (struct asciicast){ .fd = fd, .cols = head->cols, .rows = head->rows };
	/* Standard output can be a file that has something in it. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		a->whole = (uint64_t)st.st_size;
	json_init(&j, f);
	json_open(&j, NULL, '{');
	json_number(&j, "version", 2);
	json_number(&j, "width", head->cols);
	json_number(&j, "height", head->rows);
	json_number(&j, "timestamp", head->date_ms / 1000);
	if (head->title && head->title[0])
		json_string(&j, "title", head->title);
	put_env(&j, head);
	json_close(&j, '}');
	return write_line(a, f, &memory, &len);
}

/* An event of the LEN bytes at P and of those that were kept before; no NUL among them. */
static int
output_event(struct asciicast *a, uint64_t at_ms, const unsigned char *p, size_t len)
{
	char text[EVENT_MAX + 8];

	memcpy(text, a->kept, a->kept_len);
	memcpy(text + a->kept_len, p, len);
	text[a->kept_len + len] = '\0';
	a->kept_len = 0;
	return text[0] ? write_event(a, at_ms, "o", text) : 0;
}

/*
 * A stretch without NUL: a terminal does nothing at a NUL, and a C string can't have one.  WHOLE: nothing of it is
 * kept.
 */
static int
output_stretch(struct asciicast *a, uint64_t at_ms, const unsigned char *p, size_t len)
{
	while (len) {
		size_t n = len < EVENT_MAX ? len : EVENT_MAX, open;
		unsigned char last[8];
		int rc;

		/* What was kept, and a few bytes of P, may still be no whole character. */
		if (a->kept_len + n < sizeof a->kept) {
			memcpy(last, a->kept, a->kept_len);
			memcpy(last + a->kept_len, p, n);
			if (open_bytes(last, a->kept_len + n) == a->kept_len + n) {
				memcpy(a->kept + a->kept_len, p, n);
				a->kept_len += n;
				return 0;
			}
		}
		open = open_bytes(p, n);
		rc = output_event(a, at_ms, p, n - open);
		if (rc)
			return rc;
		memcpy(a->kept, p + n - open, open);
		a->kept_len = open;
		p += n;
		len -= n;
	}
	return 0;
}

int
asciicast_output(struct asciicast *a, uint64_t at_ms, const void *data, size_t len)
{
	const unsigned char *p = data, *end = p + len;
	int rc = 0;

	while (p < end && !rc) {
		const unsigned char *nul = memchr(p, 0, (size_t)(end - p));

		rc = output_stretch(a, at_ms, p, (size_t)((nul ? nul : end) - p));
		p = nul ? nul + 1 : end;
	}
	return rc;
}

int
asciicast_resize(struct asciicast *a, uint64_t at_ms, unsigned cols, unsigned rows)
{
	char text[32];

	if ((cols == a->cols && rows == a->rows) || !cols || !rows)
		return 0;
	snprintf(text, sizeof text, "%ux%u", cols, rows);
	a->cols = cols;
	a->rows = rows;
	return write_event(a, at_ms, "r", text);
}

int
asciicast_end(struct asciicast *a, uint64_t at_ms)
{
	return output_event(a, at_ms, (const unsigned char *)"", 0);
}

/* The number behind "KEY": in the header LINE, or 0. */
static unsigned
header_number(const char *line, const char *key)
{
	const char *p = strstr(line, key);

	if (!p)
		return 0;
	p += strlen(key);
	p += strspn(p, " :");
	return (unsigned)strtoul(p, NULL, 10);
}

/* The first line: 0, or -EPROTO. */
static int
read_header(struct asciicast *a)
{
	char *line = calloc(1, HEADER_MAX + 1);
	ssize_t n = line ? pread(a->fd, line, HEADER_MAX, 0) : -1;
	char *newline = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
	int rc = -EPROTO;

	if (newline) {
		*newline = '\0';
		a->cols = header_number(line, "\"width\"");
		a->rows = header_number(line, "\"height\"");
		if (line[0] == '{' && header_number(line, "\"version\"") == 2 && a->cols && a->rows)
			rc = 0;
	}
	free(line);
	return rc;
}

/* The whole line that ends before END, a place in TEXT behind a newline: where it begins. */
static char *
line_before(char *text, char *end)
{
	char *p = end - 1;

	while (p > text && p[-1] != '\n')
		p--;
	return p;
}

/* What the events at the end say: the time of the last one, and the latest size.  TEXT is LEN bytes and a NUL. */
static int
read_events(struct asciicast *a, char *text, size_t len, bool whole, uint64_t *last)
{
	char *end = text + len;
	bool timed = false;

	while (end > text) {
		char *p = line_before(text, end), *rest;
		double seconds;
		unsigned cols, rows;

		if (p == text && !whole)
			break;
		if (*p == '{')
			break;
		seconds = *p == '[' ? strtod(p + 1, &rest) : -1;
		if (seconds < 0 || seconds > 1e12)
			return -EPROTO;
		if (!timed)
			*last = (uint64_t)(seconds * 1000 + 0.5);
		timed = true;
		if (sscanf(rest, " , \"r\" , \"%5ux%5u\"", &cols, &rows) == 2) {
			a->cols = cols;
			a->rows = rows;
			break;
		}
		end = p;
	}
	return 0;
}

int
asciicast_resume(struct asciicast *a, int fd, uint64_t *last)
{
	off_t size = lseek(fd, 0, SEEK_END), from;
	char *text, *newline;
	ssize_t n;
	int rc;

	*a = (struct asciicast){ .fd = fd };
	*last = 0;
	if (size < 0)
		return -errno;
	rc = read_header(a);
	if (rc)
		return rc;
	from = size > TAIL_MAX ? size - TAIL_MAX : 0;
	text = calloc(1, TAIL_MAX + 1);
	n = text ? pread(fd, text, TAIL_MAX, from) : -1;
	newline = n > 0 ? memrchr(text, '\n', (size_t)n) : NULL;
	rc = !text ? -ENOMEM : !newline ? -EPROTO : 0;
	if (!rc)
		rc = read_events(a, text, (size_t)(newline + 1 - text), !from, last);
	if (!rc && newline + 1 - text < n && ftruncate(fd, from + (newline + 1 - text)) < 0)
		rc = -errno;
	if (!rc && lseek(fd, 0, SEEK_END) < 0)
		rc = -errno;
	free(text);
	a->last_ms = *last;
	a->whole = rc ? 0 : (uint64_t)lseek(fd, 0, SEEK_END);
	return rc;
}
