/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "list.h"
#include "nearest.h"

const char options_usage[] =
	"usage: holdfast [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface] [-b bind_address]\n"
	"                [-c cipher_spec] [-D [bind_address:]port] [-E log_file]\n"
	"                [-e escape_char] [-F configfile] [-I pkcs11] [-i identity_file]\n"
	"                [-J destination] [-L address] [-l login_name] [-m mac_spec]\n"
	"                [-O ctl_cmd] [-o option] [-P tag] [-p port] [-R address]\n"
	"                [-S ctl_path] [-W host:port] [-w local_tun[:remote_tun]]\n"
	"                [--new] [--session name] [--join] [--read-only] [--require]\n"
	"                [--predict when] [--transport command]\n"
	"                destination [command [argument ...]]\n"
	"       holdfast --list [--json] [ssh options] destination\n"
	"       holdfast --print|--peek name [--ansi|--html] [--scrollback] destination\n"
	"       holdfast --send name [--enter] destination text ...|-\n"
	"       holdfast --send name --keys destination key ...\n"
	"       holdfast --tail name [--follow] [--lines number] [--raw] destination\n"
	"       holdfast --wait name [--prompt|--for pattern|--end] [--timeout time] destination\n"
	"       holdfast [-Q query_option]\n";

const char options_help[] =
	"\nA shell on another host that outlives the connection, and comes back by itself.\n"
	"  --new            start a new session\n"
	"  --session NAME   take over the session with this id or name; a new name starts a session\n"
	"  --join           with --session: join its other terminals instead of taking it over\n"
	"  --read-only      with --session: watch without typing\n"
	"  --require        fail if the host does not hold the session, instead of starting a plain ssh\n"
	"  --predict WHEN   show keys before the host has answered: adaptive (on a slow line), always, never\n"
	"  --list [--json]  list the sessions on the host\n"
	"  --print NAME     print the screen of a session, with --scrollback also what is above it\n"
	"  --peek NAME      the same, with a line about the session's state\n"
	"  --send NAME      type the words behind the host, or standard input, into a session\n"
	"  --tail NAME      print a session's latest lines, with --follow also those that come\n"
	"  --wait NAME      wait for a session's prompt, for a pattern in its output, or for its end\n"
	"  --transport COMMAND  go through a command that carries bytes, such as \"ssh -S none\"\n"
	"  -h, --help       show this\n"
	"The other options are those of ssh(1).  Escapes, after Enter: ~. ends, ~d detaches, ~r reconnects\n"
	"now, ~^Z suspends, ~? lists them.  See holdfast(1).\n";

enum { LONG_LIST = 256, LONG_NEW, LONG_SESSION, LONG_JOIN, LONG_READ_ONLY, LONG_REQUIRE, LONG_JSON, LONG_HELP,
       LONG_PREDICT, LONG_TRANSPORT, LONG_VERSION, LONG_HOP };

static const struct option longs[] = {
	{ "list", no_argument, NULL, LONG_LIST }, { "new", no_argument, NULL, LONG_NEW },
	{ "session", required_argument, NULL, LONG_SESSION }, { "join", no_argument, NULL, LONG_JOIN },
	{ "read-only", no_argument, NULL, LONG_READ_ONLY }, { "require", no_argument, NULL, LONG_REQUIRE },
	{ "json", no_argument, NULL, LONG_JSON }, { "help", no_argument, NULL, LONG_HELP },
	{ "predict", required_argument, NULL, LONG_PREDICT }, { "transport", required_argument, NULL, LONG_TRANSPORT },
	{ "version", no_argument, NULL, LONG_VERSION }, { "hop", required_argument, NULL, LONG_HOP },
	OPTIONS_SCRIPT_LONGS,
	{ NULL, 0, NULL, 0 },
};

/* All options of ssh, TARGET_WITH_ARGUMENT's with their colons, and h for help, which ssh does not have. */
#define SHORTS "+:1246AaB:b:Cc:D:E:e:F:fGghI:i:J:KkL:l:Mm:NnO:o:P:p:Q:qR:S:sTtVvW:w:XxYyZ"

/* What these ask for is no session that could be held, so ssh does all of it. */
#define OF_SSH_ALONE "GOQWZ"

