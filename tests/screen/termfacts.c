/* SPDX-License-Identifier: MIT */
/* termfacts: prints what a terminal takes (termcan_print), by the environment.  For tests. */
#include <stdio.h>
#include <stdlib.h>

#include "termask.h"

extern char **environ;

int
main(void)
{
	struct envlist env = ENVLIST_INIT;
	char text[TERMCAN_TEXT];
	struct termcan t;

	for (char **v = environ; *v; v++)
		envlist_set(&env, *v);
	termask(&t, &env);
	termcan_print(&t, text);
	puts(text);
	envlist_free(&env);
	return 0;
}
