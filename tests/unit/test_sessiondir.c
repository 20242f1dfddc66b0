/* SPDX-License-Identifier: MIT */
/* Places of root's, made as root for another uid; without root that part is skipped. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sessiondir.h"

#define UID 4711

static char root[] = "/tmp/holdfast-place.XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	strcpy(root + sizeof root - 7, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command);
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
look(const char *name, uid_t uid, mode_t mode)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : root, name[0] == '/' ? "" : "/", name);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

/* 0 or the error of connecting to PATH. */
static int
try(const char *path, int type, uid_t *listener)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct ucred cred = {0};
	socklen_t len = sizeof cred;
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0), rc;

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	rc = connect(fd, (struct sockaddr *)&sa, sizeof sa) ? errno : 0;
	if (!rc && listener) {
		assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len), 0);
		*listener = cred.uid;
	}
	close(fd);
	return rc;
}

static const char *
in(const struct sessiondir *p, const char *name)
{
	static char path[PATH_CAP + 32];

	snprintf(path, sizeof path, "%s/%s", p->path, name);
	return path;
}

static int
entries(const char *path)
{
	const struct dirent *e;
	DIR *d = opendir(path);
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
	closedir(d);
	return n;
}

static void
of_root(void **state)
{
	struct sessiondir p, q;
	uid_t who = 1;
	char dir[PATH_CAP];
	mode_t mask = umask(0);

	(void)state;
	need_root();
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), 0);
	assert_int_equal(umask(mask), 0);
	assert_int_equal(p.id, 1);
	look("4711", 0, 0755);
	look("4711/1", 0, 0755);
	look("4711/1/sock", UID, 0600);
	look("4711/1/leader", UID, 0600);
	look("4711/1/agent", 0, 0711);
	look(p.agent_path, UID, 0600);
	snprintf(dir, sizeof dir, "%s/4711/1/agent/%s", root, p.secret);
	assert_int_equal(strlen(p.secret), 32);
	look(dir, 0, 0755);
	assert_int_equal(try(in(&p, "sock"), SOCK_SEQPACKET, &who), 0);
	assert_int_equal(who, 0);
	assert_int_equal(try(p.agent_path, SOCK_STREAM, NULL), 0);
	assert_int_equal(try(in(&p, "leader"), SOCK_SEQPACKET, NULL), 0);
	/* The next one has another number and another secret; what is free is taken again. */
	assert_int_equal(sessiondir_make(&q, SESSIONDIR_OF_ROOT, root, UID, 1), 0);
	assert_int_equal(q.id, 2);
	assert_string_not_equal(p.secret, q.secret);
	sessiondir_remove(&p);
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), 0);
	assert_int_equal(p.id, 1);
	sessiondir_write_login(&p, 12);
	look("4711/1/login", 0, 0644);
	sessiondir_remove(&p);
	sessiondir_remove(&q);
	/* Nothing is left, the user's directory neither. */
	assert_int_equal(entries(root), 0);
	umask(mask);
}

/* Another process has the listening sockets, too: nobody gets in any more all the same. */
static void
over_is_over(void **state)
{
	struct sessiondir p;
	int copy;

	(void)state;
	need_root();
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), 0);
	copy = dup(p.sock);
	/* As a keeper has it: sockets, and no directory. */
	struct sessiondir k = SESSIONDIR_INIT;
	k.sock = dup(p.sock);
	k.agent = dup(p.agent);
	sessiondir_remove(&k);
	assert_int_equal(try(in(&p, "sock"), SOCK_SEQPACKET, NULL), ECONNREFUSED);
	assert_int_equal(try(p.agent_path, SOCK_STREAM, NULL), ECONNREFUSED);
	assert_int_equal(try(in(&p, "leader"), SOCK_SEQPACKET, NULL), 0);
	sessiondir_remove(&p);
	close(copy);
}

static void
removed(const char *path)
{
	char command[PATH_CAP + 64];

	snprintf(command, sizeof command, "rm -rf %s", path);
	assert_int_equal(system(command), 0);
}

