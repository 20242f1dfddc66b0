/* SPDX-License-Identifier: MIT */
/*
 * recordings: the bytes of each message as the first release with it wrote them, in tests/unit/wire/.  A session
 * outlives an update, so programs of different versions talk to each other.
 *
 * A recording is never made anew.  When a test here fails, the code is wrong, and not the recording.  A message that
 * has to change is a new message: it gets a new type, and a recording of its own beside the old one.
 *
 * A file has "NAME:" and below it lines of bytes: 41 (hexadecimal), "text" (as it is), either with *N behind it (N
 * times); a line that begins with Nx counts N times.  "#" begins a comment.
 */
#ifndef HOLDFAST_RECORDINGS_H
#define HOLDFAST_RECORDINGS_H

#include "unit.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#define RECORDINGS_MAX 128
#define RECORDING_BYTES 131072

struct recording {
	char name[32];
	unsigned char *data;
	size_t len;
	bool used;
};

struct recordings {
	char path[1024];
	struct recording v[RECORDINGS_MAX];
	size_t count;
};

/* One message of a test, with one set of values. */
struct recorded {
	const char *name;
	uint8_t type;
	const void *m; /* the message, of the type that the two functions below expect */
	int (*encode)(const void *m, uint8_t type, unsigned char *out, size_t cap);
	/* Returns the decoder's value.  If M is not NULL and the decoder returned 0, asserts that the result equals M. */
	int (*decode)(const void *m, uint8_t type, const void *buf, size_t len);
	uint8_t alike[8];       /* types whose fields may be the same, then 0 */
	bool told_type;         /* DECODE is told the type, which is not among the bytes that DECODE gets */
	size_t head;            /* bytes that DECODE does not get */
	size_t older[4];        /* messages of older versions lack so many bytes at the end, and are still accepted */
	bool rest_is_data;      /* behind PLAIN bytes there may be any number of bytes */
	size_t plain;
	bool longer_is_later;   /* newer versions may append bytes, which the decoder skips */
	bool whole_only;        /* shorter and longer messages are valid, too: not tried */
};

static inline void
recording_append(struct recording *r, const void *data, size_t len)
{
	assert_true(r->len + len <= RECORDING_BYTES);
	memcpy(r->data + r->len, data, len);
	r->len += len;
}

/* One word at *P, with its "*N". */
static inline void
recording_word(struct recording *r, char **p)
{
	char text[256], *end;
	size_t len = 0;
	unsigned long times = 1;

	if (**p == '"') {
		for ((*p)++; **p != '"'; (*p)++) {
			assert_true(**p && len < sizeof text);
			text[len++] = **p;
		}
		(*p)++;
	} else {
		for (; isxdigit((unsigned char)**p) && len < sizeof text; *p += 2) {
			char byte[3] = { (*p)[0], (*p)[1], '\0' };

			text[len++] = (char)strtoul(byte, &end, 16);
			assert_true(*end == '\0' && end == byte + 2);
		}
	}
	if (!len)
		fail_msg("%s: \"%s\" is no word", r->name, *p);
	if (**p == '*')
		times = strtoul(*p + 1, p, 10);
	while (times--)
		recording_append(r, text, len);
}

static inline void
recording_line(struct recording *r, char *p)
{
	size_t from = r->len, len;
	unsigned long times = 1;
	char *end;

	if (isdigit((unsigned char)*p)) {
		times = strtoul(p, &end, 10);
		if (*end == 'x')
			p = end + 1;
		else
			times = 1;
	}
	for (p += strspn(p, " \t\n"); *p && *p != '#'; p += strspn(p, " \t\n"))
		recording_word(r, &p);
	len = r->len - from;
	while (--times)
		recording_append(r, r->data + from, len);
}

