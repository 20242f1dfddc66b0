/* SPDX-License-Identifier: MIT */
/*
 * make bench-pool: a pool of NODES nodes with SESSIONS sessions each at one etcd, and a storm: STORM sessions change at
 * once, as when a network comes back, and as many logins ask.
 *
 * All nodes but one are simulated in this process, each with its own store, lease, watch and directory, so that its
 * processor time is that of NODES daemons.  The last one is a process of its own with the daemon's loop: its memory is
 * shown, and it is the one that is asked, over its real socket.
 *
 * usage: pool [NODES [SESSIONS [STORM]]]
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "answering.h"
#include "attach.h"
#include "clock.h"
#include "etcds.h"
#include "store.h"

#define POOL "bench"
#define USERS 5000
#define ASKERS 50       /* at a time, as sshd's MaxStartups lets in */
#define LIMIT_MS 900000 /* then it is given up */
#define QUIET_MS 30000

struct node {
	struct own *own;
	struct directory *directory;
	struct store *store;
	struct store_options o;
};

static struct etcds etcds;
static struct http *http;
static struct node *nodes;
static unsigned count = 200, sessions = 50, storm = 5000;
static uint64_t *leases; /* of each node, when it was looked at last */
static unsigned granted;

static void
die(const char *what)
{
	perror(what);
	etcds_stop(&etcds);
	exit(1);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processor time of the process PID, in seconds. */
static double
cpu_of(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char path[64], text[512], *p;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f && fgets(text, sizeof text, f) && (p = strrchr(text, ')')))
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	if (f)
		fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static unsigned
rss_kib(pid_t pid)
{
	char path[64], line[256];
	unsigned kib = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmRSS: %u", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static void
node_begin(struct node *n, unsigned number, struct http *by)
{
	char url[64];

	snprintf(n->o.self.node, sizeof n->o.self.node, "login%u", number);
	snprintf(n->o.self.address, sizeof n->o.self.address, "login%u.cluster.example", number);
	snprintf(n->o.self.version, sizeof n->o.self.version, "bench");
	n->own = own_new(POOL, n->o.self.node);
	n->directory = directory_new(NULL);
	n->o.pool = POOL;
	n->o.instance = number + 1;
	n->o.user = n->o.password_file = "";
	n->o.http = by;
	n->o.own = n->own;
	n->o.directory = n->directory;
	endpoints_init(&n->o.endpoints, number + 4711);
	etcds_url(&etcds, 0, url);
	endpoints_add(&n->o.endpoints, url);
	n->store = store_new(&n->o);
	if (!n->store)
		die("a node");
}

/* Session NUMBER, from 0, is of node NUMBER % COUNT. */
static void
tell(unsigned number, uint32_t state, uint64_t now)
{
	struct node *n = &nodes[number % count];
	struct pool_entry e = { .id = number / count + 1, .state = state, .kind = ATTACH_KIND_TERMINAL,
	                        .created_ms = clock_date_ms(), .changed_ms = clock_date_ms(), .rows = 50, .cols = 160,
	                        .term = "xterm-256color" };

	snprintf(e.user, sizeof e.user, "user%05u", number % USERS);
	snprintf(e.node, sizeof e.node, "%s", n->o.self.node);
	snprintf(e.address, sizeof e.address, "%s", n->o.self.address);
	snprintf(e.unique, sizeof e.unique, "%016x", number);
	if (own_tell(n->own, &e, now))
		die("telling");
}

static void
turn(void)
{
	uint64_t now = clock_now_ms();

	for (unsigned i = 0; i < count; i++)
		store_turn(nodes[i].store, now);
	http_wait(http, NULL, 0, 5);
	http_turn(http);
}

/* Whether all that was told has been written, and has come to all nodes. */
static bool
converged(void)
{
	uint64_t last = 0;

	for (unsigned i = 0; i < count; i++) {
		if (own_waits(nodes[i].own) || nodes[i].store->calls[STORE_WRITE].http)
			return false;
		if (nodes[i].store->write.revision > last)
			last = nodes[i].store->write.revision;
	}
	for (unsigned i = 0; i < count; i++) {
		struct directory_counts c;

		directory_count(nodes[i].directory, &c);
		/* Proofs are not reported to the others, so that the revision of the last write need not come. */
		if (c.entries != (uint64_t)count * sessions || !store_usable(nodes[i].store, clock_now_ms()))
			return false;
	}
	return last != 0;
}

static bool
count_attached(void *arg, const unsigned char *message, size_t len)
{
	struct pool_entry e;

	if (pool_decode_entry(&e, message, len) == 0 && e.state == ATTACH_STATE_ATTACHED)
		++*(unsigned *)arg;
	return true;
}

/* How many of the storm's sessions D shows as attached. */
static unsigned
attached_in(const struct directory *d)
{
	unsigned n = 0;
	char user[16];

	for (unsigned i = 0; i < USERS; i++) {
		snprintf(user, sizeof user, "user%05u", i);
		directory_user(d, user, count_attached, &n);
	}
	return n;
}

static bool
storm_is_known(void)
{
	static unsigned first; /* those before it know */

	for (; first < count; first++)
		if (attached_in(nodes[first].directory) < storm)
			return false;
	return true;
}

/* How far the nodes are. */
struct progress {
	unsigned leased, watching, usable, failing, waiting;
	uint64_t least; /* sessions that the last one knows */
};

static void
add_node(struct progress *p, unsigned i)
{
	const struct store *s = nodes[i].store;
	struct directory_counts c;
	unsigned failures = 0;

	directory_count(nodes[i].directory, &c);
	for (int k = 0; k < STORE_TASKS; k++)
		failures += s->calls[k].failures;
	p->leased += s->lease.id != 0;
	p->watching += s->mirror.phase == MIRROR_WATCH;
	p->usable += store_usable(s, clock_now_ms());
	p->failing += failures != 0;
	p->waiting += own_waits(nodes[i].own);
	p->least = c.entries < p->least ? c.entries : p->least;
	granted += s->lease.id && s->lease.id != leases[i];
	leases[i] = s->lease.id ? s->lease.id : leases[i];
}

/* For who waits. */
static void
show_progress(double since)
{
	struct progress p = { .least = UINT64_MAX };

	for (unsigned i = 0; i < count; i++)
		add_node(&p, i);
	fprintf(stderr, "  %4.0f s: %u nodes have a lease (%u were granted), %u watch, %u are up to date, %u with failures, "
	        "%u have something to write; all know %llu sessions; etcd %.0f s\n", seconds() - since, p.leased, granted,
	        p.watching, p.usable, p.failing, p.waiting, (unsigned long long)p.least, cpu_of(etcds.pids[0]));
}

static double
run_until(bool (*condition)(void), const char *what)
{
	double began = seconds(), shown = began;

	while (!condition()) {
		for (int i = 0; i < 10; i++)
			turn();
		if (seconds() - shown > 10) {
			show_progress(began);
			shown = seconds();
		}
		if (seconds() - began > LIMIT_MS / 1000.0) {
			fprintf(stderr, "given up: %s\n", what);
			etcds_stop(&etcds);
			exit(1);
		}
	}
	return seconds() - began;
}

/* The observer ---------------------------------------------------------------------------------------------------------- */

static char ask_path[96];
static struct answering answering;

static void
between(void *arg)
{
	(void)arg;
	answering_turn(&answering, clock_now_ms());
}

/* The loop of holdfast-pool, without what leaders tell. */
static void
observe(void)
{
	static const struct http_files files;
	struct http *own_http = http_new(&files);
	struct pollfd p[HTTP_EXTRA_MAX];
	struct node n;

	memset(&n, 0, sizeof n);
	n.o.between = between;
	node_begin(&n, count, own_http);
	answering.directory = n.directory;
	answering.store = n.store;
	answering.pool = POOL;
	answering.node = n.o.self.node;
	if (answering_open(&answering, ask_path))
		_exit(1);
	for (;;) {
		uint64_t now = clock_now_ms(), until = store_deadline(n.store, now);
		size_t polled;

		answering_turn(&answering, now);
		store_turn(n.store, now);
		polled = answering_poll(&answering, p);
		http_wait(own_http, p, polled, until > now + 1000 ? 1000 : until > now ? (unsigned)(until - now) : 0);
		answering_turn(&answering, clock_now_ms());
		http_turn(own_http);
	}
}

/* Asks the observer for a user's sessions: how many came, or -1; how long it took, in *MS. */
static int
ask_once(const char *user, double *ms)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct pool_ask q = { .what = POOL_WHAT_USER };
	unsigned char buf[POOL_MESSAGE_MAX];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), len, entries = 0;
	double began = seconds();
	ssize_t n;

	snprintf(at.sun_path, sizeof at.sun_path, "%s", ask_path);
	snprintf(q.user, sizeof q.user, "%s", user);
	len = pool_encode_ask(&q, buf, sizeof buf);
	if (connect(fd, (struct sockaddr *)&at, sizeof at) || send(fd, buf, (size_t)len, MSG_NOSIGNAL) != len) {
		close(fd);
		return -1;
	}
	while ((n = recv(fd, buf, sizeof buf, 0)) > 0 && pool_type_of(buf, (size_t)n) == POOL_ENTRY)
		entries++;
	close(fd);
	*ms = (seconds() - began) * 1000;
	return n > 0 ? entries : -1;
}

