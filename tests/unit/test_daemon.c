/* SPDX-License-Identifier: MIT */
/* The small parts of holdfastd that keep count: slots, refusals, ratelimit, attachments, descriptors. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vouched.h"
#include "leader_talk.h"
#include "ratelimit.h"
#include "refusallog.h"
#include "slots.h"

static struct slots slots;

static void
serve_next(int fd)
{
	struct slots_connection c;
	struct slots_helper h = { .place = slots_place(&slots) };

	assert_true(slots_next(&slots, &c));
	slots_serve(&slots, &c, fd, &h);
}

static int
begin(void **state)
{
	(void)state;
	memset(&slots, 0, sizeof slots);
	return 0;
}

static void
slots_are_counted_for_each_owner(void **state)
{
	static struct slots_freed freed[SLOTS_MAX];
	struct slots_connection c;
	struct pollfd p[SLOTS_MAX];
	int pipes[SLOTS_PER_OWNER][2];

	(void)state;
	for (int i = 0; i < SLOTS_PER_OWNER; i++) {
		assert_true(slots_wait(&slots, 7, 1000 + (uid_t)(i % 2), 1000, 5));
		assert_int_equal(pipe(pipes[i]), 0);
		assert_int_equal(fcntl(pipes[i][0], F_SETFL, O_NONBLOCK), 0);
		serve_next(pipes[i][0]);
	}
	assert_true(slots_wait(&slots, 8, 1000, 1000, 6));
	assert_false(slots_ready(&slots));
	assert_false(slots_next(&slots, &c));
	assert_true(slots_wait(&slots, 9, 0, 0, 7));
	assert_true(slots_next(&slots, &c));
	assert_int_equal(c.fd, 9);
	slots_drop(&slots, &c);
	/* three end, one of them after a refusal */
	assert_int_equal(write(pipes[5][1], "r", 1), 1);
	close(pipes[0][1]);
	close(pipes[5][1]);
	close(pipes[SLOTS_PER_OWNER - 1][1]);
	assert_int_equal(slots_poll(&slots, p), SLOTS_PER_OWNER);
	assert_int_equal(poll(p, SLOTS_PER_OWNER, 0), 3);
	assert_int_equal(slots_reap(&slots, p, SLOTS_PER_OWNER, freed), 3);
	assert_int_equal(freed[0].refused + freed[1].refused + freed[2].refused, 1);
	assert_true(freed[1].refused);
	assert_int_equal(freed[1].owner, 1000);
	assert_true(slots_next(&slots, &c));
	assert_int_equal(c.fd, 8);
	slots_drop(&slots, &c);
	for (int i = 0; i < SLOTS_PER_OWNER; i++)
		if (i != 0 && i != 5 && i != SLOTS_PER_OWNER - 1)
			close(pipes[i][1]);
	slots_poll(&slots, p);
	poll(p, slots.count, 0);
	slots_reap(&slots, p, slots.count, freed);
	assert_int_equal(slots.count, 0);
	assert_int_equal(slots.owner_rows, 0);
}

/* However many owners have taken all that there is, the next one waits in the place of who has the most, and is next. */
static void
the_next_owner_finds_room(void **state)
{
	struct slots_connection c;
	unsigned most = 0;

	(void)state;
	for (uint64_t owner = 1; owner <= 100; owner++) {
		for (int i = 0; i < 1000 && slots_wait(&slots, 7, 1, owner, 1); i++)
			;
		while (slots_next(&slots, &c))
			slots_serve(&slots, &c, -1, &(struct slots_helper){ .place = slots_place(&slots) });
	}
	assert_int_equal(slots.waiting_count, SLOTS_WAITING_MAX);
	assert_false(slots_wait(&slots, 9, 2, 1000, 1));
	for (unsigned i = 0; i < slots.owner_rows; i++)
		most = most < slots.owners[i].waiting ? slots.owners[i].waiting : most;
	assert_true(slots_make_room(&slots, 1000, &c));
	assert_int_equal(slots.owners[c.owner].waiting, most);
	slots_drop(&slots, &c);
	assert_true(slots_wait(&slots, 9, 2, 1000, 1));
	/* as helpers end, its turn comes before anybody's second one: the others of the hundred have one before */
	c.fd = 7;
	for (int i = 0; i < 101 && c.fd != 9; i++) {
		slots.owners[slots.v[0].owner].serving--;
		slots.v[0] = slots.v[--slots.count];
		assert_true(slots_next(&slots, &c));
		slots_serve(&slots, &c, -1, &(struct slots_helper){ .place = slots_place(&slots) });
	}
	assert_int_equal(c.fd, 9);
}

