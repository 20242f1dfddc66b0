/* SPDX-License-Identifier: MIT */
#include "etcd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"

/* Codes of gRPC (its "Status codes"). */
enum { GRPC_DEADLINE = 4, GRPC_INVALID = 3, GRPC_NOT_FOUND = 5, GRPC_PRECONDITION = 9, GRPC_RANGE = 11,
       GRPC_UNAVAILABLE = 14, GRPC_UNAUTHENTICATED = 16 };

/* The text of the object O, which is used up; NULL: no memory. */
static char *
dumped(json_t *o)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	json_decref(o);
	return text;
}

/* LEN bytes as base64: a string of JSON's, or NULL. */
static json_t *
coded(const char *bytes, size_t len)
{
	char *text = malloc(BASE64_LEN(len) + 1);
	json_t *v;

	if (!text)
		return NULL;
	base64_encode((const unsigned char *)bytes, len, text);
	v = json_stringn_nocheck(text, BASE64_LEN(len));
	free(text);
	return v;
}

static json_t *
number(uint64_t v)
{
	char text[24];

	return json_stringn_nocheck(text, (size_t)snprintf(text, sizeof text, "%" PRIu64, v));
}

char *
etcd_authenticate(const char *user, const char *password)
{
	return dumped(json_pack("{s:s, s:s}", "name", user, "password", password));
}

char *
etcd_grant(uint64_t ttl_s)
{
	return dumped(json_pack("{s:o}", "TTL", number(ttl_s)));
}

char *
etcd_keepalive(uint64_t lease)
{
	return dumped(json_pack("{s:o}", "ID", number(lease)));
}

char *
etcd_range(const char *from, size_t len, const char *end, uint64_t count, uint64_t revision)
{
	json_t *o = json_pack("{s:o}", "key", coded(from, len));

	if (end)
		json_object_set_new(o, "range_end", coded(end, strlen(end)));
	if (count)
		json_object_set_new(o, "limit", number(count));
	else
		json_object_set_new(o, "count_only", json_true());
	if (revision)
		json_object_set_new(o, "revision", number(revision));
	return dumped(o);
}

static json_t *
op(const struct etcd_op *op, uint64_t lease)
{
	json_t *key = coded(op->key, strlen(op->key));

	if (!op->value)
		return json_pack("{s:{s:o}}", "request_delete_range", "key", key);
	return json_pack("{s:{s:o, s:o, s:o}}", "request_put", "key", key, "value", coded(op->value, strlen(op->value)),
	                 "lease", number(lease));
}

char *
etcd_write(const struct etcd_op *ops, size_t count, uint64_t lease)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, op(&ops[i], lease))) {
			json_decref(list);
			return NULL;
		}
	return dumped(json_pack("{s:o}", "success", list));
}

static json_t *
span(const struct etcd_span *span, uint64_t revision)
{
	json_t *o = json_pack("{s:o, s:o, s:b}", "key", coded(span->from, strlen(span->from)), "start_revision",
	                      number(revision), "fragment", 1);

	if (span->end)
		json_object_set_new(o, "range_end", coded(span->end, strlen(span->end)));
	return json_pack("{s:o}", "create_request", o);
}

/* One object behind the other: a request of a stream each. */
char *
etcd_watch(const struct etcd_span *spans, size_t count, uint64_t revision)
{
	char *all = NULL;
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		char *one = dumped(span(&spans[i], revision));
		char *grown = one ? realloc(all, len + strlen(one) + 2) : NULL;

		if (!grown) {
			free(one);
			free(all);
			return NULL;
		}
		all = grown;
		len += (size_t)sprintf(all + len, "%s\n", one);
		free(one);
	}
	return all;
}

uint64_t
etcd_number(const json_t *answer, const char *const *names)
{
	const char *text;

	for (; *names; names++)
		answer = json_object_get(answer, *names);
	if (json_is_integer(answer) && json_integer_value(answer) >= 0)
		return (uint64_t)json_integer_value(answer);
	text = json_string_value(answer);
	return text && *text >= '0' && *text <= '9' ? strtoull(text, NULL, 10) : 0;
}

