/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "match.h"

#define FILE_MAX (1024 * 1024)
#define LINE_MAX_BYTES 4096
#define BLANKS " \t\r"

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

/* Fills in the error: what was expected after KEYWORD, and what was FOUND (NULL: the line's end). */
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

/* Digits at *P, at most MAX. */
static int
read_number(const char **p, uint64_t max, uint64_t *v)
{
	uint64_t got = 0;

	if (**p < '0' || **p > '9')
		return -EBADMSG;
	while (**p >= '0' && **p <= '9') {
		uint64_t digit = (uint64_t)(*(*p)++ - '0');

		if (got > (max - digit) / 10)
			return -EBADMSG;
		got = got * 10 + digit;
	}
	*v = got;
	return 0;
}

/* What one of UNIT stands for in seconds, as sshd_config(5) has it ("" counts as s); 0: no such unit. */
static uint64_t
unit_seconds(char unit)
{
	switch (unit) {
	case '\0':
	case 's': case 'S':
		return 1;
	case 'm': case 'M':
		return 60;
	case 'h': case 'H':
		return 60 * 60;
	case 'd': case 'D':
		return 24 * 60 * 60;
	case 'w': case 'W':
		return 7 * 24 * 60 * 60;
	default:
		return 0;
	}
}

/* "90", "15s", "1h30m": from one to MAX seconds, in milliseconds. */
static int
read_time(const char *s, uint64_t max, uint32_t *ms)
{
	uint64_t total = 0, n, unit;

	do {
		if (read_number(&s, max, &n))
			return -EBADMSG;
		unit = unit_seconds(*s);
		if (!unit || n * unit > max - total)
			return -EBADMSG;
		total += n * unit;
		if (*s)
			s++;
	} while (*s);
	if (!total)
		return -EBADMSG;
	*ms = (uint32_t)(total * 1000);
	return 0;
}

/* "65536", "64K", "1M", "1G": bytes. */
static int
read_size(const char *s, uint64_t *bytes)
{
	static const char units[] = "kmg";
	const char *unit;
	uint64_t n;

	if (read_number(&s, UINT32_MAX, &n))
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

	if (read_number(&value, 10000, &v) || *value)
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
};

static bool
match_groups(const struct config_subject *subject, const char *patterns)
{
	bool found = false;

	for (size_t i = 0; subject->groups && subject->groups[i]; i++) {
		int rc = match_list(subject->groups[i], patterns);

		/* A group that is shut out counts more than one that is let in, as in sshd. */
		if (rc < 0)
			return false;
		found |= rc > 0;
	}
	return found;
}

/* One criterion of a Match line: whether SUBJECT meets it; -EBADMSG for one that is not right. */
static int
match_criterion(struct parse *c, const char *criterion, const char *patterns)
{
	static const struct config_subject nobody = { "", NULL, "" };
	const struct config_subject *s = c->subject ? c->subject : &nobody;

	if (strcasecmp(criterion, "User") == 0) {
		if (!match_list_ok(patterns))
			return expected(c, "Match User", "a list of names or patterns", patterns);
		return match_list(s->user, patterns) > 0;
	}
	if (strcasecmp(criterion, "Group") == 0) {
		if (!match_list_ok(patterns))
			return expected(c, "Match Group", "a list of names or patterns", patterns);
		return match_groups(s, patterns);
	}
	if (strcasecmp(criterion, "Address") == 0) {
		if (!match_address_list_ok(patterns))
			return expected(c, "Match Address", "a list of addresses, patterns or networks", patterns);
		return match_address_list(s->address, patterns) > 0;
	}
	return expected(c, "Match", "User, Group, Address or all", criterion);
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
		return expected(c, "Match", "quotes to be closed", NULL);
	if (!criteria)
		return expected(c, "Match", "User, Group, Address or all", NULL);
	c->active = active;
	return 0;
}

/* A line's value, which is looked at even where it does not count. */
static int
read_value(struct parse *c, const struct keyword *k, char *rest)
{
	struct config_policy scratch = c->policy;
	unsigned bit = 1u << (k - keywords);
	char *value, *more;

	if (next_word(&rest, &value) <= 0)
		return expected(c, k->name, k->expected, NULL);
	if (k->set(&scratch, value))
		return expected(c, k->name, k->expected, value);
	if (next_word(&rest, &more) != 0)
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
		return rc ? expected(c, "line", "quotes to be closed", NULL) : 0;
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

/* Puts what went wrong with the file as a whole into *e. */
static int
trouble(const char *path, struct config_error *e, int err, const char *what)
{
	snprintf(e->text, sizeof e->text, "%.200s: %s", path, what ? what : strerror(-err));
	return err;
}

/* Whether the open file is one that only root can have written: 0 or a negative errno with *e filled. */
static int
check_file(const char *path, int fd, size_t *size, struct config_error *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return trouble(path, e, -errno, NULL);
	if (!S_ISREG(st.st_mode))
		return trouble(path, e, -EINVAL, "expected a regular file");
	if (st.st_uid != 0)
		return trouble(path, e, -EPERM, "expected root to own it");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return trouble(path, e, -EPERM, "expected it not to be writable by group or others");
	if (st.st_size > FILE_MAX)
		return trouble(path, e, -EFBIG, "expected at most 1 MiB");
	*size = (size_t)st.st_size;
	return 0;
}

/* Reads SIZE bytes or, of a file that became shorter, what is there. */
static ssize_t
read_whole(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int
config_load(const char *path, const struct config_subject *subject, struct config_policy *p,
            struct config_error *e)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), rc;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (fd < 0 && errno == ENOENT) {
		config_defaults(p);
		return 0;
	}
	if (fd < 0)
		return trouble(path, e, -errno, errno == ELOOP ? "expected no symbolic link" : NULL);
	rc = check_file(path, fd, &size, e);
	if (rc)
		goto out;
	text = malloc(size + 1);
	len = text ? read_whole(fd, text, size) : -ENOMEM;
	rc = len < 0 ? trouble(path, e, (int)len, NULL) : config_parse(path, text, (size_t)len, subject, p, e);
out:
	free(text);
	close(fd);
	return rc;
}
