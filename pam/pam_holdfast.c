/* SPDX-License-Identifier: MIT */
/*
 * pam_holdfast: a session module for sshd.  It writes the login's record (common/run/record.h) below
 * /run/holdfast/logins and puts HOLDFAST_TICKET into the PAM environment; at close it removes the record.
 *
 *   session optional pam_holdfast.so begin [service=NAME ...]  the first session line
 *   session optional pam_holdfast.so [service=NAME ...]        the last one
 *
 * NAME: the PAM services to work for; default sshd.  The first line keeps how the login was authenticated, in the
 * handle, while nothing of the user's can have been read: modules between the two may set anything in the PAM
 * environment (pam_env reads ~/.pam_environment where it is told to).  So the last line believes nothing of that
 * environment.  Without the first line a login's authentication is unknown.
 *
 * This runs as root inside sshd, where a mistake locks people out.  So: no name service, no daemon, no fork,
 * nothing to wait for, nothing printed, no descriptor kept.  Any trouble is one line to syslog and PAM_IGNORE; the
 * login then gets a plain shell, and HOLDFAST_TROUBLE in its environment, so that the hook can say the reason.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "connection.h"
#include "nospace.h"
#include "passwdfile.h"
#include "paths.h"
#include "procstat.h"
#include "record.h"
#include "recordfile.h"
#include "switchedoff.h"
#include "ticket.h"

#define TICKET_VARIABLE "HOLDFAST_TICKET"
#define TROUBLE_VARIABLE "HOLDFAST_TROUBLE"
#define TROUBLE_CAP 320
#define DATA_TICKET "pam_holdfast_ticket"
#define DATA_AUTH "pam_holdfast_auth"
#define LEADER "holdfastd" /* the program that opens PAM sessions for held shells */

/* The buffers for a record, too large for sshd's stack. */
struct work {
	struct record record;
	char auth[RECORD_MAX];
	char text[RECORD_MAX + 1];
};

/* The arguments of the line in PAM's configuration. */
struct line {
	bool mine;  /* the service that runs now is one to work for */
	bool begin; /* it is the first line */
};

/* Reads the arguments: 0, or -EINVAL for one that is not known. */
static int
read_line(pam_handle_t *pamh, int argc, const char **argv, struct line *l)
{
	const void *service = NULL;
	bool named = false, found = false;

	*l = (struct line){ false, false };
	if (pam_get_item(pamh, PAM_SERVICE, &service) != PAM_SUCCESS || !service)
		return 0;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "begin") == 0) {
			l->begin = true;
			continue;
		}
		if (strncmp(argv[i], "service=", 8) != 0 || !argv[i][8])
			return -EINVAL;
		named = true;
		found |= strcmp(argv[i] + 8, service) == 0;
	}
	l->mine = named ? found : strcmp(service, "sshd") == 0;
	return 0;
}

/*
 * Whether this process is a leader, which opens the PAM session of a held shell with sshd's own configuration: that is
 * no login.
 */
static bool
in_leader(void)
{
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
	const char *name;

	if (len < 0)
		return false;
	exe[len] = '\0';
	name = strrchr(exe, '/');
	/* Its program may have been replaced meanwhile: " (deleted)" follows. */
	return name && strncmp(name + 1, LEADER, sizeof LEADER - 1) == 0;
}

/* SRC (NULL: "") as a field of CAP bytes: 0 or -EMSGSIZE. */
static int
copy_field(char *dst, size_t cap, const char *src)
{
	size_t len = src ? strlen(src) : 0;

	if (len >= cap)
		return -EMSGSIZE;
	if (len)
		memcpy(dst, src, len);
	dst[len] = '\0';
	return 0;
}

static void
find_uid(struct record *r)
{
	r->uid_known = passwdfile_uid(r->user, &r->uid) == 0;
}

/* A line a completed method, each ended by a newline. */
static int
split_auth(struct work *w, const char *text)
{
	char *p = w->auth;

	if (copy_field(w->auth, sizeof w->auth, text))
		return -EMSGSIZE;
	while (*p) {
		char *newline = strchr(p, '\n');

		if (w->record.auth_count == RECORD_AUTH_MAX)
			return -E2BIG;
		w->record.auth[w->record.auth_count++] = p;
		if (!newline)
			break;
		*newline = '\0';
		p = newline + 1;
	}
	return 0;
}

