/* SPDX-License-Identifier: MIT */
#include "fit.h"

#include <stdbool.h>

#include "config.h"

/* 0: unknown. */
static void
choose(unsigned short *size, unsigned short one, bool largest)
{
	if (one && (!*size || (largest ? one > *size : one < *size)))
		*size = one;
}

static void
add_each(struct winsize *all, const struct winsize *one, bool largest)
{
	choose(&all->ws_row, one->ws_row, largest);
	choose(&all->ws_col, one->ws_col, largest);
	choose(&all->ws_xpixel, one->ws_xpixel, largest);
	choose(&all->ws_ypixel, one->ws_ypixel, largest);
}

void
fit_add(struct fit *f, const struct winsize *one, uint64_t active)
{
	if (f->policy == CONFIG_SIZE_SMALLEST || f->policy == CONFIG_SIZE_LARGEST) {
		add_each(&f->size, one, f->policy == CONFIG_SIZE_LARGEST);
	} else if (one->ws_row && one->ws_col && (!f->size.ws_row || active > f->active)) {
		f->size = *one;
		f->active = active;
	}
}
