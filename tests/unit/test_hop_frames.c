/* SPDX-License-Identifier: MIT */
/*
 * The frames of a login that goes over to another node of its pool (frame_hop.h), and the claim that is signed, against
 * the recordings in wire/hop; see recordings.h, which also tries each length that is too short or too long.
 */
#include "recordings.h"

#include "frame_hop.h"
#include "hop_claim.h"

#define LONG(c, cap) { [0 ... (cap) - 2] = (c) }
#define MOST(n) { [0 ... (n) - 1] = 0xff }
#define SOME(n, at) { (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7, [(at)] = 0xfe }

static const struct frame_hop hop = { "cluster", "login1", 1, "0123456789abcdef" }, hop_min = { "c", "n", 0, "" };
static const struct frame_hop hop_max = { LONG('c', POOL_CAP), LONG('n', NODE_CAP), UINT32_MAX, "ffffffffffffffff" };
static const struct frame_hop_challenge challenge = { SOME(0x10, 31), "login2", SOME(0x40, 15) }, challenge_min;
static const struct frame_hop_challenge
	challenge_max = { MOST(FRAME_HOP_NONCE), LONG('n', NODE_CAP), MOST(FRAME_KEY) };
static const struct frame_hop_answer answer = { false, "it was made for another node" }, answer_min;
static const struct frame_hop_answer answer_max = { true, LONG('t', TEXT_CAP) };

RECORDED_FLAT(hop, struct frame_hop, unique, frame_put_hop(m, out, cap), frame_get_hop(&got, buf, len));
RECORDED_FLAT(challenge, struct frame_hop_challenge, boot, frame_put_hop_challenge(m, out, cap),
              frame_get_hop_challenge(&got, buf, len));
RECORDED_FLAT(answer, struct frame_hop_answer, text, frame_put_hop_answer(m, out, cap),
              frame_get_hop_answer(&got, buf, len));

static unsigned char most[FRAME_HOP_MAC_MAX];
static const struct frame_hop_voucher voucher = { "k1", { (const unsigned char *)"claim", 5 },
	                                          { (const unsigned char *)"\1\2\3\4", 4 } }, voucher_min;
static const struct frame_hop_voucher
	voucher_max = { LONG('k', FRAME_HOP_METHOD), { most, FRAME_HOP_CLAIM_MAX }, { most, FRAME_HOP_MAC_MAX } };

static int
voucher_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return frame_put_hop_voucher(m, out, cap);
}

static int
voucher_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	const struct frame_hop_voucher *m = p;
	struct frame_hop_voucher got;
	int rc = frame_get_hop_voucher(&got, buf, len);

	(void)type;
	if (m && !rc) {
		assert_string_equal(m->method, got.method);
		assert_int_equal(m->claim.len, got.claim.len);
		assert_int_equal(m->mac.len, got.mac.len);
		assert_true(!m->claim.len || memcmp(m->claim.data, got.claim.data, m->claim.len) == 0);
		assert_true(!m->mac.len || memcmp(m->mac.data, got.mac.data, m->mac.len) == 0);
	}
	return rc;
}

#define ONE(text, number, of, message, ...) \
	{ .name = text, .type = number, .m = message, .encode = of##_encode, .decode = of##_decode, \
	  .head = FRAME_HEAD, __VA_ARGS__ }
#define THREE(text, number, of, ...) \
	ONE(text, number, of, &of, __VA_ARGS__), ONE(text "-min", number, of, &of##_min, __VA_ARGS__), \
	ONE(text "-max", number, of, &of##_max, __VA_ARGS__)

static const struct hop_claim claim = {
	.pool = "cluster", .from = "login1", .to = "login2", .boot = SOME(0x40, 15), .nonce = SOME(0x10, 31), .user = "alice",
	.uid = 0x01020304, .identity = { SOME(0x60, 31) }, .address = "192.0.2.7", .who = "publickey SHA256:x",
	.unique = "0123456789abcdef",
};
static const struct hop_claim claim_min = { .pool = "c", .from = "a", .to = "b", .user = "u" };
static const struct hop_claim claim_max = {
	.pool = LONG('c', POOL_CAP), .from = LONG('a', NODE_CAP), .to = LONG('b', NODE_CAP), .boot = MOST(FRAME_KEY),
	.nonce = MOST(FRAME_HOP_NONCE), .user = LONG('u', USER_CAP), .uid = UINT32_MAX, .identity = { MOST(IDENTITY_BYTES) },
	.address = LONG('4', ADDRESS_CAP), .who = LONG('w', WHO_CAP), .unique = LONG('f', FRAME_HOP_UNIQUE),
};

static int
claim_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	unsigned char made[FRAME_HOP_CLAIM_MAX];
	int n = hop_claim_encode(m, made);

	(void)type;
	if (n < 0 || (size_t)n > cap)
		return n < 0 ? n : -EMSGSIZE;
	memcpy(out, made, (size_t)n);
	return n;
}

static int
claim_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	static struct hop_claim got;
	int rc = hop_claim_decode(&got, buf, len);

	(void)type;
	if (p && !rc)
		assert_memory_equal(p, &got, offsetof(struct hop_claim, unique) + sizeof got.unique);
	return rc;
}

#define CLAIM(text, message) { .name = text, .m = message, .encode = claim_encode, .decode = claim_decode }