static int
by_size(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

/* STORM questions, ASKERS at a time, by processes of their own: prints how long answers took. */
static void
ask_all(int out)
{
	unsigned each = storm / ASKERS;
	double *times = calloc(storm + ASKERS, sizeof *times);
	int fds[2];
	unsigned n = 0, failed = 0;

	if (!times || pipe(fds))
		_exit(1);
	for (int i = 0; i < ASKERS; i++) {
		if (fork() == 0) {
			for (unsigned k = 0; k < each; k++) {
				char user[16];
				double ms = -1;

				snprintf(user, sizeof user, "user%05u", (unsigned)(i * (int)each + (int)k) % USERS);
				if (ask_once(user, &ms) < 0)
					ms = -1;
				(void)!write(fds[1], &ms, sizeof ms);
			}
			_exit(0);
		}
	}
	close(fds[1]);
	for (double ms; read(fds[0], &ms, sizeof ms) == sizeof ms;)
		if (ms < 0)
			failed++;
		else
			times[n++] = ms;
	qsort(times, n, sizeof *times, by_size);
	dprintf(out, "questions in the storm: %u answered, %u not; p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n", n, failed,
	        n ? times[n / 2] : 0, n ? times[n - 1 - n / 100] : 0, n ? times[n - 1] : 0);
	_exit(0);
}

static pid_t
child(void (*run)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run();
		_exit(0);
	}
	return pid;
}

