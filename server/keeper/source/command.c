/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fd.h"

#define READ_MAX 65536     /* from a pipe at once: all that one holds */
#define READS_PER_TURN 8   /* then everybody else gets a look */
#define GIVE_BACK (1u << 20) /* a ring without unacknowledged output keeps less than this */

int
command_init(struct command *c, struct ring *output, struct vital *vital)
{
	memset(c, 0, sizeof *c);
	c->in = -1;
	c->errors.fd = -1;
	c->vital = vital;
	c->channel[0] = (struct command_channel){ .fd = -1, .ring = output, .of = c };
	c->channel[1] = (struct command_channel){ .fd = -1, .ring = &c->errors, .of = c };
	return vital_ring(vital, 1, &c->errors);
}

/* The first word without its directory: the name for people. */
void
command_name(struct command *c, const char *line)
{
	const char *end, *word = line + strspn(line, " \t\n(");
	int len;

	end = word + strcspn(word, " \t\n;&|<>()");
	for (const char *p = word; p < end; p++)
		if (*p == '/' && p + 1 < end)
			word = p + 1;
	len = end - word < NAME_CAP ? (int)(end - word) : NAME_CAP - 1;
	snprintf(c->name, sizeof c->name, "%.*s", len, word);
}

/* Our end does not block; the command's, another open file, does. */
static int
make_pipe(int *ours, int *its, bool we_read)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*ours = fds[we_read ? 0 : 1];
	*its = fds[we_read ? 1 : 0];
	return fcntl(*ours, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

int
command_open(struct command *c, int child[3])
{
	int rc;

	child[0] = child[1] = child[2] = -1;
	rc = make_pipe(&c->in, &child[0], false);
	for (unsigned ch = 0; !rc && ch < COMMAND_CHANNELS; ch++)
		rc = make_pipe(&c->channel[ch].fd, &child[1 + ch], true);
	if (!rc)
		return 0;
	for (unsigned i = 0; i < 3; i++)
		fd_close(&child[i]);
	fd_close(&c->in);
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		fd_close(&c->channel[ch].fd);
	return rc;
}

void
command_restore(struct command *c, const char name[NAME_CAP], bool input_closed)
{
	memcpy(c->name, name, sizeof c->name);
	if (input_closed)
		fd_close(&c->in);
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++) {
		struct command_channel *of = &c->channel[ch];

		of->acked = of->ring->live->acked;
		of->freed = of->acked > GIVE_BACK ? of->acked - GIVE_BACK : 0;
	}
}

void
command_take(struct command *c, const int fds[3])
{
	c->in = fds[0];
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		c->channel[ch].fd = fds[1 + ch];
}

unsigned
command_closed(const struct command *c)
{
	unsigned closed = c->in < 0;

	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		closed |= (unsigned)(c->channel[ch].fd < 0) << (1 + ch);
	return closed;
}

/* How much fits into the ring without overwriting unacknowledged output. */
static size_t
room_of(const struct command_channel *ch)
{
	return ch->ring->size - (size_t)(ch->ring->head - ch->acked);
}

/* One read: whether another one may bring more. */
static bool
read_some(struct command_channel *ch)
{
	size_t room = room_of(ch), most = room < READ_MAX ? room : READ_MAX;
	ssize_t n;

	if (!most)
		return false;
	ring_prepare(ch->ring, most);
	vital_intend(ch->of->vital, VITAL_OUTPUT, (unsigned)(ch - ch->of->channel), ch->ring->head);
	n = fd_read(ch->fd, ring_space(ch->ring), most);
	if (n > 0)
		ring_advance(ch->ring, (size_t)n);
	vital_done(ch->of->vital);
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n < 0 && errno == EINTR)
		return true;
	ch->of->moved = true;
	if (n <= 0) {
		fd_close(&ch->fd);
		return false;
	}
	return true;
}

static void
on_output(void *object, short revents)
{
	struct command_channel *ch = object;

	(void)revents;
	for (int i = 0; ch->fd >= 0 && i < READS_PER_TURN && read_some(ch); i++)
		;
}

