/* SPDX-License-Identifier: MIT */
/* lsprint: a list of sessions as a table for people. */
#ifndef HOLDFAST_LSPRINT_H
#define HOLDFAST_LSPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "elsewhere.h"
#include "lsdetails.h"
#include "sessionlist.h"

#define LSPRINT_COLUMNS 20 /* there are fewer */

struct lsprint {
	bool user;  /* with the user's name */
	bool more;  /* with costs, versions, times, and a line for each that is attached */
	unsigned char columns[LSPRINT_COLUMNS]; /* the chosen ones, in their order … */
	size_t column_count;                    /* … 0: none were chosen */
	const struct elsewhere *elsewhere;      /* sessions of other nodes, behind those of this one; NULL: none */
};

/* Notes the columns in LIST ("id,name,state").  NULL, or the first word that is none, made in place. */
const char *lsprint_choose(struct lsprint *how, char *list);
/* The names of all columns, in one line. */
const char *lsprint_names(void);
/* Prints a line for ONE, from its address on. */
void lsprint_attached(const struct lsdetails_one *one);
void lsprint_table(const struct sessionlist *a, const struct lsprint *how);

#endif
