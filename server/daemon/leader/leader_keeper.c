/* SPDX-License-Identifier: MIT */
#include "leader_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "clean.h"
#include "clock.h"
#include "fd.h"
#include "keeperproc.h"
#include "leader.h"
#include "leader_audit.h"
#include "leader_end.h"
#include "leader_idle.h"
#include "leader_order.h"
#include "leader_pool.h"
#include "log.h"
#include "paths.h"
#include "procstat.h"
#include "register.h"
#include "reply.h"

#define PAUSE_MS 100        /* before the third keeper of a minute; then doubled */
#define READY_MS 30000      /* a later keeper that is not ready by then hangs */
#define SHORT_MS 2000       /* one that was killed by a signal so soon may have died of what it found in the memory … */
#define SHORT_LIVES 7       /* … and after so many in a row the next one begins without that */
#define TRY_MS 100          /* a parked session's keepers are so far apart, at least: a login waits for longer */

static enum leadermsg_again
again_how(const struct leader_keeper *k)
{
	if (k->short_lives >= SHORT_LIVES)
		return LEADERMSG_AGAIN_BLANK;
	return k->parked ? LEADERMSG_AGAIN_LATE : LEADERMSG_AGAIN;
}

/* All strings fit, because they come from fields of the same size. */
static void
fill_init(const struct leader *l, const struct envlist *env, struct leadermsg_init *m)
{
	const struct leader_order *o = l->order;

	memset(m, 0, sizeof *m);
	memcpy(m->user, o->account.user, sizeof m->user);
	memcpy(m->home, o->account.home, sizeof m->home);
	memcpy(m->shell, o->account.shell, sizeof m->shell);
	memcpy(m->tty, l->tty, sizeof m->tty);
	memcpy(m->address, o->login.address, sizeof m->address);
	memcpy(m->who, o->login.who, sizeof m->who);
	m->identity = o->login.identity;
	m->ticket = o->ticket;
	leadermsg_set_policy(m, &o->policy);
	m->session = l->dir.id;
	memcpy(m->dir, l->dir.path, sizeof m->dir);
	memcpy(m->agent_path, l->dir.agent_path, sizeof m->agent_path);
	/* One of a version before refuses an INIT with SizePolicy in it. */
	if (l->keepers.old || l->keepers.unready)
		m->size_policy = CONFIG_SIZE_LATEST;
	m->shell_pid = (uint32_t)l->shell.pid;
	m->again = env ? LEADERMSG_FIRST : again_how(&l->keepers);
	m->rchar = l->keepers.rchar;
	m->wchar = l->keepers.wchar;
	if (env)
		m->env = *env;
}

static int
send_init(const struct leader *l, const struct envlist *env)
{
	unsigned char *buf = malloc(MESSAGE_MAX);
	struct leadermsg_init *m = malloc(sizeof *m);
	int len, rc = -ENOMEM;

	if (buf && m) {
		fill_init(l, env, m);
		len = leadermsg_encode_init(m, buf, MESSAGE_MAX);
		rc = len < 0 ? len : reply_bytes(l->keeper, buf, (size_t)len);
	}
	free(m);
	free(buf);
	/* One that has ended already is found by its end, with the status that says why. */
	return rc == -EPIPE || rc == -ECONNRESET ? 0 : rc;
}

/* Registers the session's processes, for root's tools, and so that the session counts after this process has died. */
static void
note_session(struct leader *l)
{
	struct leaderreg *e = &l->entry->what;
	struct procstat st;
	int rc = l->pid ? procstat_read(l->pid, &st) : -ESRCH;

	e->id = l->dir.id;
	e->keeper = l->pid;
	e->keeper_start = l->keeper_start = rc ? 0 : st.start;
	e->shell = l->shell.pid;
	e->shell_start = l->shell.start;
	rc = register_note(l->entry);
	if (rc)
		log_errno(LOG_WARNING, rc, "cannot register the session");
}

