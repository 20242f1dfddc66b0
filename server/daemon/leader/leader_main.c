/* SPDX-License-Identifier: MIT */
#include "leader_main.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cgroup.h"
#include "clean.h"
#include "fd.h"
#include "leader_audit.h"
#include "leader_keeper.h"
#include "leader_refuse.h"
#include "leader_shell.h"
#include "register.h"
#include "leader_loop.h"
#include "leader_pool.h"
#include "leader_dir.h"
#include "leader_end.h"
#include "log.h"
#include "maxlogins.h"
#include "notheld.h"
#include "pamstack.h"
#include "preload.h"
#include "procstat.h"
#include "progress.h"
#include "pty.h"
#include "rundir.h"
#include "sessionmem.h"
#include "surroundings.h"
#include "unused.h"
#include "pstitle.h"
#include "utmprec.h"
#include "vouch.h"

/* The session's scope lives as long as this process, so the OOM killer should take the keeper and its shells first. */
#define OOM_SCORE (-900)

/* All of a session that is being made. */
struct leader_main {
	const struct leader_order *order;
	struct register_entry entry;
	struct pty pty;
	struct pamstack *pam;
	struct envlist env;
	struct leader leader;
	struct surroundings around;
	int oom_score; /* before it became that of the login's sshd */
};

/*
 * SIGCHLD, SIGIO (leader_dir.h) and SIGTERM (leader_end.h) are for the signalfd; the helper that this process was has
 * caught all others (helper.c).
 */
static int
take_signals(struct leader_main *l)
{
	sigset_t taken;

	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	sigaddset(&taken, SIGIO);
	sigaddset(&taken, SIGTERM);
	sigprocmask(SIG_BLOCK, &taken, NULL);
	l->leader.sigfd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	return l->leader.sigfd < 0 ? -errno : 0;
}

static int
make_memory(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	int fd;

	progress_step(PROGRESS_SURROUNDINGS);
	fd = sessionmem_make(sessionmem_ring_bytes(o->policy.ring_bytes, o->pipes), o->pipes);
	l->leader.memory = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}

/* Takes from the login's sshd, or had it from there, what a plain shell would inherit, and nothing from holdfastd. */
static int
take_surroundings(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	int rc = clean_capabilities();

	setsid();
	l->oom_score = clean_oom_score_now();
	if (!rc && chdir("/"))
		rc = -errno;
	if (o->origin)
		l->around = o->origin->around;
	else if (!rc)
		rc = surroundings_read(&l->around, o->login.sshd, o->login.start);
	return rc ? rc : surroundings_take(&l->around);
}

/* Whether the login has given up, or has said something though it is not its turn. */
static bool
login_gave_up(const struct leader_main *l)
{
	struct pollfd p = { .fd = l->leader.conn, .events = POLLIN | POLLRDHUP };

	return poll(&p, 1, 0) != 0;
}

/*
 * PAM_TTY, from which pam_systemd tells logind the terminal and the type.  Where there is utmp, logind reads there the
 * terminals of logins by ssh, and ends those sessions after StopIdleSessionSec without input.  Where there is none,
 * logind knows no such terminal, and who(1) lists its sessions, each one that has a terminal or is of the type "tty"
 * (which pam_systemd makes of "ssh"): the held session would be listed beside the login, and while it is dropped.
 * With SELinux pam_selinux has to know the terminal, for it labels that.
 */
static const char *
pam_tty(const struct leader_main *l)
{
	if (!utmprec_exists() && access("/sys/fs/selinux/enforce", F_OK))
		return "";
	return l->pty.name[0] ? l->pty.name : "ssh";
}

