/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy.h"
#include "sshconfig_expand.h"

/* "[ssh://][user@]host[:port]" as words for ssh, which does not take a port there. */
static int
jump_words(const char *jump, char *out, size_t cap)
{
	const char *at, *host, *end, *port;
	int n;

	if (strncmp(jump, "ssh://", 6) == 0)
		jump += 6;
	at = strrchr(jump, '@');
	host = at ? at + 1 : jump;
	if (*host == '[') {
		end = strchr(++host, ']');
		port = end && end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strrchr(host, ':');
		port = end ? end + 1 : NULL;
	}
	if (!end)
		end = host + strlen(host);
	n = snprintf(out, cap, "%s%.*s%s%s%s%s -- '%.*s'", at ? "-l '" : "", at ? (int)(at - jump) : 0, jump, at ? "' " : "",
	             port ? "-p '" : "", port ? port : "", port ? "'" : "", (int)(end - host), host);
	return n < 0 || (size_t)n >= cap ? -EINVAL : 0;
}

/* The command that ProxyJump means: ssh itself, as ssh does it. */
static char *
jump_command(const struct transport_target *t)
{
	const char *last = strrchr(t->config->proxy_jump, ','), *jump = last ? last + 1 : t->config->proxy_jump;
	char *rest = last ? strndup(t->config->proxy_jump, (size_t)(last - t->config->proxy_jump)) : NULL, *line = NULL;
	const char *file = NULL;
	const char *program = t->ssh ? t->ssh : "ssh";
	char words[600];
	int n = -1;

	for (char **o = t->options; *o; o++)
		if (strcmp(*o, "-F") == 0 && o[1])
			file = o[1];
	for (char **o = t->options_after; o && *o; o++)
		if (strcmp(*o, "-F") == 0 && o[1])
			file = o[1];
	if (!strchr(program, '\'') && (!file || !strchr(file, '\'')) && jump_words(jump, words, sizeof(words)) == 0)
		n = asprintf(&line, "exec '%s'%s%s%s%s%s%s -W '[%s]:%u' %s", program, file ? " -F '" : "",
		             file ? file : "", file ? "'" : "", rest ? " -J '" : "", rest ? rest : "", rest ? "'" : "",
		             t->config->hostname, t->config->port, words);
	free(rest);
	return n < 0 ? NULL : line;
}

int
proxy_start(struct child *child, const struct transport_target *t, char *why, size_t cap)
{
	const struct sshconfig *c = t->config;
	char *line, *expanded;
	int r;

	if (!sshconfig_plain_names(c)) {
		snprintf(why, cap, "a host or user name with these characters cannot be given to a proxy command");
		return -EINVAL;
	}
	if (c->proxy_command) {
		if (!(expanded = sshconfig_expand_only(c, c->proxy_command, EXPAND_PROXY))) {
			snprintf(why, cap, "ProxyCommand %s cannot be expanded", c->proxy_command);
			return -EINVAL;
		}
		r = asprintf(&line, "exec %s", expanded) >= 0 ? 0 : -ENOMEM;
		free(expanded);
	} else if (strchr(c->proxy_jump, '\'') || strchr(c->hostname, '\'')) {
		return -EINVAL;
	} else {
		r = (line = jump_command(t)) ? 0 : -ENOMEM;
	}
	if (r == 0) {
		r = child_start_shell(child, line);
		free(line);
	}
	return r;
}