/* Reads tests/unit/wire/NAME. */
static inline void
recordings_read(struct recordings *all, const char *name)
{
	struct recording *r = NULL;
	char line[1024];
	FILE *f;

	all->count = 0;
	snprintf(all->path, sizeof all->path, "%s/%s", RECORDINGS_DIR, name);
	f = fopen(all->path, "r");
	if (!f)
		fail_msg("%s: %s", all->path, strerror(errno));
	while (fgets(line, sizeof line, f)) {
		char *p = line + strspn(line, " \t");

		assert_non_null(strchr(line, '\n'));
		if (*p == '#' || *p == '\n')
			continue;
		if (p == line) {
			assert_true(all->count < RECORDINGS_MAX);
			r = &all->v[all->count++];
			*r = (struct recording){ .data = malloc(RECORDING_BYTES) };
			assert_non_null(r->data);
			snprintf(r->name, sizeof r->name, "%.*s", (int)strcspn(line, ":"), line);
		} else {
			assert_non_null(r);
			recording_line(r, p);
		}
	}
	fclose(f);
}

static inline struct recording *
recordings_find(struct recordings *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return &all->v[i];
	return NULL;
}

/* How often the byte at P comes in a row. */
static inline size_t
recording_run(const unsigned char *p, size_t len)
{
	size_t n = 1;

	while (n < len && p[n] == p[0])
		n++;
	return n;
}

/* How many bytes at P are text that can stand between quotes. */
static inline size_t
recording_text(const unsigned char *p, size_t len)
{
	size_t n = 0;

	while (n < len && n < 100 && p[n] >= ' ' && p[n] <= '~' && p[n] != '"' && recording_run(p + n, len - n) < 6)
		n++;
	return n;
}

/* Prints the recording that NAME lacks, for a new message. */
static inline void
recording_print(const char *name, const unsigned char *p, size_t len)
{
	size_t column = 999, run, text;

	printf("%s:", name);
	for (size_t i = 0; i < len; i += run) {
		run = recording_run(p + i, len - i);
		text = recording_text(p + i, len - i);
		printf(column > 90 ? "\n\t" : " ");
		column = column > 90 ? 0 : column;
		if (run >= 6) {
			column += (size_t)printf("%02x*%zu", p[i], run);
		} else if (text >= 3) {
			column += (size_t)printf("\"%.*s\"", (int)text, (const char *)p + i);
			run = text;
		} else {
			column += (size_t)printf("%02x", p[i]) + 1;
			run = 1;
		}
	}
	printf("\n");
}

static inline void
recorded_encoding(const struct recorded *c, const struct recording *r)
{
	unsigned char *out = malloc(RECORDING_BYTES);
	int len = c->encode(c->m, c->type, out, RECORDING_BYTES);

	assert_non_null(out);
	if (len < 0)
		fail_msg("%s: not encoded: %s", c->name, strerror(-len));
	for (size_t i = 0; i < r->len && i < (size_t)len; i++)
		if (out[i] != r->data[i])
			fail_msg("%s: byte %zu is %02x, and is recorded as %02x", c->name, i, out[i], r->data[i]);
	if ((size_t)len != r->len)
		fail_msg("%s: %d bytes, and %zu are recorded", c->name, len, r->len);
	free(out);
	out = malloc(r->len);
	assert_non_null(out);
	if (c->encode(c->m, c->type, out, r->len) != len || c->encode(c->m, c->type, out, r->len - 1) != -EMSGSIZE)
		fail_msg("%s: the encoder does not keep to its room", c->name);
	free(out);
}

/* The decoder's answer to the first LEN bytes of the recording, in memory that ends behind them. */
static inline int
recorded_decode(const struct recorded *c, const struct recording *r, size_t len)
{
	unsigned char *copy = exact_copy(r->data + c->head, len - c->head);
	int rc = c->decode(NULL, c->type, copy, len - c->head);

	free(copy);
	return rc;
}

static inline bool
recorded_may_end(const struct recorded *c, size_t whole, size_t len)
{
	for (size_t i = 0; i < sizeof c->older / sizeof *c->older; i++)
		if (c->older[i] && len == whole - c->older[i])
			return true;
	return c->rest_is_data && len >= c->plain;
}

/*
 * The decoder accepts the recording, and refuses every shorter message and every message with one byte more.  Between
 * the first and the last 4096 bytes of a long message, one length in 61 is tried.
 */
