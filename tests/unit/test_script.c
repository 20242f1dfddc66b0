/* SPDX-License-Identifier: MIT */
/* What scripts ask of a keeper (attach_script.h): to type, to have the screen; and whether it is quiet. */
#include "script_world.h"

#include <sys/mman.h>

#include "input.h"
#include "picture_orders.h"
#include "picture_private.h"
#include "screen.h"
#include "status.h"

/* Decodes a message into something that is thrown away: what its decoder says. */
typedef int decoder(const void *p, size_t len);

#define DECODER(name, type)                                                                                            \
	static int decode_##name(const void *p, size_t len)                                                            \
	{                                                                                                              \
		type m;                                                                                                \
                                                                                                                       \
		return attach_decode_##name(&m, p, len);                                                               \
	}                                                                                                              \
	struct unused_##name
DECODER(sent, uint32_t);
DECODER(print, struct attach_print);
DECODER(printed, struct attach_printed);
DECODER(follow, struct attach_follow);
DECODER(sized, struct attach_sized);
DECODER(gap, struct attach_gap);
DECODER(quiet, struct attach_quiet);

/* The message in BUF is right; each prefix of it, it with a byte more, and another type are not. */
static void
check_bounds(decoder *decode, int len)
{
	assert_true(len > 0);
	assert_int_equal(decode(buf, (size_t)len), 0);
	for (int cut = 0; cut < len; cut++) {
		unsigned char *copy = exact_copy(buf, (size_t)cut);

		assert_int_equal(decode(copy, (size_t)cut), -EBADMSG);
		free(copy);
	}
	buf[len] = 0;
	assert_int_equal(decode(buf, (size_t)len + 1), -EBADMSG);
	buf[0] = ATTACH_MSG_STATUS;
	assert_int_equal(decode(buf, (size_t)len), -EBADMSG);
}

static void
messages_are_bounded(void **state)
{
	struct attach_print print = { ATTACH_PRINT_ALL, ATTACH_FORM_HTML };
	struct attach_printed printed = { UINT64_MAX, 24, 80, 7 };
	struct attach_follow follow = { ATTACH_FOLLOW_OFFSET, 1, 99 };
	struct attach_sized sized = { 5, 24, 80 };
	struct attach_gap gap = { 5, 9 };
	struct attach_quiet quiet = { ATTACH_QUIET_SHELL, 3, 9 };
	struct attach_followed followed;
	const unsigned char *bytes;
	size_t n;
	int len;

	(void)state;
	check_bounds(decode_sent, attach_encode_sent(ATTACH_SEND_MAX, buf, sizeof buf));
	check_bounds(decode_print, attach_encode_print(&print, buf, sizeof buf));
	check_bounds(decode_printed, attach_encode_printed(&printed, buf, sizeof buf));
	check_bounds(decode_follow, attach_encode_follow(&follow, buf, sizeof buf));
	check_bounds(decode_sized, attach_encode_sized(&sized, buf, sizeof buf));
	check_bounds(decode_gap, attach_encode_gap(&gap, buf, sizeof buf));
	check_bounds(decode_quiet, attach_encode_quiet(&quiet, buf, sizeof buf));
	/* Values that nobody may say. */
	for (print.what = 0; print.what < 4; print.what += 3)
		assert_int_equal(decode_print(buf, (size_t)attach_encode_print(&print, buf, sizeof buf)), -EBADMSG);
	print.what = ATTACH_PRINT_SCREEN;
	for (print.form = 0; print.form < 6; print.form += 5)
		assert_int_equal(decode_print(buf, (size_t)attach_encode_print(&print, buf, sizeof buf)), -EBADMSG);
	for (follow.from = 0; follow.from < 5; follow.from += 4)
		assert_int_equal(decode_follow(buf, (size_t)attach_encode_follow(&follow, buf, sizeof buf)), -EBADMSG);
	follow = (struct attach_follow){ ATTACH_FOLLOW_NOW, 2, 0 };
	assert_int_equal(decode_follow(buf, (size_t)attach_encode_follow(&follow, buf, sizeof buf)), -EBADMSG);
	gap = (struct attach_gap){ 9, 5 };
	assert_int_equal(decode_gap(buf, (size_t)attach_encode_gap(&gap, buf, sizeof buf)), -EBADMSG);
	/* Bytes to the end of the packet. */
	assert_int_equal(attach_encode_send("", 0, buf, sizeof buf), -EMSGSIZE);
	assert_int_equal(attach_encode_send(world_socket, ATTACH_SEND_MAX + 1, buf, sizeof buf), -EMSGSIZE);
	len = attach_encode_send("ls\0", 3, buf, sizeof buf);
	assert_int_equal(attach_decode_send(&bytes, &n, buf, (size_t)len), 0);
	assert_int_equal(n, 3);
	assert_memory_equal(bytes, "ls\0", 3);
	assert_int_equal(attach_decode_send(&bytes, &n, buf, 1), -EBADMSG);
	assert_int_equal(attach_decode_send(&bytes, &n, buf, ATTACH_SEND_MAX + 2), -EBADMSG);
	len = attach_encode_followed(77, buf, sizeof buf);
	assert_int_equal(len, ATTACH_FOLLOWED_HEAD);
	assert_int_equal(attach_decode_followed(&followed, buf, (size_t)len), -EBADMSG);
	buf[len] = 'x';
	assert_int_equal(attach_decode_followed(&followed, buf, (size_t)len + 1), 0);
	assert_true(followed.offset == 77 && followed.len == 1 && *followed.bytes == 'x');
	assert_int_equal(attach_decode_followed(&followed, buf, ATTACH_FOLLOWED_HEAD + ATTACH_FOLLOWED_MAX + 1),
	                 -EBADMSG);
}

