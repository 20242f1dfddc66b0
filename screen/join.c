/* SPDX-License-Identifier: MIT */
#include "join.h"

#include <string.h>

#include "cursor.h"
#include "graphemes.h"
#include "grid.h"
#include "model.h"
#include "row.h"
#include "tidy.h"
#include "trail.h"
#include "width.h"

cell *
join_before(struct screen *s)
{
	struct row *row = s->row[s->y];
	unsigned x = s->x;

	if (!s->pending && x-- == 0)
		return NULL;
	if (row->c[x] & CELL_TAIL)
		x--;
	return cell_empty(row->c[x]) ? NULL : &row->c[x];
}

/* The cell C, behind which a wrap is pending, becomes two columns wide: on the next row.  NULL: it can't. */
static cell *
widen_over(struct screen *s, cell *c)
{
	cell was = *c;
	struct row *row;

	if (!mode(s, MODE_WRAP))
		return NULL;
	s->pending = false;
	if (!cursor_wrap_early(s)) {
		s->pending = true;
		return NULL;
	}
	row = s->row[s->y];
	row_split(row, s->cols, s->x, grid_blank(s));
	row->c[s->x] = was;
	row_extend(row, s->x + 1);
	row->odd = true;
	s->x++;
	return &row->c[s->x - 1];
}

/* The cell C before the cursor becomes two columns wide, and the cursor moves on; where it is now.  NULL: it can't. */
static cell *
widen(struct screen *s, cell *c)
{
	unsigned edge;
	struct row *row;

	if (s->pending && !(c = widen_over(s, c)))
		return NULL;
	edge = cursor_edge(s);
	row = s->row[s->y];
	if (mode(s, MODE_INSERT) && s->x >= s->left && s->x <= s->right)
		grid_right(s, s->y, s->y, s->x, s->right, 1);
	row_split(row, s->cols, s->x + 1, grid_blank(s));
	*c |= CELL_WIDE;
	row->c[s->x] = cell_with(*c, CELL_TAIL);
	row_extend(row, s->x + 1);
	if (++s->x > edge) {
		s->x = edge;
		s->pending = true;
	}
	return c;
}

/* Whether the cluster at C can be told from one that came about without ?2027, or is going to. */
static bool
by_cluster(const struct screen *s, const struct cluster *had, cell c)
{
	return mode(s, MODE_CLUSTERS) || !graphemes_plain(had->code, had->n, c & CELL_WIDE ? 2 : 1);
}

bool
join_code(struct screen *s, uint32_t code, unsigned what)
{
	bool marks = (what & WIDTH_COLUMNS) == 0;
	cell *c = marks || s->repeatable ? join_before(s) : NULL;
	struct cluster cluster;
	const uint32_t *codes;
	uint32_t one, number;
	unsigned n;

	if (!c)
		return marks;
	codes = clusters_codes(&s->clusters, *c, &one, &n);
	if (!marks && !graphemes_join(codes, n, code))
		return false;
	if (n == CLUSTER_CODES)
		return true;
	cluster.n = n;
	memcpy(cluster.code, codes, n * sizeof *codes);
	cluster.code[n] = code;
	trail_join(s, (unsigned)(c - s->row[s->y]->c), cluster.code, n + 1);
	if (by_cluster(s, &cluster, *c)) {
		if (!(*c & CELL_WIDE) && graphemes_width(cluster.code, n + 1) == 2 && !(c = widen(s, c)))
			return true;
	}
	cluster.n++;
	if (clusters_full(&s->clusters))
		tidy_clusters(s);
	if (clusters_add(&s->clusters, cluster.code, cluster.n, &number))
		*c = cell_with(*c, CELL_CLUSTER | (*c & CELL_WIDE) | number);
	s->row[s->y]->odd = true;
	trail_joined(s, (unsigned)(c - s->row[s->y]->c));
	if (what & WIDTH_DOUBTFUL || (s->shift && graphemes_doubtful(cluster.code, cluster.n)))
		s->shift = s->x + s->pending + 1;
	return true;
}
