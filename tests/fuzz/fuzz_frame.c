/* SPDX-License-Identifier: MIT */
/*
 * fuzz_frame: any bytes into the reader of frames and the decoders of both sides, in pieces of any length.  They
 * must not read beyond a frame, and what a decoder has taken, its encoder must write so that it is taken again as
 * the same.
 *
 * An input is a header of two bytes (how long the pieces are; 1: look for a preamble first) and a stream.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "frame_hop.h"
#include "frame_line.h"
#include "frame_redirect.h"
#include "frame_script.h"
#include "frame_session.h"
#include "frame_tty.h"
#include "streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char out[FRAME_MAX + 64], again[FRAME_MAX + 64];

static void
must(bool ok, const char *what, unsigned type)
{
	if (ok)
		return;
	fprintf(stderr, "%s, of a frame of type %u\n", what, type);
	abort();
}

/* A frame in OUT that an encoder has made from what a decoder took: its body. */
static const unsigned char *
body_of(int len, size_t *n, unsigned type)
{
	must(len >= FRAME_HEAD, "what was taken can't be written", type);
	*n = (size_t)len - FRAME_HEAD;
	/* Of its own length, for the sanitizers. */
	return out + FRAME_HEAD;
}

/* Takes what was written once more and writes that: the same bytes. */
#define ROUND(type, get, put)                                                                                          \
	do {                                                                                                           \
		size_t n;                                                                                              \
		int len = (put);                                                                                       \
		const unsigned char *body = body_of(len, &n, type);                                                    \
		memcpy(again, out, (size_t)len);                                                                       \
		must((get) >= 0, "what was written is not taken", type);                                               \
		must((put) == len && memcmp(again, out, (size_t)len) == 0, "what was taken is another", type);         \
	} while (0)

static void
on_hello(const struct frame *f)
{
	static struct frame_hello m;

	if (frame_get_hello(f->type, &m, f->body, f->len) == 0)
		ROUND(f->type, frame_get_hello(f->type, &m, body, n), frame_put_hello(f->type, &m, out, sizeof out));
}

static void
on_attach(const struct frame *f)
{
	static struct frame_attach m;
	static unsigned char kept[FRAME_MAX];

	if (frame_get_attach(&m, f->body, f->len) < 0)
		return;
	for (uint32_t i = 0; i < m.env_count; i++)
		must(m.env[i].data >= f->body && m.env[i].data + m.env[i].len <= f->body + f->len,
		     "a variable is outside", f->type);
	memcpy(kept, f->body, f->len);
	/* Nothing in it has two ways to be written. */
	must(frame_put_attach(&m, out, sizeof out) == (int)f->len + FRAME_HEAD, "another length", f->type);
	must(memcmp(out + FRAME_HEAD, kept, f->len) == 0, "what was taken is another", f->type);
}

static void
on_list(const struct frame *f)
{
	static struct frame_session v[FRAME_LIST_MAX];
	int count = frame_get_list(v, FRAME_LIST_MAX, f->body, f->len);

	must(count <= (int)FRAME_LIST_MAX, "too many", f->type);
	if (count >= 0)
		ROUND(f->type, frame_get_list(v, FRAME_LIST_MAX, body, n),
		      frame_put_list(v, (size_t)count, out, sizeof out));
	/* Less room than there is. */
	frame_get_list(v, 1, f->body, f->len);
}

static void
on_data(const struct frame *f, struct streams *streams)
{
	static const unsigned char name[FRAME_KEY];
	struct frame_data m;
	struct stream *s;

	if (frame_get_data(f->type, &m, f->body, f->len) < 0)
		return;
	must(m.data >= f->body && m.data + m.len == f->body + f->len, "data is outside", f->type);
	if (f->type != FRAME_INPUT)
		return;
	s = streams_find(streams, name);
	if (!s)
		s = streams_begin(streams, name);
	stream_take(s, m.offset % 256, m.data, m.len, f->len % 3 == 0);
	must(stream_waits(s) <= STREAMS_QUEUE, "input without end", f->type);
	stream_used(s, stream_waits(s) / 2);
}

static void
on_text(const struct frame *f)
{
	struct frame_text m;

	if (frame_get_text(f->type, &m, f->body, f->len) < 0)
		return;
	for (const char *p = m.text; *p; p++)
		must((unsigned char)*p >= 32 && *p != 127, "a control character", f->type);
	ROUND(f->type, frame_get_text(f->type, &m, body, n), frame_put_text(f->type, &m, out, sizeof out));
}

