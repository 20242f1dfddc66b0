/* SPDX-License-Identifier: MIT */
/* export_html: the rows of a model as an HTML document. */
#ifndef HOLDFAST_SCREEN_EXPORT_HTML_H
#define HOLDFAST_SCREEN_EXPORT_HTML_H

#include "export_form.h"

extern const struct export_form export_html;

#endif
