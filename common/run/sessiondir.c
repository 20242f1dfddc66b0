/* SPDX-License-Identifier: MIT */
#include "sessiondir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"
#include "owndir.h"
#include "paths.h"

#define ID_MAX 99999
#define BACKLOG 128
#define TRIES 8 /* the end of a user's last session may remove the user's directory before we use it */
#define FRESH_LOGIN ".login"

/* Opens the directory NAME below AT, which must be the caller's own and not writable by others: 0700, if PRIVATE. */
static int
open_own(int at, const char *name, bool private)
{
	return owndir_open(at, name, geteuid(), private ? 077 : 022);
}

/* Makes the directory NAME below AT with exactly MODE, whatever the umask, and opens it. */
static int
make_directory(int at, const char *name, mode_t mode)
{
	int fd;

	if (mkdirat(at, name, 0700))
		return -errno;
	fd = open_own(at, name, false);
	/* A leader has the group of its user by now. */
	if (fd >= 0 && ((geteuid() == 0 && fchown(fd, 0, 0)) || fchmod(fd, mode))) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int
open_parent(const struct sessiondir *p)
{
	int root, fd;
	char name[16];

	root = open_own(AT_FDCWD, p->root, false);
	if (root < 0)
		return root;
	snprintf(name, sizeof name, "%lu", (unsigned long)p->uid);
	fd = open_own(root, name, p->kind == SESSIONDIR_OF_USER);
	if (fd == -ENOENT && p->kind == SESSIONDIR_OF_ROOT) {
		fd = make_directory(root, name, 0755);
		/*
		 * Another leader has been quicker; it may not have set the mode yet, which is stricter than ours
		 * then.
		 */
		if (fd == -EEXIST)
			fd = open_own(root, name, false);
	}
	close(root);
	return fd;
}

/*
 * A listening socket NAME in DIR, the user's alone, reached through /proc/self/fd so that no part of the path can be
 * exchanged.
 */
static int
listen_in(const struct sessiondir *p, int dir, const char *name, int type)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;
	mode_t before;

	if (fd < 0)
		return -errno;
	snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d/%s", dir, name);
	before = umask(0177);
	rc = bind(fd, (struct sockaddr *)&sa, sizeof sa) ? -errno : 0;
	umask(before);
	if (!rc && listen(fd, BACKLOG))
		rc = -errno;
	/* The group stays root's: 0600 gives it nothing. */
	if (!rc && p->kind == SESSIONDIR_OF_ROOT && fchownat(dir, name, p->uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW))
		rc = -errno;
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

static int
choose_secret(char secret[SESSIONDIR_SECRET])
{
	unsigned char random[(SESSIONDIR_SECRET - 1) / 2];

	if (getrandom(random, sizeof random, 0) != sizeof random)
		return -EIO;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(secret + 2 * i, 3, "%02x", random[i]);
	return 0;
}

/* Opens NAME below AT, or makes it with MODE. */
static int
enter(int at, const char *name, mode_t mode)
{
	int fd = open_own(at, name, false);

	return fd == -ENOENT ? make_directory(at, name, mode) : fd;
}

/* The directory that has the agent's socket. */
static int
make_nest(struct sessiondir *p)
{
	int outer;

	if (p->nest >= 0)
		return 0;
	outer = enter(p->dir, NAME_AGENT, 0711);
	if (outer < 0)
		return outer;
	p->nest = enter(outer, p->secret, 0755);
	close(outer);
	return p->nest < 0 ? p->nest : 0;
}

static int
make_agent(struct sessiondir *p)
{
	int rc = p->kind == SESSIONDIR_OF_ROOT ? make_nest(p) : 0;

	if (!rc)
		p->agent = listen_in(p, p->kind == SESSIONDIR_OF_ROOT ? p->nest : p->dir, NAME_AGENT, SOCK_STREAM);
	return rc ? rc : p->agent;
}

/* Whether a keeper of the version before, or its user, has taken that number in users/<uid>. */
static bool
is_taken_there(const struct sessiondir *p, const char *name)
{
	char path[sizeof PATH_USERS + 64];
	struct stat st;

	if (p->kind != SESSIONDIR_OF_ROOT || strcmp(p->root, PATH_SESSIONS) != 0)
		return false;
	snprintf(path, sizeof path, PATH_USERS "/%lu/%s", (unsigned long)p->uid, name);
	return lstat(path, &st) == 0;
}

static void
set_paths(struct sessiondir *p)
{
	snprintf(p->path, sizeof p->path, "%.900s/%lu/%s", p->root, (unsigned long)p->uid, p->name);
	if (p->kind == SESSIONDIR_OF_ROOT)
		snprintf(p->agent_path, sizeof p->agent_path, "%.900s/%s/%s/%s", p->path, NAME_AGENT, p->secret,
		         NAME_AGENT);
	else
		snprintf(p->agent_path, sizeof p->agent_path, "%.1000s/%s", p->path, NAME_AGENT);
}

/* Gives the directory its number. */
static int
take_number(struct sessiondir *p, uint32_t first)
{
	char to[sizeof p->name];

	for (uint32_t id = first; id <= ID_MAX; id++) {
		snprintf(to, sizeof to, "%u", id);
		if (is_taken_there(p, to))
			continue;
		if (syscall(SYS_renameat2, p->parent, p->name, p->parent, to, RENAME_NOREPLACE) == 0) {
			memcpy(p->name, to, sizeof to);
			p->id = id;
			set_paths(p);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -ENOSPC;
}

/* Makes the directory under its first name, the sockets in it, and gives it its number. */
static int
build(struct sessiondir *p, uint32_t first)
{
	char name[sizeof p->name];
	int rc;

	p->parent = open_parent(p);
	if (p->parent < 0)
		return p->parent;
	snprintf(name, sizeof name, ".new.%ld", (long)getpid());
	p->dir = make_directory(p->parent, name, p->kind == SESSIONDIR_OF_ROOT ? 0755 : 0700);
	/* One of our own pid is a dead process's. */
	if (p->dir == -EEXIST) {
		sessiondir_clear(p->parent, name);
		p->dir = make_directory(p->parent, name, p->kind == SESSIONDIR_OF_ROOT ? 0755 : 0700);
	}
	if (p->dir < 0)
		return p->dir;
	memcpy(p->name, name, sizeof name);
	p->sock = listen_in(p, p->dir, NAME_SOCK, SOCK_SEQPACKET);
	if (p->sock < 0)
		return p->sock;
	if (p->kind == SESSIONDIR_OF_ROOT) {
		p->leader = listen_in(p, p->dir, NAME_LEADER, SOCK_SEQPACKET);
		if (p->leader < 0)
			return p->leader;
	}
	rc = make_agent(p);
	return rc < 0 ? rc : take_number(p, first);
}

/* P has its kind, root, uid and secret; on failure nothing else. */
static int
make(struct sessiondir *p, uint32_t first)
{
	int rc = -ENOENT;

	for (int i = 0; rc == -ENOENT && i < TRIES; i++) {
		rc = build(p, first);
		if (rc < 0)
			sessiondir_remove(p);
	}
	return rc;
}

int
sessiondir_make(struct sessiondir *p, enum sessiondir_kind kind, const char *root, uid_t uid, uint32_t first)
{
	int rc;

	*p = (struct sessiondir)SESSIONDIR_INIT;
	p->kind = kind;
	p->root = root;
	p->uid = uid;
	rc = choose_secret(p->secret);
	return rc ? rc : make(p, first);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether PATH is the directory FD. */
static bool
is_at(const char *path, int fd)
{
	struct stat there, here;

	return fd >= 0 && lstat(path, &there) == 0 && fstat(fd, &here) == 0 && same_file(&there, &here);
}

static bool
is_socket(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode);
}

/* Whether the agent's directory still exists. */
static bool
has_nest(const struct sessiondir *p)
{
	char path[PATH_CAP];

	snprintf(path, sizeof path, "%.900s/%s/%s", p->path, NAME_AGENT, p->secret);
	return is_at(path, p->nest);
}

bool
sessiondir_is_whole(const struct sessiondir *p)
{
	if (!p->id)
		return true;
	if (!is_at(p->path, p->dir) || !is_socket(p->dir, NAME_SOCK))
		return false;
	if (p->kind == SESSIONDIR_OF_USER)
		return is_socket(p->dir, NAME_AGENT);
	return is_socket(p->dir, NAME_LEADER) && has_nest(p) && is_socket(p->nest, NAME_AGENT);
}

/* Makes *FD anew if its name is missing in our directory: BIT, 0 or a negative errno. */
static int
renew_one(struct sessiondir *p, int *fd, const char *name, int bit)
{
	int fresh;

	if (is_socket(p->dir, name))
		return 0;
	fresh = listen_in(p, p->dir, name, SOCK_SEQPACKET);
	if (fresh < 0)
		return fresh;
	fd_close(fd);
	*fd = fresh;
	return bit;
}

static int
renew_agent(struct sessiondir *p)
{
	int old = p->agent, rc;

	if (!has_nest(p))
		fd_close(&p->nest);
	if (p->nest >= 0 && is_socket(p->nest, NAME_AGENT))
		return 0;
	p->agent = -1;
	rc = make_agent(p);
	if (rc < 0) {
		p->agent = old;
		return rc;
	}
	fd_close(&old);
	return SESSIONDIR_AGENT;
}

/* Our directory was removed: makes another one. */
static int
renew_all(struct sessiondir *p)
{
	struct sessiondir fresh = SESSIONDIR_INIT;
	int rc;

	fresh.kind = p->kind;
	fresh.root = p->root;
	fresh.uid = p->uid;
	memcpy(fresh.secret, p->secret, sizeof fresh.secret);
	rc = make(&fresh, p->id);
	if (rc)
		return rc;
	/* Of the old one only descriptors are left. */
	p->name[0] = '\0';
	sessiondir_remove(p);
	*p = fresh;
	return SESSIONDIR_SOCK | SESSIONDIR_AGENT | SESSIONDIR_LEADER;
}

int
sessiondir_renew(struct sessiondir *p)
{
	int bits[3], sum = 0;

	if (!p->id || p->kind != SESSIONDIR_OF_ROOT)
		return 0;
	if (!is_at(p->path, p->dir))
		return renew_all(p);
	bits[0] = renew_one(p, &p->sock, NAME_SOCK, SESSIONDIR_SOCK);
	bits[1] = renew_one(p, &p->leader, NAME_LEADER, SESSIONDIR_LEADER);
	bits[2] = renew_agent(p);
	for (int i = 0; i < 3; i++) {
		if (bits[i] < 0)
			return bits[i];
		sum |= bits[i];
	}
	return sum;
}

void
sessiondir_write_login(const struct sessiondir *p, uint32_t number)
{
	char text[32];
	int fd, len = snprintf(text, sizeof text, "%u\n", (unsigned)number);

	if (p->dir < 0)
		return;
	unlinkat(p->dir, FRESH_LOGIN, 0);
	fd = openat(p->dir, FRESH_LOGIN, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (fd_write(fd, text, (size_t)len) != len || (p->kind == SESSIONDIR_OF_ROOT && fchown(fd, 0, 0)) ||
	    fchmod(fd, p->kind == SESSIONDIR_OF_ROOT ? 0644 : 0600) ||
	    renameat(p->dir, FRESH_LOGIN, p->dir, NAME_LOGIN) < 0)
		unlinkat(p->dir, FRESH_LOGIN, 0);
	close(fd);
}

/* Removes the agent's directories below DIR. */
static void
clear_agent(int dir)
{
	int outer = openat(dir, NAME_AGENT, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *e;
	DIR *d;

	if (outer < 0) {
		unlinkat(dir, NAME_AGENT, 0);
		return;
	}
	d = fdopendir(outer);
	while (d && (e = readdir(d))) {
		int nest = e->d_name[0] == '.' ? -1 : openat(outer, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		                                             O_CLOEXEC);

		if (nest < 0)
			continue;
		unlinkat(nest, NAME_AGENT, 0);
		close(nest);
		unlinkat(outer, e->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
	else
		close(outer);
	unlinkat(dir, NAME_AGENT, AT_REMOVEDIR);
}

static void
clear_in(int dir)
{
	unlinkat(dir, NAME_SOCK, 0);
	unlinkat(dir, NAME_LEADER, 0);
	unlinkat(dir, NAME_LOGIN, 0);
	unlinkat(dir, FRESH_LOGIN, 0);
	clear_agent(dir);
}

void
sessiondir_clear(int parent, const char *name)
{
	int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0)
		return;
	clear_in(dir);
	close(dir);
	unlinkat(parent, name, AT_REMOVEDIR);
}

void
sessiondir_remove(struct sessiondir *p)
{
	char parent[PATH_CAP];
	struct stat there, here;

	/* The sockets may be another process's too. */
	if (p->sock >= 0)
		shutdown(p->sock, SHUT_RDWR);
	if (p->agent >= 0)
		shutdown(p->agent, SHUT_RDWR);
	if (p->dir >= 0)
		clear_in(p->dir);
	/* By now the number may be another session's. */
	if (p->parent >= 0 && p->dir >= 0 && p->name[0] &&
	    fstatat(p->parent, p->name, &there, AT_SYMLINK_NOFOLLOW) == 0 && fstat(p->dir, &here) == 0 &&
	    same_file(&there, &here))
		unlinkat(p->parent, p->name, AT_REMOVEDIR);
	if (p->parent >= 0 && p->kind == SESSIONDIR_OF_ROOT) {
		snprintf(parent, sizeof parent, "%.900s/%lu", p->root, (unsigned long)p->uid);
		rmdir(parent); /* empty */
	}
	fd_close(&p->leader);
	fd_close(&p->agent);
	fd_close(&p->sock);
	fd_close(&p->nest);
	fd_close(&p->dir);
	fd_close(&p->parent);
	p->id = 0;
	p->name[0] = '\0';
}
