/* SPDX-License-Identifier: MIT */
/*
 * setup: the parts of `holdfastctl setup`.  A part examines the host, prints its findings, and plans edits; the
 * command shows or makes them.  If a part finds a broken or unexpected file, it reports the file and plans nothing.
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
	bool dry;              /* change nothing */
	bool failed;           /* a step was not done */
	bool sshd_broken;      /* sshd -t rejected the configuration before any edit */
	bool reload_sshd;      /* sshd's configuration is among the edits */
	struct edit *edits[SETUP_EDITS_MAX];
	size_t count;
	size_t sshd_edits;     /* the number of the last ones that are sshd's, to be verified with sshd -t */
};

/* One line to standard output, about PATH. */
void setup_say(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One line to standard error about a step that was not done. */
void setup_trouble(struct setup *s, const char *path, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/*
 * Plans a block with BODY in PATH, or in undo its removal.  CREATE: also if the file does not exist.  Whether
 * it has planned an edit; it prints messages itself.
 */
bool setup_block(struct setup *s, const char *path, const char *body, enum block_where where, bool create);
/* The same with two blocks, at the beginning and at the end; either may be NULL. */
bool setup_blocks(struct setup *s, const char *path, const char *first, const char *last);
/* The text of PATH without our block, or NULL (prints errors but a missing file); the caller's to free. */
char *setup_foreign_text(struct setup *s, const char *path);

void setup_pam(struct setup *s);
/* FORCE: also without a zsh on this host. */
void setup_zsh(struct setup *s, bool force);
void setup_shells(struct setup *s);
/* Last of all. */
void setup_sshd(struct setup *s);
/* For a user without root. */
void setup_user(struct setup *s);

#endif