static void
ask_all_to_stdout(void)
{
	ask_all(1);
}

/* What the last phase, of SECONDS, cost. */
static void
print_cost(const char *phase, double took, double cpu[2], pid_t observer)
{
	double now[2] = { cpu_of(etcds.pids[0]), cpu_of(getpid()) };

	printf("%-26s %7.1f s; processor time: etcd %.1f s, %u nodes %.1f s; memory: etcd %u MiB, a node %.1f MiB\n", phase,
	       took, now[0] - cpu[0], count, now[1] - cpu[1], rss_kib(etcds.pids[0]) / 1024, rss_kib(observer) / 1024.0);
	memcpy(cpu, now, sizeof now);
	fflush(stdout);
}

static double quiet_until;

static bool
quiet_is_over(void)
{
	return seconds() > quiet_until;
}

int
main(int argc, char **argv)
{
	static const struct http_files files;
	double cpu[2] = { 0 };
	uint64_t revision;
	pid_t observer, asker;
	uint64_t now;

	count = argc > 1 ? (unsigned)atoi(argv[1]) : count;
	sessions = argc > 2 ? (unsigned)atoi(argv[2]) : sessions;
	storm = argc > 3 ? (unsigned)atoi(argv[3]) : storm;
	if (storm > count * sessions)
		storm = count * sessions;
	if (!etcds_there() || !count || !sessions) {
		puts("no etcd (Debian: etcd-server): nothing was measured");
		return 77;
	}
	if (etcds_start(&etcds, 1))
		die("etcd");
	sleep(2);
	snprintf(ask_path, sizeof ask_path, "%s/ask", etcds.dir);
	observer = child(observe);
	http = http_new(&files);
	nodes = calloc(count, sizeof *nodes);
	leases = calloc(count, sizeof *leases);
	if (!http || !nodes || !leases)
		die("nodes");
	for (unsigned i = 0; i < count; i++)
		node_begin(&nodes[i], i, http);
	now = clock_now_ms();
	for (unsigned i = 0; i < count * sessions; i++)
		tell(i, ATTACH_STATE_DROPPED, now);
	printf("%u nodes with %u sessions each, one etcd\n", count, sessions);
	print_cost("all nodes know all", run_until(converged, "filling"), cpu, observer);
	quiet_until = seconds() + QUIET_MS / 1000.0;
	revision = nodes[0].store->mirror.revision;
	print_cost("nothing happens", run_until(quiet_is_over, "quiet"), cpu, observer);
	printf("%-26s %7.1f writes a second\n", "", (double)(nodes[0].store->mirror.revision - revision) / (QUIET_MS / 1000.0));
	asker = child(ask_all_to_stdout);
	now = clock_now_ms();
	for (unsigned i = 0; i < storm; i++)
		tell(i, ATTACH_STATE_ATTACHED, now);
	printf("a storm: %u sessions are attached at once\n", storm);
	fflush(stdout);
	print_cost("all nodes know that", run_until(storm_is_known, "the storm"), cpu, observer);
	waitpid(asker, NULL, 0);
	kill(observer, SIGKILL);
	waitpid(observer, NULL, 0);
	etcds_stop(&etcds);
	return 0;
}
