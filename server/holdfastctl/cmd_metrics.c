/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "daemonsock.h"
#include "metrics.h"
#include "paths.h"
#include "procstat.h"
#include "sessionlist.h"
#include "usage.h"

#define WITHIN_MS 3000 /* for all sessions; node_exporter's own limit, and Prometheus's, are longer */
#define ANSWER_MS 1000

static bool
daemon_runs(const struct counters *c)
{
	struct procstat st;

	return c->pid && procstat_read((pid_t)c->pid, &st) == 0 && st.start == c->start && st.state != 'Z';
}

static void
read_counters(struct metrics *m)
{
	int rc = counters_read(PATH_COUNTERS, &m->counters);

	m->counted = rc == 0;
	if (rc && rc != -ENOENT)
		ctl_error("%s: %s", PATH_COUNTERS, rc == -EBADMSG ? "damaged" : strerror(-rc));
	else if (rc)
		ctl_error("%s does not exist: nothing has been counted; holdfastd makes it at its start", PATH_COUNTERS);
	/* The connection of a check would have systemd start it. */
	m->up = m->counted ? daemon_runs(&m->counters) && daemonsock_answers(ANSWER_MS) : daemonsock_answers(ANSWER_MS);
}

/* Everything that is known: CTL_OK, or the exit status after an error that it has printed. */
static int
gather(struct metrics *m)
{
	struct sessionlist a;
	struct usage u;
	int rc = sessionlist_get_within(&a, WITHIN_MS);

	if (rc)
		return rc;
	for (size_t i = 0; i < a.count; i++) {
		metrics_add(m, &a.v[i].status);
		/* Without a cgroup of its own a session's programs are not told from others. */
		usage_of(NULL, (pid_t)a.v[i].status.keeper_pid, 0, &u);
		m->cgroups_bytes += u.known ? u.memory_bytes : 0;
	}
	metrics_add_hidden(m, a.hidden);
	sessionlist_free(&a);
	m->enabled = access(PATH_DISABLED, F_OK) != 0;
	m->draining = access(PATH_DRAIN, F_OK) == 0;
	read_counters(m);
	ownprocs_get(&m->procs, m->counted ? (pid_t)m->counters.pid : 0, m->counters.start);
	return CTL_OK;
}

/*
 * Writes PATH as a whole or not at all, beside it first: a reader sees all of the old metrics or of the new ones.  0 or
 * a negative errno.
 */
static int
write_file(const struct metrics *m, const char *path, enum openmetrics_format format)
{
	char beside[PATH_CAP];
	int fd, rc = 0;
	FILE *f;

	/* A collector takes files whose name ends in ".prom". */
	if (snprintf(beside, sizeof beside, "%s.%d.new", path, (int)getpid()) >= (int)sizeof beside)
		return -ENAMETOOLONG;
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		rc = -errno;
		if (fd >= 0) {
			close(fd);
			unlink(beside);
		}
		return rc;
	}
	errno = 0;
	metrics_print(m, f, format);
	if (ferror(f) || fflush(f) || fchmod(fd, 0644))
		rc = errno ? -errno : -EIO;
	if (fclose(f) && !rc)
		rc = -errno;
	if (!rc && rename(beside, path))
		rc = -errno;
	if (rc)
		unlink(beside);
	return rc;
}

static int
print(const char *path, enum openmetrics_format format)
{
	static struct metrics m;
	int rc = gather(&m);

	if (rc)
		return rc;
	if (!path) {
		metrics_print(&m, stdout, format);
		return CTL_OK;
	}
	rc = write_file(&m, path, format);
	if (!rc)
		return CTL_OK;
	ctl_error("cannot write %s: %s", path, strerror(-rc));
	return CTL_FAILED;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' }, { "output", required_argument, NULL, 'o' }, { NULL, 0, NULL, 0 },
	};
	enum openmetrics_format format = OPENMETRICS;
	const char *path = NULL;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":f:o:", options)) != -1) {
		if (opt == 'o')
			path = optarg;
		else if (opt != 'f')
			return ctl_bad_option(self, opt, argv);
		else if (strcmp(optarg, "prometheus") == 0)
			format = PROMETHEUS;
		else if (strcmp(optarg, "openmetrics") == 0)
			format = OPENMETRICS;
		else
			return ctl_usage(self, "no format \"%s\"; expected openmetrics or prometheus", optarg);
	}
	if ((rc = ctl_words(self, argc, argv, 0)))
		return rc;
	if (ctl_root_only("metrics"))
		return CTL_FAILED;
	return print(path, format);
}

const struct ctl_command cmd_metrics = {
	.name = "metrics",
	.args = "[-f openmetrics|prometheus] [-o FILE]",
	.summary = "Print what a monitoring system collects (root)",
	.help = "Sessions, keepers, memory, and how often what has happened since the boot; holdfastctl(1) has the\n"
	        "list.  Nothing in it names a user or a host.\n"
	        "  -f, --format FORMAT  openmetrics (the default), or prometheus: the text format 0.0.4, which the\n"
	        "                       textfile collector of node_exporter reads\n"
	        "  -o, --output FILE    write FILE, as a whole or not at all\n",
	.run = run,
};
