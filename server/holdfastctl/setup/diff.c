/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT 3

struct line {
	const char *s;
	size_t len; /* with the newline, if there is one */
};

struct text {
	struct line *v;
	size_t n;
};

/* A line of the result: kept (' '), of the first text alone ('-') or of the second alone ('+'). */
struct step {
	char sign;
	struct line line;
};

struct script {
	struct step *v;
	size_t n;
};

static bool
split(struct text *t, const char *s)
{
	size_t n = 1;

	for (const char *p = s; *p; p++)
		n += *p == '\n';
	t->n = 0;
	t->v = calloc(n, sizeof *t->v);
	for (; t->v && *s; s += t->v[t->n++].len) {
		size_t len = strcspn(s, "\n");

		t->v[t->n] = (struct line){ s, len + (s[len] == '\n') };
	}
	return t->v != NULL;
}

static bool
same(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

/* The fewest lines to leave out of A and B together, so that the next ones are the same; all if there are none. */
static void
resync(const struct text *a, size_t i, const struct text *b, size_t j, size_t *from_a, size_t *from_b)
{
	size_t left_a = a->n - i, left_b = b->n - j;

	for (size_t sum = 1; sum < left_a + left_b; sum++)
		for (*from_a = 0; *from_a <= sum; ++*from_a) {
			*from_b = sum - *from_a;
			if (*from_a < left_a && *from_b < left_b && same(&a->v[i + *from_a], &b->v[j + *from_b]))
				return;
		}
	*from_a = left_a;
	*from_b = left_b;
}

static void
add(struct script *s, char sign, const struct text *t, size_t *next, size_t count)
{
	for (; count; count--)
		s->v[s->n++] = (struct step){ sign, t->v[(*next)++] };
}

/* S has room for all lines of both. */
static void
compare(struct script *s, const struct text *a, const struct text *b)
{
	size_t i = 0, j = 0, from_a, from_b;

	while (i < a->n || j < b->n) {
		if (i < a->n && j < b->n && same(&a->v[i], &b->v[j])) {
			add(s, ' ', b, &j, 1);
			i++;
			continue;
		}
		resync(a, i, b, j, &from_a, &from_b);
		add(s, '-', a, &i, from_a);
		add(s, '+', b, &j, from_b);
	}
}

static void
print_step(FILE *f, const struct step *s)
{
	size_t len = s->line.len, cut = len && s->line.s[len - 1] == '\n';

	putc(s->sign, f);
	for (size_t i = 0; i < len - cut; i++) {
		unsigned char c = (unsigned char)s->line.s[i];

		putc((c < 0x20 && c != '\t') || c == 0x7f ? '?' : c, f);
	}
	putc('\n', f);
	if (!cut)
		fputs("\\ No newline at end of file\n", f);
}

/* A range of no lines is named after the line before it. */
static void
print_range(FILE *f, char sign, size_t from, size_t count)
{
	fprintf(f, " %c%zu", sign, count ? from + 1 : from);
	if (count != 1)
		fprintf(f, ",%zu", count);
}

/* How many of the steps are lines of the text that has SIGN for its own. */
static size_t
lines_of(const struct script *s, size_t from, size_t to, char sign)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += s->v[i].sign == ' ' || s->v[i].sign == sign;
	return n;
}

static void
print_hunk(FILE *f, const struct script *s, size_t from, size_t to)
{
	fputs("@@", f);
	print_range(f, '-', lines_of(s, 0, from, '-'), lines_of(s, from, to, '-'));
	print_range(f, '+', lines_of(s, 0, from, '+'), lines_of(s, from, to, '+'));
	fputs(" @@\n", f);
	for (size_t i = from; i < to; i++)
		print_step(f, &s->v[i]);
}

static size_t
next_change(const struct script *s, size_t i)
{
	while (i < s->n && s->v[i].sign == ' ')
		i++;
	return i;
}

/* Changes with at most twice the context between them are one hunk. */
static void
print_hunks(FILE *f, const struct script *s)
{
	size_t first = next_change(s, 0), last, next;

	for (; first < s->n; first = next) {
		last = first;
		while ((next = next_change(s, last + 1)) < s->n && next - last <= 2 * CONTEXT + 1)
			last = next;
		print_hunk(f, s, first > CONTEXT ? first - CONTEXT : 0, last + CONTEXT < s->n ? last + CONTEXT + 1 : s->n);
	}
}

void
diff_print(FILE *f, const char *path, const char *before, const char *after)
{
	struct text a = { NULL, 0 }, b = { NULL, 0 };
	struct script s = { NULL, 0 };

	if (split(&a, before ? before : "") && split(&b, after ? after : ""))
		s.v = calloc(a.n + b.n + 1, sizeof *s.v);
	if (!s.v) {
		fprintf(f, "%s: out of memory\n", path);
	} else {
		compare(&s, &a, &b);
		if (next_change(&s, 0) < s.n)
			fprintf(f, "--- %s\n+++ %s\n", before ? path : "/dev/null", after ? path : "/dev/null");
		print_hunks(f, &s);
	}
	free(s.v);
	free(b.v);
	free(a.v);
}
