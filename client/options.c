/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

const char options_usage[] =
	"usage: holdfast [-46AaCfgNnqTtVvXxY] [-B bind_interface] [-b bind_address]\n"
	"                [-c cipher_spec] [-D [bind_address:]port] [-E log_file]\n"
	"                [-e command] [-F configfile] [-i identity_file]\n"
	"                [-J destination] [-L address] [-l login_name] [-m mac_spec]\n"
	"                [-o option] [-p port] [-R address] [--new] [--session name]\n"
	"                [--join] [--read-only] [--require] destination [command ...]\n"
	"       holdfast --list [--json] [ssh options] destination\n";

const char options_help[] =
	"\nA shell on another host that outlives the connection, and comes back by itself.\n"
	"  --new            start a new session\n"
	"  --session NAME   take over the session with this id or name; a new name starts a session\n"
	"  --join           with --session: join its other terminals instead of taking it over\n"
	"  --read-only      with --session: watch without typing\n"
	"  --require        fail if the host has no holdfast, instead of starting a plain ssh\n"
	"  --list [--json]  list the sessions on the host\n"
	"  -e COMMAND       go through a command that carries bytes, such as \"ssh -S none\"\n"
	"The other options are those of ssh(1).  Escapes, after Enter: ~. ends, ~d detaches, ~r reconnects\n"
	"now, ~^Z suspends, ~? lists them.  See holdfast(1).\n";

enum { LONG_LIST = 256, LONG_NEW, LONG_SESSION, LONG_JOIN, LONG_READ_ONLY, LONG_REQUIRE, LONG_JSON, LONG_HELP };

static const struct option longs[] = {
	{ "list", no_argument, NULL, LONG_LIST }, { "new", no_argument, NULL, LONG_NEW },
	{ "session", required_argument, NULL, LONG_SESSION }, { "join", no_argument, NULL, LONG_JOIN },
	{ "read-only", no_argument, NULL, LONG_READ_ONLY }, { "require", no_argument, NULL, LONG_REQUIRE },
	{ "json", no_argument, NULL, LONG_JSON }, { "help", no_argument, NULL, LONG_HELP },
	{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
};

/* The options of ssh that holdfast has, then those that it refuses by name. */
#define SHORTS "+:46AaB:b:Cc:D:E:e:F:fgi:J:L:l:m:No:NnPp:qR:TtVvXxY" "GI:KkMO:Q:S:sW:w:y"
#define NOT_OURS "GIKkMOQSsWwy"

static int __attribute__((format(printf, 3, 4)))
refuse(char *why, size_t cap, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, cap, format, ap);
	va_end(ap);
	return -EINVAL;
}

static void
set_text(struct options *o, int opt, const char *arg)
{
	struct target_request *q = &o->request;

	switch (opt) {
	case 'B': q->bind_interface = arg; break;
	case 'b': q->bind_address = arg; break;
	case 'c': q->ciphers = arg; break;
	case 'E': o->log_file = arg; break;
	case 'e': q->command = arg; break;
	case 'F': q->config = arg; break;
	case 'J': q->jump = arg; break;
	case 'l': q->login = arg; break;
	case 'm': q->macs = arg; break;
	case 'p': q->port = arg; break;
	case LONG_SESSION: o->session = arg; break;
	}
}

static void
set_flag(struct options *o, int opt)
{
	struct target_request *q = &o->request;

	switch (opt) {
	case '4': q->family = 4; break;
	case '6': q->family = 6; break;
	case 'A': q->agent = CHOICE_YES; break;
	case 'a': q->agent = CHOICE_NO; break;
	case 'C': q->compress = true; break;
	case 'f': o->background = o->no_stdin = true; break;
	case 'g': q->gateway_ports = true; break;
	case 'N': o->no_session = true; break;
	case 'n': o->no_stdin = true; break;
	case 'q': q->quiet = true; break;
	case 'T': o->no_tty = true; break;
	case 't': o->tty++; break;
	case 'V': o->what = OPTIONS_VERSION; break;
	case 'v': q->verbose++; break;
	case 'X': q->x11 = ASK_X11_YES; break;
	case 'x': q->x11 = ASK_X11_NO; break;
	case 'Y': q->x11 = ASK_X11_TRUSTED; break;
	case LONG_HELP: o->what = OPTIONS_HELP; break;
	case LONG_JOIN: o->join = true; break;
	case LONG_JSON: o->json = true; break;
	case LONG_LIST: o->what = OPTIONS_LIST; break;
	case LONG_NEW: o->new_session = true; break;
	case LONG_READ_ONLY: o->read_only = true; break;
	case LONG_REQUIRE: o->require = true; break;
	}
}

