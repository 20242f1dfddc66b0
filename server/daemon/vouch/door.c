/* SPDX-License-Identifier: MIT */
#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "audit.h"
#include "clock.h"
#include "counters.h"
#include "helper.h"
#include "log.h"
#include "peercred.h"
#include "reply.h"
#include "storing.h"

#define PAUSE_MS 200      /* of accepting, when the system has run out of something */
#define ACCEPT_BATCH 512  /* connections taken before helpers are started */
#define START_BATCH 8     /* helpers started before connections are taken */
#define SKIP_BATCH 256    /* closed connections skipped in between */
#define OWNERS_MS 1000    /* between looks at the owners' files */
#define SPARE_FDS 64      /* besides those of helpers and connections */

void
door_complain(struct door *d, int err, const char *what)
{
	if (!ratelimit_take(&d->complaints, clock_now_ms()))
		return;
	log_errno(LOG_WARNING, err, "%s (%u such lines left out)", what, d->complaints.suppressed);
	d->complaints.suppressed = 0;
}

/* The soft limit is for programs that use select(2).  A leader takes its limits from the login's sshd. */
static void
raise_descriptors(struct door *d)
{
	const rlim_t want = SLOTS_MAX + SLOTS_WAITING_MAX + SPARE_FDS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < want) {
		limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			door_complain(d, errno, "cannot raise the limit on descriptors");
	}
}

