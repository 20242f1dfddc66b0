/* SPDX-License-Identifier: MIT */
#include "hop_sign.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "hop_claim.h"
#include "hop_seal.h"
#include "hop_talk.h"
#include "log.h"
#include "refusal.h"
#include "reply.h"

struct sign {
	struct hop_message message;
	struct frame_hop hop;
	struct frame_hop_challenge challenge;
	struct hop_node node;
	struct login login;
	struct hop_claim claim;
	unsigned char bytes[FRAME_HOP_CLAIM_MAX];
	struct hop_seal seal;
	unsigned char frame[FRAME_HOP_MAX];
};

/* What the caller has to say: HOP as it was sent to the other node, and that node's challenge. */
static int
take(struct helper *h, struct sign *s)
{
	int rc = hop_talk_receive(h->conn, FRAME_HOP, HELPER_SILENCE_MS, &s->message);

	if (!rc)
		rc = frame_get_hop(&s->hop, s->message.body, s->message.len);
	if (!rc)
		rc = hop_talk_receive(h->conn, FRAME_HOP_CHALLENGE, HELPER_SILENCE_MS, &s->message);
	return rc ? rc : frame_get_hop_challenge(&s->challenge, s->message.body, s->message.len);
}

/* NULL, or why this node does not vouch for the login, for people. */
static const char *
refusal(const struct helper *h, const struct vouch_request *q, struct sign *s)
{
	static const struct identity unknown;
	const char *why = hop_talk_node(h, &s->node);

	if (why)
		return why;
	if (!hop_talk_vouches(&s->node))
		return "this node vouches for no login (PoolVouch)";
	if (strcmp(s->hop.pool, s->node.pool->name) != 0 || strcmp(s->hop.node, s->node.name) != 0)
		return "this node has another name or pool";
	if (!s->challenge.node[0] || strcmp(s->challenge.node, s->node.name) == 0)
		return "the challenge is of no other node";
	if (!hop_talk_trusts(&s->node, s->challenge.node))
		return "this node does not trust that one (PoolTrust)";
	if (hop_talk_login(h, &q->ticket, &s->login))
		return "cannot read this login's record";
	if (s->login.node[0])
		return "this login has come over another node itself";
	if (memcmp(&s->login.identity, &unknown, sizeof unknown) == 0)
		return "it is not known how this login proved itself";
	return NULL;
}

static int
make_claim(struct sign *s)
{
	struct hop_claim *c = &s->claim;

	memcpy(c->pool, s->hop.pool, sizeof c->pool);
	memcpy(c->from, s->node.name, sizeof c->from);
	memcpy(c->to, s->challenge.node, sizeof c->to);
	memcpy(c->boot, s->challenge.boot, sizeof c->boot);
	memcpy(c->nonce, s->challenge.nonce, sizeof c->nonce);
	memcpy(c->user, s->login.user, sizeof c->user);
	c->uid = (uint32_t)s->login.uid;
	c->identity = s->login.identity;
	memcpy(c->address, s->login.address, sizeof c->address);
	memcpy(c->who, s->login.who, sizeof c->who);
	memcpy(c->unique, s->hop.unique, sizeof c->unique);
	return hop_claim_encode(c, s->bytes);
}

static void
tell(const struct helper *h, const struct sign *s)
{
	struct event e;

	hop_talk_event(&s->login, &e, "vouch", s->login.address, s->login.who, s->challenge.node);
	event_add(&e, "vouched", s->seal.method);
	if (s->hop.unique[0])
		event_add(&e, "unique", s->hop.unique);
	hop_talk_write(h, &e);
}

static void
answer(struct helper *h, struct sign *s)
{
	struct frame_hop_voucher v = { .mac = { s->seal.mac, 0 } };
	char error[TEXT_CAP] = "a field of the claim is not printable";
	int len = make_claim(s), rc = len < 0 ? len : hop_seal_make(s->node.keys, s->bytes, (size_t)len, &s->seal, error);

	if (rc) {
		refusal_tell(h->slot);
		if (!h->quiet)
			log_line(LOG_ERR, "cannot vouch for a login of %s: %s", s->login.user, error);
		reply_error(h->conn, "this node cannot vouch; see its log");
		return;
	}
	memcpy(v.method, s->seal.method, sizeof v.method);
	v.claim = (struct wire_bytes){ s->bytes, (size_t)len };
	v.mac.len = s->seal.len;
	if (hop_talk_send(h->conn, s->frame, frame_put_hop_voucher(&v, s->frame, sizeof s->frame)) == 0)
		tell(h, s);
}

void
hop_sign(struct helper *h, const struct vouch_request *q)
{
	static struct sign s; /* large, and there is one of a helper */
	const char *why;

	h->state = HELPER_DONE;
	if (take(h, &s)) {
		reply_error(h->conn, "unknown request");
		return;
	}
	if (!h->verify(h, q))
		return;
	why = refusal(h, q, &s);
	if (why)
		reply_error(h->conn, why);
	else
		answer(h, &s);
}