static void
on_small(const struct frame *f)
{
	struct frame_attached attached;
	struct frame_input_ack ack;
	struct frame_size size;
	struct frame_exit end;
	struct frame_gap gap;
	uint64_t offset;
	uint8_t byte;

	if (frame_get_attached(&attached, f->body, f->len) == 0 && f->type == FRAME_ATTACHED)
		ROUND(f->type, frame_get_attached(&attached, body, n), frame_put_attached(&attached, out, sizeof out));
	if (frame_get_exit(&end, f->body, f->len) == 0)
		ROUND(f->type, frame_get_exit(&end, body, n), frame_put_exit(&end, out, sizeof out));
	if (frame_get_size(FRAME_SIZE, &size, f->body, f->len) == 0)
		ROUND(f->type, frame_get_size(FRAME_SIZE, &size, body, n),
		      frame_put_size(FRAME_SIZE, &size, out, sizeof out));
	frame_get_size(FRAME_SIZE_IS, &size, f->body, f->len);
	if (frame_get_gap(&gap, f->body, f->len) == 0)
		must(gap.from <= gap.to && gap.channel <= 1, "a gap that is none", f->type);
	if (frame_get_input_ack(&ack, f->body, f->len) == 0)
		must(ack.window <= FRAME_INPUT_WINDOW_MAX, "a window without end", f->type);
	if (frame_get_ack(&byte, &offset, f->body, f->len) == 0)
		must(byte <= 1, "a channel that is none", f->type);
	frame_get_u64(&offset, f->body, f->len);
	frame_get_redraw(&byte, f->body, f->len);
	frame_get_channel(&byte, f->body, f->len);
}

static void
on_tty(const struct frame *f)
{
	struct frame_taken taken;
	struct frame_tty tty;
	enum frame_watch watch;

	if (frame_get_tty(&tty, f->body, f->len) == 0)
		ROUND(f->type, frame_get_tty(&tty, body, n), frame_put_tty(&tty, out, sizeof out));
	if (frame_get_taken(&taken, f->body, f->len) == 0)
		ROUND(f->type, frame_get_taken(&taken, body, n), frame_put_taken(&taken, out, sizeof out));
	if (frame_get_watch(&watch, f->body, f->len) == 0)
		ROUND(f->type, frame_get_watch(&watch, body, n), frame_put_watch(watch, out, sizeof out));
}

static void
on_script(const struct frame *f)
{
	static struct frame_script m;
	static unsigned char kept[FRAME_MAX];

	if (frame_get_script(&m, f->body, f->len) < 0)
		return;
	must(m.count >= 1 && m.count <= FRAME_SCRIPT_WORDS, "words without end", f->type);
	for (uint32_t i = 0; i < m.count; i++)
		must(!m.word[i].len || (m.word[i].data >= f->body && m.word[i].data + m.word[i].len <= f->body + f->len &&
		     !memchr(m.word[i].data, 0, m.word[i].len)), "a word is outside, or none", f->type);
	memcpy(kept, f->body, f->len);
	must(frame_put_script(&m, out, sizeof out) == (int)f->len + FRAME_HEAD, "another length", f->type);
	must(memcmp(out + FRAME_HEAD, kept, f->len) == 0, "what was taken is another", f->type);
}

static void
on_script_rest(const struct frame *f)
{
	struct frame_script_data data;
	struct frame_script_end end;

	if (frame_get_script_data(FRAME_SCRIPT_OUTPUT, &data, f->body, f->len) == 0)
		must(data.channel <= 1 && data.data + data.len == f->body + f->len, "data is outside", f->type);
	if (frame_get_script_data(FRAME_SCRIPT_INPUT, &data, f->body, f->len) == 0)
		must(data.data + data.len == f->body + f->len, "data is outside", f->type);
	if (frame_get_script_end(&end, f->body, f->len) == 0)
		ROUND(f->type, frame_get_script_end(&end, body, n), frame_put_script_end(&end, out, sizeof out));
}

static void
on_redirect(const struct frame *f)
{
	struct frame_redirect m;

	if (frame_get_redirect(&m, f->body, f->len) == 0)
		must(m.id && m.address[0] && m.address[0] != '-' && !strpbrk(m.address, " @;|&$`'\"\\\n"),
		     "an address that ssh or a shell could take for something else", f->type);
}