uint64_t
etcd_revision(const json_t *answer)
{
	static const char *const names[] = { "header", "revision", NULL };

	return etcd_number(answer, names);
}

/* What is wrong, of an answer that says so, in TEXT; gRPC's code, or 0. */
static int
complaint(const json_t *answer, char text[ETCD_TEXT_CAP])
{
	/* In a stream {"error":{"grpc_code":…,"message":…}}, else {"error":"…","code":…,"message":…}. */
	const json_t *error = json_object_get(answer, "error");
	const json_t *from = json_is_object(error) ? error : answer;
	const json_t *code = json_object_get(from, "grpc_code");
	const char *message = json_string_value(json_object_get(from, "message"));

	if (!message)
		message = json_string_value(error);
	if (message)
		snprintf(text, ETCD_TEXT_CAP, "%s", message);
	return (int)json_integer_value(code ? code : json_object_get(from, "code"));
}

/* The store wants a token, or a new one. */
static bool
wants_token(long status, int code, const char *text)
{
	return status == 401 || code == GRPC_UNAUTHENTICATED ||
	       (code == GRPC_INVALID && (strstr(text, "user name is empty") || strstr(text, "auth store is old")));
}

static enum etcd_outcome
outcome_of(long status, int code, const char *text)
{
	if (wants_token(status, code, text))
		return ETCD_AUTH;
	switch (code) {
	case GRPC_DEADLINE:
	case GRPC_UNAVAILABLE:
		return ETCD_AWAY;
	case GRPC_NOT_FOUND:
		return strstr(text, "lease") ? ETCD_NO_LEASE : ETCD_REFUSED;
	case GRPC_RANGE:
		return ETCD_COMPACTED;
	case GRPC_PRECONDITION:
		return strstr(text, "authentication is not enabled") ? ETCD_NO_AUTH : ETCD_REFUSED;
	default:
		/* What stands before the store, and not the store itself, gives no code. */
		return !code && status >= 500 ? ETCD_AWAY : ETCD_REFUSED;
	}
}

enum etcd_outcome
etcd_outcome(long status, const char *error, const json_t *answer, char text[ETCD_TEXT_CAP])
{
	int code;

	if (*error || !status) {
		snprintf(text, ETCD_TEXT_CAP, "%s", *error ? error : "no answer");
		return ETCD_AWAY;
	}
	snprintf(text, ETCD_TEXT_CAP, "HTTP status %ld", status);
	code = complaint(answer, text);
	if (status == 200 && answer && !json_object_get(answer, "error") && !code)
		return ETCD_OK;
	return outcome_of(status, code, text);
}

/* Decodes the member NAME of O, a string of at most CAP bytes: 0, -EBADMSG, or -ENOBUFS.  A missing one is empty. */
static int
decoded(const json_t *o, const char *name, char *out, size_t cap, size_t *len)
{
	const json_t *v = json_object_get(o, name);
	long n;

	*len = 0;
	if (!v)
		return 0;
	if (!json_is_string(v))
		return -EBADMSG;
	n = base64_decode(json_string_value(v), json_string_length(v), (unsigned char *)out, cap);
	if (n < 0)
		return (int)n;
	*len = (size_t)n;
	return 0;
}

static int
read_kv(const json_t *o, struct etcd_kv *kv)
{
	static const char *const names[] = { "mod_revision", NULL };
	const json_t *event = json_object_get(o, "kv"), *from = event ? event : o;
	const char *type = json_string_value(json_object_get(o, "type"));
	int rc = decoded(from, "key", kv->key, sizeof kv->key, &kv->key_len);

	if (rc || !kv->key_len)
		return -EBADMSG;
	kv->deleted = event && type && strcmp(type, "DELETE") == 0;
	kv->revision = etcd_number(from, names);
	rc = decoded(from, "value", kv->value, sizeof kv->value, &kv->value_len);
	kv->too_long = rc == -ENOBUFS;
	return rc == -ENOBUFS ? 0 : rc;
}

int
etcd_kv(const char *text, size_t len, struct etcd_kv *kv)
{
	json_error_t error;
	json_t *o = json_loadb(text, len, 0, &error);
	int rc = o ? read_kv(o, kv) : -EBADMSG;

	json_decref(o);
	return rc;
}
