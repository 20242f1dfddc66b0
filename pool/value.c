/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "printable.h"

#define FORM 1

static void
put_hex(const unsigned char *bytes, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		sprintf(out + 2 * i, "%02x", bytes[i]);
}

/* The digit C, or -1. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
get_hex(const char *text, unsigned char *out, size_t len)
{
	if (strlen(text) != 2 * len)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

/* The text of the object O, which is used up. */
static char *
dumped(json_t *o)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	json_decref(o);
	return text;
}

/* With PROGRAM in the place of its own. */
static char *
entry_text(const struct pool_entry *e, const char *program)
{
	char boot[2 * POOL_BOOT + 1], identity[2 * IDENTITY_BYTES + 1];

	put_hex(e->boot, POOL_BOOT, boot);
	put_hex(e->identity.bytes, IDENTITY_BYTES, identity);
	return dumped(json_pack(
		"{s:i, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:I}",
		"v", FORM, "address", e->address, "boot", boot, "id", (json_int_t)e->id, "name", e->name,
		"identity", identity, "state", e->state == ATTACH_STATE_ATTACHED ? "attached" : "dropped",
		"kind", e->kind == ATTACH_KIND_TERMINAL ? "terminal" : "command",
		"created", (json_int_t)e->created_ms, "changed", (json_int_t)e->changed_ms,
		"activity", (json_int_t)e->activity_ms, "lost", (json_int_t)e->lost_ms,
		"lost_heard", (json_int_t)e->lost_heard_ms, "lost_used", (json_int_t)e->lost_used_ms,
		"rows", (json_int_t)e->rows, "cols", (json_int_t)e->cols, "term", e->term, "program", program,
		"hops", (json_int_t)e->hops));
}

char *
value_of_entry(const struct pool_entry *e)
{
	char *text = entry_text(e, e->program);

	/* The program's name is the one text that need not be UTF-8. */
	return text ? text : entry_text(e, "");
}

/* The object in TEXT, if it is one of our form; NULL with *RC set: -EBADMSG or -ENOMEM. */
static json_t *
parsed(const char *text, size_t len, int *rc)
{
	json_error_t error;
	json_t *o = len > VALUE_MAX ? NULL : json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(o) && json_integer_value(json_object_get(o, "v")) == FORM)
		return o;
	*rc = !o && len <= VALUE_MAX && json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : -EBADMSG;
	json_decref(o);
	return NULL;
}

/* The three below read the member NAME, which must be there: 0 or -EBADMSG.  Text has no control characters then. */
static int
get_text(const json_t *o, const char *name, char *out, size_t cap)
{
	const json_t *v = json_object_get(o, name);
	size_t len = json_string_length(v);

	if (!json_is_string(v) || len >= cap || strlen(json_string_value(v)) != len)
		return -EBADMSG;
	memcpy(out, json_string_value(v), len + 1);
	printable_clean(out);
	return 0;
}

static int
get_number(const json_t *o, const char *name, uint64_t max, uint64_t *out)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) > max)
		return -EBADMSG;
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static int
get_bytes(const json_t *o, const char *name, unsigned char *out, size_t len)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? get_hex(text, out, len) : -EBADMSG;
}

/* One of two words: 0 with FIRST or SECOND in *OUT. */
static int
get_word(const json_t *o, const char *name, const char *word, uint32_t first, const char *other, uint32_t second,
         uint32_t *out)
{
	const char *text = json_string_value(json_object_get(o, name));

	if (!text || (strcmp(text, word) != 0 && strcmp(text, other) != 0))
		return -EBADMSG;
	*out = strcmp(text, word) == 0 ? first : second;
	return 0;
}

static int
get_small(const json_t *o, const char *name, uint32_t *out)
{
	uint64_t v;
	int rc = get_number(o, name, UINT32_MAX, &v);

	if (!rc)
		*out = (uint32_t)v;
	return rc;
}

