/* SPDX-License-Identifier: MIT */
#include "ctl.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "clock.h"
#include "helptext.h"
#include "log.h"
#include "nearest.h"
#include "paths.h"
#include "silent.h"

#define LIST_TIMEOUT_MS 2000
#define WHO_TIMEOUT_MS 500 /* for the leaders of those that are silent */
#define ASK_TIMEOUT_MS 5000

/* COMMAND is " NAME" or "". */
static void __attribute__((format(printf, 2, 0)))
error_v(const char *command, const char *fmt, va_list ap)
{
	char line[1024], safe[4 * sizeof line];

	vsnprintf(line, sizeof line, fmt, ap);
	log_escape(safe, sizeof safe, line);
	fprintf(stderr, "holdfastctl%s: %s\n", command, safe);
}

void
ctl_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_v("", fmt, ap);
	va_end(ap);
}

static void
print_usage(FILE *f, const struct ctl_command *c)
{
	fprintf(f, "usage: holdfastctl %s%s%s\n", c->name, *c->args ? " " : "", c->args);
}

int
ctl_usage(const struct ctl_command *c, const char *fmt, ...)
{
	char command[32];
	va_list ap;

	snprintf(command, sizeof command, " %s", c->name);
	va_start(ap, fmt);
	error_v(command, fmt, ap);
	va_end(ap);
	print_usage(stderr, c);
	return CTL_USAGE;
}

/* The long options of the last call of ctl_getopt. */
static const struct option *longs_asked;

int
ctl_getopt(int argc, char **argv, const char *shorts, const struct option *longs)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };

	longs_asked = longs ? longs : none;
	return getopt_long(argc, argv, shorts, longs_asked, NULL);
}

/* Whether WORD, "--json=x", gives a value to the option of the value OPT, which takes none. */
static bool
gives_needless_value(const char *word, int opt)
{
	size_t len = strcspn(word, "=");

	for (const struct option *o = longs_asked; o && o->name && len > 2 && word[len]; o++)
		if (strncmp(o->name, word + 2, len - 2) == 0 && o->has_arg == no_argument && o->val == opt)
			return true;
	return false;
}

/* How many options begin with WORD, "--o", and a list of them in OUT. */
static size_t
beginning_with(const char *word, char *out, size_t cap)
{
	size_t count = 0, at = 0;

	for (const struct option *o = longs_asked; o && o->name; o++) {
		if (strncmp(o->name, word + 2, strlen(word + 2)) != 0)
			continue;
		at += (size_t)snprintf(out + at, cap - at, "%s--%s", count++ ? ", " : "", o->name);
		if (at >= cap)
			break;
	}
	return count;
}

static int
unknown_long(const struct ctl_command *c, const char *word)
{
	const char *at = c->help;
	char list[256] = "", hint[NEAREST_HINT_CAP], name[NEAREST_WORD_MAX + 1];
	struct helptext_option o;
	struct nearest n;

	if (!strchr(word, '=') && beginning_with(word, list, sizeof list) > 1)
		return ctl_usage(c, "option %s can be any of %s", word, list);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
	nearest_begin(&n, name);
	nearest_offer(&n, "--help");
	while (helptext_next(&at, &o))
		nearest_offer(&n, o.name);
	nearest_hint(&n, hint);
	return ctl_usage(c, "no option %s%s", word, hint);
}

/* The option NAME of the help ("-u" or "--user") wants a value: which one. */
static const char *
value_of(const struct ctl_command *c, const char *name, struct helptext_option *o)
{
	const char *at = c->help;

	while (helptext_next(&at, o))
		if (strcmp(o->name, name) == 0 || (name[1] == o->letter && !name[2]))
			return o->value;
	return "";
}

static int
lacks_value(const struct ctl_command *c, const char *name)
{
	struct helptext_option o;
	const char *value = value_of(c, name, &o);

	return *value ? ctl_usage(c, "option %s needs a value: %s %s", name, name, value)
	              : ctl_usage(c, "option %s needs a value", name);
}

