/* SPDX-License-Identifier: MIT */
#include "hop_challenge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>

#include "hop_seal.h"
#include "hop_talk.h"
#include "hop_verify.h"
#include "hopfile.h"
#include "log.h"
#include "paths.h"
#include "procref.h"
#include "reply.h"
#include "rundir.h"

struct challenge {
	struct hop_message message;
	struct frame_hop hop;           /* what the client says, which proves nothing */
	struct hop_node node;
	struct frame_hop_challenge out;
	struct procref_peer asker;
	struct frame_hop_voucher voucher; /* points into MESSAGE */
	struct hop_claim claim;         /* once its code was right */
	struct login login;
	char error[TEXT_CAP];           /* for the log */
	unsigned char frame[FRAME_HOP_MAX];
};

/* NULL, or why nobody is challenged, for people. */
static const char *
refusal(const struct helper *h, struct challenge *c)
{
	const char *why = hop_talk_node(h, &c->node);

	if (why)
		return why;
	if (strcmp(c->hop.pool, c->node.pool->name) != 0)
		return "this node is in another pool";
	if (strcmp(c->hop.node, c->node.name) == 0)
		return "another node has this node's name (PoolNode)";
	if (c->hop.hops != FRAME_HOPS)
		return "this login has come over more than one node";
	return NULL;
}

/* Says that there are no vouchers here: a frame without a node's name. */
static void
wave_through(const struct helper *h, struct challenge *c)
{
	memset(&c->out, 0, sizeof c->out);
	(void)hop_talk_send(h->conn, c->frame, frame_put_hop_challenge(&c->out, c->frame, sizeof c->frame));
}

/* The configuration may have changed meanwhile. */
static bool
takes_still(const struct helper *h, struct challenge *c)
{
	return !refusal(h, c) && hop_talk_vouches(&c->node);
}

/* Sends the nonce: 0 or a negative errno. */
static int
ask(struct helper *h, struct challenge *c)
{
	int rc = procref_peer_open(&c->asker, h->conn);

	if (!rc)
		rc = hop_talk_senders(h->conn);
	if (rc)
		return rc;
	if (getrandom(c->out.nonce, sizeof c->out.nonce, GRND_NONBLOCK) != (ssize_t)sizeof c->out.nonce)
		return -EAGAIN;
	memcpy(c->out.node, c->node.name, sizeof c->out.node);
	memcpy(c->out.boot, c->node.boot, sizeof c->out.boot);
	return hop_talk_send(h->conn, c->frame, frame_put_hop_challenge(&c->out, c->frame, sizeof c->frame));
}

/* What the code proves first; only then the claim is read. */
static enum hop_verdict
open_claim(struct challenge *c)
{
	int rc = hop_seal_check(c->node.keys, &c->voucher, c->error);

	if (rc == -ENOKEY)
		return HOP_KEY;
	if (rc == -EKEYREJECTED)
		return HOP_MAC;
	if (rc)
		return HOP_TROUBLE;
	rc = hop_claim_decode(&c->claim, c->voucher.claim.data, c->voucher.claim.len);
	return rc == -EPROTONOSUPPORT ? HOP_VERSION : rc ? HOP_MALFORMED : HOP_GOOD;
}

/* A login that is vouched for already, over a connection that several share, stays what it is. */
static bool
is_another(const struct challenge *c)
{
	return c->login.node[0] && (!identity_equal(&c->login.identity, &c->claim.identity) ||
	                            strcmp(c->login.node, c->claim.from) != 0);
}

/* The login is what the voucher says from here on. */
static enum hop_verdict
record(const struct vouch_request *q, struct challenge *c)
{
	struct hopfile f = { .pid = (uint32_t)c->login.sshd, .start = c->login.start, .identity = c->claim.identity };
	int dir = rundir_open(PATH_LOGINS, 0700), rc = dir;

	memcpy(f.pool, c->claim.pool, sizeof f.pool);
	memcpy(f.node, c->claim.from, sizeof f.node);
	memcpy(f.method, c->voucher.method, sizeof f.method);
	memcpy(f.address, c->claim.address, sizeof f.address);
	memcpy(f.who, c->claim.who, sizeof f.who);
	if (dir >= 0) {
		rc = hopfile_write(dir, &q->ticket, &f);
		close(dir);
	}
	if (rc >= 0)
		return HOP_GOOD;
	snprintf(c->error, sizeof c->error, "cannot write what was vouched for: %s", strerror(-rc));
	return HOP_TROUBLE;
}

