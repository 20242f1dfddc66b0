/* SPDX-License-Identifier: MIT */
#include "upgrade.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "departures.h"
#include "handed.h"
#include "paths.h"
#include "picture.h"
#include "reexec.h"
#include "report.h"
#include "script.h"
#include "sessionmem.h"
#include "wire.h"

#define LENGTH_BYTES 4 /* of what is behind it in VITAL_HANDOVER */

static unsigned char out[TEXT_CAP + 16];

static void
tell_leader(struct keeper *k, enum leadermsg_upgrade what)
{
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_UPGRADE, .kind = what });
}

/* Answers all who have asked: WHY it was not done, or NULL. */
static void
answer(struct keeper *k, const char *why)
{
	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (!peer->upgrading || peer->phase == PEER_GONE)
			continue;
		peer->upgrading = false;
		if (why)
			peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_TROUBLE, why);
		else
			peer_send(peer, out, attach_encode_plain(ATTACH_MSG_DONE, out, sizeof out));
	}
}

/* It stays what it is. */
static void
stay(struct keeper *k, const char *why)
{
	k->upgrade_by = 0;
	if (k->picture)
		picture_go_on(k);
	vital_forget(&k->vital, VITAL_HANDOVER, 0);
	answer(k, why);
}

void
upgrade_ask(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	peer->upgrading = true;
	if (!k->upgrade_by)
		k->upgrade_by = clock_now_ms() + UPGRADE_WAIT_MS;
}

void
upgrade_watch(const struct keeper *k, struct loop *l)
{
	if (k->upgrade_by)
		loop_until(l, k->upgrade_by);
}

/* Writes it into the memory, and reads it back into *H, as the new program will.  0 or a negative errno. */
static int
hand_over(struct keeper *k, struct handed *h)
{
	size_t cap = (size_t)SESSIONMEM_HANDOVER_BYTES;
	unsigned char *p = vital_map(&k->vital, VITAL_HANDOVER, 0, cap, true);
	struct wire_writer w;
	int n, rc;

	if (!p)
		return -ENOMEM;
	n = handed_put(k, p + LENGTH_BYTES, cap - LENGTH_BYTES);
	if (n >= 0) {
		wire_writer_init(&w, p, LENGTH_BYTES);
		wire_put_u32(&w, (uint32_t)n);
	}
	rc = n < 0 ? n : handed_get(h, p + LENGTH_BYTES, (size_t)n);
	munmap(p, cap);
	return rc;
}

static const char *
check_error(int rc)
{
	switch (rc) {
	case -EPROTO:
		return "the installed program is of a version that cannot take it over; it stays on its own";
	case -ETIMEDOUT:
		return "the installed program has not answered within a second; it stays on its own";
	default:
		return NULL;
	}
}

/* Becomes the new program.  Returns if that fails: a negative errno. */
static int
become(struct keeper *k, const struct handed *h)
{
	int fds[HANDED_FDS], rc;
	unsigned count = handed_fds(h, fds);

	tell_leader(k, LEADERMSG_UPGRADE_BEGINS);
	/* A leader that is gone was noticed only now: its descriptor is closed. */
	rc = k->leader_lost ? -EAGAIN : reexec_run(PATH_KEEPER, k->vital.fd, fds, count);
	tell_leader(k, LEADERMSG_UPGRADE_FAILED);
	return rc;
}

/* Everything is ready for it. */
static void
go(struct keeper *k)
{
	static struct handed h;
	char why[TEXT_CAP];
	int rc = hand_over(k, &h);

	if (rc) {
		stay(k, "its state could not be written down; it stays on its own program");
		return;
	}
	rc = reexec_check(PATH_KEEPER, k->vital.fd);
	if (!rc)
		rc = become(k, &h);
	handed_free(&h);
	snprintf(why, sizeof why, "cannot execute " PATH_KEEPER ": %s", strerror(-rc));
	stay(k, check_error(rc) ? check_error(rc) : why);
}

void
upgrade_turn(struct keeper *k)
{
	const char *why;

	if (!k->upgrade_by)
		return;
	why = handed_objection(k);
	if (!why && k->picture && !picture_let_go(k))
		why = "its screen could not be saved in time";
	else if (why && k->picture)
		picture_go_on(k);
	if (!why) {
		script_let_go(k);
		departures_sweep(k);
		departures_free(k);
		go(k);
	} else if (k->state != KEEPER_RUNNING || k->vital.fd < 0 || clock_now_ms() >= k->upgrade_by)
		stay(k, why);
}

/* In the new program. */

/* Reads what is in MEMORY into *H: 0 or a negative errno. */
static int
take_from(int memory, struct handed *h)
{
	size_t len;
	unsigned char *p = vital_peek(memory, VITAL_HANDOVER, &len);
	struct wire_reader r;
	uint32_t n;
	int rc;

	if (!p)
		return -EPROTO;
	wire_reader_init(&r, p, len);
	wire_get_u32(&r, &n);
	rc = r.err || n > r.left ? -EPROTO : handed_get(h, r.p, n);
	munmap(p, len);
	return rc;
}

static uint64_t
ring_of(const struct handed *h)
{
	return sessionmem_ring_bytes(h->init.ring_bytes, !h->init.tty[0]);
}

int
upgrade_check(int memory)
{
	static struct handed h;
	int rc = take_from(memory, &h);

	if (rc)
		return rc;
	rc = vital_try(memory, !h.init.tty[0], ring_of(&h));
	handed_free(&h);
	return rc;
}

int
upgrade_take_over(struct keeper *k, int memory)
{
	static struct handed h;
	int fds[HANDED_FDS + 1], rc = take_from(memory, &h);
	unsigned count = rc ? 0 : handed_fds(&h, fds);

	if (k->io >= 0)
		fds[count++] = k->io;
	if (!rc)
		rc = reexec_arrive(memory, fds, count);
	if (rc)
		return rc;
	handed_begin(k, &h);
	k->memory = memory;
	k->again = true;
	k->handed = &h;
	return 0;
}

void
upgrade_arrived(struct keeper *k)
{
	k->handed = NULL;
	vital_forget(&k->vital, VITAL_HANDOVER, 0);
	tell_leader(k, LEADERMSG_UPGRADE_DONE);
	answer(k, NULL);
}