int
ctl_bad_option(const struct ctl_command *c, int opt, char **argv)
{
	const char *word = argv[optind > 0 ? optind - 1 : 0];
	bool is_long = strncmp(word, "--", 2) == 0;
	char letter[3] = { '-', (char)optopt, '\0' };

	/* optopt is 0 for a long option that getopt does not know. */
	if (optopt == 'h' || (!optopt && strcmp(word, "--help") == 0)) {
		ctl_help(c);
		exit(fflush(stdout) ? CTL_FAILED : CTL_OK);
	}
	if (opt == ':')
		return lacks_value(c, is_long ? word : letter);
	if (!optopt)
		return unknown_long(c, word);
	if (is_long && gives_needless_value(word, optopt))
		return ctl_usage(c, "option %.*s takes no value, found \"%s\"", (int)strcspn(word, "="), word,
		                 strchr(word, '=') + 1);
	return ctl_usage(c, "no option %s", letter);
}

int
ctl_words(const struct ctl_command *c, int argc, char **argv, int max)
{
	if (argc - optind <= max)
		return CTL_OK;
	return ctl_usage(c, "unexpected argument \"%s\": %s takes %s", argv[optind + max], c->name,
	                 max == 0 ? "none" : max == 1 ? "one at most" : "two at most");
}

int
ctl_help(const struct ctl_command *c)
{
	print_usage(stdout, c);
	printf("%s.\n%s%s", c->summary, *c->help ? "\n" : "", c->help);
	return CTL_OK;
}

uint32_t
ctl_own_session(void)
{
	return attach_id(getenv("HOLDFAST_SESSION"));
}

bool
ctl_inside(const struct session_list *list)
{
	uint32_t own = ctl_own_session();

	for (size_t i = 0; own && i < list->count; i++)
		if (list->v[i].id == own)
			return true;
	return false;
}

static uid_t other_uid;
static bool is_other;

uid_t
ctl_uid(void)
{
	return is_other ? other_uid : getuid();
}

bool
ctl_user_said(void)
{
	return is_other;
}

int
ctl_switched_on(void)
{
	if (access(PATH_DISABLED, F_OK) != 0)
		return CTL_OK;
	ctl_error("holdfast is switched off on this host (%s exists)", PATH_DISABLED);
	return CTL_FAILED;
}

int
ctl_root_only(const char *what)
{
	if (geteuid() == 0)
		return CTL_OK;
	ctl_error("%s is for root", what);
	return CTL_FAILED;
}

static bool want_own;

void
ctl_want_own(void)
{
	want_own = true;
}

bool
ctl_wants_own(void)
{
	return want_own;
}

/* A removed user still has a number. */
static bool
is_uid(const char *text, uid_t *uid)
{
	char *end;
	unsigned long long n;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	/* The last number means "none" to the kernel. */
	if (errno || *end || n >= UINT32_MAX)
		return false;
	*uid = (uid_t)n;
	return true;
}

int
ctl_user(const char *user)
{
	const struct passwd *pw = getpwnam(user);
	uid_t uid;

	if (pw) {
		uid = pw->pw_uid;
	} else if (!is_uid(user, &uid)) {
		ctl_error("no user %s", user);
		return CTL_USAGE;
	}
	if (uid != getuid() && geteuid() != 0) {
		ctl_error("the sessions of another user are for root");
		return CTL_FAILED;
	}
	other_uid = uid;
	is_other = true;
	return CTL_OK;
}

int
ctl_list(struct session_list *list)
{
	uint64_t deadline = clock_now_ms() + LIST_TIMEOUT_MS;
	struct session_asking a;
	int rc;

	session_list_ask(&a, ctl_uid(), want_own || ctl_uid() == geteuid());
	rc = session_list_take(&a, deadline, list);
	if (!rc && (rc = silent_add(list, ctl_uid(), WHO_TIMEOUT_MS)))
		session_list_free(list);
	if (!rc)
		return CTL_OK;
	ctl_error("cannot list your sessions: %s", strerror(-rc));
	return CTL_FAILED;
}

