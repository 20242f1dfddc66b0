/* SPDX-License-Identifier: MIT */
#include "heldtext.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

struct writer {
	struct heldtext *t;
	const struct pamconf *c;
	const char *skip, *dir;
	bool account;
	size_t bytes;
	int rc;
};

/* Whether NAME, with or without its ".so", is in LIST. */
static bool
listed(const char *name, const char *list)
{
	size_t len = strlen(name);
	char bare[128];

	if (!list[0])
		return false;
	len -= len > 3 && strcmp(name + len - 3, ".so") == 0 ? 3 : 0;
	snprintf(bare, sizeof bare, "%.*s", (int)len, name);
	return match_list(name, list) > 0 || match_list(bare, list) > 0;
}

static bool
for_logins(const char *name)
{
	for (const char *const *p = pamconf_for_logins; *p; p++)
		if (strcmp(name, *p) == 0)
			return true;
	return false;
}

static bool
wanted(const struct pamconf_line *l, bool account)
{
	return l->type == PAMCONF_AUTH || l->type == PAMCONF_SESSION || (l->type == PAMCONF_ACCOUNT && account);
}

static bool
passed_over(const struct pamconf_line *l, const char *skip)
{
	const char *name = pamconf_module_name(l);

	/* Rules about who may log in are never skipped. */
	if (l->type == PAMCONF_ACCOUNT)
		return false;
	if (strcmp(name, "pam_holdfast.so") == 0 || listed(name, skip))
		return true;
	return l->type == PAMCONF_SESSION && for_logins(name);
}

bool
heldtext_runs(const struct pamconf_line *l, const char *skip, bool account)
{
	return wanted(l, account) && !l->substack && !passed_over(l, skip);
}

static void
write_line(struct writer *w, FILE *f, const struct pamconf_line *l)
{
	const char *type = pamconf_type_name(l->type);
	int n;

	if (passed_over(l, w->skip))
		n = fprintf(f, "%s optional pam_permit.so\n", type);
	else
		n = fprintf(f, "%s%s %s %s%s%s\n", l->silent ? "-" : "", type, l->control, l->module,
		            l->args[0] ? " " : "", l->args);
	w->bytes += n > 0 ? (size_t)n : 0;
	if (n < 0)
		w->rc = -ENOMEM;
	else if (w->bytes > HELDTEXT_BYTES_MAX)
		w->rc = -E2BIG;
}

/* Writes the lines from I on that are at LEVEL into a text of their own: the index of the first one behind them. */
static size_t
write_text(struct writer *w, size_t i, unsigned level)
{
	unsigned which = w->t->count;
	FILE *f = NULL;

	if (which < HELDTEXT_FILES_MAX)
		f = open_memstream(&w->t->v[which].text, &w->t->v[which].len);
	if (!f) {
		w->rc = which < HELDTEXT_FILES_MAX ? -ENOMEM : -E2BIG;
		return i;
	}
	w->t->count++;
	while (!w->rc && i < w->c->count && w->c->v[i].level >= level) {
		const struct pamconf_line *l = &w->c->v[i++];

		if (!wanted(l, w->account))
			continue; /* lines in a substack have the type of its head */
		if (!l->substack) {
			write_line(w, f, l);
			continue;
		}
		fprintf(f, "%s substack %s/+%u\n", pamconf_type_name(l->type), w->dir, w->t->count);
		i = write_text(w, i, level + 1);
	}
	if (fclose(f) && !w->rc)
		w->rc = -ENOMEM;
	return i;
}

int
heldtext_make(struct heldtext *t, const struct pamconf *c, const char *skip, bool account, const char *dir)
{
	struct writer w = { .t = t, .c = c, .skip = skip, .dir = dir, .account = account };

	memset(t, 0, sizeof *t);
	write_text(&w, 0, 0);
	return w.rc;
}

void
heldtext_free(struct heldtext *t)
{
	for (unsigned i = 0; i < HELDTEXT_FILES_MAX; i++)
		free(t->v[i].text);
	memset(t, 0, sizeof *t);
}