static int
open_pam(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	struct heldstack conf;
	const struct pamstack_for f = {
		.conf = &conf, .user = o->account.user, .gid = o->account.gid, .tty = pam_tty(l),
		.host = o->login.address, .account = !o->admitted, .strict = o->login.by_pam, .sshd = o->login.sshd,
		.start = o->login.start,
	};
	char text[TEXT_CAP] = "";
	int rc = account_env(&o->account, &l->env);

	/* Its files may be made here: a full /run is none of the step before. */
	progress_step(PROGRESS_PAM_START);
	preload_refresh();
	if (!rc)
		rc = heldstack_find(o->login.service, &o->policy, f.account, &conf, text);
	if (!rc)
		rc = pamstack_open(&l->pam, &f, &l->env, text);
	if (rc && leader_audit_may_say(&l->leader))
		log_line(LOG_ERR, "cannot open a PAM session for \"%s\": %s", o->account.user, text);
	l->leader.logind_has_tty = l->pty.name[0] && strcmp(f.tty, l->pty.name) == 0;
	if (rc == -EACCES) {
		leader_refuse(&l->leader, VOUCH_ACCOUNT, NOTHELD_PAM, text, "PAM refused the session: %s", text);
		rc = -ECANCELED;
	}
	return rc;
}

/*
 * A held shell must be in a cgroup that systemd counts for the user, and not in our service's cgroup, where neither
 * the user's limits nor the rules that end the user's sessions apply.  pam_systemd is optional in most stacks, and
 * fails when /run is full.
 */
static int
check_cgroup(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	char path[PATH_CAP] = "";
	const char *root;
	int dir, rc;

	if (!cgroup_has_logind())
		return 0;
	dir = procstat_open(getpid());
	rc = dir < 0 ? dir : cgroup_read(dir, path, &root);
	if (dir >= 0)
		close(dir);
	if (!rc && cgroup_is_session_of(path, o->login.uid))
		return 0;
	if (leader_audit_may_say(&l->leader))
		log_line(LOG_ERR, "no session for \"%s\": logind made none (cgroup %s); check for pam_systemd in the PAM "
		         "stack and for free space in /run", o->account.user, rc ? strerror(-rc) : path);
	leader_refuse(&l->leader, VOUCH_TROUBLE, NOTHELD_LOGIND, rc ? strerror(-rc) : path,
	              "logind made no session for this login");
	return -ECANCELED;
}

/* RLIMIT_FSIZE is for the user's files, not for the lines that this root process writes. */
static void
raise_limits(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, files = { 256, 256 };
	struct rlimit now;

	setrlimit(RLIMIT_FSIZE, &all);
	if (getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur < files.rlim_cur)
		setrlimit(RLIMIT_NOFILE, &files);
}

/* The shell's process and the keeper.  This process changes only when both have what they inherit. */
static int
start_processes(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	int rc;

	progress_step(PROGRESS_KEEPER);
	rc = leader_shell_open(&l->leader.shell, o->pipes, o->account.uid, o->account.gid);

	if (rc)
		return rc;
	l->leader.shell.master = l->pty.master;
	l->pty.master = -1;
	rc = leader_keeper_start(&l->leader, false);
	if (rc)
		return rc;
	leader_keeper_remember(&l->leader);
	umask(022);
	clean_file_size();
	raise_limits();
	/* The slave is the keeper's and the shell's. */
	pty_close(&l->pty);
	clean_oom_score(OOM_SCORE, l->oom_score);
	rc = leader_shell_wait(&l->leader.shell);
	return rc ? rc : leader_keeper_introduce(&l->leader, &l->env);
}

/* Steps aside before the sessions that we hold could keep the user from logging in: 0 or a negative errno. */
static int
respect_maxlogins(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	int rc = maxlogins_check(o->account.user, o->login.uid, o->account.gid);

	if (rc == -EDQUOT) {
		leader_refuse(&l->leader, VOUCH_LIMIT, NOTHELD_MAXLOGINS, "",
		              "one more session would leave no room for another login (maxlogins)");
	}
	return rc;
}