static void
send_is_typed_and_no_attachment(void **state)
{
	struct attach_status before, after;
	struct caller a, script;
	uint64_t typed;

	(void)state;
	begin(&a, "stty -echo; echo ready; exec cat");
	caller_connect(&script);
	status_fill(&k, &before);
	typed = k.peers.v[0]->active;
	k.heard_ms = 1;
	send_text(&script, "shown\n", 6);
	assert_int_equal(sent(&script), 6);
	turn_until(strstr(caller_seen(&a), "shown"));
	status_fill(&k, &after);
	assert_int_equal(after.attachments, 1);
	assert_int_equal(after.rows, before.rows);
	assert_true(after.activity_ms >= before.activity_ms);
	/* No sign of life of a connection, and nobody has typed at the terminal. */
	assert_true(k.heard_ms == 1 && k.peers.v[0]->active == typed && peers_live(&k) == k.peers.v[0]);
	/* Also while nothing is attached: the session stays dropped. */
	caller_hang_up(&a);
	turn_until(!peers_attached(&k));
	send_text(&script, "alone\n", 6);
	assert_int_equal(sent(&script), 6);
	status_fill(&k, &after);
	assert_int_equal(after.state, ATTACH_STATE_DROPPED);
	assert_int_equal(after.attachments, 0);
	end(&a, &script);
}