static void
on_input(void *object, short revents)
{
	struct command *c = object;

	/* The command does not read any more: its input is thrown away, as sshd does. */
	if (revents & (POLLERR | POLLNVAL))
		fd_close(&c->in);
	c->moved = true;
}

void
command_watch(struct command *c, struct loop *l, bool input_waits)
{
	loop_add(l, c->in, input_waits ? POLLOUT : 0, on_input, c);
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		if (room_of(&c->channel[ch]))
			loop_add(l, c->channel[ch].fd, POLLIN, on_output, &c->channel[ch]);
}

bool
command_turn(struct command *c)
{
	bool moved = c->moved;

	c->moved = false;
	return moved;
}

struct ring *
command_ring(struct command *c, unsigned channel)
{
	return channel < COMMAND_CHANNELS ? c->channel[channel].ring : NULL;
}

uint64_t
command_acked(const struct command *c, unsigned channel)
{
	return channel < COMMAND_CHANNELS ? c->channel[channel].acked : 0;
}

/* The memory of what has been acknowledged. */
static void
release(struct command_channel *ch)
{
	ch->freed = ring_release(ch->ring, ch->freed, ch->acked);
}

int
command_ack(struct command *c, unsigned channel, uint64_t offset)
{
	struct command_channel *ch;

	if (channel >= COMMAND_CHANNELS || offset > c->channel[channel].ring->head)
		return -EBADMSG;
	ch = &c->channel[channel];
	if (offset > ch->acked)
		ch->acked = offset;
	if (ch->ring->live)
		ch->ring->live->acked = ch->acked;
	/* Not while output moves: the kernel takes longer to make the pages anew than to copy the bytes. */
	if (ch->acked == ch->ring->head && ch->acked >= ch->freed + GIVE_BACK)
		release(ch);
	return 0;
}

void
command_rest(struct command *c)
{
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		release(&c->channel[ch]);
}

size_t
command_feed(struct command *c, const void *data, size_t len)
{
	ssize_t n;

	if (c->in < 0 || !len)
		return len;
	do
		n = fd_write(c->in, data, len);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n < 0) {
		fd_close(&c->in);
		return len;
	}
	return (size_t)n;
}

void
command_end_input(struct command *c)
{
	fd_close(&c->in);
}

void
command_close_output(struct command *c, unsigned channel)
{
	if (channel >= COMMAND_CHANNELS || c->channel[channel].fd < 0)
		return;
	fd_close(&c->channel[channel].fd);
	c->moved = true;
}

void
command_ended(struct command *c)
{
	c->ended = c->moved = true;
	/* Only children in the background could read more input, and the input was not sent to them. */
	fd_close(&c->in);
}

bool
command_done(const struct command *c)
{
	return c->ended && c->channel[0].fd < 0 && c->channel[1].fd < 0;
}

bool
command_taken(const struct command *c)
{
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		if (c->channel[ch].acked < c->channel[ch].ring->head)
			return false;
	return true;
}

void
command_let_go(struct command *c)
{
	if (!c->ended)
		return;
	c->moved = true;
	for (unsigned i = 0; i < COMMAND_CHANNELS; i++) {
		struct command_channel *ch = &c->channel[i];
		uint64_t end = ch->ring->head;
		int held = 0;

		/* Only the bytes in the pipe at this moment: a child may go on writing. */
		if (ch->fd >= 0 && ioctl(ch->fd, FIONREAD, &held) == 0 && held > 0)
			end += (uint64_t)held;
		while (ch->fd >= 0 && ch->ring->head < end && read_some(ch))
			;
		fd_close(&ch->fd);
	}
}

void
command_close(struct command *c)
{
	fd_close(&c->in);
	for (unsigned ch = 0; ch < COMMAND_CHANNELS; ch++)
		fd_close(&c->channel[ch].fd);
	ring_close(&c->errors);
	c->ended = false;
}
