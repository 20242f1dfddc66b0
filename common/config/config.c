/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config_match.h"
#include "config_number.h"
#include "match.h"

#define LINE_MAX_BYTES 4096
#define BLANKS " \t\r"
#define TEN_YEARS (3650u * 24 * 60 * 60)

/* One reading of a text. */
struct parse {
	const char *name;
	unsigned line;
	const struct config_subject *subject;
	struct config_policy policy;
	unsigned seen;  /* a bit for each keyword that has its value */
	bool active;    /* the lines here are for SUBJECT: outside of Match, or it matches */
	struct config_error *e;
};

/* Fills in the error: after KEYWORD, WHAT was expected and FOUND was there (NULL: the end of the line). */
static int
expected(struct parse *c, const char *keyword, const char *what, const char *found)
{
	if (found)
		snprintf(c->e->text, sizeof c->e->text, "%.200s:%u: %.64s: expected %s, found \"%.64s\"", c->name,
		         c->line, keyword, what, found);
	else
		snprintf(c->e->text, sizeof c->e->text, "%.200s:%u: %.64s: expected %s", c->name, c->line, keyword,
		         what);
	return -EBADMSG;
}

/*
 * Takes the next word off *P and ends it with a NUL; "…" may hold blanks, "#" begins a comment.
 * 1, 0 when there is none, or -EBADMSG for a quote that is not closed or has something sticking to it.
 */
static int
next_word(char **p, char **word)
{
	char *s = *p + strspn(*p, BLANKS), *end;

	*word = NULL;
	*p = s;
	if (!*s || *s == '#')
		return 0;
	if (*s == '"') {
		end = strchr(++s, '"');
		if (!end || (end[1] && !strchr(BLANKS, end[1])))
			return -EBADMSG;
	} else {
		end = s + strcspn(s, BLANKS "\"");
		if (*end == '"')
			return -EBADMSG;
	}
	*p = *end ? end + 1 : end;
	*end = '\0';
	*word = s;
	return 1;
}

static int
read_yes_no(const char *s, bool *v)
{
	if (strcasecmp(s, "yes") == 0)
		*v = true;
	else if (strcasecmp(s, "no") == 0)
		*v = false;
	else
		return -EBADMSG;
	return 0;
}

/* From one to MAX seconds, in milliseconds. */
static int
read_time(const char *s, uint64_t max, uint32_t *ms)
{
	uint64_t total;

	if (config_seconds(s, max, &total) || !total)
		return -EBADMSG;
	*ms = (uint32_t)(total * 1000);
	return 0;
}

/* "none", or from MIN seconds to ten years, in seconds. */
static int
read_time_or_none(const char *s, uint64_t min, uint32_t *seconds)
{
	uint64_t total;

	if (strcasecmp(s, "none") == 0) {
		*seconds = CONFIG_NONE;
		return 0;
	}
	if (config_seconds(s, TEN_YEARS, &total) || total < min)
		return -EBADMSG;
	*seconds = (uint32_t)total;
	return 0;
}

/* "65536", "64K", "1M", "1G": bytes. */
static int
read_size(const char *s, uint64_t *bytes)
{
	static const char units[] = "kmg";
	const char *unit;
	uint64_t n;

	if (config_number(&s, UINT32_MAX, &n))
		return -EBADMSG;
	if (*s) {
		unit = strchr(units, *s | 0x20);
		if (!unit || !*unit || s[1])
			return -EBADMSG;
		n <<= 10 * (unit - units + 1);
	}
	*bytes = n;
	return 0;
}

static int
set_enable(struct config_policy *p, const char *value)
{
	return read_yes_no(value, &p->enable);
}

static int
set_max_sessions(struct config_policy *p, const char *value)
{
	uint64_t v;

	if (config_number(&value, 10000, &v) || *value)
		return -EBADMSG;
	p->max_sessions = (uint32_t)v;
	return 0;
}

static int
set_login_timeout(struct config_policy *p, const char *value)
{
	return read_time(value, 600, &p->login_timeout_ms);
}

static int
set_stall_timeout(struct config_policy *p, const char *value)
{
	return read_time(value, 86400, &p->stall_timeout_ms);
}

static int
set_ring_size(struct config_policy *p, const char *value)
{
	uint64_t wanted, power = 65536;

	if (read_size(value, &wanted) || wanted < 65536 || wanted > 64 * 1024 * 1024)
		return -EBADMSG;
	while (power < wanted)
		power *= 2;
	p->ring_bytes = power;
	return 0;
}

static int
set_input_memory(struct config_policy *p, const char *value)
{
	uint64_t wanted;

	if (read_size(value, &wanted) || wanted < 65536 || wanted > 1024 * 1024 * 1024)
		return -EBADMSG;
	p->input_bytes = wanted;
	return 0;
}

static int
set_max_total(struct config_policy *p, const char *value)
{
	uint64_t v = CONFIG_NONE;

	if (strcasecmp(value, "none") != 0 && (config_number(&value, 1000000, &v) || *value))
		return -EBADMSG;
	p->max_total = (uint32_t)v;
	return 0;
}

