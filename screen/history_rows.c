/* SPDX-License-Identifier: MIT */
#include "history_rows.h"

#include <string.h>

#include "history.h"
#include "model.h"

static cell
cell_of(struct screen *s, const struct history_at *at)
{
	uint32_t style = styles_number(&s->styles, &at->style), link = 0, number;
	uint64_t wide = (at->width == 2 ? CELL_WIDE : 0) | (at->shifted ? CELL_SHIFTED : 0);

	if (at->link_len)
		link = links_number(&s->links, at->link, at->link_len);
	if (at->what.n > 1 && clusters_add(&s->clusters, at->what.code, at->what.n, &number))
		return cell_make(CELL_CLUSTER | wide | number, style, link);
	return cell_make(wide | at->what.code[0], style, link);
}

bool
history_take(struct screen *s, history_cell *each, history_shell_mark *each_mark, void *to)
{
	struct history *h = &s->history;
	struct history_at at;
	const unsigned char *line;
	size_t len;

	if (!history_lines(h))
		return false;
	line = history_line(h, history_lines(h) - 1, &len);
	history_begin(&at, line, len);
	while (history_next(&at)) {
		if (at.marked)
			each_mark(to, &at.mark);
		else
			each(to, cell_of(s, &at), at.width);
	}
	h->end -= len;
	h->past--;
	return true;
}

/* A prompt in LINE moves to its start, behind the marks that stand there before it. */
static void
move_prompt(unsigned char *line, size_t len)
{
	const unsigned char *begin = line, *place = NULL;
	unsigned char item[HISTORY_MARK_BYTES];
	struct history_at at;

	if (!len || !memchr(line, HISTORY_MARK, len))
		return;
	for (history_begin(&at, line, len); history_next(&at); begin = at.p) {
		if (!place && (!at.marked || at.mark.kind >= MARK_PROMPT))
			place = begin;
		if (at.marked && at.mark.kind == MARK_PROMPT)
			break;
	}
	if (!at.marked || at.mark.kind != MARK_PROMPT)
		return;
	begin = at.p - sizeof item;
	memcpy(item, begin, sizeof item);
	memmove(line + (place - line) + sizeof item, place, (size_t)(begin - place));
	memcpy(line + (place - line), item, sizeof item);
}

void
history_cut(struct history *h)
{
	unsigned char *from, *to;

	if (!h->bytes)
		return;
	from = to = h->bytes + h->start;
	for (size_t i = h->first; i < h->past; i++) {
		size_t len = h->len[i], keep;
		struct history_at at;

		memmove(to, from, len);
		from += len;
		len = keep = history_unplace(to, len);
		if (len > HISTORY_LINE_MAX) {
			keep = 0;
			history_begin(&at, to, len);
			while (history_next(&at) && (size_t)(at.p - to) <= HISTORY_LINE_MAX)
				keep = (size_t)(at.p - to);
		}
		move_prompt(to, keep);
		h->len[i] = (uint32_t)keep;
		to += keep;
	}
	h->end = (size_t)(to - h->bytes);
}
