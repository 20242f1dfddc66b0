/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age.h"
#include "config_file.h"
#include "doctor.h"
#include "hostfile.h"
#include "paths.h"
#include "poolask.h"
#include "poolkeys.h"
#include "reinstall.h"
#include "run.h"

#define DAEMON HOLDFAST_LIBEXECDIR "/holdfast-pool"
#define CLIENT HOLDFAST_BINDIR "/holdfast"
#define SERVICE "holdfast-pool.service"
#define KNOWN_HOSTS "/etc/ssh/ssh_known_hosts"
#define MUNGED "/run/munge/munge.socket.2" /* where distributions have it */
#define KEYGEN_MS 2000
#define KEYS_MAX 100 /* nodes that are looked at */

/* Whether it holds keys; who may not read it can't tell. */
static void
check_keys(struct doctor *d, const char *path)
{
	char error[TEXT_CAP];
	struct poolkeys keys;

	if (poolkeys_read(path, &keys, error) == -EBADMSG)
		doctor_add(d, "pool.vouch", DOCTOR_PROBLEM, "correct that line, or copy the file from another node",
		           "no login is vouched for on other nodes: %.400s", error);
	poolkeys_wipe(&keys);
}

/* Whether the file PATH is root's alone, as the file of a shared secret must be. */
static void
check_secret(struct doctor *d, const char *path)
{
	char fix[TEXT_CAP];
	struct stat st;

	snprintf(fix, sizeof fix, "chown root:root %.240s && chmod 0600 %.240s", path, path);
	if (lstat(path, &st)) {
		if (errno == ENOENT || errno == ENOTDIR)
			doctor_add(d, "pool.vouch", DOCTOR_PROBLEM, "copy the pool's file of keys there, from another node",
			           "no login is vouched for on other nodes: %s does not exist (PoolVouch)", path);
		else
			doctor_add(d, "pool.vouch", DOCTOR_UNKNOWN, NULL, "cannot look at %s (PoolVouch): %s", path,
			           strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 07777) != 0600) {
		doctor_add(d, "pool.vouch", DOCTOR_PROBLEM, fix, "no login is vouched for on other nodes: %s must be a file "
		           "that belongs to root and has mode 0600 (PoolVouch)", path);
	} else {
		check_keys(d, path);
	}
}

/* Whether munge's daemon is where its library looks for it. */
static void
check_munge(struct doctor *d)
{
	if (hostfile_exists(MUNGED) == 0)
		doctor_add(d, "pool.vouch", DOCTOR_WARN, "install munge, give all nodes the same /etc/munge/munge.key, and start "
		           "munged", "no login is vouched for on other nodes: munge's daemon is not running, there is no "
		           MUNGED " (PoolVouch munge)");
}

/* Files that holdfast-pool, another user, reads; what they hold is for it to judge. */
static void
check_file(struct doctor *d, const char *keyword, const char *path)
{
	if (path[0] && hostfile_exists(path) == 0)
		doctor_add(d, "pool.files", DOCTOR_PROBLEM, "put that file there, or correct the line in " PATH_CONFIG,
		           "holdfast-pool cannot start: %s does not exist (%s)", path, keyword);
}

static void
check_lines(struct doctor *d, const struct config_pool *p)
{
	char node[NODE_CAP], address[HOST_CAP];

	if (config_pool_node(p, node))
		doctor_add(d, "pool.node", DOCTOR_PROBLEM, "PoolNode NAME, in " PATH_CONFIG,
		           "this node has no name in the pool: the host's name is no name of a node");
	if (config_pool_address(p, address))
		doctor_add(d, "pool.address", DOCTOR_PROBLEM, "PoolAddress NAME, in " PATH_CONFIG,
		           "other nodes cannot reach this one: the host has no name");
	else if (strncmp(address, "localhost", 9) == 0 || strncmp(address, "127.", 4) == 0)
		doctor_add(d, "pool.address", DOCTOR_PROBLEM, "PoolAddress NAME, in " PATH_CONFIG,
		           "other nodes cannot reach this one by the address %s", address);
	if (!p->directory.etcd)
		doctor_add(d, "pool.directory", DOCTOR_PROBLEM, "PoolDirectory etcd https://HOST:2379, in " PATH_CONFIG,
		           "the pool %s has no directory", p->name);
	if (p->user.name[0] && (strncmp(p->directory.urls, "http:", 5) == 0 || strstr(p->directory.urls, ",http:")))
		doctor_add(d, "pool.password", DOCTOR_WARN, "https:// in the line PoolDirectory, and PoolTLS, in " PATH_CONFIG,
		           "the password of %s goes to the pool's directory in the clear, over http (PoolUser)", p->user.name);
	check_file(d, "PoolTLS", p->tls.ca);
	check_file(d, "PoolTLS", p->tls.cert);
	check_file(d, "PoolTLS", p->tls.key);
	check_file(d, "PoolUser", p->user.file);
	if (p->vouch.how == CONFIG_POOL_VOUCH_KEY)
		check_secret(d, p->vouch.file);
	else if (p->vouch.how == CONFIG_POOL_VOUCH_MUNGE)
		check_munge(d);
	else if (p->vouch.how == CONFIG_POOL_VOUCH_NO)
		doctor_add(d, "pool.vouch", DOCTOR_WARN, "PoolVouch key FILE, in " PATH_CONFIG " of all nodes",
		           "no login is vouched for on other nodes (PoolVouch no): where people share an account, the pool's "
		           "directory decides whose session they get");
}