static bool
has_message(const struct caller *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* A program that does not read: what it has taken is said exactly, and the rest is the asker's again. */
static void
send_says_how_much_was_taken(void **state)
{
	static char many[ATTACH_SEND_MAX];
	struct caller a, script;
	uint32_t n = ATTACH_SEND_MAX;

	(void)state;
	memset(many, 'x', sizeof many);
	begin(&a, "stty raw -echo; echo ready; exec sleep 1000");
	caller_connect(&script);
	for (int i = 0; i < 100 && n == ATTACH_SEND_MAX; i++) {
		send_text(&script, many, sizeof many);
		turn_until(k.sends || has_message(&script));
		if (k.sends) {
			/* Another one beside it has to wait for its answer. */
			send_text(&script, "y", 1);
			is_refused(&script, ATTACH_REFUSAL_BUSY);
			assert_false(script_is_ready(&k));
			k.peers.v[1]->script->send.by = 0;
		}
		n = sent(&script);
	}
	assert_true(n < ATTACH_SEND_MAX);
	assert_true(script_is_ready(&k));
	assert_int_equal(k.vital.keys_used & ~UINT64_C(1), 0);
	end(&a, &script);
}

/* Input of a terminal that waits goes first. */
static void
send_comes_behind_what_was_typed(void **state)
{
	static char many[4096];
	struct caller a, script;

	(void)state;
	memset(many, 't', sizeof many);
	begin(&a, "stty raw -echo; echo ready; exec sleep 1000");
	for (uint64_t until = clock_now_ms() + PATIENCE_MS; !input_of_attached_waits(&k);) {
		assert_true(clock_now_ms() < until);
		/* The terminal, too, may be full for a moment. */
		if (write(a.screen, many, sizeof many) < 0)
			assert_int_equal(errno, EAGAIN);
		turn();
	}
	caller_connect(&script);
	send_text(&script, "S", 1);
	turn_until(k.scripts && k.peers.v[1]->script->send.len);
	turn();
	assert_true(input_of_attached_waits(&k) && k.peers.v[1]->script->send.len && !has_message(&script));
	/* There is room now, and it is not the script's. */
	assert_int_equal(tcflush(k.slave, TCIFLUSH), 0);
	script_turn(&k);
	assert_true(input_of_attached_waits(&k) && !has_message(&script));
	assert_int_equal(sent(&script), 1);
	assert_false(input_of_attached_waits(&k));
	end(&a, &script);
}

static void
send_to_none(void **state)
{
	struct caller a, script;

	(void)state;
	snprintf(world_command, sizeof world_command, "echo ready; exec cat");
	world_open(true, false);
	caller_connect(&script);
	send_text(&script, "x", 1);
	is_refused(&script, ATTACH_REFUSAL_NOWHERE);
	a = (struct caller){ -1, -1, -1 };
	end(&a, &script);
	/* Bytes that are no message end the connection. */
	begin(&a, "stty -echo; echo ready; exec cat");
	caller_connect(&script);
	caller_say(&script, ATTACH_MSG_SEND);
	caller_is_closed(&script);
	end(&a, &script);
}

/* Asks, and the bytes of the answer, as a string in malloc'ed memory. */
static char *
print(struct caller *c, uint32_t what, uint32_t form, struct attach_printed *m)
{
	struct attach_print ask = { what, form };
	int len = attach_encode_print(&ask, buf, sizeof buf);
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	struct cmsghdr *cm;
	char *text;
	ssize_t n;
	int fd;

	caller_send(c, buf, (size_t)len, NULL, 0);
	turn_until((n = recvmsg(c->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) > 0);
	assert_int_equal(attach_decode_printed(m, buf, (size_t)n), 0);
	cm = CMSG_FIRSTHDR(&mh);
	assert_non_null(cm);
	assert_int_equal(cm->cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(cm), sizeof fd);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW), F_SEAL_SHRINK | F_SEAL_GROW);
	text = calloc(1, m->length + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, m->length, 0), m->length);
	close(fd);
	return text;
}

static void
keep(void *to, const void *bytes, size_t len)
{
	char *text = to;
	size_t have = strlen(text);

	assert_true(have + len < 65536);
	memcpy(text + have, bytes, len);
	text[have + len] = '\0';
}

/* The screen of an empty terminal that has got BYTES. */
static const char *
shown(const char *bytes, size_t len, const struct attach_printed *m)
{
	static char text[65536];
	struct screen *s = screen_new(m->rows, m->cols, 100);

	assert_non_null(s);
	text[0] = '\0';
	screen_feed(s, bytes, len);
	screen_text(s, true, keep, text);
	screen_free(s);
	return text;
}

static void
the_screen_in_every_form(void **state)
{
	struct attach_printed m;
	struct caller a, script;
	char *text;

	(void)state;
	begin(&a, "printf 'above\\r\\n%50s'; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; "
	          "do echo; done;"
	          "printf 'a <\\033[1;31mred\\033[0m> \\033[44m  \\033[0m  \\r\\nready'; exec sleep 1000");
	caller_connect(&script);
	text = print(&script, ATTACH_PRINT_SCREEN, ATTACH_FORM_TEXT, &m);
	assert_null(strstr(text, "above"));
	assert_non_null(strstr(text, "\na <red>\nready\n"));
	assert_true(m.offset == k.ring.head && m.rows == 24 && m.cols == 80);
	free(text);
	text = print(&script, ATTACH_PRINT_ALL, ATTACH_FORM_TEXT, &m);
	assert_memory_equal(text, "above\n\n", 7);
	free(text);
	text = print(&script, ATTACH_PRINT_SCREEN, ATTACH_FORM_ANSI, &m);
	assert_non_null(strstr(text, "a <\033[0;1;31mred\033[0m> \033[0;44m  \033[0m\nready\n"));
	free(text);
	text = print(&script, ATTACH_PRINT_SCREEN, ATTACH_FORM_HTML, &m);
	assert_memory_equal(text, "<!DOCTYPE html>\n", 16);
	assert_non_null(
		strstr(text, "a &lt;<span style=\"color:#cd0000;font-weight:bold\">red</span>&gt; <span style="));
	assert_non_null(strstr(text, "ready\n</pre></body></html>\n"));
	free(text);
	text = print(&script, ATTACH_PRINT_ALL, ATTACH_FORM_RENDERING, &m);
	assert_non_null(strstr(shown(text, m.length, &m), "above"));
	assert_non_null(strstr(shown(text, m.length, &m), "\na <red>\nready\n"));
	free(text);
	assert_int_equal(k.scripts, 1);
	end(&a, &script);
}

