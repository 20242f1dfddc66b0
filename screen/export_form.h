/* SPDX-License-Identifier: MIT */
/*
 * export_form: how the rows of a model are written in one of the forms of screen_export() (screen.h).  export.c walks
 * over the rows; a form is a row of a table, and knows how one character and the end of a row are written.
 */
#ifndef HOLDFAST_SCREEN_EXPORT_FORM_H
#define HOLDFAST_SCREEN_EXPORT_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/* What one character looks like. */
struct export_look {
	struct style style;
	const char *link; /* LINK_LEN bytes, as link.h keeps them */
	size_t link_len;
};

struct export_form {
	bool looks; /* colours matter: a blank with a background is one */
	void (*begin)(struct out *out, const struct screen *s);
	/* Brings LOOK about; then code points follow. */
	void (*look)(struct out *out, const struct screen *s, const struct export_look *look);
	void (*code)(struct out *out, uint32_t code);
	/* A row ends, before its newline, and at the end of all. */
	void (*plain)(struct out *out);
	void (*end)(struct out *out);
};

#endif
