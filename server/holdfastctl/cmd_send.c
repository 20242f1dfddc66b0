/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "keynames.h"
#include "nearest.h"
#include "printing.h"
#include "scripting.h"
#include "sending.h"

#define DECCKM "\033[?1h" /* in a rendering: the cursor keys have their other sequences */

struct what {
	bool keys, enter;
	char **words;
	int count;
};

/* Bytes that are to be typed. */
struct bytes {
	char *p; /* owned */
	size_t len;
};

static bool
append(struct bytes *b, const char *p, size_t len)
{
	char *more = realloc(b->p, b->len + len + 1);

	if (!more)
		return false;
	b->p = more;
	memcpy(more + b->len, p, len);
	b->len += len;
	return true;
}

/* Whether the program in session ID wants the other sequences of the cursor keys; the session's model knows. */
static bool
wants_cursor_keys(uint32_t id)
{
	struct attach_print ask = { ATTACH_PRINT_SCREEN, ATTACH_FORM_RENDERING };
	struct attach_refused refused;
	struct attach_printed m;
	unsigned char *bytes;
	bool wants;

	if (printing_get(ctl_uid(), id, &ask, &m, &bytes, &refused))
		return false;
	wants = memmem(bytes, (size_t)m.length, DECCKM, strlen(DECCKM)) != NULL;
	free(bytes);
	return wants;
}

static void
say_no_key(const char *word)
{
	char hint[NEAREST_HINT_CAP];
	struct nearest n;
	const char *name;

	nearest_begin(&n, word);
	for (size_t i = 0; (name = keynames_name(i)); i++)
		nearest_offer(&n, name);
	nearest_hint(&n, hint);
	ctl_error("no key \"%s\"%s (holdfastctl send --help names them)", word, hint);
}

static int
add_keys(uint32_t id, const struct what *w, struct bytes *b)
{
	bool cursor = false, asked = false;

	for (int i = 0; i < w->count; i++) {
		char key[KEYNAMES_MAX];
		int n;

		if (keynames_depend(w->words[i]) && !asked) {
			cursor = wants_cursor_keys(id);
			asked = true;
		}
		n = keynames_bytes(w->words[i], cursor, key);
		if (n == -EINVAL) {
			ctl_error("the key %s does not exist on a terminal: no bytes stand for it", w->words[i]);
			return CTL_USAGE;
		}
		if (n < 0) {
			say_no_key(w->words[i]);
			return CTL_USAGE;
		}
		if (!append(b, key, (size_t)n))
			return CTL_FAILED;
	}
	return CTL_OK;
}

static int
add_words(const struct what *w, struct bytes *b)
{
	for (int i = 0; i < w->count; i++)
		if ((i && !append(b, " ", 1)) || !append(b, w->words[i], strlen(w->words[i])))
			return CTL_FAILED;
	return CTL_OK;
}

/* A program that does not read, and the like. */
static int
say_failed(uint32_t id, const struct sending *s, int rc, size_t taken, size_t len)
{
	if (rc == -ETIMEDOUT)
		ctl_error("session %u has taken %zu of %zu bytes; its program does not read the others", id, taken,
		          len);
	else if (rc == -EPIPE)
		ctl_error("session %u has taken %zu of %zu bytes; its keeper was replaced then, and nobody knows "
		          "whether the "
		          "next ones were typed: holdfastctl print %u shows",
		          id, taken, len, id);
	else
		return scripting_error(id, rc, &s->refused);
	return CTL_FAILED;
}

static int
type(uint32_t id, struct sending *s, const void *p, size_t len)
{
	size_t taken;
	int rc = sending_type(s, p, len, &taken);

	return rc ? say_failed(id, s, rc, taken, len) : CTL_OK;
}

/* What comes on standard input. */
static int
type_input(uint32_t id, struct sending *s)
{
	static char buf[16384];
	ssize_t n;
	int rc = CTL_OK;

	while (!rc && (n = read(STDIN_FILENO, buf, sizeof buf)) != 0) {
		if (n > 0) {
			rc = type(id, s, buf, (size_t)n);
		} else if (errno != EINTR) {
			ctl_error("cannot read standard input: %s", strerror(errno));
			rc = CTL_FAILED;
		}
	}
	return rc;
}

static int
send_to(uint32_t id, const struct what *w)
{
	bool input = !w->keys && w->count == 1 && strcmp(w->words[0], "-") == 0;
	struct bytes b = { NULL, 0 };
	struct sending s;
	int rc = input ? CTL_OK : w->keys ? add_keys(id, w, &b) : add_words(w, &b);

	sending_begin(&s, ctl_uid(), id);
	if (!rc && input)
		rc = type_input(id, &s);
	if (!rc && w->enter && !append(&b, "\r", 1))
		rc = CTL_FAILED;
	if (!rc && b.len)
		rc = type(id, &s, b.p, b.len);
	sending_close(&s);
	free(b.p);
	return rc;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "keys", no_argument, NULL, 'k' }, { "enter", no_argument, NULL, 'e' },
		{ "user", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	struct what w = { .keys = false };
	struct attach_status s;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":keu:", options)) != -1) {
		if (opt == 'k')
			w.keys = true;
		else if (opt == 'e')
			w.enter = true;
		else if (opt != 'u')
			return ctl_bad_option(self, opt, argv);
		else if ((rc = ctl_user(optarg)))
			return rc;
	}
	w.words = argv + optind + 1;
	w.count = argc - optind - 1;
	if (optind < argc && w.count < 1 && !w.enter)
		return ctl_usage(self, w.keys ? "no key; expected names of keys" : "no text; expected what to type, or -");
	rc = scripting_target(self, argv[optind], true, &s);
	if (rc)
		return rc;
	scripting_note(&s, "send", self->name);
	return send_to(s.id, &w);
}

const struct ctl_command cmd_send = {
	.name = "send",
	.args = "[-u USER] [-e] ID|NAME TEXT...|-|--keys KEY...",
	.summary = "Type into a session",
	.help = "Types the words with a blank between them, as they are; with - what comes on standard input.\n"
	        "The session need not be attached, and nobody is attached by it.  Text that begins with - comes\n"
	        "behind --.\n"
	        "  -e, --enter      press Enter behind it\n"
	        "  -k, --keys       the words are names of keys: Enter, Escape, Tab, BTab, BSpace, Space, Up, Down,\n"
	        "                   Left, Right, Home, End, IC, DC, PgUp, PgDn, F1 to F12, with C-, M- and S-\n"
	        "                   before them (C-c, M-x, S-F5), or single characters\n"
	        "  -u, --user USER  a session of USER's (root)\n",
	.run = run,
};
