/* SPDX-License-Identifier: MIT */
/*
 * holdfast-login: run by the login shell's hook (server/hooks), see holdfast-login(8).
 *
 * It tells the hook how it went in one line on descriptor 3: "exit N", "signal N", "normal" (go on with the normal
 * shell) or "keep" (the same, the person opted out).  No line at all is a crash, and the normal shell as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"
#include "daemonlink.h"
#include "enter.h"
#include "forced.h"
#include "hookshell.h"
#include "log.h"
#include "notheld.h"
#include "rootless.h"
#include "paths.h"
#include "signals.h"
#include "pstitle.h"
#include "waiting.h"

#define RESULT_FD 3

static const char usage[] =
	"usage: holdfast-login --hook            (run by the login shell's hook; result on descriptor 3)\n"
	"       holdfast-login --forced          (for a shell that is not sshd's own: names a ForceCommand)\n"
	"       holdfast-login --aside [crashed] (tells holdfastd why the hook does not hold this shell)\n"
	"       holdfast-login --finish exit N\n"
	"       holdfast-login --finish signal N\n";

/* How the person has opted out, for this login or for good; 0: not. */
static uint32_t
opted_out(void)
{
	const char *env = getenv("HOLDFAST"), *lc = getenv("LC_HOLDFAST"), *home = getenv("HOME");
	char path[PATH_CAP];

	if (env && strcmp(env, "off") == 0)
		return NOTHELD_OFF_VARIABLE;
	if (lc && strcmp(lc, "off") == 0)
		return NOTHELD_OFF_CLIENT;
	if (!home || snprintf(path, sizeof path, "%s/.config/holdfast/off", home) >= (int)sizeof path)
		return 0;
	return access(path, F_OK) == 0 ? NOTHELD_OFF_FILE : 0;
}

/* Whether the descriptors below END are all the terminal that sshd made for this login. */
static bool
all_on(const char *tty, int end)
{
	struct stat want, st;

	if (stat(tty, &want) < 0 || !S_ISCHR(want.st_mode))
		return false;
	for (int fd = 0; fd < end; fd++)
		if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != want.st_rdev)
			return false;
	return true;
}

static bool
has_size(void)
{
	struct winsize ws;

	return ioctl(0, TIOCGWINSZ, &ws) == 0 && ws.ws_row && ws.ws_col;
}

static bool
term_is_usable(void)
{
	const char *term = getenv("TERM");

	return term && term[0] && strcmp(term, "dumb") != 0;
}

/* Why the descriptors below END are none that a session can be shown on, but for TERM; 0: they are. */
static uint32_t
terminal_lacks(const char *tty, int end)
{
	if (!tty || tty[0] != '/')
		return NOTHELD_NO_TERMINAL;
	if (!all_on(tty, end))
		return NOTHELD_REDIRECTED;
	return has_size() ? 0 : NOTHELD_NO_SIZE;
}

/* Whether it is but for TERM. */
static bool
is_at_terminal(const char *tty)
{
	return !getenv("HOLDFAST_SESSION") && !terminal_lacks(tty, 3);
}

static bool
is_for_us(const char *tty)
{
	return term_is_usable() && is_at_terminal(tty);
}

/*
 * Why the hook leaves this login alone, as far as that can be seen from here with descriptors below END; 0: it does
 * not.
 */
static uint32_t
aside_cause(int end)
{
	const char *term = getenv("TERM");
	uint32_t cause = access(PATH_DISABLED, F_OK) == 0 ? NOTHELD_SWITCHED_OFF : opted_out();

	if (!cause)
		cause = terminal_lacks(getenv("SSH_TTY"), end);
	if (!cause && !term_is_usable())
		cause = term && term[0] ? NOTHELD_TERM_DUMB : NOTHELD_TERM_UNSET;
	return cause;
}

/*
 * Tells holdfastd why this login's shell is not held.  Shells that such a shell has started, in a tmux for instance,
 * may have its ticket: holdfastd writes down the first word of a login alone.
 */
static void
say_aside(uint32_t cause)
{
	struct ticket ticket;

	if (!cause || getenv("HOLDFAST_SESSION") || ticket_parse(&ticket, getenv("HOLDFAST_TICKET")))
		return;
	daemonlink_say(&ticket, cause == NOTHELD_NO_TERMINAL ? hookshell_is_below_sshd() : hookshell_is_sshds(&ticket),
	               cause, 0);
}

/* Says the result to the hook.  A closed pipe or descriptor: the hook takes it for a crash. */
static int
result(const char *text, int value)
{
	if (value >= 0)
		dprintf(RESULT_FD, "%s %d\n", text, value);
	else
		dprintf(RESULT_FD, "%s\n", text);
	return 0;
}

static void
say(const char *text)
{
	if (text[0])
		fprintf(stderr, "holdfast: %s\n", text);
}

static int
finish_enter(const struct enter_result *res)
{
	switch (res->outcome) {
	case ENTER_EXIT:
		say(res->text);
		return result("exit", res->value);
	case ENTER_SIGNAL:
		say(res->text);
		return result("signal", res->value);
	case ENTER_DETACHED:
		say(res->text);
		return result("exit", 0);
	case ENTER_LOST:
		say(res->text);
		return result("normal", -1);
	case ENTER_SKIPPED:
		say("skipped: this shell is not held");
		return result("normal", -1);
	default:
		if (res->text[0])
			fprintf(stderr, "holdfast: %s: this shell is not held\n", res->text);
		return result("normal", -1);
	}
}