static int
get_times(const json_t *o, struct pool_entry *e)
{
	int rc = get_number(o, "created", INT64_MAX, &e->created_ms);

	rc = rc ? rc : get_number(o, "changed", INT64_MAX, &e->changed_ms);
	rc = rc ? rc : get_number(o, "activity", INT64_MAX, &e->activity_ms);
	rc = rc ? rc : get_number(o, "lost", INT64_MAX, &e->lost_ms);
	rc = rc ? rc : get_number(o, "lost_heard", INT64_MAX, &e->lost_heard_ms);
	return rc ? rc : get_number(o, "lost_used", INT64_MAX, &e->lost_used_ms);
}

static int
get_entry(const json_t *o, struct pool_entry *e)
{
	int rc = get_text(o, "address", e->address, sizeof e->address);

	rc = rc ? rc : get_bytes(o, "boot", e->boot, POOL_BOOT);
	rc = rc ? rc : get_small(o, "id", &e->id);
	rc = rc ? rc : get_text(o, "name", e->name, sizeof e->name);
	rc = rc ? rc : get_bytes(o, "identity", e->identity.bytes, IDENTITY_BYTES);
	rc = rc ? rc : get_word(o, "state", "attached", ATTACH_STATE_ATTACHED, "dropped", ATTACH_STATE_DROPPED, &e->state);
	rc = rc ? rc : get_word(o, "kind", "terminal", ATTACH_KIND_TERMINAL, "command", ATTACH_KIND_COMMAND, &e->kind);
	rc = rc ? rc : get_times(o, e);
	rc = rc ? rc : get_small(o, "rows", &e->rows);
	rc = rc ? rc : get_small(o, "cols", &e->cols);
	rc = rc ? rc : get_text(o, "term", e->term, sizeof e->term);
	rc = rc ? rc : get_text(o, "program", e->program, sizeof e->program);
	return rc ? rc : get_small(o, "hops", &e->hops);
}

int
value_get_entry(const char *text, size_t len, const struct key *k, struct pool_entry *e)
{
	int rc = 0;
	json_t *o = parsed(text, len, &rc);
	struct pool_entry got = { 0 };

	if (!o)
		return rc;
	rc = get_entry(o, &got);
	json_decref(o);
	memcpy(got.unique, k->unique, sizeof got.unique);
	memcpy(got.user, k->user, sizeof got.user);
	memcpy(got.node, k->node, sizeof got.node);
	if (rc || !pool_entry_ok(&got))
		return -EBADMSG;
	*e = got;
	return 0;
}

char *
value_of_node(const struct value_node *n)
{
	char boot[2 * POOL_BOOT + 1], instance[17];

	put_hex(n->member.boot, POOL_BOOT, boot);
	snprintf(instance, sizeof instance, "%016" PRIx64, n->instance);
	return dumped(json_pack("{s:i, s:s, s:s, s:s, s:b, s:I, s:s}", "v", FORM, "address", n->member.address,
	                        "boot", boot, "version", n->member.version, "drained", (int)n->member.drained,
	                        "sessions", (json_int_t)n->member.sessions, "instance", instance));
}

static int
get_node(const json_t *o, struct value_node *n)
{
	const json_t *drained = json_object_get(o, "drained");
	unsigned char instance[8];
	int rc = get_text(o, "address", n->member.address, sizeof n->member.address);

	rc = rc ? rc : get_bytes(o, "boot", n->member.boot, POOL_BOOT);
	rc = rc ? rc : get_text(o, "version", n->member.version, sizeof n->member.version);
	rc = rc ? rc : get_small(o, "sessions", &n->member.sessions);
	rc = rc ? rc : get_bytes(o, "instance", instance, sizeof instance);
	if (rc || !json_is_boolean(drained))
		return -EBADMSG;
	n->member.drained = json_is_true(drained);
	for (size_t i = 0; i < sizeof instance; i++)
		n->instance = n->instance << 8 | instance[i];
	return 0;
}

int
value_get_node(const char *text, size_t len, const struct key *k, struct value_node *n)
{
	int rc = 0;
	json_t *o = parsed(text, len, &rc);
	struct value_node got = { 0 };

	if (!o)
		return rc;
	rc = get_node(o, &got);
	json_decref(o);
	memcpy(got.member.node, k->node, sizeof got.member.node);
	if (rc || !pool_member_ok(&got.member))
		return -EBADMSG;
	*n = got;
	return 0;
}
