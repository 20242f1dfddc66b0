/* SPDX-License-Identifier: MIT */
#include "again.h"

#include <string.h>

#include "attachments.h"
#include "awaited.h"
#include "kept.h"
#include "report.h"

/* A login takes over what belongs to A. */
static void
become(struct peer *peer, const struct awaited *a)
{
	peer->serial = a->serial;
	memcpy(peer->token, a->token, sizeof peer->token);
	memcpy(peer->address, a->address, sizeof peer->address);
	peer->probe.tcp.tuple = a->tuple;
	peer->more_groups = a->more_groups;
	peer->claim.flags = a->flags;
	peer->t.readonly = a->flags & ATTACH_FLAG_READONLY;
	peer->t.known = a->raw && !peer->t.pipes;
	if (peer->t.known)
		peer->t.saved = a->saved;
	if (peer->t.pipes)
		peer->t.size = a->size;
}

/* A framed client whose pipes are in the middle of something goes on over others. */
static bool
may_go_on(const struct peer *peer, const struct awaited *a)
{
	return a->stage == AWAITED_ATTACHED &&
	       memcmp(a->stream, peer->claim.framed.stream, sizeof a->stream) == 0 &&
	       kept_can_go_on(peer->keeper, a->stream);
}

const char *
again_claim(struct peer *peer, enum attach_refusal *code)
{
	struct keeper *k = peer->keeper;
	struct awaited *a = awaited_find(k, peer->claim.token);
	const uint32_t lasting = ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED;

	*code = ATTACH_REFUSAL_STRANGER;
	if (!a || a->device != peer->device || a->inode != peer->inode ||
	    (a->flags & lasting) != (peer->claim.flags & lasting))
		return "no attachment with that token is awaited";
	if (a->flags & ATTACH_FLAG_FRAMED && !may_go_on(peer, a))
		return "this client goes on over another connection";
	become(peer, a);
	if (a->stage == AWAITED_ATTACHED) {
		/* Its first bytes have gone to the program before. */
		peer->t.input_len = 0;
		return NULL;
	}
	/* The shell may have started when that login confirmed, just before the keeper died. */
	peer->claim.mode = a->mode == ATTACH_MODE_FIRST && k->state != KEEPER_NEW ? ATTACH_MODE_AUTO : a->mode;
	awaited_forget(k, a);
	return NULL;
}

bool
again_may(const struct peer *peer)
{
	return awaited_find(peer->keeper, peer->token) != NULL;
}

void
again_attached(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct awaited *a = awaited_find(k, peer->token);
	enum attach_reason why = a->put_out;

	peer->active = a->active;
	if (!peer->framed && awaited_shown(k, a, &peer->t.offset))
		peer->shown_known = true;
	awaited_forget(k, a);
	if (why)
		attachments_detach(peer, why, NULL);
}

void
again_instead(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct awaited *a = awaited_stream(k, peer->claim.framed.stream);

	if (!a)
		return;
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_GONE, .number = a->serial });
	peer->active = a->active;
	awaited_forget(k, a);
}