/* For a shell that is no login shell of sshd's: a forced command may have started it, and the person cannot know. */
static int
forced(void)
{
	const char *ticket = getenv("HOLDFAST_TICKET"), *user = getenv("LOGNAME");

	if (aside_cause(3) || !ticket || !user || getenv("HOLDFAST_SESSION"))
		return 0;
	if (!forced_by_sshd(user)) {
		say_aside(NOTHELD_OTHER_PROGRAM);
		return 0;
	}
	fprintf(stderr, "holdfast: " FORCED_WORDS ": this shell is not held\n");
	say_aside(NOTHELD_FORCED);
	return 0;
}

/* The hook has left this shell alone, and only it knows what its descriptor 2 was. */
static int
aside(void)
{
	uint32_t cause = aside_cause(2);

	say_aside(cause ? cause : NOTHELD_REDIRECTED);
	return 0;
}

/* The hook got no answer from us. */
static int
crashed(void)
{
	say_aside(NOTHELD_CRASHED);
	return 0;
}

/* The module could not record this login; TROUBLE has its words.  Said in sshd's own shell only. */
static int
say_trouble(const char *trouble)
{
	char safe[TEXT_CAP];

	if (!hookshell_is_sshds(NULL))
		return result("normal", -1);
	daemonlink_say(&(struct ticket){ { 0 } }, true, NOTHELD_MODULE, 0);
	log_escape(safe, sizeof safe, trouble);
	fprintf(stderr, "holdfast: cannot record this login: %s: this shell is not held\n", safe);
	return result("normal", -1);
}

/* The person has asked for session NAME, on a terminal that cannot show one.  Said in sshd's own shell only. */
static int
say_unusable(const char *name, const struct ticket *ticket)
{
	const char *term = getenv("TERM");
	char safe[NAME_CAP];

	log_escape(safe, sizeof safe, name);
	if (hookshell_is_sshds(ticket_is_none(ticket) ? NULL : ticket))
		fprintf(stderr, "holdfast: cannot enter session %s: %s, and a session needs a terminal with a cursor "
		        "(such as TERM=vt100): this shell is not held\n", safe,
		        term && term[0] ? "TERM is dumb" : "TERM is not set");
	return result("normal", -1);
}

static int
hook(void)
{
	const char *tty = getenv("SSH_TTY"), *name = getenv("LC_HOLDFAST"), *ticket = getenv("HOLDFAST_TICKET");
	const char *trouble = ticket && ticket[0] ? NULL : getenv("HOLDFAST_TROUBLE");
	struct enter_request q = { .tty = tty, .want = name && name[0] ? name : NULL, .create_named = true,
		                   .mode = ATTACH_MODE_TAKE, .hook = true, .scripts = true };
	struct enter_result res;

	fcntl(RESULT_FD, F_SETFD, FD_CLOEXEC);
	/* Start-up files of the user's own have a say only where the host has no holdfast. */
	q.own = ticket && strcmp(ticket, OWN_TICKET) == 0 && rootless_is_the_way();
	if (!q.own && !trouble && ticket_parse(&q.ticket, ticket) < 0)
		return result("normal", -1);
	if (!q.own && !trouble)
		say_aside(aside_cause(3));
	if (access(PATH_DISABLED, F_OK) == 0)
		return result("normal", -1);
	if (opted_out())
		return result("keep", -1);
	if (q.want && is_at_terminal(tty) && !term_is_usable())
		return say_unusable(q.want, &q.ticket);
	if (!is_for_us(tty))
		return result("normal", -1);
	if (trouble)
		return say_trouble(trouble);
	enter_run(&q, &res);
	return finish_enter(&res);
}

/* Ends as the held shell did: with its status, or by its signal and without a core of our own. */
static int
finish(const char *how, const char *number)
{
	char *end;
	long value = strtol(number, &end, 10);

	if (*end || end == number || value < 0 || value > 255)
		return 255;
	if (strcmp(how, "exit") == 0)
		return (int)value;
	if (strcmp(how, "signal") != 0 || value < 1 || value >= NSIG)
		return 255;
	return signals_end_by((int)value);
}

int
main(int argc, char **argv)
{
	pstitle_begin(argc, argv, false);
	waiting_only(false);
	if (argc == 2 && strcmp(argv[1], "--hook") == 0)
		return hook();
	if (argc == 2 && strcmp(argv[1], "--forced") == 0)
		return forced();
	if (argc == 2 && strcmp(argv[1], "--aside") == 0)
		return aside();
	if (argc == 3 && strcmp(argv[1], "--aside") == 0 && strcmp(argv[2], "crashed") == 0)
		return crashed();
	if (argc == 4 && strcmp(argv[1], "--finish") == 0)
		return finish(argv[2], argv[3]);
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	fprintf(stderr, "holdfast-login: run by the login shell's hook, not by hand\n%s", usage);
	return 2;
}