static void
made_anew(void **state)
{
	struct sessiondir p, other;
	char agent[PATH_CAP], path[PATH_CAP];

	(void)state;
	need_root();
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), 0);
	memcpy(agent, p.agent_path, sizeof agent);
	assert_true(sessiondir_is_whole(&p));
	assert_int_equal(sessiondir_renew(&p), 0);
	removed(in(&p, "sock"));
	assert_false(sessiondir_is_whole(&p));
	assert_int_equal(sessiondir_renew(&p), SESSIONDIR_SOCK);
	assert_int_equal(try(in(&p, "sock"), SOCK_SEQPACKET, NULL), 0);
	removed(agent);
	assert_false(sessiondir_is_whole(&p));
	assert_int_equal(sessiondir_renew(&p), SESSIONDIR_AGENT);
	assert_int_equal(try(agent, SOCK_STREAM, NULL), 0);
	removed(in(&p, "agent"));
	assert_int_equal(sessiondir_renew(&p), SESSIONDIR_AGENT);
	assert_int_equal(try(agent, SOCK_STREAM, NULL), 0);
	removed(in(&p, "leader"));
	assert_int_equal(sessiondir_renew(&p), SESSIONDIR_LEADER);
	/* All of it, and the directory above: the same paths again. */
	snprintf(path, sizeof path, "%s/4711", root);
	removed(path);
	assert_false(sessiondir_is_whole(&p));
	assert_int_equal(sessiondir_renew(&p), SESSIONDIR_SOCK | SESSIONDIR_AGENT | SESSIONDIR_LEADER);
	assert_int_equal(p.id, 1);
	assert_true(sessiondir_is_whole(&p));
	assert_string_equal(p.agent_path, agent);
	assert_int_equal(try(agent, SOCK_STREAM, NULL), 0);
	/* Somebody else has the number by now. */
	removed(path);
	assert_int_equal(sessiondir_make(&other, SESSIONDIR_OF_ROOT, root, UID, 1), 0);
	assert_int_equal(sessiondir_renew(&p), SESSIONDIR_SOCK | SESSIONDIR_AGENT | SESSIONDIR_LEADER);
	assert_int_equal(p.id, 2);
	assert_true(sessiondir_is_whole(&other));
	sessiondir_remove(&p);
	sessiondir_remove(&other);
	assert_int_equal(entries(root), 0);
}

/* What another could write to, or is a link, is not entered. */
static void
loose_directories(void **state)
{
	struct sessiondir p;
	char path[128], real[128];

	(void)state;
	need_root();
	snprintf(path, sizeof path, "%s/4711", root);
	snprintf(real, sizeof real, "%s/real", root);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(chown(path, UID, 0), 0);
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), -EPERM);
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), -EPERM);
	assert_int_equal(rename(path, real), 0);
	assert_int_equal(chmod(real, 0755), 0);
	assert_int_equal(symlink(real, path), 0);
	assert_true(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1) < 0);
	assert_int_equal(entries(real), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chmod(root, 0777), 0);
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_ROOT, root, UID, 1), -EPERM);
}

static void
of_a_user(void **state)
{
	struct sessiondir p;
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/%lu", root, (unsigned long)geteuid());
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_USER, root, geteuid(), 10001), -ENOENT);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_USER, root, geteuid(), 10001), -EPERM);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(sessiondir_make(&p, SESSIONDIR_OF_USER, root, geteuid(), 10001), 0);
	assert_int_equal(p.id, 10001);
	assert_int_equal(try(in(&p, "sock"), SOCK_SEQPACKET, NULL), 0);
	assert_int_equal(try(in(&p, "agent"), SOCK_STREAM, NULL), 0);
	assert_string_equal(in(&p, "agent"), p.agent_path);
	assert_true(sessiondir_is_whole(&p));
	sessiondir_remove(&p);
	assert_int_equal(entries(path), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(of_root), test(over_is_over), test(made_anew), test(loose_directories), test(of_a_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
