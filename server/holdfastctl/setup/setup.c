/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "hostfile.h"
#include "log.h"

void
setup_say(const char *path, const char *fmt, ...)
{
	char line[1024], safe[4 * sizeof line];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	log_escape(safe, sizeof safe, line);
	printf("%s: %s\n", path, safe);
}

void
setup_trouble(struct setup *s, const char *path, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	fflush(stdout);
	ctl_error("%s: %s", path, line);
	s->failed = true;
}

static struct edit *
open_edit(struct setup *s, const char *path)
{
	struct edit *e = s->count < SETUP_EDITS_MAX ? malloc(sizeof *e) : NULL;
	int rc = e ? edit_open(e, path) : -ENOMEM;

	if (!rc)
		return e;
	setup_trouble(s, path, "left alone: %s", rc == -ENOENT ? "a dangling symbolic link" : strerror(-rc));
	if (e)
		edit_close(e);
	free(e);
	return NULL;
}

/* As it was before us, to the last byte, if that is all that differs from WITHOUT. */
static char *
original(const struct edit *e, char *without)
{
	char *backup = without ? edit_backup_text(e) : NULL;
	size_t n = backup ? strlen(backup) : 0;

	if (backup && strncmp(backup, without, n) == 0 && (!without[n] || strcmp(without + n, "\n") == 0)) {
		free(without);
		return backup;
	}
	if (without && !*without && !backup) {
		free(without);
		without = NULL;
	}
	free(backup);
	return without;
}

/* The blocks that a file is to have: one, or both. */
struct wanted {
	const char *first, *last;
	bool both;
};

static char *
put(const char *text, const struct wanted *w)
{
	if (w->both)
		return block_put_both(text, w->first, w->last);
	return w->first ? block_put(text, w->first, BLOCK_FIRST) : block_put(text, w->last, BLOCK_LAST);
}

/* Makes the new text; false: out of memory. */
static bool
plan(struct edit *e, const struct wanted *w)
{
	char *text;

	if (e->undo) {
		text = block_take(e->before);
		if (!text)
			return false;
		text = original(e, text);
	} else {
		text = put(e->before ? e->before : "", w);
		if (!text)
			return false;
	}
	free(e->after);
	e->after = text;
	return true;
}

static bool
plan_blocks(struct setup *s, const char *path, const struct wanted *w, bool create)
{
	struct edit *e = open_edit(s, path);
	enum block_state state;

	if (!e)
		return false;
	e->undo = s->undo;
	state = e->before ? block_state(e->before) : BLOCK_NONE;
	if (state == BLOCK_BROKEN)
		setup_trouble(s, path, "left alone: its holdfast marker lines do not match");
	else if (s->undo && state == BLOCK_NONE)
		;
	else if (!s->undo && !e->before && !create)
		setup_trouble(s, path, "left alone: no such file");
	else if (!plan(e, w))
		setup_trouble(s, path, "%s", strerror(ENOMEM));
	else if (!edit_changes(e))
		setup_say(path, "nothing to do");
	else {
		s->edits[s->count++] = e;
		return true;
	}
	edit_close(e);
	free(e);
	return false;
}

bool
setup_block(struct setup *s, const char *path, const char *body, enum block_where where, bool create)
{
	const struct wanted w = { .first = where == BLOCK_FIRST ? body : NULL, .last = where == BLOCK_LAST ? body : NULL };

	return plan_blocks(s, path, &w, create);
}

bool
setup_blocks(struct setup *s, const char *path, const char *first, const char *last)
{
	const struct wanted w = { .first = first, .last = last, .both = true };

	return plan_blocks(s, path, &w, false);
}

char *
setup_foreign_text(struct setup *s, const char *path)
{
	char *text, *without;
	int rc = hostfile_read(path, &text, NULL);

	if (rc) {
		if (rc != -ENOENT)
			setup_trouble(s, path, "left alone: %s", strerror(-rc));
		return NULL;
	}
	without = block_take(text);
	free(text);
	if (!without)
		setup_trouble(s, path, "%s", strerror(ENOMEM));
	return without;
}