static void
messages(void **state)
{
	const struct recorded v[] = {
		THREE("hop", FRAME_HOP, hop), THREE("challenge", FRAME_HOP_CHALLENGE, challenge),
		THREE("voucher", FRAME_HOP_VOUCHER, voucher), THREE("answer", FRAME_HOP_ANSWER, answer),
		CLAIM("claim", &claim), CLAIM("claim-min", &claim_min), CLAIM("claim-max", &claim_max),
	};

	(void)state;
	memset(most, 0xff, sizeof most);
	recordings_check("hop", v, sizeof v / sizeof *v);
}

/* What M becomes on its way. */
static int
over(const struct frame_hop *m)
{
	unsigned char frame[1024];
	int n = frame_put_hop(m, frame, sizeof frame);
	struct frame_hop got;

	assert_true(n > 0);
	return frame_get_hop(&got, frame + FRAME_HEAD, (size_t)n - FRAME_HEAD);
}

static void
names_that_are_none(void **state)
{
	static const char *const wrong[] = { "", ".", "-a", ".a", "a b", "a/b", "a\n", "\303\251", "a\"b" };
	static const char *const right[] = { "a", "A.b_c-9", "_a", "0" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct frame_hop pool = hop, node = hop;

		assert_false(frame_hop_name_ok(wrong[i]));
		strcpy(pool.pool, wrong[i]);
		assert_int_equal(over(&pool), -EBADMSG);
		strcpy(node.node, wrong[i]);
		assert_int_equal(over(&node), -EBADMSG);
	}
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		assert_true(frame_hop_name_ok(right[i]));
}

static void
sessions_that_are_none(void **state)
{
	static const char *const wrong[] = { "0", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdeg" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct frame_hop m = hop;

		strcpy(m.unique, wrong[i]);
		assert_int_equal(over(&m), -EBADMSG);
	}
}

/* A voucher has a method, a claim and a code, or nothing. */
static void
half_a_voucher(void **state)
{
	static const unsigned char bytes[] = "x";
	unsigned char out[FRAME_HOP_MAX];

	(void)state;
	for (unsigned which = 1; which < 7; which++) {
		struct frame_hop_voucher m = { .claim = { bytes, which & 2 ? 1 : 0 }, .mac = { bytes, which & 4 ? 1 : 0 } }, got;
		unsigned char body[64];
		struct wire_writer w;

		strcpy(m.method, which & 1 ? "k" : "");
		assert_int_equal(frame_put_hop_voucher(&m, out, sizeof out), -EMSGSIZE);
		wire_writer_init(&w, body, sizeof body);
		wire_put_cstring(&w, m.method);
		wire_put_string(&w, m.claim.data, m.claim.len);
		wire_put_string(&w, m.mac.data, m.mac.len);
		assert_int_equal(frame_get_hop_voucher(&got, body, w.len), -EBADMSG);
	}
}

/* No place between two texts can be moved: "ab" and "c" are other bytes than "a" and "bc". */
static void
no_two_claims_are_alike(void **state)
{
	unsigned char a[FRAME_HOP_CLAIM_MAX], b[FRAME_HOP_CLAIM_MAX];
	struct hop_claim x = claim, y = claim;
	int n, m;

	(void)state;
	strcpy(x.from, "ab"), strcpy(x.to, "c");
	strcpy(y.from, "a"), strcpy(y.to, "bc");
	n = hop_claim_encode(&x, a);
	m = hop_claim_encode(&y, b);
	assert_int_equal(n, m);
	assert_true(n > 0 && memcmp(a, b, (size_t)n) != 0);
}

static void
texts_with_other_characters(void **state)
{
	static const char *const wrong[] = { "a\nb", "a\177", "\303\251", "\1" };
	unsigned char out[FRAME_HOP_CLAIM_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct hop_claim c[4] = { claim, claim, claim, claim };

		strcpy(c[0].user, wrong[i]);
		strcpy(c[1].address, wrong[i]);
		strcpy(c[2].who, wrong[i]);
		strcpy(c[3].from, wrong[i]);
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(hop_claim_encode(&c[j], out), -EINVAL);
	}
}

/* Each byte that is changed makes another claim, or none. */
static void
a_changed_byte(void **state)
{
	unsigned char bytes[FRAME_HOP_CLAIM_MAX], again[FRAME_HOP_CLAIM_MAX];
	int n = hop_claim_encode(&claim, bytes);

	(void)state;
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		static struct hop_claim got;
		int rc;

		bytes[i] ^= 1;
		rc = hop_claim_decode(&got, bytes, (size_t)n);
		assert_true(rc == 0 || rc == -EBADMSG || rc == -EPROTONOSUPPORT);
		if (i < 24)
			assert_int_equal(rc, -EPROTONOSUPPORT);
		/* There is one form of each: what was read is written as it was. */
		if (!rc) {
			assert_int_equal(hop_claim_encode(&got, again), n);
			assert_memory_equal(again, bytes, n);
		}
		bytes[i] ^= 1;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(sessions_that_are_none),
		cmocka_unit_test(half_a_voucher),
		cmocka_unit_test(no_two_claims_are_alike),
		cmocka_unit_test(texts_with_other_characters),
		cmocka_unit_test(a_changed_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