static int
set_detached_timeout(struct config_policy *p, const char *value)
{
	return read_time_or_none(value, 1, &p->detached_s);
}

static int
set_idle_shell_timeout(struct config_policy *p, const char *value)
{
	return read_time_or_none(value, 1, &p->idle_shell_s);
}

static int
set_keep_text(struct config_policy *p, const char *value)
{
	static const char *const words[] = { "none", "screen", "scrollback" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(value, words[i]) == 0) {
			p->keep_text = (enum config_keep_text)i;
			return 0;
		}
	return -EINVAL;
}

static int
set_idle_detach(struct config_policy *p, const char *value)
{
	return read_time_or_none(value, 1, &p->idle_detach_s);
}

static int
set_elevated_timeout(struct config_policy *p, const char *value)
{
	return read_time_or_none(value, 0, &p->elevated_s);
}

static int
set_match_key(struct config_policy *p, const char *value)
{
	return read_yes_no(value, &p->match_key);
}

static int
set_take_over(struct config_policy *p, const char *value)
{
	bool yes;

	if (strcasecmp(value, "ask") == 0)
		p->take_over = CONFIG_TAKE_ASK;
	else if (read_yes_no(value, &yes) == 0)
		p->take_over = yes ? CONFIG_TAKE_YES : CONFIG_TAKE_NO;
	else
		return -EBADMSG;
	return 0;
}

/* LIST of CAP bytes grows by VALUE.  "none" is an empty list and stands alone. */
static int
add_pattern(char *list, size_t cap, const char *value)
{
	size_t len = strlen(list);

	if (strcasecmp(value, "none") == 0)
		return len ? -EBADMSG : 0;
	if (!match_list_ok(value) || len + strlen(value) + 2 > cap)
		return -EBADMSG;
	snprintf(list + len, cap - len, "%s%s", len ? "," : "", value);
	return 0;
}

static int
set_accept_env(struct config_policy *p, const char *value)
{
	return strchr(value, '=') ? -EBADMSG : add_pattern(p->accept_env, sizeof p->accept_env, value);
}

static int
set_pam_skip(struct config_policy *p, const char *value)
{
	return strchr(value, '/') ? -EBADMSG : add_pattern(p->pam_skip, sizeof p->pam_skip, value);
}

static int
set_pam_service(struct config_policy *p, const char *value)
{
	size_t len = strlen(value);

	if (strcasecmp(value, "none") == 0)
		len = 0;
	else if (!len || len >= sizeof p->pam_service || value[0] == '.' || strcmp(value, "other") == 0 ||
	         strspn(value, CONFIG_SERVICE_CHARS) != len)
		return -EBADMSG;
	memcpy(p->pam_service, value, len);
	p->pam_service[len] = '\0';
	return 0;
}

static int
set_scrollback(struct config_policy *p, const char *value)
{
	uint64_t v;

	if (config_number(&value, CONFIG_SCROLLBACK_MAX, &v) || *value)
		return -EBADMSG;
	p->scrollback = (uint32_t)v;
	return 0;
}

static int
set_banner(struct config_policy *p, const char *value)
{
	return read_yes_no(value, &p->banner);
}

static int
set_upgrade_sessions(struct config_policy *p, const char *value)
{
	return read_yes_no(value, &p->upgrade_sessions);
}

static const struct keyword {
	const char *name;
	int (*set)(struct config_policy *p, const char *value);
	const char *expected;
} keywords[] = {
	{ "Enable", set_enable, "yes or no" },
	{ "MaxSessions", set_max_sessions, "a number from 0 to 10000" },
	{ "LoginTimeout", set_login_timeout, "a time from 1s to 10m" },
	{ "StallTimeout", set_stall_timeout, "a time from 1s to 1d" },
	{ "RingSize", set_ring_size, "a size from 64K to 64M" },
	{ "InputMemory", set_input_memory, "a size from 64K to 1G" },
	{ "MaxSessionsTotal", set_max_total, "none or a number from 0 to 1000000" },
	{ "DetachedTimeout", set_detached_timeout, "none or a time from 1s to 10 years" },
	{ "IdleShellTimeout", set_idle_shell_timeout, "none or a time from 1s to 10 years" },
	{ "IdleDetach", set_idle_detach, "none or a time from 1s to 10 years" },
	{ "KeepText", set_keep_text, "none, screen or scrollback" },
	{ "ElevatedTimeout", set_elevated_timeout, "none or a time from 0 to 10 years" },
	{ "MatchKey", set_match_key, "yes or no" },
	{ "TakeOver", set_take_over, "yes, no or ask" },
	{ "AcceptEnv", set_accept_env, "names of variables or patterns, or none" },
	{ "PamService", set_pam_service, "none or the name of a PAM service, in lower case" },
	{ "PamSkip", set_pam_skip, "names of PAM modules or patterns, or none" },
	{ "Scrollback", set_scrollback, "a number from 0 to 100000" },
	{ "Banner", set_banner, "yes or no" },
	{ "UpgradeSessions", set_upgrade_sessions, "yes or no" },
};