/* The line that starts it, or puts it there. */
static void
starting(char fix[TEXT_CAP])
{
	if (hostfile_exists(DAEMON) == 0)
		snprintf(fix, TEXT_CAP, "install the package holdfast-pool, or build holdfast with --enable-pool");
	else if (survival_systemd())
		snprintf(fix, TEXT_CAP, "systemctl enable --now " SERVICE);
	else
		snprintf(fix, TEXT_CAP, "start " DAEMON ", now and at boot");
}

static void
say_store(struct doctor *d, const struct pool_answer *a)
{
	const struct pool_health *h = &a->health;
	const char *fix = "look at its log (journalctl -u " SERVICE "), and at the directory's members";
	char since[AGE_CAP] = "its start";

	if (h->since_ms)
		age_since(since, h->since_ms);
	if (h->store == POOL_STORE_OK && h->skipped)
		doctor_add(d, "pool.store", DOCTOR_WARN, "look at holdfast-pool's log for the keys of these entries",
		           "the pool's directory has %u entries that are not valid", h->skipped);
	else if (h->store == POOL_STORE_OK)
		doctor_add(d, "pool.store", DOCTOR_OK, NULL, "pool %s: the directory answers, %zu nodes, %u sessions", h->pool,
		           a->member_count, h->entries);
	else
		doctor_add(d, "pool.store", DOCTOR_PROBLEM, fix, "the pool's directory has not answered for %s%s%.200s: no "
		           "login resumes a session of another node", since, h->text[0] ? ": " : "", h->text);
}

/* Whether NODE has a key, or a certificate's authority, in a file for all users; also if that cannot be found out. */
static bool
key_is_known(const char *node)
{
	static const char *const files[] = { KNOWN_HOSTS, KNOWN_HOSTS "2" };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *const argv[] = { "ssh-keygen", "-F", node, "-f", files[i], NULL };
		int rc = hostfile_exists(files[i]) == 0 ? 1 : run_program(argv, KEYGEN_MS, NULL);

		if (rc <= 0)
			return true;
	}
	return false;
}

/* A hop believes no key but the one that is known for the node's name (quietly.h). */
static void
check_known_keys(struct doctor *d, const struct pool_answer *a)
{
	char fix[TEXT_CAP];

	for (size_t i = 0; i < a->member_count && i < KEYS_MAX; i++) {
		const struct pool_member *m = &a->members[i];

		if (strcmp(m->node, a->health.node) == 0 || key_is_known(m->node))
			continue;
		snprintf(fix, sizeof fix, "put the host key of %s into " KNOWN_HOSTS ", under that very name", m->node);
		doctor_add(d, "pool.keys", DOCTOR_WARN, fix, "logins here cannot go to sessions of %s (%.200s), unless users "
		           "know its host key by themselves: it is not in " KNOWN_HOSTS " under that name", m->node,
		           m->address);
		return;
	}
}

static void
check_daemon(struct doctor *d)
{
	struct ticket none = { { 0 } };
	struct pool_answer a;
	char fix[TEXT_CAP];
	int rc = geteuid() == 0 ? poolask_as_root(POOL_WHAT_MEMBERS, "", &a) : poolask(POOL_WHAT_MEMBERS, &none, &a);

	starting(fix);
	if (rc == 0) {
		say_store(d, &a);
		check_known_keys(d, &a);
	} else if (rc == -ENOENT || rc == -ECONNREFUSED || rc == -EPIPE) {
		doctor_add(d, "pool.daemon", DOCTOR_PROBLEM, fix,
		           "holdfast-pool does not run: no login resumes a session of another node");
	} else if (rc == -EPERM) {
		doctor_add(d, "pool.daemon", DOCTOR_PROBLEM, "rm -r " PATH_POOL " && systemctl restart " SERVICE,
		           PATH_POOL " is not as holdfast-pool makes it");
	} else if (rc == -ETIMEDOUT || rc == -EAGAIN) {
		doctor_add(d, "pool.daemon", DOCTOR_PROBLEM, "systemctl restart " SERVICE, "holdfast-pool hangs");
	} else {
		doctor_add(d, "pool.daemon", DOCTOR_UNKNOWN, NULL, "cannot ask holdfast-pool: %s", strerror(-rc));
	}
	poolask_free(&a);
}

void
doctor_check_pool(struct doctor *d)
{
	struct config_subject who = { .user = d->user, .groups = (const char *const *)d->groups, .address = "" };
	struct config_policy p;
	struct config_error e;

	/* A file with a mistake is said elsewhere. */
	if (!d->has_system || config_load(PATH_CONFIG, &who, &p, &e) || !config_pool_on(&p.pool))
		return;
	check_lines(d, &p.pool);
	check_daemon(d);
	if (hostfile_exists(CLIENT) == 0)
		doctor_add(d, "pool.client", DOCTOR_PROBLEM, "install the package holdfast-client",
		           "logins here cannot go to sessions of other nodes: " CLIENT " does not exist");
	if (!p.pool.resume)
		doctor_add(d, "pool.resume", DOCTOR_WARN, "PoolResume yes, in " PATH_CONFIG,
		           "%s resumes no session of another node (PoolResume no)", d->user);
}
