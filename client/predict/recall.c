/* SPDX-License-Identifier: MIT */
#include "recall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame_tty.h"
#include "predict.h"
#include "secretmem.h"

#define KEYS_HALF (RECALL_CAP / 2) /* with keys in it, more than that is told: in a flood there are none */

enum kind { FED, PAINT, PAINTED, KEYS, PASTED, MISSED, SAID, TOOK, RESET };

/* Before its LEN bytes. */
struct record {
	uint32_t kind, len;
	uint64_t offset, now; /* of the first byte for keys; else where they end */
};

struct recall {
	unsigned char buf[RECALL_CAP];
	size_t len;
	bool known;
	bool blank;           /* it begins with a blank screen, … */
	unsigned rows, cols;  /* … of this size */
	uint64_t keys_since;  /* the first key in it was typed then; 0: there is none */

	uint64_t typed, acked, taken; /* ends in the input */
	uint64_t output;      /* the end of what has come */
	uint64_t stirred;     /* when output or an acknowledgement came last */

	bool told;
	struct frame_tty tty; /* what the host said last */
	bool asked;           /* the program in front has asked for a password, as in guess.c */
};

struct recall *
recall_new(void)
{
	return calloc(1, sizeof(struct recall));
}

void
recall_free(struct recall *r)
{
	if (r)
		secretmem_wipe(r->buf, r->len);
	free(r);
}

static void
empty(struct recall *r)
{
	secretmem_wipe(r->buf, r->len);
	r->len = 0;
	r->keys_since = 0;
}

void
recall_forget(struct recall *r)
{
	empty(r);
	r->known = false;
}

bool
recall_knows(const struct recall *r)
{
	return r->known;
}

static bool
put(struct recall *r, enum kind kind, const void *bytes, size_t len, uint64_t offset, uint64_t now)
{
	struct record head = { .kind = kind, .len = (uint32_t)len, .offset = offset, .now = now };

	if (!r->known)
		return false;
	if (len > sizeof r->buf || sizeof r->buf - r->len < sizeof head + len) {
		recall_forget(r);
		return false;
	}
	memcpy(r->buf + r->len, &head, sizeof head);
	if (len)
		memcpy(r->buf + r->len + sizeof head, bytes, len);
	r->len += sizeof head + len;
	return true;
}

/* Whether what is typed is shown by nobody: the rule of chain_is_mute(). */
static bool
is_mute(const struct recall *r)
{
	return (r->tty.modes & FRAME_TTY_ICANON) && (!(r->tty.modes & FRAME_TTY_ECHO) || r->asked);
}

bool
recall_is_quiet(const struct recall *r, uint64_t now)
{
	return now >= r->stirred + RECALL_QUIET_MS;
}

/* What was typed has been taken, presumably. */
static void
assume(struct recall *r, uint64_t now)
{
	struct frame_taken m = { .input = r->typed, .output = r->output, .certain = false };

	if (r->taken >= r->typed || r->acked < r->typed || !r->told || is_mute(r) || !recall_is_quiet(r, now))
		return;
	if (put(r, TOOK, &m, sizeof m, r->output, now))
		r->taken = r->typed;
}

/* That a program has asked for a password is learned from what the host said then. */
static struct frame_tty
asking_tty(const struct recall *r)
{
	struct frame_tty m = r->tty;

	m.modes = (m.modes | FRAME_TTY_ICANON) & ~(uint32_t)FRAME_TTY_ECHO;
	return m;
}

void
recall_begin(struct recall *r, unsigned rows, unsigned cols, uint64_t typed, uint64_t now)
{
	const struct frame_tty was = asking_tty(r);

	empty(r);
	r->known = r->blank = true;
	r->rows = rows;
	r->cols = cols;
	r->typed = typed;
	r->taken = 0;
	r->stirred = now;
	if (typed)
		put(r, MISSED, NULL, 0, typed, now);
	if (r->told && r->asked)
		put(r, SAID, &was, sizeof was, was.output, now);
	if (r->told)
		put(r, SAID, &r->tty, sizeof r->tty, r->tty.output, now);
}

void
recall_go_on(struct recall *r, uint64_t typed, bool taken, uint64_t now)
{
	empty(r);
	r->known = true;
	r->blank = false;
	r->typed = typed;
	r->taken = taken ? typed : 0;
	r->stirred = now;
}

void
recall_fed(struct recall *r, const void *bytes, size_t len, uint64_t offset, uint64_t now)
{
	assume(r, now);
	put(r, FED, bytes, len, offset, now);
	r->output = offset;
	r->stirred = now;
}

