/* SPDX-License-Identifier: MIT */
/* sgr: "select graphic rendition", read and written. */
#ifndef HOLDFAST_SCREEN_SGR_H
#define HOLDFAST_SCREEN_SGR_H

#include <stddef.h>

struct parser;
struct style;

/* The longest that sgr_write and sgr_params say. */
#define SGR_MAX 160

/* Changes STYLE by the parameters of P. */
void sgr_apply(struct style *style, const struct parser *p);
/* The parameters that make STYLE from any other ("0;1;31"), into BUF; its length. */
size_t sgr_params(const struct style *style, char *buf);
/* The bytes that make TO from FROM, into BUF; how many. */
size_t sgr_write(const struct style *from, const struct style *to, char *buf);

#endif
