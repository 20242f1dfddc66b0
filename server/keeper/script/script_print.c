/* SPDX-License-Identifier: MIT */
#include "script_print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "paint.h"
#include "picture.h"
#include "picture_base.h"
#include "script_state.h"
#include "sealedmem.h"

#define TRIES 2 /* of painters */

static void
fail(struct peer *peer, const char *why)
{
	peer->script->print = (struct script_print){ .tries = 0 };
	peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_TROUBLE, why);
}

/*
 * The bytes as a file without a name: a descriptor or a negative errno.  Not by write(2), whose bytes would be
 * counted (fd.h).
 */
static int
make_file(const unsigned char *bytes, size_t len)
{
	int fd = sealedmem_make("holdfast-print", len);
	void *p;

	if (fd < 0 || !len)
		return fd;
	p = mmap(NULL, len, PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	memcpy(p, bytes, len);
	munmap(p, len);
	return fd;
}

static void
send_file(struct peer *peer, const struct attach_printed *m, int fd)
{
	unsigned char out[64];
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	int len = attach_encode_printed(m, out, sizeof out);
	struct iovec iov = { out, (size_t)len };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(cm), &fd, sizeof fd);
	if (sendmsg(peer->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) != len)
		peer_mark_gone(peer);
}

/* The painter has made it, or is lost: then another one may. */
static void
on_printed(void *object, unsigned char *bytes, size_t len)
{
	struct peer *peer = object;
	struct script_print *p = &peer->script->print;
	struct attach_printed m = p->as;
	int fd;

	p->asked = false;
	if (!bytes)
		return;
	fd = make_file(bytes, len);
	free(bytes);
	if (fd < 0) {
		fail(peer, strerror(-fd));
		return;
	}
	*p = (struct script_print){ .tries = 0 };
	m.length = len;
	send_file(peer, &m, fd);
	close(fd);
}

static unsigned
flags_of(const struct attach_print *m)
{
	unsigned flags = PAINT_PRINT | (m->what == ATTACH_PRINT_SCREEN ? PAINT_NO_SCROLLBACK : 0);

	if (m->form == ATTACH_FORM_ANSI)
		flags |= PAINT_ANSI;
	if (m->form == ATTACH_FORM_HTML)
		flags |= PAINT_HTML;
	return flags;
}

void
script_print_turn(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct script_print *p = &peer->script->print;
	struct paint_order m = { .type = p->what.form == ATTACH_FORM_RENDERING ? PAINT_RENDER : PAINT_TEXT,
		                 .offset = k->ring.head, .flags = flags_of(&p->what) };
	int rc;

	if (!p->what.what || p->asked)
		return;
	if (p->tries == TRIES) {
		fail(peer, "its screen cannot be made at present");
		return;
	}
	p->as = (struct attach_printed){ .offset = k->ring.head, .rows = k->size.ws_row ? k->size.ws_row : PICTURE_ROWS,
		                         .cols = k->size.ws_col ? k->size.ws_col : PICTURE_COLS };
	rc = picture_print(k, &m, on_printed, peer);
	p->asked = rc == 0;
	if (rc == -EFBIG) {
		fail(peer, "its scrollback takes too long to print; the screen alone can be printed");
		return;
	}
	/* That others are before is no failure: a turn ends with each that is done. */
	if (rc != -EAGAIN)
		p->tries++;
	if (rc == -ENOTSUP)
		script_print_turn(peer);
}

void
script_print(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct attach_print m;
	struct script *s;

	if (attach_decode_print(&m, msg, len) < 0) {
		peer_mark_gone(peer);
	} else if (!peer->keeper->source->has_terminal) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE,
		            "it is a command on pipes and has no screen");
	} else if ((s = script_of(peer)) && s->print.what.what) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_BUSY, "it has not answered the question before");
	} else if (s) {
		s->print = (struct script_print){ .what = m };
	}
}
