/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_file.h"
#include "ctl.h"
#include "grouplist.h"
#include "hostfile.h"
#include "json.h"
#include "paths.h"

#define VALUE_CAP (CONFIG_ACCEPT_CAP + 16)

/* "90s", "7d": the largest unit that says it exactly. */
static void
put_time(char out[VALUE_CAP], uint64_t seconds)
{
	static const struct { uint64_t seconds; char unit; } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (seconds && seconds % units[i].seconds == 0) {
			snprintf(out, VALUE_CAP, "%" PRIu64 "%c", seconds / units[i].seconds, units[i].unit);
			return;
		}
	snprintf(out, VALUE_CAP, "%" PRIu64 "s", seconds);
}

static void
put_time_or_none(char out[VALUE_CAP], uint32_t seconds)
{
	if (seconds == CONFIG_NONE)
		snprintf(out, VALUE_CAP, "none");
	else
		put_time(out, seconds);
}

static const char *
yes_no(bool b)
{
	return b ? "yes" : "no";
}

static void
put_size(char out[VALUE_CAP], uint64_t bytes)
{
	if (bytes % 1048576 == 0)
		snprintf(out, VALUE_CAP, "%" PRIu64 "M", bytes / 1048576);
	else
		snprintf(out, VALUE_CAP, "%" PRIu64 "K", bytes / 1024);
}

static void
put_enable(char out[VALUE_CAP], const struct config_policy *p)
{
	snprintf(out, VALUE_CAP, "%s", yes_no(p->enable));
}

static void
put_max_sessions(char out[VALUE_CAP], const struct config_policy *p)
{
	snprintf(out, VALUE_CAP, "%u", (unsigned)p->max_sessions);
}

static void
put_max_total(char out[VALUE_CAP], const struct config_policy *p)
{
	if (p->max_total == CONFIG_NONE)
		snprintf(out, VALUE_CAP, "none");
	else
		snprintf(out, VALUE_CAP, "%u", (unsigned)p->max_total);
}

static void
put_detached(char out[VALUE_CAP], const struct config_policy *p)
{
	put_time_or_none(out, p->detached_s);
}

static void
put_idle(char out[VALUE_CAP], const struct config_policy *p)
{
	put_time_or_none(out, p->idle_shell_s);
}

static void
put_idle_detach(char out[VALUE_CAP], const struct config_policy *p)
{
	put_time_or_none(out, p->idle_detach_s);
}

static void
put_keep_text(char out[VALUE_CAP], const struct config_policy *p)
{
	static const char *const words[] = { "none", "screen", "scrollback" };

	snprintf(out, VALUE_CAP, "%s", words[p->keep_text]);
}

static void
put_elevated(char out[VALUE_CAP], const struct config_policy *p)
{
	put_time_or_none(out, p->elevated_s);
}

static void
put_login(char out[VALUE_CAP], const struct config_policy *p)
{
	put_time(out, p->login_timeout_ms / 1000);
}

static void
put_stall(char out[VALUE_CAP], const struct config_policy *p)
{
	put_time(out, p->stall_timeout_ms / 1000);
}

static void
put_ring(char out[VALUE_CAP], const struct config_policy *p)
{
	put_size(out, p->ring_bytes);
}

static void
put_input(char out[VALUE_CAP], const struct config_policy *p)
{
	put_size(out, p->input_bytes);
}

static void
put_match_key(char out[VALUE_CAP], const struct config_policy *p)
{
	snprintf(out, VALUE_CAP, "%s", yes_no(p->match_key));
}

static void
put_take_over(char out[VALUE_CAP], const struct config_policy *p)
{
	snprintf(out, VALUE_CAP, "%s", p->take_over == CONFIG_TAKE_ASK ? "ask" : yes_no(p->take_over));
}

static void
put_list(char out[VALUE_CAP], const char *list)
{
	snprintf(out, VALUE_CAP, "%s", list[0] ? list : "none");
	for (char *c = out; *c; c++)
		if (*c == ',')
			*c = ' ';
}

static void
put_accept(char out[VALUE_CAP], const struct config_policy *p)
{
	put_list(out, p->accept_env);
}

static void
put_pam_service(char out[VALUE_CAP], const struct config_policy *p)
{
	snprintf(out, VALUE_CAP, "%s", p->pam_service[0] ? p->pam_service : "none");
}

static void
put_pam_skip(char out[VALUE_CAP], const struct config_policy *p)
{
	put_list(out, p->pam_skip);
}

static void
put_upgrade(char out[VALUE_CAP], const struct config_policy *p)
{
	snprintf(out, VALUE_CAP, "%s", yes_no(p->upgrade_sessions));
}