/* A painter that dies costs another one; and a peer that goes is not answered. */
static void
a_painter_that_dies_is_replaced(void **state)
{
	struct attach_print ask = { ATTACH_PRINT_SCREEN, ATTACH_FORM_TEXT };
	struct attach_printed m;
	struct caller a, script, other;
	int len;
	char *text;

	(void)state;
	begin(&a, "echo ready; exec sleep 1000");
	caller_connect(&script);
	caller_connect(&other);
	len = attach_encode_print(&ask, buf, sizeof buf);
	caller_send(&script, buf, (size_t)len, NULL, 0);
	caller_send(&other, buf, (size_t)len, NULL, 0);
	turn_until(k.scripts == 2 && (k.peers.v[1]->script->print.asked || k.peers.v[2]->script->print.asked));
	picture_lose(&k);
	caller_hang_up(&other);
	caller_expect(&script, ATTACH_MSG_PRINTED, &(size_t){ 0 });
	turn_until(k.scripts == 1);
	text = print(&script, ATTACH_PRINT_SCREEN, ATTACH_FORM_TEXT, &m);
	assert_string_equal(text, "ready\n");
	free(text);
	/* None can be had: an answer all the same. */
	picture_lose(&k);
	k.picture->none = true;
	len = attach_encode_print(&ask, buf, sizeof buf);
	caller_send(&script, buf, (size_t)len, NULL, 0);
	is_refused(&script, ATTACH_REFUSAL_TROUBLE);
	end(&a, &script);
}

static uint32_t
quiet(struct caller *c)
{
	struct attach_quiet m;
	const unsigned char *msg;
	size_t len;

	caller_say(c, ATTACH_MSG_QUIET);
	msg = caller_expect(c, ATTACH_MSG_QUIET_IS, &len);
	assert_int_equal(attach_decode_quiet(&m, msg, len), 0);
	return m.flags;
}

static void
quiet_says_what_is_on_its_way(void **state)
{
	struct caller a, script;

	(void)state;
	begin(&a, "stty raw -echo; echo ready; exec sleep 1000");
	caller_connect(&script);
	turn_until(!(quiet(&script) & ATTACH_QUIET_UNREAD));
	assert_int_equal(quiet(&script), ATTACH_QUIET_COMMAND);
	send_text(&script, "x", 1);
	assert_int_equal(sent(&script), 1);
	assert_int_equal(quiet(&script), ATTACH_QUIET_COMMAND | ATTACH_QUIET_UNREAD);
	/* What a shell would say: it is in front, and sleeps elsewhere than in a read. */
	k.commanded = false;
	turn_until(quiet(&script) & ATTACH_QUIET_SHELL);
	assert_int_equal(quiet(&script), ATTACH_QUIET_SHELL | ATTACH_QUIET_UNREAD);
	end(&a, &script);
	begin(&a, "stty raw -echo; echo ready; exec cat");
	caller_connect(&script);
	k.commanded = false;
	turn_until(quiet(&script) == (ATTACH_QUIET_SHELL | ATTACH_QUIET_READS));
	end(&a, &script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_bounded),
		cmocka_unit_test(send_is_typed_and_no_attachment),
		cmocka_unit_test(send_says_how_much_was_taken),
		cmocka_unit_test(send_comes_behind_what_was_typed),
		cmocka_unit_test(send_to_none),
		cmocka_unit_test(the_screen_in_every_form),
		cmocka_unit_test(a_painter_that_dies_is_replaced),
		cmocka_unit_test(quiet_says_what_is_on_its_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
