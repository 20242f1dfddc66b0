/* SPDX-License-Identifier: MIT */
/* What a leader says of its session to a helper (origin.h), against the recordings in wire/origin; see recordings.h. */
#include "recordings.h"

#include "origin.h"

#define LONG(c, cap) { [0 ... (cap) - 2] = (c) }
#define ONE(text, message) \
	{ .name = text, .m = message, .encode = origin_put, .decode = origin_got, .longer_is_later = true }

static int
origin_put(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return origin_encode(m, out, cap);
}

static int
origin_got(const void *m, uint8_t type, const void *buf, size_t len)
{
	static struct origin got;
	int rc = origin_decode(&got, buf, len);

	(void)type;
	if (m && !rc)
		assert_memory_equal(&got, m, sizeof got);
	return rc;
}

static struct origin plain = {
	.login = { .uid = 1000, .user = "alice", .address = "192.0.2.7", .service = "sshd", .by_pam = true,
	           .identity = { { 1, 2, 3 } }, .former = { { 4, 5, 6 } }, .who = "publickey SHA256:x",
	           .keys = { "SHA256:xyz", "key id" } },
	.unique = "5f3a09c27d11e8b4", .label = "unconfined",
	.around = { .scheduled = true, .policy = 1, .priority = 2, .flags = 1, .nice = -5, .cpu_bytes = 8, .cpus = { 3 },
	            .io_priority = -1, .umask = 022, .core_filter = 0x33, .persona = 0, .timer_slack = 50000,
	            .oom_score = -900, .inheritable = { 1, 2 } },
};
static struct origin most = {
	.login = { .uid = UINT32_MAX, .user = LONG('u', USER_CAP), .address = LONG('a', ADDRESS_CAP),
	           .service = LONG('s', RECORD_SERVICE_CAP), .by_pam = true, .who = LONG('w', WHO_CAP),
	           .keys = { LONG('1', AUTH_KEY_CAP), LONG('2', AUTH_KEY_CAP), LONG('3', AUTH_KEY_CAP),
	                     LONG('4', AUTH_KEY_CAP) } },
	.unique = LONG('f', LEADERMSG_UNIQUE), .label = LONG('l', PROCFILE_LABEL_CAP),
	.around = { .scheduled = true, .policy = UINT32_MAX, .priority = UINT32_MAX, .flags = UINT64_MAX, .nice = -1,
	            .cpu_bytes = SURROUNDINGS_CPU_BYTES, .cpus = { [0 ... SURROUNDINGS_CPU_BYTES - 1] = 0xff },
	            .oom_score = INT32_MIN, .inheritable = { UINT32_MAX, UINT32_MAX } },
};
static const struct origin least;

static void
messages(void **state)
{
	const struct recorded v[] = {
		ONE("origin", &plain),
		ONE("origin-min", &least),
		ONE("origin-max", &most),
	};

	(void)state;
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		plain.around.limits[i] = (struct rlimit){ 100 + (rlim_t)i, 200 + (rlim_t)i };
		most.around.limits[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	}
	recordings_check("origin", v, sizeof v / sizeof *v);
}

/* More CPUs than there is room for, or another number than the bytes that come. */
static void
cpus_out_of_bounds(void **state)
{
	static const int32_t counts[] = { 7, 9, SURROUNDINGS_CPU_BYTES, SURROUNDINGS_CPU_BYTES + 1, INT32_MAX, -1, 0 };
	unsigned char *buf = malloc(ORIGIN_MAX);
	struct origin o = plain, got;
	unsigned char *at;
	int len;

	(void)state;
	assert_non_null(buf);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		len = origin_encode(&o, buf, ORIGIN_MAX);
		assert_true(len > 0);
		/* The field is the only one with the value 8. */
		at = memmem(buf, (size_t)len, "\0\0\0\010", 4);
		assert_non_null(at);
		for (unsigned b = 0; b < 4; b++)
			at[b] = (unsigned char)((uint32_t)counts[i] >> (24 - 8 * b));
		assert_int_equal(origin_decode(&got, buf, (size_t)len), -EBADMSG);
	}
	free(buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(cpus_out_of_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
