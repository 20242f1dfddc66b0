/* SPDX-License-Identifier: MIT */
#include "nearest.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FAR UINT_MAX
#define BEGINNING 3 /* letters, from which a beginning of a word stands for it */

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters to change, as the header counts them (optimal string alignment). */
static unsigned
distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned d[NEAREST_WORD_MAX + 1][NEAREST_WORD_MAX + 1];

	for (size_t i = 0; i <= na; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++)
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = least(d[i - 1][j], d[i][j - 1]) + 1;

			best = least(best, d[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				best = least(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[na][nb];
}

static unsigned
near_enough(size_t len)
{
	return len < 6 ? 1 : len < 9 ? 2 : 3;
}

void
nearest_begin(struct nearest *n, const char *word)
{
	*n = (struct nearest){ .word = word, .best = "", .distance = FAR };
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	size_t len = strlen(n->word), other = strlen(candidate), common = len < other ? len : other;
	unsigned d;

	if (!len || !other || len > NEAREST_WORD_MAX || other > NEAREST_WORD_MAX)
		return;
	d = distance(n->word, len, candidate, other);
	if (common >= BEGINNING && strncasecmp(n->word, candidate, common) == 0)
		d = least(d, 1);
	if (d <= near_enough(len) && d < n->distance) {
		strcpy(n->best, candidate);
		n->distance = d;
	}
}

const char *
nearest_found(const struct nearest *n)
{
	return n->best[0] ? n->best : NULL;
}

void
nearest_hint(const struct nearest *n, char hint[NEAREST_HINT_CAP])
{
	hint[0] = '\0';
	if (n->best[0])
		snprintf(hint, NEAREST_HINT_CAP, "; did you mean \"%s\"?", n->best);
}
