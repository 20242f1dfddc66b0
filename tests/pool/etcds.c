/* SPDX-License-Identifier: MIT */
#include "etcds.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const programs[] = { "/usr/bin/etcd", "/usr/local/bin/etcd" };

static const char *
program(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

bool
etcds_there(void)
{
	return program() != NULL;
}

/* A port that is free now. */
static int
free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = 0;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0)
		port = ntohs(at.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

void
etcds_url(const struct etcds *e, int i, char out[64])
{
	snprintf(out, 64, "http://127.0.0.1:%d", e->client[i]);
}

static void
run(const struct etcds *e, int i)
{
	char name[8], data[96], client[64], peer[64], cluster[256], log[96];
	int fd;

	snprintf(name, sizeof name, "m%d", i);
	snprintf(data, sizeof data, "%s/m%d", e->dir, i);
	snprintf(log, sizeof log, "%s/m%d.log", e->dir, i);
	etcds_url(e, i, client);
	snprintf(peer, sizeof peer, "http://127.0.0.1:%d", e->peer[i]);
	for (int k = 0, at = 0; k < e->count; k++)
		at += snprintf(cluster + at, sizeof cluster - (size_t)at, "%sm%d=http://127.0.0.1:%d", k ? "," : "", k,
		               e->peer[k]);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(program(), "etcd", "--name", name, "--data-dir", data, "--listen-client-urls", client, "--advertise-client-urls",
	      client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", cluster,
	      "--initial-cluster-state", "new", "--logger", "zap", "--log-level", "warn", (char *)NULL);
	_exit(127);
}

int
etcds_start_one(struct etcds *e, int i, bool empty)
{
	char line[160];

	snprintf(line, sizeof line, "rm -rf '%s/m%d'", e->dir, i);
	if (empty && system(line) != 0)
		return -1;
	e->pids[i] = fork();
	if (e->pids[i] == 0)
		run(e, i);
	return e->pids[i] < 0 ? -1 : 0;
}

int
etcds_start(struct etcds *e, int count)
{
	memset(e, 0, sizeof *e);
	e->count = count;
	strcpy(e->dir, "/tmp/holdfast-etcds.XXXXXX");
	if (!mkdtemp(e->dir))
		return -1;
	for (int i = 0; i < count; i++) {
		e->client[i] = free_port();
		e->peer[i] = free_port();
	}
	for (int i = 0; i < count; i++)
		if (etcds_start_one(e, i, true))
			return -1;
	return 0;
}

void
etcds_signal(struct etcds *e, int i, int sig)
{
	if (!e->pids[i])
		return;
	kill(e->pids[i], sig);
	if (sig != SIGKILL && sig != SIGTERM)
		return;
	kill(e->pids[i], SIGCONT);
	waitpid(e->pids[i], NULL, 0);
	e->pids[i] = 0;
}

void
etcds_stop(struct etcds *e)
{
	char line[96];

	for (int i = 0; i < ETCDS; i++)
		etcds_signal(e, i, SIGKILL);
	snprintf(line, sizeof line, "rm -rf '%s'", e->dir);
	if (*e->dir && system(line) != 0)
		perror(e->dir);
}
