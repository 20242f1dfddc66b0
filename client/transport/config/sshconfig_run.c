/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "list.h"
#include "newfd.h"
#include "sshconfig_expand.h"
#include "sshconfig_run.h"

#define OUTPUT_MAX (1 << 20) /* ssh -G prints about 5 KB */

extern char **environ;

struct output {
	char *text;
	size_t len;
};

static int
output_read(struct output *o, int fd)
{
	char *grown = realloc(o->text, o->len + 4097);
	ssize_t n;

	if (!grown)
		return -ENOMEM;
	o->text = grown;
	do
		n = read(fd, grown + o->len, 4096);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	o->len += (size_t)n;
	grown[o->len] = '\0';
	return n == 0 ? 0 : o->len > OUTPUT_MAX ? -EFBIG : 1;
}

/* Both of the child's outputs until they end. */
static int
collect(const int fds[2], struct output out[2])
{
	struct pollfd p[2] = { { .fd = fds[0], .events = POLLIN }, { .fd = fds[1], .events = POLLIN } };
	int r = 0;

	while ((p[0].fd >= 0 || p[1].fd >= 0) && r >= 0) {
		if (poll(p, 2, -1) < 0) {
			r = errno == EINTR ? 0 : -errno;
			continue;
		}
		for (int i = 0; i < 2 && r >= 0; i++)
			if (p[i].revents && (r = output_read(&out[i], p[i].fd)) == 0)
				p[i].fd = -1;
	}
	return r;
}

