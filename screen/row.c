/* SPDX-License-Identifier: MIT */
#include "row.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"

struct row *
row_new(unsigned cols)
{
	return calloc(1, sizeof(struct row) + cols * sizeof(cell));
}

void
row_free(struct row *row)
{
	if (row)
		free(row->trail);
	free(row);
}

void
row_extend(struct row *row, unsigned to)
{
	if (row->len < to)
		row->len = to;
}

unsigned
row_used(const struct row *row)
{
	unsigned n = row->len;

	while (n && row->c[n - 1] == 0)
		n--;
	return n;
}

void
row_fill(struct row *row, unsigned from, unsigned to, cell c)
{
	if (c == 0) {
		if (to >= row->len) {
			to = row->len;
			if (from < to)
				row->len = from;
		}
		if (from < to)
			memset(row->c + from, 0, (to - from) * sizeof *row->c);
		return;
	}
	row_extend(row, to);
	for (unsigned x = from; x < to; x++)
		row->c[x] = c;
}

void
row_split(struct row *row, unsigned cols, unsigned x, cell blank)
{
	if (x == 0 || x >= cols || !(row->c[x] & CELL_TAIL))
		return;
	row->c[x - 1] = blank;
	row->c[x] = blank;
	row_extend(row, x + 1);
}
