/* SPDX-License-Identifier: MIT */
#include "remotely.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config_file.h"
#include "config_pool.h"
#include "ctl.h"
#include "elsewhere.h"
#include "grouplist.h"
#include "paths.h"
#include "quietly.h"
#include "remote.h"
#include "sessions.h"
#include "signals.h"

#define VARIABLE "HOLDFAST_NODE" /* which node the caller means */
#define SSH_FAILED 255
#define LIST_MS 500

/* ssh's words, and those for the other node's shell. */
static void
spell(const struct pool_entry *s, const char *const *words, const char *behind, const char *argv[])
{
	static char node[NODE_CAP + sizeof VARIABLE + 1], id[16];
	size_t n = 0;

	snprintf(node, sizeof node, VARIABLE "=%s", s->node);
	snprintf(id, sizeof id, "%u", s->id);
	argv[n++] = "ssh";
	n += quietly_put(argv + n, s->node);
	argv[n++] = "-aTx";
	argv[n++] = "-l";
	argv[n++] = s->user;
	argv[n++] = "--";
	argv[n++] = s->address;
	argv[n++] = "env";
	argv[n++] = node;
	argv[n++] = "holdfastctl";
	for (size_t i = 0; words[i] && i < REMOTELY_WORDS; i++)
		argv[n++] = words[i];
	argv[n++] = id;
	if (behind)
		argv[n++] = *behind ? behind : "''";
	argv[n] = NULL;
}

int
remotely_run(const struct pool_entry *s, const char *const *words, const char *behind)
{
	const char *argv[QUIETLY_WORDS + REMOTELY_WORDS + 16];
	int status = 0;
	pid_t pid;

	if (ctl_user_said()) {
		ctl_error("session %u of %s is on %s; run holdfastctl there", s->id, s->user, s->node);
		return CTL_FAILED;
	}
	spell(s, words, behind, argv);
	pid = fork();
	if (pid == 0) {
		signals_reset();
		execvp("ssh", (char *const *)argv);
		ctl_error("cannot run ssh: %s", strerror(errno));
		_exit(SSH_FAILED);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			pid = -1;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) != SSH_FAILED)
		return WEXITSTATUS(status);
	ctl_error("session %u is on %s, which cannot be reached from here", s->id, s->node);
	return CTL_FAILED;
}

/* Whether a session of this node has that number or name. */
static bool
is_here(const char *word)
{
	const struct attach_status *s;
	struct session_list list;
	int rc = session_list_get(ctl_uid(), LIST_MS, &list);

	if (rc < 0)
		return false;
	rc = session_list_find(&list, word, &s);
	session_list_free(&list);
	return rc != -ENOENT;
}

static int
look(const struct elsewhere *e, const char **word, struct pool_entry *s)
{
	const struct pool_entry *found;
	const char *rest;
	char node[NODE_CAP];
	int rc;

	rest = remote_split(*word, node);
	if (rest && node[0] && remote_is_here(&e->answer, node)) {
		*word = rest;
		return 0;
	}
	rc = elsewhere_find(e, *word, &found);
	if (rc == 0) {
		*s = *found;
		return 1;
	}
	if (rc == -ENOTUNIQ)
		ctl_error("several sessions are named %s; say the node too (holdfastctl ls shows them)", *word);
	else if (strchr(*word, ':'))
		ctl_error("no session %s, as far as this node knows; holdfastctl ls shows yours", *word);
	else
		return 0;
	return rc == -ENOTUNIQ ? -CTL_FAILED : -CTL_NO_SESSION;
}

/* A login of the caller's would not follow these, and neither does this command: none, where that can't be told. */
static void
leave_untrusted(struct pool_answer *a)
{
	const char *user = a->entry_count ? a->entries[0].user : "";
	const struct passwd *pw = *user ? getpwnam(user) : NULL;
	char **groups = pw ? grouplist_names(user, pw->pw_gid) : NULL;
	struct config_subject subject = { .user = user, .groups = (const char *const *)groups, .address = "" };
	struct config_policy policy;
	struct config_error error;
	bool known = groups && config_load(PATH_CONFIG, &subject, &policy, &error) == 0;

	if (a->entry_count)
		remote_trust(a, known && policy.pool.trust[0] ? policy.pool.trust : "!*");
	grouplist_free(groups);
}

int
remotely_find(const char **word, struct pool_entry *s)
{
	struct elsewhere e;
	int rc;

	/* What is on this node is so, and needs no question; and who has been sent here goes to no third node. */
	if (!*word || getenv(VARIABLE) || (!strchr(*word, ':') && is_here(*word)))
		return 0;
	elsewhere_get(&e);
	leave_untrusted(&e.answer);
	rc = look(&e, word, s);
	elsewhere_free(&e);
	return rc;
}

int
remotely_check(void)
{
	const struct config_subject subject = { .user = "", .address = "" };
	const char *meant = getenv(VARIABLE);
	struct config_policy policy;
	struct config_error error;
	char node[NODE_CAP] = "";

	if (!meant)
		return CTL_OK;
	if (config_load(PATH_CONFIG, &subject, &policy, &error) == 0)
		(void)config_pool_node(&policy.pool, node);
	if (strcmp(meant, node) == 0)
		return CTL_OK;
	ctl_error("this is not the node %s", meant);
	return CTL_FAILED;
}
