/* SPDX-License-Identifier: MIT */
/*
 * holdfast-pool: publishes this node's sessions in the store of its pool, knows those of the other nodes, and answers
 * helpers from memory.  One loop, no threads, no privileges; never on the way of a login (docs/POOLS.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "answering.h"
#include "clock.h"
#include "config_file.h"
#include "held.h"
#include "http.h"
#include "log.h"
#include "paths.h"
#include "setup.h"
#include "signals.h"
#include "store.h"
#include "told.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define EXPIRE_MS 60000
#define TOLD_FOR_MS (3 * POOL_HELD_S * UINT64_C(1000)) /* a session that nobody tells has ended */
#define FIXED 3                                        /* descriptors before those of answering */
#define LONGEST_MS 60000

_Static_assert(FIXED + ANSWERING_MAX + 1 <= HTTP_EXTRA_MAX, "all descriptors can be waited for");

struct daemon {
	int signals;
	struct setup setup;
	struct http *http;
	struct own *own;
	struct directory *directory;
	struct store *store;
	struct told told;
	struct answering answering;
	struct held held;
	uint64_t expired_ms;
};

/* Questions go first, also before the rest of a long answer of the store's. */
static void
between(void *arg)
{
	struct daemon *d = arg;

	answering_turn(&d->answering, clock_now_ms());
}

static int
make_parts(struct daemon *d)
{
	const struct config_pool *c = &d->setup.config;
	struct http_files files = { c->tls.ca, c->tls.cert, c->tls.key };
	struct store_options *o = &d->setup.store;

	d->http = http_new(&files);
	d->own = own_new(c->name, o->self.node);
	d->directory = directory_new(NULL);
	if (!d->http || !d->own || !d->directory)
		return -ENOMEM;
	o->http = d->http;
	o->own = d->own;
	o->directory = d->directory;
	o->between = between;
	o->between_arg = d;
	d->store = store_new(o);
	if (!d->store)
		return -ENOMEM;
	d->told.own = d->own;
	d->told.store = d->store;
	d->answering.directory = d->directory;
	d->answering.store = d->store;
	d->answering.pool = c->name;
	d->answering.node = o->self.node;
	held_init(&d->held);
	return 0;
}

static int
open_sockets(struct daemon *d)
{
	int rc = told_open(&d->told, PATH_POOL_TOLD);

	if (rc) {
		log_errno(LOG_ERR, rc, "%s", PATH_POOL_TOLD);
		return rc;
	}
	rc = answering_open(&d->answering, PATH_POOL_ASK);
	if (rc)
		log_errno(LOG_ERR, rc, "%s", PATH_POOL_ASK);
	return rc;
}

static void
expire(struct daemon *d, uint64_t now)
{
	unsigned n;

	if (now - d->expired_ms < EXPIRE_MS)
		return;
	d->expired_ms = now;
	n = now > TOLD_FOR_MS ? own_expire(d->own, now - TOLD_FOR_MS) : 0;
	if (n)
		log_line(LOG_NOTICE, "%u sessions of this node have not been told any more, and are taken as ended", n);
}

/* How long to wait, in milliseconds. */
static unsigned
pause_of(const struct daemon *d, uint64_t now)
{
	uint64_t until = now + LONGEST_MS;

	clock_sooner(&until, store_deadline(d->store, now));
	clock_sooner(&until, answering_deadline(&d->answering));
	clock_sooner(&until, d->held.next_ms);
	return until > now ? (unsigned)(until - now) : 0;
}

/* Until a signal comes that asks us to end. */
static int
loop(struct daemon *d)
{
	struct pollfd p[HTTP_EXTRA_MAX];

	for (;;) {
		uint64_t now = clock_now_ms();
		size_t count;
		int rc;

		answering_turn(&d->answering, now);
		told_turn(&d->told, now);
		held_turn(&d->held, now);
		expire(d, now);
		store_turn(d->store, now);
		p[0] = (struct pollfd){ .fd = d->signals, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = d->told.fd, .events = POLLIN };
		p[2] = held_poll(&d->held);
		count = FIXED + answering_poll(&d->answering, p + FIXED);
		rc = http_wait(d->http, p, count, pause_of(d, now));
		if (rc) {
			log_errno(LOG_ERR, rc, "waiting");
			return 1;
		}
		if (p[0].revents)
			return 0;
		answering_turn(&d->answering, clock_now_ms());
		http_turn(d->http);
	}
}

static int
take_signals(void)
{
	static const int requests[] = { SIGTERM, SIGINT, 0 };

	return signals_requests(requests, signals_ignore);
}

static int
run(struct daemon *d)
{
	int rc;

	umask(077);
	d->signals = take_signals();
	if (d->signals < 0 || chdir("/")) {
		log_errno(LOG_ERR, errno, "starting");
		return 1;
	}
	rc = make_parts(d);
	if (rc)
		log_errno(LOG_ERR, rc, "starting");
	if (rc || open_sockets(d))
		return 1;
	log_line(LOG_INFO, "ready: node %s (%s) of pool %s", d->setup.store.self.node, d->setup.store.self.address,
	         d->setup.config.name);
	rc = loop(d);
	/* The keys stay until their lease ends: after a restart they are there as before. */
	store_free(d->store);
	answering_close(&d->answering);
	told_close(&d->told);
	own_free(d->own);
	directory_free(d->directory);
	http_free(d->http);
	return rc;
}

static void
usage(FILE *to)
{
	fputs("usage: holdfast-pool [-d]\n"
	      "Tells the other nodes of a pool which sessions are held here.  See holdfast-pool(8).\n\n"
	      "  -d, --debug       log to standard error too\n"
	      "  -V, --version     print the version and exit\n"
	      "  -h, --help        print this help and exit\n", to);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct daemon d = { .signals = -1, .told.fd = -1, .answering.fd = -1, .held.fd = -1 };
	bool debug = false;
	int c, rc;

	while ((c = getopt_long(argc, argv, "dVh", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			debug = true;
			break;
		case 'V':
			puts("holdfast-pool " PACKAGE_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "holdfast-pool: unexpected argument \"%s\"\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	if (getuid() == 0 || geteuid() == 0) {
		fputs("holdfast-pool: must not run as root; its unit runs it as user holdfast\n", stderr);
		return 1;
	}
	log_open("holdfast-pool", debug);
	rc = setup_read(&d.setup, PATH_CONFIG, PACKAGE_VERSION);
	if (rc)
		return rc == -ENOENT ? 0 : 1;
	return run(&d);
}