/* The voucher has come, and what the login is was looked up anew. */
static enum hop_verdict
judge(const struct helper *h, const struct vouch_request *q, struct challenge *c)
{
	struct hop_expected e = { .pool = c->node.pool->name, .node = c->node.name, .trust = c->node.pool->trust,
		                  .boot = c->node.boot, .nonce = c->out.nonce };
	enum hop_verdict v = open_claim(c);

	if (v)
		return v;
	if (hop_talk_login(h, &q->ticket, &c->login)) {
		snprintf(c->error, sizeof c->error, "the login's record cannot be read");
		return HOP_TROUBLE;
	}
	e.user = c->login.user;
	e.uid = (uint32_t)c->login.uid;
	v = hop_verify(&c->claim, &e);
	if (!v && is_another(c))
		v = HOP_IDENTITY;
	return v ? v : record(q, c);
}

/* On both ways: where the person is, and how this connection has come here. */
static void
tell(const struct helper *h, const struct challenge *c, enum hop_verdict v)
{
	const struct login *l = &h->login;
	struct event e;

	if (v == HOP_GOOD) {
		hop_talk_event(l, &e, "vouched", c->claim.address, c->claim.who, c->claim.from);
		event_add(&e, "vouched", c->voucher.method);
		event_add(&e, "hop-address", l->address);
		event_quote(&e, "hop-who", l->node[0] ? NULL : l->who);
	} else {
		hop_talk_event(l, &e, "unvouched", l->address, l->who, c->hop.node);
		event_add(&e, "why", hop_verdict_name(v));
		if (c->error[0])
			event_quote(&e, "detail", c->error);
	}
	hop_talk_write(h, &e);
}

static void
distrust(const struct helper *h, const struct challenge *c)
{
	reply_error(h->conn, "this node does not trust the one that the login comes from (PoolTrust)");
	tell(h, c, HOP_TRUST);
}

static void
answer(const struct helper *h, struct challenge *c, enum hop_verdict v)
{
	struct frame_hop_answer a = { .ok = v == HOP_GOOD };

	if (v)
		snprintf(a.text, sizeof a.text, "the voucher of %s was refused: %s", c->hop.node, hop_verdict_words(v));
	/* That the caller has gone changes nothing. */
	(void)hop_talk_send(h->conn, c->frame, frame_put_hop_answer(&a, c->frame, sizeof c->frame));
	if (v == HOP_TROUBLE && !h->quiet)
		log_line(LOG_ERR, "cannot check a voucher: %s", c->error);
	tell(h, c, v);
}

/* Waits for the voucher.  -EPIPE: there is none, because the other node has made none. */
static int
take(struct helper *h, struct challenge *c, enum hop_verdict *v)
{
	int rc = hop_talk_receive(h->conn, FRAME_HOP_VOUCHER, HOP_CHALLENGE_MS, &c->message);

	*v = rc == -ETIMEDOUT ? HOP_LATE : HOP_MALFORMED;
	if (rc)
		return rc;
	if (frame_get_hop_voucher(&c->voucher, c->message.body, c->message.len))
		return -EBADMSG;
	if (!c->voucher.method[0])
		return -EPIPE;
	*v = c->message.sender == c->asker.cred.pid && procref_peer_unchanged(&c->asker) ? HOP_GOOD : HOP_CALLER;
	return 0;
}

static void
hear(struct helper *h, const struct vouch_request *q, struct challenge *c)
{
	enum hop_verdict v;

	if (take(h, c, &v) == -EPIPE)
		return;
	/* In this time the login may have ended, and its rights may have changed. */
	if (!h->verify(h, q))
		return;
	if (!v && !takes_still(h, c))
		v = HOP_POLICY;
	answer(h, c, v ? v : judge(h, q, c));
}

void
hop_challenge(struct helper *h, const struct vouch_request *q)
{
	static struct challenge c = { .asker = PROCREF_PEER_NONE }; /* large, and there is one of a helper */
	const char *why;

	h->state = HELPER_DONE;
	if (hop_talk_receive(h->conn, FRAME_HOP, HELPER_SILENCE_MS, &c.message) ||
	    frame_get_hop(&c.hop, c.message.body, c.message.len)) {
		reply_error(h->conn, "unknown request");
		return;
	}
	if (!h->verify(h, q))
		return;
	why = refusal(h, &c);
	if (why)
		reply_error(h->conn, why);
	else if (!hop_talk_trusts(&c.node, c.hop.node))
		distrust(h, &c);
	else if (!hop_talk_vouches(&c.node))
		wave_through(h, &c);
	else if (ask(h, &c) == 0)
		hear(h, q, &c);
	procref_peer_close(&c.asker);
}
