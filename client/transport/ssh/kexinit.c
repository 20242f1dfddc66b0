/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kexinit.h"
#include "wire.h"

#define MSG_KEXINIT 20
#define COOKIE 16
#define PACKET_MAX 35000
#define SETTLE_MS 2 /* a host that sends its version and its KEXINIT at once sends two segments */

/* The bytes behind the line with the host's version; NULL: it has not come. */
static const unsigned char *
behind_version(const unsigned char *p, size_t *left)
{
	const unsigned char *end;
	bool version = false;

	while (!version && (end = memchr(p, '\n', *left))) {
		version = *left >= 4 && memcmp(p, "SSH-", 4) == 0;
		*left -= (size_t)(end + 1 - p);
		p = end + 1;
	}
	return version ? p : NULL;
}

/* The payload of the first packet, which is not encrypted: 1, 0 or -EBADMSG. */
static int
first_packet(const unsigned char *p, size_t left, struct wire_reader *r)
{
	uint32_t length;

	if (left < 5)
		return 0;
	length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (length > PACKET_MAX || length < 2u + p[4])
		return -EBADMSG;
	if (left - 4 < length)
		return 0;
	wire_reader_init(r, p + 5, length - 1 - p[4]);
	return 1;
}

static int
name_lists(struct wire_reader *r, struct kexinit *k)
{
	unsigned char cookie[COOKIE];
	struct wire_bytes list;
	uint8_t type;

	wire_get_u8(r, &type);
	wire_get_raw(r, cookie, sizeof(cookie));
	if (type != MSG_KEXINIT)
		return -EBADMSG;
	for (unsigned i = 0; i < KEXINIT_LISTS; i++) {
		wire_get_string(r, &list, PACKET_MAX);
		if (r->err < 0 || (list.len && memchr(list.data, '\0', list.len)))
			return -EBADMSG;
		if (!(k->lists[i] = strndup(list.len ? (const char *)list.data : "", list.len)))
			return -ENOMEM;
	}
	return 1;
}

int
kexinit_parse(const unsigned char *bytes, size_t len, struct kexinit *k)
{
	const unsigned char *p = behind_version(bytes, &len);
	struct wire_reader r;
	int rc = p ? first_packet(p, len, &r) : 0;

	*k = (struct kexinit){ { NULL } };
	if (rc > 0 && (rc = name_lists(&r, k)) < 0)
		kexinit_free(k);
	return rc;
}

void
kexinit_free(struct kexinit *k)
{
	for (unsigned i = 0; i < KEXINIT_LISTS; i++) {
		free(k->lists[i]);
		k->lists[i] = NULL;
	}
}

/* Makes W what has come up to now: 0 or a negative errno. */
static int
see(struct kexinit_watch *w, int fd, uint64_t taken)
{
	ssize_t n;

	if (!w->bytes && !(w->bytes = malloc(KEXINIT_CAP)))
		return -ENOMEM;
	if (taken > w->len)
		return -ESTALE;
	if (taken == KEXINIT_CAP)
		return -EBADMSG;
	n = recv(fd, w->bytes + taken, KEXINIT_CAP - (size_t)taken, MSG_PEEK | MSG_DONTWAIT);
	if (n > 0)
		w->len = (size_t)taken + (size_t)n;
	return 0;
}

int
kexinit_look(struct kexinit_watch *w, int fd, uint64_t taken, struct kexinit *k)
{
	size_t before = w->len;
	int r = see(w, fd, taken);

	if (r < 0)
		return r;
	r = kexinit_parse(w->bytes, w->len, k);
	/* What follows in this moment would be read unseen. */
	while (r == 0 && w->len > before) {
		before = w->len;
		(void)poll(NULL, 0, SETTLE_MS);
		r = see(w, fd, taken);
		if (r == 0)
			r = kexinit_parse(w->bytes, w->len, k);
	}
	return r;
}

void
kexinit_watch_end(struct kexinit_watch *w)
{
	free(w->bytes);
	*w = (struct kexinit_watch){ NULL, 0 };
}