void
recall_paint(struct recall *r, const void *bytes, size_t len)
{
	put(r, PAINT, bytes, len, 0, 0);
}

void
recall_painted(struct recall *r, uint64_t offset, uint64_t now)
{
	put(r, PAINTED, NULL, 0, offset, now);
	r->output = offset;
	r->stirred = now;
}

void
recall_keys(struct recall *r, const unsigned char *bytes, size_t len, uint64_t offset, uint64_t now, bool pasted)
{
	assume(r, now);
	if (is_mute(r))
		put(r, MISSED, NULL, 0, offset + len, now);
	else if (put(r, pasted ? PASTED : KEYS, bytes, len, offset, now) && !r->keys_since)
		r->keys_since = now;
	r->typed = offset + len;
}

/* A password may have been typed ahead of its question: what the host has not taken is not kept. */
static void
forget_keys(struct recall *r)
{
	struct record head;

	for (size_t at = 0; at < r->len; at += sizeof head + head.len) {
		memcpy(&head, r->buf + at, sizeof head);
		if ((head.kind != KEYS && head.kind != PASTED) || head.offset + head.len <= r->taken)
			continue;
		secretmem_wipe(r->buf + at + sizeof head, head.len);
		head.kind = MISSED;
		head.offset += head.len;
		memcpy(r->buf + at, &head, sizeof head);
	}
}

void
recall_tty(struct recall *r, const struct frame_tty *m, uint64_t now)
{
	bool hides = (m->modes & FRAME_TTY_ICANON) && !(m->modes & FRAME_TTY_ECHO);

	assume(r, now);
	r->asked = hides || (r->asked && m->front == r->tty.front);
	r->tty = *m;
	r->told = true;
	if (is_mute(r))
		forget_keys(r);
	put(r, SAID, m, sizeof *m, m->output, now);
}

void
recall_taken(struct recall *r, const struct frame_taken *m)
{
	if (put(r, TOOK, m, sizeof *m, m->output, 0) && m->input > r->taken)
		r->taken = m->input;
}

void
recall_reset(struct recall *r)
{
	put(r, RESET, NULL, 0, 0, 0);
}

void
recall_acked(struct recall *r, uint64_t offset, uint64_t now)
{
	if (offset <= r->acked)
		return;
	r->acked = offset;
	r->stirred = now;
}

uint64_t
recall_due(const struct recall *r)
{
	return r->known && r->keys_since ? r->keys_since + RECALL_KEYS_MS : UINT64_MAX;
}

bool
recall_is_due(const struct recall *r, uint64_t now)
{
	return now >= recall_due(r) || (r->known && r->keys_since && r->len > KEYS_HALF);
}

static void
tell(struct predict *p, const struct record *head, const unsigned char *bytes)
{
	struct frame_taken taken;
	struct frame_tty tty;

	switch ((enum kind)head->kind) {
	case FED:
		predict_fed(p, bytes, head->len, head->offset, head->now);
		break;
	case PAINT:
		predict_paint(p, bytes, head->len);
		break;
	case PAINTED:
		predict_painted(p, head->offset, head->now);
		break;
	case KEYS:
	case PASTED:
		predict_keys(p, bytes, head->len, head->offset, head->now, head->kind == PASTED);
		break;
	case MISSED:
		predict_missed(p, head->offset);
		break;
	case SAID:
		memcpy(&tty, bytes, sizeof tty);
		predict_tty(p, &tty);
		break;
	case TOOK:
		memcpy(&taken, bytes, sizeof taken);
		predict_taken(p, &taken);
		break;
	case RESET:
		predict_reset(p);
		break;
	}
}

int
recall_tell(struct recall *r, struct predict *p, uint64_t now)
{
	struct record head;
	int rc = 0;

	assume(r, now);
	if (!r->known)
		rc = -ENODATA;
	else if (r->blank)
		rc = predict_begin(p, r->rows, r->cols);
	if (rc < 0) {
		recall_forget(r);
		return rc;
	}
	for (size_t at = 0; at < r->len; at += sizeof head + head.len) {
		memcpy(&head, r->buf + at, sizeof head);
		tell(p, &head, r->buf + at + sizeof head);
	}
	empty(r);
	r->blank = false;
	return 0;
}

void
recall_tell_tty(const struct recall *r, struct predict *p)
{
	const struct frame_tty was = asking_tty(r);

	if (!r->told)
		return;
	if (r->asked)
		predict_tty(p, &was);
	predict_tty(p, &r->tty);
}
