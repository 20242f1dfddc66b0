/* SPDX-License-Identifier: MIT */
/* A keeper goes on as another one in the middle of a flood both ways, without a byte lost or doubled. */
#include "handover_world.h"

#include <stdlib.h>

#include "frame.h"
#include "framed_private.h"
#include "picture_private.h"

/* A framed client that numbers each byte: byte N of a stream is pattern(N). */
struct client {
	struct caller c;
	struct frame_reader reader;
	unsigned char wait[131072]; /* to be written */
	size_t wait_at, wait_len;
	uint64_t typed, acked, got; /* input put into frames, acknowledged; output behind … */
	uint64_t head;              /* … so many bytes that the command prints first */
};

static unsigned char
pattern(uint64_t n)
{
	return (unsigned char)('!' + (n * 7 + n / 89) % 89);
}

static void
client_flush(struct client *x)
{
	ssize_t n = write(x->c.screen, x->wait + x->wait_at, x->wait_len - x->wait_at);

	x->wait_at += n > 0 ? (size_t)n : 0;
	if (x->wait_at == x->wait_len)
		x->wait_at = x->wait_len = 0;
}

static void
client_put(struct client *x, const unsigned char *p, int len)
{
	assert_true(len > 0 && x->wait_len + (size_t)len <= sizeof x->wait);
	memcpy(x->wait + x->wait_len, p, (size_t)len);
	x->wait_len += (size_t)len;
	client_flush(x);
}

static void
client_type(struct client *x, size_t len)
{
	unsigned char data[4096], out[5000];
	struct frame_data m = { .offset = x->typed, .data = data, .len = len };
	int n = frame_put_data_head(FRAME_INPUT, &m, out, sizeof out);

	for (size_t i = 0; i < len; i++)
		data[i] = pattern(x->typed + i);
	assert_true(n > 0 && (size_t)n + len <= sizeof out);
	memcpy(out + n, data, len);
	client_put(x, out, n + (int)len);
	x->typed += len;
}

static void
client_take(struct client *x, const struct frame *f)
{
	unsigned char out[64];
	struct frame_data m;
	struct frame_input_ack ack;

	if (f->type == FRAME_OUTPUT) {
		assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, f->body, f->len), 0);
		assert_true(m.offset == x->head + x->got || (!x->got && m.offset < x->head));
		for (size_t i = 0; i < m.len; i++)
			if (m.offset + i >= x->head)
				assert_int_equal(m.data[i], pattern(x->got++));
		client_put(x, out, frame_put_ack(0, m.offset + m.len, out, sizeof out));
	} else if (f->type == FRAME_INPUT_ACK) {
		assert_int_equal(frame_get_input_ack(&ack, f->body, f->len), 0);
		assert_true(ack.offset <= x->typed && ack.offset >= x->acked);
		x->acked = ack.offset;
	} else {
		assert_true(f->type == FRAME_ATTACHED || f->type == FRAME_SIZE_IS);
	}
}

static void
client_read(struct client *x)
{
	struct frame f;
	size_t room;
	unsigned char *to = frame_room(&x->reader, &room);
	ssize_t n = read(x->c.out, to, room < 700 ? room : 700);
	int rc;

	client_flush(x);
	if (n > 0)
		frame_filled(&x->reader, (size_t)n);
	while ((rc = frame_next(&x->reader, &f)) > 0)
		client_take(x, &f);
	assert_int_equal(rc, 0);
	client_flush(x);
}

static void
client_attach(struct client *x, struct attach_claim *m)
{
	size_t len;

	*x = (struct client){ .c = { .fd = -1 } };
	m->framed = (struct attach_framed){ .lowest = FRAME_VERSION, .highest = FRAME_VERSION, .stream = { 9 } };
	caller_connect(&x->c);
	caller_claim(&x->c, m);
	fcntl(x->c.screen, F_SETFL, O_NONBLOCK);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	caller_expect(&x->c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&x->c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) == 1);
}

/* ROUNDS times: some input, some output, and another keeper. */
static void
flood(struct client *x, unsigned rounds)
{
	unsigned r = 12345;

	for (unsigned i = 0; i < rounds; i++) {
		for (unsigned j = 0; j < 6; j++) {
			r = r * 1103515245 + 12345;
			if (x->typed - x->acked < 40000 && x->wait_len < 60000)
				client_type(x, 1 + (r >> 8) % 4000);
			turn();
			if (r & 0x10000)
				client_read(x);
		}
		become_another();
	}
	turn_until((client_read(x), x->got == x->typed && x->acked == x->typed));
}

