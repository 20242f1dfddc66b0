/* SPDX-License-Identifier: MIT */
#include "slots.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "refusal.h"

/*
 * The row of OWNER, a new one if need be.  There is one while another connection can wait: each row in use stands for a
 * helper or for a connection.
 */
static unsigned
row_of(struct slots *s, uint64_t owner)
{
	size_t row = s->owner_rows;

	for (size_t i = 0; i < s->owner_rows; i++) {
		const struct slots_owner *o = &s->owners[i];

		if (!o->serving && !o->waiting)
			row = row < i ? row : i;
		else if (o->owner == owner)
			return (unsigned)i;
	}
	if (row == s->owner_rows)
		s->owner_rows++;
	s->owners[row] = (struct slots_owner){ .owner = owner };
	return (unsigned)row;
}

/* How many connections of OWNER wait.  Makes no row: when all can wait no longer, all rows can be in use. */
static unsigned
waiting_of(const struct slots *s, uint64_t owner)
{
	for (size_t i = 0; i < s->owner_rows; i++)
		if (s->owners[i].owner == owner && s->owners[i].waiting)
			return s->owners[i].waiting;
	return 0;
}

/* Unused rows at the end are not searched. */
static void
trim(struct slots *s)
{
	while (s->owner_rows && !s->owners[s->owner_rows - 1].serving && !s->owners[s->owner_rows - 1].waiting)
		s->owner_rows--;
}

bool
slots_wait(struct slots *s, int fd, uid_t uid, uint64_t owner, uint64_t now_ms)
{
	unsigned row;

	if (s->waiting_count == SLOTS_WAITING_MAX)
		return false;
	row = row_of(s, owner);
	if (s->owners[row].waiting == SLOTS_WAITING_PER_OWNER)
		return false;
	s->owners[row].waiting++;
	s->waiting[s->waiting_count++] =
		(struct slots_connection){ .fd = fd, .uid = uid, .owner = row, .since_ms = now_ms };
	return true;
}

/* The row keeps its count until slots_serve or slots_drop, so that it isn't given to another owner. */
static void
take_out(struct slots *s, size_t i, struct slots_connection *c)
{
	*c = s->waiting[i];
	s->waiting_count--;
	memmove(&s->waiting[i], &s->waiting[i + 1], (s->waiting_count - i) * sizeof s->waiting[0]);
}

bool
slots_make_room(struct slots *s, uint64_t owner, struct slots_connection *c)
{
	unsigned most = 0;
	size_t i = s->waiting_count;

	if (s->waiting_count < SLOTS_WAITING_MAX)
		return false;
	for (unsigned row = 1; row < s->owner_rows; row++)
		if (s->owners[row].waiting > s->owners[most].waiting)
			most = row;
	/* With one more the owner would have as many. */
	if (waiting_of(s, owner) + 1 >= s->owners[most].waiting)
		return false;
	while (s->waiting[--i].owner != most)
		;
	take_out(s, i, c);
	return true;
}

/* Whether an owner with HAS helpers may have another one. */
static bool
may_have(const struct slots *s, unsigned has)
{
	return has < SLOTS_PER_OWNER && has < SLOTS_MAX - s->count;
}

/* The index of the connection that is to be served next, or the end. */
static size_t
find_next(const struct slots *s)
{
	size_t best = s->waiting_count;
	unsigned fewest = SLOTS_PER_OWNER;

	for (size_t i = 0; i < s->waiting_count && fewest; i++) {
		unsigned has = s->owners[s->waiting[i].owner].serving;

		if (has < fewest && may_have(s, has)) {
			best = i;
			fewest = has;
		}
	}
	return best;
}

bool
slots_ready(const struct slots *s)
{
	return find_next(s) < s->waiting_count;
}

bool
slots_next(struct slots *s, struct slots_connection *c)
{
	size_t best = find_next(s);

	if (best == s->waiting_count)
		return false;
	take_out(s, best, c);
	return true;
}

unsigned
slots_place(const struct slots *s)
{
	unsigned place = 0;

	while (place < SLOTS_MAX - 1 && s->taken[place])
		place++;
	return place;
}

void
slots_serve(struct slots *s, const struct slots_connection *c, int fd, const struct slots_helper *helper)
{
	s->owners[c->owner].waiting--;
	s->owners[c->owner].serving++;
	memset(&s->v[s->count], 0, sizeof s->v[0]);
	s->v[s->count].fd = fd;
	s->v[s->count].owner = c->owner;
	s->v[s->count].helper = *helper;
	s->taken[helper->place] = true;
	s->count++;
}

bool
slots_ended(struct slots *s, pid_t pid, int status)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->v[i].helper.pid == pid) {
			s->v[i].ended = true;
			s->v[i].status = status;
			return true;
		}
	return false;
}

void
slots_drop(struct slots *s, const struct slots_connection *c)
{
	s->owners[c->owner].waiting--;
	trim(s);
}

uint64_t
slots_deadline(const struct slots *s)
{
	return s->waiting_count ? s->waiting[0].since_ms + SLOTS_WAIT_MS : UINT64_MAX;
}

bool
slots_expired(struct slots *s, uint64_t now_ms, struct slots_connection *c)
{
	if (now_ms < slots_deadline(s))
		return false;
	take_out(s, 0, c);
	return true;
}

size_t
slots_poll(const struct slots *s, struct pollfd *p)
{
	for (size_t i = 0; i < s->count; i++)
		p[i] = (struct pollfd){ .fd = s->v[i].fd, .events = POLLIN };
	return s->count;
}

/* Reads what the helper of slot I has said: whether its pipe is at its end. */
static bool
listen_to(struct slots *s, size_t i)
{
	char said[16];
	ssize_t n;

	while ((n = read(s->v[i].fd, said, sizeof said)) > 0)
		for (ssize_t k = 0; k < n; k++) {
			s->v[i].refused |= said[k] == REFUSAL_REFUSED || said[k] == REFUSAL_LATE;
			s->v[i].late |= said[k] == REFUSAL_LATE;
			s->v[i].done |= said[k] == REFUSAL_DONE;
		}
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static struct slots_freed
state_of(const struct slots *s, size_t i, bool over)
{
	return (struct slots_freed){
		.owner = s->owners[s->v[i].owner].owner, .helper = s->v[i].helper, .over = over,
		.refused = s->v[i].refused, .late = s->v[i].late, .done = s->v[i].done,
		.ended = s->v[i].ended, .status = s->v[i].status,
	};
}

static void
release(struct slots *s, size_t i)
{
	close(s->v[i].fd);
	s->owners[s->v[i].owner].serving--;
	s->taken[s->v[i].helper.place] = false;
	s->v[i] = s->v[--s->count];
}

size_t
slots_reap(struct slots *s, const struct pollfd *p, size_t count, struct slots_freed freed[SLOTS_MAX])
{
	size_t n = 0;

	/* From the back, so that the last one, moved into a gap, has been looked at. */
	for (size_t i = count; i-- > 0;) {
		bool was_late = s->v[i].late, over;

		if (!p[i].revents)
			continue;
		over = listen_to(s, i);
		if (over || s->v[i].late != was_late)
			freed[n++] = state_of(s, i, over);
		if (over)
			release(s, i);
	}
	trim(s);
	return n;
}

uint64_t
slots_owner_of(const struct slots *s, const struct slots_connection *c)
{
	return s->owners[c->owner].owner;
}
