/* SPDX-License-Identifier: MIT */
/* etcd: the texts of requests, and what answers mean. */
#include "unit.h"

#include <errno.h>

#include "etcd.h"

static enum etcd_outcome
outcome(long status, const char *error, const char *answer, char text[ETCD_TEXT_CAP])
{
	json_t *o = json_loads(answer, 0, NULL);
	enum etcd_outcome rc = etcd_outcome(status, error, o, text);

	json_decref(o);
	return rc;
}

/* The answers are etcd 3.4's and 3.5's own. */
static void
outcomes(void **state)
{
	static const struct { long status; const char *answer; enum etcd_outcome want; } cases[] = {
		{ 200, "{\"header\":{\"revision\":\"7\"}}", ETCD_OK },
		{ 200, "", ETCD_REFUSED },
		{ 404, "{\"error\":\"etcdserver: requested lease not found\",\"code\":5}", ETCD_NO_LEASE },
		{ 404, "{\"error\":\"x\",\"code\":5}", ETCD_REFUSED },
		{ 401, "{\"error\":\"etcdserver: invalid auth token\",\"code\":16}", ETCD_AUTH },
		{ 400, "{\"error\":\"etcdserver: user name is empty\",\"code\":3}", ETCD_AUTH },
		{ 400, "{\"error\":\"etcdserver: revision of auth store is old\",\"code\":3}", ETCD_AUTH },
		{ 400, "{\"error\":\"etcdserver: authentication failed, invalid user ID or password\",\"code\":3}", ETCD_REFUSED },
		{ 400, "{\"error\":\"etcdserver: authentication is not enabled\",\"code\":9}", ETCD_NO_AUTH },
		{ 403, "{\"error\":\"etcdserver: permission denied\",\"code\":7}", ETCD_REFUSED },
		{ 400, "{\"error\":\"etcdserver: mvcc: required revision has been compacted\",\"code\":11}", ETCD_COMPACTED },
		{ 503, "{\"error\":\"etcdserver: no leader\",\"code\":14}", ETCD_AWAY },
		{ 504, "{\"error\":\"etcdserver: request timed out\",\"code\":4}", ETCD_AWAY },
		{ 502, "", ETCD_AWAY },
		{ 429, "{\"error\":\"etcdserver: mvcc: database space exceeded\",\"code\":8}", ETCD_REFUSED },
		{ 200, "{\"error\":{\"grpc_code\":14,\"http_code\":503,\"message\":\"etcdserver: no leader\"}}", ETCD_AWAY },
		{ 200, "{\"error\":{\"code\":16,\"message\":\"x\"}}", ETCD_AUTH },
		{ 200, "{\"code\":5,\"message\":\"etcdserver: requested lease not found\",\"details\":[]}", ETCD_NO_LEASE },
		{ 0, "", ETCD_AWAY },
	};
	char text[ETCD_TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (outcome(cases[i].status, "", cases[i].answer, text) != cases[i].want)
			fail_msg("%ld %s", cases[i].status, cases[i].answer);
	assert_int_equal(outcome(200, "timed out", "{\"header\":{}}", text), ETCD_AWAY);
	assert_string_equal(text, "timed out");
}

static void
requests(void **state)
{
	static const struct etcd_op ops[] = { { "/a", "v" }, { "/b", NULL } };
	static const struct etcd_span spans[] = { { "/a/", "/a0" }, { "/p", NULL } };
	char *text;

	(void)state;
	text = etcd_write(ops, 2, UINT64_MAX);
	assert_string_equal(text, "{\"success\":[{\"request_put\":{\"key\":\"L2E=\",\"value\":\"dg==\","
	                          "\"lease\":\"18446744073709551615\"}},{\"request_delete_range\":{\"key\":\"L2I=\"}}]}");
	free(text);
	text = etcd_watch(spans, 2, 7);
	assert_string_equal(text, "{\"create_request\":{\"key\":\"L2Ev\",\"start_revision\":\"7\",\"fragment\":true,"
	                          "\"range_end\":\"L2Ew\"}}\n"
	                          "{\"create_request\":{\"key\":\"L3A=\",\"start_revision\":\"7\",\"fragment\":true}}\n");
	free(text);
	text = etcd_range("/a\0", 3, "/b", 10, 5);
	assert_string_equal(text, "{\"key\":\"L2EA\",\"range_end\":\"L2I=\",\"limit\":\"10\",\"revision\":\"5\"}");
	free(text);
	text = etcd_authenticate("a\"b", "\\");
	assert_string_equal(text, "{\"name\":\"a\\\"b\",\"password\":\"\\\\\"}");
	free(text);
}

static int
kv_of(const char *text, struct etcd_kv *kv)
{
	unsigned char *copy = exact_copy(text, strlen(text));
	int rc = etcd_kv((char *)copy, strlen(text), kv);

	free(copy);
	return rc;
}

static void
keys_and_events(void **state)
{
	static const char *const bad[] = { "", "{", "7", "{}", "{\"key\":7}", "{\"key\":\"*\"}", "{\"kv\":{}}",
	                                   "{\"key\":\"YQ==\",\"value\":\"*\"}", "{\"key\":\"YQ==\",\"value\":{}}" };
	static struct etcd_kv kv;
	static char text[3 * VALUE_MAX];

	(void)state;
	assert_int_equal(kv_of("{\"key\":\"L2E=\",\"mod_revision\":\"9\",\"value\":\"dg==\"}", &kv), 0);
	assert_int_equal(kv.revision, 9);
	assert_false(kv.deleted);
	assert_memory_equal(kv.key, "/a", 2);
	assert_int_equal(kv.value_len, 1);
	assert_int_equal(kv_of("{\"type\":\"DELETE\",\"kv\":{\"key\":\"L2E=\",\"mod_revision\":10}}", &kv), 0);
	assert_true(kv.deleted);
	assert_int_equal(kv.revision, 10);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(kv_of(bad[i], &kv), -EBADMSG);
	strcpy(text, "{\"key\":\"L2E=\",\"value\":\"");
	memset(text + strlen(text), 'A', (VALUE_MAX / 3 + 1) * 4);
	strcat(text, "\"}");
	assert_int_equal(kv_of(text, &kv), 0);
	assert_true(kv.too_long);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(requests),
		cmocka_unit_test(keys_and_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