static void
a_flood_goes_on_at_the_exact_byte(void **state)
{
	static struct client x;
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_FRAMED | ATTACH_FLAG_PIPES);
	char command[] = "exec cat";

	(void)state;
	m.command = command;
	world_open(true, true);
	client_attach(&x, &m);
	flood(&x, 40);
	caller_hang_up(&x.c);
	world_close();
}

/* What the window of output begins with after a long silence is known to the keeper that comes behind as well. */
static void
a_silence_behind_it(void **state)
{
	static struct client x;
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_FRAMED | ATTACH_FLAG_PIPES);
	char command[] = "exec cat";
	uint32_t initial;

	(void)state;
	m.command = command;
	world_open(true, true);
	client_attach(&x, &m);
	client_type(&x, 900);
	turn_until((client_read(&x), x.got == x.typed && x.acked == x.typed));
	initial = k.peers.v[0]->framed->window.initial;
	assert_true(initial >= WINDOW_FIRST);
	become_another();
	assert_int_equal(k.peers.v[0]->framed->window.initial, initial);
	k.peers.v[0]->framed->window.acked_at = 0;
	client_type(&x, 900);
	turn_until((client_read(&x), x.got == x.typed && x.acked == x.typed));
	caller_hang_up(&x.c);
	world_close();
}

/* The same with a pty, and a terminal beside it that sees the same bytes. */
static void
terminals_go_on_too(void **state)
{
	static struct client x;
	static char all[1 << 20];
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_FRAMED | ATTACH_FLAG_PIPES);
	char command[] = "stty raw -echo; printf ready; exec cat";
	size_t len = 0;
	uint64_t begun;
	struct caller t = { 0 };
	const char *seen;

	(void)state;
	m.command = command;
	world_open(false, true);
	client_attach(&x, &m);
	x.head = 5;
	turn_until(k.ring.head == 5);
	client_type(&x, 1);
	turn_until((client_read(&x), x.got == 1));
	caller_attach(&t, ATTACH_MODE_JOIN, 0);
	get_ready();
	picture_go_on(&k);
	turn();
	caller_seen(&t);
	begun = x.got;
	for (unsigned i = 0; i < 12; i++) {
		client_type(&x, 900);
		turn();
		client_read(&x);
		become_another();
		if ((seen = caller_seen(&t))) {
			memcpy(all + len, seen, strlen(seen));
			len += strlen(seen);
		}
	}
	turn_until((client_read(&x), seen = caller_seen(&t), memcpy(all + len, seen, strlen(seen)), len += strlen(seen),
	            x.got == x.typed && len >= x.typed - begun));
	assert_int_equal(len, x.typed - begun);
	for (size_t i = 0; i < len; i++)
		assert_int_equal((unsigned char)all[i], pattern(begun + i));
	caller_hang_up(&x.c);
	caller_hang_up(&t);
	world_close();
}

/* Output that comes while the painter's last rendering is on its way is read again by the next one. */
static void
a_painter_leaves_in_the_middle(void **state)
{
	struct caller c = { 0 }, t = { 0 };
	int slave;

	(void)state;
	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	turn_until(k.ring.head >= 5);
	slave = open(k.init.tty, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	caller_hang_up(&c);
	turn_until(!peers_attached(&k));
	assert_int_equal(write(slave, "\033[2J\033[3;5Hbefore", 17), 17);
	turn_until(k.picture->none || (k.picture->proc.pid && k.picture->at == k.ring.head && k.ring.head > 20));
	if (!k.picture->none) {
		uint64_t head = k.ring.head;

		/* It waits in the pty: the rendering is of what was before it, and the painter is fed it all the same. */
		assert_int_equal(write(slave, "\033[9;7Hbetween", 13), 13);
		assert_false(picture_let_go(&k));
		turn_until(picture_let_go(&k));
		assert_true(k.ring.head > head && k.picture->base == head);
	}
	become_another();
	caller_attach(&t, ATTACH_MODE_AUTO, 0);
	{
		static char all[65536];
		size_t len = 0;

		turn_until((len += (size_t)snprintf(all + len, sizeof all - len, "%s", caller_seen(&t)),
		            strstr(all, "before") && strstr(all, "between")));
	}
	close(slave);
	caller_hang_up(&t);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_goes_on_at_the_exact_byte),
		cmocka_unit_test(a_silence_behind_it),
		cmocka_unit_test(terminals_go_on_too),
		cmocka_unit_test(a_painter_leaves_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
