/* SPDX-License-Identifier: MIT */
#include "tidy.h"

#include <stdlib.h>

#include "model.h"
#include "trail.h"

typedef void visit(struct screen *s, cell *c, void *with);

static void
each_in(struct screen *s, struct row **grid, visit *v, void *with)
{
	for (unsigned y = 0; grid && y < s->rows; y++) {
		struct trail *t = grid[y]->trail;

		for (unsigned x = 0; x < grid[y]->len; x++)
			v(s, &grid[y]->c[x], with);
		for (unsigned i = 0; t && i < t->base + t->n; i++)
			v(s, &t->word[i], with);
	}
}

static void
each_cell(struct screen *s, visit *v, void *with)
{
	each_in(s, s->primary, v, with);
	each_in(s, s->alternate, v, with);
}

struct restyle {
	struct styles fresh;
	uint32_t *number; /* the new one of each old one; 0: none yet */
};

static void
restyle(struct screen *s, cell *c, void *with)
{
	struct restyle *r = with;
	uint32_t old = cell_style(*c);

	if (!old)
		return;
	if (!r->number[old])
		r->number[old] = styles_number(&r->fresh, styles_get(&s->styles, old));
	*c = (*c & ~((cell)CELL_STYLE_MAX << CELL_STYLE_SHIFT)) | (cell)r->number[old] << CELL_STYLE_SHIFT;
}

void
tidy_styles(struct screen *s)
{
	struct restyle r = { .number = calloc(s->styles.count, sizeof *r.number) };

	s->pen_known = false;
	s->erase_number = 0;
	/* Without memory the old table goes on growing. */
	if (!r.number || !styles_init(&r.fresh)) {
		free(r.number);
		s->styles.limit *= 2;
		return;
	}
	each_cell(s, restyle, &r);
	free(r.number);
	styles_free(&s->styles);
	s->styles = r.fresh;
	if (s->styles.limit < 2 * s->styles.count)
		s->styles.limit = 2 * s->styles.count;
}

static void
recluster(struct screen *s, cell *c, void *with)
{
	struct clusters *fresh = with;
	const uint32_t *codes;
	uint32_t one, number;
	unsigned n;

	if (!(*c & CELL_CLUSTER))
		return;
	codes = clusters_codes(&s->clusters, *c, &one, &n);
	if (clusters_add(fresh, codes, n, &number))
		*c = cell_with(*c, CELL_CLUSTER | (*c & CELL_WIDE) | number);
	else
		*c = cell_with(*c, (*c & CELL_WIDE) | codes[0]);
}

void
tidy_clusters(struct screen *s)
{
	struct clusters fresh = { .count = 0 };

	each_cell(s, recluster, &fresh);
	clusters_free(&s->clusters);
	s->clusters = fresh;
	s->clusters.limit = 2 * fresh.count;
	s->clusters.refused = 0;
}

static void
mark_link(struct screen *s, cell *c, void *with)
{
	unsigned char *marks = with;

	(void)s;
	/* The cell before a tail has the link too; in a trail it is none. */
	if (!(*c & CELL_TAIL))
		marks[cell_link(*c)] = 1;
}

void
tidy_links(struct screen *s)
{
	unsigned char *marks = calloc(s->links.count + 1, 1);

	if (!marks)
		return;
	each_cell(s, mark_link, marks);
	marks[s->pen_link] = 1;
	links_sweep(&s->links, marks);
	free(marks);
}
