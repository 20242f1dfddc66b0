/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

/* What belongs to one login and is wrong in a shell that has outlived it. */
static const char *const names[] = {
	"SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "SSH_AUTH_SOCK",
	"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "KRB5CCNAME",
};

/* How a shell is told: statements, and what cannot stand inside of single quotes as it is. */
struct dialect {
	const char *set, *between, *unset;
	const char *quote_escape; /* for ' */
	const char *other;        /* further bytes that a backslash must precede */
};

static const struct dialect sh = { "export ", "=", "unset ", "'\\''", "" };
static const struct dialect csh = { "setenv ", " ", "unsetenv ", "'\\''", "!" };
static const struct dialect fish = { "set -gx ", " ", "set -e ", "\\'", "\\" };

/* No control character has business in these variables, and csh and backquotes mangle a newline. */
static bool
clean(const char *value)
{
	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

static void
print_quoted(const struct dialect *d, const char *value)
{
	putchar('\'');
	for (; *value; value++) {
		if (*value == '\'')
			fputs(d->quote_escape, stdout);
		else if (strchr(d->other, *value))
			printf("\\%c", *value);
		else
			putchar(*value);
	}
	putchar('\'');
}

static void
print_set(const struct dialect *d, const char *name, const char *value)
{
	printf("%s%s%s", d->set, name, d->between);
	print_quoted(d, value);
	/* The semicolon keeps the lines apart where backquotes turn newlines into blanks. */
	puts(";");
}

/* Whether we are started on that terminal itself, and not in a pane or window of something that runs on it. */
static bool
is_on(const char *tty)
{
	struct stat named, st;

	if (!tty || stat(tty, &named) < 0 || !S_ISCHR(named.st_mode))
		return false;
	for (int fd = 0; fd < 3; fd++)
		if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == named.st_rdev)
			return true;
	return false;
}

/* TERM, unless the shell has another value than holdfast gave it: the user has set that. */
static void
print_term(const struct dialect *d, const struct envlist *env)
{
	const char *is = getenv("TERM"), *was = getenv("HOLDFAST_TERM"), *now = envlist_get(env, "TERM");

	if (!is || !was || !now || !*now || strcmp(is, was) != 0 || strcmp(now, is) == 0 || !clean(now) ||
	    !is_on(envlist_get(env, "SSH_TTY")))
		return;
	print_set(d, "TERM", now);
	print_set(d, "HOLDFAST_TERM", now);
}

static void
print_env(const struct dialect *d, const struct envlist *env)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = envlist_get(env, names[i]);

		if (value && !clean(value)) {
			ctl_error("skipped %s: it has control characters", names[i]);
			value = NULL;
		}
		/* The keeper's socket is good again at the next login with an agent; the person's own always. */
		if (value)
			print_set(d, names[i], value);
		else if (strcmp(names[i], "SSH_AUTH_SOCK") != 0)
			printf("%s%s;\n", d->unset, names[i]);
	}
	print_term(d, env);
}

static int
env_of(uint32_t id, const struct dialect *d)
{
	static unsigned char reply[MESSAGE_MAX];
	struct envlist env = ENVLIST_INIT;
	unsigned char msg[16];
	size_t n;
	int fd, rc = ctl_connect(id, &fd);

	if (rc)
		return rc;
	rc = ctl_ask(fd, id, msg, attach_encode_plain(ATTACH_MSG_ENV, msg, sizeof msg), ATTACH_MSG_ENV_IS, reply,
	             sizeof reply, &n);
	close(fd);
	if (rc)
		return rc;
	if (attach_decode_env(&env, reply, n)) {
		ctl_error("session %u sent an answer that this version does not understand", id);
		return CTL_FAILED;
	}
	print_env(d, &env);
	envlist_free(&env);
	return CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "csh", no_argument, NULL, 'c' }, { "fish", no_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	const struct dialect *d = &sh;
	struct attach_status s;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":", options)) != -1) {
		if (opt != 'c' && opt != 'f')
			return ctl_bad_option(self, opt, argv);
		if (d != &sh && d != (opt == 'c' ? &csh : &fish))
			return ctl_usage(self, "--csh and --fish exclude each other");
		d = opt == 'c' ? &csh : &fish;
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	rc = ctl_target(argv[optind], &s);
	return rc ? rc : env_of(s.id, d);
}

const struct ctl_command cmd_env = {
	.name = "env",
	.args = "[--csh|--fish] [ID|NAME]",
	.summary = "Print the variables of the attached login, for eval",
	.help = "After a resume a shell still has SSH_CONNECTION, DISPLAY and the like of the login that started\n"
	        "it.  To update them:\n"
	        "  eval \"$(holdfastctl env)\"            sh, bash, zsh\n"
	        "  eval `holdfastctl env --csh`         csh, tcsh\n"
	        "  holdfastctl env --fish | source      fish\n"
	        "Options:\n"
	        "  --csh    for csh and tcsh\n"
	        "  --fish   for fish\n",
	.run = run,
};
