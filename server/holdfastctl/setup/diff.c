/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include <stdbool.h>
#include <string.h>

#define CONTEXT 3

struct text {
	const char *start;
	size_t lines;
	bool cut; /* the last line has no newline */
};

static struct text
measure(const char *s)
{
	struct text t = { s ? s : "", 0, false };
	const char *p = t.start;

	for (; *p; p++)
		t.lines += *p == '\n';
	if (p > t.start && p[-1] != '\n') {
		t.lines++;
		t.cut = true;
	}
	return t;
}

static const char *
line_at(const struct text *t, size_t n)
{
	const char *p = t->start;

	while (n--)
		p += strcspn(p, "\n") + 1;
	return p;
}

/* With its newline, if it has one. */
static size_t
length(const char *p)
{
	size_t n = strcspn(p, "\n");

	return n + (p[n] == '\n');
}

static bool
same_line(const struct text *a, size_t i, const struct text *b, size_t j)
{
	const char *p = line_at(a, i), *q = line_at(b, j);

	return length(p) == length(q) && memcmp(p, q, length(p)) == 0;
}

static void
print_lines(FILE *f, char sign, const struct text *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const char *p = line_at(t, i);

		putc(sign, f);
		for (; *p && *p != '\n'; p++)
			putc((unsigned char)*p < 0x20 && *p != '\t' ? '?' : *p == 0x7f ? '?' : *p, f);
		putc('\n', f);
		if (!*p)
			fputs("\\ No newline at end of file\n", f);
	}
}

/* A range of no lines is named after the line before it. */
static void
print_range(FILE *f, char sign, size_t from, size_t count)
{
	fprintf(f, " %c%zu", sign, count ? from + 1 : from);
	if (count != 1)
		fprintf(f, ",%zu", count);
}

void
diff_print(FILE *f, const char *path, const char *before, const char *after)
{
	struct text a = measure(before), b = measure(after);
	size_t head = 0, tail = 0, from, context;

	while (head < a.lines && head < b.lines && same_line(&a, head, &b, head))
		head++;
	while (tail < a.lines - head && tail < b.lines - head &&
	       same_line(&a, a.lines - 1 - tail, &b, b.lines - 1 - tail))
		tail++;
	if (head == a.lines && head == b.lines)
		return;
	from = head > CONTEXT ? head - CONTEXT : 0;
	context = tail > CONTEXT ? CONTEXT : tail;
	fprintf(f, "--- %s\n+++ %s\n@@", before ? path : "/dev/null", after ? path : "/dev/null");
	print_range(f, '-', from, a.lines - tail + context - from);
	print_range(f, '+', from, b.lines - tail + context - from);
	fputs(" @@\n", f);
	print_lines(f, ' ', &a, from, head);
	print_lines(f, '-', &a, head, a.lines - tail);
	print_lines(f, '+', &b, head, b.lines - tail);
	print_lines(f, ' ', &a, a.lines - tail, a.lines - tail + context);
}
