/* SPDX-License-Identifier: MIT */
#include "terminfo.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* By which name distributions have it; the interface is that of X/Open Curses, issue 7. */
static const char *const libraries[] = {
	"libtinfo.so.6", "libtinfow.so.6", "libncursesw.so.6", "libncurses.so.6", "libtinfo.so.5",
};

/* Copied, because ISO C knows no conversion from an object's pointer to a function's. */
static bool
find(void *library, const char *name, void *function)
{
	void *at = dlsym(library, name);

	memcpy(function, &at, sizeof at);
	return at != NULL;
}

bool
terminfo_open(struct terminfo *t, const char *term)
{
	int (*setup)(const char *, int, int *);
	void *library = NULL;
	int err;

	for (size_t i = 0; !library && i < sizeof libraries / sizeof *libraries; i++)
		library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
	return library && find(library, "setupterm", &setup) && find(library, "tigetnum", &t->num) &&
	       find(library, "tigetflag", &t->flag) && find(library, "tigetstr", &t->str) && setup(term, -1, &err) == 0;
}

int
terminfo_number(const struct terminfo *t, const char *name)
{
	int n = t->num(name);

	return n < 0 ? -1 : n;
}

const char *
terminfo_string(const struct terminfo *t, const char *name)
{
	const char *s = t->str(name);

	/* (char *)-1: it is no string. */
	return s && s != (const char *)-1 ? s : "";
}

bool
terminfo_flag(const struct terminfo *t, const char *name)
{
	return t->flag(name) > 0 || terminfo_number(t, name) > 0 || *terminfo_string(t, name);
}