static inline void
recorded_decoding(const struct recorded *c, const struct recording *r)
{
	unsigned char *longer = malloc(r->len + 1);
	int rc = c->decode(c->m, c->type, r->data + c->head, r->len - c->head);

	assert_non_null(longer);
	if (rc)
		fail_msg("%s: the recording is not decoded: %s", c->name, strerror(-rc));
	for (size_t len = c->head; len < r->len && !c->whole_only; len += len > 4096 && len + 4096 < r->len ? 61 : 1)
		if ((recorded_decode(c, r, len) == 0) != recorded_may_end(c, r->len, len))
			fail_msg("%s: %s when cut to %zu bytes of %zu", c->name,
			         recorded_may_end(c, r->len, len) ? "refused" : "taken", len, r->len);
	memcpy(longer, r->data, r->len);
	for (unsigned byte = 0; byte < 256 && !c->whole_only; byte++) {
		longer[r->len] = (unsigned char)byte;
		rc = c->decode(NULL, c->type, longer + c->head, r->len + 1 - c->head);
		if ((rc == 0) != (c->longer_is_later || c->rest_is_data))
			fail_msg("%s: %s with a byte %02x behind it", c->name, rc ? "refused" : "taken", byte);
	}
	free(longer);
}

/* As another type the message is refused, but for types that have the same fields. */
static inline void
recorded_types(const struct recorded *c, const struct recording *r)
{
	unsigned char *other = exact_copy(r->data, r->len);

	for (unsigned type = 0; type < 256 && c->type; type++) {
		if (type == c->type || (type && memchr(c->alike, (int)type, sizeof c->alike)))
			continue;
		other[0] = (unsigned char)type;
		if (c->told_type && c->decode(NULL, (uint8_t)type, r->data + c->head, r->len - c->head) == 0)
			fail_msg("%s: taken as type %u", c->name, type);
		if (!c->head && c->decode(NULL, c->type, other, r->len) == 0)
			fail_msg("%s: taken with the type byte %u", c->name, type);
	}
	free(other);
}

/* Checks COUNT messages against the file of recordings NAME, and that the file has no others. */
static inline void
recordings_check(const char *name, const struct recorded *v, size_t count)
{
	struct recordings *all = calloc(1, sizeof *all);
	size_t missing = 0;

	assert_non_null(all);
	recordings_read(all, name);
	for (size_t i = 0; i < count; i++) {
		struct recording *r = recordings_find(all, v[i].name);

		if (!r) {
			unsigned char *out = malloc(RECORDING_BYTES);
			int len = v[i].encode(v[i].m, v[i].type, out, RECORDING_BYTES);

			assert_true(len > 0);
			recording_print(v[i].name, out, (size_t)len);
			free(out);
			missing++;
			continue;
		}
		r->used = true;
		recorded_encoding(&v[i], r);
		recorded_decoding(&v[i], r);
		recorded_types(&v[i], r);
	}
	if (missing)
		fail_msg("%s lacks %zu recordings; those of a new message are above", all->path, missing);
	for (size_t i = 0; i < all->count; i++) {
		if (!all->v[i].used)
			fail_msg("%s: no message is tested against %s", all->path, all->v[i].name);
		free(all->v[i].data);
	}
	free(all);
}

/*
 * Defines NAME_encode and NAME_decode for messages without pointers.  ENCODE_CALL writes M, DECODE_CALL reads into GOT.
 * LAST is the struct's last member; padding may follow it.
 */
#define RECORDED_FLAT(name, struct_type, last, encode_call, decode_call)                                               \
	static int name##_encode(const void *p, uint8_t type, unsigned char *out, size_t cap)                          \
	{                                                                                                              \
		const struct_type *m = p;                                                                              \
		(void)type, (void)cap;                                                                                 \
		return encode_call;                                                                                    \
	}                                                                                                              \
	static int name##_decode(const void *p, uint8_t type, const void *buf, size_t len)                             \
	{                                                                                                              \
		static struct_type got;                                                                                \
		int rc;                                                                                                \
		(void)type;                                                                                            \
		memset(&got, 0, sizeof got);                                                                           \
		rc = decode_call;                                                                                      \
		if (p && rc == 0)                                                                                      \
			assert_memory_equal(&got, p, offsetof(struct_type, last) + sizeof got.last);                   \
		return rc;                                                                                             \
	}                                                                                                              \
	struct name##_needs_a_semicolon

#endif
