/* SPDX-License-Identifier: MIT */
#include "inside.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"
#include "envlist.h"
#include "loginshell.h"
#include "procstat.h"
#include "sessions.h"
#include "tcpinfo.h"

#define LIST_MS 500
#define ENV_MS 500
#define PARENTS_MAX 64
#define LINKS_MAX 65536 /* descriptors that are looked at before the search is given up */

bool
inside_has(const struct inside *in, uint32_t id)
{
	for (unsigned i = 0; i < in->count; i++)
		if (in->id[i] == id)
			return true;
	return false;
}

/*
 * The inode of the client's end of CONNECTION, "192.0.2.7 50022 192.0.2.1 22", if it is a process' of our user; or 0.
 */
static uint32_t
client_inode(const char *connection)
{
	char peer[ADDRESS_CAP], local[ADDRESS_CAP];
	unsigned peer_port, local_port;
	struct tcp_tuple t;
	struct tcpinfo info;

	if (!connection || sscanf(connection, "%63s %5u %63s %5u", peer, &peer_port, local, &local_port) != 4 ||
	    peer_port > UINT16_MAX || local_port > UINT16_MAX ||
	    tcp_tuple_parse(&t, local, (uint16_t)local_port, peer, (uint16_t)peer_port) < 0 ||
	    tcpinfo_get(&t, &info) < 0 || info.uid != geteuid())
		return 0;
	return info.inode;
}

/*
 * Whether the process with the descriptors in FDS has the socket of that name; subtracts the checked ones from *left.
 */
static bool
has_socket(DIR *fds, const char *name, unsigned *left)
{
	const struct dirent *d;
	char link[64];

	while (*left && (d = readdir(fds))) {
		ssize_t n = readlinkat(dirfd(fds), d->d_name, link, sizeof link - 1);

		if (n <= 0)
			continue;
		--*left;
		link[n] = '\0';
		if (strcmp(link, name) == 0)
			return true;
	}
	return false;
}

static bool
process_has(int proc, const char *pid, const char *name, unsigned *left)
{
	char path[32];
	struct stat st;
	bool found;
	DIR *fds;
	int fd;

	snprintf(path, sizeof path, "%.20s/fd", pid);
	if (fstatat(proc, pid, &st, 0) < 0 || st.st_uid != geteuid())
		return false;
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds = fd < 0 ? NULL : fdopendir(fd);
	if (!fds) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	found = has_socket(fds, name, left);
	closedir(fds);
	return found;
}

/* The process of our user's that has the socket INODE open, or 0. */
static pid_t
owner_of(uint32_t inode)
{
	DIR *proc = opendir("/proc");
	unsigned left = LINKS_MAX;
	const struct dirent *d;
	char name[32];
	pid_t pid = 0;

	snprintf(name, sizeof name, "socket:[%u]", (unsigned)inode);
	while (proc && !pid && left && (d = readdir(proc)))
		if (d->d_name[0] >= '1' && d->d_name[0] <= '9' && process_has(dirfd(proc), d->d_name, name, &left))
			pid = (pid_t)strtol(d->d_name, NULL, 10);
	if (proc)
		closedir(proc);
	return pid;
}

/* The session whose shell PID is, or whose terminal TTY is. */
static const struct attach_status *
session_at(const struct session_list *list, pid_t pid, int tty)
{
	struct procstat shell;

	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (!s->shell_pid)
			continue;
		if ((pid_t)s->shell_pid == pid ||
		    (tty && procstat_read((pid_t)s->shell_pid, &shell) == 0 && shell.tty_nr == tty))
			return s;
	}
	return NULL;
}

/* The session that the process PID with the environment ENV is in, or NULL. */
static const struct attach_status *
session_of(const struct session_list *list, pid_t pid, const struct envlist *env)
{
	uint32_t id = attach_id(envlist_get(env, "HOLDFAST_SESSION"));
	const struct attach_status *s;
	struct procstat st;

	for (int i = 0; i < PARENTS_MAX && pid > 1 && procstat_read(pid, &st) == 0; i++, pid = st.ppid)
		if ((s = session_at(list, pid, st.tty_nr)))
			return s;
	/* A multiplexer has left its parents and terminal behind. */
	for (size_t i = 0; id && i < list->count; i++)
		if (list->v[i].id == id)
			return &list->v[i];
	return NULL;
}

/* The SSH_CONNECTION of the login that is attached to session ID, in *OUT. */
static void
connection_of_session(uint32_t id, struct envlist *out)
{
	static unsigned char reply[MESSAGE_MAX];
	unsigned char msg[8];
	int len = attach_encode_plain(ATTACH_MSG_ENV, msg, sizeof msg), fd = session_connect(geteuid(), id);

	if (fd < 0)
		return;
	len = session_ask(fd, msg, (size_t)len, reply, sizeof reply, ENV_MS);
	if (len > 0 && attach_type_of(reply, (size_t)len) == ATTACH_MSG_ENV_IS)
		attach_decode_env(out, reply, (size_t)len);
	close(fd);
}

/*
 * From the process PID, which has our end of a connection: the session that it is in, if it is in one, goes into *in.
 * *ENV becomes the environment with the connection that comes next.  Whether it is to be followed.
 */
static bool
step(struct inside *in, const struct session_list *list, pid_t pid, struct envlist *env)
{
	int dir = procstat_open(pid);
	const struct attach_status *s;

	envlist_free(env);
	if (dir >= 0) {
		loginshell_environment(dir, env);
		close(dir);
	}
	s = session_of(list, pid, env);
	if (!s)
		return true;
	if (inside_has(in, s->id))
		return false;
	in->id[in->count++] = s->id;
	envlist_free(env);
	connection_of_session(s->id, env);
	return true;
}

void
inside_find(struct inside *in, const char *connection)
{
	struct session_list list = { .v = NULL };
	struct envlist env = ENVLIST_INIT;
	uint32_t inode = client_inode(connection);
	bool listed = false;

	in->count = 0;
	for (int i = 0; i < INSIDE_MAX && inode; i++) {
		pid_t pid = owner_of(inode);

		if (!listed && session_list_get(geteuid(), LIST_MS, &list) < 0)
			break;
		listed = true;
		if (!pid || !step(in, &list, pid, &env))
			break;
		inode = client_inode(envlist_get(&env, "SSH_CONNECTION"));
	}
	envlist_free(&env);
	if (listed)
		session_list_free(&list);
}