/* The addresses and ports of this process's one connection; none or several: unknown. */
static int
find_connection(struct record *r)
{
	struct connection c;
	int rc = connection_find(&c);

	if (rc)
		return rc;
	memcpy(r->address, c.address, sizeof r->address);
	memcpy(r->local_address, c.local_address, sizeof r->local_address);
	r->port = c.port;
	r->local_port = c.local_port;
	return 0;
}

/* The authentication that the first line has kept, or NULL. */
static const char *
kept_auth(const pam_handle_t *pamh)
{
	const void *text = NULL;

	return pam_get_data(pamh, DATA_AUTH, &text) == PAM_SUCCESS ? text : NULL;
}

/* Fills in the record: 0, or a negative errno with the part that was wrong in *what. */
static int
gather(pam_handle_t *pamh, struct work *w, const char **what)
{
	const void *user = NULL, *service = NULL;
	struct record *r = &w->record;
	struct procstat stat;
	int rc;

	*what = "user";
	if (pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS || !user)
		return -ENODATA;
	if ((rc = copy_field(r->user, sizeof r->user, user)))
		return rc;
	find_uid(r);
	*what = "service";
	if (pam_get_item(pamh, PAM_SERVICE, &service) != PAM_SUCCESS)
		return -ENODATA;
	if ((rc = copy_field(r->service, sizeof r->service, service)))
		return rc;
	*what = "own process";
	r->pid = getpid();
	if ((rc = procstat_read(r->pid, &stat)))
		return rc;
	r->start = stat.start;
	*what = "connection";
	if ((rc = find_connection(r)))
		return rc;
	*what = "authentication";
	return split_auth(w, kept_auth(pamh));
}