static void
on_hop(const struct frame *f)
{
	struct frame_hop_challenge c;
	struct frame_hop_voucher v;
	struct frame_hop_answer a;
	struct frame_hop m;

	if (frame_get_hop(&m, f->body, f->len) == 0)
		ROUND(f->type, frame_get_hop(&m, body, n), frame_put_hop(&m, out, sizeof out));
	if (frame_get_hop_challenge(&c, f->body, f->len) == 0)
		ROUND(f->type, frame_get_hop_challenge(&c, body, n), frame_put_hop_challenge(&c, out, sizeof out));
	if (frame_get_hop_answer(&a, f->body, f->len) == 0)
		ROUND(f->type, frame_get_hop_answer(&a, body, n), frame_put_hop_answer(&a, out, sizeof out));
	/* It points into the frame: what was written is not to be written over itself. */
	if (frame_get_hop_voucher(&v, f->body, f->len) == 0)
		must(frame_put_hop_voucher(&v, out, sizeof out) == (int)f->len + FRAME_HEAD &&
		     memcmp(out + FRAME_HEAD, f->body, f->len) == 0, "what was taken is another", f->type);
}

static void
on_line(const struct frame *f)
{
	struct frame_line m;

	if (frame_get_line(&m, f->body, f->len) == 0)
		ROUND(f->type, frame_get_line(&m, body, n), frame_put_line(&m, out, sizeof out));
}

static void
on_frame(const struct frame *in, struct streams *streams)
{
	/* Of its own length, so that a sanitizer sees a read behind its end. */
	unsigned char *body = malloc(in->len ? in->len : 1);
	struct frame f = { .type = in->type, .body = body, .len = in->len };

	if (!body)
		abort();
	memcpy(body, in->body, in->len);
	switch (f.type) {
	case FRAME_HELLO:
	case FRAME_SERVER_HELLO:
		on_hello(&f);
		break;
	case FRAME_ATTACH:
		on_attach(&f);
		break;
	case FRAME_SCRIPT:
		on_script(&f);
		break;
	case FRAME_REDIRECT:
		on_redirect(&f);
		break;
	case FRAME_HOP:
	case FRAME_HOP_CHALLENGE:
	case FRAME_HOP_VOUCHER:
	case FRAME_HOP_ANSWER:
		on_hop(&f);
		break;
	case FRAME_LINE_IS:
		on_line(&f);
		break;
	case FRAME_SCRIPT_INPUT:
	case FRAME_SCRIPT_OUTPUT:
	case FRAME_SCRIPT_END:
		on_script_rest(&f);
		break;
	case FRAME_LIST_IS:
		on_list(&f);
		break;
	case FRAME_INPUT:
	case FRAME_OUTPUT:
	case FRAME_RENDERING:
		on_data(&f, streams);
		break;
	case FRAME_SIGNAL:
	case FRAME_NAME:
	case FRAME_DETACHED:
	case FRAME_ERROR:
	case FRAME_NOTICE:
		on_text(&f);
		break;
	case FRAME_WATCH:
	case FRAME_TTY:
	case FRAME_TAKEN:
		on_tty(&f);
		break;
	default:
		on_small(&f);
	}
	free(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct frame_reader reader;
	struct streams streams = { .clock = 0 };
	unsigned char preamble[FRAME_PREAMBLE] = { 0 };
	char line[40] = { 0 };
	size_t seen = 0, piece;
	bool met;
	int rc = 0;

	if (size < 2)
		return 0;
	reader.at = reader.len = 0;
	piece = data[0] ? data[0] : 4096;
	met = data[1] != 1;
	memcpy(preamble, frame_magic, sizeof frame_magic);
	data += 2;
	size -= 2;
	while (size && rc >= 0) {
		struct frame f;
		size_t room, n = size < piece ? size : piece;
		unsigned char *to = frame_room(&reader, &room);

		must(room > 0, "a reader without room", 0);
		n = n < room ? n : room;
		memcpy(to, data, n);
		frame_filled(&reader, n);
		data += n;
		size -= n;
		if (!met) {
			rc = frame_find_preamble(&reader, preamble, &seen, line, sizeof line);
			must(memchr(line, '\0', sizeof line) != NULL, "a line without end", 0);
			met = rc == 1;
		}
		while (met && (rc = frame_next(&reader, &f)) == 1)
			on_frame(&f, &streams);
	}
	streams_drop_input(&streams);
	return 0;
}
