/* SPDX-License-Identifier: MIT */
#include "preload.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "config_file.h"
#include "heldstack.h"
#include "log.h"
#include "paths.h"
#include "signals.h"

#define SERVICE "sshd" /* by which most logins come, if not all */
#define NSSWITCH "/etc/nsswitch.conf"
#define TRIAL_SECONDS 5

struct names {
	char (*v)[PRELOAD_NAME];
	size_t count, max;
};

static struct loaded {
	void *handle;
	char path[PRELOAD_NAME]; /* "": the loader has found it by its name */
	struct stat st;
} loaded[PRELOAD_MAX];
static size_t loaded_count;

static void
add(struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->v[i], name) == 0)
			return;
	if (n->count < n->max && strlen(name) < PRELOAD_NAME)
		strcpy(n->v[n->count++], name);
}

/* The next word of *P, or NULL; text in [] is one word. */
static char *
next_word(char **p)
{
	char *word = *p + strspn(*p, " \t\n"), *end;

	if (!*word || *word == '#')
		return NULL;
	end = *word == '[' ? strchr(word, ']') : NULL;
	end = end ? end + 1 : word + strcspn(word, " \t\n");
	*p = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

size_t
preload_nss_names(const char *file, char (*names)[PRELOAD_NAME], size_t max)
{
	struct names n = { .v = names, .max = max };
	char line[1024], name[PRELOAD_NAME], *p, *word;
	FILE *f = fopen(file, "re");

	while (f && fgets(line, sizeof line, f)) {
		p = line;
		word = next_word(&p);
		if (!word || (strcmp(word, "passwd:") != 0 && strcmp(word, "group:") != 0 &&
		              strcmp(word, "initgroups:") != 0))
			continue;
		while ((word = next_word(&p)))
			if (isalpha((unsigned char)*word) && strlen(word) < 64) {
				snprintf(name, sizeof name, "libnss_%s.so.2", word);
				add(&n, name);
			}
	}
	if (f)
		fclose(f);
	return n.count;
}

static void
load(const char *name, const char *dir)
{
	struct loaded *l = &loaded[loaded_count];

	if (loaded_count == PRELOAD_MAX)
		return;
	l->path[0] = '\0';
	/* Looked at before it is loaded: if it is replaced in between, it counts as replaced. */
	if (dir && (snprintf(l->path, sizeof l->path, name[0] == '/' ? "%.0s%s" : "%s/%s", dir, name) >=
	            (int)sizeof l->path || stat(l->path, &l->st) < 0))
		return;
	l->handle = dlopen(dir ? l->path : name, RTLD_NOW);
	if (l->handle)
		loaded_count++;
}

/* What holds for everybody: a Match block with a PamService of its own has its modules in its leaders alone. */
static size_t
pam_names(char (*names)[PRELOAD_NAME])
{
	struct config_error ignored;
	struct config_policy p;

	if (config_load(PATH_CONFIG, NULL, &p, &ignored))
		config_defaults(&p);
	return heldstack_modules(SERVICE, &p, names[0], PRELOAD_NAME, PRELOAD_MAX);
}

static void
load_all(void)
{
	static char names[PRELOAD_MAX][PRELOAD_NAME];
	size_t count = pam_names(names);

	for (size_t i = 0; i < count; i++)
		load(names[i], HOLDFAST_PAMDIR);
	count = preload_nss_names(NSSWITCH, names, PRELOAD_MAX);
	for (size_t i = 0; i < count; i++)
		load(names[i], NULL);
}

static bool
has_threads(void)
{
	struct dirent *e;
	DIR *d = opendir("/proc/self/task");
	int count = 0;

	while (d && (e = readdir(d)))
		count += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return count != 1;
}

/* Whether a child can load everything and is none the worse for it. */
static bool
trial(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		signals_alarm(TRIAL_SECONDS);
		load_all();
		_exit(has_threads());
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return pid > 0 && status == 0;
}

void
preload_run(void)
{
	if (trial())
		load_all();
	else
		log_line(LOG_WARNING, "cannot preload the PAM modules of held shells; each session needs more "
		         "memory");
}

static bool
replaced(const struct loaded *l)
{
	struct stat now;

	return l->path[0] && (stat(l->path, &now) < 0 || now.st_dev != l->st.st_dev || now.st_ino != l->st.st_ino ||
	                      now.st_ctim.tv_sec != l->st.st_ctim.tv_sec ||
	                      now.st_ctim.tv_nsec != l->st.st_ctim.tv_nsec);
}

void
preload_refresh(void)
{
	for (size_t i = 0; i < loaded_count; i++)
		if (loaded[i].handle && replaced(&loaded[i])) {
			dlclose(loaded[i].handle);
			loaded[i].handle = NULL;
		}
}