static int
spawn(char *const *argv, const int to[2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int r;

	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	for (int i = 0; i < 2 && r == 0; i++)
		r = posix_spawn_file_actions_adddup2(&actions, to[i], i + 1);
	if (r == 0)
		r = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int
run(char *const *argv, struct output out[2], int *status)
{
	int p[2][2] = { { -1, -1 }, { -1, -1 } }, r = 0;
	pid_t pid = -1;

	if (newfd_pipe(p[0]) < 0 || newfd_pipe(p[1]) < 0)
		r = -errno;
	if (r == 0)
		r = spawn(argv, (int[]){ p[0][1], p[1][1] }, &pid);
	for (int i = 0; i < 2; i++)
		if (p[i][1] >= 0)
			close(p[i][1]);
	if (r == 0)
		r = collect((int[]){ p[0][0], p[1][0] }, out);
	for (int i = 0; i < 2; i++)
		if (p[i][0] >= 0)
			close(p[i][0]);
	if (pid > 0)
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	return r < 0 ? r : 0;
}

/* The last line of TEXT that says something, with what a terminal would act on taken out. */
static void
last_line(const char *text, char *why, size_t cap)
{
	char *copy = strdup(text ? text : ""), *save = NULL;

	for (char *line = copy ? strtok_r(copy, "\r\n", &save) : NULL; line; line = strtok_r(NULL, "\r\n", &save))
		if (line[strspn(line, " \t")])
			snprintf(why, cap, "%s", line);
	for (char *s = why; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			*s = '?';
	free(copy);
}

static int
lines(struct sshconfig *c, char *text)
{
	char *save = NULL;
	int r = 0;

	for (char *line = strtok_r(text, "\n", &save); line && r != -ENOMEM; line = strtok_r(NULL, "\n", &save))
		r = sshconfig_line(c, line); /* a value of a later ssh that we don't know: the default stays */
	return r == -ENOMEM ? r : 0;
}

/* Replaces each entry of a list by its expansion; what can't be expanded goes. */
static int
expand_list(const struct sshconfig *c, char ***list)
{
	char **expanded = list_new(), *text;
	int r = expanded ? 0 : -ENOMEM;

	for (char **s = *list; *s && r == 0; s++) {
		if (!(text = sshconfig_expand(c, *s)))
			continue;
		r = list_add(&expanded, text);
		free(text);
	}
	if (r < 0) {
		list_free(expanded);
		return r;
	}
	list_free(*list);
	*list = expanded;
	return 0;
}

static void
expand_text(const struct sshconfig *c, char **text)
{
	char *expanded;

	if (*text && (*text)[0] != '$' && (expanded = sshconfig_expand(c, *text))) {
		free(*text);
		*text = expanded;
	}
}

static int
add_defaults(struct sshconfig *c)
{
	static const char *const user[] = { "~/.ssh/known_hosts", "~/.ssh/known_hosts2" };
	static const char *const global[] = { "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2" };
	static const char *const keys[] = { "~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519" };
	size_t i;
	int r = 0;

	for (i = 0; i < 2 && r == 0 && list_count(c->user_known_hosts) == i; i++)
		r = list_add(&c->user_known_hosts, user[i]);
	for (i = 0; i < 2 && r == 0 && list_count(c->global_known_hosts) == i; i++)
		r = list_add(&c->global_known_hosts, global[i]);
	for (i = 0; i < 3 && r == 0 && list_count(c->identity_files) == i; i++)
		r = list_add(&c->identity_files, keys[i]);
	return r;
}

static int
finish(struct sshconfig *c)
{
	int r = 0;

	if (!c->user) {
		const struct passwd *pw = getpwuid(getuid());

		if (!(c->user = strdup(pw ? pw->pw_name : "")))
			return -ENOMEM;
	}
	if (!c->hostname && !(c->hostname = strdup(c->host)))
		return -ENOMEM;
	if (!c->user_known_hosts[0] || !c->identity_files[0])
		r = add_defaults(c);
	if (r == 0)
		r = expand_list(c, &c->identity_files);
	if (r == 0)
		r = expand_list(c, &c->certificate_files);
	if (r == 0)
		r = expand_list(c, &c->user_known_hosts);
	if (r == 0)
		r = expand_list(c, &c->global_known_hosts);
	expand_text(c, &c->identity_agent);
	expand_text(c, &c->forward_agent);
	return r;
}

int
sshconfig_evaluate(struct sshconfig *c, char *const *argv, char *why, size_t cap)
{
	struct output out[2] = { { NULL, 0 }, { NULL, 0 } };
	int status = 0, r = run(argv, out, &status);

	why[0] = '\0';
	if (r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127 && !out[0].len)
		r = -ENOENT;
	else if (r == 0 && status) {
		last_line(out[1].text, why, cap);
		if (!why[0])
			snprintf(why, cap, "%s -G failed", argv[0]);
		r = -EINVAL;
	}
	if (r == 0 && out[0].text)
		r = lines(c, out[0].text);
	if (r == 0)
		r = finish(c);
	free(out[0].text);
	free(out[1].text);
	return r;
}

static int
take_string(ssh_session s, enum ssh_options_e what, char **field)
{
	char *value = NULL;

	if (*field || ssh_options_get(s, what, &value) != SSH_OK || !value)
		return 0;
	*field = strdup(value);
	ssh_string_free_char(value);
	return *field ? 0 : -ENOMEM;
}

/* libssh tells only the first one; when that is of its own defaults, ours are taken. */
static int
first_identity(struct sshconfig *c, ssh_session s)
{
	char *value = NULL;
	int r = 0;

	if (c->identity_files[0] || ssh_options_get(s, SSH_OPTIONS_IDENTITY, &value) != SSH_OK || !value)
		return 0;
	if (!strstr(value, "/.ssh/id_"))
		r = list_add(&c->identity_files, value);
	ssh_string_free_char(value);
	return r;
}

/* -o words first: as with ssh, the first value of a keyword holds. */
static int
own_options(struct sshconfig *c, ssh_session s, char *const *options)
{
	int r = 0;

	for (; options && *options && r == 0; options++)
		r = sshconfig_line(c, *options);
	if (r == 0 && c->user && ssh_options_set(s, SSH_OPTIONS_USER, c->user) != SSH_OK)
		r = -EINVAL;
	return r;
}

int
sshconfig_library(struct sshconfig *c, const char *file, char *const *options, char *why, size_t cap)
{
	ssh_session s = ssh_new();
	unsigned asked = c->port, port = 0;
	int r = s ? 0 : -ENOMEM;

	c->port = 0;
	if (r == 0 && ssh_options_set(s, SSH_OPTIONS_HOST, c->host) != SSH_OK)
		r = -EINVAL;
	if (r == 0)
		r = own_options(c, s, options);
	if (r == 0 && ssh_options_parse_config(s, file) != SSH_OK)
		r = -EINVAL;
	if (r == 0)
		r = take_string(s, SSH_OPTIONS_HOST, &c->hostname);
	if (r == 0)
		r = take_string(s, SSH_OPTIONS_USER, &c->user);
	if (r == 0)
		r = take_string(s, SSH_OPTIONS_PROXYCOMMAND, &c->proxy_command);
	if (r == 0 && !c->port)
		c->port = ssh_options_get_port(s, &port) == SSH_OK && port ? port : asked;
	if (r == 0)
		r = first_identity(c, s);
	if (r == 0)
		r = finish(c);
	if (r < 0)
		snprintf(why, cap, "%s", s && ssh_get_error(s)[0] ? ssh_get_error(s) : strerror(-r));
	ssh_free(s);
	return r;
}
