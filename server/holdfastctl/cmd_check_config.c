/* SPDX-License-Identifier: MIT */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_file.h"
#include "config_keyword.h"
#include "ctl.h"
#include "grouplist.h"
#include "json.h"
#include "match.h"
#include "paths.h"

#define MISTAKES_MAX 1000

/* The mistakes, in the order of the lines. */
struct mistakes {
	struct config_error *v; /* owned */
	size_t count, more;     /* those that are kept, and how many are not */
};

static void
add_mistake(void *arg, const struct config_error *e)
{
	struct mistakes *m = arg;
	struct config_error *more = m->count < MISTAKES_MAX ? reallocarray(m->v, m->count + 1, sizeof *more) : NULL;

	if (!more) {
		m->more++;
		return;
	}
	m->v = more;
	m->v[m->count++] = *e;
}

static void
print_policy(const struct config_policy *p)
{
	char value[CONFIG_VALUE_CAP];
	const struct config_keyword *k;

	for (size_t i = 0; (k = config_keyword(i)); i++) {
		config_keyword_put(k, p, value);
		printf("%s %s\n", k->name, value);
	}
}

static void
print_mistakes(const struct mistakes *m)
{
	for (size_t i = 0; i < m->count; i++)
		ctl_error("%s%s", m->v[i].harmless ? "note: " : "", m->v[i].text);
	if (m->more)
		ctl_error("%zu more mistakes", m->more);
}

static void
json_policy(struct json *j, const struct config_policy *p)
{
	char value[CONFIG_VALUE_CAP];
	const struct config_keyword *k;

	json_open(j, "policy", '{');
	for (size_t i = 0; (k = config_keyword(i)); i++) {
		config_keyword_put(k, p, value);
		json_string(j, k->name, value);
	}
	json_close(j, '}');
}

/* The mistakes, or what is HARMLESS. */
static void
json_mistakes(struct json *j, const char *key, const struct mistakes *m, bool harmless)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < m->count; i++) {
		if (m->v[i].harmless != harmless)
			continue;
		json_open(j, NULL, '{');
		if (m->v[i].line)
			json_number(j, "line", m->v[i].line);
		json_string(j, "text", m->v[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static const char *
first_mistake(const struct mistakes *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (!m->v[i].harmless)
			return m->v[i].text;
	return "too many mistakes";
}

static void
print_json(const struct config_subject *who, const struct config_policy *p, int rc, const struct mistakes *m)
{
	struct json j;

	json_begin(&j, stdout);
	json_bool(&j, "valid", rc == 0);
	json_string(&j, "user", who->user);
	json_string(&j, "address", who->address);
	if (rc) {
		json_string(&j, "error", first_mistake(m));
		json_mistakes(&j, "errors", m, false);
	} else {
		json_policy(&j, p);
	}
	json_mistakes(&j, "notes", m, true);
	json_end(&j);
}

/* A draft may have any owner; holdfast.conf itself may not. */
static int
show(const char *file, const struct config_subject *who, bool json)
{
	struct mistakes m = { NULL, 0, 0 };
	struct config_policy p;
	int rc = config_check_file(file ? file : PATH_CONFIG, file != NULL, who, &p, add_mistake, &m);

	if (json)
		print_json(who, &p, rc, &m);
	else
		print_mistakes(&m);
	if (!json && !rc)
		print_policy(&p);
	free(m.v);
	return rc ? CTL_FAILED : CTL_OK;
}

static int
check(const char *file, struct config_subject *who, bool json)
{
	const struct passwd *pw = who->user ? getpwnam(who->user) : getpwuid(getuid());
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
	rc = show(file, who, json);
	grouplist_free(groups);
	return rc;
}

/* A login comes from one numeric address. */
static bool
is_address(const char *text)
{
	return !text[strcspn(text, "*?/")] && !match_address_wrong(text);
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
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":f:u:a:k:", options)) != -1) {
		switch (opt) {
		case 'f':
			file = optarg;
			break;
		case 'u':
			who.user = optarg;
			break;
		case 'a':
			if (!is_address(optarg))
				return ctl_usage(self, "\"%s\" is no address; expected a numeric one", optarg);
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
	if ((rc = ctl_words(self, argc, argv, 0)))
		return rc;
	return check(file, &who, json);
}

const struct ctl_command cmd_check_config = {
	.name = "check-config",
	.args = "[-f FILE] [-u USER] [-a ADDRESS] [-k KEY] [--json]",
	.summary = "Check holdfast.conf and show its values",
	.help = "Prints the values for a login of yours, in the form of holdfast.conf(5).  If the file has\n"
	        "mistakes, each is printed with its line, and the status is 1.\n"
	        "  -f, --file FILE        check another file, with any owner\n"
	        "  -u, --user USER        for a login of USER\n"
	        "  -a, --address ADDRESS  ... from ADDRESS\n"
	        "  -k, --key KEY          ... with this key: SHA256:... or a certificate's key id\n"
	        "  --json                 print one JSON object\n",
	.run = run,
};
