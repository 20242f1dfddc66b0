/* SPDX-License-Identifier: MIT */
/* What a link says before it is READY where a login of one node of a pool is carried to another (link_hop.h). */
#include "unit.h"

#include <errno.h>

#include "link_world.h"
#include "frame.h"
#include "frame_hop.h"
#include "frame_session.h"
#include "link.h"
#include "link_hop.h"
#include "voucher.h"

static const struct frame_hop hop = { "cluster", "login1", 1, "0123456789abcdef" };

/* This host's holdfastd, in its place. */
static int asked, voucher_rc;
static struct frame_hop_challenge asked_for;

int
voucher_get(const struct frame_hop *h, const struct frame_hop_challenge *c, unsigned char *out, size_t cap)
{
	struct frame_hop_voucher v = { .method = "k1", .claim = { (const unsigned char *)"claim", 5 },
		                       .mac = { (const unsigned char *)"mac", 3 } };

	assert_memory_equal(h, &hop, sizeof hop);
	asked++;
	asked_for = *c;
	return voucher_rc ? voucher_rc : frame_put_hop_voucher(&v, out, cap);
}

/* The next frame that the host hears, which is of TYPE; the body in *F. */
static void
heard(uint8_t type, struct frame *f)
{
	static unsigned char frame[8192];
	uint32_t len = (uint32_t)hears[0] << 24 | (uint32_t)hears[1] << 16 | (uint32_t)hears[2] << 8 | hears[3];

	assert_true(hears_len >= 4 + len && len <= sizeof frame);
	memcpy(frame, hears + 4, len);
	hears_len -= 4 + len;
	memmove(hears, hears + 4 + len, hears_len);
	assert_int_equal(frame[0], type);
	*f = (struct frame){ .type = type, .body = frame + 1, .len = len - 1 };
}

/* A link up to the HELLO of a host with these FEATURES. */
static struct link *
greeted(const char *features)
{
	struct frame_hello h = { .lowest = FRAME_VERSION, .highest = FRAME_VERSION };
	struct transport *t = calloc(1, sizeof *t);
	unsigned char out[256];
	struct link *l;
	struct frame f;

	says_len = hears_len = 0;
	asked = voucher_rc = 0;
	assert_non_null(t);
	t->ops = &ops;
	l = link_new(t, TRANSPORT_SUBSYSTEM, NULL, 60000, NULL);
	assert_non_null(l);
	link_step(l, NULL, 0);
	hears_len = 0;
	say(l->preamble, FRAME_PREAMBLE);
	strcpy(h.features, features);
	say(out, frame_put_hello(FRAME_SERVER_HELLO, &h, out, sizeof out));
	assert_int_equal(link_next(l, &f), 0);
	return l;
}

static void
challenge(struct link *l, const char *node)
{
	struct frame_hop_challenge c = { .nonce = {1, 2, 3}, .boot = {4, 5} };
	unsigned char out[256];
	struct frame f;

	strcpy(c.node, node);
	say(out, frame_put_hop_challenge(&c, out, sizeof out));
	link_next(l, &f);
}

static void
answer(struct link *l, bool ok)
{
	struct frame_hop_answer a = { .ok = ok, .text = "no" };
	unsigned char out[256];
	struct frame f;

	say(out, frame_put_hop_answer(&a, out, sizeof out));
	link_next(l, &f);
}

/* Its HOP, which it has sent. */
static void
hops(struct link *l)
{
	struct frame_hop got;
	struct frame f;

	assert_int_equal(l->phase, LINK_HOPPING);
	heard(FRAME_HOP, &f);
	assert_int_equal(frame_get_hop(&got, f.body, f.len), 0);
	assert_memory_equal(&got, &hop, sizeof got);
}

/* The method of its HOP_VOUCHER. */
static const char *
vouches(void)
{
	static struct frame_hop_voucher v;
	struct frame f;

	heard(FRAME_HOP_VOUCHER, &f);
	assert_int_equal(frame_get_hop_voucher(&v, f.body, f.len), 0);
	return v.method;
}

static int
begin(void **state)
{
	(void)state;
	link_hop_set(&hop, "login2");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	link_hop_set(NULL, NULL);
	return 0;
}

static void
a_voucher(void **state)
{
	(void)state;
	/* Whether the host takes it or not, it goes on. */
	for (int ok = 0; ok < 2; ok++) {
		struct link *l = greeted("script,hop");

		hops(l);
		challenge(l, "login2");
		assert_int_equal(asked, 1);
		assert_int_equal(asked_for.nonce[0], 1);
		assert_int_equal(asked_for.boot[0], 4);
		assert_string_equal(vouches(), "k1");
		assert_int_equal(l->phase, LINK_HOPPING);
		answer(l, ok);
		assert_int_equal(l->phase, LINK_READY);
		link_free(l);
	}
}

static void
none(void **state)
{
	struct link *l;

	(void)state;
	/* An older host, and one that takes none. */
	l = greeted("script");
	assert_int_equal(l->phase, LINK_READY);
	assert_int_equal(hears_len, 0);
	link_free(l);
	l = greeted("hop");
	hops(l);
	challenge(l, "");
	assert_int_equal(l->phase, LINK_READY);
	assert_int_equal(asked, 0);
	link_free(l);
	/* Our holdfastd makes none. */
	l = greeted("hop");
	voucher_rc = -EACCES;
	hops(l);
	challenge(l, "login2");
	assert_string_equal(vouches(), "");
	answer(l, false);
	assert_int_equal(l->phase, LINK_READY);
	link_free(l);
}

/* A host that wants a voucher for another node, to use it there, gets none. */
static void
for_another_node(void **state)
{
	struct link *l = greeted("hop");

	(void)state;
	hops(l);
	challenge(l, "login3");
	assert_int_equal(asked, 0);
	assert_string_equal(vouches(), "");
	link_free(l);
}

static void
no_hop(void **state)
{
	struct link *l;

	(void)state;
	link_hop_set(NULL, NULL);
	l = greeted("hop");
	assert_int_equal(l->phase, LINK_READY);
	assert_int_equal(hears_len, 0);
	/* Unasked, such frames mean nothing. */
	challenge(l, "login2");
	assert_int_equal(l->phase, LINK_READY);
	assert_int_equal(asked, 0);
	link_free(l);
	begin(NULL);
}

static void
in_another_order(void **state)
{
	unsigned char cut[] = { 0, 0, 0, 3, FRAME_HOP_CHALLENGE, 1, 2 };
	struct frame f;
	struct link *l;

	(void)state;
	l = greeted("hop");
	answer(l, true);
	assert_true(l->phase == LINK_DEAD && l->wrong);
	link_free(l);
	l = greeted("hop");
	challenge(l, "login2");
	challenge(l, "login2");
	assert_true(l->phase == LINK_DEAD && l->wrong);
	link_free(l);
	l = greeted("hop");
	say(cut, sizeof cut);
	link_next(l, &f);
	assert_true(l->phase == LINK_DEAD && l->wrong);
	link_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_voucher),
		cmocka_unit_test(none),
		cmocka_unit_test(for_another_node),
		cmocka_unit_test(no_hop),
		cmocka_unit_test(in_another_order),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
