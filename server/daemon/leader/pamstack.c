/* SPDX-License-Identifier: MIT */
#include "pamstack.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"
#include "login.h"
#include "progress.h"
#include "signals.h"

#define PATIENCE 60 /* seconds */
#define SAID_CAP 160

struct pamstack {
	pam_handle_t *h;
	bool credentials, session;
	int last; /* the result of the last call, for pam_end */
	char said[SAID_CAP]; /* the last error that a module has told the user */
};

/*
 * No user can answer here, so prompts fail.  Messages of modules are not shown, because sshd's stack has just shown
 * them; an error is kept, for it says more than the call's result.
 */
static int
converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	struct pamstack *s = data;

	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style != PAM_TEXT_INFO && messages[i]->msg_style != PAM_ERROR_MSG)
			return PAM_CONV_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_ERROR_MSG && messages[i]->msg)
			snprintf(s->said, sizeof s->said, "%s", messages[i]->msg);
	*responses = calloc((size_t)count, sizeof **responses);
	return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int
failed(struct pamstack *s, const char *call, int rc, char text[TEXT_CAP])
{
	s->last = rc;
	snprintf(text, TEXT_CAP, s->said[0] ? "%s: %s (%s)" : "%s: %s", call, pam_strerror(s->h, rc), s->said);
	return rc == PAM_BUF_ERR || rc == PAM_SYSTEM_ERR || rc == PAM_ABORT ? -EIO : -EACCES;
}

static int
set_items(struct pamstack *s, const struct pamstack_for *f)
{
	/* sshd's until the session is opened: group.conf and the like have rules for it. */
	int rc = pam_set_item(s->h, PAM_TTY, "ssh");

	if (rc == PAM_SUCCESS && f->host[0])
		rc = pam_set_item(s->h, PAM_RHOST, f->host);
	/* pam_systemd takes these from the PAM environment. */
	if (rc == PAM_SUCCESS)
		rc = pam_putenv(s->h, "XDG_SESSION_CLASS=user");
	if (rc == PAM_SUCCESS)
		rc = pam_putenv(s->h, f->tty[0] ? "XDG_SESSION_TYPE=tty" : "XDG_SESSION_TYPE=unspecified");
	return rc;
}

static int
take_env(struct pamstack *s, struct envlist *env)
{
	char **list = pam_getenvlist(s->h);
	int rc = list ? 0 : -ENOMEM;

	for (char **p = list; p && *p; p++) {
		/* As in sshd: a shell does not get the authentication of its login from PAM. */
		int set = rc || strncmp(*p, "SSH_AUTH_INFO", 13) == 0 ? 0 : envlist_set(env, *p);

		if (set == -ENOMEM)
			rc = set;
		else if (set)
			log_errno(LOG_WARNING, set, "skipped an entry of the PAM environment");
		free(*p);
	}
	free(list);
	return rc;
}

static int
set_groups(const struct pamstack_for *f, char text[TEXT_CAP])
{
	int rc;

	if (!setgid(f->gid) && !initgroups(f->user, f->gid))
		return 0;
	rc = -errno;
	snprintf(text, TEXT_CAP, "cannot set the groups: %s", strerror(-rc));
	return rc;
}

/* As sshd has it: after a key, credentials that could not be established are no reason to refuse. */
static int
establish(struct pamstack *s, const struct pamstack_for *f, char text[TEXT_CAP])
{
	int rc;

	progress_step(PROGRESS_PAM_CREDENTIALS);
	rc = pam_setcred(s->h, PAM_ESTABLISH_CRED | PAM_SILENT);

	s->credentials = rc == PAM_SUCCESS;
	if (s->credentials)
		return 0;
	if (f->strict)
		return failed(s, "pam_setcred", rc, text);
	log_line(LOG_DEBUG, "pam_setcred: %s", pam_strerror(s->h, rc));
	return 0;
}

/* The text of a process' loginuid: its length, 0 where the kernel has no such thing, or a negative errno. */
static int
read_loginuid(const char *path, char out[16])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, 15);
	int rc = n < 0 ? -errno : (int)n;

	if (fd >= 0)
		close(fd);
	if (rc == -ENOENT || rc == -EINVAL)
		rc = 0;
	out[rc < 0 ? 0 : rc] = '\0';
	return rc;
}

