/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config_file.h"
#include "ctl.h"
#include "grouplist.h"
#include "json.h"
#include "paths.h"
#include "programs.h"
#include "sessionlist.h"

#define ASK_TIMEOUT_MS 5000 /* the keeper tries the new program first: attach.h */

/* What is asked for. */
struct wish {
	bool everybody; /* all users' sessions (root) */
	bool automatic; /* only where UpgradeSessions is yes */
	bool force;     /* also those that run the installed program already */
	bool json;
	uid_t policy_of; /* the user whose policy was looked at last … */
	bool policy;     /* … and what it says */
	bool policy_known;
};

struct tally {
	size_t upgraded, current, left, failed;
	char first[2 * TEXT_CAP]; /* AUTOMATIC: which one failed first, and why */
};

/* Why a session was not upgraded, after "session 3: ". */
static int
refused(const unsigned char *reply, size_t len, char why[TEXT_CAP])
{
	struct attach_refused no;

	if (attach_type_of(reply, len) == ATTACH_MSG_DONE)
		return 0;
	if (attach_type_of(reply, len) != ATTACH_MSG_ERROR || attach_decode_refused(&no, reply, len))
		snprintf(why, TEXT_CAP, "sent an answer that this version does not understand");
	else
		snprintf(why, TEXT_CAP, "%s", no.text);
	return -1;
}

/* Asks one keeper to go on in the installed program: 0; 1: the session has just ended; or -1 with the reason in WHY. */
static int
upgrade_one(uid_t uid, const struct attach_status *s, char why[TEXT_CAP])
{
	unsigned char msg[16], reply[1024];
	int len = attach_encode_plain(ATTACH_MSG_UPGRADE, msg, sizeof msg), fd, n;

	/* A connection makes the leader of a parked session try a keeper again, which is the installed program. */
	if (!s->version[0] && s->state != ATTACH_STATE_PARKED) {
		snprintf(why, TEXT_CAP, "%s", s->state == ATTACH_STATE_SILENT ? "does not answer"
		         : "runs a version that cannot be upgraded, and stays on it until it ends");
		return -1;
	}
	fd = session_connect(uid, s->id);
	n = fd < 0 ? fd : session_ask(fd, msg, (size_t)len, reply, sizeof reply, ASK_TIMEOUT_MS);
	if (fd >= 0)
		close(fd);
	if (n >= 0)
		return refused(reply, (size_t)n, why);
	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return 1;
	if (s->state == ATTACH_STATE_PARKED) {
		snprintf(why, TEXT_CAP, "is parked, and its next keeper has ended too; see the log of holdfastd");
		return -1;
	}
	snprintf(why, TEXT_CAP, "%s", fd < 0 ? "cannot be reached" : n == -EPIPE
	         ? "the installed program has ended while it took over; another keeper goes on" : "has not answered");
	return -1;
}

/* UpgradeSessions for the user of S; yes where the configuration cannot be used. */
static bool
is_wanted(struct wish *w, const struct sessionlist_session *s)
{
	struct config_subject who = { .address = "" };
	struct config_error e;
	struct config_policy p;
	const struct passwd *pw;
	char user[USER_CAP], **groups;

	if (w->policy_known && w->policy_of == s->uid)
		return w->policy;
	sessionlist_user_of(s, user);
	pw = getpwnam(user);
	groups = pw ? grouplist_names(user, pw->pw_gid) : NULL;
	who.user = user;
	who.groups = (const char *const *)groups;
	w->policy = !groups || config_load(PATH_CONFIG, &who, &p, &e) || p.upgrade_sessions;
	w->policy_of = s->uid;
	w->policy_known = true;
	if (groups)
		grouplist_free(groups);
	return w->policy;
}

static void
say_not_upgraded(const struct wish *w, const struct sessionlist_session *s, const char *why, struct tally *t)
{
	char user[USER_CAP], text[2 * TEXT_CAP];

	sessionlist_user_of(s, user);
	if (w->everybody)
		snprintf(text, sizeof text, "session %u of %s: %s", s->status.id, user, why);
	else
		snprintf(text, sizeof text, "session %u: %s", s->status.id, why);
	if (!w->automatic)
		ctl_error("%s", text);
	else if (!t->failed)
		memcpy(t->first, text, sizeof text);
}

