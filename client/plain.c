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
	char **env = askpass_environment(&b->target->askpass);
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
		if (fds[1].revents && auth_child_serve(&b->asked, &b->target->askpass, b->target, &b->asking->ops) < 0)
			kill(b->pid, SIGTERM);
		status = look_after(b);
	}
	if (signals >= 0)
		sigwatch_close(signals);
	return status;
}

/* Over the connection that is there: ssh's own words first, so that those of the person's hold where they differ. */
static int
share(const struct transport_target *t, char ***argv)
{
	char path[128], **list = NULL;
	int rc = list_add(&list, (*argv)[0]);

	target_master(t, path, sizeof path);
	if (rc == 0)
		rc = list_add(&list, "-S");
	if (rc == 0)
		rc = list_add(&list, path);
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

int
plain_run(const struct options *o, struct transport_target *target, const struct fallback *f,
          struct asking *asking, int errors)
{
	struct beside b = { .target = target, .asking = asking };
	char **argv = NULL;
	const char *more;
	int status;

	say_why(f, target, asking);
	more = no_second_time(f);
	/* -f: ssh goes to the background by itself, and its end is ours */
	if ((!asking->asked && !target->master) || (!target->askpass.dir[0] && askpass_open(&target->askpass) < 0)) {
		askpass_close(&target->askpass);
		return become_ssh(o, more, errors);
	}
	status = become_line(o, more, &argv);
	if (status == 0 && target->master && share(target, &argv) < 0)
		status = STATUS_FAILED;
	if (status == 0)
		status = run_beside(&b, argv, errors);
	list_free(argv);
	return status;
}
