/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "list.h"
#include "newfd.h"
#include "sshconfig_blanks.h"
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

/* The last line of TEXT that says something, before ssh's usage, with what a terminal would act on taken out. */
static void
last_line(const char *text, char *why, size_t cap)
{
	char *copy = strdup(text ? text : ""), *save = NULL;

	for (char *line = copy ? strtok_r(copy, "\r\n", &save) : NULL; line; line = strtok_r(NULL, "\r\n", &save)) {
		if (strncmp(line, "usage: ", 7) == 0) {
			if (!why[0])
				snprintf(why, cap, "ssh does not take these options together");
			break;
		}
		/* "FILE: terminating, 2 bad configuration options" is behind the lines that name them */
		if (line[strspn(line, " \t")] && !(why[0] && strstr(line, ": terminating, ")))
			snprintf(why, cap, "%s", line);
	}
	for (char *s = why; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			*s = '?';
	free(copy);
}

/*
 * What an ssh that answers says besides: its warnings, without what -v asks for and what it says of a terminal, which
 * this one would not get.
 */
static void
warnings(const char *text, char *why, size_t cap)
{
	static const char *const others[] = { "debug", "OpenSSH_", "Pseudo-terminal " };
	char *copy = strdup(text ? text : ""), *save = NULL;
	size_t len = 0;

	for (char *line = copy ? strtok_r(copy, "\r\n", &save) : NULL; line; line = strtok_r(NULL, "\r\n", &save)) {
		bool other = false;

		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			other = other || strncmp(line, others[i], strlen(others[i])) == 0;
		if (!other && len < cap)
			len += (size_t)snprintf(why + len, cap - len, "%s\n", line);
	}
	free(copy);
}

/* A blank at the end of a name, which is not one of several values. */
static bool
ends_in_blank(const char *line)
{
	size_t len = strlen(line), name = strcspn(line, " ");

	return len && line[len - 1] == ' ' && line[name + strspn(line + name, " ")];
}

static int
lines(struct sshconfig *c, char *text)
{
	char *save = NULL;
	int r = 0;

	for (char *line = strtok_r(text, "\n", &save); line && r == 0; line = strtok_r(NULL, "\n", &save)) {
		r = sshconfig_line(c, line);
		if (r == 0 && (ends_in_blank(line) || sshconfig_blanks(c, line)))
			r = -EINVAL;
		if (r == -EINVAL) /* a value of a later ssh that this table does not know, or one that can be
		                     read two ways */
			r = list_add(&c->handed, line);
	}
	return r;
}

static bool
has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *s = text; s && *s; s += strcspn(s, "\n"), s += *s == '\n')
		if (strncmp(s, line, len) == 0 && (s[len] == '\n' || !s[len]))
			return true;
	return false;
}

/* A keyword of a later ssh: as long as it has that ssh's default, nothing is asked for; else ssh itself must do it. */
static int
settle_unknown(struct sshconfig *c, char *const *command)
{
	static const char *const bare[] = { "-F", "none", "-G", "--", "localhost" };
	struct output out[2] = { { NULL, 0 }, { NULL, 0 } };
	char **argv = list_new();
	int status = 0, r = argv ? list_add_all(&argv, command) : -ENOMEM;

	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]) && r == 0; i++)
		r = list_add(&argv, bare[i]);
	if (r == 0)
		r = run(argv, out, &status);
	for (char **line = c->unknown; *line && r == 0; line++)
		if (!has_line(out[0].text, *line))
			r = list_add(&c->handed, *line);
	free(out[0].text);
	free(out[1].text);
	list_free(argv);
	return r;
}

int
sshconfig_evaluate(struct sshconfig *c, char *const *command, char *const *argv, char *why, size_t cap)
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
	if (r == 0 && c->unknown[0])
		r = settle_unknown(c, command);
	if (r == 0)
		r = sshconfig_finish(c, true, why, cap);
	if (r == 0)
		warnings(out[1].text, why, cap);
	free(out[0].text);
	free(out[1].text);
	return r;
}
