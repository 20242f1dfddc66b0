/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config_keyword.h"
#include "config_match.h"
#include "nearest.h"

#define LINE_MAX_BYTES 4096
#define BLANKS " \t\r"
#define KEYWORDS_MAX 64

/* One reading of a text. */
struct parse {
	const char *name;
	unsigned line;
	const struct config_subject *subject;
	struct config_policy policy;
	uint64_t seen;  /* a bit for each keyword that has its value */
	bool active;    /* the lines here are for SUBJECT: outside of Match, or it matches */
	bool for_all;   /* outside of Match, or behind Match all */
	/* For each keyword, the line that sets it for all logins, and the one that sets it in this block; 0: none. */
	unsigned set_for_all[KEYWORDS_MAX], set_here[KEYWORDS_MAX];
	bool wrong;     /* there was a mistake */
	void (*say)(void *arg, const struct config_error *e);
	void *arg;
};

/* Says the mistake: after KEYWORD, WHAT was expected and FOUND was there (NULL: the end of the line). */
static int
expected(struct parse *c, const char *keyword, const char *what, const char *found, const char *hint)
{
	struct config_error e = { .line = c->line };
	size_t cap = sizeof e.text;

	if (found)
		snprintf(e.text, cap, "%.200s:%u: %.64s: expected %s, found \"%.64s\"%s", c->name, c->line, keyword,
		         what, found, hint);
	else
		snprintf(e.text, cap, "%.200s:%u: %.64s: expected %s", c->name, c->line, keyword, what);
	c->wrong = true;
	c->say(c->arg, &e);
	return -EBADMSG;
}

/* Notes that the value of K on this line is used for no login: OTHER is the line that counts. */
static void
no_effect(struct parse *c, const struct config_keyword *k, unsigned other)
{
	struct config_error e = { .line = c->line, .harmless = true };
	/* In sshd_config some lists grow by each line. */
	const char *list = config_keyword_is_list(k) ? "; its lines do not add up, so one line has all values" : "";

	snprintf(e.text, sizeof e.text, "%.200s:%u: %.64s: has no effect, because line %u comes first%s", c->name,
	         c->line, k->name, other, list);
	c->say(c->arg, &e);
}

/*
 * Takes the next word off *P and ends it with a NUL; "…" may hold blanks, "#" begins a comment.
 * 1; 0 when there is none; -EBADMSG for a quote that is not closed, -EINVAL for one that something sticks to.
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
		if (!end)
			return -EBADMSG;
		if (end[1] && !strchr(BLANKS, end[1]))
			return -EINVAL;
	} else {
		end = s + strcspn(s, BLANKS "\"");
		if (*end == '"')
			return -EINVAL;
	}
	*p = *end ? end + 1 : end;
	*end = '\0';
	*word = s;
	return 1;
}

/* RC is next_word's. */
static int
quote_error(struct parse *c, const char *keyword, int rc)
{
	return expected(c, keyword, rc == -EINVAL ? "a blank on both sides of what is quoted" : "a closing quote", NULL, "");
}

/* One criterion of a Match line, PATTERNS may be NULL: whether it is met; -EBADMSG for one that is not right. */
static int
match_criterion(struct parse *c, const char *criterion, const char *patterns)
{
	char keyword[64], found[MATCH_PATTERN_CAP], hint[NEAREST_HINT_CAP];
	const char *wanted = config_match_wrong(criterion, patterns, found), *name;
	struct nearest near;

	if (!wanted)
		return config_match(c->subject, criterion, patterns);
	nearest_begin(&near, criterion);
	for (size_t i = 0; (name = config_criterion(i)); i++) {
		nearest_offer(&near, name);
		if (strcasecmp(criterion, name) != 0)
			continue;
		snprintf(keyword, sizeof keyword, "Match %s", name);
		return expected(c, keyword, wanted, found[0] ? found : patterns, "");
	}
	nearest_hint(&near, hint);
	return expected(c, "Match", wanted, criterion, hint);
}

/* A Match line behind its keyword. */
static void
read_match(struct parse *c, char *rest)
{
	bool active = true;
	unsigned criteria = 0;
	char *criterion, *patterns;
	int rc;

	c->active = c->for_all = false;
	memset(c->set_here, 0, sizeof c->set_here);
	while ((rc = next_word(&rest, &criterion)) > 0) {
		if (strcasecmp(criterion, "all") == 0) {
			if (criteria++ || next_word(&rest, &patterns) != 0) {
				expected(c, "Match", "all to stand alone", NULL, "");
				return;
			}
			c->for_all = true;
			break;
		}
		rc = next_word(&rest, &patterns);
		if (rc < 0)
			break;
		active &= match_criterion(c, criterion, patterns) > 0;
		criteria++;
	}
	if (rc < 0)
		quote_error(c, "Match", rc);
	else if (!criteria)
		expected(c, "Match", CONFIG_MATCH_CRITERIA, NULL, "");
	else
		c->active = active;
}

