/* SPDX-License-Identifier: MIT */
#include "strings.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "colours.h"
#include "mark.h"
#include "model.h"
#include "progress.h"
#include "tidy.h"
#include "title.h"

/* OSC 8 ; PARAMETERS ; URI: of the parameters only the id means anything. */
static void
link_osc(struct screen *s, const char *text, size_t len)
{
	const char *uri = memchr(text, ';', len), *id = text;
	char canonical[STRING_LINK_MAX];
	size_t id_len, n = 0;

	if (!uri)
		return;
	uri++;
	if (uri == text + len) {
		s->pen_link = 0;
		return;
	}
	for (; id < uri; id += id_len + 1) {
		id_len = strcspn(id, ":;");
		if (id_len > 3 && strncmp(id, "id=", 3) == 0) {
			memcpy(canonical, id, id_len);
			n = id_len;
			break;
		}
	}
	canonical[n++] = ';';
	memcpy(canonical + n, uri, (size_t)(text + len - uri));
	n += (size_t)(text + len - uri);
	/* The link that ends here is not in use by the pen any more. */
	s->pen_link = 0;
	if (links_full(&s->links, n))
		tidy_links(s);
	s->pen_link = links_number(&s->links, canonical, n);
}

static void
set_place(struct screen *s, const char *text, size_t len)
{
	free(s->place);
	s->place = len && len <= TITLE_BYTES_MAX ? strndup(text, len) : NULL;
}

static void
osc(struct screen *s, unsigned number, const char *text, size_t len)
{
	char copy[STRING_MAX + 1];

	switch (number) {
	case 0:
		title_set(&s->title[0], text, len);
		title_set(&s->title[1], text, len);
		break;
	case 1:
		title_set(&s->title[1], text, len);
		break;
	case 2:
		title_set(&s->title[0], text, len);
		break;
	case 7:
		set_place(s, text, len);
		break;
	case 8:
		link_osc(s, text, len);
		break;
	case 9:
		progress_osc(&s->progress, text, len);
		break;
	case 133:
	case 633:
		mark_osc(s, number == 633, text, len);
		break;
	default:
		memcpy(copy, text, len);
		copy[len] = '\0';
		colours_osc(s, number, copy);
		break;
	}
}

void
strings_dispatch(struct screen *s, char kind, const char *text, size_t len)
{
	unsigned number = 0;
	size_t i = 0;

	if (kind == 'P' && len >= 2 && memcmp(text, "$q", 2) == 0)
		answer_setting(s, text + 2, len - 2);
	else if (kind == 'P' && len >= 2 && memcmp(text, "+q", 2) == 0)
		answer_caps(s, text + 2, len - 2);
	if (kind != ']')
		return;
	for (; i < len && i < 5 && text[i] >= '0' && text[i] <= '9'; i++)
		number = number * 10 + (unsigned)(text[i] - '0');
	if (i == 0 || (i < len && text[i] != ';'))
		return;
	if (i < len)
		i++;
	osc(s, number, text + i, len - i);
}