/* Only this file may change the lists of struct target_request, which are const. */
static int
add(char *const **list, const char *text)
{
	char **own = (char **)*list;
	int rc = list_add(&own, text);

	*list = own;
	return rc;
}

static int
one(struct options *o, int opt, char *arg, char *why, size_t cap)
{
	struct target_request *q = &o->request;
	char letter[2] = { (char)opt, 0 };

	switch (opt) {
	case 'D': return add(&q->dynamic, arg);
	case 'i': return add(&q->identities, arg);
	case 'L': return add(&q->local, arg);
	case 'o': return add(&q->options, arg);
	case 'R': return add(&q->remote, arg);
	}
	if (opt < 256 && strchr(NOT_OURS, opt))
		return refuse(why, cap, "-%s is not supported for held sessions; use ssh", letter);
	if (arg)
		set_text(o, opt, arg);
	else
		set_flag(o, opt);
	return 0;
}

/* As in ssh, options may also stand between the host and the command. */
static int
parse_options(struct options *o, int argc, char **argv, char *why, size_t cap)
{
	int opt, rc;
	char bad[2] = "";

	while ((opt = getopt_long(argc, argv, SHORTS, longs, NULL)) != -1) {
		bad[0] = (char)optopt;
		if (opt == '?' && (optopt == 0 || optopt > 255))
			return refuse(why, cap, "unknown option %s", argv[optind - 1]);
		if (opt == '?')
			return refuse(why, cap, "unknown option -%s", bad);
		if (opt == ':')
			return refuse(why, cap, "option %s needs an argument", argv[optind > argc ? argc - 1 : optind - 1]);
		rc = one(o, opt, optarg, why, cap);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static char *
joined(char **words)
{
	size_t len = 1;
	char *text;

	for (char **w = words; *w; w++)
		len += strlen(*w) + 1;
	text = calloc(1, len);
	for (char **w = words; text && *w; w++) {
		if (w != words)
			strcat(text, " ");
		strcat(text, *w);
	}
	return text;
}

static int
consistent(const struct options *o, char *why, size_t cap)
{
	if (o->new_session && (o->join || o->read_only))
		return refuse(why, cap, "%s cannot be used with --new", o->join ? "--join" : "--read-only");
	if (o->json && o->what != OPTIONS_LIST)
		return refuse(why, cap, "%s requires --list", "--json");
	if (o->what == OPTIONS_LIST && o->command)
		return refuse(why, cap, "%s takes no command", "--list");
	if (o->background && !o->command && !o->no_session && o->what == OPTIONS_SESSION)
		return refuse(why, cap, "%s needs a command or -N", "-f");
	return 0;
}

int
options_parse(struct options *o, int argc, char **argv, char *why, size_t cap)
{
	int at, rc;

	memset(o, 0, sizeof *o);
	optind = 0;
	rc = parse_options(o, argc, argv, why, cap);
	if (rc < 0 || o->what == OPTIONS_HELP || o->what == OPTIONS_VERSION)
		return rc;
	if (optind >= argc || !*argv[optind])
		return refuse(why, cap, "%s", "no host");
	at = optind++;
	o->request.destination = argv[at];
	if (strcmp(argv[at - 1], "--") != 0) {
		optind = 0;
		rc = parse_options(o, argc - at, argv + at, why, cap);
		if (rc < 0)
			return rc;
		optind += at;
	}
	if (optind < argc && !(o->command = joined(argv + optind)))
		return -ENOMEM;
	return consistent(o, why, cap);
}

int
options_configure(struct options *o, const struct sshconfig *c)
{
	if (c->session_type == SESSION_NONE)
		o->no_session = true;
	if (!o->command && !o->no_session && c->remote_command && !(o->command = strdup(c->remote_command)))
		return -ENOMEM;
	if (!o->tty && !o->no_tty) {
		o->no_tty = c->request_tty == TTY_NO;
		o->tty = c->request_tty == TTY_FORCE ? 2 : c->request_tty == TTY_YES;
	}
	o->no_stdin = o->no_stdin || c->stdin_null;
	if (c->fork_after_auth && (o->command || o->no_session))
		o->background = o->no_stdin = true;
	return 0;
}

void
options_free(struct options *o)
{
	list_free((char **)o->request.identities);
	list_free((char **)o->request.options);
	list_free((char **)o->request.local);
	list_free((char **)o->request.remote);
	list_free((char **)o->request.dynamic);
	free(o->command);
	memset(o, 0, sizeof *o);
}
