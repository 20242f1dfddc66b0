/* SPDX-License-Identifier: MIT */
/* target_argv: command lines: splitting --transport, and the person's options for ssh or plink. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "frame_types.h"
#include "list.h"
#include "sshconfig_expand.h"
#include "target_argv.h"

#define SHARED_S "10" /* so many seconds a connection that nothing uses any more stays */

/* One word from *TEXT to BUF, which is as long as the text: 1, 0 at the end, or -EINVAL. */
static int
next_word(const char **text, char *buf)
{
	const char *s = *text + strspn(*text, " \t\r\n");
	char quote = '\0';

	if (!*s)
		return 0;
	for (; *s && (quote || !strchr(" \t\r\n", *s)); s++) {
		if (!quote && (*s == '\'' || *s == '"')) {
			quote = *s;
		} else if (quote && *s == quote) {
			quote = '\0';
		} else if (*s == '\\' && quote != '\'' && (!quote || (s[1] && strchr("\"\\$`", s[1])))) {
			if (!*++s)
				return -EINVAL;
			*buf++ = *s;
		} else {
			*buf++ = *s;
		}
	}
	*buf = '\0';
	*text = s;
	return quote ? -EINVAL : 1;
}

int
target_split(const char *text, char ***words)
{
	char **list = list_new(), *buf = malloc(strlen(text) + 1);
	int r = list && buf ? 0 : -ENOMEM;

	while (r == 0 && (r = next_word(&text, buf)) == 1)
		r = list_add(&list, buf);
	if (r == 0 && !list[0])
		r = -EINVAL;
	free(buf);
	if (r < 0)
		list_free(list);
	else
		*words = list;
	return r;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The first word that is one of them: `env A=b ssh`, `sshpass -f file ssh` are ssh too. */
enum target_style
target_style_of(char *const *command)
{
	const char *name;

	for (; *command; command++) {
		name = base_name(*command);
		if (strcmp(name, "ssh") == 0)
			return STYLE_SSH;
		if (strcmp(name, "plink") == 0 || strcmp(name, "plink.exe") == 0)
			return STYLE_PLINK;
	}
	return STYLE_OTHER;
}

static int
add_pair(char ***list, const char *flag, const char *value)
{
	int r;

	if (!value)
		return 0;
	r = list_add(list, flag);
	return r < 0 ? r : list_add(list, value);
}

static int
add_pairs(char ***list, const char *flag, char *const *values)
{
	int r = 0;

	for (; values && *values && r == 0; values++)
		r = add_pair(list, flag, *values);
	return r;
}

static int
add_if(char ***list, bool wanted, const char *flag)
{
	return wanted ? list_add(list, flag) : 0;
}

/* What ssh and plink write the same way. */
static int
common_options(const struct target_request *q, char ***list)
{
	int r = add_if(list, q->family == 4, "-4");

	if (r == 0)
		r = add_if(list, q->family == 6, "-6");
	if (r == 0)
		r = add_if(list, q->compress, "-C");
	if (r == 0)
		r = add_if(list, q->agent == CHOICE_YES, "-A");
	if (r == 0)
		r = add_if(list, q->agent == CHOICE_NO, "-a");
	if (r == 0)
		r = add_if(list, q->x11 == ASK_X11_NO, "-x");
	if (r == 0)
		r = add_if(list, q->x11 == ASK_X11_YES, "-X");
	for (unsigned i = 0; r == 0 && i < q->verbose && i < 3; i++)
		r = list_add(list, "-v");
	if (r == 0)
		r = add_pair(list, "-l", q->login);
	if (r == 0)
		r = add_pairs(list, "-i", q->identities);
	if (r == 0)
		r = add_pairs(list, "-L", q->local);
	if (r == 0)
		r = add_pairs(list, "-R", q->remote);
	if (r == 0)
		r = add_pairs(list, "-D", q->dynamic);
	return r;
}

/*
 * The words of ssh's options but for those whose letter is in WITHOUT.  A letter stands in a word of its own, and its
 * argument, if it has one, in the next, so a word that begins with - behind a letter with an argument is that argument.
 */
static int
add_words(char ***list, char *const *words, const char *without)
{
	int r = 0;

	for (; words && *words && r == 0; words++) {
		bool pair = strchr(TARGET_WITH_ARGUMENT, (*words)[1]) != NULL,
		     drop = strchr(without, (*words)[1]) != NULL;

		if (!drop)
			r = list_add(list, *words);
		if (pair && words[1] && *++words && !drop && r == 0)
			r = list_add(list, *words);
	}
	return r;
}

/*
 * The destination, the options behind it, LAST (one more; NULL: none) and the command.  ssh reads options on both sides
 * of the destination, unless "--" stands before it; a host is no option.
 */
static int
add_destination(char ***list, const struct transport_target *t, char *const *last, char *const *words)
{
	bool terminate = t->terminated || !t->options_after || !t->options_after[0];
	int r = terminate ? list_add_all(list, last) : 0;

	if (r == 0 && terminate)
		r = list_add(list, "--");
	if (r == 0)
		r = list_add(list, t->destination);
	if (r == 0 && !terminate)
		r = list_add_all(list, t->options_after);
	if (r == 0 && !terminate)
		r = list_add_all(list, last);
	if (r == 0 && !terminate && words && words[0])
		r = list_add(list, "--");
	return r == 0 ? list_add_all(list, words) : r;
}

int
target_ssh_line(char ***argv, const struct target_request *q, const char *without, const char *more)
{
	struct transport_target t = { .destination = (char *)q->destination, .terminated = q->terminated };
	int r = add_words(argv, q->words, without);

	if (r == 0 && more)
		r = list_add(argv, more);
	if (r < 0 || !q->destination)
		return r;
	r = (t.options_after = list_new()) ? add_words(&t.options_after, q->words_after, without) : -ENOMEM;
	if (r == 0)
		r = add_destination(argv, &t, NULL, q->run);
	list_free(t.options_after);
	return r;
}

int
target_options(const struct target_request *q, enum target_style style, char ***options, char ***after)
{
	char **list = list_new(), **behind = list_new();
	int r = list && behind ? 0 : -ENOMEM;

	if (r == 0 && style == STYLE_SSH)
		r = add_words(&list, q->words, TARGET_NOT_FOR_BYTES);
	if (r == 0 && style == STYLE_SSH)
		r = add_words(&behind, q->words_after, TARGET_NOT_FOR_BYTES);
	if (r == 0 && style == STYLE_PLINK)
		r = add_pair(&list, "-P", q->port);
	if (r == 0 && style == STYLE_PLINK)
		r = common_options(q, &list);
	if (r < 0) {
		list_free(list);
		list_free(behind);
		return r;
	}
	*options = list;
	*after = behind;
	return 0;
}

/* %h, %p, %r and %% in a command that is neither ssh nor plink. */
static int
add_expanded(char ***list, const struct transport_target *t)
{
	char *word;
	int r = 0;

	for (char **w = t->command; *w && r == 0; w++) {
		word = strchr(*w, '%') ? sshconfig_expand(t->config, *w) : strdup(*w);
		r = word ? list_add(list, word) : -ENOMEM;
		free(word);
	}
	return r;
}

bool
target_runs_local_command(const struct transport_target *t)
{
	return t->config->permit_local_command && t->config->local_command && !t->connections && !t->master;
}

/* Whether a keyword that ssh alone reads has such a program start. */
static bool
hands_on(const struct sshconfig *c)
{
	static const char *const names[] = { "KnownHostsCommand", "PKCS11Provider" };

	for (char *const *line = c->handed; *line; line++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t len = strlen(names[i]);

			if (strncasecmp(*line, names[i], len) == 0 && (*line)[len] == ' ' &&
			    strcasecmp(*line + len + 1, "none") != 0)
				return true;
		}
	return false;
}

bool
target_starts_programs(const struct transport_target *t)
{
	return t->config->proxy_command || t->config->proxy_jump || target_runs_local_command(t) || hands_on(t->config);
}

bool
target_gives_sign(const struct transport_target *t)
{
	return t->style == STYLE_SSH && (!t->hop || t->connections);
}

/* ssh runs LocalCommand by $SHELL: the words around several commands that are to be as one there. */
static const char *const *
grouping(void)
{
	static const char *const usual[] = { "(", ")" }, *const fish[] = { "begin; ", "; end" };
	const char *shell = getenv("SHELL"), *name = shell ? strrchr(shell, '/') : NULL;

	return name && strcmp(name, "/fish") == 0 ? fish : usual;
}

/*
 * Runs when ssh has logged in; its output is the first thing that comes.  The person's own runs behind it, once; ssh
 * waits for its end, so what it prints comes before the host's bytes.
 */
static int
sign_of_life(char ***list, const struct transport_target *t)
{
	const char *const *group = grouping(), *own = t->config->local_command;
	char out[128];

	if (!target_runs_local_command(t))
		return list_add(list, "LocalCommand=echo " TARGET_SIGN);
	if (!askpass_out(&t->askpass, out, sizeof(out)))
		return list_addf(list, "LocalCommand=echo " TARGET_SIGN "; %s%s%s >&2", group[0], own, group[1]);
	return list_addf(list, "LocalCommand=echo " TARGET_SIGN "; %s%s%s >>%s", group[0], own, group[1], out);
}

/*
 * What an older ssh does not know of the options that follow; this comes before the person's own, and so takes it in.
 */
static int
ignore_unknown(char ***list, const struct sshconfig *c)
{
	int r = list_add(list, "-o");

	return r < 0 ? r : list_addf(list, "IgnoreUnknown=SessionType,StdinNull,ForkAfterAuthentication%s%s",
	                             c->ignore_unknown ? "," : "", c->ignore_unknown ? c->ignore_unknown : "");
}

/* ssh sees no terminal, and would mark its connection as a bulk one. */
static int
traffic(char ***list, const struct sshconfig *c)
{
	int r = c->bulk ? 0 : list_add(list, "-o");

	if (r == 0 && !c->bulk)
		r = c->ipqos_interactive < 0 ? list_add(list, "IPQoS=none")
		                             : list_addf(list, "IPQoS=%d", c->ipqos_interactive);
	return r;
}

static int
bare_options(char ***list, const struct transport_target *t, bool subsystem, const char *shared)
{
	enum target_style style = t->style;
	/* what a configuration may say for shells would be wrong here */
	static const char *const ssh[] = { "RemoteCommand=none", "StdinNull=no", "ForkAfterAuthentication=no" };
	int r = 0;

	if (style == STYLE_OTHER)
		return 0;
	r = list_add(list, "-T");
	if (r == 0 && style == STYLE_SSH)
		r = ignore_unknown(list, t->config);
	for (size_t i = 0; r == 0 && style == STYLE_SSH && i < sizeof(ssh) / sizeof(ssh[0]); i++)
		r = add_pair(list, "-o", ssh[i]);
	if (r == 0 && style == STYLE_SSH && !subsystem)
		r = add_pair(list, "-o", "SessionType=default");
	if (r == 0 && style == STYLE_SSH && t->sends_first)
		r = add_pair(list, "-o", "SendEnv=" FRAME_ATTACH_VARIABLE);
	if (r == 0 && style == STYLE_SSH)
		r = traffic(list, t->config);
	if (r == 0 && style == STYLE_SSH && shared && strcmp(shared, "none") != 0 &&
	    (r = add_pair(list, "-o", "ControlMaster=auto")) == 0)
		r = add_pair(list, "-o", "ControlPersist=" SHARED_S);
	if (r == 0 && style == STYLE_SSH)
		r = add_pair(list, "-o", target_gives_sign(t) ? "PermitLocalCommand=yes" : "PermitLocalCommand=no");
	if (r == 0 && target_gives_sign(t) && (r = list_add(list, "-o")) == 0)
		r = sign_of_life(list, t);
	return r;
}

static int
ssh_or_plink(char ***list, const struct transport_target *t, bool subsystem, const char *run, const char *shared)
{
	/* A master whose line is dead would have us wait for it.  ssh's last -S holds, also over -o ControlPath. */
	static char s[] = "-S";
	char *const last[] = { shared ? s : NULL, (char *)shared, NULL };
	char *const words[] = { (char *)(subsystem ? "resume" : run), NULL };
	int r = list_add_all(list, t->command);

	if (r == 0)
		r = bare_options(list, t, subsystem, shared);
	if (r == 0)
		r = list_add_all(list, t->options);
	if (r == 0 && subsystem)
		r = list_add(list, "-s");
	if (r == 0 && t->style == STYLE_SSH)
		return add_destination(list, t, last, words);
	if (r == 0)
		r = list_add(list, t->destination);
	return r == 0 ? list_add_all(list, words) : r;
}

void
target_master(const struct transport_target *t, char *path, size_t cap)
{
	path[0] = '\0';
	if (t->style == STYLE_SSH && !t->asked_command && !t->config->control_path && t->askpass.dir[0])
		snprintf(path, cap, "%s/" ASKPASS_SHARED, t->askpass.dir);
}

char **
target_transport_argv(const struct transport_target *t, bool subsystem, const char *run, const char *shared)
{
	char **list = list_new();
	int r = list ? 0 : -ENOMEM;

	if (r == 0 && t->style == STYLE_OTHER)
		r = add_expanded(&list, t);
	else if (r == 0)
		r = ssh_or_plink(&list, t, subsystem, run, shared);
	if (r < 0) {
		list_free(list);
		return NULL;
	}
	return list;
}

void
target_argv_free(char **argv)
{
	list_free(argv);
}
