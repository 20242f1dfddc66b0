/* SPDX-License-Identifier: MIT */
/*
 * keywords: each keyword of ssh_config(5), OpenSSH 10.5, and some of vendors' own, and how the client treats it.
 *
 * No keyword is passed over without a word.  The client does itself what a keyword asks, or ssh(1) carries the bytes,
 * or the row says why the keyword has no effect.  holdfast(1) has the same table in words; test_client_keywords
 * compares them with each other, with `ssh -G` and with the list of OpenSSH's names.
 */
#ifndef HOLDFAST_KEYWORDS_H
#define HOLDFAST_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>

enum keyword_how {
	KEYWORD_RESOLVED, /* says which values hold: `ssh -G` or sshconfig_file.c is through with it */
	KEYWORD_DONE,     /* the client does what ssh does; with WHY: but ssh carries the bytes when WHY */
	KEYWORD_SSH,      /* ssh carries the bytes if the value is not one of HARMLESS, and WHEN is so; WHY says why */
	KEYWORD_WITHOUT,  /* has no effect on a held session: WHY */
	KEYWORD_OBSOLETE, /* ssh too takes it and does nothing */
	KEYWORD_ALIAS,    /* another name of WHY */
};

/* When a keyword for ssh counts. */
enum keyword_when { WHEN_ALWAYS, WHEN_GSSAPI, WHEN_CONTROL_PATH, WHEN_LOCAL_COMMAND };

struct keyword {
	const char *name; /* as ssh_config(5) writes it */
	enum keyword_how how;
	bool vendor;      /* not in OpenSSH's ssh_config(5) */
	bool unsafe;      /* KEYWORD_SSH: without an ssh, the client refuses: to ignore the value would be less safe */
	const char *why;
	const char *harmless; /* "no|false": values for which the client does what ssh does; NULL: none */
	enum keyword_when when;
};

/* The row of the keyword NAME, LEN bytes, in any case of letters; of an alias its meaning's; NULL: there is none. */
const struct keyword *keyword_find(const char *name, size_t len);
/* The row at INDEX, aliases as they are; NULL behind the last. */
const struct keyword *keyword_at(size_t index);
/* KEYWORD_SSH: whether VALUE asks for nothing that the client does not do. */
bool keyword_harmless(const struct keyword *k, const char *value);

#endif