int
leader_keeper_start(struct leader *l, bool again)
{
	const struct leader_order *o = l->order;
	struct keeperproc with = {
		.program = l->keepers.old ? PATH_KEEPER_OLD : NULL, .master = l->shell.master, .sock = l->dir.sock,
		.agent = l->dir.agent, .memory = l->memory, .stub = l->shell.stub, .pipes = l->shell.pipes,
		.inherits = again ? &l->keepers.inherits : NULL,
	};
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	with.leader = pair[1];
	pid = keeperproc_start(&with, o->account.uid, o->account.gid);
	close(pair[1]);
	fd_close(&l->shell.stub);
	fd_close(&l->keeper);
	l->keeper = pair[0];
	l->pending_len = 0;
	l->unsent = false;
	if (pid < 0) {
		/* Nobody has the other end. */
		fd_close(&l->keeper);
		return (int)pid;
	}
	l->pid = pid;
	l->killed = false;
	l->shell.told = false;
	return 0;
}

int
leader_keeper_introduce(struct leader *l, const struct envlist *env)
{
	note_session(l);
	return send_init(l, env);
}

void
leader_keeper_remember(struct leader *l)
{
	struct keeperproc_inherits *i = &l->keepers.inherits;

	i->oom_score = clean_oom_score_now();
	getrlimit(RLIMIT_NOFILE, &i->files);
	getrlimit(RLIMIT_FSIZE, &i->file_size);
}