/* The audit knows this session as it knows the login, whatever the stack has made of it. */
static int
check_loginuid(const struct pamstack_for *f, char text[TEXT_CAP])
{
	char own[16], theirs[16], path[48];
	int rc = read_loginuid("/proc/self/loginuid", own);

	if (rc == 0)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/loginuid", (int)f->sshd);
	if (rc > 0)
		rc = read_loginuid(path, theirs);
	if (rc >= 0)
		rc = login_alive(f->sshd, f->start);
	if (!rc && strcmp(own, theirs) == 0)
		return 0;
	if (rc)
		snprintf(text, TEXT_CAP, "cannot read the audit login uid: %s", strerror(-rc));
	else
		snprintf(text, TEXT_CAP, "the session's audit login uid is %s, the login's is %s (pam_loginuid)", own,
		         theirs);
	return rc ? rc : -EACCES;
}

static int
open_session(struct pamstack *s, const struct pamstack_for *f, char text[TEXT_CAP])
{
	int rc;

	progress_step(PROGRESS_PAM_SESSION);
	rc = pam_set_item(s->h, PAM_TTY, f->tty);
	if (rc != PAM_SUCCESS)
		return failed(s, "pam_set_item", rc, text);
	rc = pam_open_session(s->h, PAM_SILENT);
	if (rc != PAM_SUCCESS)
		return failed(s, "pam_open_session", rc, text);
	s->session = true;
	/* For the shell, as from sshd. */
	rc = pam_putenv(s->h, "XDG_SESSION_TYPE=tty");
	if (rc != PAM_SUCCESS)
		return failed(s, "pam_putenv", rc, text);
	return check_loginuid(f, text);
}

static int
run(struct pamstack *s, const struct pamstack_for *f, char text[TEXT_CAP])
{
	int rc = set_items(s, f);

	if (rc != PAM_SUCCESS)
		return failed(s, "pam_set_item", rc, text);
	progress_step(PROGRESS_PAM_ACCOUNT);
	rc = f->account ? pam_acct_mgmt(s->h, PAM_SILENT) : PAM_SUCCESS;
	if (rc != PAM_SUCCESS)
		return failed(s, "pam_acct_mgmt", rc, text);
	progress_step(PROGRESS_GROUPS);
	rc = set_groups(f, text);
	if (!rc)
		rc = establish(s, f, text);
	return rc ? rc : open_session(s, f, text);
}

/* A configuration of ours is in a directory of its own; without one, the service is the system's. */
static int
start(struct pamstack *s, const struct pamstack_for *f)
{
	const struct pam_conv conv = { converse, s };

	if (!f->conf->dir[0])
		return pam_start(f->conf->service, f->user, &conv, &s->h);
#ifdef HAVE_PAM_START_CONFDIR
	return pam_start_confdir(f->conf->service, f->user, &conv, f->conf->dir, &s->h);
#else
	return PAM_SYSTEM_ERR;
#endif
}

int
pamstack_open(struct pamstack **stack, const struct pamstack_for *f, struct envlist *env, char text[TEXT_CAP])
{
	struct pamstack *s = calloc(1, sizeof *s);
	int rc;

	if (!s) {
		snprintf(text, TEXT_CAP, "out of memory");
		return -ENOMEM;
	}
	/* A stack that hangs must not keep a process for ever; no handler can get out of it, so the signal kills. */
	signals_alarm(PATIENCE);
	rc = start(s, f);
	if (rc != PAM_SUCCESS) {
		snprintf(text, TEXT_CAP, "pam_start: error %d", rc);
		alarm(0);
		free(s);
		return -EIO;
	}
	rc = run(s, f, text);
	if (!rc) {
		rc = take_env(s, env);
		snprintf(text, TEXT_CAP, "%s", rc ? "out of memory" : "");
	}
	alarm(0);
	if (rc)
		pamstack_close(s);
	else
		*stack = s;
	return rc;
}

void
pamstack_close(struct pamstack *s)
{
	int rc;

	if (!s)
		return;
	signals_alarm(PATIENCE);
	if (s->session) {
		rc = s->last = pam_close_session(s->h, PAM_SILENT);
		if (rc != PAM_SUCCESS)
			log_line(LOG_WARNING, "pam_close_session: %s", pam_strerror(s->h, rc));
	}
	if (s->credentials) {
		rc = s->last = pam_setcred(s->h, PAM_DELETE_CRED | PAM_SILENT);
		if (rc != PAM_SUCCESS)
			log_line(LOG_WARNING, "pam_setcred: %s", pam_strerror(s->h, rc));
	}
	pam_end(s->h, s->last);
	alarm(0);
	free(s);
}