/* Who has the most himself gets nobody's place. */
static void
the_noisiest_gets_no_room(void **state)
{
	struct slots_connection c;

	(void)state;
	for (uint64_t owner = 1; slots.waiting_count < SLOTS_WAITING_MAX; owner++)
		while (slots_wait(&slots, 7, 1, owner, 1))
			;
	assert_false(slots_make_room(&slots, 1, &c));
	assert_true(slots_make_room(&slots, 77, &c));
}

/* As many owners as there are helpers and connections, and one more: there is no row for that one. */
static void
as_many_owners_as_there_is_room_for(void **state)
{
	struct slots_connection c;
	uint64_t owner = 1000;

	(void)state;
	for (size_t i = 0; i < SLOTS_MAX; i++) {
		assert_true(slots_wait(&slots, 7, 1, owner++, 1));
		serve_next(-1);
	}
	for (size_t i = 0; i < SLOTS_WAITING_MAX; i++)
		assert_true(slots_wait(&slots, 7, 1, owner++, 1));
	assert_int_equal(slots.owner_rows, SLOTS_OWNERS);
	assert_false(slots_wait(&slots, 7, 1, owner, 1));
	assert_false(slots_make_room(&slots, owner, &c));
	assert_int_equal(slots.owner_rows, SLOTS_OWNERS);
	assert_int_equal(slots.count, SLOTS_MAX);
	assert_int_equal(slots.waiting_count, SLOTS_WAITING_MAX);
}

static void
the_owner_with_the_fewest_is_next(void **state)
{
	static const int order[] = { 1, 11, 21, 2, 12, 3, 4 };
	struct slots_connection c;

	(void)state;
	for (int i = 1; i <= 4; i++)
		assert_true(slots_wait(&slots, i, 1, 1, 1));
	for (int i = 11; i <= 12; i++)
		assert_true(slots_wait(&slots, i, 2, 2, 1));
	assert_true(slots_wait(&slots, 21, 3, 3, 1));
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		assert_true(slots_next(&slots, &c));
		assert_int_equal(c.fd, order[i]);
		slots_serve(&slots, &c, -1, &(struct slots_helper){ .place = slots_place(&slots) });
	}
	assert_false(slots_next(&slots, &c));
}

static void
nobody_waits_for_ever(void **state)
{
	struct slots_connection c;

	(void)state;
	assert_true(slots_deadline(&slots) == UINT64_MAX);
	assert_true(slots_wait(&slots, 5, 1, 1, 1000));
	assert_true(slots_wait(&slots, 6, 1, 1, 2000));
	assert_int_equal(slots_deadline(&slots), 1000 + SLOTS_WAIT_MS);
	assert_false(slots_expired(&slots, 999 + SLOTS_WAIT_MS, &c));
	assert_true(slots_expired(&slots, 1000 + SLOTS_WAIT_MS, &c));
	assert_int_equal(c.fd, 5);
	slots_drop(&slots, &c);
	assert_false(slots_expired(&slots, 1000 + SLOTS_WAIT_MS, &c));
}

static unsigned said_left_out;
static uid_t said_uid;

static void
say(uid_t uid, unsigned left_out)
{
	said_uid = uid;
	said_left_out += left_out;
}