/* As they stand in holdfast.conf(5). */
static const struct {
	const char *keyword;
	void (*put)(char out[VALUE_CAP], const struct config_policy *p);
} rows[] = {
	{ "Enable", put_enable },
	{ "MaxSessions", put_max_sessions },
	{ "MaxSessionsTotal", put_max_total },
	{ "DetachedTimeout", put_detached },
	{ "IdleShellTimeout", put_idle },
	{ "IdleDetach", put_idle_detach },
	{ "KeepText", put_keep_text },
	{ "ElevatedTimeout", put_elevated },
	{ "LoginTimeout", put_login },
	{ "StallTimeout", put_stall },
	{ "RingSize", put_ring },
	{ "InputMemory", put_input },
	{ "MatchKey", put_match_key },
	{ "TakeOver", put_take_over },
	{ "AcceptEnv", put_accept },
	{ "PamService", put_pam_service },
	{ "PamSkip", put_pam_skip },
	{ "UpgradeSessions", put_upgrade },
};

#define ROWS (sizeof rows / sizeof *rows)

static void
print_policy(const struct config_policy *p)
{
	char value[VALUE_CAP];

	for (size_t i = 0; i < ROWS; i++) {
		rows[i].put(value, p);
		printf("%s %s\n", rows[i].keyword, value);
	}
}

static void
print_json(const struct config_subject *who, const struct config_policy *p, int rc, const struct config_error *e)
{
	char value[VALUE_CAP];
	struct json j;

	json_init(&j, stdout);
	json_open(&j, NULL, '{');
	json_bool(&j, "valid", rc == 0);
	json_string(&j, "user", who->user);
	json_string(&j, "address", who->address);
	if (rc)
		json_string(&j, "error", e->text);
	else
		json_open(&j, "policy", '{');
	for (size_t i = 0; !rc && i < ROWS; i++) {
		rows[i].put(value, p);
		json_string(&j, rows[i].keyword, value);
	}
	if (!rc)
		json_close(&j, '}');
	json_close(&j, '}');
	putchar('\n');
}

/* A draft may have any owner; holdfast.conf itself may not. */
static int
load(const char *file, const struct config_subject *who, struct config_policy *p, struct config_error *e)
{
	size_t len;
	char *text;
	int rc;

	if (!file)
		return config_load(PATH_CONFIG, who, p, e);
	rc = hostfile_read(file, &text, &len);
	if (rc) {
		snprintf(e->text, sizeof e->text, "%.200s: %s", file, strerror(-rc));
		return rc;
	}
	rc = config_parse(file, text, len, who, p, e);
	free(text);
	return rc;
}

static int
check(const char *file, struct config_subject *who, bool json)
{
	const struct passwd *pw = who->user ? getpwnam(who->user) : getpwuid(getuid());
	struct config_error e = { "" };
	struct config_policy p;
	char **groups;
	int rc;

	if (!pw) {
		ctl_error("no user %s", who->user ? who->user : "with this number");
		return CTL_USAGE;
	}
	who->user = pw->pw_name;
	groups = grouplist_names(pw->pw_name, pw->pw_gid);
	if (!groups) {
		ctl_error("cannot look up the groups of %s", who->user);
		return CTL_FAILED;
	}
	who->groups = (const char *const *)groups;
	rc = load(file, who, &p, &e);
	if (json)
		print_json(who, &p, rc, &e);
	else if (rc)
		ctl_error("%s", e.text);
	else
		print_policy(&p);
	grouplist_free(groups);
	return rc ? CTL_FAILED : CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' }, { "user", required_argument, NULL, 'u' },
		{ "address", required_argument, NULL, 'a' }, { "key", required_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	const char *keys[2] = { NULL, NULL }, *file = NULL;
	struct config_subject who = { .user = NULL, .address = "", .keys = keys };
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "+:f:u:a:k:", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			file = optarg;
			break;
		case 'u':
			who.user = optarg;
			break;
		case 'a':
			who.address = optarg;
			break;
		case 'k':
			keys[0] = optarg;
			break;
		case 'j':
			json = true;
			break;
		default:
			return ctl_bad_option(self, opt, argv);
		}
	}
	if (optind != argc)
		return ctl_usage(self, "check-config takes no argument");
	return check(file, &who, json);
}

const struct ctl_command cmd_check_config = {
	.name = "check-config",
	.args = "[-f FILE] [-u USER] [-a ADDRESS] [-k KEY] [--json]",
	.summary = "Check holdfast.conf and show its values",
	.help = "Prints the values for a login of yours, in the form of holdfast.conf(5).  The status is 1 if the\n"
	        "file has a mistake.\n"
	        "  -f, --file FILE        check another file, with any owner\n"
	        "  -u, --user USER        for a login of USER\n"
	        "  -a, --address ADDRESS  ... from ADDRESS\n"
	        "  -k, --key KEY          ... with this key: SHA256:... or a certificate's key id\n"
	        "  --json                 print one JSON object\n",
	.run = run,
};
