/* SPDX-License-Identifier: MIT */
#include "plain.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "askpass.h"
#include "auth_child.h"
#include "become.h"
#include "exit_status.h"
#include "list.h"
#include "plain_input.h"
#include "sigwatch.h"
#include "target_argv.h"
#include "target_state.h"

static void
say_why(const struct fallback *f, struct transport_target *target, struct asking *asking)
{
	asking_sayf(asking, f->none ? "%s %s; starting a plain ssh, which does not survive its connection"
	                            : "%s: %s; starting a plain ssh, which does not survive its connection",
	            target_name(target), f->why);
}

/*
 * The host's holdfast has been asked, perhaps for as long as its LoginTimeout: the hook of the plain shell is told not
 * to ask it again, if sshd_config accepts that (AcceptEnv).
 */
static const char *
no_second_time(const struct fallback *f)
{
	return f->asked && setenv("LC_HOLDFAST", "off", 1) == 0 ? "-oSendEnv=LC_HOLDFAST" : NULL;
}

extern char **environ;

/*
 * The person has typed something, which the plain ssh would ask for again; or it shares a connection of ours.  So it is
 * our child, and has its questions put by us.
 */
struct beside {
	struct transport_target *target;
	struct asking *asking;
	struct auth_child asked;
	pid_t pid;
};

static int
spawn(struct beside *b, char *const *argv, int errors)
{
	/* one that shares a connection asks nothing, unless that is gone: then at the terminal */
	char **env = b->target->master ? environ : askpass_environment(&b->target->askpass);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int r = env ? 0 : ENOMEM;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	if (r == 0 && errors != 2)
		r = posix_spawn_file_actions_adddup2(&actions, errors, 2);
	if (r == 0)
		r = posix_spawnp(&b->pid, argv[0], &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (env != environ)
		list_free(env);
	return -r;
}

/* Its exit status, -1: it runs.  When it stops, for ~^Z, we stop with it. */
static int
look_after(const struct beside *b)
{
	int status;

	while (waitpid(b->pid, &status, WNOHANG | WUNTRACED) == b->pid) {
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		raise(SIGSTOP);
		kill(b->pid, SIGCONT);
	}
	return -1;
}

/* The keyboard's signals reach ssh as they reach us: the terminal sends them to both. */
static void
pass_on(const struct beside *b, int signals)
{
	int sig;

	while ((sig = sigwatch_next(signals)))
		if (sig == SIGTERM || sig == SIGHUP)
			kill(b->pid, sig);
}

/* Once ssh has logged in nobody is to ask anything in its name. */
static void
answer(struct beside *b)
{
	int rc = auth_child_serve(&b->asked, &b->target->askpass, b->target, &b->asking->ops);

	if (rc < 0)
		kill(b->pid, SIGTERM);
	else if (rc > 0)
		askpass_deaf(&b->target->askpass);
}

static int
run_beside(struct beside *b, char *const *argv, int errors)
{
	static const int watched[] = { SIGCHLD, SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGHUP };
	int signals = sigwatch_open(watched, sizeof watched / sizeof watched[0]), status = -1;
	int rc = signals < 0 ? signals : spawn(b, argv, errors);

	if (rc < 0) {
		asking_sayf(b->asking, "%s: %s", argv[0], strerror(-rc));
		status = STATUS_FAILED;
	}
	while (status < 0) {
		struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
		                        { .fd = b->target->askpass.listener, .events = POLLIN } };

		if (poll(fds, 2, -1) < 0)
			continue;
		pass_on(b, signals);
		if (fds[1].revents)
			answer(b);
		status = look_after(b);
	}
	if (signals >= 0)
		sigwatch_close(signals);
	return status;
}

/* What holds over the person's own words, since ssh takes the first of each. */
static int
put_first(char ***argv, char *const *words)
{
	char **list = NULL;
	int rc = list_add(&list, (*argv)[0]);

	if (rc == 0)
		rc = list_add_all(&list, words);
	if (rc == 0)
		rc = list_add_all(&list, *argv + 1);
	if (rc < 0) {
		list_free(list);
		return rc;
	}
	list_free(*argv);
	*argv = list;
	return 0;
}

/* Over the connection that is there. */
static int
share(struct transport_target *t, char ***argv)
{
	static char option[] = "-S";
	char path[128];

	askpass_deaf(&t->askpass);
	target_master(t, path, sizeof path);
	return put_first(argv, (char *const[]){ option, path, NULL });
}

/* ssh tells when it has logged in, and then runs the person's own LocalCommand, unless an ssh of ours has run that. */
static int
tells_login(const struct transport_target *t, char ***argv)
{
	static char option[] = "-o", permit[] = "PermitLocalCommand=yes";
	bool own = target_runs_local_command(t);
	char sign[128], **words = NULL;
	int rc;

	if (t->asked_command || !askpass_sign(&t->askpass, sign, sizeof sign))
		return 0;
	rc = list_add_all(&words, (char *const[]){ option, permit, option, NULL });
	if (rc == 0)
		rc = list_addf(&words, "LocalCommand=%s%s%s", sign, own ? "; " : "",
		               own ? t->config->local_command : "");
	if (rc == 0)
		rc = put_first(argv, words);
	list_free(words);
	return rc;
}

/* An ssh of ours may have run the person's LocalCommand, which is run once. */
static int
become(const struct options *o, const struct transport_target *t, const char *more, int errors)
{
	static char option[] = "-o", none[] = "PermitLocalCommand=no";
	char **argv = NULL;
	int status = become_line(o, more, &argv);

	if (status == 0 && t->style == STYLE_SSH && !t->asked_command && t->connections && t->config->local_command)
		status = put_first(&argv, (char *const[]){ option, none, NULL }) < 0 ? STATUS_FAILED : 0;
	if (status == 0)
		status = become_exec(o, argv, errors);
	list_free(argv);
	return status;
}

int
plain_run(const struct options *o, struct transport_target *target, const struct fallback *f,
          struct asking *asking, int errors)
{
	struct beside b = { .target = target, .asking = asking };
	char **argv = NULL;
	const char *more;
	int status;

	say_why(f, target, asking);
	if (plain_input(f) < 0) {
		asking_sayf(asking, "cannot hand over standard input: %s", strerror(errno));
		return STATUS_FAILED;
	}
	more = no_second_time(f);
	/* -f: ssh goes to the background by itself, and its end is ours */
	if ((!asking->asked && !target->master) || (!target->askpass.dir[0] && askpass_open(&target->askpass) < 0)) {
		askpass_close(&target->askpass);
		return become(o, target, more, errors);
	}
	status = become_line(o, more, &argv);
	if (status == 0 && (target->master ? share(target, &argv) : tells_login(target, &argv)) < 0)
		status = STATUS_FAILED;
	if (status == 0)
		status = run_beside(&b, argv, errors);
	list_free(argv);
	return status;
}