static void
refusallog_are_limited_for_each_owner(void **state)
{
	static struct refusallog r;
	unsigned allowed = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		if (refusallog_take(&r, 1000, 100000, 50000))
			allowed++;
		else
			refusallog_left_out(&r, 1000, 50000);
	}
	assert_int_equal(allowed, REFUSALLOG_BURST);
	assert_true(refusallog_take(&r, 1001, 1001, 50000));
	/* what was no refusal gives its turn back */
	for (int i = 0; i < 100; i++) {
		assert_true(refusallog_take(&r, 1002, 1002, 50000));
		refusallog_back(&r, 1002);
	}
	assert_int_equal(refusallog_deadline(&r), 50000 + REFUSALLOG_SAY_MS);
	refusallog_say(&r, 49999 + REFUSALLOG_SAY_MS, say);
	assert_int_equal(said_left_out, 0);
	refusallog_say(&r, 50000 + REFUSALLOG_SAY_MS, say);
	assert_int_equal(said_left_out, 100 - REFUSALLOG_BURST);
	assert_int_equal(said_uid, 100000);
	assert_true(refusallog_deadline(&r) == UINT64_MAX);
	/* more owners than there are entries: the oldest goes, none is written beyond */
	for (uint64_t owner = 5000; owner < 5000 + 2 * REFUSALLOG_OWNERS; owner++)
		assert_true(refusallog_take(&r, owner, 5, 60000 + owner));
	assert_int_equal(r.count, REFUSALLOG_OWNERS);
	/* what was left out of an owner without an entry is counted with that of others like it */
	said_left_out = 0;
	refusallog_left_out(&r, 5000, 70000);
	refusallog_left_out(&r, 5001, 80000);
	assert_int_equal(refusallog_deadline(&r), 70000 + REFUSALLOG_SAY_MS);
	refusallog_say(&r, 70000 + REFUSALLOG_SAY_MS, say);
	assert_int_equal(said_left_out, 2);
	assert_true(said_uid == (uid_t)-1);
	assert_true(refusallog_deadline(&r) == UINT64_MAX);
}

/* However many owners there are, and however they take turns: so many lines at once, then some in a second. */
static void
refusallog_are_limited_for_all_owners(void **state)
{
	static struct refusallog r;
	unsigned allowed = 0, left_out = 0;

	(void)state;
	for (uint64_t owner = 0; owner < 5000; owner++) {
		if (refusallog_take(&r, owner, (uid_t)owner, 50000)) {
			allowed++;
		} else {
			refusallog_left_out(&r, owner, 50000);
			left_out++;
		}
	}
	assert_int_equal(allowed, REFUSALLOG_TOTAL_BURST);
	for (uint64_t owner = 0; owner < 5000; owner++)
		allowed += refusallog_take(&r, owner, (uid_t)owner, 60000);
	assert_int_equal(allowed, REFUSALLOG_TOTAL_BURST + 10000 / REFUSALLOG_TOTAL_EVERY_MS);
	/* one that was no refusal gives its turn back, also when its owner's entry has gone */
	refusallog_back(&r, 0);
	assert_true(refusallog_take(&r, 6000, 6000, 60000));
	assert_false(refusallog_take(&r, 6001, 6001, 60000));
	/* an owner whose lines were left out for all is not counted as one who has written */
	assert_true(refusallog_take(&r, 6001, 6001, 60000 + REFUSALLOG_TOTAL_EVERY_MS));
	/* none of them is lost: entries that gave way have left their counts */
	said_left_out = 0;
	refusallog_say(&r, 60000 + REFUSALLOG_SAY_MS, say);
	assert_int_equal(said_left_out, left_out);
}

static void
a_rate_is_kept(void **state)
{
	struct ratelimit r = { .burst = 3, .every_ms = 100 };
	unsigned allowed = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		allowed += ratelimit_take(&r, 5000);
	assert_int_equal(allowed, 3);
	assert_int_equal(r.suppressed, 7);
	assert_false(ratelimit_take(&r, 5099));
	assert_true(ratelimit_take(&r, 5100));
	assert_false(ratelimit_take(&r, 5100));
	assert_true(ratelimit_take(&r, 5250));
	assert_false(ratelimit_take(&r, 5299));
	assert_true(ratelimit_take(&r, 5300));
	assert_false(ratelimit_take(&r, 1)); /* a clock that goes back gives nothing */
	for (int i = 0; i < 3; i++)
		assert_true(ratelimit_take(&r, 100000));
	assert_false(ratelimit_take(&r, 100000));
}

