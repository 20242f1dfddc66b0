/* SPDX-License-Identifier: MIT */
#include "complete.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ends.h"
#include "helptext.h"
#include "log.h"

#define ARGUMENTS_MAX 8

/* The command line up to the word that is to be completed. */
struct typed {
	const struct ctl_command *command;
	char value[HELPTEXT_WORD_CAP]; /* what the option before that word wants, "" */
	const char *user;              /* the last value of --user, NULL */
	size_t arguments;              /* that are no options */
	bool only_arguments;           /* "--" was among them */
};

static void
offer(const char *word, const char *about)
{
	printf("%s\t%s\n", word, about);
}

static void
offer_commands(const struct ctl_command *const *commands, size_t count)
{
	for (size_t i = 0; i < count; i++)
		offer(commands[i]->name, commands[i]->summary);
}

/* Whether C has the option WORD, as typed: "-u", "--user", "--user=x". */
static bool
find_option(const struct ctl_command *c, const char *word, struct helptext_option *o)
{
	size_t len = strcspn(word, "=");
	const char *at = c->help;

	while (helptext_next(&at, o))
		if ((strlen(o->name) == len && strncmp(o->name, word, len) == 0) ||
		    (o->letter && word[1] == o->letter && len == 2))
			return true;
	return false;
}

static void
read_words(struct typed *t, int count, char **words)
{
	struct helptext_option o;
	bool is_user = false;

	for (int i = 0; i < count; i++) {
		/* bash makes words of their own of what stands around a "=". */
		if (strcmp(words[i], "=") == 0)
			continue;
		if (t->value[0]) {
			t->user = is_user ? words[i] : t->user;
			t->value[0] = '\0';
		} else if (strcmp(words[i], "--") == 0) {
			t->only_arguments = true;
		} else if (t->only_arguments || words[i][0] != '-' || !words[i][1]) {
			t->arguments++;
		} else if (find_option(t->command, words[i], &o) && !strchr(words[i], '=')) {
			memcpy(t->value, o.value, sizeof t->value);
			is_user = strcmp(o.value, "USER") == 0;
		}
	}
}

static void
offer_options(const struct ctl_command *c)
{
	const char *at = c->help;
	struct helptext_option o;
	char text[128];

	while (helptext_next(&at, &o)) {
		char letter[3] = { '-', o.letter, '\0' };

		snprintf(text, sizeof text, "%.*s", (int)o.text_len, o.text);
		if (o.name[0])
			offer(o.name, text);
		if (o.letter)
			offer(letter, text);
	}
	offer("--help", "show the usage");
}

static void
offer_sessions(const char *user)
{
	struct session_list list;

	if ((user && ctl_user(user)) || ctl_list(&list))
		return;
	for (size_t i = 0; i < list.count; i++) {
		const struct attach_status *s = &list.v[i];
		char id[16], program[4 * sizeof s->program], about[sizeof program + 64];

		log_escape(program, sizeof program, s->program);
		snprintf(id, sizeof id, "%u", s->id);
		snprintf(about, sizeof about, "%s %s", attach_state_word(s->state), program);
		offer(id, about);
		if (attach_name_ok(s->name))
			offer(s->name, about);
	}
	session_list_free(&list);
}

/* Sessions that have ended; root's own records alone, for root. */
static void
offer_ended(void)
{
	struct endrecord *v;
	char id[16];
	size_t count;

	if (ends_mine(&v, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%u", (unsigned)v[i].session);
		offer(id, endrecord_why(v[i].why));
	}
	free(v);
}

/* The words of "sh|bash|zsh", or of a list with blanks. */
static void
offer_words(const char *words, const char *between)
{
	while (*words) {
		size_t len = strcspn(words, between);

		printf("%.*s\t\n", (int)len, words);
		words += len + (words[len] ? 1 : 0);
	}
}

/* What a value or an argument, called KIND in the usage, can be. */
static void
offer_kind(const struct typed *t, const char *kind)
{
	if (strncmp(kind, "ID", 2) == 0 && strcmp(t->command->name, "last") == 0)
		offer_ended();
	else if (strncmp(kind, "ID", 2) == 0)
		offer_sessions(t->user);
	else if (strncmp(kind, "USER", 4) == 0)
		puts(":users");
	else if (strncmp(kind, "FILE", 4) == 0)
		puts(":files");
	else if (strncmp(kind, "SIGNAL", 6) == 0)
		offer_words("HUP TERM KILL INT QUIT USR1 USR2 CONT STOP", " ");
	else if (strncmp(kind, "TIME", 4) == 0)
		offer_words("30s 5m 1h 12h 1d 7d", " ");
	else if (islower((unsigned char)kind[0]))
		offer_words(kind, "|");
}

/* The names of the arguments in the usage of C, in their order; the last one stays if it can be repeated. */
static size_t
arguments_of(const struct ctl_command *c, char names[ARGUMENTS_MAX][HELPTEXT_WORD_CAP])
{
	const char *p = c->args;
	size_t count = 0;
	bool is_value = false;

	while (*(p += strspn(p, "[] ")) && count < ARGUMENTS_MAX) {
		size_t len = strcspn(p, "[] ");
		struct helptext_option o;
		char word[64];

		snprintf(word, sizeof word, "%.*s", (int)len, p);
		p += len;
		if (word[0] == '-') {
			const char *last = strrchr(word, '|'), *name = last ? last + 1 : word;

			/* Of "-a|[-u USER]" the rest follows. */
			is_value = name[0] && find_option(c, name, &o) && o.value[0];
		} else if (is_value) {
			is_value = false;
		} else if (strcmp(word, "|") != 0 && strcmp(word, "--") != 0) {
			snprintf(names[count++], HELPTEXT_WORD_CAP, "%.31s", word);
		}
	}
	return count;
}

static void
offer_argument(const struct typed *t)
{
	char names[ARGUMENTS_MAX][HELPTEXT_WORD_CAP];
	size_t count = arguments_of(t->command, names);

	if (t->arguments < count)
		offer_kind(t, names[t->arguments]);
}

int
complete_run(const struct ctl_command *const *commands, size_t command_count, int count, char **words)
{
	struct typed t = { .command = NULL };
	const char *word = count ? words[count - 1] : "";
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* A person who types wants no messages. */
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	if (count <= 1 || (count == 2 && strcmp(words[0], "help") == 0)) {
		offer_commands(commands, command_count);
		if (count <= 1) {
			offer("help", "show the usage");
			offer("--help", "show the usage");
			offer("--version", "show the version");
		}
		return CTL_OK;
	}
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i]->name, words[0]) == 0)
			t.command = commands[i];
	if (!t.command)
		return CTL_OK;
	read_words(&t, count - 2, words + 1);
	if (t.value[0])
		offer_kind(&t, t.value);
	else if (word[0] == '-' && !t.only_arguments)
		offer_options(t.command);
	else
		offer_argument(&t);
	return CTL_OK;
}