void
door_init(struct door *d, int listener)
{
	d->listener = listener;
	d->complaints = (struct ratelimit){ .burst = 4, .every_ms = 5000 };
	d->owners.subuid = "/etc/subuid";
	d->owners.passwd = "/etc/passwd";
	lastwords_init(&d->lastwords);
	storing_by_children();
	raise_descriptors(d);
	d->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

size_t
door_poll(const struct door *d, uint64_t now_ms, struct pollfd *p)
{
	p[0] = (struct pollfd){ .fd = now_ms < d->paused_until_ms ? -1 : d->listener, .events = POLLIN };
	return 1 + slots_poll(&d->slots, p + 1);
}

uint64_t
door_deadline(const struct door *d, uint64_t now_ms)
{
	uint64_t first = slots_deadline(&d->slots), said = refusallog_deadline(&d->refusals);

	if (slots_ready(&d->slots))
		return now_ms;
	first = said < first ? said : first;
	return now_ms < d->paused_until_ms && d->paused_until_ms < first ? d->paused_until_ms : first;
}

static void
say_left_out(uid_t uid, unsigned left_out)
{
	struct event e;

	event_init(&e, "refuse");
	if (uid == (uid_t)-1)
		event_add(&e, "uid", NULL);
	else
		event_number(&e, "uid", uid);
	event_number(&e, "left_out", left_out);
	audit_plain(LOG_NOTICE, &e);
}

/* Refuses CONN and closes it, without a helper, because there are too many. */
static void
refuse(struct door *d, int conn, uid_t uid, uint64_t owner)
{
	uint64_t now = clock_now_ms();
	struct audit a;

	reply_refuse_as(conn, VOUCH_LIMIT, "queue", "too many logins of this account at once");
	close(conn);
	if (refusallog_take(&d->refusals, owner, uid, now)) {
		audit_init(&a, "-", uid);
		audit_event(&a, "refuse", NULL, NULL, "code=5 why=queue detail=\"too many logins at once\"");
	} else {
		refusallog_left_out(&d->refusals, owner, now);
	}
}

/* Whether the caller has closed its connection. */
static bool
is_closed(int conn)
{
	struct pollfd p = { .fd = conn, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0;
}

/* Whether it has, and has said nothing: then it needs no helper. */
static bool
is_left(int conn)
{
	ssize_t n;
	char byte;

	if (!is_closed(conn))
		return false;
	n = recv(conn, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	/*
	 * The kernel says once that the caller has not read our QUEUED; what the caller has sent is there nevertheless.
	 */
	if (n < 0 && errno == ECONNRESET)
		n = recv(conn, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n <= 0;
}

/* A connection that can't wait any longer, and was just taken out. */
static void
give_up(struct door *d, const struct slots_connection *c)
{
	uint64_t owner = slots_owner_of(&d->slots, c);

	slots_drop(&d->slots, c);
	if (is_closed(c->fd))
		close(c->fd);
	else
		refuse(d, c->fd, c->uid, owner);
}

static void
look_at_owners(struct door *d)
{
	uint64_t now = clock_now_ms();
	int rc;

	if (d->owners_ms && now - d->owners_ms < OWNERS_MS)
		return;
	d->owners_ms = now;
	rc = owners_refresh(&d->owners);
	if (rc)
		door_complain(d, rc, "/etc/subuid");
}

/* Queues CONN, if necessary in place of another one.  Whether it is queued. */
static bool
let_wait(struct door *d, int conn, uid_t uid, uint64_t owner)
{
	uint64_t now = clock_now_ms();
	struct slots_connection c;

	if (slots_wait(&d->slots, conn, uid, owner, now))
		return true;
	if (!slots_make_room(&d->slots, owner, &c))
		return false;
	give_up(d, &c);
	return slots_wait(&d->slots, conn, uid, owner, now);
}

static void
take(struct door *d, int conn)
{
	struct ucred cred;
	uint64_t owner;
	int rc = peercred_get(conn, &cred);

	if (rc) {
		door_complain(d, -rc, "connection without credentials");
		close(conn);
		return;
	}
	owner = owners_of(&d->owners, cred.uid);
	if (!let_wait(d, conn, cred.uid, owner))
		refuse(d, conn, cred.uid, owner);
	else
		reply_plain(conn, VOUCH_QUEUED, 0);
}

/* No descriptor is free for another connection: accepts the next one with the reserve, and closes it. */
static void
shed(struct door *d)
{
	int conn;

	if (d->reserve >= 0)
		close(d->reserve);
	conn = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);
	if (conn >= 0) {
		counters_event("refuse", "nofile");
		close(conn);
	}
	d->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* accept has failed with ERR: whether to go on accepting. */
static bool
accept_failed(struct door *d, int err)
{
	switch (err) {
	case EAGAIN:
		return false;
	case EINTR:
	case ECONNABORTED:
	case EPERM:
		return true;
	case EMFILE:
	case ENFILE:
		shed(d);
		break;
	}
	door_complain(d, err, "cannot serve a login");
	d->paused_until_ms = clock_now_ms() + PAUSE_MS;
	return false;
}

static void
accept_some(struct door *d)
{
	look_at_owners(d);
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		int conn = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);

		if (conn >= 0)
			take(d, conn);
		else if (!accept_failed(d, errno))
			return;
	}
}

/* Forks the helper for C: whether there is one. */
static bool
serve(struct door *d, const struct slots_connection *c)
{
	uint64_t owner = slots_owner_of(&d->slots, c);
	bool quiet = !refusallog_take(&d->refusals, owner, c->uid, clock_now_ms());
	struct slots_helper h = { .uid = c->uid, .place = slots_place(&d->slots), .quiet = quiet };
	int slot[2];

	if (pipe2(slot, O_CLOEXEC) || fcntl(slot[0], F_SETFL, O_NONBLOCK)) {
		door_complain(d, errno, "cannot make a pipe for a helper");
		return false;
	}
	h.pid = fork();
	if (h.pid == 0)
		_exit(helper_run(c->fd, slot[1], quiet, lastwords_of(&d->lastwords, h.place), c->since_ms));
	close(slot[1]);
	if (h.pid > 0) {
		slots_serve(&d->slots, c, slot[0], &h);
		close(c->fd);
		return true;
	}
	door_complain(d, errno, "no helper");
	close(slot[0]);
	if (!quiet)
		refusallog_back(&d->refusals, owner);
	return false;
}

static void
start_some(struct door *d)
{
	struct slots_connection c;

	for (int started = 0, skipped = 0; started < START_BATCH && skipped < SKIP_BATCH;) {
		if (!slots_next(&d->slots, &c))
			return;
		if (!is_left(c.fd) && serve(d, &c)) {
			started++;
			continue;
		}
		slots_drop(&d->slots, &c);
		close(c.fd);
		skipped++;
	}
}

static void
refuse_expired(struct door *d)
{
	struct slots_connection c;

	while (slots_expired(&d->slots, clock_now_ms(), &c))
		give_up(d, &c);
}

void
door_turn(struct door *d, const struct pollfd *p, size_t count)
{
	static struct slots_freed freed[SLOTS_MAX];
	size_t n = slots_reap(&d->slots, p + 1, count - 1, freed);
	uint64_t now = clock_now_ms();

	for (size_t i = 0; i < n; i++) {
		/* The end of one that has died is a refusal too (lastwords.h). */
		bool refused = freed[i].refused || !freed[i].done;

		lastwords_slot(&d->lastwords, &freed[i]);
		if (!freed[i].over)
			continue;
		if (freed[i].helper.quiet && refused)
			refusallog_left_out(&d->refusals, freed[i].owner, now);
		else if (!freed[i].helper.quiet && !refused)
			refusallog_back(&d->refusals, freed[i].owner);
	}
	if (p[0].revents)
		accept_some(d);
	start_some(d);
	refuse_expired(d);
	refusallog_say(&d->refusals, now, say_left_out);
	storing_turn();
	counters_logins(d->slots.waiting_count, d->slots.count);
}

void
door_child(struct door *d, pid_t pid, int status)
{
	if (!storing_ended(pid) && !slots_ended(&d->slots, pid, status))
		lastwords_status(&d->lastwords, pid, status);
}