static void
vouched_are_remembered(void **state)
{
	struct vouched a = { { NULL } };

	(void)state;
	assert_null(vouched_find(&a, 1));
	vouched_add(&a, 1, LEADERMSG_CREATE, "192.0.2.7", "password");
	vouched_add(&a, 2, LEADERMSG_RESUME, "192.0.2.8", "password");
	vouched_add(&a, 1, LEADERMSG_JOIN, "192.0.2.9", "publickey");
	assert_string_equal(vouched_find(&a, 1)->address, "192.0.2.9");
	assert_int_equal(vouched_find(&a, 1)->kind, LEADERMSG_JOIN);
	assert_string_equal(vouched_find(&a, 2)->address, "192.0.2.8");
	vouched_remove(&a, 2);
	vouched_remove(&a, 3);
	assert_null(vouched_find(&a, 2));
	assert_non_null(vouched_find(&a, 1));
	for (uint32_t i = 10; i < 10 + 3 * ATTACHMENTS_MAX; i++)
		vouched_add(&a, i, LEADERMSG_JOIN, "", "");
	assert_null(vouched_find(&a, 1));
	assert_null(vouched_find(&a, 9 + 2 * ATTACHMENTS_MAX));
	assert_non_null(vouched_find(&a, 10 + 2 * ATTACHMENTS_MAX));
	assert_non_null(vouched_find(&a, 9 + 3 * ATTACHMENTS_MAX));
	while (a.v[0])
		vouched_remove(&a, a.v[0]->serial);
}

/* Claims that came to nothing do not make those who are attached unknown. */
static void
attached_ones_are_kept(void **state)
{
	struct vouched a = { { NULL } };

	(void)state;
	assert_int_equal(vouched_attached(&a), 0);
	vouched_add(&a, 1, LEADERMSG_CREATE, "192.0.2.7", "password")->attached = true;
	vouched_add(&a, 2, LEADERMSG_JOIN, "192.0.2.8", "password")->attached = true;
	for (uint32_t i = 10; i < 10 + 3 * ATTACHMENTS_MAX; i++)
		vouched_add(&a, i, LEADERMSG_JOIN, "", "");
	assert_non_null(vouched_find(&a, 1));
	assert_non_null(vouched_find(&a, 2));
	assert_int_equal(vouched_attached(&a), 2);
	vouched_find(&a, 2)->attached = false;
	assert_int_equal(vouched_attached(&a), 1);
	for (unsigned i = 0; i < ATTACHMENTS_MAX; i++)
		a.v[i]->attached = true;
	vouched_add(&a, 5000, LEADERMSG_JOIN, "", "");
	assert_non_null(vouched_find(&a, 5000));
	assert_null(vouched_find(&a, 1));
	while (a.v[0])
		vouched_remove(&a, a.v[0]->serial);
}

/* The lowest number that is free. */
static int
next_descriptor(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void
send_descriptors(int sock, int count)
{
	int fds[3] = { 0, 0, 0 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fds)];
	} control = { .room = { 0 } };
	char byte = 'x';
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = CMSG_SPACE((size_t)count * sizeof *fds) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN((size_t)count * sizeof *fds);
	memcpy(CMSG_DATA(cm), fds, (size_t)count * sizeof *fds);
	assert_int_equal(sendmsg(sock, &mh, 0), 1);
}

/* A keeper that passes more than it may leaves nothing behind in its leader. */
static void
a_leader_keeps_no_descriptors(void **state)
{
	int pair[2], before, fd;
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	before = next_descriptor();
	for (int count = 1; count <= 3; count++) {
		send_descriptors(pair[1], count);
		assert_int_equal(leader_recv(pair[0], &byte, 1, &fd), 1);
		assert_int_equal(fd >= 0, count == 1);
		if (fd >= 0)
			close(fd);
		assert_int_equal(next_descriptor(), before);
	}
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(slots_are_counted_for_each_owner, begin),
		cmocka_unit_test_setup(the_next_owner_finds_room, begin),
		cmocka_unit_test_setup(the_noisiest_gets_no_room, begin),
		cmocka_unit_test_setup(as_many_owners_as_there_is_room_for, begin),
		cmocka_unit_test_setup(the_owner_with_the_fewest_is_next, begin),
		cmocka_unit_test_setup(nobody_waits_for_ever, begin),
		cmocka_unit_test(refusallog_are_limited_for_each_owner),
		cmocka_unit_test(refusallog_are_limited_for_all_owners),
		cmocka_unit_test(a_rate_is_kept),
		cmocka_unit_test(vouched_are_remembered),
		cmocka_unit_test(attached_ones_are_kept),
		cmocka_unit_test(a_leader_keeps_no_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