/* Takes one of the user's and the host's places: 0 or a negative errno. */
static int
enter_register(struct leader_main *l)
{
	const struct config_policy *p = &l->order->policy;
	int rc;

	progress_step(PROGRESS_REGISTER);
	rc = register_enter(l->order->login.uid, p->max_sessions, p->max_total, &l->entry);
	if (rc == -EDQUOT && p->max_sessions)
		leader_refuse(&l->leader, VOUCH_LIMIT, NOTHELD_LIMIT, "", "%u sessions are held already",
		              (unsigned)p->max_sessions);
	else if (rc == -EDQUOT)
		leader_refuse(&l->leader, VOUCH_LIMIT, NOTHELD_LIMIT, "MaxSessions 0",
		              "holdfast.conf permits no session (MaxSessions 0)");
	else if (rc == -EUSERS)
		leader_refuse(&l->leader, VOUCH_LIMIT, NOTHELD_LIMIT_TOTAL, "", "this host holds %u sessions already",
		              (unsigned)p->max_total);
	return rc;
}

static int
open_terminal(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	int rc;

	if (o->pipes)
		return 0;
	progress_step(PROGRESS_TERMINAL);
	rc = pty_open(&l->pty, o->rows, o->cols, o->xpixel, o->ypixel);
	memcpy(l->leader.tty, l->pty.name, sizeof l->leader.tty);
	return rc;
}

/*
 * Everything until the keeper runs: 0, or a negative errno, with the login told when there was something to tell.
 */
static int
prepare(struct leader_main *l)
{
	const struct leader_order *o = l->order;
	int rc = enter_register(l);

	if (!rc)
		rc = respect_maxlogins(l);
	/* Before the limit of the user's files is this process's. */
	if (!rc)
		rc = make_memory(l);
	if (!rc)
		rc = take_surroundings(l);
	if (!rc)
		rc = open_terminal(l);
	if (!rc)
		rc = open_pam(l);
	if (!rc)
		rc = check_cgroup(l);
	if (!rc && !o->pipes)
		rc = pty_give(&l->pty, o->login.uid);
	if (!rc)
		rc = take_signals(l);
	if (!rc && login_gave_up(l))
		rc = -ECANCELED;
	if (!rc)
		progress_step(PROGRESS_DIRECTORY);
	if (!rc)
		rc = leader_dir_make(&l->leader);
	if (!rc)
		rc = start_processes(l);
	if (!rc) {
		pstitle_session(o->account.user, l->leader.dir.id);
		pstitle_role("leader");
	}
	return rc;
}

/* PAM modules start programs and wait for them: as at the beginning, but for those that are to end us. */
static void
close_pam(struct leader_main *l)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	pamstack_close(l->pam);
	l->pam = NULL;
}

int
leader_main(const struct leader_order *order)
{
	struct leader_main l = {
		.order = order,
		.pty = PTY_NONE,
		.leader = {
			.conn = order->conn, .slot = order->slot, .keeper = -1, .sigfd = -1, .login = &order->login,
			.stall_ms = order->policy.stall_timeout_ms, .match_key = order->policy.match_key,
			.idle_detach_s = order->policy.idle_detach_s, .keep_text = order->policy.keep_text,
			.quiet = order->quiet,
			.records = { .burst = 16, .every_ms = 60000 }, .moves = { .burst = 32, .every_ms = 1000 },
			.memory = -1, .order = order, .dir = SESSIONDIR_INIT, .entry = &l.entry, .ctl = LEADER_CTL_INIT,
			.shell = LEADER_SHELL_INIT, .keepers.words = { .burst = 16, .every_ms = 60000 },
		},
	};
	int rc;

	l.leader.around = &l.around;
	audit_init(&l.leader.audit, order->account.user, order->login.uid);
	leader_end_init(&l.leader);
	leader_pool_init(&l.leader, &order->policy.pool);
	rc = prepare(&l);
	envlist_free(&l.env);
	unused_give_back();
	progress_disarm();
	progress_close();
	/* These have been told and logged, or the login is gone. */
	if (rc && rc != -ECANCELED && rc != -EDQUOT && rc != -EUSERS && rc != -EPIPE)
		leader_refuse_error(&l.leader, rc);
	if (l.leader.pid)
		leader_loop(&l.leader, rc);
	leader_close(&l.leader);
	pty_close(&l.pty);
	close_pam(&l);
	register_leave(&l.entry);
	if (rundir_is_left())
		heldstack_sweep();
	rundir_leave();
	return rc ? 1 : 0;
}
