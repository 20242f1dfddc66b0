/* SPDX-License-Identifier: MIT */
/* argv: prints how the client understands a command line, a "name value" a line, for test_argv.py to
   compare with ssh. */
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "target.h"

static const char *const what[] = {
	[OPTIONS_SESSION] = "session", [OPTIONS_LIST] = "list", [OPTIONS_SCRIPT] = "script", [OPTIONS_HELP] = "help",
	[OPTIONS_VERSION] = "version", [OPTIONS_VERSIONS] = "versions", [OPTIONS_SSH] = "ssh",
};

static void
print(const struct options *o, const struct sshconfig *c)
{
	printf("what %s\nhost %s\n", what[o->what], c ? c->host : "");
	if (!c)
		return;
	printf("hostname %s\nuser %s\nport %u\nescape %d\n", c->hostname, c->user, c->port, c->escape_char);
	printf("command %s\ntty %d\nsession %d\n", o->command ? o->command : "", options_terminal(o), !o->no_session);
	printf("stdin %d\nbackground %d\n", !o->no_stdin, o->background);
}

int
main(int argc, char **argv)
{
	struct transport_target *target = NULL;
	struct options o;
	char why[512] = "";
	int rc = options_parse(&o, argc, argv, why, sizeof why);

	if (rc == 0 && (o.what == OPTIONS_SESSION || o.what == OPTIONS_LIST)) {
		target = target_new(&o.request, why, sizeof why);
		rc = target ? options_configure(&o, target_config(target), why, sizeof why) : -1;
	}
	if (rc < 0)
		printf("refused %s\n", why);
	else
		print(&o, target ? target_config(target) : NULL);
	target_free(target);
	options_free(&o);
	return rc < 0;
}