/* One after the other, so that a host with many sessions is not busy with new programs all at once. */
static void
upgrade_all(struct wish *w, const struct sessionlist *a, struct tally *t)
{
	char why[TEXT_CAP];

	for (size_t i = 0; i < a->count; i++) {
		const struct sessionlist_session *s = &a->v[i];

		if (w->automatic && !is_wanted(w, s)) {
			t->left++;
		} else if (!w->force && programs_keeper(&s->status) == PROGRAMS_CURRENT) {
			t->current++;
		} else {
			int rc = upgrade_one(s->uid, &s->status, why);

			if (rc < 0)
				say_not_upgraded(w, s, why, t);
			t->failed += rc < 0;
			t->upgraded += !rc;
		}
	}
}

static void
report(const struct wish *w, const struct tally *t)
{
	struct json j;

	if (t->first[0])
		ctl_error("%zu %s on the program that %s; the first of them, %s", t->failed,
		          t->failed == 1 ? "session stays" : "sessions stay",
		          t->failed == 1 ? "it runs" : "they run", t->first);
	if (!w->json) {
		printf("upgraded %zu %s\n", t->upgraded, t->upgraded == 1 ? "session" : "sessions");
		return;
	}
	json_begin(&j, stdout);
	json_number(&j, "upgraded", t->upgraded);
	json_number(&j, "current", t->current);
	json_number(&j, "left", t->left);
	json_number(&j, "failed", t->failed);
	json_end(&j);
}

static int
run_many(struct wish *w)
{
	struct sessionlist a;
	struct tally t = {0};
	int rc = sessionlist_get(&a, w->everybody);

	if (rc)
		return rc;
	upgrade_all(w, &a, &t);
	sessionlist_free(&a);
	report(w, &t);
	return t.failed ? CTL_FAILED : CTL_OK;
}

static int
run_one(const struct wish *w, const char *word)
{
	struct attach_status s;
	char why[TEXT_CAP];
	int rc = ctl_target(word, &s);

	if (rc)
		return rc;
	if (!w->force && programs_keeper(&s) == PROGRAMS_CURRENT) {
		printf("session %u runs the installed program already\n", s.id);
		return CTL_OK;
	}
	rc = upgrade_one(ctl_uid(), &s, why);
	if (rc)
		ctl_error("session %u%s%s", s.id, rc > 0 ? " has just ended" : ": ", rc > 0 ? "" : why);
	return rc ? CTL_FAILED : CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' }, { "force", no_argument, NULL, 'f' },
		{ "automatic", no_argument, NULL, 'p' }, { "user", required_argument, NULL, 'u' },
		{ "own", no_argument, NULL, 'o' }, { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	struct wish w = { .everybody = false };
	bool many = false, user = false;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":afu:", options)) != -1) {
		if (opt == 'a')
			many = true;
		else if (opt == 'f')
			w.force = true;
		else if (opt == 'p')
			w.automatic = true;
		else if (opt == 'j')
			w.json = true;
		else if (opt == 'o')
			ctl_want_own();
		else if (opt != 'u')
			return ctl_bad_option(self, opt, argv);
		else if ((rc = ctl_user(optarg)))
			return rc;
		else
			user = true;
	}
	if (many && optind < argc)
		return ctl_usage(self, "unexpected argument \"%s\": with --all no session is named", argv[optind]);
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	if (!many && (w.json || w.automatic))
		return ctl_usage(self, "%s needs --all", w.json ? "--json" : "--automatic");
	w.everybody = many && !user && geteuid() == 0;
	return many ? run_many(&w) : run_one(&w, argv[optind]);
}

const struct ctl_command cmd_upgrade = {
	.name = "upgrade",
	.args = "[-a] [-f] [--automatic] [-u USER] [--own] [--json] [ID|NAME]",
	.summary = "Give sessions the installed program",
	.help = "The keeper of a session goes on in the program that is installed now; its shell and all that are\n"
	        "attached stay.  If the new program cannot take a session over, the session stays on the old one.\n"
	        "Without an argument: the session that you are in.\n"
	        "  -a, --all        all your sessions; as root those of all users\n"
	        "  -f, --force      also a session that runs the installed program already\n"
	        "  --automatic      with -a: only sessions of users with UpgradeSessions yes (holdfast.conf)\n"
	        "  -u, --user USER  sessions of USER, a name or a number (root)\n"
	        "  --own            with these two also sessions without root\n"
	        "  --json           with -a: print one JSON object\n",
	.run = run,
};