/* The values behind a keyword, into *p. */
static int
read_values(struct parse *c, const struct config_keyword *k, struct config_policy *p, char *rest)
{
	bool list = config_keyword_is_list(k);
	char *value, *more;
	int rc = next_word(&rest, &value);

	if (rc < 0)
		return quote_error(c, k->name, rc);
	if (list)
		config_keyword_clear(k, p);
	if (!rc || config_keyword_set(k, p, value))
		return expected(c, k->name, k->expected, value, "");
	while ((rc = next_word(&rest, &more)) > 0 && list)
		if (strcasecmp(value, "none") == 0 || config_keyword_set(k, p, more))
			return expected(c, k->name, k->expected, more, "");
	if (rc < 0)
		return quote_error(c, k->name, rc);
	if (rc)
		return expected(c, k->name, "nothing more", more, "");
	return config_keyword_is_whole(k, p) ? 0 : expected(c, k->name, k->expected, NULL, "");
}

/* A line's value, which is looked at even where it does not count. */
static void
read_value(struct parse *c, int number, char *rest)
{
	const struct config_keyword *k = config_keyword((size_t)number);
	struct config_policy scratch = c->policy;
	uint64_t bit = UINT64_C(1) << number;
	unsigned other = c->set_for_all[number] ? c->set_for_all[number] : c->set_here[number];

	if (read_values(c, k, &scratch, rest))
		return;
	if (config_keyword_is_host(k) && !c->for_all) {
		expected(c, k->name, "to stand before any Match line, for it holds for the whole host", NULL, "");
		return;
	}
	if (other)
		no_effect(c, k, other);
	else
		(c->for_all ? c->set_for_all : c->set_here)[number] = c->line;
	if (c->active && !(c->seen & bit)) {
		c->seen |= bit;
		c->policy = scratch;
	}
}

static void
no_keyword(struct parse *c, char *word)
{
	char hint[NEAREST_HINT_CAP], *equals = strchr(word, '=');
	const struct config_keyword *k;
	struct nearest near;
	int number;

	if (equals) {
		*equals = '\0';
		number = config_keyword_find(word);
		*equals = '=';
		if (number >= 0) {
			expected(c, config_keyword((size_t)number)->name, "a blank between keyword and value", word, "");
			return;
		}
	}
	nearest_begin(&near, word);
	nearest_offer(&near, "Match");
	for (size_t i = 0; (k = config_keyword(i)); i++)
		nearest_offer(&near, k->name);
	nearest_hint(&near, hint);
	expected(c, "line", "a keyword of holdfast.conf(5)", word, hint);
}

static void
read_line(struct parse *c, char *text)
{
	char *word;
	int rc = next_word(&text, &word), number;

	if (rc < 0)
		quote_error(c, "line", rc);
	if (rc <= 0)
		return;
	if (strcasecmp(word, "Match") == 0) {
		read_match(c, text);
		return;
	}
	number = config_keyword_find(word);
	if (number < 0)
		no_keyword(c, word);
	else
		read_value(c, number, text);
}

void
config_defaults(struct config_policy *p)
{
	*p = (struct config_policy){
		.enable = true,
		.max_sessions = 20,
		.login_timeout_ms = 5000,
		.stall_timeout_ms = 15000,
		.ring_bytes = 2 * 1024 * 1024,
		.input_bytes = CONFIG_INPUT_MEMORY,
		.max_total = CONFIG_NONE,
		.detached_s = 7 * 24 * 60 * 60,
		.idle_shell_s = 24 * 60 * 60,
		.idle_detach_s = CONFIG_NONE,
		.elevated_s = 5 * 60,
		.match_key = true,
		.take_over = CONFIG_TAKE_YES,
		.size_policy = CONFIG_SIZE_LATEST,
		.accept_env = "*",
		.scrollback = 2000,
		.banner = true,
		.upgrade_sessions = true,
	};
	config_pool_defaults(&p->pool);
}

int
config_check(const char *name, const char *text, size_t len, const struct config_subject *subject, struct config_policy *p,
             void (*say)(void *arg, const struct config_error *e), void *arg)
{
	struct parse c = { .name = name, .subject = subject, .active = true, .for_all = true, .say = say,
		           .arg = arg };
	char line[LINE_MAX_BYTES];

	config_defaults(&c.policy);
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;

		c.line++;
		if (n >= sizeof line) {
			expected(&c, "line", "at most 4095 bytes", NULL, "");
		} else if (memchr(text, '\0', n)) {
			expected(&c, "line", "no NUL bytes", NULL, "");
		} else {
			memcpy(line, text, n);
			line[n] = '\0';
			read_line(&c, line);
		}
		n += newline ? 1 : 0;
		text += n;
		len -= n;
	}
	if (c.wrong)
		return -EBADMSG;
	*p = c.policy;
	return 0;
}

/* Keeps the first one. */
static void
keep_first(void *arg, const struct config_error *e)
{
	struct config_error *first = arg;

	if (!first->line && !e->harmless)
		*first = *e;
}

int
config_parse(const char *name, const char *text, size_t len, const struct config_subject *subject,
             struct config_policy *p, struct config_error *e)
{
	struct config_error first = { .line = 0 };
	int rc = config_check(name, text, len, subject, p, keep_first, &first);

	if (rc)
		*e = first;
	return rc;
}
