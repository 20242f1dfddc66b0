/* SPDX-License-Identifier: MIT */
#include "rootless.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"
#include "config.h"
#include "fdrange.h"
#include "leadermsg.h"
#include "paths.h"
#include "pstitle.h"
#include "pty.h"
#include "signals.h"
#include "survival.h"

#define SCOPE_MS 3000  /* systemd-run has asked the user manager by then, or the manager is sick */
#define DIRECT_MS 2000
#define OUT_OF_THE_WAY 10

/* The arguments of a keeper. */
struct start {
	struct leadermsg_init init;
	struct pty pty;
	char root[PATH_CAP];
	int lead;        /* our end of the socket to it */
	bool scope;      /* by systemd-run, in a scope of the user manager */
};

bool
rootless_is_the_way(void)
{
	return access(PATH_DAEMON_SOCK, F_OK) < 0;
}

/* HOME, if it is the user's; else the user database's, which can be slow. */
static const char *
home_of(uid_t uid)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;
	struct stat st;

	if (home && home[0] == '/' && stat(home, &st) == 0 && st.st_uid == uid)
		return home;
	pw = getpwuid(uid);
	return pw && pw->pw_dir[0] == '/' ? pw->pw_dir : NULL;
}

int
rootless_root(uid_t uid, char *path, size_t cap)
{
	const char *home = home_of(uid);
	struct utsname u;

	if (!home || uname(&u) < 0)
		return -ENOENT;
	for (char *p = u.nodename; *p; p++)
		if (*p == '/')
			*p = '-';
	if (!u.nodename[0] || u.nodename[0] == '.')
		snprintf(u.nodename, sizeof u.nodename, "localhost");
	return snprintf(path, cap, "%s/.local/state/holdfast/%s", home, u.nodename) < (int)cap ? 0 : -ENAMETOOLONG;
}

const struct passwd *
rootless_account(void)
{
	const char *name = getenv("LOGNAME");
	const struct passwd *pw = name && *name ? getpwnam(name) : NULL;

	return pw && pw->pw_uid == geteuid() ? pw : getpwuid(geteuid());
}

void
rootless_identity(struct identity *who)
{
	_Static_assert(sizeof who->bytes == IDENTITY_BYTES && IDENTITY_BYTES == 32,
	               "the text below has that length");
	memcpy(who->bytes, "holdfast without root: same uid.", IDENTITY_BYTES);
}

/*
 * Makes the missing directories of PATH below the home directory, 0700 each.  The keeper checks the last one's owner
 * and mode.
 */
static int
make_directories(char *path)
{
	mode_t before = umask(077);
	int rc = 0;

	for (char *p = path + 1; !rc; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		/* Directories above may exist without permission for us; only the last one matters. */
		if (mkdir(path, 0700) < 0 && errno != EEXIST && c == '\0')
			rc = -errno;
		*p = c;
		if (!c)
			break;
	}
	umask(before);
	return rc;
}

static int
prepare_root(struct start *s)
{
	char path[PATH_CAP];
	int rc = rootless_root(geteuid(), s->root, sizeof s->root);

	if (!rc && snprintf(path, sizeof path, "%s/%lu", s->root, (unsigned long)geteuid()) >= (int)sizeof path)
		rc = -ENAMETOOLONG;
	return rc ? rc : make_directories(path);
}

static int
put(char *dst, size_t cap, const char *src)
{
	return snprintf(dst, cap, "%s", src ? src : "") < (int)cap ? 0 : -ENAMETOOLONG;
}

static int
fill_init(struct leadermsg_init *m, const struct pty *pty)
{
	const struct passwd *pw = rootless_account();
	const char *from = getenv("SSH_CONNECTION");
	struct config_policy policy;
	int rc;

	if (!pw)
		return -ENOENT;
	config_defaults(&policy);
	leadermsg_set_policy(m, &policy);
	rootless_identity(&m->identity);
	rc = put(m->user, sizeof m->user, pw->pw_name);
	if (!rc)
		rc = put(m->home, sizeof m->home, pw->pw_dir);
	if (!rc)
		rc = put(m->shell, sizeof m->shell, pw->pw_shell && pw->pw_shell[0] ? pw->pw_shell : "/bin/sh");
	if (!rc)
		rc = put(m->tty, sizeof m->tty, pty->name);
	if (from && strcspn(from, " ") < sizeof m->address)
		snprintf(m->address, sizeof m->address, "%.*s", (int)strcspn(from, " "), from);
	return rc;
}