int
ctl_find(const struct session_list *list, const char *word, const struct attach_status **found)
{
	const char *quoted = *word ? word : "\"\"";
	char hint[NEAREST_HINT_CAP];
	struct nearest near;
	int rc = session_list_find(list, word, found);

	if (!rc)
		return CTL_OK;
	if (rc == -ENOTUNIQ) {
		ctl_error("two sessions are named %s; use the id that holdfastctl ls shows", word);
		return CTL_FAILED;
	}
	nearest_begin(&near, word);
	for (size_t i = 0; i < list->count; i++)
		nearest_offer(&near, list->v[i].name);
	nearest_hint(&near, hint);
	if (silent_nameless(list))
		ctl_error("no session %s among those with known names; holdfastctl ls shows all", quoted);
	else
		ctl_error("no session %s%s", quoted, hint[0] ? hint : "; holdfastctl ls shows yours");
	return CTL_NO_SESSION;
}

int
ctl_target_in(const struct session_list *list, const char *word, const struct attach_status **found)
{
	char own[16];

	if (word)
		return ctl_find(list, word, found);
	if (!ctl_own_session() || is_other) {
		ctl_error("not in a held shell; name a session (holdfastctl ls shows yours)");
		return CTL_USAGE;
	}
	snprintf(own, sizeof own, "%u", ctl_own_session());
	return ctl_find(list, own, found);
}

int
ctl_target(const char *word, struct attach_status *found)
{
	const struct attach_status *s;
	struct session_list list;
	int rc = ctl_list(&list);

	if (rc)
		return rc;
	rc = ctl_target_in(&list, word, &s);
	if (!rc)
		*found = *s;
	session_list_free(&list);
	return rc;
}

int
ctl_connect(uint32_t id, int *fd)
{
	int rc = session_connect(ctl_uid(), id);

	if (rc >= 0) {
		*fd = rc;
		return CTL_OK;
	}
	if (rc == -ENOENT || rc == -ECONNREFUSED) {
		ctl_error("no session %u; holdfastctl ls shows yours", id);
		return CTL_NO_SESSION;
	}
	ctl_error("cannot reach session %u: %s", id, strerror(-rc));
	return CTL_FAILED;
}

int
ctl_ask(int fd, uint32_t id, const void *msg, int len, int want, void *reply, size_t cap, size_t *reply_len)
{
	struct attach_refused no;
	int n = len < 0 ? len : session_ask(fd, msg, (size_t)len, reply, cap, ASK_TIMEOUT_MS), type;

	if (n < 0) {
		ctl_error(n == -ETIMEDOUT ? "session %u does not answer" :
		          n == -EPIPE ? "session %u has just ended" : "cannot talk to session %u", id);
		return CTL_FAILED;
	}
	type = attach_type_of(reply, (size_t)n);
	if (type == want) {
		*reply_len = (size_t)n;
		return CTL_OK;
	}
	if ((type == ATTACH_MSG_ERROR || type == ATTACH_MSG_REFUSED) && !attach_decode_refused(&no, reply, (size_t)n))
		ctl_error("session %u: %s", id, *no.text ? no.text : "refused");
	else
		ctl_error("session %u sent an answer that this version does not understand", id);
	return CTL_FAILED;
}

int
ctl_do(uint32_t id, const void *msg, int len)
{
	unsigned char reply[1024];
	size_t n;
	int fd, rc = ctl_connect(id, &fd);

	if (rc)
		return rc;
	rc = ctl_ask(fd, id, msg, len, ATTACH_MSG_DONE, reply, sizeof reply, &n);
	close(fd);
	return rc;
}

int
ctl_switch(const char *target)
{
	struct attach_detached m = { .reason = ATTACH_WHY_SWITCH };
	unsigned char msg[128];

	snprintf(m.target, sizeof m.target, "%s", target);
	return ctl_do(ctl_own_session(), msg, attach_encode_detached(ATTACH_MSG_SWITCH, &m, msg, sizeof msg));
}