/* One criterion of a Match line: whether it is met; -EBADMSG for one that is not right. */
static int
match_criterion(struct parse *c, const char *criterion, const char *patterns)
{
	const char *wanted;
	char keyword[64];
	int rc = config_match(c->subject, criterion, patterns, &wanted);

	if (rc == -EINVAL)
		return expected(c, "Match", CONFIG_MATCH_CRITERIA, criterion);
	snprintf(keyword, sizeof keyword, "Match %.32s", criterion);
	return rc < 0 ? expected(c, keyword, wanted, patterns) : rc;
}

/* A Match line behind its keyword. */
static int
read_match(struct parse *c, char *rest)
{
	bool active = true;
	unsigned criteria = 0;
	char *criterion, *patterns;
	int rc;

	while ((rc = next_word(&rest, &criterion)) > 0) {
		if (strcasecmp(criterion, "all") == 0) {
			if (criteria++ || next_word(&rest, &patterns) != 0)
				return expected(c, "Match", "all to stand alone", NULL);
			break;
		}
		rc = next_word(&rest, &patterns);
		if (rc < 0)
			break;
		if (rc)
			rc = match_criterion(c, criterion, patterns);
		else
			rc = expected(c, "Match", "patterns after", criterion);
		if (rc < 0)
			return rc;
		active &= rc > 0;
		criteria++;
	}
	if (rc < 0)
		return expected(c, "Match", "a closing quote", NULL);
	if (!criteria)
		return expected(c, "Match", CONFIG_MATCH_CRITERIA, NULL);
	c->active = active;
	return 0;
}

/* Where the list of K is in *P, whose words are set one after the other; NULL: it has one value. */
static char *
list_of(const struct keyword *k, struct config_policy *p)
{
	return k->set == set_accept_env ? p->accept_env : k->set == set_pam_skip ? p->pam_skip : NULL;
}

/* A line's value, which is looked at even where it does not count. */
static int
read_value(struct parse *c, const struct keyword *k, char *rest)
{
	struct config_policy scratch = c->policy;
	unsigned bit = 1u << (k - keywords);
	char *value, *more, *list = list_of(k, &scratch);
	int rc;

	if (next_word(&rest, &value) <= 0)
		return expected(c, k->name, k->expected, NULL);
	if (list)
		list[0] = '\0';
	if (k->set(&scratch, value))
		return expected(c, k->name, k->expected, value);
	while ((rc = next_word(&rest, &more)) > 0 && list)
		if (strcasecmp(value, "none") == 0 || k->set(&scratch, more))
			return expected(c, k->name, k->expected, more);
	if (rc != 0)
		return expected(c, k->name, "nothing more", more);
	if (c->active && !(c->seen & bit)) {
		c->seen |= bit;
		c->policy = scratch;
	}
	return 0;
}

static int
read_line(struct parse *c, char *text)
{
	char *word;
	int rc = next_word(&text, &word);

	if (rc <= 0)
		return rc ? expected(c, "line", "a closing quote", NULL) : 0;
	if (strcasecmp(word, "Match") == 0)
		return read_match(c, text);
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (strcasecmp(word, keywords[i].name) == 0)
			return read_value(c, &keywords[i], text);
	return expected(c, "line", "a keyword of holdfast.conf(5)", word);
}

void
config_defaults(struct config_policy *p)
{
	*p = (struct config_policy){
		.enable = true,
		.max_sessions = 20,
		.login_timeout_ms = 5000,
		.stall_timeout_ms = 15000,
		.ring_bytes = 1024 * 1024,
		.input_bytes = CONFIG_INPUT_MEMORY,
		.max_total = CONFIG_NONE,
		.detached_s = 7 * 24 * 60 * 60,
		.idle_shell_s = 24 * 60 * 60,
		.idle_detach_s = CONFIG_NONE,
		.elevated_s = 5 * 60,
		.match_key = true,
		.take_over = CONFIG_TAKE_YES,
		.accept_env = "*",
		.scrollback = 2000,
		.banner = true,
		.upgrade_sessions = true,
	};
}

int
config_parse(const char *name, const char *text, size_t len, const struct config_subject *subject,
             struct config_policy *p, struct config_error *e)
{
	struct parse c = { .name = name, .subject = subject, .active = true, .e = e };
	char line[LINE_MAX_BYTES];
	int rc;

	config_defaults(&c.policy);
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;

		c.line++;
		if (n >= sizeof line)
			return expected(&c, "line", "at most 4095 bytes", NULL);
		if (memchr(text, '\0', n))
			return expected(&c, "line", "no NUL bytes", NULL);
		memcpy(line, text, n);
		line[n] = '\0';
		rc = read_line(&c, line);
		if (rc)
			return rc;
		n += newline ? 1 : 0;
		text += n;
		len -= n;
	}
	*p = c.policy;
	return 0;
}