/* What PAM keeps for close.  A child that ends its copy of the handle comes here too: the record stays. */
static void
free_data(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

/* Leaves ticket T in the handle, for close, and in the environment: 0 or a negative errno, and then neither. */
static int
hand_out(pam_handle_t *pamh, const struct ticket *t, const char *digits)
{
	char variable[sizeof TICKET_VARIABLE "=" - 1 + TICKET_TEXT];
	struct ticket *kept = malloc(sizeof *kept);

	if (!kept)
		return -ENOMEM;
	*kept = *t;
	if (pam_set_data(pamh, DATA_TICKET, kept, free_data) != PAM_SUCCESS) {
		free(kept);
		return -ENOMEM;
	}
	snprintf(variable, sizeof variable, "%s=%s", TICKET_VARIABLE, digits);
	if (pam_putenv(pamh, variable) == PAM_SUCCESS)
		return 0;
	pam_set_data(pamh, DATA_TICKET, NULL, NULL);
	return -ENOMEM;
}

/* Writes the record in W down and hands out its ticket. */
static int
publish(pam_handle_t *pamh, struct work *w, const char **what)
{
	char digits[TICKET_TEXT];
	struct ticket ticket;
	int dir, len, rc;

	*what = "random ticket";
	if ((rc = ticket_make(&ticket)))
		return rc;
	ticket_format(&ticket, digits);
	*what = "record";
	len = record_format(&w->record, w->text, sizeof w->text);
	if (len < 0)
		return len;
	dir = recordfile_open_logins(what);
	if (dir < 0)
		return dir;
	rc = recordfile_write(dir, digits, w->text, (size_t)len);
	if (!rc) {
		*what = "PAM handle";
		rc = hand_out(pamh, &ticket, digits);
		if (rc)
			unlinkat(dir, digits, 0);
	}
	close(dir);
	return rc;
}

/*
 * Removes the record NAME; or, where nobody has seen it though the login is over, leaves it for holdfastd (unseen.h).  A
 * missing one is no error: holdfastd has removed it.
 */
static int
remove_record(const pam_handle_t *pamh, int dir, const char *name, bool over)
{
	const void *user = NULL;
	struct stat st;

	if (over && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime != RECORD_ASKED &&
	    pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS && user && !recordfile_daemon_lives() &&
	    recordfile_leave(dir, name, UNSEEN_AWAY, user) == 0)
		return 0;
	return unlinkat(dir, name, 0) && errno != ENOENT ? -errno : 0;
}

/*
 * Takes back the record that this handle's ticket stands for: 1, 0 when there is none, or a negative errno.  OVER: the
 * login is.
 */
static int
withdraw(pam_handle_t *pamh, bool over)
{
	char digits[TICKET_TEXT];
	const void *ticket = NULL;
	const char *unused;
	int dir, rc;

	if (pam_get_data(pamh, DATA_TICKET, &ticket) != PAM_SUCCESS || !ticket)
		return 0;
	ticket_format(ticket, digits);
	pam_set_data(pamh, DATA_TICKET, NULL, NULL);
	/* The directory was removed, perhaps. */
	dir = recordfile_open_logins(&unused);
	if (dir < 0)
		return dir == -ENOENT ? 1 : dir;
	rc = remove_record(pamh, dir, digits, over);
	close(dir);
	return rc ? rc : 1;
}

/* No ticket may be left that nothing stands behind, and no trouble of a module that has none. */
static void
clear_variable(pam_handle_t *pamh, const char *name)
{
	if (pam_getenv(pamh, name))
		pam_putenv(pamh, name);
}

/* One line to the log, and the same words for holdfast-login, which shows them on a terminal. */
static void
tell_trouble(pam_handle_t *pamh, const char *what, int rc)
{
	char variable[TROUBLE_CAP], space[NOSPACE_CAP] = "", more[NOSPACE_CAP + 4] = "";

	if (rc == -ENOSPC) {
		nospace_words(HOLDFAST_RUNDIR, space);
		snprintf(more, sizeof more, " (%s)", space);
	}
	pam_syslog(pamh, LOG_ERR, "login will not be held: %s: %s%s", what, strerror(-rc), more);
	snprintf(variable, sizeof variable, "%s=%s: %s%s", TROUBLE_VARIABLE, what, strerror(-rc), more);
	pam_putenv(pamh, variable);
}

static int
open_session(pam_handle_t *pamh, const char **what)
{
	struct work *w = calloc(1, sizeof *w);
	int rc;

	*what = "memory";
	if (!w)
		return -ENOMEM;
	withdraw(pamh, false);
	rc = gather(pamh, w, what);
	if (!rc)
		rc = publish(pamh, w, what);
	free(w);
	return rc;
}

/* The first line: sshd has just set SSH_AUTH_INFO_0, and no other module has run. */
static int
begin_session(pam_handle_t *pamh, const char **what)
{
	const char *text = pam_getenv(pamh, "SSH_AUTH_INFO_0");
	char *kept = text ? strdup(text) : NULL;

	*what = "authentication";
	/* Nothing from a session before this one may be left. */
	pam_set_data(pamh, DATA_AUTH, NULL, NULL);
	if (!text)
		return 0;
	if (kept && pam_set_data(pamh, DATA_AUTH, kept, free_data) == PAM_SUCCESS)
		return 0;
	free(kept);
	return -ENOMEM;
}

PAM_EXTERN int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *what = "module arguments";
	struct line line;
	int saved = errno, rc = read_line(pamh, argc, argv, &line);
	bool mine = !rc && line.mine && !in_leader(), works = mine && access(PATH_DISABLED, F_OK) != 0;

	(void)flags;
	if (!line.begin)
		clear_variable(pamh, TROUBLE_VARIABLE);
	if (works) {
		rc = line.begin ? begin_session(pamh, &what) : open_session(pamh, &what);
		if (!rc && !line.begin) {
			errno = saved;
			return PAM_SUCCESS;
		}
	}
	if (mine && !works && !line.begin)
		switchedoff_note(pamh);
	if (rc < 0 && line.begin)
		pam_syslog(pamh, LOG_ERR, "cannot record the login's %s: %s", what, strerror(-rc));
	else if (rc < 0)
		tell_trouble(pamh, what, rc);
	if (rc)
		clear_variable(pamh, TICKET_VARIABLE);
	errno = saved;
	return PAM_IGNORE;
}

PAM_EXTERN int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct line line;
	int saved = errno, rc = read_line(pamh, argc, argv, &line);

	(void)flags;
	/*
	 * Only the last of the two lines has made the record.  If it cannot read its arguments now, it has made none.
	 */
	rc = rc || line.begin ? 0 : withdraw(pamh, true);
	if (rc < 0)
		pam_syslog(pamh, LOG_ERR, "cannot remove the login's record: %s", strerror(-rc));
	errno = saved;
	return rc > 0 ? PAM_SUCCESS : PAM_IGNORE;
}
