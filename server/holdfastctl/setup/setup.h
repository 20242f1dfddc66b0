/* SPDX-License-Identifier: MIT */
/*
 * setup: what `holdfastctl setup` does, in parts.  A part looks at the host, says what it finds, and plans edits; the
 * command shows or makes them.  A part that meets something broken or strange reports it and plans nothing.
 */
#ifndef HOLDFAST_SETUP_H
#define HOLDFAST_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "block.h"
#include "edit.h"

#define SETUP_EDITS_MAX 12

struct setup {
	bool undo;
	bool dry;              /* nothing may be changed */
	bool failed;           /* something that should have been done was not */
	bool sshd_broken;      /* sshd -t did not like it before any edit */
	bool reload_sshd;      /* sshd's configuration is among the edits */
	struct edit *edits[SETUP_EDITS_MAX];
	size_t count;
	size_t sshd_edits;     /* the last so many of them are sshd's, to be verified with sshd -t */
};

/* One line to standard output, about PATH. */
void setup_say(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One line to standard error: this could not be done. */
void setup_trouble(struct setup *s, const char *path, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/*
 * Plans a block with BODY in PATH, or in undo its removal.  CREATE: also where there is no such file.  Whether
 * something is planned; what there is to say has been said.
 */
bool setup_block(struct setup *s, const char *path, const char *body, enum block_where where, bool create);
/* The same with two blocks, at the beginning and at the end; either may be NULL. */
bool setup_blocks(struct setup *s, const char *path, const char *first, const char *last);
/* The text of PATH without our block, or NULL (said why, if it is not just missing); the caller's to free. */
char *setup_foreign_text(struct setup *s, const char *path);

void setup_pam(struct setup *s);
/* FORCE: also when no zsh is known here. */
void setup_zsh(struct setup *s, bool force);
void setup_shells(struct setup *s);
/* Last of all. */
void setup_sshd(struct setup *s);
/* For a user without root. */
void setup_user(struct setup *s);

#endif