static int
send_init(const struct start *s, int fd)
{
	unsigned char *buf = malloc(MESSAGE_MAX);
	int len = buf ? leadermsg_encode_init(&s->init, buf, MESSAGE_MAX) : -ENOMEM;
	int rc = len < 0 ? len : send(fd, buf, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len ? 0 : -EPIPE;

	free(buf);
	return rc;
}

/* In the child: only the two descriptors that a keeper has, and default signals. */
static int
sessiondir_descriptors(const struct start *s, int lead)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), master;

	master = fcntl(s->pty.master < 0 ? null : s->pty.master, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	lead = fcntl(lead, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	null = fcntl(null, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	if (master < 0 || lead < 0 || null < 0)
		return -1;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return -1;
	if (dup2(master, LEADERMSG_MASTER_FD) < 0 || dup2(lead, LEADERMSG_FD) < 0)
		return -1;
	return fdrange_close(LEADERMSG_FD + 1, ~0u);
}

/* The environment that systemd-run finds the user manager with; nothing else of the login's reaches a keeper. */
static char **
small_environment(char runtime[PATH_CAP], char bus[PATH_CAP])
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	static char *env[4];
	const char *dir = getenv("XDG_RUNTIME_DIR"), *address = getenv("DBUS_SESSION_BUS_ADDRESS");
	int n = 0;

	env[n++] = path;
	if (!dir || snprintf(runtime, PATH_CAP, "XDG_RUNTIME_DIR=%s", dir) >= PATH_CAP)
		snprintf(runtime, PATH_CAP, "XDG_RUNTIME_DIR=/run/user/%lu", (unsigned long)geteuid());
	env[n++] = runtime;
	if (address && snprintf(bus, PATH_CAP, "DBUS_SESSION_BUS_ADDRESS=%s", address) < PATH_CAP)
		env[n++] = bus;
	env[n] = NULL;
	return env;
}

static void __attribute__((noreturn))
become_keeper(struct start *s, int lead)
{
	static char name[PSTITLE_CAP];
	static char keeper[] = PATH_KEEPER, run[] = "systemd-run", user[] = "--user", scope[] = "--scope",
	            quiet[] = "--quiet", collect[] = "--collect", what[] = "--description=held shell", end[] = "--";
	char *direct[] = { name, s->root, NULL };
	char *scoped[] = { run, user, scope, quiet, collect, what, end, keeper, s->root, NULL };
	char *const nothing[] = { NULL };
	char runtime[PATH_CAP], bus[PATH_CAP], **env = small_environment(runtime, bus);

	pstitle_room(name, "holdfast-keeper");
	setsid();
	signals_reset();
	if (sessiondir_descriptors(s, lead) || chdir("/"))
		_exit(1);
	if (s->scope)
		execvpe(run, scoped, env);
	/* The keeper unblocks them when it has said which it ignores. */
	signals_block();
	if (!s->scope)
		execve(keeper, direct, nothing);
	_exit(127);
}

/* Not our child: it outlives this process, which never has to wait for it. */
static int
fork_keeper(struct start *s, int lead)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			become_keeper(s, lead);
		_exit(pid < 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}

static int
wait_ready(struct start *s, struct waiting *w, int timeout_ms)
{
	unsigned char buf[LEADERMSG_REPORT_BYTES + 1];
	struct leadermsg_report m;
	int n = waiting_message(w, s->lead, buf, sizeof buf, timeout_ms);

	if (n < 0)
		return n;
	if (leadermsg_decode_report(&m, buf, (size_t)n) || m.type != LEADERMSG_READY || !m.number || m.number > INT32_MAX)
		return -EBADMSG;
	return (int)m.number;
}

/* One attempt: the session's id, with s->lead open. */
static int
try_start(struct start *s, struct waiting *w)
{
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	s->lead = pair[0];
	rc = send_init(s, pair[0]);
	if (!rc)
		rc = fork_keeper(s, pair[1]);
	close(pair[1]);
	if (!rc)
		rc = wait_ready(s, w, s->scope ? SCOPE_MS : DIRECT_MS);
	if (rc < 0) {
		/* A keeper that is too late finds the socket closed, and ends. */
		close(s->lead);
		s->lead = -1;
	}
	return rc;
}

int
rootless_start(const struct winsize *ws, struct waiting *w, int *lead)
{
	struct start *s = calloc(1, sizeof *s);
	int rc;

	if (!s)
		return -ENOMEM;
	s->pty = (struct pty)PTY_NONE;
	rc = prepare_root(s);
	if (!rc && ws)
		rc = pty_open(&s->pty, ws->ws_row, ws->ws_col, ws->ws_xpixel, ws->ws_ypixel);
	if (!rc)
		rc = fill_init(&s->init, &s->pty);
	if (!rc) {
		/* The user manager stays only with lingering. */
		s->scope = survival_systemd() && survival_lingers(s->init.user) == SURVIVAL_YES;
		rc = try_start(s, w);
		if (rc < 0 && rc != -EINTR && s->scope) {
			s->scope = false;
			rc = try_start(s, w);
		}
	}
	if (rc > 0)
		*lead = s->lead;
	pty_close(&s->pty);
	free(s);
	return rc;
}

void
rootless_warning(char text[TEXT_CAP])
{
	const struct passwd *pw = rootless_account();
	struct survival s;

	text[0] = '\0';
	if (!pw || survival_lingers(pw->pw_name) == SURVIVAL_YES)
		return;
	survival_of(0, pw->pw_name, &s);
	if (s.answer == SURVIVAL_NO)
		snprintf(text, TEXT_CAP,
		         "this shell will not outlive the connection: %.350s; \"loginctl enable-linger\" "
		         "may change that", s.why);
}
