/* SPDX-License-Identifier: MIT */
#include "link_hop.h"

#include <errno.h>
#include <string.h>

#include "frame_session.h"
#include "voucher.h"

static struct {
	struct frame_hop hop;
	char to[NODE_CAP];
} carried; /* what all links of this process say; the hop's pool "": nothing */

void
link_hop_set(const struct frame_hop *hop, const char *to)
{
	memset(&carried, 0, sizeof carried);
	/* A name that is too long is no node's. */
	if (!hop || !to || strlen(to) >= sizeof carried.to)
		return;
	carried.hop = *hop;
	memcpy(carried.to, to, strlen(to) + 1);
}

int
link_hop_first(const char *features, unsigned char *out, size_t cap)
{
	if (!carried.hop.pool[0] || !frame_has_feature(features, FRAME_HOP_FEATURE))
		return 0;
	return frame_put_hop(&carried.hop, out, cap);
}

/* Answers the challenge F, with a voucher if there is one. */
static int
answer(const struct frame *f, unsigned char *out, size_t cap)
{
	static const struct frame_hop_voucher none;
	struct frame_hop_challenge c;
	int n = -EACCES;

	if (frame_get_hop_challenge(&c, f->body, f->len))
		return -EBADMSG;
	if (!c.node[0])
		return 0;
	/* To no node that answers in another one's place. */
	if (strcmp(c.node, carried.to) == 0)
		n = voucher_get(&carried.hop, &c, out, cap);
	return n > 0 ? n : frame_put_hop_voucher(&none, out, cap);
}

int
link_hop_next(const struct frame *f, bool challenged, unsigned char *out, size_t cap)
{
	struct frame_hop_answer a;

	if (f->type == FRAME_HOP_CHALLENGE && !challenged)
		return answer(f, out, cap);
	if (f->type != FRAME_HOP_ANSWER || !challenged)
		return -EBADMSG;
	return frame_get_hop_answer(&a, f->body, f->len);
}