/* What the dead keeper had read and written, while the kernel still knows (proc(5), io). */
static void
read_sums(struct leader *l)
{
	struct fd_sums sums = { 0, 0 };
	char path[64], text[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/io", (int)l->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : fd_read(fd, text, sizeof text - 1);
	fd_close(&fd);
	text[n > 0 ? n : 0] = '\0';
	fd_sums_parse(&sums, text);
	l->keepers.rchar = sums.read;
	l->keepers.wchar = sums.written;
}

bool
leader_keeper_look(struct leader *l)
{
	siginfo_t si = { .si_pid = 0 };

	if (!l->pid || waitid(P_PID, (id_t)l->pid, &si, WEXITED | WNOHANG | WNOWAIT) || si.si_pid != l->pid)
		return false;
	read_sums(l);
	waitpid(l->pid, &l->status, 0);
	l->pid = 0;
	return true;
}

/* Those that wait in the socket's queue would wait for nobody: each sees the end of its connection. */
static void
turn_away(const struct leader *l)
{
	struct pollfd p = { .fd = l->dir.sock, .events = POLLIN };

	for (int i = 0; i < SOMAXCONN && poll(&p, 1, 0) > 0; i++) {
		int fd = accept4(l->dir.sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		close(fd);
	}
}

static void
park(struct leader *l)
{
	turn_away(l);
	if (l->keepers.parked)
		return; /* it was one try */
	l->keepers.parked = true;
	if (!ratelimit_take(&l->keepers.words, clock_now_ms()))
		return;
	log_line(LOG_ERR, "session %u of uid %u is parked: %d keepers died within a minute; its shell runs on, and the "
	         "next login tries again", (unsigned)l->audit.session, (unsigned)l->audit.uid, LEADER_KEEPER_DEATHS);
	audit_event(&l->audit, "parked", NULL, NULL, "");
}

/* Notes a death: the number of those in the last minute. */
static unsigned
count_death(struct leader_keeper *k, uint64_t now)
{
	unsigned count = 0;

	memmove(k->deaths + 1, k->deaths, sizeof k->deaths - sizeof *k->deaths);
	k->deaths[0] = now;
	for (unsigned i = 0; i < LEADER_KEEPER_DEATHS; i++)
		count += k->deaths[i] && now - k->deaths[i] < LEADER_KEEPER_WITHIN_MS;
	return count;
}

/* Whether there is a program before the installed one that only root can have put there. */
static bool
has_old(void)
{
	struct stat st;

	return lstat(PATH_KEEPER_OLD, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 && !(st.st_mode & 022) &&
	       st.st_mode & 0111;
}

/* The keeper has died: decides which program the next one is. */
static void
choose_program(struct leader *l, uint64_t now)
{
	struct leader_keeper *k = &l->keepers;
	bool on_trial = k->upgraded_ms && now - k->upgraded_ms < LEADER_KEEPER_TRIAL_MS;

	k->upgraded_ms = 0;
	if (on_trial || k->parked)
		k->old = !k->old && has_old();
	if (on_trial && ratelimit_take(&k->words, now))
		log_line(LOG_ERR, "session %u of uid %u: the keeper has died soon after it had become another program; "
		         "going on with %s", (unsigned)l->audit.session, (unsigned)l->audit.uid,
		         k->old ? PATH_KEEPER_OLD : PATH_KEEPER);
}

void
leader_keeper_died(struct leader *l)
{
	uint64_t now = clock_now_ms();
	unsigned count = count_death(&l->keepers, now);
	bool by_signal = WIFSIGNALED(l->status), soon = now - l->keepers.started_ms < SHORT_MS;
	char extra[64];

	snprintf(extra, sizeof extra, "status=%s%d", by_signal ? "signal:" : "",
	         by_signal ? WTERMSIG(l->status) : WEXITSTATUS(l->status));
	audit_limited(&l->audit, "keeper-died", NULL, NULL, extra);
	l->keepers.unready = l->keepers.ready_by_ms != 0;
	l->keepers.ready_by_ms = 0;
	l->keepers.short_lives = by_signal && soon ? l->keepers.short_lives + 1 : 0;
	choose_program(l, now);
	if (count >= LEADER_KEEPER_DEATHS)
		park(l);
	else
		l->keepers.start_ms = count < 2 ? now : now + ((uint64_t)PAUSE_MS << (count - 2));
}

void
leader_keeper_ready(struct leader *l, const struct leadermsg_report *m)
{
	(void)m;
	l->keepers.ready_by_ms = 0;
	l->keepers.parked = false;
	leader_idle_tell(l);
	leader_end_keep(l);
	leader_pool_ask(l);
}

void
leader_keeper_upgrade(struct leader *l, const struct leadermsg_report *m)
{
	if (m->kind == LEADERMSG_UPGRADE_FAILED) {
		l->keepers.upgraded_ms = 0;
		return;
	}
	l->keepers.upgraded_ms = clock_now_ms();
	l->keepers.old = false;
	if (m->kind == LEADERMSG_UPGRADE_DONE)
		audit_limited(&l->audit, "keeper-upgraded", NULL, NULL, "");
}

bool
leader_keeper_goes_on(const struct leader *l)
{
	if (l->pid)
		return true;
	if (l->slain || l->ended)
		return false;
	return l->keepers.start_ms || (l->keepers.parked && !l->shell.ended);
}

uint64_t
leader_keeper_due(const struct leader *l)
{
	return l->pid ? l->keepers.ready_by_ms : l->keepers.start_ms;
}

void
leader_keeper_watch(const struct leader *l, struct pollfd *p)
{
	bool waits = l->keepers.parked && !l->pid && !l->keepers.start_ms;

	*p = (struct pollfd){ .fd = waits ? l->dir.sock : -1, .events = POLLIN };
}

/* Starts one; without memory or processes, another time. */
static void
start_next(struct leader *l, uint64_t now)
{
	int rc = leader_keeper_start(l, true);

	if (!rc)
		rc = leader_keeper_introduce(l, NULL);
	l->keepers.start_ms = 0;
	l->keepers.started_ms = now;
	l->keepers.ready_by_ms = now + READY_MS;
	if (!rc)
		return;
	/* What another process of the user's can cause again and again is not said each time. */
	if (ratelimit_take(&l->keepers.words, now))
		log_errno(LOG_ERR, rc, "cannot start another keeper for session %u", (unsigned)l->audit.session);
	if (l->pid)
		kill(l->pid, SIGKILL);
	else
		l->keepers.start_ms = now + TRY_MS;
}

void
leader_keeper_turn(struct leader *l, const struct pollfd *p)
{
	uint64_t now;

	if (!leader_keeper_due(l) && !p->revents)
		return;
	now = clock_now_ms();
	if (p->revents)
		l->keepers.start_ms = l->keepers.deaths[0] + TRY_MS > now ? l->keepers.deaths[0] + TRY_MS : now;
	if (!l->pid && l->keepers.start_ms && now >= l->keepers.start_ms)
		start_next(l, now);
	else if (l->pid && l->keepers.ready_by_ms && now >= l->keepers.ready_by_ms) {
		l->keepers.ready_by_ms = 0;
		kill(l->pid, SIGKILL);
	}
}