static void
set_text(struct options *o, int opt, const char *arg)
{
	struct target_request *q = &o->request;

	switch (opt) {
	case 'B': q->bind_interface = arg; break;
	case 'b': q->bind_address = arg; break;
	case 'c': q->ciphers = arg; break;
	case 'E': o->log_file = arg; break;
	case 'e': q->escape_char = arg; break;
	case 'F': q->config = arg; break;
	case 'J': q->jump = arg; break;
	case 'l': q->login = q->login ? q->login : arg; break; /* as in ssh, the first one holds */
	case 'm': q->macs = arg; break;
	case 'p': q->port = q->port ? q->port : arg; break;
	case LONG_PREDICT: o->predict_said = arg; break;
	case LONG_SESSION: o->session = arg; break;
	case LONG_TRANSPORT: q->command = arg; break;
	case LONG_HOP: hop_said(&o->hop, arg); o->request.hop = true; break;
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
	case 'N': o->no_session = true; o->tty = TTY_NO; break;
	case 'n': o->no_stdin = true; break;
	case 'q': q->quiet = true; break;
	case 's': o->subsystem = true; break;
	case 'T': o->tty = TTY_NO; break;
	case 't': o->tty = o->tty == TTY_YES ? TTY_FORCE : TTY_YES; break;
	case 'V': o->what = OPTIONS_VERSIONS; break;
	case 'v': q->verbose++; break;
	case 'X': q->x11 = ASK_X11_YES; break;
	case 'x': q->x11 = ASK_X11_NO; break;
	case 'Y': q->x11 = ASK_X11_TRUSTED; break;
	case 'y': o->syslog = true; break;
	case 'h': case LONG_HELP: o->what = OPTIONS_HELP; break;
	case LONG_JOIN: o->join = true; break;
	case LONG_JSON: o->json = true; break;
	case LONG_LIST: o->what = OPTIONS_LIST; break;
	case LONG_NEW: o->new_session = true; break;
	case LONG_READ_ONLY: o->read_only = true; break;
	case LONG_REQUIRE: o->require = true; break;
	case LONG_VERSION: o->what = OPTIONS_VERSION; break;
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

/* What an ssh gets of it. */
static int
keep(struct options *o, int opt, const char *arg)
{
	char *const **words = o->request.destination ? &o->request.words_after : &o->request.words;
	char text[512], letter[3] = { '-', (char)opt, '\0' };
	int rc;

	/* Before OpenSSH 9.4 -P has no argument. */
	if (opt == 'P') {
		if ((size_t)snprintf(text, sizeof text, "Tag=%s", arg) >= sizeof text)
			return -EINVAL;
		letter[1] = 'o';
		arg = text;
	}
	rc = add(words, letter);
	return rc == 0 && arg ? add(words, arg) : rc;
}

/*
 * ssh takes SessionType=subsystem with RemoteCommand from its file alone; on the command line it wants a command.  As
 * -s it can be left out when ssh is asked for the configuration.
 */
static bool
asks_for_subsystem(const char *option)
{
	const char *value = option + strcspn(option, " \t=");

	return value - option == 11 && strncasecmp(option, "SessionType", 11) == 0 &&
	       strcasecmp(value + strspn(value, " \t="), "subsystem") == 0;
}

static int
one(struct options *o, int opt, char *arg)
{
	struct target_request *q = &o->request;
	int rc;

	if (opt == 'o' && !o->no_session && asks_for_subsystem(arg)) {
		opt = 's';
		arg = NULL;
	}
	rc = opt < 256 ? keep(o, opt, arg) : 0;
	if (rc < 0)
		return rc;
	switch (opt) {
	case 'D': return add(&q->dynamic, arg);
	case 'i': return add(&q->identities, arg);
	case 'L': return add(&q->local, arg);
	case 'o': return add(&q->options, arg);
	case 'R': return add(&q->remote, arg);
	}
	if (opt < 256 && strchr(OF_SSH_ALONE, opt))
		o->what = OPTIONS_SSH;
	else if (arg)
		set_text(o, opt, arg);
	else
		set_flag(o, opt);
	return 0;
}

/* These ask for no host, and ssh reads no further. */
static bool
is_final(int opt)
{
	return opt == 'V' || opt == 'Q' || opt == 'h' || opt == LONG_HELP || opt == LONG_VERSION;
}

/* WORD, "--jsno" or "--re" or "--json=x", is no long option, or more than one, or has a value that it does not take. */
static int
bad_long(const char *word, char *why, size_t cap)
{
	size_t len = strcspn(word, "="), count = 0, at = 0;
	char name[NEAREST_WORD_MAX + 1], list[256] = "", hint[NEAREST_HINT_CAP];
	struct nearest n;

	snprintf(name, sizeof name, "%.*s", (int)len, word);
	nearest_begin(&n, name + (len > 2 ? 2 : 0));
	for (const struct option *l = longs; l->name; l++) {
		nearest_offer(&n, l->name);
		if (len > 2 && strncmp(l->name, word + 2, len - 2) == 0 && at < sizeof list)
			at += (size_t)snprintf(list + at, sizeof list - at, "%s--%s", count++ ? ", " : "", l->name);
	}
	if (count == 1)
		return options_refuse(why, cap, "option %s takes no value, found \"%s\"", list, word + len + (word[len] == '='));
	if (count > 1)
		return options_refuse(why, cap, "option %s can be any of %s", word, list);
	hint[0] = '\0';
	if (nearest_found(&n))
		snprintf(hint, sizeof hint, "; did you mean \"--%s\"?", nearest_found(&n));
	return options_refuse(why, cap, "unknown option %s%s", word, hint);
}

/* As in ssh, options may also stand between the host and the command.  1: the rest is not read. */
static int
parse_options(struct options *o, int argc, char **argv, char *why, size_t cap)
{
	int opt, rc;
	char bad[2] = "";

	while ((opt = getopt_long(argc, argv, SHORTS, longs, NULL)) != -1) {
		bad[0] = (char)optopt;
		if (opt == '?' && (optopt == 0 || optopt > 255))
			return bad_long(argv[optind - 1], why, cap);
		if (opt == '?')
			return options_refuse(why, cap, "unknown option -%s", bad);
		if (opt == ':')
			return options_refuse(why, cap, "option %s needs an argument", argv[optind > argc ? argc - 1 : optind - 1]);
		rc = opt >= SCRIPT_PRINT ? options_script_set(&o->script, opt, optarg, why, cap) : one(o, opt, optarg);
		if (rc < 0 || is_final(opt))
			return rc < 0 ? rc : 1;
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

/* An option of our own that asks for a session. */
static const char *
own_option(const struct options *o)
{
	return o->new_session ? "--new"
	       : o->session   ? "--session"
	       : o->join      ? "--join"
	       : o->read_only ? "--read-only"
	                      : NULL;
}

/* The options of our own beside each other. */
static int
own_consistent(const struct options *o, char *why, size_t cap)
{
	const char *beside = o->join ? "--join" : o->read_only ? "--read-only" : o->session ? "--session" : NULL;

	if (o->session && !*o->session)
		return options_refuse(why, cap, "%s needs the id or the name of a session", "--session");
	if (o->new_session && beside)
		return options_refuse(why, cap, "%s cannot be used with --new", beside);
	if (beside && !o->session)
		return options_refuse(why, cap, "%s requires --session, which says which one", beside);
	return 0;
}

static int
consistent(const struct options *o, char *why, size_t cap)
{
	int rc = own_consistent(o, why, cap);

	if (rc)
		return rc;
	if (o->script.verb && (o->what == OPTIONS_LIST || own_option(o)))
		return options_refuse(why, cap, "%s cannot be used with %s", options_script_name(o->script.verb),
		              o->what == OPTIONS_LIST ? "--list" : own_option(o));
	if (o->script.verb && o->what == OPTIONS_SSH)
		return options_refuse(why, cap, "%s: the other options ask for something that is not held",
		              options_script_name(o->script.verb));
	if (o->json && o->what != OPTIONS_LIST)
		return options_refuse(why, cap, "%s requires --list", "--json");
	if (o->what == OPTIONS_LIST && o->command)
		return options_refuse(why, cap, "%s takes no command", "--list");
	if (o->what == OPTIONS_SSH && own_option(o))
		return options_refuse(why, cap, "%s: the other options ask for something that is not held", own_option(o));
	if (o->syslog && o->log_file)
		return options_refuse(why, cap, "%s cannot be used with -E", "-y");
	return options_script_check(&o->script, o->request.run, why, cap);
}

/* The destination, what is behind it, and the command. */
static int
parse_rest(struct options *o, int argc, char **argv, char *why, size_t cap)
{
	int at = optind++, rc;

	o->request.destination = argv[at];
	o->request.terminated = strcmp(argv[at - 1], "--") == 0;
	if (!o->request.terminated) {
		optind = 0;
		rc = parse_options(o, argc - at, argv + at, why, cap);
		if (rc != 0)
			return rc;
		optind += at;
	}
	o->request.run = argv + optind;
	if (!(o->command = joined(argv + optind)))
		return -ENOMEM;
	if (!*o->command) {
		free(o->command); /* as with ssh, an empty one is none */
		o->command = NULL;
	}
	/* "resume" at a terminal is what we are for; any other is ssh's */
	if (o->subsystem && o->command && strcmp(o->command, "resume") != 0)
		o->what = OPTIONS_SSH;
	rc = consistent(o, why, cap);
	if (rc == 0 && o->script.verb)
		o->what = OPTIONS_SCRIPT;
	return rc;
}

/* The command line says it, or else the environment. */
static int
take_predict(struct options *o, char *why, size_t cap)
{
	static const char *const words[] = { [PREDICT_ADAPTIVE] = "adaptive", [PREDICT_ALWAYS] = "always",
		                             [PREDICT_NEVER] = "never" };
	const char *from = o->predict_said ? "--predict " : "HOLDFAST_PREDICT=";
	const char *said = o->predict_said ? o->predict_said : getenv("HOLDFAST_PREDICT");

	if (!said || (!*said && !o->predict_said))
		return 0;
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(said, words[i]) == 0) {
			o->predict = (enum options_predict)i;
			return 0;
		}
	}
	return options_refuse(why, cap, "%s%s: expected adaptive, always or never", from, said);
}

int
options_parse(struct options *o, int argc, char **argv, char *why, size_t cap)
{
	int rc;

	memset(o, 0, sizeof *o);
	o->hop.fd = -1;
	optind = 0;
	rc = parse_options(o, argc, argv, why, cap);
	if (rc == 0 && (optind >= argc || !*argv[optind]))
		return options_refuse(why, cap, "%s", "no host");
	if (rc == 0)
		rc = parse_rest(o, argc, argv, why, cap);
	if (rc == 0)
		rc = take_predict(o, why, cap);
	return rc < 0 ? rc : 0;
}

bool
options_wants_terminal(const struct options *o)
{
	return !o->no_session && o->tty != TTY_NO && (!o->command || o->tty != TTY_AUTO);
}

bool
options_terminal(const struct options *o)
{
	return options_wants_terminal(o) && (o->tty == TTY_FORCE || (isatty(0) && !o->no_stdin));
}

/*
 * Subsystem "resume" at a terminal is a held shell.  On pipes it is what another holdfast, or a program, speaks to the
 * host itself; and of other subsystems we know nothing.
 */
static void
take_subsystem(struct options *o)
{
	if (!o->command || strcmp(o->command, "resume") != 0 || !options_terminal(o))
		o->what = OPTIONS_SSH;
	free(o->command);
	o->command = NULL;
}

/* A login with this TERM is not held on the host either: it is a program that drives a shell by its output. */
static bool
is_driven(const struct options *o)
{
	const char *term = getenv("TERM");

	return (!term || !*term || strcmp(term, "dumb") == 0) && !o->command && !own_option(o) && !o->require &&
	       options_terminal(o);
}

int
options_configure(struct options *o, const struct sshconfig *c, char *why, size_t cap)
{
	/* What the person's configuration says of sessions on that host is not for this one. */
	if (o->hop.fd >= 0) {
		o->tty = TTY_FORCE;
		return 0;
	}
	if (c->session_type == SESSION_NONE)
		o->no_session = true;
	if (!o->command && !o->no_session && c->remote_command && !(o->command = strdup(c->remote_command)))
		return -ENOMEM;
	if (o->tty == TTY_AUTO)
		o->tty = c->request_tty;
	o->no_stdin = o->no_stdin || c->stdin_null;
	if (c->fork_after_auth)
		o->background = o->no_stdin = true;
	if (o->what != OPTIONS_SESSION)
		return 0;
	if (o->subsystem && !o->command)
		return options_refuse(why, cap, "%s needs the name of a subsystem", "-s");
	if (o->background && !o->command && !o->no_session)
		return options_refuse(why, cap, "%s needs a command or -N", "-f");
	if (o->subsystem || c->session_type == SESSION_SUBSYSTEM)
		take_subsystem(o);
	else if (is_driven(o))
		o->what = OPTIONS_SSH;
	return 0;
}

void
options_free(struct options *o)
{
	list_free((char **)o->request.words);
	list_free((char **)o->request.words_after);
	list_free((char **)o->request.identities);
	list_free((char **)o->request.options);
	list_free((char **)o->request.local);
	list_free((char **)o->request.remote);
	list_free((char **)o->request.dynamic);
	free(o->command);
	memset(o, 0, sizeof *o);
}
