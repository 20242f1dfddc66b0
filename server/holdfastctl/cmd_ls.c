/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "sessionlist.h"
#include "ctl.h"
#include "elsewhere.h"
#include "lsjson.h"
#include "lsprint.h"

/* How many have no leader that would start another keeper: those without root, and those whose leader has died. */
static size_t
count_alone(const struct sessionlist *a)
{
	size_t alone = 0;

	for (size_t i = 0; i < a->count; i++) {
		uint32_t state = a->v[i].status.state;

		alone += !a->v[i].status.vouched && state != ATTACH_STATE_SILENT && state != ATTACH_STATE_PARKED;
	}
	return alone;
}

static void
print_people(const struct sessionlist *a, const struct lsprint *how)
{
	size_t parked = 0, alone = how->more ? count_alone(a) : 0;

	if (a->count || (how->elsewhere && how->elsewhere->count))
		lsprint_table(a, how);
	else
		fputs("no sessions\n", stderr);
	if (how->elsewhere)
		elsewhere_warn(how->elsewhere);
	for (size_t i = 0; i < a->count; i++)
		parked += a->v[i].status.state == ATTACH_STATE_PARKED;
	if (a->silent > parked)
		ctl_error("%zu %s not answer; holdfastctl kill -s KILL ends %s", a->silent - parked,
		          a->silent - parked == 1 ? "session does" : "sessions do",
		          a->silent - parked == 1 ? "it" : "them");
	if (parked)
		ctl_error("%zu %s parked: the shell runs on, but its keepers have died too often; the next login tries "
		          "again, and so does holdfastctl upgrade", parked, parked == 1 ? "session is" : "sessions are");
	if (alone)
		ctl_error("%zu %s no leader, which would start another keeper if the keeper died: such a session ends "
		          "with its keeper", alone, alone == 1 ? "session has" : "sessions have");
	if (a->hidden)
		ctl_error("%zu more %s held, but cannot be found where their users have them", a->hidden,
		          a->hidden == 1 ? "is" : "are");
}

struct options {
	struct lsprint how;
	bool json, everybody, local;
};

static int
take_option(const struct ctl_command *self, int opt, char **argv, struct options *o)
{
	const char *wrong;

	switch (opt) {
	case 'j':
		o->json = true;
		return CTL_OK;
	case 'a':
		o->everybody = o->how.user = true;
		return CTL_OK;
	case 'l':
		o->how.more = true;
		return CTL_OK;
	case 'L':
		o->local = true;
		return CTL_OK;
	case 'O':
		ctl_want_own();
		return CTL_OK;
	case 'o':
		wrong = lsprint_choose(&o->how, optarg);
		return wrong ? ctl_usage(self, "no column \"%s\": expected some of %s", wrong, lsprint_names()) : CTL_OK;
	case 'u':
		return ctl_user(optarg);
	default:
		return ctl_bad_option(self, opt, argv);
	}
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "all", no_argument, NULL, 'a' },
		{ "long", no_argument, NULL, 'l' }, { "own", no_argument, NULL, 'O' },
		{ "local", no_argument, NULL, 'L' },
		{ "columns", required_argument, NULL, 'o' }, { "user", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	struct elsewhere elsewhere = ELSEWHERE_NONE;
	struct options o = { .json = false };
	struct sessionlist a;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":alo:u:", options)) != -1)
		if ((rc = take_option(self, opt, argv, &o)))
			return rc;
	if ((rc = ctl_words(self, argc, argv, 0)))
		return rc;
	if (o.everybody && ctl_user_said())
		return ctl_usage(self, "--all and --user exclude each other");
	if (o.json && o.how.column_count)
		return ctl_usage(self, "--json prints all columns: leave -o out");
	rc = sessionlist_get(&a, o.everybody);
	if (rc)
		return rc;
	/* Those of all users the pool's directory does not tell. */
	if (!o.local && !o.everybody)
		elsewhere_get(&elsewhere);
	o.how.elsewhere = &elsewhere;
	if (o.json)
		lsjson_print(&a, &o.how);
	else
		print_people(&a, &o.how);
	elsewhere_free(&elsewhere);
	sessionlist_free(&a);
	return CTL_OK;
}

const struct ctl_command cmd_ls = {
	.name = "ls",
	.args = "[-l] [-a|-u USER] [--own] [--local] [-o LIST|--json]",
	.summary = "List held sessions",
	.help = "A star marks the session that you are in.  SINCE is the time since the state changed, OUTPUT the\n"
	        "amount of output since the session was dropped.\n"
	        "  -l, --long          with costs, ages, versions, what follows when, and a line for each that is attached\n"
	        "  -a, --all           sessions of all users (root)\n"
	        "  -u, --user USER     sessions of USER, a name or a number (root)\n"
	        "  --own               with these two also sessions without root, in the users' homes\n"
	        "  --local             only sessions of this host, where it belongs to a pool (holdfastctl pool)\n"
	        "  -o, --columns LIST  these columns: user, node, id, name, state, since, program, size, from, output, cpu,\n"
	        "                      memory, procs, age, expires, login, cgroup, version, leader\n"
	        "  --json              print one JSON object instead of a table; -l adds what takes time\n",
	.run = run,
};
